//! The feeds.

mod for_you;

use outro_model::{Timestamp, VideoId};

pub use for_you::{FeedPage, for_you};

/// Where a list that counts down begins: later than everything.
pub(crate) const FIRST: (Timestamp, VideoId) = (Timestamp(i64::MAX), VideoId::from_bytes([0xff; 16]));

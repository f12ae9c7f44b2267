//! The feeds: For You by a ranking that `docs/for-you.md` writes down, Following and Friends by time.

mod choice;
mod fan_out;
mod for_you;
mod item;
mod place;
mod rank;
mod timeline;
mod watch;

use outro_model::{Timestamp, VideoId};

pub use choice::{FeedChoice, choice, reset, set_personalised};
pub(crate) use choice::{JOB as FORGET_JOB, run as run_forget};
pub use fan_out::announce;
pub(crate) use fan_out::{JOB as FAN_OUT_JOB, run as run_fan_out};
pub use for_you::{ForYouPage, for_you};
pub use place::Place;
pub use timeline::{Circle, FeedPage, timeline};
pub(crate) use watch::drop_old;
pub use watch::{NewWatch, watch};

/// Where a list that counts down begins: later than everything.
pub(crate) const FIRST: (Timestamp, VideoId) = (Timestamp(i64::MAX), VideoId::from_bytes([0xff; 16]));

//! Uploads that come bit by bit, and go on after a line broke: each piece is sealed and durable before it is said to be
//! here, and the last one makes the video, in the same transaction.

mod about;
mod append;
mod begin;
mod end;
mod find;

pub use about::About;
pub use append::{Appended, Appending, append};
pub use begin::begin;
pub(crate) use end::drop_expired;
pub use end::end;
pub use find::{Standing, UploadView, list, standing};

use outro_model::Timestamp;

/// How long an upload may take in all, in seconds: a week.
const LONGEST: i64 = 7 * 86_400;

/// When an upload is held to be over that was begun then, and of which a piece came now.
fn expiry(begun: Timestamp, now: Timestamp) -> Timestamp {
    now.plus_seconds(outro_datamap::UPLOAD_HOURS * 3600).min(begun.plus_seconds(LONGEST))
}

//! Comments: writing, reading, liking, hiding and taking them away, and the words that hold them back.

mod filter;
mod find;
mod like;
mod list;
mod moderate;
mod remove;
mod write;

pub use filter::{filter, set_filter};
pub(crate) use find::{find, late};
pub use like::{like, unlike};
pub use list::{CommentPage, CommentView, Place, Sort, Thread, list, may_write, replies, thread, thread_part};
pub(crate) use list::{archived, view_one};
pub use moderate::{hide, unhide};
pub use remove::remove;
pub(crate) use remove::{JOB as REMOVE_JOB, run as run_remove};
pub use write::{NewComment, write};

//! Sounds: each ready video that is heard has one, with its page; others may use it in videos of their own, as
//! long as everyone may hear it where it comes from.

mod credit;
mod end;
mod find;
mod mix;
mod videos;
mod view;

pub use credit::SoundLine;
pub(crate) use credit::{Credit, credit, makers};
pub(crate) use end::{JOB as END_JOB, later as end_later, let_go, offer, plays_its_own, run as run_end};
pub(crate) use find::{heard, to_borrow};
pub(crate) use mix::{Mixed, mix};
pub use videos::{SoundVideos, videos};
pub use view::{Offered, SoundView, get, offered};

//! Sounds: each ready video that is heard has one, with its page; others may use it in videos of their own, as
//! long as everyone may hear it where it comes from.

mod credit;
mod end;
mod find;
mod list;
mod mix;
mod peaks;
mod videos;
mod view;

pub(crate) use credit::{Credit, credit, makers};
pub use credit::{Joined, SoundLine};
pub(crate) use end::{JOB as END_JOB, later as end_later, let_go, offer, plays_its_own, run as run_end};
pub(crate) use find::{heard, is_taken, sound_of, to_borrow};
pub use list::{Order, SoundList, list, search};
pub(crate) use mix::{Mixed, mix};
pub(crate) use peaks::keep as keep_peaks;
pub use videos::{SoundVideos, videos};
pub use view::{Offered, SoundView, get, offered, offered_video};

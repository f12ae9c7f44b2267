//! Videos: uploading, encoding, looking at them, playing them, changing and removing them.

mod change;
mod draft;
mod encode;
mod list;
mod making;
mod play;
mod remove;
mod scene;
mod source;
mod upload;
mod view;

pub use change::{VideoChange, change};
pub(crate) use change::{read_audience, read_caption};
pub use draft::drafts;
pub(crate) use draft::{JOB as PUBLISH_JOB, run as run_publish};
pub use encode::plan_args;
pub(crate) use encode::{JOB as ENCODE_JOB, run as run_encode};
pub(crate) use list::{Listed, listed, own_view};
pub use list::{VideoPage, of_profile};
pub use outro_media::Key;
pub(crate) use play::until_refused;
pub use play::{Media, Part, open};
pub use remove::remove;
pub(crate) use remove::{JOB as REMOVE_JOB, run as run_remove};
pub use scene::{Framing, framing, set_framing};
pub(crate) use source::unseal;
pub use upload::{NewVideo, Upload, begin_upload, until_signed_out};
pub(crate) use upload::{UnusedRow, discard, may_borrow, new_blob, take_in, too_large, wanted};
pub use view::{DraftView, Failure, VideoView, Why, get};
pub(crate) use view::{FoundVideo, find, view_of};

//! Bringing an archive in that was taken along elsewhere. It is received sealed, looked through as a whole, and only
//! then made here, video by video: of what is not sound nothing comes.

mod check;
mod made;
mod receive;
mod show;

pub(crate) use made::run;
pub(crate) use receive::drop_unfinished;
pub use receive::{Incoming, begin};
pub use show::{ImportView, brought_follows, list};

/// The kind of the job that brings an archive in.
pub(crate) const JOB: &str = "import";

use outro_model::{BlobId, ImportId};

/// The sealed object of an archive has its id.
const fn object(id: ImportId) -> BlobId {
    BlobId::from_bytes(*id.as_bytes())
}

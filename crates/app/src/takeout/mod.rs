//! Taking everything along: an archive that a job makes, sealed at rest, and that goes by itself.
//!
//! What is in it follows from the data map: rows by `store::takeout`, objects by their kinds. What concerns
//! others is in it as one sees it oneself, asked of the policy while the archive is made.

mod activity;
mod archive;
mod ask;
mod build;
mod content;
mod download;
mod media;
mod pages;
mod people;
mod rows;
mod schema;
mod show;

pub(crate) use ask::insert;
pub use ask::{begin, remove};
pub(crate) use build::run;
pub use download::{Archive, open};
pub use schema::schema;
pub(crate) use show::drop_expired;
pub use show::{TakeoutView, get, list};

/// The kind of the job that makes an archive.
pub(crate) const JOB: &str = "takeout";
/// How long an archive is kept, in seconds.
const KEPT_SECONDS: i64 = outro_datamap::TAKEOUT_DAYS * 86_400;

use outro_model::{BlobId, TakeoutId};

/// The sealed object of an archive has its id.
const fn object(id: TakeoutId) -> BlobId {
    BlobId::from_bytes(*id.as_bytes())
}

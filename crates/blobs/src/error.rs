//! What can go wrong with objects.

use outro_vault::Tampered;

/// An error of the object store. Its text is for the log: it names no path.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The owner has no home: never joined, or erased.
    #[error("the owner has no home here")]
    HomeGone,
    /// There is an object of this id already.
    #[error("there is an object of this id already")]
    Exists,
    /// The header or the object is not what was sealed.
    #[error(transparent)]
    Tampered(#[from] Tampered),
    /// The disk failed or is full.
    #[error("object store: {}", .0.kind())]
    Io(std::io::Error),
    /// The address of a bucket is none.
    #[error("OUTRO_BLOBS_URL: {0}")]
    Address(&'static str),
    /// The bucket keeps what is deleted.
    #[error(
        "the bucket keeps versions, so that nothing in it would ever be deleted: suspend its versioning and remove the \
         versions that are there, or give another bucket"
    )]
    Versioned,
    /// The server of the bucket does not answer, or not in time. What was asked may be asked again.
    #[error("object server: {0}")]
    Away(String),
    /// The server of the bucket refuses: its status and code.
    #[error("object server: status {0} ({1})")]
    Refused(u16, String),
    /// The object was deleted while it was read.
    #[error("the object went while it was read")]
    Gone,
    /// The gate of deletions cannot be kept.
    #[error("gate of deletions: {0}")]
    Gate(String),
    /// The work was stopped, or an earlier part of it had failed.
    #[error("the work was stopped")]
    Stopped,
}

impl From<std::io::Error> for BlobError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

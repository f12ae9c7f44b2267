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
    /// The work was stopped, or an earlier part of it had failed.
    #[error("the work was stopped")]
    Stopped,
}

impl From<std::io::Error> for BlobError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

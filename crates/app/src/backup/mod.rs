//! Backups and restoring. A folder of backups holds
//!
//! ```text
//! server              whose backups these are
//! objects/ab/…        sealed objects, each once however many backups hold it
//! <moment>.<id>/      one backup: `about` (plain), `rows` and `objects` (sealed under the backup's own key)
//! ```
//!
//! A backup is there since its folder has its name. Its key stands in the keyring alone, which is never part
//! of a backup, and is destroyed at the backup's end. What is restored is served only after the ledger of
//! destroyed keys was replayed (`replay.rs`).

mod crash;
mod look;
mod place;
mod prune;
mod replay;
mod restore;
mod take;
mod verify;

use outro_blobs::BlobError;
use outro_db::DbError;
use outro_vault::{Tampered, VaultError};

pub(crate) use look::{each_value, make_of};
pub use place::{About, Backups};
pub use prune::{Pruned, prune};
pub use replay::{is_pending, replay, sweep};
pub use restore::{Restored, Target, restore};
pub use take::{Taken, take};
pub use verify::{Verified, verify};

use crate::AppError;

/// How long a backup opens at most, in days.
pub const LONGEST_DAYS: i64 = outro_datamap::BACKUP_DAYS;

/// Why a backup was not made, read or put back. The text is for the operator; it names nobody.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A disk failed or is full.
    #[error("{}: {}", .0, .1.kind())]
    Io(&'static str, std::io::Error),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The keyring failed.
    #[error(transparent)]
    Vault(VaultError),
    /// The store of objects failed.
    #[error(transparent)]
    Blob(BlobError),
    /// A use case failed.
    #[error(transparent)]
    App(#[from] AppError),
    /// Something in the backup is not what was written.
    #[error("the backup was changed, is cut or is damaged ({0})")]
    Tampered(&'static str),
    /// There is no such backup.
    #[error("there is no backup here")]
    NotThere,
    /// Its key is destroyed, or stands in another keyring.
    #[error("the keyring has no key for this backup: it has ended, or it is another server's")]
    Ended,
    /// The folder belongs to another server.
    #[error("this folder holds the backups of another server")]
    OtherServer,
    /// Another command is at work in the folder.
    #[error("another command is at work in this folder of backups")]
    Busy,
    /// There is something where the backup was to go.
    #[error("the database is not empty: a backup is put into an empty one alone")]
    NotEmpty,
    /// The backup is from a newer program.
    #[error("the backup is from a newer program")]
    Newer,
    /// The ledger could not be replayed.
    #[error("somebody erased is not gone yet ({0}): nothing is served before")]
    Residue(String),
}

impl From<VaultError> for BackupError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Tampered(Tampered) => Self::Tampered("a sealed part"),
            error => Self::Vault(error),
        }
    }
}

impl From<BlobError> for BackupError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Tampered(Tampered) => Self::Tampered("an object"),
            error => Self::Blob(error),
        }
    }
}

/// Says where a disk failed.
fn at(place: &'static str) -> impl Fn(std::io::Error) -> BackupError {
    move |error| BackupError::Io(place, error)
}

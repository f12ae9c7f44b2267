//! What can go wrong in the vault.

use outro_db::DbError;

/// The key is there, but what was opened with it is not what was sealed: changed, cut, moved to
/// another place, or sealed for somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sealed data does not open under its key")]
pub struct Tampered;

/// An error of the vault. Its text is for the log: it names no account and holds no key.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The keyring's database failed.
    #[error("keyring: {0}")]
    Db(#[from] DbError),
    /// Sealed data did not open under a key that is there.
    #[error(transparent)]
    Tampered(#[from] Tampered),
    /// The keyring holds keys, but the root file is not there to open them.
    #[error("the keyring is in use, but its root file is missing")]
    RootMissing,
    /// The root file cannot be read as one.
    #[error("the root file is damaged")]
    RootDamaged,
    /// The keyring is wrapped under a root key that the root file does not hold: an old copy of the
    /// keyring, or another one's root file.
    #[error(
        "the keyring is wrapped under a root key that the root file does not hold: it is another keyring's, or this machine was off \
         for more than two days; then copy the root file of a machine that runs"
    )]
    UnknownRoot,
    /// The root file cannot be read or written.
    #[error("root file: {0}")]
    Io(#[from] std::io::Error),
    /// The account has a key already.
    #[error("the account has a key already")]
    AccountExists,
    /// The conversation has a key already.
    #[error("the conversation has a key already")]
    ConversationExists,
    /// The account was erased, or the conversation is over: it never gets a key again.
    #[error("the key was destroyed")]
    Destroyed,
    /// The root key is being replaced already.
    #[error("the root key is being replaced already")]
    RotationRunning,
    /// The keyring holds something already: a copy is put into an empty one alone.
    #[error("the keyring is not empty")]
    KeyringInUse,
    /// The copy of the keyring is from a newer program.
    #[error("the copy of the keyring is from a newer program")]
    NewerCopy,
    /// A task of the vault was stopped before its end.
    #[error("the work was stopped")]
    Stopped,
}

impl VaultError {
    /// Whether the same call may succeed when it is made again.
    pub fn may_retry(&self) -> bool {
        matches!(self, Self::Db(DbError::Busy(_) | DbError::Open(_)) | Self::RotationRunning | Self::Stopped)
    }
}

//! The keyring: one key for each account, and everything that is done with keys. It imports `db`,
//! `datamap`, `model` and `tlog`; never `store`: no table of the main database is known here.
//!
//! | key | where it stands | what it does |
//! |---|---|---|
//! | root key | [`RootFile`], apart from the keyring | wraps every key below; replaced by [`Vault::rotate_root`] |
//! | account key | keyring, wrapped | derives the keys that seal columns, blob headers and index entries |
//! | conversation key | keyring, wrapped | derives the key that seals the texts of one conversation |
//! | service keys | keyring, wrapped | handle index, one for each [`MacPurpose`], signing of receipts and of the log |
//! | keys of accounting records | keyring, wrapped, one a year | seal what the law wants kept: [`Vault::books`] |
//! | day key | keyring, wrapped, one day long | [`Vault::budget_tag`] |
//! | backup key | keyring, wrapped, with an end | seals one backup of the database |
//!
//! Destroying the wrapped account key is what erases an account. Only joining makes one, so a key that
//! is missing means erased, also after a restore. The key of a conversation is made with it and destroyed
//! when its last member is gone. The ledger of destroyed keys outranks the keys: an
//! account that stands in it has none, whatever a restored copy says.
//!
//! Sealing is AES-256-GCM-SIV (RFC 8452) under random nonces, which forgives a repeated nonce; keys are
//! derived by HKDF-SHA-256 (RFC 5869); blind indexes and tags are HMAC-SHA-256 (RFC 2104); receipts are
//! signed with Ed25519 (RFC 8032). All of it is AWS-LC's; nothing is made up here. AWS-LC cleanses the
//! memory of its key objects when it frees them; what passes by as bytes is held in [`KeyBytes`] or `Zeroizing`.

mod accounts;
mod aead;
mod backups;
mod books;
mod budget;
mod cache;
mod conversations;
mod copy;
mod derive;
mod destroy;
mod document;
mod error;
mod frame;
mod handover;
mod index;
mod kept;
mod key_bytes;
mod keyring;
mod keys;
mod log;
mod pieces;
mod random;
mod residue;
mod ring;
mod root;
mod rotate;
mod service;
mod sign;
mod vault;

pub use aead::SEALED_OVERHEAD;
pub use backups::{BackupKeys, BackupTerm};
pub use books::BookKey;
pub use cache::LEASE;
pub use copy::{CopyState, restore_keyring};
pub use destroy::Destruction;
pub use document::{open_under, seal_under};
pub use error::{Tampered, VaultError};
pub use frame::{Sha256, constant_time_eq, sha256};
pub use index::IndexEntry;
pub use kept::{KeptErasure, KeptHandle};
pub use key_bytes::KeyBytes;
pub use keyring::{KEYRING_COLUMNS, KEYRING_MIGRATIONS};
pub use keys::{AccountKeys, ConversationKeys, KeyId};
pub use log::LogEntry;
pub use pieces::{PieceReader, PieceWriter};
pub use random::SystemRandom;
pub use root::RootFile;
pub use rotate::Rotation;
pub use service::MacPurpose;
pub use vault::{Vault, VaultOptions};

#[cfg(test)]
mod tests;

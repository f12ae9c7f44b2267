//! The keys of backups: one each, with an end. A backup whose key is destroyed opens to nobody.

use std::sync::Arc;

use outro_db::{params, statements};
use outro_model::{AccountId, BackupId, Random, Timestamp};
use zeroize::Zeroizing;

use crate::aead::Aead;
use crate::derive::derive;
use crate::ring::{Subject, Wrapped};
use crate::{Tampered, Vault, VaultError};

statements! {
    INSERT_BACKUP = "INSERT INTO backup_keys (id, root_id, wrapped, made_at, ends_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    BACKUP = "SELECT root_id, wrapped, made_at, ends_at FROM backup_keys WHERE id = ?1";
    ALL_BACKUPS = "SELECT id, made_at, ends_at FROM backup_keys ORDER BY made_at, id";
    LAST_END = "SELECT MAX(ends_at) FROM backup_keys";
    END_BACKUPS = "DELETE FROM backup_keys WHERE ends_at <= ?1";
    END_BACKUP = "DELETE FROM backup_keys WHERE id = ?1";
    HAS_KEY = "SELECT account_id FROM account_keys WHERE account_id = ?1
        AND NOT EXISTS (SELECT 1 FROM destroyed WHERE destroyed.account_id = account_keys.account_id)";
    IS_KEY = "SELECT key_id FROM account_keys WHERE key_id = ?1
        AND NOT EXISTS (SELECT 1 FROM destroyed WHERE destroyed.account_id = account_keys.account_id)";
}

/// How long after the end of a key the last copy of the keyring that holds it opens: until the next
/// daily replacement of the root key.
const COPIES_SECONDS: i64 = 86_400;

/// A backup's key as the keyring lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupTerm {
    /// The backup.
    pub id: BackupId,
    /// When it was begun.
    pub made_at: Timestamp,
    /// From when on it opens to nobody.
    pub ends_at: Timestamp,
}

/// What the key of one backup can do: seal its parts, piece by piece.
#[derive(Clone)]
pub struct BackupKeys(Arc<Inner>);

struct Inner {
    term: BackupTerm,
    pieces: Aead,
    random: Arc<dyn Random>,
}

impl BackupKeys {
    fn new(term: BackupTerm, key: &[u8; 32], random: Arc<dyn Random>) -> Self {
        let pieces = Aead::new(&derive(key, "backup", &[term.id.as_bytes()]));
        Self(Arc::new(Inner { term, pieces, random }))
    }

    /// Whose key this is, and until when.
    pub fn term(&self) -> BackupTerm {
        self.0.term
    }

    /// Seals one piece of a part. It opens in that place alone, and `last` is bound into it, so that
    /// pieces cannot be swapped, dropped or cut off.
    pub fn seal(&self, part: &str, number: u64, last: bool, piece: &[u8]) -> Vec<u8> {
        self.0.pieces.seal(&*self.0.random, &place(part, &number.to_be_bytes(), &[u8::from(last)]), piece)
    }

    /// Opens what [`Self::seal`] sealed for this place.
    pub fn open(&self, part: &str, number: u64, last: bool, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Tampered> {
        self.0.pieces.open(&place(part, &number.to_be_bytes(), &[u8::from(last)]), sealed)
    }
}

fn place<'a>(part: &'a str, number: &'a [u8; 8], last: &'a [u8; 1]) -> [&'a [u8]; 4] {
    [b"backup piece", part.as_bytes(), number, last]
}

impl Vault {
    /// Makes the key of a new backup. It ends by itself.
    pub async fn create_backup(&self, id: BackupId, ends_at: Timestamp) -> Result<BackupKeys, VaultError> {
        let keyring = &self.inner.keyring;
        let (key, term) = (keyring.new_key(), BackupTerm { id, made_at: keyring.clock.now(), ends_at });
        let mut tx = keyring.db.write().await?;
        let wrapped = keyring.wrap_in(&mut tx, Subject::Backup(id), &key).await?;
        let row = params![id, wrapped.root, wrapped.bytes, term.made_at, ends_at];
        tx.execute(&INSERT_BACKUP, row).await?;
        tx.commit().await?;
        Ok(BackupKeys::new(term, &key, keyring.random.clone()))
    }

    /// The key of a backup. `None`: it has ended, or never was one of this keyring.
    pub async fn backup(&self, id: BackupId) -> Result<Option<BackupKeys>, VaultError> {
        match self.read_backup(id).await {
            // The row may have been read just before a rotation wrapped it anew.
            Err(VaultError::UnknownRoot) => self.read_backup(id).await,
            read => read,
        }
    }

    async fn read_backup(&self, id: BackupId) -> Result<Option<BackupKeys>, VaultError> {
        let keyring = &self.inner.keyring;
        let Some(row) = keyring.db.read().await?.query_opt(&BACKUP, params![id]).await? else { return Ok(None) };
        let term = BackupTerm { id, made_at: row.get(2)?, ends_at: row.get(3)? };
        // Past its end it opens nothing, also before anybody has come by to destroy it.
        if term.ends_at <= keyring.clock.now() {
            return Ok(None);
        }
        let key = keyring.unwrap(Subject::Backup(id), &Wrapped::from_row(&row, 0)?).await?;
        Ok(Some(BackupKeys::new(term, &key, keyring.random.clone())))
    }

    /// All backups that have a key, the oldest first.
    pub async fn backups(&self) -> Result<Vec<BackupTerm>, VaultError> {
        let rows = self.inner.keyring.db.read().await?.query(&ALL_BACKUPS, &[]).await?;
        rows.iter().map(|row| Ok(BackupTerm { id: row.get(0)?, made_at: row.get(1)?, ends_at: row.get(2)? })).collect()
    }

    /// By when no backup that was begun up to now opens any more, whatever copy of the keyring there is;
    /// `None` when there is no backup.
    pub async fn backups_end_by(&self) -> Result<Option<Timestamp>, VaultError> {
        let row = self.inner.keyring.db.read().await?.query_opt(&LAST_END, &[]).await?;
        let last: Option<Timestamp> = row.map(|row| row.get(0)).transpose()?.flatten();
        Ok(last.map(|last| last.plus_seconds(COPIES_SECONDS)))
    }

    /// Destroys the keys of backups that end by `now`; how many.
    pub async fn end_backups(&self, now: Timestamp) -> Result<u64, VaultError> {
        let mut tx = self.inner.keyring.db.write().await?;
        let ended = tx.execute(&END_BACKUPS, params![now]).await?;
        tx.commit().await?;
        if ended > 0 {
            self.inner.keyring.db.shed().await.ok();
        }
        Ok(ended)
    }

    /// Destroys the key of one backup before its end.
    pub async fn end_backup(&self, id: BackupId) -> Result<(), VaultError> {
        let mut tx = self.inner.keyring.db.write().await?;
        tx.execute(&END_BACKUP, params![id]).await?;
        tx.commit().await?;
        self.inner.keyring.db.shed().await.ok();
        Ok(())
    }

    /// Those of some accounts that have a key.
    pub async fn with_keys(&self, accounts: &[AccountId]) -> Result<Vec<AccountId>, VaultError> {
        let mut tx = self.inner.keyring.db.read().await?;
        let mut found = Vec::with_capacity(accounts.len());
        for &account in accounts {
            if tx.query_opt(&HAS_KEY, params![account]).await?.is_some() {
                found.push(account);
            }
        }
        Ok(found)
    }

    /// Whether a key of this name is there.
    pub async fn is_key(&self, key_id: &[u8; 16]) -> Result<bool, VaultError> {
        Ok(self.inner.keyring.db.read().await?.query_opt(&IS_KEY, params![key_id]).await?.is_some())
    }
}

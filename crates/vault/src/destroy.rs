//! Destroying an account's key, and the ledger of what was destroyed.

use outro_db::{Tx, params, statements};
use outro_model::{AccountId, Timestamp};

use crate::kept::{self, KeptErasure, KeptHandle};
use crate::ring::ids;
use crate::vault::Inner;
use crate::{KeyId, Vault, VaultError};

statements! {
    DELETE_KEY = "DELETE FROM account_keys WHERE account_id = ?1 RETURNING key_id";
    /// Held alone, so that nobody makes a key meanwhile.
    ROOT_ALONE = "SELECT root_id FROM root WHERE one = 1 {for_update}";
    LEDGER_ENTRY = "SELECT destroyed_at, key_id FROM destroyed WHERE account_id = ?1";
    INSERT_ENTRY = "INSERT INTO destroyed (account_id, key_id, destroyed_at)
        VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    LEDGER_PAGE = "SELECT account_id FROM destroyed WHERE account_id > ?1 ORDER BY account_id LIMIT ?2";
    ENTRIES_WITHIN = "SELECT account_id FROM destroyed WHERE destroyed_at >= ?1 AND destroyed_at < ?2
        AND account_id > ?3 ORDER BY account_id LIMIT ?4";
    FIRST_ENTRIES = "SELECT account_id FROM destroyed ORDER BY account_id LIMIT ?1";
}

/// An entry of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destruction {
    /// When the key was destroyed.
    pub at: Timestamp,
    /// The name of the destroyed key; [`KeyId::NONE`] when there was none to destroy, and once the
    /// erasure is complete.
    pub key_id: KeyId,
}

impl Vault {
    /// Destroys the key of an account, for good. When this returns it is durable, and this process
    /// holds no copy in its cache; other processes let go of theirs within [`Self::receipt_delay`].
    ///
    /// Once begun it goes on to its end, also when the caller stops waiting. Called again, it answers
    /// with the first destruction. An id without a key is entered too, so that it never gets one.
    pub async fn destroy(&self, account: AccountId) -> Result<Destruction, VaultError> {
        self.destroy_keeping(account, None).await
    }

    /// The same, and keeps what a restored database must not lack. What was kept at the first destruction
    /// stays.
    pub async fn destroy_keeping(
        &self,
        account: AccountId,
        keep: Option<(KeptErasure, KeptHandle)>,
    ) -> Result<Destruction, VaultError> {
        let inner = self.inner.clone();
        let done = tokio::spawn(async move {
            let destroyed = inner.destroy_key(account, keep.as_ref()).await;
            // Also after an error: whether a commit took place is then not known.
            inner.cache.purge(account);
            let destruction = destroyed?;
            // The write-ahead log holds the wrapped key still. A reader in the way defers this, and the
            // next rotation of the root makes that copy worthless in any case.
            inner.keyring.db.shed().await.ok();
            Ok(destruction)
        });
        done.await.unwrap_or(Err(VaultError::Stopped))
    }

    /// The ledger's entry for an account.
    pub async fn destruction(&self, account: AccountId) -> Result<Option<Destruction>, VaultError> {
        ledger_entry(&mut self.inner.keyring.db.read().await?, account).await
    }

    /// A page of all ids of the ledger, in order, after `after`; replayed before a restored copy serves.
    pub async fn destroyed_ids(&self, after: Option<AccountId>, limit: u32) -> Result<Vec<AccountId>, VaultError> {
        let mut tx = self.inner.keyring.db.read().await?;
        let limit = i64::from(limit);
        let rows = match after {
            Some(after) => tx.query(&LEDGER_PAGE, params![after, limit]).await?,
            None => tx.query(&FIRST_ENTRIES, params![limit]).await?,
        };
        ids(&rows)
    }

    /// A page of the ids whose keys were destroyed since the first and before the second moment, in order, after `after`.
    pub async fn destroyed_within(
        &self,
        (since, before): (Timestamp, Timestamp),
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<Vec<AccountId>, VaultError> {
        let mut tx = self.inner.keyring.db.read().await?;
        let after = after.unwrap_or(AccountId::from_bytes([0; 16]));
        ids(&tx.query(&ENTRIES_WITHIN, params![since, before, after, i64::from(limit)]).await?)
    }
}

impl Inner {
    async fn destroy_key(
        &self,
        account: AccountId,
        keep: Option<&(KeptErasure, KeptHandle)>,
    ) -> Result<Destruction, VaultError> {
        let mut tx = self.keyring.db.write().await?;
        let mut key_id = delete_key(&mut tx, account).await?;
        if key_id.is_none() {
            if let Some(before) = ledger_entry(&mut tx, account).await? {
                return Ok(before);
            }
            // A joining under this id may be under way: wait for it, and keep others from beginning.
            tx.query(&ROOT_ALONE, &[]).await?;
            key_id = delete_key(&mut tx, account).await?;
        }
        let (key_id, now) = (key_id.unwrap_or(KeyId::NONE), self.keyring.clock.now());
        tx.execute(&INSERT_ENTRY, params![account, key_id, now]).await?;
        if let Some((sheet, handle)) = keep {
            kept::keep(&mut tx, sheet, *handle).await?;
        }
        let destruction = ledger_entry(&mut tx, account).await?.ok_or(VaultError::Stopped)?;
        tx.commit().await?;
        Ok(destruction)
    }
}

async fn delete_key(tx: &mut Tx, account: AccountId) -> Result<Option<KeyId>, VaultError> {
    let row = tx.query_opt(&DELETE_KEY, params![account]).await?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

async fn ledger_entry(tx: &mut Tx, account: AccountId) -> Result<Option<Destruction>, VaultError> {
    let Some(row) = tx.query_opt(&LEDGER_ENTRY, params![account]).await? else { return Ok(None) };
    Ok(Some(Destruction { at: row.get(0)?, key_id: row.get(1)? }))
}

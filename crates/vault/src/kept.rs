//! What of an erasure must outlive the database: a restored one would otherwise have no trace of an erased
//! handle and no receipt. It stands beside the ledger, which is what a restore replays.

use outro_db::{FromValue, Row, Tx, params, statements};
use outro_model::{AccountId, ConversationId, Timestamp};

use crate::{KeyId, Vault, VaultError};

statements! {
    KEEP_ERASURE = "INSERT INTO kept_erasures (account_id, id_hash, receipt_id, commitment, started_at)
        VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
    KEEP_HANDLE = "INSERT INTO kept_handles (bits, tag) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    KEPT_ERASURE = "SELECT account_id, id_hash, receipt_id, commitment, started_at FROM kept_erasures
        WHERE account_id = ?1";
    DROP_ERASURE = "DELETE FROM kept_erasures WHERE account_id = ?1";
    BLANK_ENTRY = "UPDATE destroyed SET key_id = ?2 WHERE account_id = ?1";
    KEEP_RECEIPT = "INSERT INTO kept_receipts (id_hash, note) VALUES (?1, ?2)
        ON CONFLICT (id_hash) DO UPDATE SET note = ?2";
    RECEIPT_PAGE = "SELECT id_hash, note FROM kept_receipts WHERE id_hash > ?1 ORDER BY id_hash LIMIT ?2";
    HANDLE_PAGE = "SELECT bits, tag FROM kept_handles WHERE (bits, tag) > (?1, ?2) ORDER BY bits, tag LIMIT ?3";
    CONVERSATION_PAGE = "SELECT conversation_id FROM conversation_keys WHERE conversation_id > ?1
        ORDER BY conversation_id LIMIT ?2";
    ENDED_PAGE = "SELECT conversation_id FROM destroyed_conversations WHERE conversation_id > ?1
        ORDER BY conversation_id LIMIT ?2";
}

/// The work sheet of an erasure that is not complete, and what keeps its handle from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptErasure {
    /// Who leaves.
    pub account: AccountId,
    /// SHA-256 of the receipt's id.
    pub id_hash: [u8; 32],
    /// The receipt's id, sealed.
    pub receipt_id: Vec<u8>,
    /// The commitment of the receipt.
    pub commitment: [u8; 32],
    /// When leaving was confirmed.
    pub started_at: Timestamp,
}

/// The trace of an erased handle: how many bits of its slow hash are kept, and those.
pub type KeptHandle = (i64, i64);

/// Keeps the sheet and the handle, in the transaction that destroys the key.
pub(crate) async fn keep(tx: &mut Tx, sheet: &KeptErasure, handle: KeptHandle) -> Result<(), VaultError> {
    let KeptErasure { account, id_hash, receipt_id, commitment, started_at } = sheet;
    tx.execute(&KEEP_ERASURE, params![account, id_hash, receipt_id, commitment, started_at]).await?;
    tx.execute(&KEEP_HANDLE, params![handle.0, handle.1]).await?;
    Ok(())
}

impl Vault {
    /// Notes that nothing is left of an account: the sealed receipt is kept, and which key and which
    /// receipt were whose is forgotten. With the name of the key the ledger could tell whose an entry of an
    /// index is, in a copy of the database from before.
    pub async fn conclude(&self, account: AccountId, id_hash: &[u8; 32], note: &[u8]) -> Result<(), VaultError> {
        let mut tx = self.inner.keyring.db.write().await?;
        tx.execute(&KEEP_RECEIPT, params![id_hash, note]).await?;
        tx.execute(&DROP_ERASURE, params![account]).await?;
        tx.execute(&BLANK_ENTRY, params![account, KeyId::NONE]).await?;
        tx.commit().await?;
        self.inner.keyring.db.shed().await?;
        Ok(())
    }

    /// The work sheet of an account whose erasure is not complete.
    pub async fn kept_erasure(&self, account: AccountId) -> Result<Option<KeptErasure>, VaultError> {
        let row = self.inner.keyring.db.read().await?.query_opt(&KEPT_ERASURE, params![account]).await?;
        row.as_ref().map(sheet).transpose()
    }

    /// A page of complete receipts, by the hash of their ids, each with its sealed note.
    pub async fn kept_receipts(&self, after: &[u8; 32], limit: i64) -> Result<Vec<([u8; 32], Vec<u8>)>, VaultError> {
        let rows = self.inner.keyring.db.read().await?.query(&RECEIPT_PAGE, params![after, limit]).await?;
        pairs(&rows)
    }

    /// A page of traces of erased handles.
    pub async fn kept_handles(&self, after: KeptHandle, limit: i64) -> Result<Vec<KeptHandle>, VaultError> {
        let rows = self.inner.keyring.db.read().await?.query(&HANDLE_PAGE, params![after.0, after.1, limit]).await?;
        pairs(&rows)
    }

    /// A page of conversations that have a key.
    pub async fn conversation_ids(&self, after: ConversationId, limit: i64) -> Result<Vec<ConversationId>, VaultError> {
        let rows = self.inner.keyring.db.read().await?.query(&CONVERSATION_PAGE, params![after, limit]).await?;
        crate::ring::ids(&rows)
    }

    /// A page of conversations that are over.
    pub async fn ended_conversations(
        &self,
        after: ConversationId,
        limit: i64,
    ) -> Result<Vec<ConversationId>, VaultError> {
        let rows = self.inner.keyring.db.read().await?.query(&ENDED_PAGE, params![after, limit]).await?;
        crate::ring::ids(&rows)
    }
}

fn sheet(row: &Row) -> Result<KeptErasure, VaultError> {
    Ok(KeptErasure {
        account: row.get(0)?,
        id_hash: row.get(1)?,
        receipt_id: row.get(2)?,
        commitment: row.get(3)?,
        started_at: row.get(4)?,
    })
}

fn pairs<A: FromValue, B: FromValue>(rows: &[Row]) -> Result<Vec<(A, B)>, VaultError> {
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

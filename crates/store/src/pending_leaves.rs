//! Leaving after a wait, when the phone is lost.

use outro_db::{DbError, Tx, params, statements};
use outro_model::{AccountId, Timestamp};

use crate::changed;

/// A row of `pending_leaves`.
#[derive(Clone, Debug)]
pub struct PendingLeave {
    /// Who leaves.
    pub account: AccountId,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When the account goes.
    pub leaves_at: Timestamp,
    /// The unguessable id of the receipt, sealed under a key of the service.
    pub receipt_id: Vec<u8>,
    /// SHA-256(nonce ‖ account id ‖ handle).
    pub commitment: [u8; 32],
}

statements! {
    PUT = "INSERT INTO pending_leaves (account_id, asked_at, leaves_at, receipt_id, commitment)
        VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
    GET = "SELECT account_id, asked_at, leaves_at, receipt_id, commitment FROM pending_leaves WHERE account_id = ?1";
    DELETE = "DELETE FROM pending_leaves WHERE account_id = ?1";
    PUT_OFF = "UPDATE pending_leaves SET leaves_at = ?1 WHERE leaves_at < ?1";
    PAGE = "SELECT account_id FROM pending_leaves WHERE account_id > ?1 ORDER BY account_id LIMIT ?2";
}

/// Notes that somebody leaves at a moment; `false` when that is noted already, which then stays as it is.
pub async fn put(tx: &mut Tx, leave: &PendingLeave) -> Result<bool, DbError> {
    let PendingLeave { account, asked_at, leaves_at, receipt_id, commitment } = leave;
    changed(tx, &PUT, params![account, asked_at, leaves_at, receipt_id, commitment]).await
}

/// What is noted of an account.
pub async fn get(tx: &mut Tx, account: AccountId) -> Result<Option<PendingLeave>, DbError> {
    let row = tx.query_opt(&GET, params![account]).await?;
    row.map(|row| {
        Ok(PendingLeave {
            account: row.get(0)?,
            asked_at: row.get(1)?,
            leaves_at: row.get(2)?,
            receipt_id: row.get(3)?,
            commitment: row.get(4)?,
        })
    })
    .transpose()
}

/// Takes it back.
pub async fn delete(tx: &mut Tx, account: AccountId) -> Result<bool, DbError> {
    changed(tx, &DELETE, params![account]).await
}

/// Keeps everybody until a moment at least.
pub async fn put_off(tx: &mut Tx, until: Timestamp) -> Result<u64, DbError> {
    tx.execute(&PUT_OFF, params![until]).await
}

/// A page of those who leave like that, in order, after `after`.
pub async fn page(tx: &mut Tx, after: AccountId, limit: i64) -> Result<Vec<AccountId>, DbError> {
    tx.query(&PAGE, params![after, limit]).await?.iter().map(|row| row.get(0)).collect()
}

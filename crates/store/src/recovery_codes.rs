//! Recovery codes. What is sealed goes in and comes out sealed.

use outro_db::{DbError, Tx, params, statements};
use outro_model::{AccountId, RecoveryCodeId, Timestamp};

use crate::changed;

/// A row of `recovery_codes`.
#[derive(Clone, Debug)]
pub struct RecoveryCode {
    /// The id.
    pub id: RecoveryCodeId,
    /// A keyed hash of the code, sealed under the account's key.
    pub code: Vec<u8>,
}

statements! {
    INSERT = "INSERT INTO recovery_codes (account_id, id, code, made_at) VALUES (?1, ?2, ?3, ?4)";
    LIST = "SELECT id, code FROM recovery_codes WHERE account_id = ?1 ORDER BY id";
    COUNT = "SELECT COUNT(*) FROM recovery_codes WHERE account_id = ?1";
    USE = "DELETE FROM recovery_codes WHERE account_id = ?1 AND id = ?2";
    DROP = "DELETE FROM recovery_codes WHERE account_id = ?1";
}

/// Puts codes in the place of all that were there.
pub async fn replace(tx: &mut Tx, account: AccountId, codes: &[RecoveryCode], now: Timestamp) -> Result<(), DbError> {
    tx.execute(&DROP, params![account]).await?;
    for RecoveryCode { id, code } in codes {
        tx.execute(&INSERT, params![account, id, code, now]).await?;
    }
    Ok(())
}

/// The codes that are not used yet.
pub async fn list(tx: &mut Tx, account: AccountId) -> Result<Vec<RecoveryCode>, DbError> {
    let rows = tx.query(&LIST, params![account]).await?;
    rows.iter().map(|row| Ok(RecoveryCode { id: row.get(0)?, code: row.get(1)? })).collect()
}

/// How many codes are not used yet.
pub async fn count(tx: &mut Tx, account: AccountId) -> Result<i64, DbError> {
    tx.query(&COUNT, params![account]).await?.first().map_or(Ok(0), |row| row.get(0))
}

/// Uses a code up; `false` when somebody was faster, or others have taken its place.
pub async fn use_up(tx: &mut Tx, account: AccountId, id: RecoveryCodeId) -> Result<bool, DbError> {
    changed(tx, &USE, params![account, id]).await
}

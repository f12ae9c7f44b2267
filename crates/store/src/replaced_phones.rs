//! Linked numbers that took another's place a short time ago: by the new one alone nobody leaves at once.

use outro_db::{DbError, Tx, params, statements};
use outro_model::{AccountId, Timestamp};

use crate::changed;

/// A row of `replaced_phones`.
#[derive(Clone, Debug)]
pub struct ReplacedPhone {
    /// Whose number it was.
    pub account: AccountId,
    /// The number that was linked before, sealed.
    pub phone: Vec<u8>,
    /// Whether that number was told.
    pub told: bool,
    /// From when on the new number is as good as one that was there from the beginning.
    pub settles_at: Timestamp,
}

statements! {
    PUT = "INSERT INTO replaced_phones (account_id, phone, told, settles_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (account_id) DO UPDATE SET phone = ?2, told = ?3, settles_at = ?4";
    GET = "SELECT account_id, phone, told, settles_at FROM replaced_phones WHERE account_id = ?1";
    SET_TOLD = "UPDATE replaced_phones SET told = 1 WHERE account_id = ?1 AND phone = ?2";
    DELETE = "DELETE FROM replaced_phones WHERE account_id = ?1";
    SETTLE = "DELETE FROM replaced_phones WHERE account_id = ?1 AND settles_at <= ?2";
    PAGE = "SELECT account_id FROM replaced_phones WHERE account_id > ?1 ORDER BY account_id LIMIT ?2";
    PUT_OFF = "UPDATE replaced_phones SET settles_at = ?1, told = 0 WHERE settles_at < ?1";
}

/// Notes that a number was replaced, in the place of what was noted before.
pub async fn put(tx: &mut Tx, row: &ReplacedPhone) -> Result<(), DbError> {
    let ReplacedPhone { account, phone, told, settles_at } = row;
    tx.execute(&PUT, params![account, phone, i64::from(*told), settles_at]).await?;
    Ok(())
}

/// What is noted of an account.
pub async fn get(tx: &mut Tx, account: AccountId) -> Result<Option<ReplacedPhone>, DbError> {
    let row = tx.query_opt(&GET, params![account]).await?;
    row.map(|row| {
        let told: i64 = row.get(2)?;
        Ok(ReplacedPhone { account: row.get(0)?, phone: row.get(1)?, told: told != 0, settles_at: row.get(3)? })
    })
    .transpose()
}

/// Notes that the number from before was told, where it is still that one.
pub async fn set_told(tx: &mut Tx, account: AccountId, phone: &[u8]) -> Result<(), DbError> {
    tx.execute(&SET_TOLD, params![account, phone]).await?;
    Ok(())
}

/// Forgets it: the number from before is linked again.
pub async fn delete(tx: &mut Tx, account: AccountId) -> Result<bool, DbError> {
    changed(tx, &DELETE, params![account]).await
}

/// Forgets it where its time is over.
pub async fn settle(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<bool, DbError> {
    changed(tx, &SETTLE, params![account, now]).await
}

/// A page of those whose number was replaced, in order, after `after`.
pub async fn page(tx: &mut Tx, after: AccountId, limit: i64) -> Result<Vec<AccountId>, DbError> {
    tx.query(&PAGE, params![after, limit]).await?.iter().map(|row| row.get(0)).collect()
}

/// Lets none settle before a moment, and has all told anew.
pub async fn put_off(tx: &mut Tx, until: Timestamp) -> Result<u64, DbError> {
    tx.execute(&PUT_OFF, params![until]).await
}

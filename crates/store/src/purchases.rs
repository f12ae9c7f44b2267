//! What people bought, and the records that are kept of payments.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, PurchaseId, PurchaseState, RecordId, Timestamp};

use crate::changed;

/// A purchase.
#[derive(Clone, Debug)]
pub struct Purchase {
    /// Whose it is.
    pub account: AccountId,
    /// The id: all that the payment service is told of who pays.
    pub id: PurchaseId,
    /// A hash of the key under which it was asked for.
    pub request_key: [u8; 32],
    /// How many coins.
    pub coins: i64,
    /// What they cost, in the smallest unit of the currency.
    pub amount: i64,
    /// The currency, ISO 4217 in small letters.
    pub currency: String,
    /// How far it has come.
    pub state: PurchaseState,
    /// The payment service's id of it, and where it is paid, sealed.
    pub session: Option<Vec<u8>>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

statements! {
    ADD = "INSERT INTO purchases (account_id, id, request_key, coins, amount, currency, state, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING";
    BY_KEY = "SELECT account_id, id, request_key, coins, amount, currency, state, session, created_at FROM purchases
        WHERE account_id = ?1 AND request_key = ?2";
    BY_ID = "SELECT account_id, id, request_key, coins, amount, currency, state, session, created_at FROM purchases
        WHERE id = ?1";
    OPENED = "UPDATE purchases SET state = ?3, session = ?4 WHERE account_id = ?1 AND id = ?2 AND state < 2";
    PAID = "UPDATE purchases SET state = ?3, closed_at = ?4 WHERE account_id = ?1 AND id = ?2 AND state <> ?3";
    CLOSE = "UPDATE purchases SET state = ?3, closed_at = ?4 WHERE account_id = ?1 AND id = ?2 AND state < 2";
    CLOSE_OLD = "UPDATE purchases SET state = ?1, closed_at = ?2 WHERE (account_id, id) IN (SELECT account_id, id
        FROM purchases WHERE state < 2 AND created_at < ?3 ORDER BY created_at LIMIT ?4)";
    COUNT_PAID = "SELECT COUNT(*) FROM purchases WHERE account_id = ?1 AND state = ?2";
    RECORD = "INSERT INTO accounting (year, id, record) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    // What came twice may have come in two years.
    RECORDED = "SELECT id FROM accounting WHERE id = ?1 AND year IN (?2, ?3)";
    RECORDS = "SELECT id, record FROM accounting WHERE year = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
    DROP_RECORDS = "DELETE FROM accounting WHERE (year, id) IN
        (SELECT year, id FROM accounting WHERE year < ?1 ORDER BY year, id LIMIT ?2)";
    SEE_EVENT = "INSERT INTO payment_events (tag, seen_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    DROP_EVENTS = "DELETE FROM payment_events WHERE tag IN
        (SELECT tag FROM payment_events WHERE seen_at < ?1 ORDER BY seen_at LIMIT ?2)";
}

/// Adds a purchase; `false` when there is one under the same key.
pub async fn add(tx: &mut Tx, purchase: &Purchase) -> Result<bool, DbError> {
    let Purchase { account, id, request_key, coins, amount, currency, state, created_at, .. } = purchase;
    changed(tx, &ADD, params![account, id, request_key, coins, amount, currency, state.code(), created_at]).await
}

/// The purchase that was asked for under a key.
pub async fn by_key(tx: &mut Tx, account: AccountId, key: &[u8; 32]) -> Result<Option<Purchase>, DbError> {
    tx.query_opt(&BY_KEY, params![account, key]).await?.as_ref().map(read).transpose()
}

/// The purchase with this id, whoever's it is.
pub async fn by_id(tx: &mut Tx, id: PurchaseId) -> Result<Option<Purchase>, DbError> {
    tx.query_opt(&BY_ID, params![id]).await?.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Purchase, DbError> {
    Ok(Purchase {
        account: row.get(0)?,
        id: row.get(1)?,
        request_key: row.get(2)?,
        coins: row.get(3)?,
        amount: row.get(4)?,
        currency: row.get(5)?,
        state: PurchaseState::from_code(row.get(6)?).ok_or(DbError::Shape { column: 6 })?,
        session: row.get(7)?,
        created_at: row.get(8)?,
    })
}

/// Notes where a purchase is paid; `false` when it is over.
pub async fn opened(tx: &mut Tx, account: AccountId, id: PurchaseId, session: &[u8]) -> Result<bool, DbError> {
    changed(tx, &OPENED, params![account, id, PurchaseState::Open.code(), session]).await
}

/// Notes that a purchase is paid; `false` when it was already.
pub async fn paid(tx: &mut Tx, account: AccountId, id: PurchaseId, now: Timestamp) -> Result<bool, DbError> {
    changed(tx, &PAID, params![account, id, PurchaseState::Paid.code(), now]).await
}

/// Notes that a purchase will not be paid; `false` when it is over already.
pub async fn close(tx: &mut Tx, account: AccountId, id: PurchaseId, now: Timestamp) -> Result<bool, DbError> {
    changed(tx, &CLOSE, params![account, id, PurchaseState::Closed.code(), now]).await
}

/// Closes at most `limit` of those that were asked for before `before` and never paid; how many.
pub async fn close_before(tx: &mut Tx, before: Timestamp, now: Timestamp, limit: i64) -> Result<u64, DbError> {
    tx.execute(&CLOSE_OLD, params![PurchaseState::Closed.code(), now, before, limit]).await
}

/// How many purchases of somebody were paid.
pub async fn count_paid(tx: &mut Tx, account: AccountId) -> Result<i64, DbError> {
    let rows = tx.query(&COUNT_PAID, params![account, PurchaseState::Paid.code()]).await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// Keeps a record of a payment, sealed; `false` when it is kept already.
pub async fn record(tx: &mut Tx, year: i64, id: RecordId, record: &[u8]) -> Result<bool, DbError> {
    changed(tx, &RECORD, params![year, id, record]).await
}

/// Whether there is a record of a payment, of this year or the one before.
pub async fn is_recorded(tx: &mut Tx, id: RecordId, year: i64) -> Result<bool, DbError> {
    Ok(tx.query_opt(&RECORDED, params![id, year, year - 1]).await?.is_some())
}

/// A year's records after `after`, in the order of their ids, at most `limit`.
pub async fn records(tx: &mut Tx, year: i64, after: RecordId, limit: i64) -> Result<Vec<(RecordId, Vec<u8>)>, DbError> {
    let rows = tx.query(&RECORDS, params![year, after, limit]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Removes at most `limit` records of years before `year`; how many went.
pub async fn drop_records_before(tx: &mut Tx, year: i64, limit: i64) -> Result<u64, DbError> {
    tx.execute(&DROP_RECORDS, params![year, limit]).await
}

/// Notes that a report of the payment service is worked on; `false` when it was before.
pub async fn see_event(tx: &mut Tx, tag: &[u8; 32], now: Timestamp) -> Result<bool, DbError> {
    changed(tx, &SEE_EVENT, params![tag, now]).await
}

/// Removes at most `limit` of those from before `before`; how many went.
pub async fn drop_events_before(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64, DbError> {
    tx.execute(&DROP_EVENTS, params![before, limit]).await
}

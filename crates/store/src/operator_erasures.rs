//! Erasures that whoever runs the site was asked for: which kind of request, and the day. They name nobody.

use outro_db::{DbError, Tx, params, statements};
use outro_model::{ActId, EraseReason};

statements! {
    INSERT = "INSERT INTO operator_erasures (id, reason, day) VALUES (?1, ?2, ?3)";
    LIST = "SELECT reason, day FROM operator_erasures ORDER BY day DESC, id DESC LIMIT ?1";
    DROP_BEFORE = "DELETE FROM operator_erasures WHERE day < ?1";
}

/// Notes one, on a day since 1970.
pub async fn put(tx: &mut Tx, id: ActId, reason: EraseReason, day: i64) -> Result<(), DbError> {
    tx.execute(&INSERT, params![id, reason.code(), day]).await.map(|_| ())
}

/// The reasons and the days, the latest first.
pub async fn list(tx: &mut Tx, limit: i64) -> Result<Vec<(EraseReason, i64)>, DbError> {
    let rows = tx.query(&LIST, params![limit]).await?;
    let read = |row: &outro_db::Row| {
        let reason = EraseReason::from_code(row.get(0)?).ok_or(DbError::Shape { column: 0 })?;
        Ok((reason, row.get(1)?))
    };
    rows.iter().map(read).collect()
}

/// Forgets those before a day.
pub async fn drop_before(tx: &mut Tx, day: i64) -> Result<u64, DbError> {
    tx.execute(&DROP_BEFORE, params![day]).await
}

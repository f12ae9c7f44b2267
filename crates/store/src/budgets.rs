//! How often something was tried today, under hashes whose key is thrown away daily.

use outro_db::{DbError, Tx, params, statements};

statements! {
    SPEND = "INSERT INTO budgets (tag, day, spent) VALUES (?1, ?2, 1)
        ON CONFLICT (tag) DO UPDATE SET spent = budgets.spent + 1 RETURNING spent";
    GIVE_BACK = "UPDATE budgets SET spent = spent - 1 WHERE tag = ?1 AND spent > 0";
    SPENT = "SELECT spent FROM budgets WHERE tag = ?1";
    DROP_OLD = "DELETE FROM budgets WHERE day < ?1";
}

/// Spends one; what is spent of the budget with it.
pub async fn spend(tx: &mut Tx, tag: &[u8; 16], day: i64) -> Result<i64, DbError> {
    let rows = tx.query(&SPEND, params![tag, day]).await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// Gives one back that was spent for nothing.
pub async fn give_back(tx: &mut Tx, tag: &[u8; 16]) -> Result<(), DbError> {
    tx.execute(&GIVE_BACK, params![tag]).await.map(|_| ())
}

/// What is spent of a budget.
pub async fn spent(tx: &mut Tx, tag: &[u8; 16]) -> Result<i64, DbError> {
    tx.query_opt(&SPENT, params![tag]).await?.map_or(Ok(0), |row| row.get(0))
}

/// Removes the budgets of days before `day`.
pub async fn drop_before(tx: &mut Tx, day: i64) -> Result<u64, DbError> {
    tx.execute(&DROP_OLD, params![day]).await
}

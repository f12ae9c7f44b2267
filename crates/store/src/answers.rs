//! Answers to all open follow requests at once. An answer stands here until a job has given it to each.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, Timestamp};

/// An answer to all requests of an account that were open at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether they are accepted, or declined.
    pub accept: bool,
    /// The moment: later requests are not meant.
    pub until: Timestamp,
}

/// A request that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub follower: AccountId,
    /// When it was asked.
    pub since: Timestamp,
}

statements! {
    PUT = "INSERT INTO request_answers (account_id, accept, until) VALUES (?1, ?2, ?3)
        ON CONFLICT (account_id) DO UPDATE SET accept = excluded.accept, until = excluded.until";
    GET = "SELECT accept, until FROM request_answers WHERE account_id = ?1 {for_update}";
    DROP = "DELETE FROM request_answers WHERE account_id = ?1";
    WAITING = "SELECT follower_id, created_at FROM follow_requests
        WHERE followed_id = ?1 AND created_at <= ?2 AND (created_at, follower_id) > (?3, ?4)
        ORDER BY created_at, follower_id LIMIT ?5";
}

/// Notes an answer. It takes the place of an earlier one: the last word holds for all that still wait.
pub async fn put(tx: &mut Tx, account: AccountId, answer: Answer) -> Result<(), DbError> {
    tx.execute(&PUT, params![account, answer.accept, answer.until]).await.map(|_| ())
}

/// The answer that is being given, if any. It is held: it cannot be replaced until the transaction ends.
pub async fn get(tx: &mut Tx, account: AccountId) -> Result<Option<Answer>, DbError> {
    let row = tx.query_opt(&GET, params![account]).await?;
    row.map(|row| Ok(Answer { accept: row.get(0)?, until: row.get(1)? })).transpose()
}

/// Notes that an answer was given to each.
pub async fn drop(tx: &mut Tx, account: AccountId) -> Result<(), DbError> {
    tx.execute(&DROP, params![account]).await.map(|_| ())
}

/// Requests to follow `account` that an answer is meant for, the oldest first, those after `after`, at most
/// `limit`.
pub async fn waiting(
    tx: &mut Tx,
    account: AccountId,
    answer: Answer,
    after: Option<Request>,
    limit: i64,
) -> Result<Vec<Request>, DbError> {
    let first = Request { follower: AccountId::from_bytes([0; 16]), since: Timestamp(i64::MIN) };
    let after = after.unwrap_or(first);
    let values = params![account, answer.until, after.since, after.follower, limit];
    tx.query(&WAITING, values).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Request, DbError> {
    Ok(Request { follower: row.get(0)?, since: row.get(1)? })
}

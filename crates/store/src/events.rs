//! That something is new for somebody: numbered for each account, kept for a day, told to open pages.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, ConversationId, EventKind, MessageId, Timestamp};

/// One thing that is new. It holds ids alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number, for the account.
    pub seq: i64,
    /// What is new.
    pub kind: EventKind,
    /// The conversation it is about.
    pub conversation: Option<ConversationId>,
    /// The message it is about.
    pub message: Option<MessageId>,
}

/// A session that is open, of an account that is present, and how many events the account has had.
#[derive(Clone, Copy, Debug)]
pub struct Present {
    /// The account.
    pub account: AccountId,
    /// The hash of the session's token.
    pub token_hash: [u8; 32],
    /// The number of the account's last event.
    pub last: i64,
}

/// How many accounts [`present`] takes at once.
pub const AT_ONCE: usize = 1000;

statements! {
    /// Whoever notes something for an account holds this row until the end of the transaction: numbers
    /// become visible in their order.
    NEXT = "INSERT INTO event_counters (account_id, last) VALUES (?1, 1)
        ON CONFLICT (account_id) DO UPDATE SET last = event_counters.last + 1 RETURNING last";
    INSERT = "INSERT INTO events (account_id, seq, kind, conversation_id, message_id, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    AFTER = "SELECT seq, kind, conversation_id, message_id FROM events WHERE account_id = ?1 AND seq > ?2
        ORDER BY seq LIMIT ?3";
    LAST = "SELECT last FROM event_counters WHERE account_id = ?1";
    DROP_OLD = "DELETE FROM events WHERE (account_id, seq) IN
        (SELECT account_id, seq FROM events WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)";
    /// The ids come as one value, 16 bytes each, and are cut apart here: both engines take a list of any length so.
    /// The cross join keeps SQLite from beginning with all sessions there are.
    PRESENT = "WITH RECURSIVE batch (n, id) AS (SELECT 1, substr(CAST(?2 AS {bytes}), 1, 16)
            UNION ALL SELECT n + 1, substr(CAST(?2 AS {bytes}), n * 16 + 1, 16) FROM batch WHERE n < CAST(?3 AS {int}))
        SELECT s.account_id, s.token_hash, COALESCE(e.last, 0) FROM batch
        CROSS JOIN accounts a CROSS JOIN sessions s LEFT JOIN event_counters e ON e.account_id = a.id
        WHERE a.id = batch.id AND s.account_id = a.id AND s.expires_at > ?1
            AND a.state = 0 AND a.on_hiatus = 0 AND a.suspended = 0";
}

/// Notes that something is new for an account.
pub async fn note(
    tx: &mut Tx,
    account: AccountId,
    kind: EventKind,
    about: (Option<ConversationId>, Option<MessageId>),
    now: Timestamp,
) -> Result<(), DbError> {
    let seq: i64 = tx.query_opt(&NEXT, params![account]).await?.map_or(Ok(0), |row| row.get(0))?;
    tx.execute(&INSERT, params![account, seq, kind.code(), about.0, about.1, now]).await.map(|_| ())
}

/// What is new since number `seq`, in order, at most `limit`.
pub async fn after(tx: &mut Tx, account: AccountId, seq: i64, limit: i64) -> Result<Vec<Event>, DbError> {
    let read = |row: &Row| {
        Ok(Event {
            seq: row.get(0)?,
            kind: EventKind::from_code(row.get(1)?),
            conversation: row.get(2)?,
            message: row.get(3)?,
        })
    };
    tx.query(&AFTER, params![account, seq, limit]).await?.iter().map(read).collect()
}

/// The number of the last event of an account; 0 when there was none.
pub async fn last(tx: &mut Tx, account: AccountId) -> Result<i64, DbError> {
    tx.query_opt(&LAST, params![account]).await?.map_or(Ok(0), |row| row.get(0))
}

/// Removes at most `limit` of what was noted before `before`; how many went.
pub async fn drop_before(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64, DbError> {
    tx.execute(&DROP_OLD, params![before, limit]).await
}

/// The open sessions of these accounts, as far as those are present; at most [`AT_ONCE`] accounts.
pub async fn present(tx: &mut Tx, accounts: &[AccountId], now: Timestamp) -> Result<Vec<Present>, DbError> {
    let ids: Vec<u8> = accounts.iter().flat_map(|account| *account.as_bytes()).collect();
    let read = |row: &Row| Ok(Present { account: row.get(0)?, token_hash: row.get(1)?, last: row.get(2)? });
    tx.query(&PRESENT, params![now, ids, accounts.len() as i64]).await?.iter().map(read).collect()
}

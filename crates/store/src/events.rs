//! That something is new for somebody: numbered for each account, kept for a day, told to open pages.

use outro_db::{DbError, Param, Row, Tx, params, statements};
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
pub const AT_ONCE: usize = 64;

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
    PRESENT = "SELECT s.account_id, s.token_hash, COALESCE(e.last, 0) FROM sessions s
        JOIN accounts a ON a.id = s.account_id LEFT JOIN event_counters e ON e.account_id = s.account_id
        WHERE a.id IN (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
            ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33,
            ?34, ?35, ?36, ?37, ?38, ?39, ?40, ?41, ?42, ?43, ?44, ?45, ?46, ?47, ?48, ?49,
            ?50, ?51, ?52, ?53, ?54, ?55, ?56, ?57, ?58, ?59, ?60, ?61, ?62, ?63, ?64, ?65)
            AND s.expires_at > ?1 AND a.state = 0 AND a.on_hiatus = 0 AND a.suspended = 0";
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
    let Some(last) = accounts.last() else { return Ok(vec![]) };
    // The statement takes as many ids as it takes: the last one stands for those that are not there.
    let ids = accounts.iter().chain(std::iter::repeat(last)).take(AT_ONCE).map(|id| Param::Bytes(id.as_bytes()));
    let values: Vec<_> = std::iter::once(Param::Int(now.0)).chain(ids).collect();
    let read = |row: &Row| Ok(Present { account: row.get(0)?, token_hash: row.get(1)?, last: row.get(2)? });
    tx.query(&PRESENT, &values).await?.iter().map(read).collect()
}

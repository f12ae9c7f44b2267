//! What somebody has seen, and what of it a ranking may use.

use outro_db::{DbError, Tx, params, statements};
use outro_model::{AccountId, AccountState, Timestamp, VideoId};

use crate::changed;

/// Rows that one transaction takes at most.
pub const BATCH: i64 = 500;
/// How many of the latest likes and watches a ranking looks at.
const LATEST: i64 = 200;

/// What an account has chosen for its feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Whether the ranking may use what the account watches, likes and follows.
    pub personalised: bool,
    /// What was watched and liked before this moment is forgotten.
    pub reset_at: Timestamp,
}

/// One watching of a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// Who watched.
    pub account: AccountId,
    /// The video.
    pub video: VideoId,
    /// Whose it is.
    pub owner: AccountId,
    /// When.
    pub seen_at: Timestamp,
    /// For how long; 0 where the feed is not personalised.
    pub watched_ms: i64,
    /// Whether to its end; `false` where the feed is not personalised.
    pub completed: bool,
}

/// How an account took the videos of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Liked one.
    Liked,
    /// Watched one to its end.
    Completed,
    /// Went on within two seconds.
    Skipped,
}

statements! {
    CHOICE = "SELECT personalised, feed_reset_at FROM accounts WHERE id = ?1";
    SET_PERSONALISED = "UPDATE accounts SET personalised = ?2 WHERE id = ?1 AND state = ?3";
    RESET = "UPDATE accounts SET feed_reset_at = ?2 WHERE id = ?1 AND state = ?3";
    PUT = "INSERT INTO watches (account_id, video_id, owner_id, seen_at, watched_ms, completed)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (account_id, video_id) DO UPDATE SET seen_at = excluded.seen_at,
        watched_ms = CASE WHEN watches.watched_ms > excluded.watched_ms THEN watches.watched_ms
            ELSE excluded.watched_ms END,
        completed = CASE WHEN watches.completed = 1 THEN 1 ELSE excluded.completed END";
    LIKED = "SELECT owner_id FROM likes WHERE account_id = ?1 AND created_at > ?2
        ORDER BY created_at DESC, owner_id DESC LIMIT ?3";
    WATCHED = "SELECT owner_id, watched_ms, completed FROM watches WHERE account_id = ?1 AND seen_at > ?2
        ORDER BY seen_at DESC, video_id DESC LIMIT ?3";
    FORGET = "DELETE FROM watches WHERE (account_id, video_id) IN (SELECT account_id, video_id FROM watches
        WHERE account_id = ?1 AND seen_at <= ?2 ORDER BY seen_at, video_id LIMIT ?3)";
    BLANK = "UPDATE watches SET watched_ms = 0, completed = 0 WHERE account_id = ?1 AND (seen_at, video_id) > (?2, ?3)
        AND (seen_at, video_id) <= (?4, ?5)";
    AFTER = "SELECT seen_at, video_id FROM watches WHERE account_id = ?1 AND (seen_at, video_id) > (?2, ?3)
        ORDER BY seen_at, video_id LIMIT 1 OFFSET ?4";
    LAST = "SELECT seen_at, video_id FROM watches WHERE account_id = ?1 ORDER BY seen_at DESC, video_id DESC LIMIT 1";
    DROP_OLD = "DELETE FROM watches WHERE (account_id, video_id) IN
        (SELECT account_id, video_id FROM watches WHERE seen_at < ?1 ORDER BY seen_at LIMIT ?2)";
}

/// What an account has chosen; nothing when it is not there.
pub async fn choice(tx: &mut Tx, account: AccountId) -> Result<Option<Choice>, DbError> {
    let row = tx.query_opt(&CHOICE, params![account]).await?;
    row.map(|row| Ok(Choice { personalised: row.get(0)?, reset_at: row.get(1)? })).transpose()
}

/// Sets whether the ranking may use what the account does; `false` when it is not there or leaving.
pub async fn set_personalised(tx: &mut Tx, account: AccountId, personalised: bool) -> Result<bool, DbError> {
    changed(tx, &SET_PERSONALISED, params![account, personalised, AccountState::Active.code()]).await
}

/// Forgets what came before `now`, at once; its rows go by [`forget`].
pub async fn reset(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<bool, DbError> {
    changed(tx, &RESET, params![account, now, AccountState::Active.code()]).await
}

/// Notes a watching. Of several of one video the last moment and the longest length are kept.
pub async fn put(tx: &mut Tx, watch: &Watch) -> Result<(), DbError> {
    let Watch { account, video, owner, seen_at, watched_ms, completed } = watch;
    tx.execute(&PUT, params![account, video, owner, seen_at, watched_ms, completed]).await.map(|_| ())
}

/// What the account's latest likes and watches say, each with the owner of the video.
pub async fn signals(tx: &mut Tx, account: AccountId, since: Timestamp) -> Result<Vec<(AccountId, Signal)>, DbError> {
    let mut out = Vec::new();
    for row in tx.query(&LIKED, params![account, since, LATEST]).await? {
        out.push((row.get(0)?, Signal::Liked));
    }
    for row in tx.query(&WATCHED, params![account, since, LATEST]).await? {
        let (watched_ms, completed): (i64, bool) = (row.get(1)?, row.get(2)?);
        // A length of 0 is none: it was noted without personalisation.
        match (completed, watched_ms) {
            (true, _) => out.push((row.get(0)?, Signal::Completed)),
            (false, 1..2_000) => out.push((row.get(0)?, Signal::Skipped)),
            _ => {}
        }
    }
    Ok(out)
}

/// Deletes the next batch of what was seen until `until`; how many rows went.
pub async fn forget(tx: &mut Tx, account: AccountId, until: Timestamp) -> Result<u64, DbError> {
    tx.execute(&FORGET, params![account, until, BATCH]).await
}

/// Takes the lengths out of the next batch after `after`; where it ended, nothing at the end.
pub async fn blank(
    tx: &mut Tx,
    account: AccountId,
    after: (Timestamp, VideoId),
) -> Result<Option<(Timestamp, VideoId)>, DbError> {
    let next = tx.query_opt(&AFTER, params![account, after.0, after.1, BATCH - 1]).await?;
    let whole = next.is_some();
    let row = if whole { next } else { tx.query_opt(&LAST, params![account]).await? };
    let Some(row) = row else { return Ok(None) };
    let until: (Timestamp, VideoId) = (row.get(0)?, row.get(1)?);
    tx.execute(&BLANK, params![account, after.0, after.1, until.0, until.1]).await?;
    Ok(whole.then_some(until))
}

/// Deletes the next batch of what anybody saw before `before`; how many rows went.
pub async fn drop_before(tx: &mut Tx, before: Timestamp) -> Result<u64, DbError> {
    tx.execute(&DROP_OLD, params![before, BATCH]).await
}

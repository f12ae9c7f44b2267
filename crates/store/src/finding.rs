//! Who may be suggested, and who was dismissed.
//!
//! The cost of a list is bounded whatever the graph is like: of one's own follows, and of those of each
//! whom one follows, the latest are looked at and no more.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, AccountState, Timestamp};
use outro_policy::FeedScope;

use crate::changed;
use crate::graph::{self, Card};
use crate::visibility::{
    OWNER, TIES, card_in_scope, in_scope, owner_columns, scope_codes, suggest_in_scope, ties_columns,
    unblocked_by_maker, unmuted,
};

/// How many follows of one's own, and how many followers, are looked at: the latest.
pub const NEAR: i64 = 200;
/// How many follows are looked at of each whom one follows: the latest.
pub const EACH: i64 = 50;
/// How many uses of sounds of one's own, and how many of each of these sounds, are looked at: the latest.
pub const SOUNDS: i64 = 50;

/// Somebody who may be suggested.
#[derive(Debug)]
pub struct Suggested {
    /// The account.
    pub card: Card,
    /// How many of those whom the viewer follows, and whose lists the viewer may see, follow it; of those who
    /// used the same sounds, how many sounds it is.
    pub known: i64,
}

/// Neither followed by the viewer, nor asked, nor dismissed, nor muted.
macro_rules! is_new {
    () => {
        concat!(
            "NOT EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = ?1 AND f.followed_id = a.id)
            AND NOT EXISTS (SELECT 1 FROM follow_requests r WHERE r.followed_id = a.id AND r.follower_id = ?1)
            AND NOT EXISTS (SELECT 1 FROM dismissals d WHERE d.account_id = ?1 AND d.dismissed_id = a.id)
            AND ",
            unmuted!()
        )
    };
}

statements! {
    // An edge counts only where it stands in a list that the viewer may see: of those whom one follows, private
    // or not, it is those whose card may be seen.
    FRIENDS_OF_FRIENDS = concat!("SELECT ", owner_columns!(), ", ", ties_columns!(), ",
            a.id, a.handle, a.display_name, batch.latest, batch.known
        FROM (SELECT x.followed_id AS id, COUNT(*) AS known, MAX(x.created_at) AS latest
            FROM (SELECT a.id FROM (SELECT e.followed_id FROM follows e WHERE e.follower_id = ?1
                    ORDER BY e.created_at DESC, e.followed_id DESC LIMIT ?3) batch
                JOIN accounts a ON a.id = batch.followed_id WHERE ", card_in_scope!(), ") n
            JOIN follows x ON x.follower_id = n.id
            WHERE x.created_at >= COALESCE((SELECT y.created_at FROM follows y WHERE y.follower_id = n.id
                    ORDER BY y.created_at DESC LIMIT 1 OFFSET ?4), 0)
                AND NOT EXISTS (SELECT 1 FROM follows m WHERE m.follower_id = ?1 AND m.followed_id = x.followed_id)
            GROUP BY x.followed_id) batch
        JOIN accounts a ON a.id = batch.id WHERE ", suggest_in_scope!(), " AND ", is_new!(), "
        ORDER BY batch.known DESC, batch.latest DESC, batch.id DESC LIMIT ?5");
    FOLLOWERS = concat!("SELECT ", owner_columns!(), ", ", ties_columns!(), ",
            a.id, a.handle, a.display_name, batch.created_at, 0
        FROM (SELECT s.follower_id, s.created_at FROM follows s WHERE s.followed_id = ?1
            ORDER BY s.created_at DESC, s.follower_id DESC LIMIT ?3) batch
        JOIN accounts a ON a.id = batch.follower_id WHERE ", suggest_in_scope!(), " AND ", is_new!(), "
        ORDER BY batch.created_at DESC, batch.follower_id DESC LIMIT ?4");
    // A use counts only where everyone may watch it and hear the sound in it.
    SAME_SOUNDS = concat!("SELECT ", owner_columns!(), ", ", ties_columns!(), ",
            a.id, a.handle, a.display_name, batch.latest, batch.known
        FROM (SELECT x.owner_id AS id, COUNT(DISTINCT x.sound_id) AS known, MAX(x.created_at) AS latest
            FROM (SELECT s.owner_id, s.id FROM (SELECT u.sound_owner_id, u.sound_id FROM sound_uses u
                    WHERE u.owner_id = ?1 AND u.mixed = 1 AND u.way = 0 ORDER BY u.created_at DESC, u.video_id DESC LIMIT ?5) batch
                JOIN sounds s ON s.owner_id = batch.sound_owner_id AND s.id = batch.sound_id
                JOIN videos v ON v.owner_id = s.owner_id AND v.id = s.video_id JOIN accounts a ON a.id = s.owner_id
                WHERE v.sound_reuse = 1 AND v.age_restricted = 0 AND ", in_scope!(), ") n
            JOIN sound_uses x ON x.sound_owner_id = n.owner_id AND x.sound_id = n.id
            JOIN videos v ON v.owner_id = x.owner_id AND v.id = x.video_id JOIN accounts a ON a.id = x.owner_id
            WHERE x.created_at >= COALESCE((SELECT y.created_at FROM sound_uses y WHERE y.sound_owner_id = n.owner_id
                    AND y.sound_id = n.id ORDER BY y.created_at DESC, y.video_id DESC LIMIT 1 OFFSET ?6), 0)
                AND x.mixed = 1 AND x.way = 0 AND ", in_scope!(), " AND ", unblocked_by_maker!("x"), "
            GROUP BY x.owner_id) batch
        JOIN accounts a ON a.id = batch.id WHERE ", suggest_in_scope!(), " AND ", is_new!(), "
        ORDER BY batch.known DESC, batch.latest DESC, batch.id DESC LIMIT ?7");
    LEAVING = "SELECT account_id FROM erasures WHERE account_id > ?1 ORDER BY account_id LIMIT ?2";
    DISMISS = "INSERT INTO dismissals (account_id, dismissed_id, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
}

/// Those whom the people follow whom `asking` follows, the best known first, at most `limit`.
pub async fn friends_of_friends(tx: &mut Tx, asking: AccountId, limit: i64) -> Result<Vec<Suggested>, DbError> {
    let active = AccountState::Active.code();
    // The oldest edge that is looked at is the one after so many others.
    let others = EACH - 1;
    let rows = tx.query(&FRIENDS_OF_FRIENDS, params![asking, active, NEAR, others, limit]).await?;
    rows.iter().map(read).collect()
}

/// Those who follow `asking`, who does not follow them back, the latest first, at most `limit`.
pub async fn not_followed_back(tx: &mut Tx, asking: AccountId, limit: i64) -> Result<Vec<Suggested>, DbError> {
    let active = AccountState::Active.code();
    let rows = tx.query(&FOLLOWERS, params![asking, active, NEAR, limit]).await?;
    rows.iter().map(read).collect()
}

/// Those who used the same sounds as `asking`, who used the most of them first, at most `limit`. The scope is what
/// the use and the sound must lie in.
pub async fn same_sounds(
    tx: &mut Tx,
    scope: FeedScope,
    asking: AccountId,
    limit: i64,
) -> Result<Vec<Suggested>, DbError> {
    let ((active, ready, audience), others) = (scope_codes(scope), SOUNDS - 1);
    let rows = tx.query(&SAME_SOUNDS, params![asking, active, ready, audience, SOUNDS, others, limit]).await?;
    rows.iter().map(read).collect()
}

/// Notes that `account` does not want `dismissed` suggested again; `false` when it was noted.
pub async fn dismiss(tx: &mut Tx, account: AccountId, dismissed: AccountId, now: Timestamp) -> Result<bool, DbError> {
    changed(tx, &DISMISS, params![account, dismissed, now]).await
}

/// Those whose erasure runs, after `after` in the order of their ids, at most `limit`.
pub async fn leaving(tx: &mut Tx, after: AccountId, limit: i64) -> Result<Vec<AccountId>, DbError> {
    tx.query(&LEAVING, params![after, limit]).await?.iter().map(|row| row.get(0)).collect()
}

fn read(row: &Row) -> Result<Suggested, DbError> {
    Ok(Suggested { card: graph::read(row)?, known: row.get(OWNER + TIES + 4)? })
}

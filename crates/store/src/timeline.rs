//! Timelines: for each account, in order, the videos of those whom it follows. They are filled when a video
//! is published and when somebody is followed, and are read through the policy's scope alone: an entry
//! grants nothing, and one too many is never seen.

use outro_db::{DbError, Param, Tx, params, statements};
use outro_model::{AccountId, AccountState, Timestamp, VideoId};

use crate::accounts;

/// Followers that one transaction of a fan-out reaches.
pub const BATCH: i64 = 250;
/// How many of the latest videos come into a timeline with a new follow.
pub const BACKFILL: i64 = 40;
/// How many entries a timeline keeps when it is pruned.
pub const KEPT: i64 = 2_000;

/// How far a fan-out has come: when the last follower it reached began to follow, and who that is.
pub type Reached = (Timestamp, AccountId);

statements! {
    BEGIN = "INSERT INTO fan_outs (owner_id, video_id, after_at, after_id) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    REACHED = "SELECT after_at, after_id FROM fan_outs WHERE owner_id = ?1 AND video_id = ?2";
    MOVE = "UPDATE fan_outs SET after_at = ?3, after_id = ?4 WHERE owner_id = ?1 AND video_id = ?2";
    END = "DELETE FROM fan_outs WHERE owner_id = ?1 AND video_id = ?2";
    FOLLOWERS = "SELECT created_at, follower_id FROM follows WHERE followed_id = ?1
        AND (created_at, follower_id) > (?2, ?3) ORDER BY created_at, follower_id LIMIT ?4";
    // Nothing is written for those who are leaving.
    ADD = "INSERT INTO timeline (owner_id, video_id, account_id, published_at)
        SELECT v.owner_id, v.id, w.id, v.published_at FROM follows f
        JOIN accounts w ON w.id = f.follower_id AND w.state = ?7
        JOIN videos v ON v.owner_id = f.followed_id AND v.id = ?2 AND +v.state = 1
        WHERE f.followed_id = ?1 AND (f.created_at, f.follower_id) > (?3, ?4)
            AND (f.created_at, f.follower_id) <= (?5, ?6) ON CONFLICT DO NOTHING";
    FILL = "INSERT INTO timeline (owner_id, video_id, account_id, published_at)
        SELECT v.owner_id, v.id, w.id, v.published_at FROM (SELECT owner_id, id, state, published_at FROM videos
            WHERE owner_id = ?2 AND state = 1 AND draft_audience IS NULL ORDER BY created_at DESC, id DESC LIMIT ?3) v
        JOIN accounts w ON w.id = ?1 ON CONFLICT DO NOTHING";
    CUT = "SELECT published_at, video_id FROM timeline WHERE account_id = ?1
        ORDER BY published_at DESC, video_id DESC LIMIT 1 OFFSET ?2";
    DROP_OLD = "DELETE FROM timeline WHERE account_id = ?1 AND (published_at, video_id) <= (?2, ?3)";
    DROP_UNFOLLOWED = "DELETE FROM timeline WHERE account_id = ?1 AND NOT EXISTS
        (SELECT 1 FROM follows f WHERE f.follower_id = ?1 AND f.followed_id = timeline.owner_id)";
}

/// Begins a fan-out, or takes one up again; how far it has come. Nothing when the owner is leaving.
pub async fn begin(tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<Option<Reached>, DbError> {
    // Waits for whoever is just now following, and on PostgreSQL keeps others from it for this moment: who
    // comes after sees the video as published, so every follower is found here or fills in by itself.
    if !accounts::lock_alone(tx, owner).await? {
        return Ok(None);
    }
    let nobody = AccountId::from_bytes([0; 16]);
    tx.execute(&BEGIN, params![owner, video, Timestamp(i64::MIN), nobody]).await?;
    let row = tx.query_opt(&REACHED, params![owner, video]).await?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// Puts a video into the timelines of the next followers, and notes how far that went; the followers who
/// were reached, fewer than [`BATCH`] at the end. Doing it again changes nothing.
pub async fn spread(
    tx: &mut Tx,
    owner: AccountId,
    video: VideoId,
    after: Reached,
) -> Result<(Vec<AccountId>, Reached), DbError> {
    let rows = tx.query(&FOLLOWERS, params![owner, after.0, after.1, BATCH]).await?;
    let found: Vec<Reached> = rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, DbError>>()?;
    let Some(&last) = found.last() else { return Ok((vec![], after)) };
    let active = AccountState::Active.code();
    tx.execute(&ADD, params![owner, video, after.0, after.1, last.0, last.1, active]).await?;
    tx.execute(&MOVE, params![owner, video, last.0, last.1]).await?;
    Ok((found.into_iter().map(|(_, follower)| follower).collect(), last))
}

/// Notes that a fan-out has reached everybody.
pub async fn end(tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<(), DbError> {
    tx.execute(&END, params![owner, video]).await.map(|_| ())
}

/// Puts the latest videos of `followed` into the timeline of `follower`: part of following.
pub(crate) async fn fill(tx: &mut Tx, follower: AccountId, followed: AccountId) -> Result<(), DbError> {
    tx.execute(&FILL, params![follower, followed, BACKFILL]).await.map(|_| ())
}

/// Takes away what is beyond the latest [`KEPT`] entries, and what came from those who are followed no more.
pub async fn prune(tx: &mut Tx, account: AccountId) -> Result<u64, DbError> {
    let mut gone = tx.execute(&DROP_UNFOLLOWED, params![account]).await?;
    if let Some(row) = tx.query_opt(&CUT, params![account, KEPT]).await? {
        let (moment, video): (Timestamp, VideoId) = (row.get(0)?, row.get(1)?);
        gone += tx
            .execute(
                &DROP_OLD,
                &[Param::Bytes(account.as_bytes()), Param::Int(moment.0), Param::Bytes(video.as_bytes())],
            )
            .await?;
    }
    Ok(gone)
}

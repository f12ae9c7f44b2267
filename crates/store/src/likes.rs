//! Likes.

use outro_db::{DbError, ToParam as _, Tx, params, statements};
use outro_model::{AccountId, Timestamp, VideoId};

use crate::changed;

statements! {
    PUT = "INSERT INTO likes (account_id, video_id, owner_id, created_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    DROP = "DELETE FROM likes WHERE account_id = ?1 AND video_id = ?2 RETURNING counted, created_at";
    LIKED = "SELECT account_id FROM likes WHERE account_id = ?1 AND video_id = ?2";
}

/// Adds a like; `false` when it was there.
pub async fn put(
    tx: &mut Tx,
    account: AccountId,
    video: VideoId,
    owner: AccountId,
    now: Timestamp,
) -> Result<bool, DbError> {
    changed(tx, &PUT, params![account, video, owner, now]).await
}

/// Takes a like back; whether it was counted and since when it stood, and nothing when there was none.
pub async fn drop(tx: &mut Tx, account: AccountId, video: VideoId) -> Result<Option<(bool, Timestamp)>, DbError> {
    tx.query_opt(&DROP, params![account, video]).await?.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// Whether an account likes each of these videos, in their order.
pub async fn liked(tx: &mut Tx, account: AccountId, videos: &[VideoId]) -> Result<Vec<bool>, DbError> {
    let all: Vec<_> = videos.iter().map(|video| [account.to_param(), video.to_param()]).collect();
    Ok(tx.query_each(&LIKED, &all).await?.iter().map(|rows| !rows.is_empty()).collect())
}

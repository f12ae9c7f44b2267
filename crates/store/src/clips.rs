//! Clips that were added to a video. The file of each is a sealed object of the kind `clip` with the same id.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, BlobId, BlobKind, ClipId, Timestamp, VideoId};

use crate::blobs::{self, Blob};
use crate::changed;

/// A row of `clips`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clip {
    /// Whose it is.
    pub owner: AccountId,
    /// The video it was added to.
    pub video: VideoId,
    /// The id, which is that of the object too.
    pub id: ClipId,
    /// How long it is, in milliseconds.
    pub duration_ms: i64,
    /// The width of its picture as shown.
    pub width: i64,
    /// The height of its picture as shown.
    pub height: i64,
    /// When it was added.
    pub created_at: Timestamp,
}

statements! {
    INSERT = "INSERT INTO clips (owner_id, video_id, id, duration_ms, width, height, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    OF_VIDEO = "SELECT owner_id, video_id, id, duration_ms, width, height, created_at FROM clips
        WHERE owner_id = ?1 AND video_id = ?2 ORDER BY created_at, id";
    DELETE = "DELETE FROM clips WHERE owner_id = ?1 AND video_id = ?2 AND id = ?3";
    BYTES = "SELECT CAST(COALESCE(SUM(length), 0) AS BIGINT) FROM blobs
        WHERE owner_id = ?1 AND video_id = ?2 AND kind = ?3 AND header IS NOT NULL";
}

/// Adds a clip, whose object is whole.
pub async fn insert(tx: &mut Tx, clip: &Clip) -> Result<(), DbError> {
    let &Clip { owner, video, id, duration_ms, width, height, created_at } = clip;
    tx.execute(&INSERT, params![owner, video, id, duration_ms, width, height, created_at]).await.map(|_| ())
}

/// The clips of a video, in the order in which they were added. There are never many.
pub async fn of_video(tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<Vec<Clip>, DbError> {
    tx.query(&OF_VIDEO, params![owner, video]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Clip, DbError> {
    Ok(Clip {
        owner: row.get(0)?,
        video: row.get(1)?,
        id: row.get(2)?,
        duration_ms: row.get(3)?,
        width: row.get(4)?,
        height: row.get(5)?,
        created_at: row.get(6)?,
    })
}

/// How many bytes the clips of a video have together, unsealed.
pub async fn bytes(tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<i64, DbError> {
    let kind = BlobKind::Clip.code();
    tx.query(&BYTES, params![owner, video, kind]).await?.first().map_or(Ok(0), |row| row.get(0))
}

/// The id of the object that holds a clip.
pub const fn object(id: ClipId) -> BlobId {
    BlobId::from_bytes(*id.as_bytes())
}

/// The whole object of a clip of a video.
pub async fn file(tx: &mut Tx, owner: AccountId, video: VideoId, id: ClipId) -> Result<Option<Blob>, DbError> {
    blobs::of_video_by_id(tx, (owner, video), BlobKind::Clip, object(id)).await
}

/// Takes a clip from a video; `false` when there is none. From here on its object counts as never finished, and its file
/// can go.
pub async fn remove(tx: &mut Tx, owner: AccountId, video: VideoId, id: ClipId) -> Result<bool, DbError> {
    if !changed(tx, &DELETE, params![owner, video, id]).await? {
        return Ok(false);
    }
    blobs::retire_one(tx, (owner, video), BlobKind::Clip, object(id)).await
}

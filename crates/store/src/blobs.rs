//! Sealed objects: where they are and what opens them. A row is there before its file is, and goes
//! after it, so that no file is ever without a row.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, BlobId, BlobKind, Timestamp, VideoId};

use crate::changed;

/// A row of `blobs`.
#[derive(Clone, Debug)]
pub struct Blob {
    /// Whose it is.
    pub owner: AccountId,
    /// The id.
    pub id: BlobId,
    /// The video it belongs to.
    pub video: VideoId,
    /// What it holds.
    pub kind: BlobKind,
    /// The sealed header; none while it is being written.
    pub header: Option<Vec<u8>>,
    /// Its length in bytes, unsealed.
    pub length: i64,
    /// The width of the picture.
    pub width: i64,
    /// The height of the picture.
    pub height: i64,
    /// When writing began.
    pub created_at: Timestamp,
}

statements! {
    INSERT = "INSERT INTO blobs (owner_id, id, video_id, kind, length, width, height, created_at)
        VALUES (?1, ?2, ?3, ?4, 0, 0, 0, ?5)";
    FINISH = "UPDATE blobs SET header = ?3, length = ?4, width = ?5, height = ?6 WHERE owner_id = ?1 AND id = ?2";
    OF_VIDEO = "SELECT owner_id, id, video_id, kind, header, length, width, height, created_at
        FROM blobs WHERE owner_id = ?1 AND video_id = ?2 AND kind = ?3 AND header IS NOT NULL";
    OF_VIDEO_BY_ID = "SELECT owner_id, id, video_id, kind, header, length, width, height, created_at
        FROM blobs WHERE owner_id = ?1 AND video_id = ?2 AND kind = ?3 AND id = ?4 AND header IS NOT NULL";
    FINISH_PART = "UPDATE blobs SET header = ?3, length = ?4, part_start = ?5 WHERE owner_id = ?1 AND id = ?2";
    PARTS = "SELECT owner_id, id, video_id, kind, header, length, width, height, created_at, part_start
        FROM blobs WHERE owner_id = ?1 AND video_id = ?2 AND kind = ?3 AND header IS NOT NULL ORDER BY part_start";
    LAST_PART = "SELECT owner_id, id, video_id, kind, header, length, width, height, created_at, part_start
        FROM blobs WHERE owner_id = ?1 AND video_id = ?2 AND kind = ?3 AND header IS NOT NULL
        ORDER BY part_start DESC LIMIT 1";
    RETIRE = "UPDATE blobs SET header = NULL WHERE owner_id = ?1 AND video_id = ?2 AND kind = ?3 AND header IS NOT NULL
        RETURNING id";
    RETIRE_ONE = "UPDATE blobs SET header = NULL
        WHERE owner_id = ?1 AND video_id = ?2 AND kind = ?3 AND id = ?4 AND header IS NOT NULL";
    OF_KIND = "SELECT id FROM blobs WHERE owner_id = ?1 AND video_id = ?2 AND kind = ?3";
    ALL_OF_VIDEO = "SELECT id FROM blobs WHERE owner_id = ?1 AND video_id = ?2";
    DELETE = "DELETE FROM blobs WHERE owner_id = ?1 AND id = ?2";
    UNFINISHED = "SELECT owner_id, id FROM blobs WHERE header IS NULL AND created_at < ?1 LIMIT 100";
    EXISTS = "SELECT id FROM blobs WHERE owner_id = ?1 AND id = ?2";
}

/// Notes that an object is about to be written.
pub async fn begin(tx: &mut Tx, blob: &Blob) -> Result<(), DbError> {
    let kind = blob.kind.code();
    tx.execute(&INSERT, params![blob.owner, blob.id, blob.video, kind, blob.created_at]).await.map(|_| ())
}

/// Notes that an object is whole; `false` when its row is gone.
pub async fn finish(tx: &mut Tx, blob: &Blob) -> Result<bool, DbError> {
    let values = params![blob.owner, blob.id, blob.header, blob.length, blob.width, blob.height];
    changed(tx, &FINISH, values).await
}

/// The whole object of one kind that a video has.
pub async fn of_video(tx: &mut Tx, owner: AccountId, video: VideoId, kind: BlobKind) -> Result<Option<Blob>, DbError> {
    tx.query_opt(&OF_VIDEO, params![owner, video, kind.code()]).await?.as_ref().map(read).transpose()
}

/// The same of a kind of which a video has several: the whole object with this id.
pub async fn of_video_by_id(
    tx: &mut Tx,
    (owner, video): (AccountId, VideoId),
    kind: BlobKind,
    id: BlobId,
) -> Result<Option<Blob>, DbError> {
    tx.query_opt(&OF_VIDEO_BY_ID, params![owner, video, kind.code(), id]).await?.as_ref().map(read).transpose()
}

/// Notes that a piece of an upload is whole, and where in the file it begins; `false` when its row is gone.
pub async fn finish_part(tx: &mut Tx, blob: &Blob, start: i64) -> Result<bool, DbError> {
    changed(tx, &FINISH_PART, params![blob.owner, blob.id, blob.header, blob.length, start]).await
}

/// The whole pieces of an upload, in their order, and where each begins.
pub async fn parts(tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<Vec<(Blob, i64)>, DbError> {
    let rows = tx.query(&PARTS, params![owner, video, BlobKind::Part.code()]).await?;
    rows.iter().map(|row| Ok((read(row)?, row.get(9)?))).collect()
}

/// The last whole piece of an upload, and where it begins.
pub async fn last_part(tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<Option<(Blob, i64)>, DbError> {
    let row = tx.query_opt(&LAST_PART, params![owner, video, BlobKind::Part.code()]).await?;
    row.map(|row| Ok((read(&row)?, row.get(9)?))).transpose()
}

/// Takes the whole objects of one kind from a video: from here on they count as never finished, and their files can go.
pub async fn retire(tx: &mut Tx, owner: AccountId, video: VideoId, kind: BlobKind) -> Result<Vec<BlobId>, DbError> {
    tx.query(&RETIRE, params![owner, video, kind.code()]).await?.iter().map(|row| row.get(0)).collect()
}

/// The same with one whole object of a kind of which a video has several; `false` when there is none.
pub async fn retire_one(
    tx: &mut Tx,
    (owner, video): (AccountId, VideoId),
    kind: BlobKind,
    id: BlobId,
) -> Result<bool, DbError> {
    changed(tx, &RETIRE_ONE, params![owner, video, kind.code(), id]).await
}

fn read(row: &Row) -> Result<Blob, DbError> {
    Ok(Blob {
        owner: row.get(0)?,
        id: row.get(1)?,
        video: row.get(2)?,
        kind: BlobKind::from_code(row.get(3)?).ok_or(DbError::Shape { column: 3 })?,
        header: row.get(4)?,
        length: row.get(5)?,
        width: row.get(6)?,
        height: row.get(7)?,
        created_at: row.get(8)?,
    })
}

/// The ids of all objects of a video, whole or not.
pub async fn all_of_video(tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<Vec<BlobId>, DbError> {
    tx.query(&ALL_OF_VIDEO, params![owner, video]).await?.iter().map(|row| row.get(0)).collect()
}

/// The ids of all objects of one kind that a video has, whole or not.
pub async fn of_kind(tx: &mut Tx, owner: AccountId, video: VideoId, kind: BlobKind) -> Result<Vec<BlobId>, DbError> {
    tx.query(&OF_KIND, params![owner, video, kind.code()]).await?.iter().map(|row| row.get(0)).collect()
}

/// Removes a row. Its file is gone before.
pub async fn delete(tx: &mut Tx, owner: AccountId, id: BlobId) -> Result<(), DbError> {
    tx.execute(&DELETE, params![owner, id]).await.map(|_| ())
}

/// Objects whose writing began before `before` and never ended.
pub async fn unfinished(tx: &mut Tx, before: Timestamp) -> Result<Vec<(AccountId, BlobId)>, DbError> {
    let rows = tx.query(&UNFINISHED, params![before]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Whether an object has a row.
pub async fn exists(tx: &mut Tx, owner: AccountId, id: BlobId) -> Result<bool, DbError> {
    Ok(tx.query_opt(&EXISTS, params![owner, id]).await?.is_some())
}

//! Playlists, and which of their owner's videos stand in them.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, Audience, PlaylistId, Timestamp, VideoId, VideoState};

use crate::changed;

/// A row of `playlists`; the title is still sealed.
#[derive(Clone, Debug)]
pub struct Playlist {
    /// Whose it is.
    pub owner: AccountId,
    /// The id.
    pub id: PlaylistId,
    /// Sealed.
    pub title: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What somebody may see of an owner's videos, as numbers that a count can carry.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// The narrowest audience that they belong to; the owner to all of them.
    pub narrowest: Audience,
    /// Whether they are known to be an adult.
    pub adult: bool,
}

/// The videos of a playlist that somebody may see.
macro_rules! seen {
    () => {
        "FROM playlist_videos p JOIN videos v ON v.owner_id = p.owner_id AND v.id = p.video_id
            WHERE p.owner_id = ?1 AND p.playlist_id = ?2 AND +v.state = ?3 AND v.audience <= ?4 AND v.hidden <= ?5
            AND v.age_restricted <= ?6 AND v.draft_audience IS NULL"
    };
}

statements! {
    INSERT = "INSERT INTO playlists (owner_id, id, title, created_at) VALUES (?1, ?2, ?3, ?4)";
    BY_ID = "SELECT owner_id, id, title, created_at FROM playlists WHERE id = ?1";
    OF_OWNER = "SELECT owner_id, id, title, created_at FROM playlists WHERE owner_id = ?1
        AND (created_at, id) < (?2, ?3) ORDER BY created_at DESC, id DESC LIMIT ?4";
    COUNT = "SELECT COUNT(*) FROM playlists WHERE owner_id = ?1";
    SET_TITLE = "UPDATE playlists SET title = ?3 WHERE owner_id = ?1 AND id = ?2";
    EMPTY = "DELETE FROM playlist_videos WHERE owner_id = ?1 AND playlist_id = ?2";
    DELETE = "DELETE FROM playlists WHERE owner_id = ?1 AND id = ?2";
    LAST = "SELECT COUNT(*), CAST(COALESCE(MAX(position), 0) AS BIGINT) FROM playlist_videos
        WHERE owner_id = ?1 AND playlist_id = ?2";
    PUT = "INSERT INTO playlist_videos (owner_id, playlist_id, video_id, position) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT DO NOTHING";
    TAKE = "DELETE FROM playlist_videos WHERE owner_id = ?1 AND playlist_id = ?2 AND video_id = ?3";
    VIDEOS = "SELECT video_id, position FROM playlist_videos WHERE owner_id = ?1 AND playlist_id = ?2 AND position > ?3
        ORDER BY position LIMIT ?4";
    HOLDING = "SELECT playlist_id FROM playlist_videos WHERE owner_id = ?1 AND video_id = ?2";
    SEEN = concat!("SELECT COUNT(*) ", seen!());
    FIRST_SEEN = concat!("SELECT v.id ", seen!(), " ORDER BY p.position LIMIT 1");
}

fn read(row: &Row) -> Result<Playlist, DbError> {
    Ok(Playlist { owner: row.get(0)?, id: row.get(1)?, title: row.get(2)?, created_at: row.get(3)? })
}

/// Adds a playlist.
pub async fn insert(tx: &mut Tx, playlist: &Playlist) -> Result<(), DbError> {
    let Playlist { owner, id, title, created_at } = playlist;
    tx.execute(&INSERT, params![owner, id, title, created_at]).await.map(|_| ())
}

/// The playlist with this id.
pub async fn by_id(tx: &mut Tx, id: PlaylistId) -> Result<Option<Playlist>, DbError> {
    tx.query_opt(&BY_ID, params![id]).await?.as_ref().map(read).transpose()
}

/// Playlists of an owner, the newest first, those before `before`, at most `limit`.
pub async fn of_owner(
    tx: &mut Tx,
    owner: AccountId,
    before: (Timestamp, PlaylistId),
    limit: i64,
) -> Result<Vec<Playlist>, DbError> {
    tx.query(&OF_OWNER, params![owner, before.0, before.1, limit]).await?.iter().map(read).collect()
}

/// How many playlists an owner has.
pub async fn count(tx: &mut Tx, owner: AccountId) -> Result<i64, DbError> {
    tx.query(&COUNT, params![owner]).await?.first().map_or(Ok(0), |row| row.get(0))
}

/// Sets the title, sealed.
pub async fn set_title(tx: &mut Tx, owner: AccountId, id: PlaylistId, title: &[u8]) -> Result<bool, DbError> {
    changed(tx, &SET_TITLE, params![owner, id, title]).await
}

/// Removes a playlist. Its videos stay where else they are.
pub async fn delete(tx: &mut Tx, owner: AccountId, id: PlaylistId) -> Result<bool, DbError> {
    tx.execute(&EMPTY, params![owner, id]).await?;
    changed(tx, &DELETE, params![owner, id]).await
}

/// How many videos stand in a playlist, and the place of the last.
pub async fn last(tx: &mut Tx, owner: AccountId, id: PlaylistId) -> Result<(i64, i64), DbError> {
    let rows = tx.query(&LAST, params![owner, id]).await?;
    rows.first().map_or(Ok((0, 0)), |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Puts a video at a place of a playlist; `false` when it stands there already.
pub async fn put(
    tx: &mut Tx,
    owner: AccountId,
    id: PlaylistId,
    video: VideoId,
    position: i64,
) -> Result<bool, DbError> {
    changed(tx, &PUT, params![owner, id, video, position]).await
}

/// Takes a video out of a playlist; `false` when it did not stand there.
pub async fn take(tx: &mut Tx, owner: AccountId, id: PlaylistId, video: VideoId) -> Result<bool, DbError> {
    changed(tx, &TAKE, params![owner, id, video]).await
}

/// Videos of a playlist with their places, in order, those after `after`, at most `limit`.
pub async fn videos(
    tx: &mut Tx,
    owner: AccountId,
    id: PlaylistId,
    after: i64,
    limit: i64,
) -> Result<Vec<(VideoId, i64)>, DbError> {
    let rows = tx.query(&VIDEOS, params![owner, id, after, limit]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The playlists that a video stands in.
pub async fn holding(tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<Vec<PlaylistId>, DbError> {
    tx.query(&HOLDING, params![owner, video]).await?.iter().map(|row| row.get(0)).collect()
}

/// How many videos of a playlist somebody may see, and the first of them.
pub async fn seen(tx: &mut Tx, playlist: &Playlist, seen: Seen) -> Result<(i64, Option<VideoId>), DbError> {
    let own = seen.narrowest == Audience::OnlyMe;
    let (ready, narrowest, adult) = (VideoState::Ready.code(), seen.narrowest.code(), own || seen.adult);
    let values = params![playlist.owner, playlist.id, ready, narrowest, own, adult];
    let count = tx.query(&SEEN, values).await?.first().map_or(Ok(0), |row| row.get(0))?;
    let first = tx.query_opt(&FIRST_SEEN, values).await?.map(|row| row.get(0)).transpose()?;
    Ok((count, first))
}

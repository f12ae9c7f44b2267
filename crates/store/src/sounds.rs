//! Sounds of videos, and the videos that use those of others.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, SoundId, Timestamp, VideoId};
use outro_policy::FeedScope;

use crate::changed;
use crate::visibility::{in_scope, scope_codes, unblocked_by_maker, viewer};

/// A row of `sounds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sound {
    /// Whose it is.
    pub owner: AccountId,
    /// The id.
    pub id: SoundId,
    /// The video that it is the sound of.
    pub video: VideoId,
    /// Since when it is a sound.
    pub created_at: Timestamp,
}

/// What is heard with a video.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sounds {
    /// Its own sound, when it is one that others can see.
    pub own: Option<SoundId>,
    /// That of another, which it was mixed with.
    pub borrowed: Option<SoundId>,
}

/// What [`Sounds::read`] reads of `v`: two columns, each found by a key.
macro_rules! sound_columns {
    () => {
        "(SELECT s.id FROM sounds s WHERE s.owner_id = v.owner_id AND s.video_id = v.id),
            (SELECT u.sound_id FROM sound_uses u WHERE u.owner_id = v.owner_id AND u.video_id = v.id AND u.mixed = 1)"
    };
}
pub(crate) use sound_columns;

impl Sounds {
    /// Reads them from the column `at` on.
    pub(crate) fn read(row: &Row, at: usize) -> Result<Self, DbError> {
        Ok(Self { own: row.get(at)?, borrowed: row.get(at + 1)? })
    }
}

statements! {
    INSERT = "INSERT INTO sounds (owner_id, id, video_id, created_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    BY_ID = "SELECT owner_id, id, video_id, created_at FROM sounds WHERE id = ?1";
    BORROW = "INSERT INTO sound_uses (owner_id, video_id, sound_owner_id, sound_id, mixed, own_sound, created_at)
        VALUES (?1, ?2, ?3, ?4, 0, 0, ?5)";
    BORROWED = "SELECT sound_id FROM sound_uses WHERE owner_id = ?1 AND video_id = ?2";
    // The row is held by this: who takes the sound away at the same moment comes before it, or after.
    MIXED = "UPDATE sound_uses SET mixed = 1, own_sound = ?3
        WHERE owner_id = ?1 AND video_id = ?2 AND sound_id IS NOT NULL";
    DROP_USE = "DELETE FROM sound_uses WHERE owner_id = ?1 AND video_id = ?2";
    USES = "SELECT owner_id, video_id, created_at FROM sound_uses WHERE sound_owner_id = ?1 AND sound_id = ?2
        AND (created_at, video_id) < (?3, ?4) ORDER BY created_at DESC, video_id DESC LIMIT ?5";
    COUNT = concat!("SELECT COUNT(*) FROM (SELECT owner_id, video_id, sound_owner_id, mixed FROM sound_uses
            WHERE sound_owner_id = ?5 AND sound_id = ?6 ORDER BY created_at DESC, video_id DESC LIMIT ?7) batch
        JOIN videos v ON v.owner_id = batch.owner_id AND v.id = batch.video_id JOIN accounts a ON a.id = v.owner_id
        WHERE batch.mixed = 1 AND ", in_scope!(), " AND ", unblocked_by_maker!("batch"));
    LET_GO = "UPDATE sound_uses SET sound_owner_id = NULL, sound_id = NULL WHERE (owner_id, video_id) IN
        (SELECT u.owner_id, u.video_id FROM sounds s
            JOIN sound_uses u ON u.sound_owner_id = s.owner_id AND u.sound_id = s.id
            WHERE s.owner_id = ?1 AND s.video_id = ?2 LIMIT ?3)";
    WITHOUT = "SELECT owner_id, video_id FROM sound_uses WHERE sound_id IS NULL AND (owner_id, video_id) > (?1, ?2)
        ORDER BY owner_id, video_id LIMIT ?3";
    END_USE = "DELETE FROM sound_uses WHERE owner_id = ?1 AND video_id = ?2 AND sound_id IS NULL RETURNING own_sound";
}

/// Makes the sound of a video one that others can see, unless it is already.
pub async fn insert(tx: &mut Tx, sound: &Sound) -> Result<(), DbError> {
    let Sound { owner, id, video, created_at } = sound;
    tx.execute(&INSERT, params![owner, id, video, created_at]).await.map(|_| ())
}

/// The sound with this id.
pub async fn by_id(tx: &mut Tx, id: SoundId) -> Result<Option<Sound>, DbError> {
    let row = tx.query_opt(&BY_ID, params![id]).await?;
    let read =
        |row: &Row| Ok(Sound { owner: row.get(0)?, id: row.get(1)?, video: row.get(2)?, created_at: row.get(3)? });
    row.as_ref().map(read).transpose()
}

/// Notes that a video that is being made is to play a sound. A sound that is gone is refused by the foreign key.
pub async fn borrow(
    tx: &mut Tx,
    (owner, video): (AccountId, VideoId),
    sound: &Sound,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(&BORROW, params![owner, video, sound.owner, sound.id, now]).await.map(|_| ())
}

/// The sound of another that a video is to play, whether or not it was mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Borrowed {
    /// None was asked for.
    Nothing,
    /// It was, and is gone.
    Gone,
    /// This one.
    Sound(SoundId),
}

/// The sound of another that a video is to play.
pub async fn borrowed(tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<Borrowed, DbError> {
    let Some(row) = tx.query_opt(&BORROWED, params![owner, video]).await? else { return Ok(Borrowed::Nothing) };
    Ok(row.get::<Option<SoundId>>(0)?.map_or(Borrowed::Gone, Borrowed::Sound))
}

/// Notes that the mix is made, and whether the video has a sound of its own to fall back on; `false` when the
/// sound is gone meanwhile. Nobody takes it away until the transaction ends.
pub async fn set_mixed(tx: &mut Tx, owner: AccountId, video: VideoId, own_sound: bool) -> Result<bool, DbError> {
    changed(tx, &MIXED, params![owner, video, own_sound]).await
}

/// Removes the note that a video is to play a sound; `false` when there is none.
pub async fn drop_use(tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<bool, DbError> {
    changed(tx, &DROP_USE, params![owner, video]).await
}

/// Videos that use a sound, the latest first, those before `before`, at most `limit`: by owner, id and when.
pub async fn uses(
    tx: &mut Tx,
    sound: &Sound,
    before: (Timestamp, VideoId),
    limit: i64,
) -> Result<Vec<(AccountId, VideoId, Timestamp)>, DbError> {
    let rows = tx.query(&USES, params![sound.owner, sound.id, before.0, before.1, limit]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

/// How many of the latest `most` videos that use a sound lie in the scope.
pub async fn count_uses(
    tx: &mut Tx,
    scope: FeedScope,
    asking: Option<AccountId>,
    sound: &Sound,
    most: i64,
) -> Result<i64, DbError> {
    let (state, ready, audience) = scope_codes(scope);
    let mut values = vec![viewer(&asking)];
    values.extend(params![state, ready, audience, sound.owner, sound.id, most]);
    tx.query(&COUNT, &values).await?.first().map_or(Ok(0), |row| row.get(0))
}

/// Takes the sound of a video from those that use it, at most `limit` of them; how many it was.
pub async fn let_go(tx: &mut Tx, owner: AccountId, video: VideoId, limit: i64) -> Result<u64, DbError> {
    tx.execute(&LET_GO, params![owner, video, limit]).await
}

/// Videos whose sound was taken from them, after `after` in the order of owners and ids, at most `limit`.
pub async fn without(
    tx: &mut Tx,
    after: (AccountId, VideoId),
    limit: i64,
) -> Result<Vec<(AccountId, VideoId)>, DbError> {
    let rows = tx.query(&WITHOUT, params![after.0, after.1, limit]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Ends the use of a sound that was taken away: whether the video has one of its own; none when it is ended already.
pub async fn end_use(tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<Option<bool>, DbError> {
    tx.query_opt(&END_USE, params![owner, video]).await?.map(|row| row.get(0)).transpose()
}

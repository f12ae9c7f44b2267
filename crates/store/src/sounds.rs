//! Sounds of videos, and the videos that use those of others.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, Mixing, SoundId, Timestamp, VideoId, Way};
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

/// What a video has of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Borrowing {
    /// The sound of the other.
    pub sound: SoundId,
    /// What of it is in the video.
    pub way: Way,
    /// How long the video is with it, in milliseconds; 0 where that is as long as it is alone.
    pub lasts_ms: i64,
}

/// What is heard with a video.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sounds {
    /// Its own sound, when it is one that others can see.
    pub own: Option<SoundId>,
    /// That of another, which it was mixed with.
    pub borrowed: Option<Borrowing>,
}

/// What [`Sounds::read`] reads: four columns, where [`sound_joins`] is joined.
macro_rules! sound_columns {
    () => {
        "s.id, u.sound_id, u.way, u.lasts_ms"
    };
}
pub(crate) use sound_columns;

/// What a video `v` lends, and what it plays of another; each there once or not at all, by their keys.
macro_rules! sound_joins {
    () => {
        " LEFT JOIN sounds s ON s.owner_id = v.owner_id AND s.video_id = v.id
        LEFT JOIN sound_uses u ON u.owner_id = v.owner_id AND u.video_id = v.id AND u.mixed = 1 "
    };
}
pub(crate) use sound_joins;

impl Sounds {
    /// Reads them from the column `at` on.
    pub(crate) fn read(row: &Row, at: usize) -> Result<Self, DbError> {
        let borrowed = match row.get::<Option<SoundId>>(at + 1)? {
            Some(sound) => {
                let lasts_ms = row.get::<Option<i64>>(at + 3)?.unwrap_or_default();
                Some(Borrowing { sound, way: way(row.get::<Option<i64>>(at + 2)?.unwrap_or_default()), lasts_ms })
            }
            None => None,
        };
        Ok(Self { own: row.get(at)?, borrowed })
    }
}

fn way(code: i64) -> Way {
    Way::from_code(code).unwrap_or_default()
}

statements! {
    INSERT = "INSERT INTO sounds (owner_id, id, video_id, created_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    BY_ID = "SELECT owner_id, id, video_id, created_at FROM sounds WHERE id = ?1";
    BORROW = "INSERT INTO sound_uses (owner_id, video_id, sound_owner_id, sound_id, mixed, own_sound, created_at,
        from_ms, own_level, sound_level, way) VALUES (?1, ?2, ?3, ?4, 0, 0, ?5, ?6, ?7, ?8, ?9)";
    BORROWED = "SELECT sound_id, from_ms, own_level, sound_level, way FROM sound_uses WHERE owner_id = ?1 AND video_id = ?2";
    // The row is held by this: who takes the sound away at the same moment comes before it, or after.
    MIXED = "UPDATE sound_uses SET mixed = 1, own_sound = ?3, lasts_ms = ?4
        WHERE owner_id = ?1 AND video_id = ?2 AND sound_id IS NOT NULL";
    // Where nobody uses it: what is used is let go first.
    WITHDRAW = "DELETE FROM sounds WHERE owner_id = ?1 AND video_id = ?2 AND NOT EXISTS
        (SELECT 1 FROM sound_uses u WHERE u.sound_owner_id = sounds.owner_id AND u.sound_id = sounds.id)";
    OF_VIDEO = "SELECT owner_id, id, video_id, created_at FROM sounds WHERE owner_id = ?1 AND video_id = ?2";
    RECENT = "SELECT created_at, id FROM sounds WHERE (created_at, id) < (?1, ?2)
        ORDER BY created_at DESC, id DESC LIMIT ?3";
    // Of the latest uses, however many there are. Who uses a sound often counts once.
    TRENDING = concat!("SELECT users, sound_id FROM (SELECT COUNT(DISTINCT batch.owner_id) AS users, batch.sound_id AS sound_id
            FROM (SELECT owner_id, video_id, sound_owner_id, sound_id, mixed FROM sound_uses
                WHERE created_at > ?5 AND way = 0 ORDER BY created_at DESC LIMIT ?6) batch
            JOIN videos v ON v.owner_id = batch.owner_id AND v.id = batch.video_id JOIN accounts a ON a.id = v.owner_id
            WHERE batch.mixed = 1 AND batch.sound_id IS NOT NULL AND ", in_scope!(), " AND ", unblocked_by_maker!("batch"), "
            GROUP BY batch.sound_id) heard
        WHERE (users, sound_id) < (?7, ?8) ORDER BY users DESC, sound_id DESC LIMIT ?9");
    PEAKS = "SELECT peaks FROM videos WHERE owner_id = ?1 AND id = ?2";
    SET_PEAKS = "UPDATE videos SET peaks = ?3 WHERE owner_id = ?1 AND id = ?2 AND state <> 3";
    DROP_USE = "DELETE FROM sound_uses WHERE owner_id = ?1 AND video_id = ?2";
    USES = "SELECT owner_id, video_id, created_at FROM sound_uses WHERE sound_owner_id = ?1 AND sound_id = ?2
        AND way = 0 AND (created_at, video_id) < (?3, ?4) ORDER BY created_at DESC, video_id DESC LIMIT ?5";
    COUNT = concat!("SELECT COUNT(*) FROM (SELECT owner_id, video_id, sound_owner_id, mixed FROM sound_uses
            WHERE sound_owner_id = ?5 AND sound_id = ?6 AND way = 0 ORDER BY created_at DESC, video_id DESC LIMIT ?7) batch
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
    tx.query_opt(&BY_ID, params![id]).await?.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Sound, DbError> {
    Ok(Sound { owner: row.get(0)?, id: row.get(1)?, video: row.get(2)?, created_at: row.get(3)? })
}

/// Notes that a video that is being made is to play a sound. A sound that is gone is refused by the foreign key.
pub async fn borrow(
    tx: &mut Tx,
    (owner, video): (AccountId, VideoId),
    (sound, mixing): (&Sound, Mixing),
    now: Timestamp,
) -> Result<(), DbError> {
    let Mixing { from_ms, own, sound: level, way } = mixing;
    let way = way.code();
    let values = params![owner, video, sound.owner, sound.id, now, from_ms, own, level, way];
    tx.execute(&BORROW, values).await.map(|_| ())
}

/// The sound of another that a video is to play, whether or not it was mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Borrowed {
    /// None was asked for.
    Nothing,
    /// It was, and is gone.
    Gone,
    /// This one, so.
    Sound(SoundId, Mixing),
}

/// The sound of another that a video is to play.
pub async fn borrowed(tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<Borrowed, DbError> {
    let Some(row) = tx.query_opt(&BORROWED, params![owner, video]).await? else { return Ok(Borrowed::Nothing) };
    let mixing = Mixing { from_ms: row.get(1)?, own: row.get(2)?, sound: row.get(3)?, way: way(row.get(4)?) };
    Ok(row.get::<Option<SoundId>>(0)?.map_or(Borrowed::Gone, |id| Borrowed::Sound(id, mixing)))
}

/// Takes back that others can see the sound of a video, which nobody uses.
pub async fn withdraw(tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<(), DbError> {
    tx.execute(&WITHDRAW, params![owner, video]).await.map(|_| ())
}

/// The sound of a video, where it is one that others can see.
pub async fn of_video(tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<Option<Sound>, DbError> {
    tx.query_opt(&OF_VIDEO, params![owner, video]).await?.as_ref().map(read).transpose()
}

/// The newest sounds, those before `before`, at most `limit`, seen or not: since when, and the id.
pub async fn recent(
    tx: &mut Tx,
    before: (Timestamp, SoundId),
    limit: i64,
) -> Result<Vec<(Timestamp, SoundId)>, DbError> {
    let rows = tx.query(&RECENT, params![before.0, before.1, limit]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Which uses a list of what is heard most is made of.
#[derive(Clone, Copy, Debug)]
pub struct Latest {
    /// Those after this moment.
    pub since: Timestamp,
    /// And of them so many, the latest.
    pub most: i64,
}

/// The sounds that most people use in videos of the scope, among the latest uses; those before `before`, at most
/// `limit`: by how many, and the id.
pub async fn trending(
    tx: &mut Tx,
    scope: FeedScope,
    asking: Option<AccountId>,
    Latest { since, most }: Latest,
    (before, limit): ((i64, SoundId), i64),
) -> Result<Vec<(i64, SoundId)>, DbError> {
    let (state, ready, audience) = scope_codes(scope);
    let mut values = vec![viewer(&asking)];
    values.extend(params![state, ready, audience, since, most, before.0, before.1, limit]);
    let rows = tx.query(&TRENDING, &values).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The waveform of a video's own sound, sealed; none where nobody has listened to it, or it is silent.
pub async fn peaks(tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<Option<Vec<u8>>, DbError> {
    tx.query_opt(&PEAKS, params![owner, video]).await?.map_or(Ok(None), |row| row.get(0))
}

/// Keeps the waveform of a video's own sound, sealed, or forgets it; `false` when the video is going.
pub async fn set_peaks(tx: &mut Tx, owner: AccountId, video: VideoId, peaks: Option<&[u8]>) -> Result<bool, DbError> {
    changed(tx, &SET_PEAKS, params![owner, video, peaks]).await
}

/// Notes that the mix is made, how long it is in milliseconds (0 where it is as long as the video), and whether the video
/// has a sound of its own to fall back on; `false` when the
/// sound is gone meanwhile. Nobody takes it away until the transaction ends.
pub async fn set_mixed(
    tx: &mut Tx,
    (owner, video): (AccountId, VideoId),
    (own_sound, lasts_ms): (bool, i64),
) -> Result<bool, DbError> {
    changed(tx, &MIXED, params![owner, video, own_sound, lasts_ms]).await
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

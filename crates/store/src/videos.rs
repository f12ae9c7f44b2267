//! Videos.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, Audience, Circle, Editing, Reframe, Timestamp, VideoId, VideoState};
use outro_policy::VideoFacts;

use crate::changed;
use crate::sounds::{Sounds, sound_columns, sound_joins};
use crate::visibility::{VIDEO, video_columns, video_facts};

/// A row of `videos`; the caption is still sealed.
#[derive(Debug)]
pub struct Video {
    /// Whose it is.
    pub owner: AccountId,
    /// The id.
    pub id: VideoId,
    /// State and audience, as the policy asks for them.
    pub facts: VideoFacts,
    /// How it becomes upright.
    pub reframe: Reframe,
    /// Sealed.
    pub caption: Vec<u8>,
    /// When it was uploaded.
    pub created_at: Timestamp,
    /// When it could be watched first; 0 before that.
    pub published_at: Timestamp,
    /// How long it is; 0 until it is known.
    pub duration_ms: i64,
    /// How far its encoding has come, 0 to 1000.
    pub progress: i64,
    /// The word for why it failed.
    pub failure: Option<String>,
    /// How many like it.
    pub like_count: i64,
    /// How often it was watched, once a day of each viewer.
    pub view_count: i64,
    /// How many comments are shown under it.
    pub comment_count: i64,
    /// Of a draft, who is to see it and when: until it is published, it is for its owner alone.
    pub draft: Option<Draft>,
    /// How often it was to be made in another way.
    pub remakes: i64,
    /// Since when it stands first on its owner's profile; 0 where it does not.
    pub pinned_at: Timestamp,
    /// How far an edit is that takes the place of what is seen.
    pub editing: Editing,
    /// Whether there are captions that can be turned on.
    pub captioned: bool,
    /// What is heard with it.
    pub sounds: Sounds,
}

/// What becomes of a draft once it is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Who is to see it.
    pub audience: Audience,
    /// When it is published by itself; 0 when it is not.
    pub publish_at: Timestamp,
}

impl Video {
    /// Whether it is being made: for the first time, in another way, or as an edit.
    pub fn is_being_made(&self) -> bool {
        match self.facts.state {
            VideoState::Processing => true,
            VideoState::Ready => self.editing == Editing::Rendering,
            VideoState::Failed | VideoState::Removing => false,
        }
    }

    /// One whose making begins, without a caption: nothing is known of it yet but what its owner has said.
    pub fn processing(
        owner: AccountId,
        id: VideoId,
        facts: VideoFacts,
        reframe: Reframe,
        created_at: Timestamp,
    ) -> Self {
        Self {
            owner,
            id,
            facts: VideoFacts { state: VideoState::Processing, ..facts },
            reframe,
            caption: vec![],
            created_at,
            published_at: Timestamp(0),
            duration_ms: 0,
            progress: 0,
            failure: None,
            like_count: 0,
            view_count: 0,
            comment_count: 0,
            draft: None,
            remakes: 0,
            pinned_at: Timestamp(0),
            editing: Editing::None,
            captioned: false,
            sounds: Sounds::default(),
        }
    }
}

/// When a video counts as published in the ranking by popularity: every fourfold of its likes is worth half
/// a day. It stands in the table so that an index can hold it, and moves only when that changes.
macro_rules! heat {
    ($likes:literal) => {
        concat!(
            "published_at + 43200000 * CASE WHEN ",
            $likes,
            " >= 65536 THEN 9 WHEN ",
            $likes,
            " >= 16384 THEN 8 WHEN ",
            $likes,
            " >= 4096 THEN 7 WHEN ",
            $likes,
            " >= 1024 THEN 6 WHEN ",
            $likes,
            " >= 256 THEN 5 WHEN ",
            $likes,
            " >= 64 THEN 4 WHEN ",
            $likes,
            " >= 16 THEN 3 WHEN ",
            $likes,
            " >= 4 THEN 2 WHEN ",
            $likes,
            " >= 1 THEN 1 ELSE 0 END"
        )
    };
}

/// The rows that [`read`] reads, of videos `v`.
macro_rules! rows {
    () => {
        concat!(
            "SELECT ",
            video_columns!(),
            ", v.owner_id, v.id, v.reframe, v.caption, v.created_at, v.published_at, v.duration_ms, v.progress, v.failure,
            v.like_count, v.view_count, v.comment_count, v.draft_audience, v.publish_at, v.remakes,
            v.pinned_at, v.editing, v.captioned, ",
            sound_columns!(),
            " FROM videos v",
            sound_joins!()
        )
    };
}

statements! {
    INSERT = "INSERT INTO videos (owner_id, id, state, audience, reframe, caption, created_at, published_at,
        duration_ms, progress, like_count, comments_from, sound_reuse, draft_audience, downloads, age_restricted,
        duets, stitches)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, 0, 0, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    BY_ID = concat!(rows!(), "WHERE v.id = ?1");
    OF_OWNER = concat!(rows!(), "WHERE v.owner_id = ?1 AND (v.created_at, v.id) < (?2, ?3) ORDER BY v.created_at DESC, v.id DESC LIMIT ?4");
    DRAFTS = concat!(rows!(), "WHERE v.owner_id = ?1 AND v.draft_audience IS NOT NULL AND v.state <> 3 AND (v.created_at, v.id) < (?2, ?3)
        ORDER BY v.created_at DESC, v.id DESC LIMIT ?4");
    COUNT_DRAFTS = "SELECT COUNT(*) FROM videos WHERE owner_id = ?1 AND draft_audience IS NOT NULL AND state <> 3";
    COUNT = "SELECT COUNT(*), CAST(COALESCE(SUM(like_count), 0) AS BIGINT) FROM videos
        WHERE owner_id = ?1 AND +state = ?2 AND audience <= ?3 AND hidden <= ?4 AND age_restricted <= ?5
            AND draft_audience IS NULL";
    COUNT_ALL = "SELECT COUNT(*) FROM videos WHERE owner_id = ?1";
    PROGRESS = "UPDATE videos SET progress = ?3
        WHERE owner_id = ?1 AND id = ?2 AND (state = 0 OR state = 1 AND editing = 1)";
    READY = "UPDATE videos SET state = 1, progress = 1000, duration_ms = ?3, editing = 0,
        published_at = CASE WHEN published_at > 0 OR draft_audience IS NOT NULL THEN published_at ELSE ?4 END,
        heat = CASE WHEN published_at > 0 AND state = 1 THEN heat
            WHEN published_at > 0 OR draft_audience IS NOT NULL THEN published_at ELSE ?4 END
        WHERE owner_id = ?1 AND id = ?2 AND (state = 0 OR state = 1 AND editing = 1)";
    SET_DOWNLOADS = "UPDATE videos SET downloads = ?3 WHERE owner_id = ?1 AND id = ?2 AND state <> 3";
    SET_DUETS = "UPDATE videos SET duets = ?3 WHERE owner_id = ?1 AND id = ?2 AND state <> 3";
    SET_STITCHES = "UPDATE videos SET stitches = ?3 WHERE owner_id = ?1 AND id = ?2 AND state <> 3";
    SET_AGE_RESTRICTED = "UPDATE videos SET age_restricted = ?3 WHERE owner_id = ?1 AND id = ?2 AND state <> 3";
    SET_PINNED = "UPDATE videos SET pinned_at = ?3 WHERE owner_id = ?1 AND id = ?2 AND state <> 3";
    PINNED = concat!(rows!(), "WHERE v.owner_id = ?1 AND v.pinned_at > 0 AND v.state <> 3 ORDER BY v.pinned_at DESC, v.id DESC LIMIT ?2");
    SET_PUBLISH_AT = "UPDATE videos SET publish_at = ?3
        WHERE owner_id = ?1 AND id = ?2 AND draft_audience IS NOT NULL AND state <> 3";
    PUBLISH = "UPDATE videos SET audience = draft_audience, draft_audience = NULL, publish_at = 0, created_at = ?3,
        published_at = CASE WHEN state = 1 THEN ?3 ELSE published_at END,
        heat = CASE WHEN state = 1 THEN ?3 ELSE heat END
        WHERE owner_id = ?1 AND id = ?2 AND draft_audience IS NOT NULL AND state < 2 AND editing < 2";
    MAKE_ANEW = "UPDATE videos SET reframe = ?3, state = 0, editing = 0, progress = 0, failure = NULL,
        remakes = remakes + 1
        WHERE owner_id = ?1 AND id = ?2 AND draft_audience IS NOT NULL AND (state < 2 OR state = 2 AND duration_ms > 0)";
    // One that was ready before and that nobody has seen is a draft again: its owner can have it made in another way.
    FAIL = "UPDATE videos SET state = 2, failure = ?3,
        draft_audience = CASE WHEN draft_audience IS NULL AND duration_ms > 0 AND published_at = 0 THEN audience
            ELSE draft_audience END,
        audience = CASE WHEN draft_audience IS NULL AND duration_ms > 0 AND published_at = 0 THEN 3 ELSE audience END
        WHERE owner_id = ?1 AND id = ?2 AND state = 0 AND remakes = ?4";
    EDIT = "SELECT edit FROM videos WHERE owner_id = ?1 AND id = ?2";
    // What can be watched stays so until the edit is made; what cannot is made anew.
    MAKE_EDIT = "UPDATE videos SET edit = ?3, remakes = remakes + 1, progress = 0, failure = NULL,
        editing = CASE WHEN state = 1 THEN 1 ELSE 0 END, state = CASE WHEN state = 2 THEN 0 ELSE state END
        WHERE owner_id = ?1 AND id = ?2 AND state <> 3 AND duration_ms > 0";
    AWAIT_EDIT = "UPDATE videos SET state = 0, editing = 0 WHERE owner_id = ?1 AND id = ?2 AND state = 1 AND editing = 1";
    LEAVE_EDIT = "UPDATE videos SET edit = ?3, remakes = remakes + 1, progress = 1000, failure = NULL, editing = 0
        WHERE owner_id = ?1 AND id = ?2 AND state = 1 AND editing > 0";
    EDITED = "UPDATE videos SET edit = ?3, captioned = ?4 WHERE owner_id = ?1 AND id = ?2 AND state <> 3";
    FAIL_EDIT = "UPDATE videos SET editing = 2, progress = 1000, failure = ?3
        WHERE owner_id = ?1 AND id = ?2 AND state = 1 AND editing = 1 AND remakes = ?4";
    REMOVE = "UPDATE videos SET state = 3 WHERE owner_id = ?1 AND id = ?2 AND state <> 3";
    SCENE = "SELECT scene FROM videos WHERE owner_id = ?1 AND id = ?2";
    SET_SCENE = "UPDATE videos SET scene = ?3 WHERE owner_id = ?1 AND id = ?2 AND state <> 3";
    // Of a draft it is who is to see it: until then it is its owner's alone, whoever sets this.
    SET_AUDIENCE = "UPDATE videos SET audience = CASE WHEN draft_audience IS NULL THEN ?3 ELSE audience END,
        draft_audience = CASE WHEN draft_audience IS NULL THEN draft_audience ELSE ?3 END
        WHERE owner_id = ?1 AND id = ?2 AND state <> 3";
    SET_COMMENTS_FROM = "UPDATE videos SET comments_from = ?3 WHERE owner_id = ?1 AND id = ?2 AND state <> 3";
    SET_SOUND_REUSE = "UPDATE videos SET sound_reuse = ?3 WHERE owner_id = ?1 AND id = ?2 AND state <> 3";
    SET_AUDIENCE_OF_ALL = "UPDATE videos SET audience = CASE WHEN draft_audience IS NULL THEN ?2 ELSE audience END,
        draft_audience = CASE WHEN draft_audience IS NULL THEN draft_audience ELSE ?2 END
        WHERE owner_id = ?1 AND state <> 3 AND COALESCE(draft_audience, audience) <> ?2";
    AUDIENCES = "SELECT audience, COUNT(*) FROM videos WHERE owner_id = ?1 AND state <> 3 AND draft_audience IS NULL
        GROUP BY audience";
    SET_CAPTION = "UPDATE videos SET caption = ?3 WHERE owner_id = ?1 AND id = ?2 AND state <> 3";
    LIKED = concat!("UPDATE videos SET like_count = like_count + ?3, heat = ", heat!("(like_count + ?3)"), "
        WHERE owner_id = ?1 AND id = ?2 AND state = 1");
    PUBLISHED = "UPDATE videos SET published_at = ?3 WHERE owner_id = ?1 AND id = ?2 AND state = 0";
    BYTES = "SELECT CAST(COALESCE(SUM(length), 0) AS BIGINT) FROM blobs WHERE owner_id = ?1";
    VIEWED = "UPDATE videos SET view_count = view_count + 1 WHERE owner_id = ?1 AND id = ?2 AND state = 1
        RETURNING view_count";
    // Erasures lower the likes alone: what that changes is put right here.
    SETTLE_HEAT = concat!("UPDATE videos SET heat = ", heat!("like_count"), " WHERE (owner_id, id) IN
        (SELECT owner_id, id FROM videos WHERE state = 1 AND audience = 0 ORDER BY heat DESC, id DESC LIMIT ?1)
        AND heat <> ", heat!("like_count"));
}

/// Adds a video that is being made.
pub async fn insert(tx: &mut Tx, video: &Video) -> Result<(), DbError> {
    let Video { owner, id, facts, reframe, caption, created_at, .. } = video;
    let (state, audience, reframe) = (facts.state.code(), facts.audience.code(), reframe.code());
    let comments_from = facts.comments_from.code();
    let draft = video.draft.map(|draft| draft.audience.code());
    let values = params![
        owner,
        id,
        state,
        audience,
        reframe,
        caption,
        created_at,
        comments_from,
        facts.sound_reuse,
        draft,
        facts.downloads,
        facts.age_restricted,
        facts.duets,
        facts.stitches,
    ];
    tx.execute(&INSERT, values).await.map(|_| ())
}

/// The video with this id, in whatever state.
pub async fn by_id(tx: &mut Tx, id: VideoId) -> Result<Option<Video>, DbError> {
    tx.query_opt(&BY_ID, params![id]).await?.as_ref().map(read).transpose()
}

/// Videos of an owner, the newest first, those before `before`, at most `limit`.
pub async fn of_owner(
    tx: &mut Tx,
    owner: AccountId,
    before: (Timestamp, VideoId),
    limit: i64,
) -> Result<Vec<Video>, DbError> {
    tx.query(&OF_OWNER, params![owner, before.0, before.1, limit]).await?.iter().map(read).collect()
}

/// A row whose columns stand in the order of the statements here.
fn read(row: &Row) -> Result<Video, DbError> {
    Ok(Video {
        facts: video_facts(row, 0)?,
        owner: row.get(VIDEO)?,
        id: row.get(VIDEO + 1)?,
        reframe: Reframe::from_code(row.get(VIDEO + 2)?).unwrap_or(Reframe::Fit),
        caption: row.get(VIDEO + 3)?,
        created_at: row.get(VIDEO + 4)?,
        published_at: row.get(VIDEO + 5)?,
        duration_ms: row.get(VIDEO + 6)?,
        progress: row.get(VIDEO + 7)?,
        failure: row.get(VIDEO + 8)?,
        like_count: row.get(VIDEO + 9)?,
        view_count: row.get(VIDEO + 10)?,
        comment_count: row.get(VIDEO + 11)?,
        draft: draft(row.get(VIDEO + 12)?, row.get(VIDEO + 13)?),
        remakes: row.get(VIDEO + 14)?,
        pinned_at: row.get(VIDEO + 15)?,
        editing: Editing::from_code(row.get(VIDEO + 16)?).unwrap_or(Editing::None),
        captioned: row.get(VIDEO + 17)?,
        sounds: Sounds::read(row, VIDEO + 18)?,
    })
}

fn draft(audience: Option<i64>, publish_at: Timestamp) -> Option<Draft> {
    audience.map(|code| Draft { audience: Audience::from_code(code).unwrap_or(Audience::OnlyMe), publish_at })
}

/// Drafts of an owner, the newest first, those before `before`, at most `limit`.
pub async fn drafts(
    tx: &mut Tx,
    owner: AccountId,
    before: (Timestamp, VideoId),
    limit: i64,
) -> Result<Vec<Video>, DbError> {
    tx.query(&DRAFTS, params![owner, before.0, before.1, limit]).await?.iter().map(read).collect()
}

/// How many drafts an owner has.
pub async fn count_drafts(tx: &mut Tx, owner: AccountId) -> Result<i64, DbError> {
    tx.query(&COUNT_DRAFTS, params![owner]).await?.first().map_or(Ok(0), |row| row.get(0))
}

/// Says when a draft is published by itself, 0 when it is not; `false` when it is no draft any more.
pub async fn set_publish_at(tx: &mut Tx, owner: AccountId, id: VideoId, at: Timestamp) -> Result<bool, DbError> {
    changed(tx, &SET_PUBLISH_AT, params![owner, id, at]).await
}

/// Publishes a draft: it is for those whom it was meant for, at once where it is ready, else from then on. `false` when
/// it is no draft any more, or could not be made.
pub async fn publish(tx: &mut Tx, owner: AccountId, id: VideoId, now: Timestamp) -> Result<bool, DbError> {
    changed(tx, &PUBLISH, params![owner, id, now]).await
}

/// What was found of a video's picture, sealed; none where nobody has looked.
pub async fn scene(tx: &mut Tx, owner: AccountId, id: VideoId) -> Result<Option<Vec<u8>>, DbError> {
    tx.query_opt(&SCENE, params![owner, id]).await?.map_or(Ok(None), |row| row.get(0))
}

/// Keeps what was found of a video's picture, sealed, or forgets it; `false` when the video is going.
pub async fn set_scene(tx: &mut Tx, owner: AccountId, id: VideoId, scene: Option<&[u8]>) -> Result<bool, DbError> {
    changed(tx, &SET_SCENE, params![owner, id, scene]).await
}

/// What is made of a video's original, sealed; none where nothing was ever said of that.
pub async fn edit(tx: &mut Tx, owner: AccountId, id: VideoId) -> Result<Option<Vec<u8>>, DbError> {
    tx.query_opt(&EDIT, params![owner, id]).await?.map_or(Ok(None), |row| row.get(0))
}

/// Has a video made by an edit, sealed; `false` when it was never made, or is going.
pub async fn make_edit(tx: &mut Tx, owner: AccountId, id: VideoId, edit: &[u8]) -> Result<bool, DbError> {
    changed(tx, &MAKE_EDIT, params![owner, id, edit]).await
}

/// Has a video be seen no more until the edit is made that is on its way; `false` when there is none.
pub async fn await_edit(tx: &mut Tx, owner: AccountId, id: VideoId) -> Result<bool, DbError> {
    changed(tx, &AWAIT_EDIT, params![owner, id]).await
}

/// Leaves an edit that is not made yet, or could not be; `false` when there is none.
pub async fn leave_edit(tx: &mut Tx, owner: AccountId, id: VideoId, edit: &[u8]) -> Result<bool, DbError> {
    changed(tx, &LEAVE_EDIT, params![owner, id, edit]).await
}

/// Notes by which edit a video was made, and whether it has captions that can be turned on; `false` when it is going.
pub async fn set_edited(
    tx: &mut Tx,
    owner: AccountId,
    id: VideoId,
    (edit, captioned): (&[u8], bool),
) -> Result<bool, DbError> {
    changed(tx, &EDITED, params![owner, id, edit, captioned]).await
}

/// Notes why an edit could not be made, as it was wanted for the `remakes`-th time; `false` when it is not being made any
/// more. What was made before stays.
pub async fn set_edit_failed(
    tx: &mut Tx,
    owner: AccountId,
    id: VideoId,
    failure: &str,
    remakes: i64,
) -> Result<bool, DbError> {
    changed(tx, &FAIL_EDIT, params![owner, id, failure, remakes]).await
}

/// Says how a draft becomes upright, and that it is made anew; `false` when it is none any more, or never could be made.
pub async fn make_anew(tx: &mut Tx, owner: AccountId, id: VideoId, reframe: Reframe) -> Result<bool, DbError> {
    changed(tx, &MAKE_ANEW, params![owner, id, reframe.code()]).await
}

/// How many videos of an owner are ready for those whom the narrowest of these audiences names, and how many
/// likes those have: everyone's, also those for followers, … and with `OnlyMe` all that there are. Those for adults count
/// for an `adult`.
pub async fn seen_counts(
    tx: &mut Tx,
    owner: AccountId,
    narrowest: Audience,
    adult: bool,
) -> Result<(i64, i64), DbError> {
    // Only the owner sees what a moderator has hidden.
    let (ready, own) = (VideoState::Ready.code(), narrowest == Audience::OnlyMe);
    let rows = tx.query(&COUNT, params![owner, ready, narrowest.code(), own, own || adult]).await?;
    rows.first().map_or(Ok((0, 0)), |row| Ok((row.get(0)?, row.get(1)?)))
}

/// How many videos an owner has, of whatever state.
pub async fn count(tx: &mut Tx, owner: AccountId) -> Result<i64, DbError> {
    tx.query(&COUNT_ALL, params![owner]).await?.first().map_or(Ok(0), |row| row.get(0))
}

/// Notes how far the encoding has come; `false` when the video is not being made any more.
pub async fn set_progress(tx: &mut Tx, owner: AccountId, id: VideoId, permille: i64) -> Result<bool, DbError> {
    changed(tx, &PROGRESS, params![owner, id, permille]).await
}

/// Notes that a video is made, and publishes it unless it is a draft; `false` when it is not being made any more.
pub async fn set_ready(
    tx: &mut Tx,
    owner: AccountId,
    id: VideoId,
    duration_ms: i64,
    now: Timestamp,
) -> Result<bool, DbError> {
    changed(tx, &READY, params![owner, id, duration_ms, now]).await
}

/// Notes why a video could not be made, as it was wanted when it was to be made anew for the `remakes`-th time; `false` when
/// it is not being made any more, or is wanted in another way by now.
pub async fn set_failed(
    tx: &mut Tx,
    owner: AccountId,
    id: VideoId,
    failure: &str,
    remakes: i64,
) -> Result<bool, DbError> {
    changed(tx, &FAIL, params![owner, id, failure, remakes]).await
}

/// Hides a video that its owner takes away; `false` when it was hidden already.
pub async fn set_removing(tx: &mut Tx, owner: AccountId, id: VideoId) -> Result<bool, DbError> {
    changed(tx, &REMOVE, params![owner, id]).await
}

/// Sets who may see a video; of a draft, who is to see it.
pub async fn set_audience(tx: &mut Tx, owner: AccountId, id: VideoId, audience: Audience) -> Result<bool, DbError> {
    changed(tx, &SET_AUDIENCE, params![owner, id, audience.code()]).await
}

/// Sets who may see every video of an owner, in one statement; how many it was another for.
pub async fn set_audience_of_all(tx: &mut Tx, owner: AccountId, audience: Audience) -> Result<u64, DbError> {
    tx.execute(&SET_AUDIENCE_OF_ALL, params![owner, audience.code()]).await
}

/// How many videos an owner has for each audience; those that are being taken away are not counted.
pub async fn audiences(tx: &mut Tx, owner: AccountId) -> Result<Vec<(Audience, i64)>, DbError> {
    let rows = tx.query(&AUDIENCES, params![owner]).await?;
    rows.iter().map(|row| Ok((Audience::from_code(row.get(0)?).unwrap_or(Audience::OnlyMe), row.get(1)?))).collect()
}

/// Sets who may comment on a video.
pub async fn set_comments_from(tx: &mut Tx, owner: AccountId, id: VideoId, from: Circle) -> Result<bool, DbError> {
    changed(tx, &SET_COMMENTS_FROM, params![owner, id, from.code()]).await
}

/// Sets whether others may use the sound of a video.
pub async fn set_sound_reuse(tx: &mut Tx, owner: AccountId, id: VideoId, reuse: bool) -> Result<bool, DbError> {
    changed(tx, &SET_SOUND_REUSE, params![owner, id, reuse]).await
}

/// Sets whether others may download a video.
pub async fn set_downloads(tx: &mut Tx, owner: AccountId, id: VideoId, downloads: bool) -> Result<bool, DbError> {
    changed(tx, &SET_DOWNLOADS, params![owner, id, downloads]).await
}

/// Sets whether others may put a video beside theirs.
pub async fn set_duets(tx: &mut Tx, owner: AccountId, id: VideoId, duets: bool) -> Result<bool, DbError> {
    changed(tx, &SET_DUETS, params![owner, id, duets]).await
}

/// Sets whether others may begin theirs with a piece of a video.
pub async fn set_stitches(tx: &mut Tx, owner: AccountId, id: VideoId, stitches: bool) -> Result<bool, DbError> {
    changed(tx, &SET_STITCHES, params![owner, id, stitches]).await
}

/// Sets whether a video is for adults alone.
pub async fn set_age_restricted(tx: &mut Tx, owner: AccountId, id: VideoId, adults: bool) -> Result<bool, DbError> {
    changed(tx, &SET_AGE_RESTRICTED, params![owner, id, adults]).await
}

/// Says since when a video stands first on its owner's profile; 0 when it does not.
pub async fn set_pinned(tx: &mut Tx, owner: AccountId, id: VideoId, at: Timestamp) -> Result<bool, DbError> {
    changed(tx, &SET_PINNED, params![owner, id, at]).await
}

/// The videos that stand first on a profile, the one that was put there last first, at most `limit`.
pub async fn pinned(tx: &mut Tx, owner: AccountId, limit: i64) -> Result<Vec<Video>, DbError> {
    tx.query(&PINNED, params![owner, limit]).await?.iter().map(read).collect()
}

/// Sets the caption, sealed.
pub async fn set_caption(tx: &mut Tx, owner: AccountId, id: VideoId, caption: &[u8]) -> Result<bool, DbError> {
    changed(tx, &SET_CAPTION, params![owner, id, caption]).await
}

/// Moves the count of likes by `by`; `false` when the video cannot be watched any more.
pub async fn add_likes(tx: &mut Tx, owner: AccountId, id: VideoId, by: i64) -> Result<bool, DbError> {
    changed(tx, &LIKED, params![owner, id, by]).await
}

/// Says when a video that is being made could be watched first elsewhere: it stays so when it is ready.
pub async fn set_published(tx: &mut Tx, owner: AccountId, id: VideoId, at: Timestamp) -> Result<bool, DbError> {
    changed(tx, &PUBLISHED, params![owner, id, at]).await
}

/// How many bytes the files of an owner's videos have.
pub async fn bytes(tx: &mut Tx, owner: AccountId) -> Result<i64, DbError> {
    tx.query(&BYTES, params![owner]).await?.first().map_or(Ok(0), |row| row.get(0))
}

/// Counts one view; how many there are with it, nothing when the video cannot be watched any more.
pub async fn add_view(tx: &mut Tx, owner: AccountId, id: VideoId) -> Result<Option<i64>, DbError> {
    tx.query_opt(&VIEWED, params![owner, id]).await?.map(|row| row.get(0)).transpose()
}

/// Puts the popularity of the `most` most popular videos right; how many were not.
pub async fn settle_heat(tx: &mut Tx, most: i64) -> Result<u64, DbError> {
    tx.execute(&SETTLE_HEAT, params![most]).await
}

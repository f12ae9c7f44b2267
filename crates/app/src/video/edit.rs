//! The edit list of a video: what is made of its original and of its clips, which are kept and can be edited again.
//!
//! What can be watched stays as it is until the edit is made, and takes its place in one transaction.

use outro_datamap::VIDEO_EDIT;
use outro_db::Tx;
use outro_model::edit::{Edit, InvalidEdit, LATEST};
use outro_model::{AccountId, ClipId, Editing, VideoId, VideoState};
use outro_policy::Action;
use outro_store::accounts;
use outro_store::clips::{self, Clip};
use outro_store::videos::{self, Video};
use outro_vault::AccountKeys;
use serde::{Deserialize, Serialize};

use super::upload::enqueue;
use super::view::{Failure, find, sentence};
use crate::{App, AppError, RefusalKind, Signed, Viewer, standing, viewer};

/// The word for an edit of which nothing is left.
pub(super) const NOTHING_LEFT: &str = "edit_beyond_end";

/// By how much what is made may be shorter than its original, in milliseconds.
const SLACK_MS: u32 = 200;

/// What is kept of the edits of a video.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Edits {
    /// By which it was made.
    made: Edit,
    /// By which it is to be made; none where that is the same.
    wanted: Option<Edit>,
    /// How long the original is, in milliseconds.
    whole_ms: i64,
}

/// An edit of one's own video.
#[derive(Clone, Debug)]
pub struct EditView {
    /// The edit list, as it was last said.
    pub edit: Edit,
    /// How far it is: `none` where what is seen was made by it.
    pub state: Editing,
    /// How far its making has come, 0 to 1000.
    pub progress: i64,
    /// Why it could not be made.
    pub failure: Option<Failure>,
    /// How long the original is, in milliseconds.
    pub whole_ms: i64,
    /// Whether others see the video: then a new edit takes the place of what they see.
    pub is_published: bool,
}

impl Edits {
    /// The edit by which the video is made the next time.
    pub(super) fn next(&self) -> &Edit {
        self.wanted.as_ref().unwrap_or(&self.made)
    }

    /// Whether a piece of this clip is in what was made, or in what is to be.
    pub(super) fn use_clip(&self, clip: ClipId) -> bool {
        self.made.uses(clip) || self.wanted.as_ref().is_some_and(|wanted| wanted.uses(clip))
    }

    /// How long the original is: what was made of it before there was any edit is as long.
    fn whole(&self, row: &Video) -> i64 {
        if self.whole_ms > 0 { self.whole_ms } else { row.duration_ms }
    }

    fn seal(&self, keys: &AccountKeys, id: VideoId) -> Result<Vec<u8>, AppError> {
        let text = serde_json::to_string(self).map_err(AppError::internal)?;
        Ok(keys.seal_text(VIDEO_EDIT, id.as_bytes(), &text))
    }

    fn open(keys: &AccountKeys, id: VideoId, sealed: Option<Vec<u8>>) -> Result<Self, AppError> {
        let Some(sealed) = sealed else { return Ok(Self::default()) };
        serde_json::from_str(&keys.open_text(VIDEO_EDIT, id.as_bytes(), &sealed)?).map_err(AppError::internal)
    }
}

/// What is kept of the edits of a video; nothing where its owner is gone.
pub(super) async fn stored(app: &App, owner: AccountId, id: VideoId) -> Result<Edits, AppError> {
    let sealed = videos::edit(&mut app.db.read().await?, owner, id).await?;
    let Some(keys) = app.vault.account(owner).await? else { return Ok(Edits::default()) };
    Edits::open(&keys, id, sealed)
}

/// The same of a video's row, in a transaction.
pub(super) async fn of(tx: &mut Tx, keys: &AccountKeys, row: &Video) -> Result<Edits, AppError> {
    Edits::open(keys, row.id, videos::edit(tx, row.owner, row.id).await?)
}

/// The sealed note that a video was made by this edit; none where nothing was ever said of one.
pub(super) async fn made_by(
    app: &App,
    owner: AccountId,
    id: VideoId,
    edits: &Edits,
) -> Result<Option<Vec<u8>>, AppError> {
    if *edits == Edits::default() {
        return Ok(None);
    }
    let keys = app.vault.account(owner).await?.ok_or(AppError::NotFound)?;
    Edits { made: edits.next().clone(), wanted: None, whole_ms: edits.whole_ms }.seal(&keys, id).map(Some)
}

/// The edit of one's own video.
pub async fn edit(app: &App, signed: &Signed, id: VideoId) -> Result<EditView, AppError> {
    let keys = signed.keys(app).await?;
    let mut tx = app.db.read().await?;
    let me = viewer::still(app, &mut tx, &Some(signed.clone())).await?;
    let row = find(&mut tx, me, Action::ChangeVideo, id).await?.video;
    view(&mut tx, &keys, &row).await
}

async fn view(tx: &mut Tx, keys: &AccountKeys, row: &Video) -> Result<EditView, AppError> {
    let edits = of(tx, keys, row).await?;
    let whole_ms = edits.whole(row);
    let state = match (row.facts.state, row.editing) {
        (VideoState::Processing, _) => Editing::Rendering,
        (VideoState::Failed, _) => Editing::Failed,
        (VideoState::Ready | VideoState::Removing, editing) => editing,
    };
    let failure = row.failure.clone().filter(|_| state == Editing::Failed);
    Ok(EditView {
        edit: edits.next().clone(),
        state,
        progress: if state == Editing::Rendering { row.progress } else { 1000 },
        failure: failure.map(|code| Failure { detail: sentence(&code), code }),
        whole_ms,
        is_published: row.draft.is_none(),
    })
}

/// Says what is made of the original and the clips of one's own video, which is made so; with nothing in it, the original as it is. Where
/// others see the video, what they see is replaced only if that is said too.
pub async fn set_edit(
    app: &App,
    signed: &Signed,
    id: VideoId,
    (edit, replace): (Edit, bool),
) -> Result<EditView, AppError> {
    let keys = signed.keys(app).await?;
    let mut tx = app.db.write().await?;
    if !accounts::lock_deciding(&mut tx, signed.account).await? {
        return Err(AppError::SignInNeeded);
    }
    let row = find(&mut tx, Some(signed.account), Action::ChangeVideo, id).await?.video;
    standing::hold_present(&mut tx, signed.account).await?;
    if row.draft.is_none() && !replace {
        let detail = "This video is published. Say that what people see is to be replaced.";
        return Err(AppError::refused(RefusalKind::Conflict, "published", detail));
    }
    let before = of(&mut tx, &keys, &row).await?;
    let whole_ms = before.whole(&row);
    if whole_ms == 0 {
        return Err(not_ready());
    }
    let edit = checked(app, edit, (whole_ms, &clips::of_video(&mut tx, signed.account, id).await?))?;
    let sealed = Edits { made: before.made, wanted: Some(edit), whole_ms }.seal(&keys, id)?;
    if !videos::make_edit(&mut tx, signed.account, id, &sealed).await? {
        return Err(not_ready());
    }
    // As with a draft that is made in another way: what waits begins anew, and what is being made sees by itself that
    // it is to be another.
    let waited = outro_jobs::cancel_of_video(&mut tx, signed.account, id, super::encode::JOB).await?;
    if waited || !row.is_being_made() {
        enqueue(app, &mut tx, signed.account, id).await?;
    }
    let after = find(&mut tx, Some(signed.account), Action::ChangeVideo, id).await?.video;
    let view = view(&mut tx, &keys, &after).await?;
    tx.commit().await?;
    app.queue.wake();
    Ok(view)
}

pub(super) fn not_ready() -> AppError {
    let detail = "This video was not made ready yet. Wait until it is, then edit it.";
    AppError::refused(RefusalKind::Conflict, "not_ready", detail)
}

/// An edit held to its bounds. Its pieces end where their files do, but for the part of a second by which what was
/// made of the original may be shorter.
fn checked(app: &App, mut edit: Edit, (whole_ms, clips): (i64, &[Clip])) -> Result<Edit, AppError> {
    let end = |ms: i64| u32::try_from(ms).unwrap_or(LATEST).saturating_add(SLACK_MS);
    for cut in &mut edit.cuts {
        let file_ms = match cut.clip {
            None => whole_ms,
            Some(id) => clips.iter().find(|clip| clip.id == id).ok_or_else(no_such_clip)?.duration_ms,
        };
        cut.to_ms = cut.to_ms.min(end(file_ms));
    }
    let longest = app.settings.max_duration_s.saturating_mul(1000);
    edit.checked(longest).map_err(|InvalidEdit { field, why }| AppError::invalid(field, "invalid_edit", why))
}

fn no_such_clip() -> AppError {
    AppError::invalid("cuts", "no_such_clip", "A piece is of a clip that this video does not have.")
}

/// Leaves an edit that is being made, or could not be: the video stays what it was.
pub async fn cancel_edit(app: &App, signed: &Signed, id: VideoId) -> Result<EditView, AppError> {
    let keys = signed.keys(app).await?;
    let mut tx = app.db.write().await?;
    if !accounts::lock_deciding(&mut tx, signed.account).await? {
        return Err(AppError::SignInNeeded);
    }
    find(&mut tx, Some(signed.account), Action::ChangeVideo, id).await?;
    let before = Edits::open(&keys, id, videos::edit(&mut tx, signed.account, id).await?)?;
    let sealed = Edits { wanted: None, ..before }.seal(&keys, id)?;
    if !videos::leave_edit(&mut tx, signed.account, id, &sealed).await? {
        let detail = "No edit of this video is being made.";
        return Err(AppError::refused(RefusalKind::Conflict, "nothing_to_cancel", detail));
    }
    outro_jobs::cancel_of_video(&mut tx, signed.account, id, super::encode::JOB).await?;
    let after = find(&mut tx, Some(signed.account), Action::ChangeVideo, id).await?.video;
    let view = view(&mut tx, &keys, &after).await?;
    tx.commit().await?;
    app.queue.wake();
    Ok(view)
}

/// The captions of a video as WebVTT, for whoever may watch it; what has none answers as what never was.
pub async fn captions(app: &App, who: &Viewer, id: VideoId) -> Result<String, AppError> {
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let found = match find(&mut tx, asking, Action::ReadBytes, id).await {
        Err(AppError::SignInNeeded) => return Err(AppError::NotFound),
        found => found?,
    };
    let (row, after_ms) = (&found.video, found.begins_at_ms());
    let sealed = videos::edit(&mut tx, row.owner, id).await?;
    drop(tx);
    let keys = app.vault.account(row.owner).await?.filter(|_| row.captioned).ok_or(AppError::NotFound)?;
    Ok(Edits::open(&keys, id, sealed)?.made.webvtt(after_ms))
}

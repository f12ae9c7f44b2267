//! Clips: further files that somebody adds to a video of theirs, so that pieces of them can be in an edit. They are kept as
//! they are, sealed, for as long as the video, and only its owner ever gets them.

use outro_db::Tx;
use outro_model::edit::MOST_CLIPS;
use outro_model::{AccountId, BlobKind, ClipId, VideoId};
use outro_policy::Action;
use outro_store::clips::{self, Clip};
use outro_store::{accounts, blobs};

use super::edit::{self, not_ready};
use super::upload::{Received, Upload, discard, new_blob, receiving, too_large};
use super::view::find;
use crate::{App, AppError, RefusalKind, Signed, standing, viewer};

/// A clip of one's own video.
#[derive(Clone, Copy, Debug)]
pub struct ClipView {
    /// The video it was added to.
    pub video: VideoId,
    /// The id.
    pub id: ClipId,
    /// How long it is, in milliseconds.
    pub duration_ms: i64,
    /// The width of its picture as shown.
    pub width: i64,
    /// The height of its picture as shown.
    pub height: i64,
    /// Whether a piece of it is in the edit: then it cannot be removed.
    pub in_use: bool,
}

impl ClipView {
    const fn of(clip: &Clip, in_use: bool) -> Self {
        let &Clip { video, id, duration_ms, width, height, .. } = clip;
        Self { video, id, duration_ms, width, height, in_use }
    }
}

/// The clips of one's own video, in the order in which they were added.
pub async fn clips(app: &App, signed: &Signed, id: VideoId) -> Result<Vec<ClipView>, AppError> {
    let keys = signed.keys(app).await?;
    let mut tx = app.db.read().await?;
    let me = viewer::still(app, &mut tx, &Some(signed.clone())).await?;
    let row = find(&mut tx, me, Action::ChangeVideo, id).await?.video;
    let edits = edit::of(&mut tx, &keys, &row).await?;
    let found = clips::of_video(&mut tx, row.owner, id).await?;
    Ok(found.iter().map(|clip| ClipView::of(clip, edits.use_clip(clip.id))).collect())
}

/// Begins to take in a file that is to be a clip of one's own video. `length` is how many bytes are announced, where it is
/// known.
pub async fn begin_clip(app: &App, signed: &Signed, id: VideoId, length: Option<u64>) -> Result<Upload, AppError> {
    let keys = signed.keys(app).await?;
    let mut tx = app.db.write().await?;
    hold(&mut tx, signed.account, id).await?;
    has_room(app, &mut tx, (signed.account, id), length.unwrap_or_default()).await?;
    let blob = new_blob(app, signed.account, id, BlobKind::Clip);
    receiving(app, &keys, tx, blob, length).await
}

/// Ends the upload of a clip. What is no video is refused, with nothing kept.
pub async fn add_clip(upload: Upload, signed: &Signed) -> Result<ClipView, AppError> {
    let signed = signed.clone();
    upload.ended(async move |received| add(&signed, received).await).await
}

async fn add(signed: &Signed, mut received: Received) -> Result<ClipView, AppError> {
    let app = received.app.clone();
    let probe = received.examined().await?;
    if probe.sound_alone {
        let detail = "This file is a sound. A clip has a moving picture.";
        return Err(AppError::refused(RefusalKind::Unusable, "clip_without_picture", detail));
    }
    let (blob, _) = received.sealed(signed).await?;
    let clip = Clip {
        owner: blob.owner,
        video: blob.video,
        id: ClipId::from_bytes(*blob.id.as_bytes()),
        duration_ms: probe.duration.as_millis() as i64,
        width: probe.display_width.into(),
        height: probe.display_height.into(),
        created_at: app.clock.now(),
    };
    let mut tx = app.db.write().await?;
    hold(&mut tx, clip.owner, clip.video).await?;
    // Others may have come in meanwhile.
    has_room(&app, &mut tx, (clip.owner, clip.video), blob.length.unsigned_abs()).await?;
    if !blobs::finish(&mut tx, &blob).await? {
        return Err(AppError::NotFound);
    }
    clips::insert(&mut tx, &clip).await?;
    tx.commit().await?;
    Ok(ClipView::of(&clip, false))
}

/// Holds the owner of a video that can be edited.
async fn hold(tx: &mut Tx, account: AccountId, id: VideoId) -> Result<(), AppError> {
    if !accounts::lock_deciding(tx, account).await? {
        return Err(AppError::SignInNeeded);
    }
    let row = find(tx, Some(account), Action::ChangeVideo, id).await?.video;
    standing::hold_present(tx, account).await?;
    if row.duration_ms == 0 { Err(not_ready()) } else { Ok(()) }
}

/// Refuses a clip where a video has as many as it may, or they would be larger together than an upload may be.
async fn has_room(app: &App, tx: &mut Tx, (owner, id): (AccountId, VideoId), more: u64) -> Result<(), AppError> {
    if clips::of_video(tx, owner, id).await?.len() >= MOST_CLIPS {
        let detail = format!("A video has at most {MOST_CLIPS} clips. Remove one that is not used.");
        return Err(AppError::refused(RefusalKind::Conflict, "most_clips", detail));
    }
    let most = app.settings.max_upload_bytes;
    if more > most {
        return Err(too_large(app));
    }
    if clips::bytes(tx, owner, id).await?.unsigned_abs().saturating_add(more) > most {
        let detail = format!("The clips of a video are {} MB at most together.", most / 1_000_000);
        return Err(AppError::refused(RefusalKind::TooLarge, "clips_too_large", detail));
    }
    Ok(())
}

/// Removes a clip from one's own video; one of which there is a piece in its edit is kept.
pub async fn remove_clip(app: &App, signed: &Signed, id: VideoId, clip: ClipId) -> Result<(), AppError> {
    let keys = signed.keys(app).await?;
    let mut tx = app.db.write().await?;
    if !accounts::lock_deciding(&mut tx, signed.account).await? {
        return Err(AppError::SignInNeeded);
    }
    let row = find(&mut tx, Some(signed.account), Action::ChangeVideo, id).await?.video;
    if edit::of(&mut tx, &keys, &row).await?.use_clip(clip) {
        let detail = "A piece of this clip is in the video. Save the video without it first.";
        return Err(AppError::refused(RefusalKind::Conflict, "clip_in_use", detail));
    }
    if !clips::remove(&mut tx, row.owner, id, clip).await? {
        return Err(AppError::NotFound);
    }
    tx.commit().await?;
    discard(app, row.owner, clips::object(clip)).await
}

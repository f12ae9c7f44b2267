//! Videos that stand first on a profile.

use outro_db::Tx;
use outro_model::{AccountId, Handle, Timestamp, VideoId};
use outro_policy::{Action, Facts, decide};
use outro_store::{accounts, videos};

use super::list::shown;
use super::view::{VideoView, find, view_of};
use crate::account::by_handle;
use crate::{App, AppError, RefusalKind, Signed, Viewer, standing, viewer};

/// How many videos of one profile may stand first.
const MOST: i64 = 3;

/// Puts one's own video first on one's profile. Doing it again changes nothing.
pub async fn pin(app: &App, signed: &Signed, id: VideoId) -> Result<VideoView, AppError> {
    set(app, signed, id, true).await
}

/// Takes that back. Doing it again changes nothing.
pub async fn unpin(app: &App, signed: &Signed, id: VideoId) -> Result<VideoView, AppError> {
    set(app, signed, id, false).await
}

async fn set(app: &App, signed: &Signed, id: VideoId, to: bool) -> Result<VideoView, AppError> {
    let me = signed.account;
    let mut tx = app.db.write().await?;
    // Of two that come at the same moment each counts the other.
    if !accounts::lock_deciding(&mut tx, me).await? {
        return Err(AppError::SignInNeeded);
    }
    let row = find(&mut tx, Some(me), Action::ChangeVideo, id).await?.video;
    let is_pinned = row.pinned_at.0 > 0;
    if to && row.draft.is_some() {
        let detail = "This video is a draft. It can stand first on your profile once it is published.";
        return Err(AppError::refused(RefusalKind::Conflict, "still_a_draft", detail));
    }
    if to && !is_pinned && !has_room(&mut tx, me).await? {
        let detail = format!("At most {MOST} videos can stand first on your profile. Take one of them back first.");
        return Err(AppError::refused(RefusalKind::Conflict, "too_many_pins", detail));
    }
    if to != is_pinned {
        videos::set_pinned(&mut tx, me, id, if to { app.clock.now() } else { Timestamp(0) }).await?;
    }
    let after = find(&mut tx, Some(me), Action::SeeVideo, id).await?;
    tx.commit().await?;
    view_of(app, Some(me), after).await
}

/// Whether one more video may stand first.
pub(crate) async fn has_room(tx: &mut Tx, owner: AccountId) -> Result<bool, AppError> {
    Ok((videos::pinned(tx, owner, MOST).await?.len() as i64) < MOST)
}

/// The videos that stand first on a profile, as far as the viewer may see them.
pub async fn pinned(app: &App, who: &Viewer, handle: &str) -> Result<Vec<VideoView>, AppError> {
    let handle: Handle = handle.parse().map_err(|_| AppError::NotFound)?;
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let found = by_handle(app, &mut tx, &handle).await?.ok_or(AppError::NotFound)?;
    let (facts, ties) = standing::facts_and_ties(&mut tx, asking, &found.account).await?;
    standing::ask(Action::SeeProfile, &facts)?;
    let mut rows = videos::pinned(&mut tx, found.account.id, MOST).await?;
    rows.retain(|video| decide(Action::SeeVideo, &Facts { video: Some(video.facts), ..facts }).allowed);
    shown(app, &mut tx, &found, (facts.relation, ties), asking, rows).await
}

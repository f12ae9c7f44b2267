//! Hiding a comment under one's own video, and showing it again.

use outro_model::CommentId;
use outro_policy::{Action, Facts};
use outro_store::accounts;
use outro_store::comments::{self, State};

use super::find::find;
use super::list::{CommentView, view_one};
use crate::{App, AppError, Signed, standing};

/// Hides a comment from everybody but its author and oneself.
pub async fn hide(app: &App, signed: &Signed, id: CommentId) -> Result<CommentView, AppError> {
    set(app, signed, id, State::Hidden).await
}

/// Shows a comment that was hidden, or held back by one's words.
pub async fn unhide(app: &App, signed: &Signed, id: CommentId) -> Result<CommentView, AppError> {
    set(app, signed, id, State::Shown).await
}

async fn set(app: &App, signed: &Signed, id: CommentId, state: State) -> Result<CommentView, AppError> {
    let me = signed.account;
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, me).await? {
        return Err(AppError::SignInNeeded);
    }
    let found = find(&mut tx, Some(me), id).await?;
    let owner = accounts::by_id(&mut tx, found.video.owner).await?.ok_or(AppError::NotFound)?;
    let facts = Facts { video: Some(found.video.facts), ..standing::facts(&mut tx, Some(me), &owner).await? };
    standing::ask(Action::ChangeVideo, &facts)?;
    let comment = found.listed.comment;
    comments::set_state(&mut tx, &comment, state).await?;
    let after = comments::one(&mut tx, Some(me), &comment).await?.ok_or(AppError::NotFound)?;
    tx.commit().await?;
    view_one(app, Some(me), after).await
}

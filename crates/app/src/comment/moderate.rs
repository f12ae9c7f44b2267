//! Hiding a comment under one's own video, and showing it again.

use outro_datamap::COMMENT_TEXT;
use outro_model::{AccountId, CommentId};
use outro_policy::{Action, Facts};
use outro_store::accounts;
use outro_store::comments::{self, State};

use super::find::find;
use super::list::{CommentView, view_one};
use super::write::tell_others;
use crate::notify::{self, Told};
use crate::{App, AppError, Signed, standing};

/// Hides a comment from everybody but its author and oneself.
pub async fn hide(app: &App, signed: &Signed, id: CommentId) -> Result<CommentView, AppError> {
    set(app, signed, id, State::Hidden, &[]).await
}

/// Shows a comment that was hidden, or held back by one's words. Those who would have been told of it when it
/// was written, had it not been held back, are told now, once.
pub async fn unhide(app: &App, signed: &Signed, id: CommentId) -> Result<CommentView, AppError> {
    let mentioned = mentioned(app, signed, id).await?;
    set(app, signed, id, State::Shown, &mentioned).await
}

/// Whom the comment mentions: handles are looked up while nothing is held.
async fn mentioned(app: &App, signed: &Signed, id: CommentId) -> Result<Vec<AccountId>, AppError> {
    let found = find(&mut app.db.read().await?, Some(signed.account), id).await?;
    let comment = found.listed.comment;
    let keys = app.vault.account(comment.author).await?.ok_or(AppError::NotFound)?;
    notify::mentioned(app, &keys.open_text(COMMENT_TEXT, comment.id.as_bytes(), &comment.text)?).await
}

async fn set(
    app: &App,
    signed: &Signed,
    id: CommentId,
    state: State,
    mentioned: &[AccountId],
) -> Result<CommentView, AppError> {
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
    let mut told = Told::default();
    let changed = comments::set_state(&mut tx, &comment, state).await?;
    // What is older than all that is kept of what was told may have been told of: it is no news any more.
    let is_news = app.clock.now() < comment.created_at.plus_seconds(notify::KEPT_SECONDS);
    if changed && state == State::Shown && is_news {
        tell_others(app, &mut tx, &mut told, (&found.video, &owner), &comment, mentioned).await?;
    }
    let after = comments::one(&mut tx, Some(me), &comment).await?.ok_or(AppError::NotFound)?;
    told.commit(app, tx).await?;
    view_one(app, Some(me), after).await
}

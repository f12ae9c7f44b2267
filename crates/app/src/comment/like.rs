//! Liking a comment, and taking it back.

use outro_model::CommentId;
use outro_store::{accounts, comments};

use super::find::{find, late};
use super::list::{CommentView, view_one};
use crate::notify::{self, Kind, Told};
use crate::{App, AppError, Signed, standing};

/// Likes a comment. Doing it again changes nothing.
pub async fn like(app: &App, signed: &Signed, id: CommentId) -> Result<CommentView, AppError> {
    set(app, signed, id, true).await
}

/// Takes a like back. Doing it again changes nothing.
pub async fn unlike(app: &App, signed: &Signed, id: CommentId) -> Result<CommentView, AppError> {
    set(app, signed, id, false).await
}

async fn set(app: &App, signed: &Signed, id: CommentId, liked: bool) -> Result<CommentView, AppError> {
    let me = signed.account;
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, me).await? {
        return Err(AppError::SignInNeeded);
    }
    let comment = find(&mut tx, Some(me), id).await?.listed.comment;
    // Of one's own being away is told only where the comment may be seen.
    standing::hold_present(&mut tx, me).await?;
    let about = notify::About::comment(&comment);
    let mut told = Told::default();
    if liked {
        if comments::like(&mut tx, me, &comment, app.clock.now()).await.map_err(late)? {
            told.tell(app, &mut tx, Kind::CommentLike, (comment.author, me), about).await?;
        }
    } else if comments::unlike(&mut tx, me, &comment).await? {
        notify::take_back(&mut tx, Kind::CommentLike, comment.author, me, about).await?;
    }
    let after = comments::one(&mut tx, Some(me), &comment).await?.ok_or(AppError::NotFound)?;
    told.commit(app, tx).await?;
    view_one(app, Some(me), after).await
}

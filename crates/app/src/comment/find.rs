//! Finding a comment for an action, with all that decides whether it may be seen.

use outro_db::{DbError, Tx};
use outro_model::{AccountId, CommentId, VideoId};
use outro_policy::{Action, Facts, Relation, Ties, decide};
use outro_store::comments::{self, Comment, Listed};
use outro_store::videos::Video;
use outro_store::{accounts, videos};

use crate::{AppError, standing};

/// A comment that somebody may see, and the video that it stands under.
pub(crate) struct Found {
    pub(crate) listed: Listed,
    pub(crate) video: Video,
}

/// Whether a comment may be shown: its author's card must be for the viewer to see, and for the owner of
/// the video, who could not hide what they cannot see. The rows come from a query that says the same.
pub(super) fn may_be_shown(asking: Option<AccountId>, listed: &Listed) -> bool {
    let author = listed.comment.author;
    let card = |viewer: Option<AccountId>, ties: Ties| {
        let relation = Relation::of(viewer, author, ties);
        decide(
            Action::SeeCard,
            &Facts { relation, viewer_away: false, viewer_adult: false, owner: listed.facts, video: None },
        )
        .allowed
    };
    let of_owner = Ties { blocks: listed.blocked_by_owner, blocked: listed.blocks_owner, ..Ties::default() };
    card(asking, listed.ties) && (card(Some(listed.comment.owner), of_owner) || asking == Some(author))
}

/// A comment that `asking` may see, in a thread that `asking` may see, under a video whose comments
/// `asking` may see. Everything else answers as what never was, and what never was takes as many reads.
pub(crate) async fn find(tx: &mut Tx, asking: Option<AccountId>, id: CommentId) -> Result<Found, AppError> {
    let Some(comment) = comments::by_id(tx, id).await? else {
        videos::by_id(tx, VideoId::from_bytes(*id.as_bytes())).await?;
        standing::of_nobody(tx).await?;
        comments::by_id(tx, id).await?;
        return Err(AppError::NotFound);
    };
    let video = videos::by_id(tx, comment.video).await?.ok_or(AppError::NotFound)?;
    let owner = accounts::by_id(tx, comment.owner).await?.ok_or(AppError::NotFound)?;
    let facts = Facts { video: Some(video.facts), ..standing::facts(tx, asking, &owner).await? };
    standing::ask(Action::SeeComments, &facts)?;
    if let Some(parent) = comment.parent {
        let parent = comments::by_id(tx, parent).await?.ok_or(AppError::NotFound)?;
        shown(tx, asking, &parent).await?;
    }
    Ok(Found { listed: shown(tx, asking, &comment).await?, video })
}

async fn shown(tx: &mut Tx, asking: Option<AccountId>, comment: &Comment) -> Result<Listed, AppError> {
    let listed = comments::one(tx, asking, comment).await?.ok_or(AppError::NotFound)?;
    if may_be_shown(asking, &listed) { Ok(listed) } else { Err(AppError::NotFound) }
}

/// A row that refers to what is gone meanwhile comes too late: there is nothing here any more.
pub(crate) fn late(error: DbError) -> AppError {
    if matches!(error, DbError::Constraint(_)) { AppError::NotFound } else { error.into() }
}

//! Reading comments.

use std::collections::HashMap;

use outro_datamap::{ACCOUNT_DISPLAY_NAME, COMMENT_TEXT};
use outro_db::Tx;
use outro_model::{AccountId, CommentId, Timestamp, VideoId};
use outro_policy::Action;
use outro_store::comments::{self, Listed, Order, State};
use outro_vault::AccountKeys;

use super::find::{find, may_be_shown};
use crate::account::{open_handle, since};
use crate::{App, AppError, Viewer, video, viewer};

/// A comment, as a viewer may see it.
#[derive(Clone)]
pub struct CommentView {
    /// The id.
    pub id: CommentId,
    /// The video that it stands under.
    pub video: VideoId,
    /// What it replies to; none at the top level.
    pub parent: Option<CommentId>,
    /// The author's handle.
    pub handle: String,
    /// The author's display name; empty when none was chosen.
    pub display_name: String,
    /// What was written.
    pub text: String,
    /// When it was written, RFC 3339.
    pub created_at: String,
    /// How many like it.
    pub like_count: i64,
    /// Whether the viewer does.
    pub liked: bool,
    /// How many replies are shown under it, counted up to 100.
    pub reply_count: i64,
    /// Whether the viewer wrote it.
    pub is_mine: bool,
    /// Whether the owner of the video wrote it.
    pub by_owner: bool,
    /// Whether it is hidden: only its author and the owner of the video see it.
    pub hidden: bool,
    /// Whether the viewer owns the video that it stands under.
    pub under_mine: bool,
}

/// A place in a list of comments: likes, time, id. Lists by time leave the likes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Likes of the comment.
    pub likes: i64,
    /// When it was written.
    pub at: Timestamp,
    /// Its id.
    pub id: CommentId,
}

/// A page of comments.
pub struct CommentPage {
    /// The comments.
    pub items: Vec<CommentView>,
    /// Where the next page begins; none at the end.
    pub next: Option<Place>,
}

/// How the comments of a video are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The newest first.
    #[default]
    Newest,
    /// The most liked first.
    MostLiked,
}

/// A comment with a page of its replies.
pub struct Thread {
    /// The comment at the top.
    pub top: CommentView,
    /// Its replies, the oldest first.
    pub replies: CommentPage,
}

/// The comments under a video, those after `place`.
pub async fn list(
    app: &App,
    who: &Viewer,
    id: VideoId,
    sort: Sort,
    place: Option<Place>,
    limit: i64,
) -> Result<CommentPage, AppError> {
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let owner = video::find(&mut tx, asking, Action::SeeComments, id).await?.video.owner;
    let order = if sort == Sort::Newest { Order::Newest } else { Order::MostLiked };
    page(app, tx, asking, (owner, id), order, place, limit).await
}

/// Whether the viewer may comment on a video; the refusal says why not.
pub async fn may_write(app: &App, who: &Viewer, id: VideoId) -> Result<(), AppError> {
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    video::find(&mut tx, asking, Action::Comment, id).await.map(|_| ())
}

/// One comment of a thread.
pub async fn thread_part(app: &App, who: &Viewer, id: CommentId) -> Result<CommentView, AppError> {
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let listed = find(&mut tx, asking, id).await?.listed;
    view_one(app, asking, listed).await
}

/// The replies to a comment, those after `place`.
pub async fn replies(
    app: &App,
    who: &Viewer,
    id: CommentId,
    place: Option<Place>,
    limit: i64,
) -> Result<CommentPage, AppError> {
    Ok(thread(app, who, id, place, limit).await?.replies)
}

/// A comment and its replies, those after `place`. The thread of a reply is the one it stands in.
pub async fn thread(
    app: &App,
    who: &Viewer,
    id: CommentId,
    place: Option<Place>,
    limit: i64,
) -> Result<Thread, AppError> {
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let mut listed = find(&mut tx, asking, id).await?.listed;
    if let Some(top) = listed.comment.parent {
        listed = find(&mut tx, asking, top).await?.listed;
    }
    let comment = &listed.comment;
    let (at, order) = ((comment.owner, comment.video), Order::RepliesTo(comment.id));
    let replies = page(app, tx, asking, at, order, place, limit).await?;
    Ok(Thread { top: view_one(app, asking, listed).await?, replies })
}

/// The next page of what others wrote under one's own video, or in reply to a comment there, as one sees it: for one's
/// own archive, which is made without a session.
pub(crate) async fn archived(
    app: &App,
    owner: AccountId,
    video: VideoId,
    replies_to: Option<CommentId>,
    place: Option<Place>,
) -> Result<CommentPage, AppError> {
    const PAGE: i64 = 100;
    let order = replies_to.map_or(Order::Newest, Order::RepliesTo);
    page(app, app.db.read().await?, Some(owner), (owner, video), order, place, PAGE).await
}

async fn page(
    app: &App,
    mut tx: Tx,
    asking: Option<AccountId>,
    video: (AccountId, VideoId),
    order: Order,
    place: Option<Place>,
    limit: i64,
) -> Result<CommentPage, AppError> {
    let first = if matches!(order, Order::RepliesTo(_)) { comments::Place::FIRST } else { comments::Place::LAST };
    let place = place.map_or(first, |Place { likes, at, id }| comments::Place { likes, at, id });
    let rows = comments::list(&mut tx, asking, video, order, place, limit).await?;
    drop(tx);
    let place_of = |listed: &Listed| {
        let comment = &listed.comment;
        Place { likes: comment.like_count, at: comment.created_at, id: comment.id }
    };
    let next = (rows.len() as i64 == limit).then(|| rows.last().map(place_of)).flatten();
    let authors: Vec<AccountId> = rows.iter().map(|listed| listed.comment.author).collect();
    let keys = app.vault.accounts(&authors).await?;
    let mut items = Vec::with_capacity(rows.len());
    for listed in rows.into_iter().filter(|listed| may_be_shown(asking, listed)) {
        items.extend(opened(&keys, asking, listed)?);
    }
    Ok(CommentPage { items, next })
}

/// One comment with its texts; gone keys mean that its author is gone.
pub(crate) async fn view_one(app: &App, asking: Option<AccountId>, listed: Listed) -> Result<CommentView, AppError> {
    let keys = app.vault.accounts(&[listed.comment.author]).await?;
    opened(&keys, asking, listed)?.ok_or(AppError::NotFound)
}

/// The comment with its texts; none when its author's key is gone.
fn opened(
    keys: &HashMap<AccountId, AccountKeys>,
    asking: Option<AccountId>,
    listed: Listed,
) -> Result<Option<CommentView>, AppError> {
    let comment = listed.comment;
    let Some(keys) = keys.get(&comment.author) else { return Ok(None) };
    let row = comment.author.as_bytes();
    Ok(Some(CommentView {
        id: comment.id,
        video: comment.video,
        parent: comment.parent,
        handle: open_handle(keys, comment.author, &listed.handle)?,
        display_name: keys.open_text(ACCOUNT_DISPLAY_NAME, row, &listed.display_name)?,
        text: keys.open_text(COMMENT_TEXT, comment.id.as_bytes(), &comment.text)?,
        created_at: since(comment.created_at),
        like_count: comment.like_count,
        liked: listed.liked,
        reply_count: if comment.parent.is_none() { listed.replies } else { 0 },
        is_mine: asking == Some(comment.author),
        by_owner: comment.author == comment.owner,
        hidden: comment.state != State::Shown,
        under_mine: asking == Some(comment.owner),
    }))
}

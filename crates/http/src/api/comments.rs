//! `comments`: reading, writing, liking, hiding and taking away; the words that hold them back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use outro_app::AppError;
use outro_app::comment::{self, CommentPage, CommentView, NewComment, Sort};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::views::{AccountRef, Page};
use crate::Server;
use crate::cursor::{self, PageQuery};
use crate::extract::{Body, Path, Query, read_id};
use crate::problem::{ApiError, Problem};
use crate::who::{Me, Who};

/// A comment.
#[derive(Serialize, ToSchema)]
pub(crate) struct CommentJson {
    /// The id.
    id: String,
    /// The video that it stands under.
    video_id: String,
    /// The comment that it replies to; null at the top level. Threads are one level deep.
    reply_to: Option<String>,
    /// Who wrote it.
    account: AccountRef,
    /// What was written: plain text.
    text: String,
    /// When it was written, RFC 3339.
    created_at: String,
    /// How many like it.
    like_count: i64,
    /// Whether the one who asks does.
    liked: bool,
    /// How many replies are shown under it, counted up to 100.
    reply_count: i64,
    /// Whether it is one's own.
    is_mine: bool,
    /// Whether the owner of the video wrote it.
    by_owner: bool,
    /// Whether it is hidden: then only its author and the owner of the video see it.
    hidden: bool,
}

impl From<CommentView> for CommentJson {
    fn from(comment: CommentView) -> Self {
        Self {
            id: comment.id.to_string(),
            video_id: comment.video.to_string(),
            reply_to: comment.parent.map(|id| id.to_string()),
            account: AccountRef { handle: comment.handle, display_name: comment.display_name },
            text: comment.text,
            created_at: comment.created_at,
            like_count: comment.like_count,
            liked: comment.liked,
            reply_count: comment.reply_count,
            is_mine: comment.is_mine,
            by_owner: comment.by_owner,
            hidden: comment.hidden,
        }
    }
}

/// A comment to write.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewCommentBody {
    /// 1 to 500 characters.
    text: String,
    /// The id of the comment that it replies to. A reply to a reply belongs to the same thread.
    reply_to: Option<String>,
}

/// The order of comments.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SortQuery {
    /// `newest` (when not given) or `most_liked`.
    sort: Option<String>,
}

impl SortQuery {
    fn read(&self) -> Result<Sort, AppError> {
        match self.sort.as_deref() {
            None | Some("newest") => Ok(Sort::Newest),
            Some("most_liked") => Ok(Sort::MostLiked),
            Some(_) => Err(AppError::invalid("sort", "invalid_sort", "Give newest or most_liked.")),
        }
    }
}

/// A like of a comment, and how many there are.
#[derive(Serialize, ToSchema)]
pub(crate) struct CommentLikeView {
    /// Whether the one who asks likes the comment.
    liked: bool,
    /// How many like it.
    like_count: i64,
}

impl From<CommentView> for CommentLikeView {
    fn from(comment: CommentView) -> Self {
        Self { liked: comment.liked, like_count: comment.like_count }
    }
}

/// Words that hold comments back.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct CommentFilterView {
    /// Whole words or phrases, in any case: at most 200 of 50 characters. A comment under one's videos that
    /// holds one of them is hidden until one shows it.
    words: Vec<String>,
}

fn json(page: CommentPage) -> Json<Page<CommentJson>> {
    let items = page.items.into_iter().map(CommentJson::from).collect();
    Json(Page { items, next_cursor: page.next.map(cursor::write_place) })
}

/// The comments under a video, top level. Open without an account where the video is.
#[utoipa::path(get, path = "/api/v1/videos/{id}/comments", tag = "comments",
    params(("id" = String, Path, description = "The id of the video"), PageQuery, SortQuery), responses(
    (status = 200, description = "The comments", body = Page<CommentJson>),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn list(
    State(server): State<Server>,
    Who(viewer): Who,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
    Query(sort): Query<SortQuery>,
) -> Result<Json<Page<CommentJson>>, ApiError> {
    let id = read_id(&id)?;
    Ok(json(comment::list(&server.app, &viewer, id, sort.read()?, page.place()?, page.limit()?).await?))
}

/// Writes a comment.
#[utoipa::path(post, path = "/api/v1/videos/{id}/comments", tag = "comments", request_body = NewCommentBody,
    security(("bearer" = [])), params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 201, description = "Written", body = CommentJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "Comments are not open to you here, or your account is away", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem),
    (status = 429, description = "Too many", body = Problem)))]
pub(crate) async fn write(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
    Body(body): Body<NewCommentBody>,
) -> Result<(StatusCode, Json<CommentJson>), ApiError> {
    let id = read_id(&id)?;
    let new = NewComment { text: body.text, reply_to: body.reply_to.as_deref().map(read_id).transpose()? };
    let written = comment::write(&server.app, &signed, id, new).await?;
    Ok((StatusCode::CREATED, Json(written.into())))
}

/// The replies to a comment, the oldest first. Open without an account where the video is.
#[utoipa::path(get, path = "/api/v1/comments/{id}/replies", tag = "comments",
    params(("id" = String, Path, description = "The id of the comment"), PageQuery), responses(
    (status = 200, description = "The replies", body = Page<CommentJson>),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn replies(
    State(server): State<Server>,
    Who(viewer): Who,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<CommentJson>>, ApiError> {
    Ok(json(comment::replies(&server.app, &viewer, read_id(&id)?, page.place()?, page.limit()?).await?))
}

/// Takes away one's own comment, or one under one's own video, with its replies.
#[utoipa::path(delete, path = "/api/v1/comments/{id}", tag = "comments", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the comment")), responses(
    (status = 204, description = "Taken away"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn remove(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    comment::remove(&server.app, &signed, read_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Likes a comment. Doing it again changes nothing.
#[utoipa::path(put, path = "/api/v1/comments/{id}/like", tag = "comments", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the comment")), responses(
    (status = 200, description = "Liked", body = CommentLikeView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "Your account is away", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn like(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<Json<CommentLikeView>, ApiError> {
    Ok(Json(comment::like(&server.app, &signed, read_id(&id)?).await?.into()))
}

/// Takes a like of a comment back. Doing it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/comments/{id}/like", tag = "comments", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the comment")), responses(
    (status = 200, description = "Taken back", body = CommentLikeView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "Your account is away", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn unlike(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<Json<CommentLikeView>, ApiError> {
    Ok(Json(comment::unlike(&server.app, &signed, read_id(&id)?).await?.into()))
}

/// Hides a comment under one's own video from everybody but its author.
#[utoipa::path(put, path = "/api/v1/comments/{id}/hidden", tag = "comments", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the comment")), responses(
    (status = 200, description = "Hidden", body = CommentJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn hide(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<Json<CommentJson>, ApiError> {
    Ok(Json(comment::hide(&server.app, &signed, read_id(&id)?).await?.into()))
}

/// Shows a comment that was hidden, or held back by one's words.
#[utoipa::path(delete, path = "/api/v1/comments/{id}/hidden", tag = "comments", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the comment")), responses(
    (status = 200, description = "Shown", body = CommentJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn unhide(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<Json<CommentJson>, ApiError> {
    Ok(Json(comment::unhide(&server.app, &signed, read_id(&id)?).await?.into()))
}

/// The words that hold comments back under one's videos.
#[utoipa::path(get, path = "/api/v1/me/comment-filter", tag = "comments", security(("bearer" = [])), responses(
    (status = 200, description = "The words", body = CommentFilterView),
    (status = 401, description = "Not signed in", body = Problem)))]
pub(crate) async fn filter(State(server): State<Server>, Me(signed): Me) -> Result<Json<CommentFilterView>, ApiError> {
    Ok(Json(CommentFilterView { words: comment::filter(&server.app, &signed).await? }))
}

/// Sets the words that hold comments back; they hold for what is written from now on.
#[utoipa::path(put, path = "/api/v1/me/comment-filter", tag = "comments", request_body = CommentFilterView,
    security(("bearer" = [])), responses(
    (status = 200, description = "Set", body = CommentFilterView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn set_filter(
    State(server): State<Server>,
    Me(signed): Me,
    Body(body): Body<CommentFilterView>,
) -> Result<Json<CommentFilterView>, ApiError> {
    Ok(Json(CommentFilterView { words: comment::set_filter(&server.app, &signed, &body.words).await? }))
}

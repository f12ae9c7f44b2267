//! Who follows whom, who asked to, and who is kept away.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use outro_app::graph::{self, CardPage, CardView, FollowState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::views::Page;
use crate::Server;
use crate::cursor::{self, PageQuery};
use crate::extract::{Body, Path, Query};
use crate::problem::{ApiError, Problem};
use crate::who::{Me, Who};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(follow, unfollow))
        .routes(routes!(followers))
        .routes(routes!(following))
        .routes(routes!(remove_follower))
        .routes(routes!(requests))
        .routes(routes!(accept, decline))
        .routes(routes!(answer_all))
        .routes(routes!(block, unblock))
        .routes(routes!(mute, unmute))
        .routes(routes!(blocked))
        .routes(routes!(muted))
}

/// How far one has come with following an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct FollowView {
    /// `none`, `requested` or `following`.
    state: &'static str,
}

impl From<FollowState> for FollowView {
    fn from(state: FollowState) -> Self {
        Self { state: state.word() }
    }
}

/// Whether an account is blocked.
#[derive(Serialize, ToSchema)]
pub(crate) struct BlockView {
    /// Whether one has blocked it.
    blocked: bool,
}

/// Whether an account is muted.
#[derive(Serialize, ToSchema)]
pub(crate) struct MuteView {
    /// Whether one has muted it.
    muted: bool,
}

/// One answer to all follow requests that are open.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AnswerBody {
    /// Whether they are accepted, or declined.
    accept: bool,
}

/// An account in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct CardJson {
    /// The handle.
    handle: String,
    /// The display name; empty when none was chosen.
    display_name: String,
    /// Whether strangers see the card only.
    private_account: bool,
    /// Whether it is one's own.
    is_me: bool,
    /// How far the one who asks has come with following it: `none`, `requested` or `following`.
    follow: &'static str,
    /// Whether it follows the one who asks.
    follows_me: bool,
}

impl From<CardView> for CardJson {
    fn from(card: CardView) -> Self {
        let CardView { handle, display_name, is_me, private_account, follow, follows_me } = card;
        Self { handle, display_name, private_account, is_me, follow: follow.word(), follows_me }
    }
}

type Cards = Json<Page<CardJson>>;

fn cards(found: CardPage) -> Cards {
    let items = found.items.into_iter().map(CardJson::from).collect();
    Json(Page { items, next_cursor: found.next.map(cursor::write) })
}

/// Follows an account; where it is private, asks to. Doing it again changes nothing.
#[utoipa::path(put, path = "/api/v1/accounts/{handle}/follow", tag = "graph", security(("bearer" = [])),
    params(("handle" = String, Path, description = "The handle")), responses(
    (status = 200, description = "Following, or requested", body = FollowView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "One's own account is away: on hiatus, or suspended", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "It is one's own account", body = Problem)))]
pub(crate) async fn follow(
    State(server): State<Server>,
    Me(signed): Me,
    Path(handle): Path<String>,
) -> Result<Json<FollowView>, ApiError> {
    Ok(Json(graph::follow(&server.app, &signed, &handle).await?.into()))
}

/// Follows an account no more, or takes the request back. Doing it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/accounts/{handle}/follow", tag = "graph", security(("bearer" = [])),
    params(("handle" = String, Path, description = "The handle")), responses(
    (status = 200, description = "Not following", body = FollowView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "It is one's own account", body = Problem)))]
pub(crate) async fn unfollow(
    State(server): State<Server>,
    Me(signed): Me,
    Path(handle): Path<String>,
) -> Result<Json<FollowView>, ApiError> {
    Ok(Json(graph::unfollow(&server.app, &signed, &handle).await?.into()))
}

/// Those who follow an account, the latest first. Who may not be seen is left out, so that a page can be
/// shorter than was asked for and still have a next one.
#[utoipa::path(get, path = "/api/v1/accounts/{handle}/followers", tag = "graph",
    params(("handle" = String, Path, description = "The handle"), PageQuery), responses(
    (status = 200, description = "The followers", body = Page<CardJson>),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn followers(
    State(server): State<Server>,
    Who(viewer): Who,
    Path(handle): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Cards, ApiError> {
    let place = (page.before()?, page.limit()?);
    Ok(cards(graph::followers(&server.app, &viewer, &handle, place).await?))
}

/// Those whom an account follows, the latest first. Who may not be seen is left out, so that a page can be
/// shorter than was asked for and still have a next one.
#[utoipa::path(get, path = "/api/v1/accounts/{handle}/following", tag = "graph",
    params(("handle" = String, Path, description = "The handle"), PageQuery), responses(
    (status = 200, description = "Those whom it follows", body = Page<CardJson>),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn following(
    State(server): State<Server>,
    Who(viewer): Who,
    Path(handle): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Cards, ApiError> {
    let place = (page.before()?, page.limit()?);
    Ok(cards(graph::following(&server.app, &viewer, &handle, place).await?))
}

/// Removes a follower, who is not told. Doing it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/me/followers/{handle}", tag = "graph", security(("bearer" = [])),
    params(("handle" = String, Path, description = "The handle")), responses(
    (status = 204, description = "Does not follow"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "It is one's own account", body = Problem)))]
pub(crate) async fn remove_follower(
    State(server): State<Server>,
    Me(signed): Me,
    Path(handle): Path<String>,
) -> Result<StatusCode, ApiError> {
    graph::remove_follower(&server.app, &signed, &handle).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Those who have asked to follow one and wait, the latest first.
#[utoipa::path(get, path = "/api/v1/me/follow-requests", tag = "graph", security(("bearer" = [])),
    params(PageQuery), responses(
    (status = 200, description = "The requests", body = Page<CardJson>),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn requests(
    State(server): State<Server>,
    Me(signed): Me,
    Query(page): Query<PageQuery>,
) -> Result<Cards, ApiError> {
    let place = (page.before()?, page.limit()?);
    Ok(cards(graph::requests(&server.app, &signed, place).await?))
}

/// Accepts a follow request. Doing it again changes nothing; where none is open there is nothing.
#[utoipa::path(put, path = "/api/v1/me/follow-requests/{handle}", tag = "graph", security(("bearer" = [])),
    params(("handle" = String, Path, description = "The handle of who asks")), responses(
    (status = 204, description = "Accepted"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "One's own account is away: on hiatus, or suspended", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "It is one's own account", body = Problem)))]
pub(crate) async fn accept(
    State(server): State<Server>,
    Me(signed): Me,
    Path(handle): Path<String>,
) -> Result<StatusCode, ApiError> {
    graph::accept(&server.app, &signed, &handle).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Declines a follow request; who asked is not told. Doing it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/me/follow-requests/{handle}", tag = "graph", security(("bearer" = [])),
    params(("handle" = String, Path, description = "The handle of who asks")), responses(
    (status = 204, description = "Declined"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "It is one's own account", body = Problem)))]
pub(crate) async fn decline(
    State(server): State<Server>,
    Me(signed): Me,
    Path(handle): Path<String>,
) -> Result<StatusCode, ApiError> {
    graph::decline(&server.app, &signed, &handle).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Answers all follow requests that are open now. They leave the list at once; the answer reaches each of
/// them shortly after. Later requests stay open.
#[utoipa::path(post, path = "/api/v1/me/follow-requests/all", tag = "graph", request_body = AnswerBody,
    security(("bearer" = [])), responses(
    (status = 202, description = "Noted"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "One's own account is away: on hiatus, or suspended", body = Problem)))]
pub(crate) async fn answer_all(
    State(server): State<Server>,
    Me(signed): Me,
    Body(body): Body<AnswerBody>,
) -> Result<StatusCode, ApiError> {
    graph::answer_all(&server.app, &signed, body.accept).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Blocks an account: from the next request on neither sees the other anywhere, and what either followed or
/// asked for is over. Doing it again changes nothing.
#[utoipa::path(put, path = "/api/v1/accounts/{handle}/block", tag = "graph", security(("bearer" = [])),
    params(("handle" = String, Path, description = "The handle")), responses(
    (status = 200, description = "Blocked", body = BlockView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "It is one's own account", body = Problem)))]
pub(crate) async fn block(
    State(server): State<Server>,
    Me(signed): Me,
    Path(handle): Path<String>,
) -> Result<Json<BlockView>, ApiError> {
    graph::block(&server.app, &signed, &handle).await?;
    Ok(Json(BlockView { blocked: true }))
}

/// Takes a block back. What it ended does not begin again. Doing it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/accounts/{handle}/block", tag = "graph", security(("bearer" = [])),
    params(("handle" = String, Path, description = "The handle")), responses(
    (status = 200, description = "Not blocked", body = BlockView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "It is one's own account", body = Problem)))]
pub(crate) async fn unblock(
    State(server): State<Server>,
    Me(signed): Me,
    Path(handle): Path<String>,
) -> Result<Json<BlockView>, ApiError> {
    graph::unblock(&server.app, &signed, &handle).await?;
    Ok(Json(BlockView { blocked: false }))
}

/// Mutes an account: it stays visible, and what it does is not brought up. It never learns of it. Doing it
/// again changes nothing.
#[utoipa::path(put, path = "/api/v1/accounts/{handle}/mute", tag = "graph", security(("bearer" = [])),
    params(("handle" = String, Path, description = "The handle")), responses(
    (status = 200, description = "Muted", body = MuteView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "It is one's own account", body = Problem)))]
pub(crate) async fn mute(
    State(server): State<Server>,
    Me(signed): Me,
    Path(handle): Path<String>,
) -> Result<Json<MuteView>, ApiError> {
    graph::mute(&server.app, &signed, &handle).await?;
    Ok(Json(MuteView { muted: true }))
}

/// Takes a mute back. Doing it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/accounts/{handle}/mute", tag = "graph", security(("bearer" = [])),
    params(("handle" = String, Path, description = "The handle")), responses(
    (status = 200, description = "Not muted", body = MuteView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "It is one's own account", body = Problem)))]
pub(crate) async fn unmute(
    State(server): State<Server>,
    Me(signed): Me,
    Path(handle): Path<String>,
) -> Result<Json<MuteView>, ApiError> {
    graph::unmute(&server.app, &signed, &handle).await?;
    Ok(Json(MuteView { muted: false }))
}

/// Those whom one has blocked, the latest first. Here alone one sees them.
#[utoipa::path(get, path = "/api/v1/me/blocked", tag = "graph", security(("bearer" = [])),
    params(PageQuery), responses(
    (status = 200, description = "The blocked", body = Page<CardJson>),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn blocked(
    State(server): State<Server>,
    Me(signed): Me,
    Query(page): Query<PageQuery>,
) -> Result<Cards, ApiError> {
    let place = (page.before()?, page.limit()?);
    Ok(cards(graph::blocked(&server.app, &signed, place).await?))
}

/// Those whom one has muted, the latest first.
#[utoipa::path(get, path = "/api/v1/me/muted", tag = "graph", security(("bearer" = [])),
    params(PageQuery), responses(
    (status = 200, description = "The muted", body = Page<CardJson>),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn muted(
    State(server): State<Server>,
    Me(signed): Me,
    Query(page): Query<PageQuery>,
) -> Result<Cards, ApiError> {
    let place = (page.before()?, page.limit()?);
    Ok(cards(graph::muted(&server.app, &signed, place).await?))
}

//! `accounts`: joining, and looking at others.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use outro_app::account::{self, Join};
use outro_app::video;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::views::{Page, ProfileView, VideoJson};
use crate::Server;
use crate::cursor::{self, PageQuery};
use crate::extract::{Body, Path, Query};
use crate::problem::{ApiError, Problem};
use crate::who::{Device, From, Who};

/// What a person joins with.
#[derive(Deserialize, ToSchema)]
pub(crate) struct JoinBody {
    /// `[a-z0-9_.]{3,24}`, case-insensitive.
    handle: String,
    /// 8 to 128 characters.
    password: String,
    /// `YYYY-MM-DD`. Under 13 is refused, under 16 starts private.
    birth_date: String,
}

/// A new account, signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct JoinedView {
    /// The account.
    account: JoinedAccount,
    /// Give it as `Authorization: Bearer …`.
    token: String,
}

/// What is known of a new account.
#[derive(Serialize, ToSchema)]
pub(crate) struct JoinedAccount {
    /// The id.
    id: String,
    /// The handle in its stored form.
    handle: String,
}

/// Opens an account.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "accounts", request_body = JoinBody, responses(
    (status = 201, description = "Joined and signed in", body = JoinedView),
    (status = 409, description = "The handle is not available", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem),
    (status = 429, description = "Too many", body = Problem)))]
pub(crate) async fn join(
    State(server): State<Server>,
    From(origin): From,
    Device(device): Device,
    Body(body): Body<JoinBody>,
) -> Result<(StatusCode, Json<JoinedView>), ApiError> {
    let JoinBody { handle, password, birth_date } = body;
    let joined = account::join(&server.app, &Join { handle, password, birth_date, device }, &origin).await?;
    let account = JoinedAccount { id: joined.id.to_string(), handle: joined.handle };
    Ok((StatusCode::CREATED, Json(JoinedView { account, token: joined.token })))
}

/// The profile of an account.
#[utoipa::path(get, path = "/api/v1/accounts/{handle}", tag = "accounts",
    params(("handle" = String, Path, description = "The handle")), responses(
    (status = 200, description = "The profile", body = ProfileView),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn profile(
    State(server): State<Server>,
    Who(viewer): Who,
    Path(handle): Path<String>,
) -> Result<Json<ProfileView>, ApiError> {
    Ok(Json(account::profile(&server.app, &viewer, &handle).await?.into()))
}

/// The videos of an account, the newest first. What may not be seen is left out, so that a page can be
/// shorter than was asked for and still have a next one.
#[utoipa::path(get, path = "/api/v1/accounts/{handle}/videos", tag = "accounts",
    params(("handle" = String, Path, description = "The handle"), PageQuery), responses(
    (status = 200, description = "The videos", body = Page<VideoJson>),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn videos(
    State(server): State<Server>,
    Who(viewer): Who,
    Path(handle): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<VideoJson>>, ApiError> {
    let found = video::of_profile(&server.app, &viewer, &handle, page.before()?, page.limit()?).await?;
    let items = found.items.into_iter().map(VideoJson::from).collect();
    Ok(Json(Page { items, next_cursor: found.next.map(cursor::write) }))
}

/// The videos that stand first on a profile, at most three, as far as the one who asks may see them. They stand among
/// its videos too.
#[utoipa::path(get, path = "/api/v1/accounts/{handle}/pins", tag = "accounts",
    params(("handle" = String, Path, description = "The handle")), responses(
    (status = 200, description = "The videos, the one that was put there last first", body = Page<VideoJson>),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn pins(
    State(server): State<Server>,
    Who(viewer): Who,
    Path(handle): Path<String>,
) -> Result<Json<Page<VideoJson>>, ApiError> {
    let found = video::pinned(&server.app, &viewer, &handle).await?;
    Ok(Json(Page { items: found.into_iter().map(VideoJson::from).collect(), next_cursor: None }))
}

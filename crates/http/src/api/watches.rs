//! `watches`, and what a person chooses for their feed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use outro_app::feed::{self, NewWatch};
use outro_app::{AppError, statistics};
use outro_model::CameFrom;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Server;
use crate::extract::{Body, Path, read_id};
use crate::problem::{ApiError, Problem};
use crate::who::{From, Me, Who};

/// A watching.
#[derive(Deserialize, ToSchema)]
pub(crate) struct WatchBody {
    /// For how long, in milliseconds; at most a day.
    watched_ms: i64,
    /// Whether to its end; `false` when left out.
    completed: Option<bool>,
    /// Where the viewer came from: `for_you`, `following`, `friends`, `profile`, `sound`, `tag`, `search`, `message`,
    /// `link` or `other`, which it is when left out. It is counted, and not kept with who watched.
    from: Option<String>,
}

/// What a person chooses for their feed.
#[derive(Serialize, ToSchema)]
pub(crate) struct FeedChoiceView {
    /// Whether For You uses what they watch, like and follow.
    personalised: bool,
}

/// What is changed; what is left out stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct FeedChoiceBody {
    /// Whether For You uses what they watch, like and follow. Switched off, videos come by time and
    /// popularity alone, and how long each was watched is forgotten.
    personalised: Option<bool>,
}

/// Tells of a watching. From one second on it counts as a view, once a day of each viewer. Signed in, that
/// the video was seen is kept for 60 days; how long it was watched, while the feed is personalised.
#[utoipa::path(post, path = "/api/v1/videos/{id}/watches", tag = "feed", request_body = WatchBody,
    params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 204, description = "Noted"),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn watch(
    State(server): State<Server>,
    Who(viewer): Who,
    From(origin): From,
    Path(id): Path<String>,
    Body(body): Body<WatchBody>,
) -> Result<StatusCode, ApiError> {
    let id = read_id(&id)?;
    let from = match body.from.as_deref().map(str::parse) {
        None => CameFrom::Other,
        Some(Ok(from)) => from,
        Some(Err(_)) => return Err(AppError::invalid("from", "invalid_from", "Say one of the places.").into()),
    };
    let watched = NewWatch { watched_ms: body.watched_ms, completed: body.completed.unwrap_or(false), from };
    feed::watch(&server.app, &viewer, &origin, id, watched).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tells that a video was passed on: a link to it was copied or given to another program. It is counted for its owner
/// once a day of each viewer.
#[utoipa::path(post, path = "/api/v1/videos/{id}/shares", tag = "feed",
    params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 204, description = "Counted"),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn share(
    State(server): State<Server>,
    Who(viewer): Who,
    From(origin): From,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let id = read_id(&id)?;
    statistics::share(&server.app, &viewer, &origin, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is chosen for one's feed.
#[utoipa::path(get, path = "/api/v1/me/feed", tag = "me", security(("bearer" = [])), responses(
    (status = 200, description = "The choice", body = FeedChoiceView),
    (status = 401, description = "Not signed in", body = Problem)))]
pub(crate) async fn choice(State(server): State<Server>, Me(signed): Me) -> Result<Json<FeedChoiceView>, ApiError> {
    let found = feed::choice(&server.app, &signed).await?;
    Ok(Json(FeedChoiceView { personalised: found.personalised }))
}

/// Changes what is chosen for one's feed; it holds from the next page on.
#[utoipa::path(patch, path = "/api/v1/me/feed", tag = "me", request_body = FeedChoiceBody,
    security(("bearer" = [])), responses(
    (status = 200, description = "Changed", body = FeedChoiceView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn choose(
    State(server): State<Server>,
    Me(signed): Me,
    Body(body): Body<FeedChoiceBody>,
) -> Result<Json<FeedChoiceView>, ApiError> {
    let chosen = match body.personalised {
        Some(personalised) => feed::set_personalised(&server.app, &signed, personalised).await?,
        None => feed::choice(&server.app, &signed).await?,
    };
    Ok(Json(FeedChoiceView { personalised: chosen.personalised }))
}

/// Begins one's feed anew: what was watched and liked until now counts for nothing in it.
#[utoipa::path(post, path = "/api/v1/me/feed/reset", tag = "me", security(("bearer" = [])), responses(
    (status = 204, description = "Forgotten"),
    (status = 401, description = "Not signed in", body = Problem)))]
pub(crate) async fn reset(State(server): State<Server>, Me(signed): Me) -> Result<StatusCode, ApiError> {
    feed::reset(&server.app, &signed).await?;
    Ok(StatusCode::NO_CONTENT)
}

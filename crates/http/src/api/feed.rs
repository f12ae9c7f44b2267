//! `feed`.

use axum::Json;
use axum::extract::State;
use outro_app::feed::{self, Circle};
use serde::Deserialize;
use utoipa::IntoParams;

use super::views::{Page, VideoJson};
use crate::Server;
use crate::cursor::{self, PageQuery};
use crate::extract::Query;
use crate::problem::{ApiError, Problem};
use crate::who::{Me, Who};

/// Whether a visit of For You begins with what was seen already.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct VisitQuery {
    /// `true` to be shown again what was seen lately. Only at the beginning: a cursor carries it on.
    again: Option<String>,
}

/// For You: what everyone may see, by a ranking that is written down. Open without an account. Nothing comes
/// twice while one goes on by `next_cursor`. A page may be shorter than was asked for, also empty, while
/// `next_cursor` is not null: then there is more.
#[utoipa::path(get, path = "/api/v1/feed/for-you", tag = "feed", params(PageQuery, VisitQuery), responses(
    (status = 200, description = "The videos", body = Page<VideoJson>),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn for_you(
    State(server): State<Server>,
    Who(viewer): Who,
    Query(page): Query<PageQuery>,
    Query(visit): Query<VisitQuery>,
) -> Result<Json<Page<VideoJson>>, ApiError> {
    let place = page.visit(visit.again.as_deref() == Some("true"))?;
    let limit = usize::try_from(page.limit()?).unwrap_or(1);
    let found = feed::for_you(&server.app, &viewer, &place, limit).await?;
    let items = found.items.into_iter().map(VideoJson::from).collect();
    Ok(Json(Page { items, next_cursor: found.next.as_ref().map(cursor::write_visit) }))
}

/// Following: videos of those whom one follows, the newest first.
#[utoipa::path(get, path = "/api/v1/feed/following", tag = "feed", params(PageQuery), security(("bearer" = [])),
    responses(
    (status = 200, description = "The videos", body = Page<VideoJson>),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn following(
    State(server): State<Server>,
    Me(signed): Me,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<VideoJson>>, ApiError> {
    let found = feed::timeline(&server.app, &signed, Circle::Following, page.before()?, page.limit()?).await?;
    Ok(Json(in_order(found)))
}

/// Friends: videos of those whom one follows and who follow back, the newest first.
#[utoipa::path(get, path = "/api/v1/feed/friends", tag = "feed", params(PageQuery), security(("bearer" = [])),
    responses(
    (status = 200, description = "The videos", body = Page<VideoJson>),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn friends(
    State(server): State<Server>,
    Me(signed): Me,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<VideoJson>>, ApiError> {
    let found = feed::timeline(&server.app, &signed, Circle::Friends, page.before()?, page.limit()?).await?;
    Ok(Json(in_order(found)))
}

fn in_order(found: feed::FeedPage) -> Page<VideoJson> {
    Page { items: found.items.into_iter().map(VideoJson::from).collect(), next_cursor: found.next.map(cursor::write) }
}

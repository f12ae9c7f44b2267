//! `feed`.

use axum::Json;
use axum::extract::State;
use outro_app::feed;

use super::views::{Page, VideoJson};
use crate::Server;
use crate::cursor::{self, PageQuery};
use crate::extract::Query;
use crate::problem::{ApiError, Problem};
use crate::who::Who;

/// For You: what everyone may see, the newest first. Open without an account.
#[utoipa::path(get, path = "/api/v1/feed/for-you", tag = "feed", params(PageQuery), responses(
    (status = 200, description = "The videos", body = Page<VideoJson>),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn for_you(
    State(server): State<Server>,
    Who(viewer): Who,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<VideoJson>>, ApiError> {
    let found = feed::for_you(&server.app, &viewer, page.before()?, page.limit()?).await?;
    let items = found.items.into_iter().map(VideoJson::from).collect();
    Ok(Json(Page { items, next_cursor: found.next.map(cursor::write) }))
}

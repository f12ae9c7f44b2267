//! Suggestions, search, hashtags.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use outro_app::finding::{self, Found, Suggestion};
use outro_app::graph::CardView;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::graph::CardJson;
use super::views::{Page, VideoJson};
use crate::Server;
use crate::cursor::{self, PageQuery};
use crate::extract::{Path, Query};
use crate::problem::{ApiError, Problem};
use crate::who::{From, Me, Who};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(suggestions))
        .routes(routes!(dismiss))
        .routes(routes!(search))
        .routes(routes!(tagged))
}

/// Somebody whom one may know.
#[derive(Serialize, ToSchema)]
pub(crate) struct SuggestionJson {
    /// The handle.
    handle: String,
    /// The display name; empty when none was chosen.
    display_name: String,
    /// Whether strangers see the card only.
    private_account: bool,
    /// Whether it follows the one who asks.
    follows_me: bool,
    /// Why it is suggested: `follows_you`, `friends_of_friends` or `same_sounds`.
    reason: &'static str,
    /// How many of those whom one follows follow it, as far as one may see their lists, and of the latest
    /// follows alone.
    known_by: i64,
}

impl std::convert::From<Suggestion> for SuggestionJson {
    fn from(suggestion: Suggestion) -> Self {
        let Suggestion { card, because, known_by } = suggestion;
        let CardView { handle, display_name, private_account, follows_me, .. } = card;
        Self { handle, display_name, private_account, follows_me, reason: because.word(), known_by }
    }
}

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// 1 to 100 characters. Case and diacritics do not matter, and slips are forgiven: one in words of four
    /// letters and more, two in words of eight and more.
    q: Option<String>,
    /// Accounts, and videos, wanted at most, 1 to 50; 20 when not given.
    limit: Option<String>,
}

/// What was found, the best first.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundJson {
    /// Accounts, by handle and display name.
    accounts: Vec<CardJson>,
    /// Videos, by caption.
    videos: Vec<VideoJson>,
    /// Hashtags, without `#`, in the one form that `/api/v1/tags/{tag}/videos` knows them by.
    hashtags: Vec<String>,
}

impl std::convert::From<Found> for FoundJson {
    fn from(found: Found) -> Self {
        let Found { accounts, videos, hashtags } = found;
        let (accounts, videos) = (accounts.into_iter().map(Into::into), videos.into_iter().map(Into::into));
        Self { accounts: accounts.collect(), videos: videos.collect(), hashtags }
    }
}

/// People whom one may know: those who follow one, those whom the people follow whom one follows, and those who
/// used the same sounds. Nobody who does not want to be suggested. There are no further pages: whom one follows or dismisses makes room.
#[utoipa::path(get, path = "/api/v1/suggestions", tag = "finding", security(("bearer" = [])),
    params(PageQuery), responses(
    (status = 200, description = "The suggestions", body = Page<SuggestionJson>),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn suggestions(
    State(server): State<Server>,
    Me(signed): Me,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<SuggestionJson>>, ApiError> {
    let found = finding::suggestions(&server.app, &signed, page.limit()?).await?;
    Ok(Json(Page { items: found.into_iter().map(Into::into).collect(), next_cursor: None }))
}

/// Never suggests an account again. It is not told. Doing it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/suggestions/{handle}", tag = "finding", security(("bearer" = [])),
    params(("handle" = String, Path, description = "The handle")), responses(
    (status = 204, description = "Dismissed for good"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "It is one's own account", body = Problem)))]
pub(crate) async fn dismiss(
    State(server): State<Server>,
    Me(signed): Me,
    Path(handle): Path<String>,
) -> Result<StatusCode, ApiError> {
    finding::dismiss(&server.app, &signed, &handle).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Looks for accounts, videos and hashtags that the one who asks may see. Open without an account.
#[utoipa::path(get, path = "/api/v1/search", tag = "finding", params(SearchQuery), responses(
    (status = 200, description = "What was found", body = FoundJson),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem),
    (status = 429, description = "Too many from one place that is not signed in", body = Problem),
    (status = 503, description = "The search is just starting", body = Problem)))]
pub(crate) async fn search(
    State(server): State<Server>,
    Who(viewer): Who,
    From(origin): From,
    Query(query): Query<SearchQuery>,
) -> Result<Json<FoundJson>, ApiError> {
    let limit = PageQuery::of_limit(query.limit).limit()?;
    let found = finding::search(&server.app, &viewer, &origin, &query.q.unwrap_or_default(), limit).await?;
    Ok(Json(found.into()))
}

/// The videos of a hashtag that everyone may watch, the newest first. Open without an account. A hashtag that
/// nobody used has none.
#[utoipa::path(get, path = "/api/v1/tags/{tag}/videos", tag = "finding",
    params(("tag" = String, Path, description = "The hashtag, without `#`"), PageQuery), responses(
    (status = 200, description = "The videos", body = Page<VideoJson>),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 404, description = "This is no hashtag", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem),
    (status = 503, description = "The search is just starting", body = Problem)))]
pub(crate) async fn tagged(
    State(server): State<Server>,
    Who(viewer): Who,
    Path(tag): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<VideoJson>>, ApiError> {
    let found = finding::tagged(&server.app, &viewer, &tag, page.number()?, page.limit()?).await?;
    let items = found.videos.into_iter().map(VideoJson::from).collect();
    Ok(Json(Page { items, next_cursor: found.next.map(cursor::write_number) }))
}

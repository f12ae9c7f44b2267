//! `sounds`: looking at one, and at the videos that use it.

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outro_app::AppError;
use outro_app::sound::{self, Order, SoundView};
use outro_app::video::Part;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::views::{AccountRef, Page, VideoJson};
use crate::Server;
use crate::cursor::{self, PageQuery};
use crate::extract::{Path, Query, read_id};
use crate::media;
use crate::problem::{ApiError, Problem};
use crate::who::{From, Who};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get)).routes(routes!(videos))
}

/// A sound. It is seen by whoever may watch the video that it is the sound of.
#[derive(Serialize, ToSchema)]
pub(crate) struct SoundJson {
    /// The id.
    id: String,
    /// Whose it is.
    account: AccountRef,
    /// What it is called: the first line of what is written under its video; may be empty.
    title: String,
    /// The video that it is the sound of.
    video_id: String,
    /// The cover of that video.
    cover_url: String,
    /// How long it is, in milliseconds.
    duration_ms: i64,
    /// Since when it is a sound, RFC 3339.
    created_at: String,
    /// How many of the latest 500 videos that use it everyone may watch.
    use_count: i64,
    /// Whether the one who asks may use it now.
    can_use: bool,
    /// Its waveform, in Base64: one byte for the peak of each of at most 256 equal slices, 255 being the highest. Empty where
    /// it is silent or nobody has listened yet, and in lists.
    peaks: String,
}

impl std::convert::From<SoundView> for SoundJson {
    fn from(sound: SoundView) -> Self {
        let SoundView { id, video, created_at, use_count, can_use, title, peaks, .. } = sound;
        Self {
            id: id.to_string(),
            video_id: video.id.to_string(),
            cover_url: media::address(video.id, Part::Cover),
            duration_ms: video.duration_ms,
            account: AccountRef { handle: video.handle, display_name: video.display_name },
            created_at,
            use_count,
            can_use,
            title,
            peaks: STANDARD.encode(peaks),
        }
    }
}

/// Which sounds are listed.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SoundsQuery {
    /// `trending` (when not given): those that most people used in the last seven days, of the latest 2,000 uses; or `new`.
    sort: Option<String>,
    /// Looks for 1 to 100 characters in what is written under the videos of sounds, and in the names of whose they are.
    /// There are no further pages, and `sort` does not matter.
    q: Option<String>,
    /// Items wanted, 1 to 50; 20 when not given.
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Sounds that may be used and that the one who asks may hear. Open without an account.
#[utoipa::path(get, path = "/api/v1/sounds", tag = "sounds", params(SoundsQuery), responses(
    (status = 200, description = "The sounds", body = Page<SoundJson>),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem),
    (status = 429, description = "Searched too often without an account", body = Problem),
    (status = 503, description = "The search is not ready yet", body = Problem)))]
pub(crate) async fn list(
    State(server): State<Server>,
    Who(viewer): Who,
    From(origin): From,
    Query(SoundsQuery { sort, q, limit, cursor }): Query<SoundsQuery>,
) -> Result<Json<Page<SoundJson>>, ApiError> {
    let page = PageQuery::new(limit, cursor);
    let (app, limit) = (&server.app, page.limit()?);
    if let Some(typed) = q {
        let found = sound::search(app, &viewer, &origin, &typed, limit).await?;
        return Ok(Json(Page { items: found.into_iter().map(Into::into).collect(), next_cursor: None }));
    }
    let found = sound::list(app, &viewer, order(sort.as_deref())?, page.before()?, limit).await?;
    let items = found.items.into_iter().map(Into::into).collect();
    Ok(Json(Page { items, next_cursor: found.next.map(cursor::write) }))
}

fn order(word: Option<&str>) -> Result<Order, AppError> {
    match word.unwrap_or("trending") {
        "trending" => Ok(Order::Trending),
        "new" => Ok(Order::New),
        _ => Err(AppError::invalid("sort", "invalid_sort", "Choose trending or new.")),
    }
}

/// A sound. Open without an account.
#[utoipa::path(get, path = "/api/v1/sounds/{id}", tag = "sounds",
    params(("id" = String, Path, description = "The id of the sound")), responses(
    (status = 200, description = "The sound", body = SoundJson),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn get(
    State(server): State<Server>,
    Who(viewer): Who,
    Path(id): Path<String>,
) -> Result<Json<SoundJson>, ApiError> {
    Ok(Json(sound::get(&server.app, &viewer, read_id(&id)?).await?.into()))
}

/// The videos that use a sound, the latest first, as far as the one who asks may watch them and hears it there.
/// Open without an account.
#[utoipa::path(get, path = "/api/v1/sounds/{id}/videos", tag = "sounds",
    params(("id" = String, Path, description = "The id of the sound"), PageQuery), responses(
    (status = 200, description = "The videos", body = Page<VideoJson>),
    (status = 401, description = "The token opens nothing", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn videos(
    State(server): State<Server>,
    Who(viewer): Who,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<VideoJson>>, ApiError> {
    let found = sound::videos(&server.app, &viewer, read_id(&id)?, page.before()?, page.limit()?).await?;
    let items = found.items.into_iter().map(VideoJson::from).collect();
    Ok(Json(Page { items, next_cursor: found.next.map(cursor::write) }))
}

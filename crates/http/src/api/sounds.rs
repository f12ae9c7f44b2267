//! `sounds`: looking at one, and at the videos that use it.

use axum::Json;
use axum::extract::State;
use outro_app::AppError;
use outro_app::sound::{self, SoundView};
use outro_app::video::Part;
use outro_model::SoundId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::views::{AccountRef, Page, VideoJson};
use crate::Server;
use crate::cursor::{self, PageQuery};
use crate::extract::{Path, Query};
use crate::media;
use crate::problem::{ApiError, Problem};
use crate::who::Who;

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(get)).routes(routes!(videos))
}

/// A sound. It is seen by whoever may watch the video that it is the sound of.
#[derive(Serialize, ToSchema)]
pub(crate) struct SoundJson {
    /// The id.
    id: String,
    /// Whose it is.
    account: AccountRef,
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
}

impl From<SoundView> for SoundJson {
    fn from(sound: SoundView) -> Self {
        let SoundView { id, video, created_at, use_count, can_use, .. } = sound;
        Self {
            id: id.to_string(),
            video_id: video.id.to_string(),
            cover_url: media::address(video.id, Part::Cover),
            duration_ms: video.duration_ms,
            account: AccountRef { handle: video.handle, display_name: video.display_name },
            created_at,
            use_count,
            can_use,
        }
    }
}

fn read_id(id: &str) -> Result<SoundId, AppError> {
    id.parse().map_err(|_| AppError::NotFound)
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

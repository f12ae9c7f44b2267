//! `like`.

use axum::Json;
use axum::extract::State;
use outro_app::video::VideoView;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Server;
use crate::extract::{Path, read_id};
use crate::problem::{ApiError, Problem};
use crate::who::Me;

/// A like, and how many there are.
#[derive(Serialize, ToSchema)]
pub(crate) struct LikeView {
    /// Whether the one who asks likes the video.
    liked: bool,
    /// How many like it.
    like_count: i64,
}

impl From<VideoView> for LikeView {
    fn from(video: VideoView) -> Self {
        Self { liked: video.liked, like_count: video.like_count }
    }
}

/// Likes a video. Doing it again changes nothing.
#[utoipa::path(put, path = "/api/v1/videos/{id}/like", tag = "videos", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 200, description = "Liked", body = LikeView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "One's own account is on hiatus or suspended", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn like(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<Json<LikeView>, ApiError> {
    let id = read_id(&id)?;
    Ok(Json(outro_app::like(&server.app, &signed, id).await?.into()))
}

/// Takes a like back. Doing it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/videos/{id}/like", tag = "videos", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 200, description = "Taken back", body = LikeView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "One's own account is on hiatus or suspended", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn unlike(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<Json<LikeView>, ApiError> {
    let id = read_id(&id)?;
    Ok(Json(outro_app::unlike(&server.app, &signed, id).await?.into()))
}

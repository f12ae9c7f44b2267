//! `videos`: uploading, looking, changing, removing.

use axum::Json;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use outro_app::video::{self, NewVideo, Upload, VideoChange, VideoView};
use outro_app::{AppError, RefusalKind, Signed};
use outro_model::VideoId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::views::VideoJson;
use crate::Server;
use crate::problem::{ApiError, Body, Problem};
use crate::who::{Me, Who};

/// The longest text field of an upload, in bytes: a caption of 2,200 characters fits.
const FIELD_BYTES: usize = 16 << 10;

/// An upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the multipart form, which is read field by field")]
pub(crate) struct UploadForm {
    /// The video.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// At most 2,200 characters.
    caption: Option<String>,
    /// `everyone` (when not given) or `only_me`.
    audience: Option<String>,
    /// How a landscape video becomes upright: `fit` (when not given) or `crop`.
    reframe: Option<String>,
}

/// A video that was taken in.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadedView {
    /// The video; it is being made ready.
    video: VideoJson,
}

/// What is changed; what is left out stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChangeBody {
    /// `everyone` or `only_me`.
    audience: Option<String>,
    /// At most 2,200 characters.
    caption: Option<String>,
}

fn read_id(id: &str) -> Result<VideoId, AppError> {
    id.parse().map_err(|_| AppError::NotFound)
}

/// Uploads a video.
#[utoipa::path(post, path = "/api/v1/videos", tag = "videos", security(("bearer" = [])),
    request_body(content = UploadForm, content_type = "multipart/form-data"), responses(
    (status = 202, description = "Taken in; it is being made ready", body = UploadedView),
    (status = 400, description = "Not a multipart form, or cut off", body = Problem),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 413, description = "Too large", body = Problem),
    (status = 422, description = "Not a video, or a field cannot be used", body = Problem)))]
pub(crate) async fn upload(
    State(server): State<Server>,
    Me(signed): Me,
    headers: HeaderMap,
    form: Multipart,
) -> Result<(StatusCode, Json<UploadedView>), ApiError> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let video = receive(&server, &signed, form, announced).await?.into();
    Ok((StatusCode::ACCEPTED, Json(UploadedView { video })))
}

/// Reads the fields of an upload, in whatever order they come; the file is passed on as it comes.
/// `announced` is the length of the whole form, where it is known.
pub(crate) async fn receive(
    server: &Server,
    signed: &Signed,
    mut form: Multipart,
    announced: Option<u64>,
) -> Result<VideoView, AppError> {
    let mut new = NewVideo::default();
    let mut upload = None;
    while let Some(field) = form.next_field().await.map_err(cut_off)? {
        match field.name() {
            Some("file") if upload.is_none() => upload = Some(take(server, signed, field, announced).await?),
            Some("caption") => new.caption = Some(text(field).await?),
            Some("audience") => new.audience = Some(text(field).await?),
            Some("reframe") => new.reframe = Some(text(field).await?),
            _ => {}
        }
    }
    let missing = || AppError::invalid("file", "file_missing", "Choose a video.");
    upload.ok_or_else(missing)?.finish(signed, new).await
}

async fn take(
    server: &Server,
    signed: &Signed,
    mut field: Field<'_>,
    announced: Option<u64>,
) -> Result<Upload, AppError> {
    let mut upload = video::begin_upload(&server.app, signed, announced).await?;
    while let Some(bytes) = field.chunk().await.map_err(cut_off)? {
        upload.write(&bytes).await?;
    }
    Ok(upload)
}

async fn text(mut field: Field<'_>) -> Result<String, AppError> {
    let mut bytes = Vec::new();
    while let Some(more) = field.chunk().await.map_err(cut_off)? {
        if bytes.len() + more.len() > FIELD_BYTES {
            return Err(AppError::invalid("caption", "caption_too_long", "A field is too long."));
        }
        bytes.extend_from_slice(&more);
    }
    String::from_utf8(bytes).map_err(|_| AppError::invalid("caption", "not_text", "A field is not text."))
}

fn cut_off(_: MultipartError) -> AppError {
    AppError::refused(RefusalKind::Malformed, "cut_off", "The upload was cut off, or is not a form. Please try again.")
}

/// A video.
#[utoipa::path(get, path = "/api/v1/videos/{id}", tag = "videos",
    params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 200, description = "The video", body = VideoJson),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn get(
    State(server): State<Server>,
    Who(viewer): Who,
    Path(id): Path<String>,
) -> Result<Json<VideoJson>, ApiError> {
    Ok(Json(video::get(&server.app, &viewer, read_id(&id)?).await?.into()))
}

/// Changes one's own video.
#[utoipa::path(patch, path = "/api/v1/videos/{id}", tag = "videos", request_body = ChangeBody,
    security(("bearer" = [])), params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 200, description = "Changed", body = VideoJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn change(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
    Body(body): Body<ChangeBody>,
) -> Result<Json<VideoJson>, ApiError> {
    let change = VideoChange { audience: body.audience, caption: body.caption };
    Ok(Json(video::change(&server.app, &signed, read_id(&id)?, change).await?.into()))
}

/// Takes one's own video away. When this answers, nobody sees or plays it any more.
#[utoipa::path(delete, path = "/api/v1/videos/{id}", tag = "videos", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 204, description = "Taken away"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn remove(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    video::remove(&server.app, &signed, read_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

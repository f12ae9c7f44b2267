//! `videos/{id}/clips`: further files of one's own video, of which pieces can be in its edit.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use outro_app::video::{self, ClipView, Upload};
use outro_app::{AppError, Signed};
use serde::Serialize;
use utoipa::ToSchema;

use super::videos::announced;
use crate::Server;
use crate::extract::{Path, read_id};
use crate::form::Form;
use crate::media;
use crate::problem::{ApiError, Problem};
use crate::who::Me;

/// A file that is to be a clip of a video.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the fields of the form")]
pub(crate) struct ClipForm {
    /// The video.
    #[schema(value_type = String, format = Binary)]
    file: String,
}

/// A clip of one's own video.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClipJson {
    /// The id, by which a piece names it.
    id: String,
    /// Where its file is, for the owner of the video alone.
    url: String,
    /// How long it is, in milliseconds.
    duration_ms: i64,
    /// The width of its picture as shown.
    width: i64,
    /// The height of its picture as shown.
    height: i64,
    /// Whether a piece of it is in the edit: then it cannot be removed.
    in_use: bool,
}

/// The clips of a video: there are at most 10.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClipsJson {
    /// In the order in which they were added.
    items: Vec<ClipJson>,
    /// Always null.
    next_cursor: Option<String>,
}

impl From<ClipView> for ClipJson {
    fn from(ClipView { video, id, duration_ms, width, height, in_use }: ClipView) -> Self {
        Self { id: id.to_string(), url: media::clip_address(video, id), duration_ms, width, height, in_use }
    }
}

/// The clips of one's own video.
#[utoipa::path(get, path = "/api/v1/videos/{id}/clips", tag = "videos", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 200, description = "Its clips", body = ClipsJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn list(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<Json<ClipsJson>, ApiError> {
    let found = video::clips(&server.app, &signed, read_id(&id)?).await?;
    Ok(Json(ClipsJson { items: found.into_iter().map(ClipJson::from).collect(), next_cursor: None }))
}

/// Adds a clip to one's own video. What can be watched stays as it is until an edit has a piece of it.
#[utoipa::path(post, path = "/api/v1/videos/{id}/clips", tag = "videos", security(("bearer" = [])),
    request_body(content = ClipForm, content_type = "multipart/form-data"),
    params(("id" = String, Path, description = "The id of the video")), responses(
    (status = 201, description = "Added", body = ClipJson),
    (status = 400, description = "Not a multipart form, or cut off", body = Problem),
    (status = 401, description = "Not signed in, or signed out meanwhile", body = Problem),
    (status = 403, description = "One's own account is on hiatus or suspended", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "The video was not made ready yet, or has as many clips as it may", body = Problem),
    (status = 413, description = "Too large, or together with the other clips", body = Problem),
    (status = 415, description = "Not of type multipart/form-data", body = Problem),
    (status = 422, description = "Not a video, or no file", body = Problem)))]
pub(crate) async fn add(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Result<Form, Response>,
) -> Result<Response, ApiError> {
    // Whose video it is comes first: what is no form answers as one where there is nothing.
    let upload = video::begin_clip(&server.app, &signed, read_id(&id)?, announced(&headers)).await?;
    match form {
        Ok(form) => {
            let added = receive(&server, &signed, form, upload).await?;
            Ok((StatusCode::CREATED, Json(ClipJson::from(added))).into_response())
        }
        Err(refused) => {
            upload.abandon().await;
            Ok(refused)
        }
    }
}

/// Reads the file of a form; it is passed on as it comes. Who leaves meanwhile, or is signed out, is refused at once. A
/// refusal leaves nothing behind.
async fn receive(server: &Server, signed: &Signed, mut form: Form, mut upload: Upload) -> Result<ClipView, AppError> {
    let taken = tokio::select! {
        biased;
        () = video::until_signed_out(&server.app, signed) => Err(AppError::SignInNeeded),
        taken = file(&mut form, &mut upload) => taken,
    };
    match taken {
        Ok(()) => video::add_clip(upload, signed).await,
        Err(error) => {
            upload.abandon().await;
            Err(error)
        }
    }
}

async fn file(form: &mut Form, upload: &mut Upload) -> Result<(), AppError> {
    let meter = form.meter();
    while let Some(mut field) = form.next().await? {
        if field.name() == Some("file") {
            while let Some(bytes) = meter.take(&mut field).await? {
                upload.write(&bytes).await?;
            }
            return Ok(());
        }
    }
    Err(AppError::invalid("file", "file_missing", "Choose a video."))
}

/// Removes a clip from one's own video.
#[utoipa::path(delete, path = "/api/v1/videos/{id}/clips/{clip}", tag = "videos", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the video"), ("clip" = String, Path, description = "The id of the clip")),
    responses(
    (status = 204, description = "Removed"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "A piece of it is in the edit", body = Problem)))]
pub(crate) async fn remove(
    State(server): State<Server>,
    Me(signed): Me,
    Path((id, clip)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let clip = read_id(&clip)?;
    video::remove_clip(&server.app, &signed, read_id(&id)?, clip).await?;
    Ok(StatusCode::NO_CONTENT)
}

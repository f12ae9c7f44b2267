//! `me/takeouts`: taking everything along.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use outro_app::takeout::{self, TakeoutView};
use outro_app::{AppError, Signed};
use outro_model::TakeoutId;
use outro_pages::Lang;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::Server;
use crate::deliver;
use crate::extract::{Path, read_id};
use crate::media::Answer;
use crate::problem::{ApiError, Problem};
use crate::who::{Connection, Me};

/// An archive of everything.
#[derive(Serialize, ToSchema)]
pub(crate) struct TakeoutJson {
    /// The id.
    id: String,
    /// `making`, `ready` or `failed`.
    state: &'static str,
    /// How far its making has come, 0 to 1.
    progress: f64,
    /// Its length in bytes; 0 until it is ready.
    size_bytes: i64,
    /// How many of its bytes were downloaded.
    taken_bytes: i64,
    /// When it was asked for, RFC 3339.
    created_at: String,
    /// When it goes by itself, RFC 3339.
    expires_at: String,
    /// Where it can be downloaded; none until it is ready.
    download_url: Option<String>,
}

/// A list of archives.
#[derive(Serialize, ToSchema)]
pub(crate) struct TakeoutsJson {
    /// The archives, the latest first.
    items: Vec<TakeoutJson>,
    /// None: there are never many.
    next_cursor: Option<String>,
}

impl From<TakeoutView> for TakeoutJson {
    fn from(view: TakeoutView) -> Self {
        let TakeoutView { id, state, progress, size_bytes, taken_bytes, created_at, expires_at } = view;
        let ready = state.word() == "ready";
        Self {
            id: id.to_string(),
            state: state.word(),
            progress: progress as f64 / 1000.0,
            size_bytes,
            taken_bytes,
            created_at,
            expires_at,
            download_url: ready.then(|| address(id)),
        }
    }
}

/// Where an archive is downloaded.
pub(crate) fn address(id: TakeoutId) -> String {
    format!("/api/v1/me/takeouts/{id}/download")
}

/// Whether the reader's language is Arabic.
pub(crate) fn is_arabic(headers: &HeaderMap) -> bool {
    let languages = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Lang::from_accept_language(languages.unwrap_or_default()) == Lang::Ar
}

/// Asks for an archive of everything that is one's own. One is made at a time, and it takes the place of the one
/// before. Takes a sign-in or the password within the last 15 minutes. Its pages are in the language asked for.
#[utoipa::path(post, path = "/api/v1/me/takeouts", tag = "takeout", security(("bearer" = [])), responses(
    (status = 202, description = "It is being made", body = TakeoutJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "A recent password is needed", body = Problem),
    (status = 409, description = "One is being made already", body = Problem)))]
pub(crate) async fn begin(
    State(server): State<Server>,
    Me(signed): Me,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<TakeoutJson>), ApiError> {
    let view = takeout::begin(&server.app, &signed, is_arabic(&headers)).await?;
    Ok((StatusCode::ACCEPTED, Json(view.into())))
}

/// One's archives.
#[utoipa::path(get, path = "/api/v1/me/takeouts", tag = "takeout", security(("bearer" = [])), responses(
    (status = 200, description = "The archives, the latest first", body = TakeoutsJson),
    (status = 401, description = "Not signed in", body = Problem)))]
pub(crate) async fn list(State(server): State<Server>, Me(signed): Me) -> Result<Json<TakeoutsJson>, ApiError> {
    let items = takeout::list(&server.app, &signed).await?.into_iter().map(TakeoutJson::from).collect();
    Ok(Json(TakeoutsJson { items, next_cursor: None }))
}

/// One of one's archives.
#[utoipa::path(get, path = "/api/v1/me/takeouts/{id}", tag = "takeout", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the archive")), responses(
    (status = 200, description = "The archive", body = TakeoutJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn get(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<Json<TakeoutJson>, ApiError> {
    Ok(Json(takeout::get(&server.app, &signed, read_id(&id)?).await?.into()))
}

/// Removes an archive. What is being made of it ends within a second.
#[utoipa::path(delete, path = "/api/v1/me/takeouts/{id}", tag = "takeout", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the archive")), responses(
    (status = 204, description = "Removed"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn remove(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    takeout::remove(&server.app, &signed, read_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The archive: a ZIP, whole or by ranges. It never changes once it is ready, so that a download that was cut off
/// goes on where it was (`If-Range`).
#[utoipa::path(get, path = "/api/v1/me/takeouts/{id}/download", tag = "takeout", security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The id of the archive"),
        ("Range" = Option<String>, Header, description = "Which bytes"),
    ), responses(
    (status = 200, description = "All of it", content_type = "application/zip", body = String),
    (status = 206, description = "Some of it", content_type = "application/zip", body = String),
    (status = 304, description = "As it is known already"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here, or not ready", body = Problem),
    (status = 416, description = "There are no such bytes")))]
pub(crate) async fn download(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
    Connection(line): Connection,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Ok(answer(&server, &signed, &id, line, &method, &headers).await?)
}

async fn answer(
    server: &Server,
    signed: &Signed,
    id: &str,
    line: Option<crate::listen::Line>,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, AppError> {
    let archive = takeout::open(&server.app, signed, read_id(id)?).await?;
    let answer = Answer::of(&archive.etag, archive.length, headers);
    let send = |range: std::ops::Range<u64>| {
        let (bytes, revoked, taken) = archive.read(range.clone());
        deliver::body_then(bytes, revoked, line, (range.end - range.start, taken.note(range)))
    };
    Ok(answer.respond("application/zip", Some("outro-takeout.zip"), (*method == Method::GET).then_some(send)))
}

/// The shape of the JSON documents in an archive (JSON Schema, 2020-12).
#[utoipa::path(get, path = "/api/takeout-schema.json", tag = "takeout",
    responses((status = 200, description = "The schema of each document, by its name")))]
pub(crate) async fn schema() -> Json<Value> {
    Json(takeout::schema())
}

//! The bytes of videos and covers. Every request asks the policy; an address holds no right of its own.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use outro_app::AppError;
use outro_app::video::{self, Media, Part};
use outro_model::VideoId;

use crate::Server;
use crate::problem::ApiError;
use crate::range::{self, Asked};
use crate::who::Who;

/// The routes of media.
pub(crate) fn routes() -> Router<Server> {
    Router::new().route("/media/{video}/{part}", get(serve))
}

/// The address of a part of a video.
pub(crate) fn address(video: VideoId, part: Part) -> String {
    let (name, _, _) = names(part);
    format!("/media/{video}/{name}")
}

const PARTS: &[Part] = &[Part::Rendition, Part::Cover, Part::Download, Part::Original];

/// The name in the address, the type, and the name of the file to keep.
fn names(part: Part) -> (&'static str, &'static str, Option<&'static str>) {
    match part {
        Part::Rendition => ("video.mp4", "video/mp4", None),
        Part::Cover => ("cover.jpg", "image/jpeg", None),
        Part::Download => ("download.mp4", "video/mp4", Some("video.mp4")),
        // What a stranger uploaded is never given a type that a browser would open.
        Part::Original => ("original", "application/octet-stream", Some("original")),
    }
}

async fn serve(
    State(server): State<Server>,
    Who(viewer): Who,
    Path((id, name)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id: VideoId = id.parse().map_err(|_| AppError::NotFound)?;
    let part = PARTS.iter().copied().find(|part| names(*part).0 == name).ok_or(AppError::NotFound)?;
    let media = video::open(&server.app, &viewer, id, part).await?;
    Ok(respond(media, part, &method, &headers))
}

fn respond(media: Media, part: Part, method: &Method, headers: &HeaderMap) -> Response {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let etag = format!("\"{}\"", media.etag);
    let known =
        text(header::IF_NONE_MATCH).is_some_and(|list| list == "*" || list.split(',').any(|tag| tag.trim() == etag));
    // A range of another version of the thing is of no use: then the whole is sent.
    let same = text(header::IF_RANGE).is_none_or(|tag| tag == etag);
    let (length, (_, kind, file)) = (media.length, names(part));
    let asked = range::read(text(header::RANGE).filter(|_| same), length);
    let (status, range) = match asked {
        _ if known => (StatusCode::NOT_MODIFIED, 0..0),
        Asked::Whole => (StatusCode::OK, 0..length),
        Asked::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Asked::Nothing => (StatusCode::RANGE_NOT_SATISFIABLE, 0..0),
    };
    let mut builder = Response::builder()
        .status(status)
        .header(header::ETAG, etag)
        .header(header::ACCEPT_RANGES, "bytes")
        // A browser may keep it and must ask each time; nobody else may keep it.
        .header(header::CACHE_CONTROL, "private, no-cache");
    if let Some(file) = file {
        builder = builder.header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\""));
    }
    builder = match status {
        StatusCode::NOT_MODIFIED => builder,
        StatusCode::RANGE_NOT_SATISFIABLE => builder.header(header::CONTENT_RANGE, format!("bytes */{length}")),
        _ => builder.header(header::CONTENT_TYPE, kind).header(header::CONTENT_LENGTH, range.end - range.start),
    };
    if status == StatusCode::PARTIAL_CONTENT {
        let line = format!("bytes {}-{}/{length}", range.start, range.end - 1);
        builder = builder.header(header::CONTENT_RANGE, line);
    }
    let empty = method == Method::HEAD || range.is_empty();
    let body = if empty { Body::empty() } else { Body::from_stream(media.stream(range)) };
    builder.body(body).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

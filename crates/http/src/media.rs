//! The bytes of videos and covers. Every request asks the policy; an address holds no right of its own.

use std::ops::Range;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use outro_app::video::{self, Part};
use outro_app::{AppError, Viewer};
use outro_model::{ClipId, VideoId};

use crate::Server;
use crate::deliver;
use crate::extract::{Path, read_id};
use crate::listen::Line;
use crate::problem::ApiError;
use crate::range::{self, Asked};
use crate::routes::{Routes, get};
use crate::who::{Connection, Who};

/// The routes of media.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .route("/media/{video}/captions.vtt", get(captions))
        .route("/media/{video}/{part}", get(serve))
        .route("/media/{video}/clips/{clip}", get(clip))
}

/// The names that the last part of an address can have.
pub(crate) fn part_names() -> impl Iterator<Item = &'static str> {
    PARTS.iter().map(|part| names(*part).0)
}

/// The address of a part of a video.
pub(crate) fn address(video: VideoId, part: Part) -> String {
    let (name, _, _) = names(part);
    format!("/media/{video}/{name}")
}

/// The address of the file of a clip.
pub(crate) fn clip_address(video: VideoId, clip: ClipId) -> String {
    format!("/media/{video}/clips/{clip}")
}

/// The address of the captions of a video.
pub(crate) fn captions_address(video: VideoId) -> String {
    format!("/media/{video}/captions.vtt")
}

/// The captions of a video, for whoever may watch it.
async fn captions(
    State(server): State<Server>,
    Who(viewer): Who,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let id: VideoId = read_id(&id)?;
    let text = video::captions(&server.app, &viewer, id).await?;
    let headers = [(header::CONTENT_TYPE, "text/vtt; charset=utf-8"), (header::CACHE_CONTROL, "private, no-cache")];
    Ok((headers, text).into_response())
}

const PARTS: &[Part] = &[
    Part::Rendition,
    Part::Small,
    Part::Large,
    Part::Av1,
    Part::Cover,
    Part::Avif,
    Part::Preview,
    Part::Download,
    Part::Original,
];

/// The name in the address, the type, and the name of the file to keep.
fn names(part: Part) -> (&'static str, &'static str, Option<&'static str>) {
    match part {
        Part::Rendition => ("video.mp4", "video/mp4", None),
        Part::Small => ("480.mp4", "video/mp4", None),
        Part::Large => ("1080.mp4", "video/mp4", None),
        Part::Av1 => ("av1.mp4", "video/mp4", None),
        Part::Cover => ("cover.jpg", "image/jpeg", None),
        Part::Avif => ("cover.avif", "image/avif", None),
        Part::Preview => ("preview.mp4", "video/mp4", None),
        Part::Download => ("download.mp4", "video/mp4", Some("video.mp4")),
        // What a stranger uploaded is never given a type that a browser would open.
        Part::Original => ("original", "application/octet-stream", Some("original")),
        Part::Clip(_) => ("clip", "application/octet-stream", Some("clip")),
    }
}

/// A proxy that keeps what a client has not taken yet would keep it in the open, and past a revocation.
const NO_BUFFERING: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");

async fn serve(
    State(server): State<Server>,
    Who(viewer): Who,
    Path((id, name)): Path<(String, String)>,
    Connection(line): Connection,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let part = PARTS.iter().copied().find(|part| names(*part).0 == name).ok_or(AppError::NotFound)?;
    sent(&server, &viewer, (&id, part), line, (method, headers)).await
}

/// The file of a clip, for the owner of its video.
async fn clip(
    State(server): State<Server>,
    Who(viewer): Who,
    Path((id, clip)): Path<(String, String)>,
    Connection(line): Connection,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let part = Part::Clip(read_id(&clip)?);
    sent(&server, &viewer, (&id, part), line, (method, headers)).await
}

async fn sent(
    server: &Server,
    viewer: &Viewer,
    (id, part): (&str, Part),
    line: Option<Line>,
    (method, headers): (Method, HeaderMap),
) -> Result<Response, ApiError> {
    let id: VideoId = read_id(id)?;
    let media = video::open(&server.app, viewer, id, part).await?;
    let answer = Answer::of(&media.etag, media.length, &headers);
    let (_, kind, file) = names(part);
    let send = |range: Range<u64>| {
        let (bytes, revoked) = media.read(range);
        deliver::body(bytes, revoked, line)
    };
    Ok(answer.respond(kind, file, (method == Method::GET).then_some(send)))
}

/// What is answered of a file: the status, and which of its bytes.
pub(crate) struct Answer {
    status: StatusCode,
    range: Range<u64>,
    etag: String,
    length: u64,
}

impl Answer {
    /// The answer to a request for a file of this length.
    pub(crate) fn of(etag: &str, length: u64, headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let etag = format!("\"{etag}\"");
        // A range of another version of the thing is of no use: then the whole is sent. Only the same
        // bytes will do here, so that a weak tag never fits (RFC 9110 §13.1.5).
        let same = text(header::IF_RANGE).is_none_or(|tag| tag == etag);
        let (status, range) = match range::read(text(header::RANGE).filter(|_| same), length) {
            _ if is_known(headers, &etag) => (StatusCode::NOT_MODIFIED, 0..0),
            Asked::Whole => (StatusCode::OK, 0..length),
            Asked::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
            Asked::Nothing => (StatusCode::RANGE_NOT_SATISFIABLE, 0..0),
        };
        Self { status, range, etag, length }
    }

    /// The response, with the type of the file and its name where it is to be kept. `send` makes the body of a
    /// range; none when only the headers are asked for.
    pub(crate) fn respond(
        self,
        kind: &'static str,
        file: Option<&'static str>,
        send: Option<impl FnOnce(Range<u64>) -> Body>,
    ) -> Response {
        let Self { status, range, etag, length } = self;
        let mut builder = Response::builder()
            .status(status)
            .header(header::ETAG, etag)
            .header(header::ACCEPT_RANGES, "bytes")
            // A browser may keep it and must ask each time; nobody else may keep it.
            .header(header::CACHE_CONTROL, "private, no-cache")
            .header(NO_BUFFERING.0, NO_BUFFERING.1);
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
        let body = match send {
            Some(send) if !range.is_empty() => send(range),
            _ => Body::empty(),
        };
        builder.body(body).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
    }
}

/// Whether the client has this version already. The comparison is weak (RFC 9110 §13.1.2): proxies that
/// compress mark a tag as weak, and clients send it back like that.
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let lines = headers.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|line| line.to_str().ok());
    let mut tags = lines.flat_map(|line| line.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_weakly_and_in_all_lines() {
        let known = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::IF_NONE_MATCH, line.parse().unwrap());
            }
            is_known(&headers, "\"abc\"")
        };
        for lines in [&["\"abc\""][..], &["W/\"abc\""], &["\"x\", W/\"abc\""], &["*"], &["\"x\"", "\"abc\""]] {
            assert!(known(lines), "{lines:?}");
        }
        for lines in [&[][..], &["\"x\""], &["w/\"abc\""], &["abc"], &["W/W/\"abc\""]] {
            assert!(!known(lines), "{lines:?}");
        }
    }
}

//! `uploads`: uploading bit by bit, and going on after a line broke. The protocol is tus 1.0
//! (<https://tus.io/protocols/resumable-upload>) with creation, checksum, termination and expiration.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use outro_app::upload::{self, Appended, Appending, Standing, UploadView};
use outro_app::video;
use outro_app::{AppError, RefusalKind, Signed};
use outro_model::{Timestamp, VideoId};
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::videos::announced;
use crate::Server;
use crate::extract::{Path, read_id};
use crate::problem::{ApiError, Problem};
use crate::tus::{
    ALGORITHMS, Checksum, DEAD, Dead, EXTENSIONS, METHOD_OVERRIDE, MISMATCH, Refused, TUS_CHECKSUM_ALGORITHM,
    TUS_EXTENSION, TUS_MAX_SIZE, TUS_VERSION, UPLOAD_CHECKSUM, UPLOAD_EXPIRES, UPLOAD_LENGTH, UPLOAD_METADATA,
    UPLOAD_OFFSET, VERSION, about, http_date, number, protocol, speaks, text,
};
use crate::who::Me;

/// An upload that is not at its end.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadJson {
    /// The id, which is that of the video that it becomes.
    id: String,
    /// Its address.
    url: String,
    /// What the file is called, as was said when it was begun.
    filename: Option<String>,
    /// How many bytes the file has.
    size: u64,
    /// How many of them are here.
    offset: u64,
    /// When the file was changed last, in milliseconds since 1970, as was said when it was begun.
    last_modified: Option<i64>,
    /// When it was begun, RFC 3339.
    created_at: String,
    /// When it is held to be over, unless more of it comes, RFC 3339.
    expires_at: String,
}

/// One's own uploads that are not at their end.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadsJson {
    /// The uploads, the newest first.
    items: Vec<UploadJson>,
    /// None: there are never many.
    next_cursor: Option<String>,
}

impl From<UploadView> for UploadJson {
    fn from(view: UploadView) -> Self {
        Self {
            id: view.id.to_string(),
            url: address(view.id),
            filename: view.about.filename,
            size: view.length,
            offset: view.received,
            last_modified: view.about.last_modified,
            created_at: view.created_at,
            expires_at: view.expires_at.rfc3339(),
        }
    }
}

fn address(id: VideoId) -> String {
    format!("/api/v1/uploads/{id}")
}

/// What the server speaks of the protocol. It says so to everybody.
#[utoipa::path(options, path = "/api/v1/uploads", tag = "uploads", responses(
    (status = 204, description = "The versions, extensions and limits stand in the headers")))]
pub(crate) async fn describe(State(server): State<Server>) -> Response {
    let most = HeaderValue::from(server.app.settings.max_upload_bytes);
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(TUS_VERSION, HeaderValue::from_static(VERSION));
    headers.insert(TUS_EXTENSION, HeaderValue::from_static(EXTENSIONS));
    headers.insert(TUS_CHECKSUM_ALGORITHM, HeaderValue::from_static(ALGORITHMS));
    headers.insert(TUS_MAX_SIZE, most);
    response
}

/// One's own uploads that are not at their end, begun on whatever device.
#[utoipa::path(get, path = "/api/v1/uploads", tag = "uploads", security(("bearer" = [])), responses(
    (status = 200, description = "The uploads", body = UploadsJson),
    (status = 401, description = "Not signed in", body = Problem)))]
pub(crate) async fn list(State(server): State<Server>, Me(signed): Me) -> Result<Json<UploadsJson>, ApiError> {
    let items = upload::list(&server.app, &signed).await?.into_iter().map(UploadJson::from).collect();
    Ok(Json(UploadsJson { items, next_cursor: None }))
}

/// Begins an upload. What is said of the video is sent in `Upload-Metadata`: `caption`, `audience`, `comments_from`,
/// `reframe`, `sound`, `sound_reuse`, `downloads`, `duets`, `stitches`, `duet_of`, `stitch_of`, `age_restricted` and `draft`, as for `POST /api/v1/videos`, and `filename`, `filetype` and
/// `last_modified` (milliseconds since 1970), by which its owner finds it again. With the last byte it becomes a video of
/// the same id.
#[utoipa::path(post, path = "/api/v1/uploads", tag = "uploads", security(("bearer" = [])), params(
    ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
    ("Upload-Length" = u64, Header, description = "How many bytes the file has"),
    ("Upload-Metadata" = Option<String>, Header, description = "Keys and values in Base64, parted by commas")), responses(
    (status = 201, description = "Begun; its address stands in `Location`"),
    (status = 400, description = "No length is said, or what is said of the file cannot be read", body = Problem),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "One's own account is on hiatus or suspended, or the sound cannot be used by others",
        body = Problem),
    (status = 409, description = "Too many uploads are not at their end", body = Problem),
    (status = 412, description = "Another version of the protocol", body = Problem),
    (status = 413, description = "Too large", body = Problem),
    (status = 422, description = "A field cannot be used, or the file is empty", body = Problem)))]
pub(crate) async fn begin(
    State(server): State<Server>,
    Me(signed): Me,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    speaks(&headers)?;
    let length = number(&headers, &UPLOAD_LENGTH)?;
    let about = about(text(&headers, &UPLOAD_METADATA).unwrap_or_default())?;
    let view = upload::begin(&server.app, &signed, length, about).await?;
    let place = HeaderValue::from_str(&address(view.id)).map_err(AppError::internal)?;
    let headers = [(header::LOCATION, place), (UPLOAD_EXPIRES, http_date(view.expires_at))];
    Ok((StatusCode::CREATED, headers).into_response())
}

/// How far an upload of one's own has come.
#[utoipa::path(head, path = "/api/v1/uploads/{id}", tag = "uploads", security(("bearer" = [])), params(
    ("id" = String, Path, description = "The id of the upload"),
    ("Tus-Resumable" = String, Header, description = "`1.0.0`")), responses(
    (status = 200, description = "`Upload-Offset` and `Upload-Length` say how far; as long as both are one, it is a video"),
    (status = 401, description = "Not signed in"),
    (status = 404, description = "Nothing here"),
    (status = 412, description = "Another version of the protocol")))]
pub(crate) async fn look(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    speaks(&headers)?;
    let standing = upload::standing(&server.app, &signed, read_id(&id)?).await?;
    let (received, length, expires_at) = match standing {
        Standing::GoesOn(view) => (view.received, view.length, Some(view.expires_at)),
        Standing::Whole(length) => (length, length, None),
    };
    let mut response = StatusCode::OK.into_response();
    response.headers_mut().insert(UPLOAD_OFFSET, HeaderValue::from(received));
    response.headers_mut().insert(UPLOAD_LENGTH, HeaderValue::from(length));
    expires(&mut response, expires_at);
    Ok(response)
}

fn expires(response: &mut Response, at: Option<Timestamp>) {
    if let Some(at) = at {
        response.headers_mut().insert(UPLOAD_EXPIRES, http_date(at));
    }
}

/// Goes on with an upload of one's own. What came before the line broke is kept; with a checksum all of it or nothing.
/// With the last byte it becomes a video of the same id.
#[utoipa::path(patch, path = "/api/v1/uploads/{id}", tag = "uploads", security(("bearer" = [])), params(
    ("id" = String, Path, description = "The id of the upload"),
    ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
    ("Upload-Offset" = u64, Header, description = "Where in the file the body begins"),
    ("Upload-Checksum" = Option<String>, Header, description = "`sha1` or `sha256`, and the hash of the body in Base64")),
    request_body(content = String, content_type = "application/offset+octet-stream"), responses(
    (status = 204, description = "All of the body is here; `Upload-Offset` says how far the upload is"),
    (status = 400, description = "A header is missing, the checksum cannot be read, or the body was cut off",
        body = Problem),
    (status = 401, description = "Not signed in, or signed out meanwhile", body = Problem),
    (status = 403, description = "One's own account is on hiatus or suspended", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "The upload has come elsewhere", body = Problem),
    (status = 412, description = "Another version of the protocol", body = Problem),
    (status = 413, description = "More than was announced", body = Problem),
    (status = 415, description = "Not of type application/offset+octet-stream", body = Problem),
    (status = 460, description = "The body is not what its sender meant: none of it is kept", body = Problem)))]
pub(crate) async fn add(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Refused> {
    let headers = request.headers();
    speaks(headers)?;
    if text(headers, &header::CONTENT_TYPE) != Some("application/offset+octet-stream") {
        let detail = "Send a body of type application/offset+octet-stream.";
        return Err(protocol(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_a_piece", detail));
    }
    let offset = number(headers, &UPLOAD_OFFSET)?;
    let checksum = text(headers, &UPLOAD_CHECKSUM).map(Checksum::read).transpose()?;
    let how = (announced(headers), checksum.is_some());
    let appending = upload::append(&server.app, &signed, read_id(&id)?, offset, how).await?;
    let appended = take(&server, &signed, appending, (request.into_body(), checksum)).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(UPLOAD_OFFSET, HeaderValue::from(appended.received));
    expires(&mut response, appended.expires_at);
    Ok(response)
}

/// Takes the bytes as they come. Who leaves meanwhile, or is signed out, is refused at once. Where the line breaks, what
/// came is kept, unless it cannot be told whether it is right.
async fn take(
    server: &Server,
    signed: &Signed,
    mut appending: Appending,
    (body, mut checksum): (Body, Option<Checksum>),
) -> Result<Appended, Refused> {
    let mut bytes = body.into_data_stream();
    let came = async {
        // A line that is dead and does not say so is as one that broke.
        while let Some(piece) = timeout(DEAD, bytes.next()).await.unwrap_or(Some(Err(axum::Error::new(Dead)))) {
            let Ok(piece) = piece else { return Ok(false) };
            if let Some(checksum) = &mut checksum {
                checksum.add(&piece);
            }
            appending.write(&piece).await?;
        }
        Ok::<_, AppError>(true)
    };
    let whole = tokio::select! {
        biased;
        () = video::until_signed_out(&server.app, signed) => Err(AppError::SignInNeeded),
        came = came => came,
    }?;
    if !whole {
        if checksum.is_none() {
            appending.finish().await?;
        }
        return Err(AppError::refused(RefusalKind::Malformed, "cut_off", "The upload was cut off.").into());
    }
    if checksum.is_some_and(|checksum| !checksum.fits()) {
        let status = StatusCode::from_u16(MISMATCH).unwrap_or(StatusCode::BAD_REQUEST);
        return Err(protocol(status, "checksum_mismatch", "What came is not what was meant: send it again."));
    }
    Ok(appending.finish().await?)
}

/// Ends an upload of one's own before its end. Nothing of it is left when this answers.
#[utoipa::path(delete, path = "/api/v1/uploads/{id}", tag = "uploads", security(("bearer" = [])), params(
    ("id" = String, Path, description = "The id of the upload"),
    ("Tus-Resumable" = String, Header, description = "`1.0.0`")), responses(
    (status = 204, description = "Ended"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 412, description = "Another version of the protocol", body = Problem)))]
pub(crate) async fn end(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    speaks(&headers)?;
    upload::end(&server.app, &signed, read_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// For clients that can send neither `PATCH` nor `DELETE`: `X-HTTP-Method-Override` says which of them is meant.
#[utoipa::path(post, path = "/api/v1/uploads/{id}", tag = "uploads", security(("bearer" = [])), params(
    ("id" = String, Path, description = "The id of the upload"),
    ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
    ("X-HTTP-Method-Override" = String, Header, description = "`PATCH` or `DELETE`")), responses(
    (status = 204, description = "As `PATCH` or `DELETE` would answer, also where they refuse"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 405, description = "Neither is meant", body = Problem)))]
pub(crate) async fn instead(
    State(server): State<Server>,
    me: Me,
    id: Path<String>,
    request: Request,
) -> Result<Response, Refused> {
    match text(request.headers(), &METHOD_OVERRIDE) {
        Some("PATCH") => add(State(server), me, id, request).await,
        Some("DELETE") => end(State(server), me, id, request.headers().clone()).await,
        _ => {
            let detail = "Send X-HTTP-Method-Override: PATCH or DELETE.";
            Err(protocol(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail))
        }
    }
}

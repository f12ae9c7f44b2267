//! The log of erasures, as witnesses and monitors read it (C2SP `tlog-tiles`). It names nobody and is for everybody.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use outro_app::{AppError, erasure};

use crate::Server;
use crate::extract::Path;
use crate::problem::ApiError;
use crate::routes::{Routes, get};

/// A tile never changes; the checkpoint grows with each erasure.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
const AS_IT_IS: &str = "no-cache";

/// The routes of the log.
pub(crate) fn routes() -> Routes {
    Routes::new().route("/log/checkpoint", get(checkpoint)).route("/log/tile/{*path}", get(tile))
}

async fn checkpoint(State(server): State<Server>) -> Result<Response, ApiError> {
    let text = erasure::log_checkpoint(&server.app).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, AS_IT_IS)], text).into_response())
}

async fn tile(State(server): State<Server>, Path(path): Path<String>) -> Result<Response, ApiError> {
    let bytes = erasure::log_tile(&server.app, &path).await?.ok_or(AppError::NotFound)?;
    let headers = [(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, FOR_GOOD)];
    Ok((headers, bytes).into_response())
}

//! The log of requests: route templates, status, time. Never an address, a path or a name.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;

/// Logs one line a request.
pub(crate) async fn log(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let (method, began) = (request.method().clone(), Instant::now());
    let response = next.run(request).await;
    let (status, route) = (response.status().as_u16(), route.as_deref().unwrap_or("none"));
    let ms = began.elapsed().as_millis() as u64;
    tracing::info!(%method, route, status, ms, "request");
    response
}

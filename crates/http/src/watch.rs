//! The log and the counts of requests: route templates, status, time. Never an address, a path or a name.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use outro_app::metrics::method_word;

use crate::Server;

/// Logs one line a request, and counts it.
pub(crate) async fn log(State(server): State<Server>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let (method, began) = (method_word(request.method().as_str()), Instant::now());
    let under_way = server.app.metrics.request();
    let response = next.run(request).await;
    drop(under_way);
    let (status, took) = (response.status().as_u16(), began.elapsed());
    server.app.metrics.answered(method, route.as_deref(), status, took);
    let (route, ms) = (route.as_deref().unwrap_or("none"), took.as_millis() as u64);
    tracing::info!(method, route, status, ms, "request");
    response
}

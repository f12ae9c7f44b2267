//! The log, the counts and the spans of requests: route templates, status, time. Never an address, a path or a name.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use outro_app::metrics::method_word;
use outro_model::SPANS;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use crate::Server;

/// Logs one line a request, and counts it.
pub(crate) async fn log(State(server): State<Server>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let (method, began) = (method_word(request.method().as_str()), Instant::now());
    let under_way = server.app.metrics.request();
    let span = span(method, route.as_deref().unwrap_or("none"));
    let response = next.run(request).instrument(span.clone()).await;
    drop(under_way);
    let (status, took) = (response.status().as_u16(), began.elapsed());
    span.record("http.response.status_code", status);
    server.app.metrics.answered(method, route.as_deref(), status, took);
    let (route, ms) = (route.as_deref().unwrap_or("none"), took.as_millis() as u64);
    tracing::info!(method, route, status, ms, "request");
    response
}

/// What whoever follows a request finds it as (the words are OpenTelemetry's). It ends with the head of the answer.
fn span(method: &'static str, route: &str) -> Span {
    tracing::trace_span!(
        target: SPANS,
        "request",
        otel.name = %format_args!("{method} {route}"),
        otel.kind = "server",
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
    )
}

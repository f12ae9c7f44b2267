//! Headers that every response carries, and the refusal of what another site sent.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::Server;
use crate::problem::refused;
use crate::who::is_cross_site;

/// No script, style or frame but our own. `blob:` is for the picture of a file before it is uploaded.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    media-src 'self' blob:; connect-src 'self'; font-src 'self'; form-action 'self'; manifest-src 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// What every response carries unless it says otherwise.
const ALWAYS: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Addresses of receipts are secrets.
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    (header::CONTENT_SECURITY_POLICY, POLICY),
];

/// Refuses what changes something and comes from another site; hardens every response.
pub(crate) async fn harden(State(server): State<Server>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let by_browser = !request.headers().contains_key(header::AUTHORIZATION);
    let mut response = if changes && by_browser && is_cross_site(request.headers(), &server.config) {
        refused(StatusCode::FORBIDDEN, "cross_site", "This request came from another site.")
    } else {
        next.run(request).await
    };
    for (name, value) in ALWAYS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if server.config.secure() {
        let year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

//! Headers that every response carries, and the refusal of what another site sent.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::Server;
use crate::problem::ApiError;
use crate::unread::Unread;
use crate::web::refused_page;
use crate::who::{Connection, Renewal, another_site, bearer, is_cross_site};

/// No script, style or frame but our own. `blob:` is for the picture of a file before it is uploaded.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    media-src 'self' blob:; connect-src 'self'; font-src 'self'; form-action 'self'; manifest-src 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// What every response carries unless it says otherwise.
const ALWAYS: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Addresses of receipts are secrets: none leaves the site. Within it they may be told, because a
    // browser that may not tell where a form came from sends `Origin: null` with it.
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    (header::CONTENT_SECURITY_POLICY, POLICY),
];

/// Refuses what changes something and comes from another site; hardens every response.
pub(crate) async fn harden(
    State(server): State<Server>,
    Connection(line): Connection,
    request: Request,
    next: Next,
) -> Response {
    let (mut request, unread) = Unread::watch(request, line);
    let renewal = Renewal::default();
    request.extensions_mut().insert(renewal.clone());
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // Only a script that was given a token can send it along; what a browser adds by itself (a cookie,
    // `Basic`) says nothing of who made the request.
    let by_browser = bearer(request.headers()).is_none();
    let mut response = if changes && by_browser && is_cross_site(request.headers(), &server.config) {
        cross_site(&server, request)
    } else {
        next.run(request).await
    };
    unread.mark(&mut response);
    renewal.mark(&mut response);
    for (name, value) in ALWAYS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if server.config.secure() {
        let year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// The refusal of what another site sent: a problem document for programs, a page for people.
fn cross_site(server: &Server, request: Request) -> Response {
    if is_for_programs(request.uri().path()) {
        return ApiError(another_site()).into_response();
    }
    // The body goes with the request: nothing of it is read.
    refused_page(server, &request.into_parts().0, &another_site())
}

/// Whether an address is one for programs, whose answers are JSON and bytes.
pub(crate) fn is_for_programs(path: &str) -> bool {
    ["/api/", "/media/", "/log/"].iter().any(|place| path.starts_with(place))
}

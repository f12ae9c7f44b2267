//! Who is asking: a bearer token, or the session cookie with protection against forged requests.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use outro_app::{AppError, Origin, Signed, Viewer, authenticate};

use crate::problem::ApiError;
use crate::{Config, Server};

/// The name of the session cookie.
const COOKIE: &str = "outro_session";
/// How long a browser keeps it, in seconds: as long as a session lasts unused.
const COOKIE_SECONDS: i64 = 90 * 86_400;
/// The header that scripts of our own pages send with what changes something.
const CSRF_HEADER: &str = "x-csrf-token";

/// Who is asking, on surfaces that are open to everyone.
pub(crate) struct Who(pub(crate) Viewer);

/// Who is asking, on surfaces that take an account.
pub(crate) struct Me(pub(crate) Signed);

/// Who is asking by cookie, on pages. Forms carry their own token, which the page's handler checks.
pub(crate) struct Visitor(pub(crate) Viewer);

impl FromRequestParts<Server> for Who {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, ApiError> {
        if let Some(token) = bearer(&parts.headers) {
            // A token that opens nothing is told so: a client must learn that it is signed out.
            let signed = authenticate(&server.app, token).await?.ok_or(AppError::SignInNeeded)?;
            return Ok(Self(Some(signed)));
        }
        let Visitor(viewer) = Visitor::of(parts, server).await?;
        let Some(signed) = viewer else { return Ok(Self(None)) };
        let forged = !is_safe(&parts.method) && !csrf_fits(server, &signed, header_text(parts, CSRF_HEADER));
        if forged { Err(forgery().into()) } else { Ok(Self(Some(signed))) }
    }
}

impl FromRequestParts<Server> for Me {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, ApiError> {
        let Who(viewer) = Who::from_request_parts(parts, server).await?;
        viewer.map(Self).ok_or_else(|| AppError::SignInNeeded.into())
    }
}

impl FromRequestParts<Server> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, ApiError> {
        Ok(Self::of(parts, server).await?)
    }
}

impl Visitor {
    async fn of(parts: &Parts, server: &Server) -> Result<Self, AppError> {
        match cookie(&parts.headers) {
            Some(token) => Ok(Self(authenticate(&server.app, token).await?)),
            None => Ok(Self(None)),
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, _)| *name == COOKIE).map(|(_, value)| value).next()
}

fn header_text<'a>(parts: &'a Parts, name: &str) -> &'a str {
    parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// The token that forms and scripts of a session send along.
pub(crate) fn csrf(server: &Server, signed: &Signed) -> String {
    outro_app::account::form_token(&server.app, signed)
}

/// Whether a token is the one of the session.
pub(crate) fn csrf_fits(server: &Server, signed: &Signed, given: &str) -> bool {
    outro_app::account::form_token_fits(&server.app, signed, given)
}

/// The refusal of a request that did not come from our own page.
pub(crate) fn forgery() -> AppError {
    let detail = "This page has grown old. Please load it again.";
    AppError::refused(outro_app::RefusalKind::Forbidden, "form_expired", detail)
}

/// Whether a browser says that another site made this request. Clients that are no browsers say nothing.
pub(crate) fn is_cross_site(headers: &HeaderMap, config: &Config) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        // A browser that does not know the first header sends the second; the host it came to is
        // either the public one or, in development, the one in the request.
        (None, Some(origin)) => {
            let host = text("host").unwrap_or_default();
            origin != config.public_url && origin.split_once("://").map(|(_, at)| at) != Some(host)
        }
        (None, None) => false,
    }
}

/// The cookie of a new session.
pub(crate) fn set_cookie(config: &Config, token: &str) -> HeaderValue {
    cookie_line(config, token, COOKIE_SECONDS)
}

/// Takes the cookie back.
pub(crate) fn clear_cookie(config: &Config) -> HeaderValue {
    cookie_line(config, "", 0)
}

fn cookie_line(config: &Config, value: &str, seconds: i64) -> HeaderValue {
    let secure = if config.secure() { "; Secure" } else { "" };
    let line = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&line).unwrap_or(HeaderValue::from_static(""))
}

/// Where a request comes from.
pub(crate) struct From(pub(crate) Origin);

impl FromRequestParts<Server> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let forwarded = header_text(parts, "x-forwarded-for");
        Ok(Self(Origin { address: client(peer, forwarded, &server.config.trusted_proxies) }))
    }
}

/// The last address of the chain that no trusted proxy has.
fn client(peer: IpAddr, forwarded: &str, trusted: &[IpAddr]) -> IpAddr {
    let mut address = peer.to_canonical();
    for hop in forwarded.rsplit(',') {
        if !trusted.contains(&address) {
            break;
        }
        let Ok(next) = hop.trim().parse::<IpAddr>() else { break };
        address = next.to_canonical();
    }
    address
}

/// The browser, in a few words, for the list of devices.
pub(crate) struct Device(pub(crate) String);

impl FromRequestParts<Server> for Device {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self, Infallible> {
        Ok(Self(device(header_text(parts, "user-agent"))))
    }
}

fn device(agent: &str) -> String {
    let first = |known: &[(&'static str, &'static str)]| {
        known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        // A bot or an app: the first word of what it says it is.
        (None, None) => agent.split(['/', ' ']).next().unwrap_or_default().chars().take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let [proxy, person, liar] = ["10.0.0.1", "203.0.113.9", "198.51.100.7"].map(|text| text.parse().unwrap());
        assert_eq!(client(person, "198.51.100.7", &[proxy]), person);
        assert_eq!(client(proxy, "198.51.100.7, 203.0.113.9", &[proxy]), person);
        assert_eq!(client(proxy, "garbage", &[proxy]), proxy);
        assert_ne!(client(proxy, "198.51.100.7, 203.0.113.9", &[proxy]), liar);
    }

    #[test]
    fn devices_are_named_in_a_few_words() {
        assert_eq!(device("Mozilla/5.0 (Linux; Android 15) Chrome/131.0 Mobile Safari/537.36"), "Chrome, Android");
        assert_eq!(device("outro-bot/2.1 (+x)"), "outro-bot");
    }
}

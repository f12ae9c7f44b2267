//! Who is asking: a bearer token, or the session cookie with protection against forged requests.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;
use outro_app::{AppError, Origin, Signed, Viewer, authenticate};

use crate::listen::{Line, Peer};
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
            Some(token) => {
                let viewer = authenticate(&server.app, token).await?;
                if viewer.as_ref().is_some_and(|signed| signed.renewed)
                    && let Some(renewal) = parts.extensions.get::<Renewal>()
                {
                    renewal.note(set_cookie(&server.config, token));
                }
                Ok(Self(viewer))
            }
            None => Ok(Self(None)),
        }
    }
}

/// Where a request notes that it moved the end of its session, so that its response makes the browser
/// keep the cookie as long.
#[derive(Clone, Default)]
pub(crate) struct Renewal(Arc<OnceLock<HeaderValue>>);

impl Renewal {
    fn note(&self, cookie: HeaderValue) {
        // Who is asking may be found out more than once in a request; the answer is the same.
        let _ = self.0.set(cookie);
    }

    /// Sets the cookie anew, unless the response sets it already: signing out takes it back.
    pub(crate) fn mark(&self, response: &mut Response) {
        if let Some(cookie) = self.0.get() {
            response.headers_mut().entry(header::SET_COOKIE).or_insert_with(|| cookie.clone());
        }
    }
}

/// The token that a program gives.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
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

/// The refusal of what came from another site.
pub(crate) fn another_site() -> AppError {
    AppError::refused(outro_app::RefusalKind::Forbidden, "cross_site", "This request came from another site.")
}

/// Where a browser says that a request was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MadeBy {
    /// On a page of ours, or by the person: a bookmark, an address typed in.
    Us,
    /// On another site.
    Another,
    /// By a browser that may not tell, or hides it: `Origin: null` and nothing else.
    Untold,
    /// By a client that is no browser and says nothing.
    NoBrowser,
}

impl MadeBy {
    /// What the headers of a request say.
    pub(crate) fn of(headers: &HeaderMap, config: &Config) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        match (text("sec-fetch-site"), text("origin")) {
            (Some("same-origin" | "none"), _) => Self::Us,
            (Some(_), _) => Self::Another,
            // Browsers keep the first header to https and localhost. Over plain HTTP in a house's own
            // network they send the second alone; the host they came to is either the public one or
            // the one in the request.
            (None, Some("null")) => Self::Untold,
            (None, Some(origin)) => {
                let host = text("host").unwrap_or_default();
                let ours = origin == config.public_url || origin.split_once("://").map(|(_, at)| at) == Some(host);
                if ours { Self::Us } else { Self::Another }
            }
            (None, None) => Self::NoBrowser,
        }
    }
}

/// Whether a browser says that another site made this request. One that may not tell is believed to be no
/// other site's where a session's token decides: another site neither has the token nor, by `SameSite`, sends
/// the cookie. Signing in and joining have no token yet; [`may_open_session`] is for them.
pub(crate) fn is_cross_site(headers: &HeaderMap, config: &Config) -> bool {
    MadeBy::of(headers, config) == MadeBy::Another
}

/// Whether a form may sign a browser in. Another site could else sign somebody in to the account of its own
/// choosing, who would then upload and link a phone there: its form would come with `Origin: null` when it
/// hides where it is from. So what is untold is refused here; our own pages tell (`Referrer-Policy:
/// same-origin`), over plain HTTP too. The JSON interface hands out tokens and sets no cookie: there is
/// nothing to be signed in to by another site.
pub(crate) fn may_open_session(headers: &HeaderMap, config: &Config) -> bool {
    matches!(MadeBy::of(headers, config), MadeBy::Us | MadeBy::NoBrowser)
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

/// The connection that a request came over; none where it came over none, as in tests.
pub(crate) struct Connection(pub(crate) Option<Line>);

impl<S: Sync> FromRequestParts<S> for Connection {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get::<ConnectInfo<Peer>>().map(|info| info.0.line.clone())))
    }
}

/// Where a request comes from.
pub(crate) struct From(pub(crate) Origin);

impl FromRequestParts<Server> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<Peer>>().map(|info| info.0.address);
        // Whoever serves without connections that can be cut tells the address alone.
        let bare = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
        let peer = peer.or_else(bare).map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip());
        Ok(Self(Origin { address: client(peer, &forwarded(&parts.headers), &server.config.trusted_proxies) }))
    }
}

/// The chain of addresses. A proxy may add a line of its own: all lines are one list (RFC 9110 §5.3), of
/// which the client wrote the beginning and the last proxy the end.
fn forwarded(headers: &HeaderMap) -> String {
    // What is no text is no address: it stays in its place and ends the chain there.
    let lines = headers.get_all("x-forwarded-for").into_iter().map(|line| line.to_str().unwrap_or("?"));
    lines.collect::<Vec<_>>().join(",")
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
    fn every_line_of_the_chain_counts() {
        let [proxy, person] = ["10.0.0.1", "203.0.113.9"].map(|text| text.parse().unwrap());
        let chain = |lines: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", HeaderValue::from_bytes(line).unwrap());
            }
            client(proxy, &forwarded(&headers), &[proxy])
        };
        // The client wrote the first line, the proxy the second.
        assert_eq!(chain(&[b"198.51.100.7", b"203.0.113.9"]), person);
        assert_eq!(chain(&[b"198.51.100.7, 10.0.0.1", b"203.0.113.9, 10.0.0.1"]), person);
        assert_eq!(chain(&[b"203.0.113.9", b"\xff"]), proxy);
        assert_eq!(chain(&[]), proxy);
    }

    #[test]
    fn who_made_a_request_is_read_from_what_browsers_send() {
        let config = Config {
            public_url: "https://outro.test".into(),
            contact: None,
            site_name: String::new(),
            dev: false,
            trusted_proxies: vec![],
        };
        let made = |lines: &[(&'static str, &'static str)]| {
            let headers = lines.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            MadeBy::of(&headers.collect(), &config)
        };
        let lan = ("host", "box.lan:8080");
        assert_eq!(made(&[lan, ("origin", "http://box.lan:8080")]), MadeBy::Us);
        assert_eq!(made(&[lan, ("origin", "http://box.lan")]), MadeBy::Another);
        assert_eq!(made(&[lan, ("origin", "null")]), MadeBy::Untold);
        assert_eq!(made(&[lan, ("origin", "null"), ("sec-fetch-site", "cross-site")]), MadeBy::Another);
        assert_eq!(made(&[lan, ("origin", "null"), ("sec-fetch-site", "same-origin")]), MadeBy::Us);
        assert_eq!(made(&[lan, ("origin", "https://outro.test")]), MadeBy::Us);
        assert_eq!(made(&[lan, ("origin", "https://evil.example")]), MadeBy::Another);
        assert_eq!(made(&[("sec-fetch-site", "same-site")]), MadeBy::Another);
        assert_eq!(made(&[("sec-fetch-site", "none")]), MadeBy::Us);
        assert_eq!(made(&[]), MadeBy::NoBrowser);
    }

    #[test]
    fn devices_are_named_in_a_few_words() {
        assert_eq!(device("Mozilla/5.0 (Linux; Android 15) Chrome/131.0 Mobile Safari/537.36"), "Chrome, Android");
        assert_eq!(device("outro-bot/2.1 (+x)"), "outro-bot");
    }
}

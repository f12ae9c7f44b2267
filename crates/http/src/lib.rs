//! HTTP: who is asking, errors to responses, then `api` (JSON and its description), `media` (bytes)
//! and `web` (pages). A handler parses, calls one use case of `app`, maps the result. Never `store`.

mod api;
mod beat;
mod cursor;
mod deliver;
mod extract;
mod form;
mod headers;
mod listen;
mod log;
mod media;
mod metrics;
mod problem;
mod range;
mod routes;
mod tus;
mod unread;
mod watch;
mod web;
mod who;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use outro_app::App;

pub use api::description;
pub use listen::{Listening, Peer, Wire};
pub use metrics::metrics;

/// What the surface needs besides the use cases.
#[derive(Clone)]
pub struct Server {
    /// The use cases.
    pub app: App,
    /// What the operator set.
    pub config: Arc<Config>,
}

/// What the operator set about the surface.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address people reach the server at, without a slash at the end.
    pub public_url: String,
    /// The operator's name for the site.
    pub site_name: String,
    /// Whether development pages exist.
    pub dev: bool,
    /// Where people reach whoever runs the site: an e-mail address, or the address of a page.
    pub contact: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

impl Config {
    /// Whether people come over TLS: cookies are then kept to it.
    pub(crate) fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// Every route there is. Serve it with [`Listening`]: without, what is revoked ends only when the client reads on.
pub fn router(server: Server) -> Router {
    let (api, _) = api::routes().split_for_parts();
    let programs = api.merge(media::routes().merge(log::routes()).into_router());
    let programs = programs.method_not_allowed_fallback(problem::not_this_method);
    Router::new()
        .merge(programs)
        .merge(web::routes(server.config.dev).into_router())
        .fallback(web::nothing_here)
        .layer(axum::middleware::from_fn_with_state(server.clone(), headers::harden))
        .layer(axum::middleware::from_fn_with_state(server.clone(), watch::log))
        .layer(axum::middleware::from_fn(beat::keep))
        .with_state(server)
}

/// Every route that the description of the interface does not hold: the bytes, each part by its name, and the pages, those for
/// development too. A method and an address; who takes GET takes HEAD.
pub fn undescribed() -> Vec<(&'static str, String)> {
    let of_part = |(method, address): (&'static str, &'static str)| {
        let many = if address.contains("{part}") { usize::MAX } else { 1 };
        media::part_names().take(many).map(move |name| (method, address.replace("{part}", name)))
    };
    let media = media::routes().told().into_iter().flat_map(of_part);
    let others = web::routes(true).merge(log::routes()).told();
    media.chain(others.into_iter().map(|(method, address)| (method, address.to_owned()))).collect()
}

//! Routes that can be told: beside what is served stands by which methods and addresses, so that a test can hold all there is
//! against its rules. The interface has its description for that; this is for what has none, media and pages.

use axum::Router;
use axum::handler::Handler;
use axum::routing::MethodRouter;

use crate::Server;

/// A method and an address.
pub(crate) type Route = (&'static str, &'static str);

/// A router, and what it serves.
pub(crate) struct Routes {
    router: Router<Server>,
    told: Vec<Route>,
}

impl Routes {
    pub(crate) fn new() -> Self {
        Self { router: Router::new(), told: Vec::new() }
    }

    /// Serves one address.
    pub(crate) fn route(mut self, address: &'static str, methods: Methods) -> Self {
        self.told.extend(methods.told.iter().map(|method| (*method, address)));
        Self { router: self.router.route(address, methods.router), told: self.told }
    }

    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.told.extend(other.told);
        Self { router: self.router.merge(other.router), told: self.told }
    }

    /// Changes the router without adding to what it serves: a layer, a fallback.
    pub(crate) fn with(self, change: impl FnOnce(Router<Server>) -> Router<Server>) -> Self {
        Self { router: change(self.router), told: self.told }
    }

    pub(crate) fn told(self) -> Vec<Route> {
        self.told
    }

    pub(crate) fn into_router(self) -> Router<Server> {
        self.router
    }
}

/// What an address takes.
pub(crate) struct Methods {
    router: MethodRouter<Server>,
    told: Vec<&'static str>,
}

impl Methods {
    /// Takes POST too.
    pub(crate) fn post<H: Handler<T, Server>, T: 'static>(mut self, handler: H) -> Self {
        self.told.push("POST");
        Self { router: self.router.post(handler), told: self.told }
    }
}

/// Takes GET, and so HEAD.
pub(crate) fn get<H: Handler<T, Server>, T: 'static>(handler: H) -> Methods {
    Methods { router: axum::routing::get(handler), told: vec!["GET"] }
}

/// Takes POST.
pub(crate) fn post<H: Handler<T, Server>, T: 'static>(handler: H) -> Methods {
    Methods { router: axum::routing::post(handler), told: vec!["POST"] }
}

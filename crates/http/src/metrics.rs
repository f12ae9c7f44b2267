//! The listener for whoever operates the server: it says how it is, to nobody else.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use outro_app::{App, metrics as counts};

/// `/metrics`, and nothing else. It asks for no sign-in: let those alone reach it who may read it.
pub fn metrics(app: App) -> Router {
    Router::new().route("/metrics", get(tell)).with_state(app)
}

async fn tell(State(app): State<App>) -> Response {
    match counts::render(&app).await {
        Ok(text) => ([(header::CONTENT_TYPE, counts::MEDIA_TYPE)], text).into_response(),
        Err(error) => {
            crate::problem::log(&error);
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

//! `healthz` and `readyz`, for whoever operates the server.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Server;

/// How the server is.
#[derive(Serialize, ToSchema)]
pub(crate) struct HealthView {
    /// `ok` or `unavailable`.
    status: &'static str,
}

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "operating", responses(
    (status = 200, description = "It does", body = HealthView)))]
pub(crate) async fn alive() -> Json<HealthView> {
    Json(HealthView { status: "ok" })
}

/// Whether database and keyring answer.
#[utoipa::path(get, path = "/readyz", tag = "operating", responses(
    (status = 200, description = "They do", body = HealthView),
    (status = 503, description = "They do not", body = HealthView)))]
pub(crate) async fn ready(State(server): State<Server>) -> (StatusCode, Json<HealthView>) {
    match outro_app::ready(&server.app).await {
        Ok(()) => (StatusCode::OK, Json(HealthView { status: "ok" })),
        Err(error) => {
            crate::problem::log(&error);
            (StatusCode::SERVICE_UNAVAILABLE, Json(HealthView { status: "unavailable" }))
        }
    }
}

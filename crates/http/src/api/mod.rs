//! The JSON interface, and its description: each route stands beside the words that describe it.

mod accounts;
mod deletion;
mod feed;
mod health;
mod likes;
mod me;
mod phone;
mod receipts;
mod sessions;
mod videos;
mod views;

use axum::Json;
use axum::extract::DefaultBodyLimit;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Info, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Server;

pub(crate) use videos::receive;

/// No body but an upload is larger than this.
const BODY_BYTES: usize = 64 << 10;

/// Every route of the interface, with its description.
pub(crate) fn routes() -> OpenApiRouter<Server> {
    let uploads = OpenApiRouter::new().routes(routes!(videos::upload)).layer(DefaultBodyLimit::disable());
    OpenApiRouter::new()
        .routes(routes!(accounts::join))
        .routes(routes!(accounts::profile))
        .routes(routes!(accounts::videos))
        .routes(routes!(sessions::sign_in))
        .routes(routes!(sessions::sign_out))
        .routes(routes!(sessions::confirm_password))
        .routes(routes!(me::get, me::change))
        .routes(routes!(me::privacy, me::change_privacy))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end))
        .routes(routes!(phone::link))
        .routes(routes!(phone::verify))
        .routes(routes!(deletion::consequences, deletion::begin))
        .routes(routes!(deletion::confirm))
        .routes(routes!(receipts::get))
        .routes(routes!(videos::get, videos::change, videos::remove))
        .routes(routes!(likes::like, likes::unlike))
        .routes(routes!(feed::for_you))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(describe))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .merge(uploads)
}

/// The description of the interface (OpenAPI 3.1).
pub fn description() -> OpenApi {
    let (_, described) = routes().split_for_parts();
    let mut info = Info::new("Outro", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "A short-video server that people can really leave. Errors are RFC 9457 problem documents \
         with a stable `code`. What is hidden answers exactly as what never existed."
            .into(),
    );
    let mut api = OpenApiBuilder::from(described).info(info).build();
    let components = api.components.get_or_insert_default();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.add_security_scheme("bearer", bearer);
    api
}

/// This description.
#[utoipa::path(get, path = "/api/openapi.json", tag = "operating",
    responses((status = 200, description = "The description of the interface (OpenAPI 3.1)")))]
async fn describe() -> Json<OpenApi> {
    Json(description())
}

//! The JSON interface, and its description: each route stands beside the words that describe it.

mod accounts;
mod conversations;
mod deletion;
mod describe;
mod events;
mod feed;
mod health;
mod likes;
mod me;
mod phone;
mod receipts;
mod sessions;
mod videos;
mod views;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Server;

pub use describe::description;
pub(crate) use videos::{announced, receive};

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
        .routes(routes!(conversations::list, conversations::open))
        .routes(routes!(conversations::get, conversations::clear))
        .routes(routes!(conversations::messages, conversations::say))
        .routes(routes!(conversations::hide))
        .routes(routes!(conversations::read))
        .routes(routes!(conversations::accept))
        .routes(routes!(conversations::leave))
        .routes(routes!(conversations::requests))
        .routes(routes!(conversations::unread))
        .routes(routes!(events::listen))
        .routes(routes!(feed::for_you))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(describe::describe))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .merge(uploads)
}

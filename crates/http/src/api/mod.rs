//! The JSON interface, and its description: each route stands beside the words that describe it.

mod accounts;
mod clips;
mod comments;
mod conversations;
mod deletion;
mod describe;
mod edits;
mod events;
mod feed;
mod finding;
mod graph;
mod health;
mod imports;
mod kept;
mod likes;
mod me;
mod moderation;
mod notifications;
mod phone;
mod playlists;
mod privacy;
mod receipts;
mod sessions;
mod sounds;
mod statistics;
mod takeouts;
mod uploads;
mod videos;
mod views;
mod wallet;
mod watches;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Server;

pub use describe::description;
pub(crate) use imports::receive_form as receive_archive;
pub(crate) use takeouts::address as takeout_address;
pub(crate) use videos::{announced, receive};

/// No body but an upload is larger than this.
const BODY_BYTES: usize = 64 << 10;

/// Every route of the interface, with its description.
pub(crate) fn routes() -> OpenApiRouter<Server> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(uploads::describe, uploads::list, uploads::begin))
        .routes(routes!(uploads::look, uploads::add, uploads::end, uploads::instead))
        .layer(axum::middleware::map_response(crate::tus::speak))
        .routes(routes!(videos::upload))
        .routes(routes!(clips::list, clips::add))
        .routes(routes!(imports::list, imports::begin))
        .layer(DefaultBodyLimit::disable());
    OpenApiRouter::new()
        .routes(routes!(accounts::join))
        .routes(routes!(accounts::profile))
        .routes(routes!(accounts::videos))
        .routes(routes!(accounts::pins))
        .routes(routes!(sessions::sign_in))
        .routes(routes!(sessions::sign_out))
        .routes(routes!(sessions::confirm_password))
        .routes(routes!(me::get, me::change))
        .routes(routes!(sessions::send_password_code, sessions::change_password))
        .routes(routes!(privacy::get, privacy::change))
        .routes(routes!(privacy::checkup))
        .routes(routes!(privacy::set_audiences))
        .routes(routes!(privacy::see_as))
        .routes(routes!(privacy::see_as_handle))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end))
        .merge(graph::routes())
        .merge(finding::routes())
        .merge(sounds::routes())
        .merge(playlists::routes())
        .merge(moderation::routes())
        .merge(wallet::routes())
        .routes(routes!(phone::link))
        .routes(routes!(phone::verify))
        .routes(routes!(phone::codes_left, phone::renew_codes))
        .routes(routes!(takeouts::list, takeouts::begin))
        .routes(routes!(takeouts::get, takeouts::remove))
        .routes(routes!(takeouts::download))
        .routes(routes!(takeouts::schema))
        .routes(routes!(deletion::consequences, deletion::begin, deletion::stay))
        .routes(routes!(deletion::confirm))
        .routes(routes!(receipts::get))
        .routes(routes!(kept::get))
        .routes(routes!(videos::get, videos::change, videos::remove))
        .routes(routes!(videos::drafts))
        .routes(routes!(videos::framing, videos::set_framing, videos::find_framing))
        .routes(routes!(videos::pin, videos::unpin))
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
        .routes(routes!(comments::list, comments::write))
        .routes(routes!(comments::replies))
        .routes(routes!(comments::remove))
        .routes(routes!(comments::like, comments::unlike))
        .routes(routes!(comments::hide, comments::unhide))
        .routes(routes!(comments::filter, comments::set_filter))
        .routes(routes!(notifications::list))
        .routes(routes!(notifications::unread))
        .routes(routes!(notifications::seen))
        .routes(routes!(feed::for_you))
        .routes(routes!(feed::following))
        .routes(routes!(feed::friends))
        .routes(routes!(watches::watch))
        .routes(routes!(watches::share))
        .merge(statistics::routes())
        .routes(routes!(watches::choice, watches::choose))
        .routes(routes!(watches::reset))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(describe::describe))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .merge(edits::routes())
        .routes(routes!(clips::remove))
        .merge(uploads)
}

//! Pages. A handler reads what was sent, calls a use case, fills a view of `pages`.
//!
//! Every form works without scripts. Whoever needs to be signed in first is led there and back; what is
//! hidden answers with the same page as what never was.

mod activity;
mod bring;
mod cards;
mod coins;
mod comments;
mod edit;
mod entry;
mod feed;
mod finding;
mod graph;
mod leaving;
mod messages;
mod misc;
mod moderation;
mod outside;
mod phone;
mod place;
mod playlists;
mod privacy;
mod profile;
mod render;
mod settings;
mod sounds;
mod statistics;
mod studio;
mod takeout;
mod upload;
mod video;
mod visit;
mod words;

use axum::extract::{DefaultBodyLimit, FromRequestParts as _, Request, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use outro_app::AppError;

use crate::Server;
use crate::headers::is_for_programs;
use crate::problem::ApiError;
use crate::routes::{Routes, get, post};
use visit::Visit;

/// No form is larger than this: a bio of 300 characters, each written as `%XX`, is far below.
const FORM_BYTES: usize = 64 << 10;

/// The routes of all pages; those for development alone only when asked for.
pub(crate) fn routes(dev: bool) -> Routes {
    let uploads = Routes::new()
        .route("/upload", get(upload::show).post(upload::take))
        .route("/settings/bring", get(bring::show).post(bring::take))
        .with(|router| router.layer(DefaultBodyLimit::disable()));
    let mut pages = Routes::new()
        .route("/", get(feed::show))
        .route("/following", get(feed::following))
        .route("/friends", get(feed::friends))
        // The router takes no parameter after an `@`: the handler looks for it.
        .route("/{name}", get(profile::show))
        .route("/v/{id}", get(video::show))
        .route("/v/{id}/comments", get(comments::show).post(comments::write))
        .route("/comments/{id}/like", post(comments::like))
        .route("/comments/{id}/hidden", post(comments::hidden))
        .route("/comments/{id}/delete", post(comments::delete))
        .route("/activity", get(activity::show))
        .route("/activity/seen", post(activity::seen))
        .route("/upload/{id}", get(studio::show).post(studio::change))
        .route("/upload/{id}/edit", get(edit::show).post(edit::change))
        .route("/uploads/{id}/discard", post(studio::discard))
        .route("/videos/{id}/audience", post(video::audience))
        .route("/videos/{id}/pin", post(video::pin))
        .route("/videos/{id}/like", post(video::like))
        .route("/videos/{id}/delete", post(video::delete))
        .route("/join", get(entry::join_page).post(entry::join))
        .route("/login", get(entry::login_page).post(entry::login))
        .route("/logout", post(entry::logout))
        .route("/leave", get(outside::show).post(outside::begin))
        .merge(inbox_routes())
        .merge(settings_routes())
        .merge(graph::routes())
        .merge(finding::routes())
        .merge(sounds::routes())
        .merge(playlists::routes())
        .merge(moderation::routes())
        .merge(coins::routes())
        .merge(statistics::routes())
        .route("/receipts/{id}", get(misc::receipt))
        .route("/what-we-keep", get(misc::what_we_keep))
        .route("/assets/{*path}", get(misc::asset))
        .route("/manifest.webmanifest", get(misc::asset))
        .route("/favicon.ico", get(misc::asset))
        .route("/robots.txt", get(misc::robots));
    if dev {
        pages = pages.route("/dev/outbox", get(misc::outbox));
    }
    pages
        .with(|router| router.layer(DefaultBodyLimit::max(FORM_BYTES)))
        .merge(uploads)
        .with(|router| router.method_not_allowed_fallback(nothing_here))
}

/// Messages. What leads nowhere by itself leads back to the inbox.
fn inbox_routes() -> Routes {
    Routes::new()
        .route("/inbox", get(messages::inbox))
        .route("/inbox/requests", get(messages::requests))
        .route("/inbox/new", get(messages::new_page).post(messages::new))
        .route("/inbox/send/{id}", get(messages::send_page).post(messages::send))
        .route("/inbox/{id}", get(messages::chat).post(messages::say))
        .route("/inbox/{id}/accept", post(messages::accept))
        .route("/inbox/{id}/delete", post(messages::delete))
        .route("/inbox/{id}/leave", post(messages::leave))
        .route("/inbox/{id}/forget", post(messages::forget))
}

/// Where a form's answer is a page, its address alone leads back to the page with the form.
fn settings_routes() -> Routes {
    Routes::new()
        .route("/settings", get(settings::show))
        .route("/settings/profile", get(settings::profile_page).post(settings::profile))
        .route("/settings/privacy", get(privacy::show).post(privacy::change))
        .route("/settings/privacy/private", get(privacy::private_step))
        .route("/settings/privacy/hiatus", get(privacy::hiatus_step))
        .route("/settings/checkup", get(privacy::checkup))
        .route("/settings/see-as", get(privacy::see_as).post(privacy::see_as_handle))
        .route("/settings/see-as/{name}", get(privacy::seen))
        .route("/settings/videos", get(privacy::videos).post(privacy::set_audiences))
        .route("/settings/feed", get(feed::settings).post(feed::choose))
        .route("/settings/feed/reset", post(feed::reset))
        .route("/settings/comments", get(comments::words_page).post(comments::words))
        .route("/settings/account", get(settings::account))
        .route("/settings/password", get(settings::new_password_page).post(settings::new_password))
        .route("/settings/password/code", get(settings::to_password).post(settings::password_code))
        .route("/settings/password-check", get(settings::password_page).post(settings::password))
        .route("/settings/sessions", get(settings::sessions))
        .route("/settings/sessions/revoke", post(settings::revoke))
        .route("/settings/phone", get(phone::show).post(phone::link))
        .route("/settings/phone/verify", get(phone::start_over).post(phone::verify))
        .route("/settings/phone/codes", get(phone::start_over).post(phone::renew))
        .route("/settings/phone/resend", get(phone::start_over).post(phone::resend))
        .route("/settings/leave", get(leaving::start_over).post(leaving::begin))
        .route("/settings/takeout", get(takeout::show).post(takeout::begin))
        .route("/settings/takeout/delete", get(takeout::back).post(takeout::delete))
        .route("/settings/leave/later", get(leaving::start_over).post(leaving::later))
        .route("/settings/leave/stay", get(leaving::start_over).post(leaving::stay))
        .route("/settings/leave/lost", get(leaving::start_over).post(leaving::lost))
        .route("/settings/leave/stop", get(leaving::start_over).post(leaving::stop))
        .route("/settings/leave/confirm", get(leaving::start_over).post(leaving::confirm))
}

/// The answer to every address that leads nowhere: a problem document for programs, a page for people.
pub(crate) async fn nothing_here(State(server): State<Server>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let path = parts.uri.path();
    if is_for_programs(path) {
        return ApiError(AppError::NotFound).into_response();
    }
    match Visit::from_request_parts(&mut parts, &server).await {
        Ok(visit) => visit.nothing(),
        Err(stop) => stop.into_response(),
    }
}

/// The page of a refusal that is given before anybody looks at who is asking.
pub(crate) fn refused_page(server: &Server, parts: &Parts, error: &AppError) -> Response {
    Visit::stranger(parts, server).refusal(error)
}

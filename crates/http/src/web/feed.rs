//! The feed.

use axum::http::Uri;
use outro_app::feed;
use outro_pages::FeedPage;

use super::cards::card;
use super::place;
use super::render::{Answer, OrPage as _, html};
use super::visit::Visit;
use crate::cursor;

/// Videos of one page: the script asks for the next one while these are watched.
const LIMIT: i64 = 8;

/// `GET /`.
pub(super) async fn show(visit: Visit, uri: Uri) -> Answer {
    let before = place::before(&uri).or_page(&visit)?;
    let found = feed::for_you(&visit.server.app, &visit.viewer, before, LIMIT).await.or_page(&visit)?;
    let (lang, may_act) = (visit.chrome.lang, visit.may_act());
    let page = FeedPage {
        chrome: visit.chrome,
        items: found.items.iter().map(|video| card(lang, may_act, video)).collect(),
        next_href: found.next.map(|next| format!("/?cursor={}", cursor::write(next))),
        first_page: before.is_none(),
    };
    Ok(html(page.render()))
}

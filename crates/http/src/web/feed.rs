//! The feeds, and what a person chooses for theirs.

use axum::http::Uri;
use outro_app::AppError;
use outro_app::feed::{self, Circle};
use outro_app::video::VideoView;
use outro_pages::{FeedKind, FeedPage, FeedSettingsPage};
use serde::Deserialize;

use super::cards::card;
use super::place::{self, go};
use super::render::{Answer, OrPage as _, html};
use super::video::NoFields;
use super::visit::{Member, Posted, Visit};
use crate::cursor;

/// Videos of one page: the script asks for the next one while these are watched.
const LIMIT: i64 = 5;

/// Whether the feed is to be personalised.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ChoiceForm {
    personalised: String,
}

/// `GET /`.
pub(super) async fn show(visit: Visit, uri: Uri) -> Answer {
    let place = place::in_visit(&uri).or_page(&visit)?;
    let found = feed::for_you(&visit.server.app, &visit.viewer, &place, LIMIT as usize).await.or_page(&visit)?;
    let next_href = found.next.as_ref().map(|next| format!("/?cursor={}", cursor::write_visit(next)));
    Ok(page(visit, FeedKind::ForYou, &found.items, next_href, found.nothing_yet))
}

/// `GET /following`.
pub(super) async fn following(Member { visit, signed, .. }: Member, uri: Uri) -> Answer {
    let before = place::before(&uri).or_page(&visit)?;
    let found = feed::timeline(&visit.server.app, &signed, Circle::Following, before, LIMIT).await.or_page(&visit)?;
    let next_href = found.next.map(|next| format!("/following?cursor={}", cursor::write(next)));
    Ok(page(visit, FeedKind::Following, &found.items, next_href, before.is_none()))
}

/// `GET /friends`.
pub(super) async fn friends(Member { visit, signed, .. }: Member, uri: Uri) -> Answer {
    let before = place::before(&uri).or_page(&visit)?;
    let found = feed::timeline(&visit.server.app, &signed, Circle::Friends, before, LIMIT).await.or_page(&visit)?;
    let next_href = found.next.map(|next| format!("/friends?cursor={}", cursor::write(next)));
    Ok(page(visit, FeedKind::Friends, &found.items, next_href, before.is_none()))
}

fn page(
    visit: Visit,
    kind: FeedKind,
    items: &[VideoView],
    next_href: Option<String>,
    nothing_yet: bool,
) -> axum::response::Response {
    let (lang, may_act) = (visit.chrome.lang, visit.chrome.may_act());
    let items = items.iter().map(|video| card(lang, may_act, video)).collect();
    html(FeedPage { chrome: visit.chrome, kind, items, next_href, first_page: nothing_yet }.render())
}

/// `GET /settings/feed`.
pub(super) async fn settings(Member { visit, signed, .. }: Member) -> Answer {
    let chosen = feed::choice(&visit.server.app, &signed).await.or_page(&visit)?;
    Ok(html(FeedSettingsPage { chrome: visit.chrome, personalised: chosen.personalised }.render()))
}

/// `POST /settings/feed`.
pub(super) async fn choose(Posted { member, form }: Posted<ChoiceForm>) -> Answer {
    let personalised = match form.personalised.as_str() {
        "true" => true,
        "false" => false,
        _ => {
            let wrong = AppError::invalid("personalised", "invalid_choice", "Choose on or off.");
            return Err(member.visit.stop(wrong));
        }
    };
    let app = &member.visit.server.app;
    feed::set_personalised(app, &member.signed, personalised).await.or_page(&member.visit)?;
    Ok(go("/settings/feed?done=saved"))
}

/// `POST /settings/feed/reset`.
pub(super) async fn reset(Posted { member, .. }: Posted<NoFields>) -> Answer {
    feed::reset(&member.visit.server.app, &member.signed).await.or_page(&member.visit)?;
    Ok(go("/settings/feed?done=feed_reset"))
}

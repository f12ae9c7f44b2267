//! People one may know, search, hashtags.

use axum::http::Uri;
use outro_app::finding::{self, Because, Found, Suggestion};
use outro_app::graph::CardView;
use outro_app::{AppError, video::VideoView};
use outro_pages::{Chrome, Person, Reason, SearchPage, SearchResults, SuggestedPerson, SuggestionsPage, TagPage, Tile};
use serde::Deserialize;

use super::cards::tile;
use super::graph::person;
use super::place::{go, local, number};
use super::render::{Answer, OrPage as _, failed, html};
use super::visit::{Member, Named, Posted, Sent, Visit};
use crate::cursor;
use crate::routes::{Routes, get, post};
use crate::who::From;

/// People, and videos, of one page.
const LIMIT: i64 = 24;

/// The routes of this file.
pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/people", get(people))
        .route("/accounts/{handle}/dismiss", post(dismiss))
        // Looked for by a form that is posted: what somebody types stands in no address.
        .route("/search", get(search_page).post(search))
        .route("/tags/{tag}", get(tag))
}

/// `GET /people`.
async fn people(Member { visit, signed, me }: Member) -> Answer {
    let found = finding::suggestions(&visit.server.app, &signed, LIMIT).await.or_page(&visit)?;
    let people = found.into_iter().map(|found| suggested(&visit.chrome, found)).collect();
    Ok(html(SuggestionsPage { chrome: visit.chrome, handle: me.handle, people }.render()))
}

fn suggested(chrome: &Chrome, suggestion: Suggestion) -> SuggestedPerson {
    let Suggestion { card, because, known_by } = suggestion;
    let reason = match because {
        Because::FollowsYou => Reason::FollowsYou,
        Because::FriendsOfFriends => Reason::KnownBy(known_by),
        Because::SameSounds => Reason::SameSounds,
    };
    SuggestedPerson { person: person(chrome, card, Some("/people")), reason }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct DismissForm {
    back: String,
}

/// `POST /accounts/{handle}/dismiss`.
async fn dismiss(Named(handle): Named<String>, Posted { member, form }: Posted<DismissForm>) -> Answer {
    let handle = handle.or_page(&member.visit)?;
    finding::dismiss(&member.visit.server.app, &member.signed, &handle).await.or_page(&member.visit)?;
    let back = local(&form.back).and_then(|back| back.split('?').next()).unwrap_or("/people");
    Ok(go(&format!("{back}?done=dismissed")))
}

/// `GET /search`.
async fn search_page(visit: Visit) -> Answer {
    Ok(html(SearchPage { chrome: visit.chrome, typed: String::new(), results: SearchResults::Nothing }.render()))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SearchForm {
    q: String,
}

/// `POST /search`.
async fn search(From(origin): From, Sent { visit, form }: Sent<SearchForm>) -> Answer {
    let typed = form.q.chars().take(100).collect::<String>();
    if typed.trim().is_empty() {
        return search_page(visit).await;
    }
    match finding::search(&visit.server.app, &visit.viewer, &origin, &typed, LIMIT).await {
        Ok(found) => {
            let results = SearchResults::Found {
                people: found.accounts.iter().cloned().map(|card| found_person(&visit.chrome, card)).collect(),
                tiles: tiles(&found.videos),
                hashtags: hashtags(&found),
            };
            Ok(html(SearchPage { chrome: visit.chrome, typed, results }.render()))
        }
        Err(error) if is_starting(&error) => {
            let page = SearchPage { chrome: visit.chrome, typed, results: SearchResults::Starting };
            Ok(failed(&error, page.render()))
        }
        Err(error) => Err(visit.stop(error)),
    }
}

/// What was looked for stands in no address, so that no form leads back to it: it leads to the profile.
fn found_person(chrome: &Chrome, card: CardView) -> Person {
    let profile = format!("/@{}", card.handle);
    person(chrome, card, Some(&profile))
}

fn is_starting(error: &AppError) -> bool {
    error.is_refused("search_warming_up")
}

fn tiles(videos: &[VideoView]) -> Vec<Tile> {
    videos.iter().map(tile).collect()
}

fn hashtags(found: &Found) -> Vec<(String, String)> {
    found.hashtags.iter().map(|tag| (tag.clone(), format!("/tags/{tag}"))).collect()
}

/// `GET /tags/{tag}`.
async fn tag(visit: Visit, Named(tag): Named<String>, uri: Uri) -> Answer {
    let tag = tag.or_page(&visit)?;
    let before = number(&uri).or_page(&visit)?;
    let (app, viewer) = (&visit.server.app, &visit.viewer);
    let found = finding::tagged(app, viewer, &tag, before, LIMIT).await.or_page(&visit)?;
    let next_href = found.next.map(|next| format!("/tags/{}?cursor={}", found.tag, cursor::write_number(next)));
    Ok(html(TagPage { chrome: visit.chrome, tag: found.tag, tiles: tiles(&found.videos), next_href }.render()))
}

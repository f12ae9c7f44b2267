//! Following, lists of people, requests, and who is kept away.

use axum::http::Uri;
use outro_app::AppError;
use outro_app::graph::{self, CardPage, CardView, FollowState};
use outro_pages::{ApartList, ApartPage, Chrome, FollowButton, PeopleList, PeoplePage, Person, RequestsPage};
use serde::Deserialize;

use super::place::{before, go, local};
use super::render::{Answer, OrPage as _, html};
use super::visit::{Member, Named, Posted, Visit};
use crate::beat;
use crate::cursor;
use crate::routes::{Routes, get, post};

/// People of one page.
const LIMIT: i64 = 30;

/// The routes of this file.
pub(super) fn routes() -> Routes {
    Routes::new()
        // The router takes no parameter after an `@`: the handler looks for it.
        .route("/{name}/followers", get(followers))
        .route("/{name}/following", get(following))
        .route("/accounts/{handle}/follow", post(follow))
        .route("/accounts/{handle}/remove", post(remove))
        .route("/accounts/{handle}/block", post(block))
        .route("/accounts/{handle}/mute", post(mute))
        .route("/requests", get(requests).post(answer))
        .route("/requests/all", post(answer_all))
        .route("/settings/blocked", get(blocked))
        .route("/settings/muted", get(muted))
}

/// How far the viewer has come, in the words of the pages.
const fn state(of: FollowState) -> outro_pages::FollowState {
    match of {
        FollowState::None => outro_pages::FollowState::None,
        FollowState::Requested => outro_pages::FollowState::Requested,
        FollowState::Following => outro_pages::FollowState::Following,
    }
}

/// The button that follows an account; `back` is the page that it stands on.
pub(super) fn button(handle: &str, of: FollowState, follows_me: bool, private: bool, back: &str) -> FollowButton {
    FollowButton {
        handle: handle.to_owned(),
        state: state(of),
        follows_you: follows_me,
        private_account: private,
        back: back.to_owned(),
    }
}

/// Whether the button stands there: who is away may end what is, and begins nothing.
pub(super) fn offers_follow(chrome: &Chrome, of: FollowState) -> bool {
    !chrome.looks_only() || of != FollowState::None
}

pub(super) fn person(chrome: &Chrome, card: CardView, back: Option<&str>) -> Person {
    let CardView { handle, display_name, is_me, follow, follows_me, .. } = card;
    let back = back.filter(|_| !is_me && offers_follow(chrome, follow));
    // In a list nothing closes when a private account is followed no more.
    let follow = back.map(|back| button(&handle, follow, follows_me, false, back));
    Person { handle, display_name, follow }
}

fn people(chrome: &Chrome, found: CardPage, address: &str, back: Option<&str>) -> (Vec<Person>, Option<String>) {
    let next = found.next.map(|next| format!("{address}?cursor={}", cursor::write(next)));
    (found.items.into_iter().map(|card| person(chrome, card, back)).collect(), next)
}

/// `GET /@handle/followers`.
async fn followers(visit: Visit, Named(name): Named<String>, uri: Uri) -> Answer {
    list(visit, name, uri, PeopleList::Followers).await
}

/// `GET /@handle/following`.
async fn following(visit: Visit, Named(name): Named<String>, uri: Uri) -> Answer {
    list(visit, name, uri, PeopleList::Following).await
}

async fn list(visit: Visit, name: Result<String, AppError>, uri: Uri, list: PeopleList) -> Answer {
    let name = name.or_page(&visit)?;
    let given = name.strip_prefix('@').ok_or(AppError::NotFound).or_page(&visit)?;
    let place = (before(&uri).or_page(&visit)?, LIMIT);
    let (app, viewer) = (&visit.server.app, &visit.viewer);
    let found = match list {
        PeopleList::Followers => graph::followers(app, viewer, given, place).await,
        PeopleList::Following => graph::following(app, viewer, given, place).await,
    };
    let found = found.or_page(&visit)?;
    let handle = given.to_ascii_lowercase();
    let is_self = visit.me.as_ref().is_some_and(|me| me.handle == handle);
    let word = if list == PeopleList::Followers { "followers" } else { "following" };
    let address = format!("/@{handle}/{word}");
    let (people, next_href) = people(&visit.chrome, found, &address, Some(&address));
    Ok(html(PeoplePage { chrome: visit.chrome, handle, is_self, list, people, next_href }.render()))
}

/// `GET /requests`.
async fn requests(Member { visit, signed, me }: Member, uri: Uri) -> Answer {
    let place = (before(&uri).or_page(&visit)?, LIMIT);
    let found = graph::requests(&visit.server.app, &signed, place).await.or_page(&visit)?;
    let (people, next_href) = people(&visit.chrome, found, "/requests", None);
    Ok(html(RequestsPage { chrome: visit.chrome, handle: me.handle, people, next_href }.render()))
}

/// `GET /settings/blocked`.
async fn blocked(Member { visit, signed, .. }: Member, uri: Uri) -> Answer {
    let place = (before(&uri).or_page(&visit)?, LIMIT);
    let found = graph::blocked(&visit.server.app, &signed, place).await.or_page(&visit)?;
    let (people, next_href) = people(&visit.chrome, found, "/settings/blocked", None);
    Ok(html(ApartPage { chrome: visit.chrome, list: ApartList::Blocked, people, next_href }.render()))
}

/// `GET /settings/muted`.
async fn muted(Member { visit, signed, .. }: Member, uri: Uri) -> Answer {
    let place = (before(&uri).or_page(&visit)?, LIMIT);
    let found = graph::muted(&visit.server.app, &signed, place).await.or_page(&visit)?;
    let (people, next_href) = people(&visit.chrome, found, "/settings/muted", None);
    Ok(html(ApartPage { chrome: visit.chrome, list: ApartList::Muted, people, next_href }.render()))
}

/// What is done about an account, and where to go afterwards. Of the three words one is sent.
#[derive(Deserialize, Default)]
#[serde(default)]
struct AccountForm {
    follow: String,
    block: String,
    mute: String,
    back: String,
}

impl AccountForm {
    fn back(&self) -> &str {
        local(&self.back).unwrap_or("/")
    }

    /// Back to where it was done, which says what was done.
    fn done(&self, word: &str) -> String {
        format!("{}?done={word}", self.back().split('?').next().unwrap_or("/"))
    }
}

/// `POST /accounts/{handle}/follow`, for browsers without scripts.
async fn follow(Named(handle): Named<String>, Posted { member, form }: Posted<AccountForm>) -> Answer {
    let handle = handle.or_page(&member.visit)?;
    let app = &member.visit.server.app;
    let set = match form.follow.as_str() {
        "false" => graph::unfollow(app, &member.signed, &handle).await,
        _ => graph::follow(app, &member.signed, &handle).await,
    };
    set.or_page(&member.visit)?;
    Ok(go(form.back()))
}

/// `POST /accounts/{handle}/remove`.
async fn remove(Named(handle): Named<String>, Posted { member, form }: Posted<AccountForm>) -> Answer {
    let handle = handle.or_page(&member.visit)?;
    let app = &member.visit.server.app;
    graph::remove_follower(app, &member.signed, &handle).await.or_page(&member.visit)?;
    Ok(go(&form.done("follower_removed")))
}

/// `POST /accounts/{handle}/block`. The profile that it was done on is not there any more.
async fn block(Named(handle): Named<String>, Posted { member, form }: Posted<AccountForm>) -> Answer {
    let handle = handle.or_page(&member.visit)?;
    let app = &member.visit.server.app;
    if form.block == "false" {
        graph::unblock(app, &member.signed, &handle).await.or_page(&member.visit)?;
        return Ok(go(&form.done("unblocked")));
    }
    graph::block(app, &member.signed, &handle).await.or_page(&member.visit)?;
    Ok(go("/settings/blocked?done=blocked"))
}

/// `POST /accounts/{handle}/mute`.
async fn mute(Named(handle): Named<String>, Posted { member, form }: Posted<AccountForm>) -> Answer {
    let handle = handle.or_page(&member.visit)?;
    let app = &member.visit.server.app;
    if form.mute == "false" {
        graph::unmute(app, &member.signed, &handle).await.or_page(&member.visit)?;
        return Ok(go(&form.done("unmuted")));
    }
    graph::mute(app, &member.signed, &handle).await.or_page(&member.visit)?;
    Ok(go(&form.done("muted")))
}

/// An answer to a follow request, or to all.
#[derive(Deserialize, Default)]
#[serde(default)]
struct AnswerForm {
    handle: String,
    accept: String,
    /// The profile that it was answered on; else the list.
    back: String,
}

impl AnswerForm {
    fn accept(&self) -> Result<bool, AppError> {
        let wrong = |_| AppError::invalid("accept", "invalid_choice", "Choose to accept or to decline.");
        self.accept.parse().map_err(wrong)
    }
}

/// `POST /requests`.
async fn answer(Posted { member: Member { visit, signed, .. }, form }: Posted<AnswerForm>) -> Answer {
    let accept = form.accept().or_page(&visit)?;
    let app = &visit.server.app;
    let (given, word) = if accept {
        (graph::accept(app, &signed, &form.handle).await, "request_accepted")
    } else {
        (graph::decline(app, &signed, &form.handle).await, "request_declined")
    };
    let back = local(&form.back).and_then(|back| back.split('?').next()).unwrap_or("/requests");
    match given {
        Ok(()) => Ok(go(&format!("{back}?done={word}"))),
        // Taken back meanwhile: the list says so.
        Err(AppError::NotFound) => Ok(beat::nothing(go("/requests"))),
        Err(error) => Err(visit.stop(error)),
    }
}

/// `POST /requests/all`.
async fn answer_all(Posted { member: Member { visit, signed, .. }, form }: Posted<AnswerForm>) -> Answer {
    let accept = form.accept().or_page(&visit)?;
    graph::answer_all(&visit.server.app, &signed, accept).await.or_page(&visit)?;
    Ok(go(if accept { "/requests?done=requests_accepted" } else { "/requests?done=requests_declined" }))
}

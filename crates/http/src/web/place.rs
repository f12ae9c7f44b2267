//! Addresses of our own: where a form leads to next, and what an address may say.

use axum::extract::Query;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use outro_app::AppError;
use outro_app::feed::Place;
use outro_model::{Id, PlaylistId, Timestamp};
use outro_pages::Notice;

use crate::cursor::PageQuery;

/// The longest address that is gone to after a form.
const LONGEST: usize = 512;

/// What was just done, by the word that the next page's address carries.
const NOTICES: &[(&str, Notice)] = &[
    ("saved", Notice::Saved),
    ("now_private", Notice::NowPrivate),
    ("now_public", Notice::NowPublic),
    ("now_away", Notice::NowAway),
    ("now_back", Notice::NowBack),
    ("video_deleted", Notice::VideoDeleted),
    ("playlist_deleted", Notice::PlaylistDeleted),
    ("discarded", Notice::Discarded),
    ("published", Notice::Published),
    ("scheduled", Notice::Scheduled),
    ("blocked", Notice::Blocked),
    ("unblocked", Notice::Unblocked),
    ("muted", Notice::Muted),
    ("unmuted", Notice::Unmuted),
    ("dismissed", Notice::Dismissed),
    ("follower_removed", Notice::FollowerRemoved),
    ("request_accepted", Notice::RequestAccepted),
    ("request_declined", Notice::RequestDeclined),
    ("requests_accepted", Notice::RequestsAccepted),
    ("requests_declined", Notice::RequestsDeclined),
    ("feed_reset", Notice::FeedReset),
    ("reported", Notice::Reported),
    ("decided", Notice::Decided),
    ("phone_linked", Notice::PhoneLinked),
    ("password_changed", Notice::PasswordChanged),
    ("password_changed_stays", Notice::PasswordChangedStays),
    ("coins_bought", Notice::CoinsBought),
    ("coins_given", Notice::CoinsGiven),
    ("talk_deleted", Notice::TalkDeleted),
    ("session_revoked", Notice::SessionRevoked),
    ("signed_out", Notice::SignedOut),
    ("takeout_deleted", Notice::TakeoutDeleted),
    ("stayed", Notice::Stayed),
];

/// Pages to come back to when a form was sent by somebody who is not signed in (any more): what a form
/// was sent to shows nothing by itself.
const FORMS: &[(&str, &str)] = &[
    ("/inbox", "/inbox"),
    ("/requests", "/requests"),
    ("/settings/feed", "/settings/feed"),
    ("/activity", "/activity"),
    ("/settings/bring", "/settings/bring"),
    ("/settings/coins", "/settings/coins"),
    ("/settings/comments", "/settings/comments"),
    ("/leave", "/leave"),
    ("/settings/leave", "/settings/account"),
    ("/settings/password-check", "/settings/account"),
    ("/settings/password", "/settings/password"),
    ("/settings/phone", "/settings/phone"),
    ("/settings/privacy", "/settings/privacy"),
    ("/settings/see-as", "/settings/see-as"),
    ("/settings/videos", "/settings/videos"),
    ("/settings/profile", "/settings/profile"),
    ("/settings/sessions", "/settings/sessions"),
    ("/settings/takeout", "/settings/takeout"),
    ("/upload", "/upload"),
];

/// What the address of a page may say.
#[derive(Default)]
pub(super) struct Said {
    /// Where to go afterwards, as it was given.
    pub(super) next: String,
    /// What was just done.
    pub(super) done: Option<Notice>,
}

/// Reads the query of an address; what cannot be read is as if it were not there.
pub(super) fn said(uri: &Uri) -> Said {
    let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else { return Said::default() };
    let mut said = Said::default();
    for (name, value) in pairs {
        match name.as_str() {
            "next" => said.next = value,
            "done" => said.done = NOTICES.iter().find(|(word, _)| *word == value).map(|(_, notice)| *notice),
            _ => {}
        }
    }
    said
}

/// Where in a list the page begins. A cursor that is none leads nowhere.
pub(super) fn before<Kind>(uri: &Uri) -> Result<Option<(Timestamp, Id<Kind>)>, AppError> {
    let Query(page) = Query::<PageQuery>::try_from_uri(uri).map_err(|_| AppError::NotFound)?;
    page.before().map_err(|_| AppError::NotFound)
}

/// Where in a visit of For You the page begins.
pub(super) fn in_visit(uri: &Uri) -> Result<Place, AppError> {
    let Query(page) = Query::<PageQuery>::try_from_uri(uri).map_err(|_| AppError::NotFound)?;
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|_| AppError::NotFound)?;
    let again = pairs.iter().any(|(name, value)| name == "again" && value == "true");
    page.visit(again).map_err(|_| AppError::NotFound)
}

/// Where in a list that is ordered by one number the page begins.
pub(super) fn number(uri: &Uri) -> Result<Option<u64>, AppError> {
    let Query(page) = Query::<PageQuery>::try_from_uri(uri).map_err(|_| AppError::NotFound)?;
    page.number().map_err(|_| AppError::NotFound)
}

/// The playlist that an address says a video is looked at in.
pub(super) fn list(uri: &Uri) -> Option<PlaylistId> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
    pairs.iter().find(|(name, _)| name == "list").and_then(|(_, value)| value.parse().ok())
}

/// `next` when it is a path of this site. Browsers read `//` and `/\` as the beginning of another site,
/// and pass over tabs and newlines while they do.
pub(super) fn local(next: &str) -> Option<&str> {
    let path = next.strip_prefix('/')?;
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (plain && !path.starts_with('/') && next.len() <= LONGEST).then_some(next)
}

/// The page to come back to after signing in.
pub(super) fn back(method: &Method, uri: &Uri) -> String {
    let path = uri.path();
    if matches!(*method, Method::GET | Method::HEAD) {
        return path.to_owned();
    }
    let of_form = FORMS.iter().find(|(form, _)| path.starts_with(form)).map(|(_, page)| (*page).to_owned());
    let of_video = || path.strip_prefix("/videos/")?.split('/').next().map(|id| format!("/v/{id}"));
    let of_account = || path.strip_prefix("/accounts/")?.split('/').next().map(|handle| format!("/@{handle}"));
    let of_comments = || path.starts_with("/v/").then(|| path.to_owned());
    of_form.or_else(of_video).or_else(of_account).or_else(of_comments).unwrap_or_else(|| "/".into())
}

/// A page's address that carries a place to go to afterwards.
pub(super) fn with_next(page: &str, next: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/@".contains(&byte);
    let each = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    format!("{page}?next={}", next.bytes().map(each).collect::<String>())
}

/// Leads the browser on, with a GET, whatever it came with.
pub(super) fn go(to: &str) -> Response {
    // What cannot stand in a header is no address of ours.
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response()
}

/// Gives the browser another session cookie along with a response.
pub(super) fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().insert(SET_COOKIE, cookie);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_never_leads_to_another_site() {
        for own in ["/", "/upload", "/@mara", "/v/abc?x=1", "/settings/phone"] {
            assert_eq!(local(own), Some(own));
        }
        let long = format!("/{}", "a".repeat(LONGEST));
        for other in
            ["", "//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", "upload", "/a\\b"]
        {
            assert_eq!(local(other), None, "{other:?}");
        }
        for other in ["/a b", "/a\r\nb", "/é", "javascript:alert(1)", long.as_str()] {
            assert_eq!(local(other), None, "{other:?}");
        }
    }

    #[test]
    fn signing_in_leads_back_to_a_page() {
        let back = |method, path: &str| back(&method, &path.parse().unwrap());
        assert_eq!(back(Method::GET, "/upload?x=secret"), "/upload");
        assert_eq!(back(Method::POST, "/settings/leave/confirm"), "/settings/account");
        assert_eq!(back(Method::POST, "/settings/phone/verify"), "/settings/phone");
        assert_eq!(back(Method::POST, "/videos/abc/like"), "/v/abc");
        assert_eq!(back(Method::POST, "/accounts/mara/follow"), "/@mara");
        assert_eq!(back(Method::POST, "/v/abc/comments"), "/v/abc/comments");
        assert_eq!(back(Method::POST, "/logout"), "/");
        assert_eq!(with_next("/login", "/v/a?b&c"), "/login?next=/v/a%3Fb%26c");
    }

    #[test]
    fn addresses_say_what_is_known_and_nothing_else() {
        let said = |text: &str| said(&text.parse().unwrap());
        assert_eq!(said("/settings?done=saved").done, Some(Notice::Saved));
        assert_eq!(said("/settings?done=hacked&done").done, None);
        assert_eq!(said("/login?next=%2Fupload").next, "/upload");
        assert_eq!(said("/login").next, "");
        assert!(before::<()>(&"/?cursor=nonsense".parse().unwrap()).is_err());
        assert!(before::<()>(&"/?cursor=a&cursor=b".parse().unwrap()).is_err());
        assert!(before::<()>(&"/".parse().unwrap()).unwrap().is_none());
    }
}

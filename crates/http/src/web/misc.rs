//! Receipts, what we keep, the development outbox, static files.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use outro_app::erasure;
use outro_datamap::{BLOBS, Blob, CACHES, Cache, KEYRING, TABLES, Table};
use outro_pages::{KeptRow, OutboxMessage, OutboxPage, ReceiptPage, ReceiptState, WhatWeKeepPage};
use serde::Serialize;

use super::cards::percent;
use super::nothing_here;
use super::render::{Answer, OrPage as _, html};
use super::visit::{Named, Visit};
use crate::Server;

/// What is found under an address that changes with the file.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// What is found under an address that stays when the file changes.
const FOR_AN_HOUR: &str = "public, max-age=3600";

/// `GET /receipts/{id}`.
pub(super) async fn receipt(visit: Visit, Named(id): Named<String>) -> Answer {
    let id = id.or_page(&visit)?;
    let found = erasure::receipt(&visit.server.app, &id).await.or_page(&visit)?;
    let state = match found.note {
        Some(note) => ReceiptState::Complete { note, download_href: format!("/api/v1/receipts/{}", found.id) },
        None => ReceiptState::Erasing { percent: percent(found.progress) },
    };
    Ok(html(ReceiptPage { chrome: visit.chrome, id: found.id, state }.render()))
}

/// `GET /what-we-keep`: the data map, for people.
pub(super) async fn what_we_keep(visit: Visit) -> Response {
    let tables = TABLES.iter().chain(KEYRING).map(of_table);
    let rows = tables.chain(BLOBS.iter().map(of_blob)).chain(CACHES.iter().map(of_cache)).collect();
    html(WhatWeKeepPage { chrome: visit.chrome, rows }.render())
}

fn of_table(table: &Table) -> KeptRow {
    let each = |words: fn(&outro_datamap::Column) -> &'static str| distinct(table.columns.iter().map(words));
    KeptRow {
        what: title(table.name),
        why: table.why.to_owned(),
        ground: table.ground.to_owned(),
        kept_for: table.kept_for().into_owned(),
        sealed: each(|column| column.holds.words()),
        on_erasure: table.erasure_words(),
        takeout: each(|column| column.takeout.words()),
    }
}

fn of_blob(blob: &Blob) -> KeptRow {
    KeptRow {
        what: title(&format!("video_{}", blob.kind.word())),
        why: blob.why.to_owned(),
        ground: blob.ground().to_owned(),
        kept_for: blob.kept_for().into_owned(),
        sealed: blob.sealed().to_owned(),
        on_erasure: blob.erasure_words().to_owned(),
        takeout: blob.takeout.words().to_owned(),
    }
}

/// What has no ground and no term of its own is part of serving what has, and ends with that.
fn of_cache(cache: &Cache) -> KeptRow {
    KeptRow {
        what: title(cache.name),
        why: cache.holds.to_owned(),
        ground: String::new(),
        kept_for: String::new(),
        sealed: "not stored".into(),
        on_erasure: cache.ends.to_owned(),
        takeout: outro_datamap::Takeout::Internal.words().to_owned(),
    }
}

/// A name of the map as a heading.
fn title(name: &str) -> String {
    let mut letters = name.chars().map(|letter| if letter == '_' { ' ' } else { letter });
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Each of the words once, in the order they come. The sign for "nowhere" stands only when nothing else does.
fn distinct(words: impl Iterator<Item = &'static str>) -> String {
    let nowhere = outro_datamap::Takeout::Internal.words();
    let mut kept: Vec<&str> = Vec::new();
    for word in words.filter(|word| *word != nowhere) {
        if !kept.contains(&word) {
            kept.push(word);
        }
    }
    if kept.is_empty() { nowhere.to_owned() } else { kept.join(", ") }
}

/// A message of the development outbox.
#[derive(Serialize)]
struct MessageView {
    to: String,
    text: String,
    at: String,
}

/// The messages of the development outbox.
#[derive(Serialize)]
struct Messages {
    items: Vec<MessageView>,
}

/// `GET /dev/outbox`, as a page or as JSON, the newest message first.
pub(super) async fn outbox(visit: Visit, headers: HeaderMap) -> Response {
    let held = visit.server.app.courier.outbox().map(|outbox| outbox.messages()).unwrap_or_default();
    let at = |message: &outro_model::Timestamp| message.rfc3339();
    let wanted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if wanted.contains("application/json") {
        let view =
            held.into_iter().map(|message| MessageView { at: at(&message.at), to: message.to, text: message.text });
        return Json(Messages { items: view.collect() }).into_response();
    }
    let view =
        held.into_iter().map(|message| OutboxMessage { at: at(&message.at), to: message.to, text: message.text });
    html(OutboxPage { chrome: visit.chrome, messages: view.collect() }.render())
}

/// `GET /assets/…`, the manifest, the icon.
pub(super) async fn asset(State(server): State<Server>, request: Request) -> Response {
    let Some(file) = outro_pages::asset(request.uri().path()) else {
        return nothing_here(State(server), request).await;
    };
    let kept = if file.immutable { FOR_EVER } else { FOR_AN_HOUR };
    let headers =
        [(header::CONTENT_TYPE, file.content_type), (header::CACHE_CONTROL, kept), (header::VARY, "accept-encoding")];
    match file.gzip.filter(|_| takes_gzip(request.headers())) {
        Some(gzip) => (headers, [(header::CONTENT_ENCODING, "gzip")], gzip).into_response(),
        None => (headers, file.bytes).into_response(),
    }
}

/// Whether the client says that it takes gzip (RFC 9110, section 12.5.3): by its name, and not at quality zero.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        named && !parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)))
    })
}

/// `GET /robots.txt`: machines keep out of what is only for the person it belongs to.
pub(super) async fn robots() -> &'static str {
    "User-agent: *\nDisallow: /settings\nDisallow: /inbox\nDisallow: /receipts\nDisallow: /api\nDisallow: /dev\n"
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn gzip_is_for_those_who_take_it() {
        let takes = |line: &'static str| {
            takes_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(line))]))
        };
        assert!(["gzip", "br, GZIP", "deflate,gzip;q=0.5"].into_iter().all(takes));
        assert!(!["", "br", "gzip;q=0", "gzip;q=0.000", "xgzip", "*"].into_iter().any(takes));
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn names_become_headings_and_words_stand_once() {
        assert_eq!(title("handle_index"), "Handle index");
        assert_eq!(title(""), "");
        assert_eq!(distinct(["a", "–", "b", "a"].into_iter()), "a, b");
        assert_eq!(distinct(["–", "–"].into_iter()), "–");
    }

    #[test]
    fn everything_on_the_map_is_told() {
        for table in TABLES.iter().chain(KEYRING) {
            let row = of_table(table);
            assert!(!row.what.is_empty() && !row.why.is_empty() && !row.sealed.is_empty(), "{}", table.name);
        }
    }
}

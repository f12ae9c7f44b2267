//! `events`: what is new, told to open pages at once (server-sent events).

use std::convert::Infallible;
use std::fmt::Write as _;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use outro_app::live::{self, Listening, News};
use serde::Serialize;

use crate::Server;
use crate::deliver;
use crate::problem::{ApiError, Problem};
use crate::who::{Connection, Me};

/// How soon a client comes again that was cut off, in milliseconds.
const RETRY: u64 = 2000;
/// What keeps the connection open while nothing is new.
const HEARTBEAT: &[u8] = b":\n\n";

/// What is new. Ids and counts alone: what was said is asked for, and the policy with it.
#[derive(Serialize)]
struct NewsJson {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    unread_count: i64,
}

/// What is new for the one who asks, as it happens: `message`, `conversation`, `notifications`, each with
/// `{kind, conversation_id?, message_id?, unread_count}`; `resync` when more was missed than is kept, and
/// all is to be asked for anew. Come again with `Last-Event-ID` within a day and nothing is missed. It ends
/// within a second of the session's end, and when the account goes away.
#[utoipa::path(get, path = "/api/v1/events", tag = "messages", security(("bearer" = [])),
    params(("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was heard")),
    responses(
    (status = 200, description = "Events, without end", content_type = "text/event-stream", body = String),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "Your account is on hiatus or suspended", body = Problem)))]
pub(crate) async fn listen(
    State(server): State<Server>,
    Me(signed): Me,
    Connection(line): Connection,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    // What is no number of ours is as if it were not given: then it begins now.
    let after = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let listening = live::listen(&server.app, &signed, after).await?;
    let over = listening.until_over();
    let body = deliver::endless(stream::unfold(Stage::Welcome(listening), step), over, line);
    let kinds = [
        (header::CONTENT_TYPE, "text/event-stream"),
        // Its end is the connection's.
        (header::CONNECTION, "close"),
        // A proxy that gathers would tell late, and past the end.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((kinds, body).into_response())
}

enum Stage {
    Welcome(Listening),
    Telling(Listening),
}

async fn step(state: Stage) -> Option<(Result<Bytes, Infallible>, Stage)> {
    match state {
        Stage::Welcome(listening) => Some((Ok(welcome(&listening)), Stage::Telling(listening))),
        Stage::Telling(mut listening) => {
            let news = listening.next().await?;
            Some((Ok(written(&news)), Stage::Telling(listening)))
        }
    }
}

/// What a client is told first. With the number it misses nothing even where it is cut off before the first event.
fn welcome(listening: &Listening) -> Bytes {
    Bytes::from(format!("retry: {RETRY}\nid: {}\n\n", listening.last()))
}

/// The lines of what is new (WHATWG HTML, server-sent events).
fn written(news: &[News]) -> Bytes {
    if news.is_empty() {
        return Bytes::from_static(HEARTBEAT);
    }
    let mut out = String::new();
    for one in news {
        let kind = one.kind.map_or("resync", |kind| kind.word());
        let view = NewsJson {
            kind,
            conversation_id: one.conversation.map(|id| id.to_string()),
            message_id: one.message.map(|id| id.to_string()),
            unread_count: one.unread,
        };
        // Ids and numbers are always JSON.
        let data = serde_json::to_string(&view).unwrap_or_default();
        let _ = write!(out, "id: {}\nevent: {kind}\ndata: {data}\n\n", one.seq);
    }
    Bytes::from(out)
}

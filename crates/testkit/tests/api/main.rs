//! The JSON interface against its own description: every route, every answer, every error.

mod bad_input;
mod caching;
mod coins;
mod described;
mod errors;
mod finding;
mod graph;
mod lost_phone;
mod moderation;
mod publishing;
mod routes;
mod scenario;
mod scenario_messages;
mod schema;
mod sounds;
mod takeouts;
mod uploads;

use axum::body::Body;
use axum::http::{Request, header};
use outro_testkit::{Client, Reply, World, on_both};
use serde_json::{Value, json};

/// An id in the right form that nothing has.
const NO_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// Sends a body as it is, with this type.
async fn send(client: &Client, method: &str, path: &str, kind: &str, body: impl Into<Body>) -> Reply {
    let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, kind);
    client.send(request.body(body.into()).unwrap()).await
}

/// Holds an answer against what every error must be.
#[track_caller]
fn assert_problem(reply: &Reply, status: u16, about: &str) -> Value {
    assert_eq!(reply.status.as_u16(), status, "{about}: {}", reply.text());
    let kind = reply.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    assert_eq!(kind, Some("application/problem+json"), "{about}: {}", reply.text());
    let problem = reply.json();
    assert_eq!(problem["status"], status, "{about}");
    let code = problem["code"].as_str().unwrap_or_default();
    let word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    assert!(word(code), "{about}: {code:?} is no stable word");
    assert_eq!(problem["type"], format!("urn:outro:problem:{code}"), "{about}");
    assert!(problem["title"].is_string() && problem["detail"].is_string(), "{about}");
    problem
}

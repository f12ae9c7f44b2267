//! One-time codes, to the letter of the brief.

mod budgets;
mod secrecy;
mod tries;
mod waits;

use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use outro_testkit::{Client, Reply, World, on_both};
use serde_json::{Value, json};

const NUMBER: &str = "+4915112345678";

/// Asks for a code to link a number.
async fn link(client: &Client, number: &str) -> Reply {
    client.post("/api/v1/me/phone", json!({"number": number})).await
}

/// Asks from an address of its own.
async fn link_from(client: &Client, number: &str, address: &str) -> Reply {
    let place = SocketAddr::new(address.parse::<IpAddr>().unwrap(), 4000);
    let request = Request::builder().method("POST").uri("/api/v1/me/phone").extension(ConnectInfo(place));
    let request = request.header(header::CONTENT_TYPE, "application/json");
    client.send(request.body(Body::from(json!({"number": number}).to_string())).unwrap()).await
}

/// Gives a code back.
async fn verify(client: &Client, challenge: &Value, code: &str) -> Reply {
    client.post("/api/v1/me/phone/verify", json!({"challenge": challenge, "code": code})).await
}

/// Asks to leave.
async fn begin(client: &Client) -> Reply {
    client.post("/api/v1/me/deletion", json!({})).await
}

async fn confirm(client: &Client, challenge: &Value, code: &str) -> Reply {
    client.post("/api/v1/me/deletion/confirm", json!({"challenge": challenge, "code": code})).await
}

/// The challenge of a code that was sent.
fn challenge(reply: Reply) -> Value {
    reply.expect(202).json()["challenge"].clone()
}

/// Another code than this one.
fn other_than(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

/// Links a number, at once; the waits of linking begin anew.
async fn linked(world: &World, client: &Client, number: &str) {
    let challenge = challenge(link(client, number).await);
    verify(client, &challenge, &world.last_code()).await.expect(200);
}

/// The seconds to wait that a refusal for asking too often names; the code says why.
#[track_caller]
fn refused_for(reply: &Reply, code: &str) -> i64 {
    assert_eq!(reply.status, 429, "{}", reply.text());
    assert_eq!(reply.code(), code);
    reply.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap()
}

/// The wait between two codes is not over.
#[track_caller]
fn too_soon(reply: &Reply) -> i64 {
    refused_for(reply, "resend_too_soon")
}

/// A budget of the day is used up.
#[track_caller]
fn used_up(reply: &Reply) -> i64 {
    refused_for(reply, "rate_limited")
}

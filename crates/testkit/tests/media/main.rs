//! The bytes of videos: ranges, who may have them, and what an upload leaves behind.

mod hidden;
mod ranges;
mod renditions;
mod streams;
mod uploads;

use axum::body::Body;
use axum::http::{Request, header};
use outro_testkit::{Client, Reply, World, clip, on_both};
use serde_json::{Value, json};

/// An id in the right form that nothing has.
const NO_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// Bytes that differ from place to place, over several sealed chunks.
fn bytes(length: usize) -> Vec<u8> {
    (0..length as u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()).take(length).collect()
}

fn text<'a>(reply: &'a Reply, name: &str) -> Option<&'a str> {
    reply.headers.get(name).map(|value| value.to_str().unwrap())
}

/// Asks with these headers.
async fn ask(client: &Client, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.send(request.body(Body::empty()).unwrap()).await
}

/// Status, headers and body: all that tells one answer from another.
fn told(reply: &Reply) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let headers = reply.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let mut headers: Vec<_> = headers.collect();
    headers.sort();
    (reply.status.as_u16(), headers, reply.body.clone())
}

async fn set(client: &Client, path: &str, body: Value) {
    client.call("PATCH", path, Some(body)).await.expect(200);
}

//! What a hostile audit found, each held by a test of its own.

mod encodes;
mod erased;
mod gateway;
mod joining;
mod leaving;
mod small;

use std::time::Duration;

use outro_model::Clock as _;
use outro_testkit::{Client, Reply, World, on_both};
use serde_json::{Value, json};

const NUMBER: &str = "+4915112345678";

/// Asks for a code to link a number.
async fn link(client: &Client, number: &str) -> Reply {
    client.post("/api/v1/me/phone", json!({ "number": number })).await
}

/// Links a number.
async fn linked(world: &World, client: &Client, number: &str) {
    let sent = link(client, number).await.expect(202).json();
    let proof = json!({ "challenge": sent["challenge"], "code": world.last_code() });
    client.post("/api/v1/me/phone/verify", proof).await.expect(200);
}

/// Asks to leave.
async fn begin(client: &Client) -> Reply {
    client.post("/api/v1/me/deletion", json!({})).await
}

/// Leaves by a code.
async fn confirm(client: &Client, begun: &Value, code: &str) -> Reply {
    let proof = json!({ "challenge": begun["challenge"], "code": code });
    client.post("/api/v1/me/deletion/confirm", proof).await
}

/// Leaves by the password.
async fn confirm_by_password(client: &Client, begun: &Value, password: &str) -> Reply {
    let proof = json!({ "challenge": begun["challenge"], "password": password });
    client.post("/api/v1/me/deletion/confirm", proof).await
}

/// Waits for something that another task brings about.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..500 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it never came: {what}");
}

//! Who follows whom, who asked to, who is kept away: the rules, down to the bytes, and what races.

mod answers;
mod blocks;
mod bytes;
mod follows;
mod lists;
mod mutes;
mod races;

use axum::body::Body;
use axum::http::{Request, header};
use outro_model::AccountId;
use outro_store::accounts::{self, PrivacyChange};
use outro_store::graph;
use outro_testkit::{Client, Reply, World, on_both};
use serde_json::{Value, json};

/// Does something to a handle: `follow`, `block`, `mute`.
async fn put(client: &Client, handle: &str, what: &str) -> Reply {
    client.call("PUT", &format!("/api/v1/accounts/{handle}/{what}"), None).await
}

/// Takes it back.
async fn take_back(client: &Client, handle: &str, what: &str) -> Reply {
    client.call("DELETE", &format!("/api/v1/accounts/{handle}/{what}"), None).await
}

/// The state that following ends in.
async fn follow(client: &Client, handle: &str) -> String {
    put(client, handle, "follow").await.expect(200).json()["state"].as_str().unwrap().to_owned()
}

async fn answer(client: &Client, method: &str, handle: &str) -> Reply {
    client.call(method, &format!("/api/v1/me/follow-requests/{handle}"), None).await
}

async fn private(client: &Client, private: bool) {
    client.call("PATCH", "/api/v1/me/privacy", Some(json!({"private_account": private}))).await.expect(200);
}

async fn profile(client: &Client, handle: &str) -> Value {
    client.get(&format!("/api/v1/accounts/{handle}")).await.expect(200).json()
}

/// The handles of a list, in its order.
async fn handles(client: &Client, path: &str) -> Vec<String> {
    let list = client.get(path).await.expect(200).json();
    list["items"].as_array().unwrap().iter().map(|item| item["handle"].as_str().unwrap().to_owned()).collect()
}

/// Sends an account on hiatus, or back.
async fn away(world: &World, account: AccountId, on_hiatus: bool) {
    let mut tx = world.app.db.write().await.unwrap();
    let change = PrivacyChange { on_hiatus: Some(on_hiatus), ..PrivacyChange::default() };
    assert!(accounts::set_privacy(&mut tx, account, change).await.unwrap());
    tx.commit().await.unwrap();
}

/// Status, headers and body: all that tells one answer from another.
fn told(reply: &Reply) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let headers = reply.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let mut headers: Vec<_> = headers.collect();
    headers.sort();
    (reply.status.as_u16(), headers, reply.body.clone())
}

/// Holds what somebody is told of a handle, on every address that takes one, against what they are told of a
/// handle that never was.
async fn assert_unknown(client: &Client, handle: &str) {
    let addresses = [
        ("GET", "/api/v1/accounts/{handle}"),
        ("GET", "/api/v1/accounts/{handle}/videos"),
        ("GET", "/api/v1/accounts/{handle}/followers"),
        ("GET", "/api/v1/accounts/{handle}/following"),
        ("PUT", "/api/v1/accounts/{handle}/follow"),
        ("DELETE", "/api/v1/accounts/{handle}/follow"),
        ("PUT", "/api/v1/accounts/{handle}/mute"),
        ("DELETE", "/api/v1/accounts/{handle}/mute"),
        ("DELETE", "/api/v1/me/followers/{handle}"),
        ("PUT", "/api/v1/me/follow-requests/{handle}"),
        ("DELETE", "/api/v1/me/follow-requests/{handle}"),
    ];
    for (method, template) in addresses {
        let asked = client.call(method, &template.replace("{handle}", handle), None).await;
        let never = client.call(method, &template.replace("{handle}", "never_was"), None).await;
        assert_eq!(never.status, 404, "{method} {template}");
        assert_eq!(told(&asked), told(&never), "{method} {template}");
    }
    for template in ["/@{handle}", "/@{handle}/followers", "/@{handle}/following"] {
        let never = page(client, &template.replace("{handle}", "never_was")).await;
        assert_eq!(never.status, 404, "{template}");
        assert_eq!(told(&page(client, &template.replace("{handle}", handle)).await), told(&never), "{template}");
    }
}

/// A page as the browser of somebody signed in gets it.
async fn page(client: &Client, path: &str) -> Reply {
    let cookie = format!("outro_session={}", client.token.clone().unwrap_or_default());
    let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    client.anonymous().send(request).await
}

/// The counts that are kept of an account.
async fn counts(world: &World, account: AccountId) -> (i64, i64) {
    let counts = graph::counts(&mut world.app.db.read().await.unwrap(), account).await.unwrap();
    (counts.followers, counts.following)
}

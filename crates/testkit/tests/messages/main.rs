//! Messages: who may write to whom, where it stands, what is counted, what stays and what goes.

mod erasure;
mod events;
mod groups;
mod live;
mod reading;
mod relations;
mod unread;

use outro_store::accounts::{self, PrivacyChange};
use outro_store::graph;
use outro_testkit::{Client, Reply, World, on_both};
use serde_json::{Value, json};

/// Opens a conversation with one other and says something.
async fn write_to(from: &Client, handle: &str, text: &str) -> Reply {
    from.post("/api/v1/conversations", json!({"to": [handle], "text": text})).await
}

/// The id of a conversation that was opened.
#[track_caller]
fn id(reply: &Reply) -> String {
    reply.json()["id"].as_str().unwrap_or_else(|| panic!("{}", reply.text())).to_owned()
}

async fn say(from: &Client, conversation: &str, text: &str) -> Reply {
    from.post(&format!("/api/v1/conversations/{conversation}/messages"), json!({"text": text})).await
}

/// The texts of a conversation, the earliest first.
async fn texts(who: &Client, conversation: &str) -> Vec<String> {
    let page = who.get(&format!("/api/v1/conversations/{conversation}/messages?limit=50")).await.expect(200).json();
    let text = |item: &Value| item["text"].as_str().unwrap_or("(video)").to_owned();
    page["items"].as_array().unwrap().iter().rev().map(text).collect()
}

async fn items(who: &Client, path: &str) -> Vec<Value> {
    who.get(path).await.expect(200).json()["items"].as_array().unwrap().clone()
}

async fn inbox(who: &Client) -> Vec<Value> {
    items(who, "/api/v1/conversations").await
}

async fn requests(who: &Client) -> Vec<Value> {
    items(who, "/api/v1/me/message-requests").await
}

async fn unread(who: &Client) -> i64 {
    who.get("/api/v1/me/unread").await.expect(200).json()["unread_count"].as_i64().unwrap()
}

/// What stands between two people, made directly in the store.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tie {
    Follows,
    Blocks,
}

async fn tie(world: &World, from: &Client, to: &Client, tie: Tie) {
    let (from, to) = (world.id_of(from).await, world.id_of(to).await);
    let now = outro_model::Clock::now(&*world.clock);
    let mut tx = world.app.db.write().await.unwrap();
    match tie {
        Tie::Follows => graph::follow(&mut tx, from, to, now).await.unwrap(),
        Tie::Blocks => graph::block(&mut tx, from, to, now).await.unwrap(),
    };
    tx.commit().await.unwrap();
}

async fn befriend(world: &World, one: &Client, other: &Client) {
    tie(world, one, other, Tie::Follows).await;
    tie(world, other, one, Tie::Follows).await;
}

async fn set(world: &World, who: &Client, change: PrivacyChange) {
    let who = world.id_of(who).await;
    let mut tx = world.app.db.write().await.unwrap();
    assert!(accounts::set_privacy(&mut tx, who, change).await.unwrap());
    tx.commit().await.unwrap();
}

async fn hiatus(world: &World, who: &Client, on: bool) {
    set(world, who, PrivacyChange { on_hiatus: Some(on), ..PrivacyChange::default() }).await;
}

async fn leave(world: &World, who: &Client, handle: &str) {
    let begun = who.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    let proof = json!({"challenge": begun["challenge"], "password": format!("{handle}-password")});
    who.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
    world.settle().await;
}

//! Finding: suggestions, search, hashtags; what they never show, and what is left of them after an erasure.

mod search;
mod suggest;
mod worlds;

use outro_app::finding;
use outro_db::{Statement, params};
use outro_model::AccountId;
use outro_store::accounts::{self, PrivacyChange};
use outro_testkit::{Client, Reply, World, on_both};
use serde_json::{Value, json};

async fn follow(client: &Client, handle: &str) {
    client.call("PUT", &format!("/api/v1/accounts/{handle}/follow"), None).await.expect(200);
}

async fn block(client: &Client, handle: &str) {
    client.call("PUT", &format!("/api/v1/accounts/{handle}/block"), None).await.expect(200);
}

async fn change(world: &World, client: &Client, change: PrivacyChange) {
    let (id, mut tx) = (world.id_of(client).await, world.app.db.write().await.unwrap());
    assert!(accounts::set_privacy(&mut tx, id, change).await.unwrap());
    tx.commit().await.unwrap();
}

async fn private(client: &Client, private: bool) {
    client.call("PATCH", "/api/v1/me/privacy", Some(json!({"private_account": private}))).await.expect(200);
}

/// The suggestions as (handle, reason, how many one knows).
async fn suggested(client: &Client) -> Vec<(String, String, i64)> {
    let list = client.get("/api/v1/suggestions").await.expect(200).json();
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| (text(item, "handle"), text(item, "reason"), item["known_by"].as_i64().unwrap())).collect()
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn search(client: &Client, typed: &str) -> Value {
    client.get(&format!("/api/v1/search?q={}", escaped(typed))).await.expect(200).json()
}

/// The handles that are found.
async fn people(client: &Client, typed: &str) -> Vec<String> {
    texts(&search(client, typed).await["accounts"], "handle")
}

/// The captions that are found.
async fn captions(client: &Client, typed: &str) -> Vec<String> {
    texts(&search(client, typed).await["videos"], "caption")
}

fn texts(list: &Value, name: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item[name].as_str().unwrap().to_owned()).collect()
}

/// Plants a video with a caption, and lets the index follow.
async fn planted(world: &World, owner: &Client, caption: &str) -> String {
    let id = world.plant(owner, b"bytes").await;
    say(world, owner, &id, json!({"caption": caption})).await;
    id
}

async fn say(world: &World, owner: &Client, id: &str, change: Value) -> Reply {
    let reply = owner.call("PATCH", &format!("/api/v1/videos/{id}"), Some(change)).await.expect(200);
    finding::catch_up(&world.app).await.unwrap();
    reply
}

async fn suspend(world: &World, account: AccountId) {
    let mut tx = world.app.db.write().await.unwrap();
    let suspend = Statement::new("suspend", "UPDATE accounts SET suspended = 1 WHERE id = ?1");
    tx.execute(&suspend, params![account]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Leaves for good, by the password where no phone is linked; the id of the receipt.
async fn leave(world: &World, client: &Client, handle: &str) -> String {
    let begun = client.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    let proof = json!({"challenge": begun["challenge"], "password": format!("{handle}-password")});
    let left = client.post("/api/v1/me/deletion/confirm", proof).await.expect(200).json();
    world.settle().await;
    left["receipt"]["id"].as_str().unwrap().to_owned()
}

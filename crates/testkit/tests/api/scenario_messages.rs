//! The walk over messages and events.

use outro_store::accounts::{self, PrivacyChange};

use super::scenario::Walk;
use super::*;

const LIST: &str = "/api/v1/conversations";
const ONE: &str = "/api/v1/conversations/{id}";
const SAID: &str = "/api/v1/conversations/{id}/messages";
const MESSAGE: &str = "/api/v1/conversations/{id}/messages/{message}";

pub(super) async fn messages(walk: &mut Walk) {
    let (ada, bob) = (walk.world.client().join("ada").await, walk.world.client().join("bob").await);
    let cat = walk.world.client().join("cat").await;
    let talk = open(walk, &ada).await;
    say(walk, &ada, &talk).await;
    read(walk, &bob, &talk).await;
    let group = Some(json!({"to": ["bob", "cat"]}));
    let group = walk.ask(&ada, ("POST", LIST, ""), group, 201).await.json();
    let (group, leave) = (group["id"].as_str().unwrap(), "/api/v1/conversations/{id}/membership");
    walk.ask(&cat, ("DELETE", leave, &talk), None, 404).await;
    walk.ask(&ada, ("DELETE", leave, &talk), None, 409).await;
    walk.ask(&cat, ("DELETE", leave, group), None, 204).await;
    put_away(walk, &bob, &talk).await;
    limits(walk, &ada, &talk).await;
    events(walk, &bob).await;
    close(walk, &bob).await;
    walk.ask(&ada, ("POST", SAID, &talk), Some(json!({"text": "x"})), 403).await;
    walk.ask(&bob, ("GET", "/api/v1/events", ""), None, 403).await;
}

async fn open(walk: &mut Walk, ada: &Client) -> String {
    for (to, status) in [(json!(["bob"]), 201), (json!(["bob"]), 200), (json!(["ada"]), 409), (json!([]), 422)] {
        walk.ask(ada, ("POST", LIST, ""), Some(json!({"to": to})), status).await;
    }
    walk.ask(ada, ("POST", LIST, ""), Some(json!({"to": ["nobody_ever"]})), 404).await;
    let young = json!({"handle": "young", "password": "young-password", "birth_date": "2012-05-05"});
    walk.world.client().post("/api/v1/accounts", young).await.expect(201);
    walk.ask(ada, ("POST", LIST, ""), Some(json!({"to": ["young"]})), 403).await;
    let there = walk.ask(ada, ("POST", LIST, ""), Some(json!({"to": ["bob"], "text": "hello"})), 200).await.json();
    there["id"].as_str().unwrap().to_owned()
}

async fn say(walk: &mut Walk, ada: &Client, talk: &str) {
    walk.ask(ada, ("POST", SAID, talk), Some(json!({"text": "and more"})), 201).await;
    let video = walk.world.plant(ada, b"picture").await;
    walk.ask(ada, ("POST", SAID, talk), Some(json!({"video_id": video})), 201).await;
    walk.ask(ada, ("POST", SAID, talk), Some(json!({})), 422).await;
    walk.ask(ada, ("POST", SAID, NO_ID), Some(json!({"text": "x"})), 404).await;
    walk.ask(ada, ("GET", LIST, ""), None, 200).await;
    for (route, query) in [(LIST, "cursor=x"), ("/api/v1/me/message-requests", "limit=0")] {
        let reply = ada.get(&format!("{route}?{query}")).await;
        walk.described.hold("GET", route, 422, &reply);
    }
}

async fn read(walk: &mut Walk, bob: &Client, talk: &str) {
    walk.ask(bob, ("GET", "/api/v1/me/message-requests", ""), None, 200).await;
    walk.ask(bob, ("GET", "/api/v1/me/unread", ""), None, 200).await;
    walk.ask(bob, ("GET", ONE, talk), None, 200).await;
    walk.ask(bob, ("GET", ONE, NO_ID), None, 404).await;
    let page = walk.ask(bob, ("GET", SAID, talk), None, 200).await.json();
    assert_eq!(page["items"].as_array().unwrap().len(), 3);
    walk.ask(bob, ("GET", SAID, NO_ID), None, 404).await;
    let reply = bob.get(&format!("{}?after=x", SAID.replace("{id}", talk))).await;
    walk.described.hold("GET", SAID, 422, &reply);
    let read = "/api/v1/conversations/{id}/read";
    walk.ask(bob, ("POST", read, talk), Some(json!({"up_to": page["items"][1]["id"]})), 200).await;
    walk.ask(bob, ("POST", read, talk), Some(json!({"up_to": 5})), 422).await;
    walk.ask(bob, ("POST", read, NO_ID), Some(json!({})), 404).await;
    for (id, status) in [(talk, 204), (NO_ID, 404)] {
        walk.ask(bob, ("POST", "/api/v1/conversations/{id}/accept", id), None, status).await;
    }
}

async fn put_away(walk: &mut Walk, bob: &Client, talk: &str) {
    let page = bob.get(&SAID.replace("{id}", talk)).await.expect(200).json();
    let first = page["items"][0]["id"].as_str().unwrap();
    for (message, status) in [(first, 204), (NO_ID, 404)] {
        let path = MESSAGE.replace("{id}", talk).replace("{message}", message);
        walk.described.hold("DELETE", MESSAGE, status, &bob.call("DELETE", &path, None).await);
    }
    walk.ask(bob, ("DELETE", ONE, talk), None, 204).await;
    walk.ask(bob, ("DELETE", ONE, NO_ID), None, 404).await;
}

async fn limits(walk: &mut Walk, ada: &Client, talk: &str) {
    let id = walk.world.id_of(ada).await;
    let dan = walk.world.client().join("dan").await;
    walk.ask(&dan, ("POST", LIST, ""), Some(json!({"to": ["ada"]})), 201).await;
    let waits = walk.ask(ada, ("POST", LIST, ""), Some(json!({"to": ["cat"]})), 201).await.json();
    walk.use_up(&[b"strangers", id.as_bytes()], 30).await;
    walk.world.client().join("eve").await;
    walk.ask(ada, ("POST", LIST, ""), Some(json!({"to": ["eve"]})), 429).await;
    walk.use_up(&[b"to-strangers", id.as_bytes()], 100).await;
    walk.ask(ada, ("POST", SAID, waits["id"].as_str().unwrap()), Some(json!({"text": "x"})), 429).await;
    // Who has taken the conversation on is no stranger.
    walk.ask(ada, ("POST", SAID, talk), Some(json!({"text": "x"})), 201).await;
}

/// A stream goes on until its session ends.
async fn events(walk: &mut Walk, bob: &Client) {
    let sign_in = json!({"handle": "bob", "password": "bob-password"});
    let token = bob.post("/api/v1/sessions", sign_in).await.expect(201).json();
    let other = bob.anonymous().with(token["token"].as_str());
    let listening = tokio::spawn({
        let other = other.clone();
        async move { other.get("/api/v1/events").await }
    });
    while walk.world.app.live.open() == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    other.call("DELETE", "/api/v1/sessions/current", None).await.expect(204);
    let reply = listening.await.unwrap();
    assert_eq!(reply.headers["content-type"], "text/event-stream");
    walk.described.hold("GET", "/api/v1/events", 200, &reply);
}

async fn close(walk: &mut Walk, bob: &Client) {
    let id = walk.world.id_of(bob).await;
    let mut tx = walk.world.app.db.write().await.unwrap();
    let change = PrivacyChange { on_hiatus: Some(true), ..PrivacyChange::default() };
    assert!(accounts::set_privacy(&mut tx, id, change).await.unwrap());
    tx.commit().await.unwrap();
}

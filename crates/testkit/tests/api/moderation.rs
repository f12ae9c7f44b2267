//! The part of the walk that is about reports.

use super::scenario::Walk;
use super::*;

const REPORT: &str = "/api/v1/reports";
const QUEUE: &str = "/api/v1/moderation/reports";
const LOG: &str = "/api/v1/moderation/log";
const ACT: &str = "/api/v1/moderation/reports/{id}";

/// `client` is signed in as `walker`; the one who stays to the end is `reader`, and is a moderator from now on.
pub(super) async fn walk(walk: &mut Walk, client: &Client) {
    let reader = walk.reader.clone();
    let spoiler = walk.world.client().join("spoiler").await;
    let video = walk.world.plant(&spoiler, b"spoilt").await;
    let of = |what: &str, value: &str| Some(json!({(what): value, "reason": "spam"}));
    let made = walk.ask(client, ("POST", REPORT, ""), of("video", &video), 201).await.json();
    walk.ask(client, ("POST", REPORT, ""), of("account", "spoiler"), 201).await;
    walk.ask(client, ("POST", REPORT, ""), of("account", "nobody"), 404).await;
    walk.ask(client, ("POST", REPORT, ""), of("account", "walker"), 409).await;
    let said = spoiler.post(&format!("/api/v1/videos/{video}/comments"), json!({"text": "Spoilt"})).await.expect(201);
    let said = said.json()["id"].as_str().unwrap().to_owned();
    walk.ask(client, ("POST", REPORT, ""), of("comment", &said), 201).await;
    walk.ask(client, ("POST", REPORT, ""), of("comment", NO_ID), 404).await;
    let neither = walk.ask(client, ("POST", REPORT, ""), Some(json!({"reason": "spam"})), 422).await;
    assert_eq!(neither.code(), "one_thing");
    for list in ["/api/v1/me/reports", "/api/v1/me/decisions"] {
        walk.ask(client, ("GET", list, ""), None, 200).await;
        let reply = client.get(&format!("{list}?limit=0")).await;
        walk.described.hold("GET", list, 422, &reply);
    }
    walk.ask(&reader, ("GET", QUEUE, ""), None, 404).await;
    walk.ask(&reader, ("GET", LOG, ""), None, 404).await;
    outro_app::moderation::set_moderator(&walk.world.app, "reader", true).await.unwrap();
    walk.ask(&reader, ("GET", QUEUE, ""), None, 200).await;
    let reply = reader.get(&format!("{QUEUE}?state=any")).await;
    walk.described.hold("GET", QUEUE, 422, &reply);
    acts(walk, &reader, made["id"].as_str().unwrap()).await;
    walk.ask(&spoiler, ("GET", "/api/v1/me/decisions", ""), None, 200).await;
    let log = walk.ask(&reader, ("GET", LOG, ""), None, 200).await.json();
    // All of it was at one moment of the clock that stands still, so its order is not told.
    assert!(log["items"].as_array().unwrap().iter().any(|line| line["moderator_handle"] == "reader"), "{log}");
    walk.described.hold("GET", LOG, 422, &reader.get(&format!("{LOG}?limit=0")).await);
    let id = walk.world.id_of(client).await;
    walk.use_up(&[b"report", id.as_bytes()], 30).await;
    walk.ask(client, ("POST", REPORT, ""), of("account", "reader"), 429).await;
}

async fn acts(walk: &mut Walk, reader: &Client, id: &str) {
    let act = |act: &str| Some(json!({"act": act, "statement": "It breaks the rules."}));
    walk.ask(reader, ("POST", ACT, NO_ID), act("look"), 404).await;
    walk.ask(reader, ("POST", ACT, id), act("burn"), 422).await;
    walk.ask(reader, ("POST", ACT, id), act("unhide"), 409).await;
    let looked = walk.ask(reader, ("POST", ACT, id), act("look"), 200).await.json();
    assert_eq!(looked["account"]["handle"], "spoiler");
    assert!(looked["video"]["renditions"][0]["url"].is_string());
    let hidden = walk.ask(reader, ("POST", ACT, id), act("hide"), 200).await.json();
    assert_eq!((&hidden["report"]["hidden"], &hidden["video"]), (&json!(true), &Value::Null));
}

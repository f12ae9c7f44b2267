//! The part of the walk that is about coins.

use outro_testkit::{Payments, payment_event};

use super::scenario::Walk;
use super::*;

const WALLET: &str = "/api/v1/me/wallet";
const BUY: &str = "/api/v1/me/wallet/purchases";
const GIFT: &str = "/api/v1/videos/{id}/gift";
const REPORT: &str = "/stripe/webhook";

pub(super) async fn walk(walk: &mut Walk) {
    let (giver, maker) = (walk.world.client().join("giver").await, walk.world.client().join("maker").await);
    let pack = |pack: &str| Some(json!({ "pack": pack }));
    // Those who have coins say that they give them up, before anything is sent.
    let paid = walk.ask(&giver, ("POST", BUY, ""), pack("100"), 201).await.json();
    assert_eq!((&paid["state"], &paid["checkout_url"]), (&json!("paid"), &Value::Null));
    walk.ask(&giver, ("POST", BUY, ""), pack("101"), 422).await;
    let left = walk.ask(&giver, ("POST", "/api/v1/me/deletion", ""), Some(json!({})), 422).await;
    assert_eq!(left.code(), "coins_left");
    unreadable(walk, &giver).await;
    walk.ask(&giver, ("GET", WALLET, ""), None, 200).await;
    walk.described.hold("GET", WALLET, 422, &giver.get("/api/v1/me/wallet?limit=0").await);
    gifts(walk, &giver, &maker).await;
    payments(walk, &giver).await;
    let id = walk.world.id_of(&giver).await;
    walk.use_up(&[b"purchases", id.as_bytes()], 50).await;
    walk.ask(&giver, ("POST", BUY, ""), pack("100"), 429).await;
}

/// The body of asking to leave may be left out; what is sent is read.
async fn unreadable(walk: &mut Walk, giver: &Client) {
    let route = "/api/v1/me/deletion";
    let huge = format!("{{\"x\":\"{}\"}}", "x".repeat(70 << 10));
    for (status, kind, body) in
        [(400, "application/json", "{"), (413, "application/json", huge.as_str()), (415, "text/plain", "{}")]
    {
        let reply = send(giver, "POST", route, kind, body.to_owned()).await;
        walk.described.hold("POST", route, status, &reply);
    }
}

async fn gifts(walk: &mut Walk, giver: &Client, maker: &Client) {
    let (mine, theirs) = (walk.world.plant(giver, b"mine").await, walk.world.plant(maker, b"theirs").await);
    let gift = |coins: i64, key: &str| Some(json!({ "coins": coins, "key": key }));
    let given = walk.ask(giver, ("PUT", GIFT, &theirs), gift(30, "one"), 200).await.json();
    assert_eq!(given["balance"], 70);
    assert_eq!(walk.ask(giver, ("PUT", GIFT, &theirs), gift(30, "one"), 200).await.json(), given, "done once");
    for (video, coins, key, code) in
        [(&theirs, 31, "one", "key_used"), (&theirs, 71, "two", "not_enough_coins"), (&mine, 1, "three", "oneself")]
    {
        assert_eq!(walk.ask(giver, ("PUT", GIFT, video), gift(coins, key), 409).await.code(), code);
    }
    walk.ask(giver, ("PUT", GIFT, NO_ID), gift(1, "four"), 404).await;
    for (coins, key) in [(0, "five"), (10_001, "five"), (1, ""), (1, "with space")] {
        walk.ask(giver, ("PUT", GIFT, &theirs), gift(coins, key), 422).await;
    }
    for (away, status) in [(true, 403), (false, 200)] {
        giver.call("PATCH", "/api/v1/me/privacy", Some(json!({ "on_hiatus": away }))).await.expect(200);
        walk.ask(giver, ("PUT", GIFT, &theirs), gift(1, "six"), status).await;
    }
    walk.world.run_jobs().await;
    let told = maker.get("/api/v1/me/notifications").await.json();
    assert_eq!(told["items"][0]["kind"], "gift");
    let id = walk.world.id_of(giver).await;
    walk.use_up(&[b"gifts", id.as_bytes()], 500).await;
    walk.ask(giver, ("PUT", GIFT, &theirs), gift(1, "seven"), 429).await;
}

async fn payments(walk: &mut Walk, giver: &Client) {
    let unset = walk.world.with_settings(|settings| settings.coins.for_nothing = false).client();
    let pack = Some(json!({ "pack": "100" }));
    walk.ask(&unset.with_token(&json!(giver.token)), ("POST", BUY, ""), pack.clone(), 409).await;
    let nowhere = walk.world.with_payments_at("http://127.0.0.1:1", "whsec").client().with_token(&json!(giver.token));
    walk.ask(&nowhere, ("POST", BUY, ""), pack.clone(), 503).await;
    let reply = send(&walk.world.client(), "POST", REPORT, "application/json", "{}").await;
    walk.described.hold("POST", REPORT, 404, &reply);

    let world = walk.world.with_payments(&Payments::start());
    let buyer = world.client().with_token(&json!(giver.token));
    let begun = walk.ask(&buyer, ("POST", BUY, ""), pack, 201).await.json();
    assert_eq!(begun["state"], "open");
    let event = payment_event("evt_1", "checkout.session.completed", "cs_0", &begun["id"], 99);
    walk.described.hold("POST", REPORT, 200, &world.report(&event).await);
    walk.described.hold("POST", REPORT, 422, &world.report(&json!({"id": 5})).await);
    let huge = "x".repeat(70 << 10);
    for (status, kind, body) in
        [(400, "application/json", "{}"), (413, "application/json", huge.as_str()), (415, "text/plain", "{}")]
    {
        let reply = send(&world.client(), "POST", REPORT, kind, body.to_owned()).await;
        walk.described.hold("POST", REPORT, status, &reply);
    }
}

//! Every answer about recovery codes, leaving without the phone, and what is kept, once.

use outro_testkit::Client;
use serde_json::json;

use super::scenario::{Walk, broken_gateway};

const CODES: &str = "/api/v1/me/recovery-codes";
const DELETION: &str = "/api/v1/me/deletion";

/// Of somebody whose phone is linked, and whose password was given long ago.
pub(super) async fn walk(walk: &mut Walk, client: &Client) {
    walk.ask(&client.anonymous(), ("GET", "/api/what-we-keep.json", ""), None, 200).await;
    walk.ask(client, ("POST", CODES, ""), None, 403).await;
    let password = Some(json!({"password": "walker-password"}));
    walk.ask(client, ("POST", "/api/v1/sessions/current/password", ""), password, 204).await;
    let reader = walk.world.client().join("no_phone").await;
    walk.ask(&reader, ("POST", CODES, ""), None, 409).await;
    let broken = broken_gateway(walk, client);
    walk.ask(&broken, ("POST", CODES, ""), None, 503).await;
    let sent = walk.ask(client, ("POST", CODES, ""), None, 202).await.json();
    walk.ask(client, ("POST", CODES, ""), None, 429).await;
    let answer = json!({"challenge": sent["challenge"], "code": walk.world.last_code()});
    let linked = walk.ask(client, ("POST", "/api/v1/me/phone/verify", ""), Some(answer), 200).await.json();
    assert_eq!(walk.ask(client, ("GET", CODES, ""), None, 200).await.json(), json!({"left": 10}));

    let lost = || Some(json!({"lost_phone": true}));
    let begun = walk.ask(client, ("POST", DELETION, ""), lost(), 202).await.json();
    let (challenge, code) = (&begun["challenge"], &linked["recovery_codes"][0]);
    let proof = json!({"challenge": challenge, "password": "walker-password", "recovery_code": code});
    walk.ask(client, ("POST", "/api/v1/me/deletion/confirm", ""), Some(proof), 202).await;
    walk.ask(client, ("GET", DELETION, ""), None, 200).await;
    walk.ask(client, ("POST", DELETION, ""), lost(), 409).await;
    walk.ask(client, ("GET", "/api/v1/me/notifications", ""), None, 200).await;
    walk.ask(client, ("DELETE", DELETION, ""), None, 204).await;
    // What would have been done then finds nothing to do.
    walk.world.clock.advance_seconds(72 * 3600);
    walk.world.settle().await;
}

//! Leaving without the phone, from outside, and by whoever runs the site; a new password; and what is said of all that is kept.

mod another_phone;
mod codes;
mod kept;
mod operator;
mod outside;
mod password;
mod races;
mod waiting;

use axum::body::Body;
use axum::http::Request;
use outro_testkit::{Client, Reply, World, on_both};
use serde_json::{Value, json};

const DELETION: &str = "/api/v1/me/deletion";
const CONFIRM: &str = "/api/v1/me/deletion/confirm";
/// A little longer than the wait of these servers.
const WAIT_SECONDS: i64 = 72 * 3600;

/// Links a phone; the recovery codes that come with it.
async fn link_phone(world: &World, who: &Client, number: &str) -> Vec<String> {
    let sent = who.post("/api/v1/me/phone", json!({ "number": number })).await.expect(202).json();
    codes_of(&verify(world, who, &sent).await)
}

/// Gives the code that was sent last.
async fn verify(world: &World, who: &Client, sent: &Value) -> Value {
    let proof = json!({ "challenge": sent["challenge"], "code": world.last_code() });
    who.post("/api/v1/me/phone/verify", proof).await.expect(200).json()
}

fn codes_of(linked: &Value) -> Vec<String> {
    linked["recovery_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

/// Somebody with a linked phone, and their codes.
async fn with_phone(world: &World, handle: &str) -> (Client, Vec<String>) {
    let who = world.client().join(handle).await;
    let codes = link_phone(world, &who, "+491701234567").await;
    (who, codes)
}

/// Asks to leave without the phone; the challenge.
async fn begin_lost(who: &Client) -> String {
    let begun = who.post(DELETION, json!({ "lost_phone": true })).await.expect(202).json();
    assert_eq!((&begun["proof"], &begun["wait_hours"]), (&json!("recovery_code"), &json!(72)));
    begun["challenge"].as_str().unwrap().to_owned()
}

async fn give(who: &Client, challenge: &str, password: &str, code: &str) -> Reply {
    who.post(CONFIRM, json!({ "challenge": challenge, "password": password, "recovery_code": code })).await
}

/// Leaves without the phone; the answer.
async fn leave_lost(who: &Client, handle: &str, code: &str) -> Value {
    let challenge = begin_lost(who).await;
    give(who, &challenge, &format!("{handle}-password"), code).await.expect(202).json()
}

async fn pending(who: &Client) -> Value {
    who.get(DELETION).await.expect(200).json()["pending"].clone()
}

async fn codes_left(who: &Client) -> i64 {
    who.get("/api/v1/me/recovery-codes").await.expect(200).json()["left"].as_i64().unwrap()
}

async fn sign_in(world: &World, handle: &str) -> Client {
    let body = json!({ "handle": handle, "password": format!("{handle}-password") });
    let token = world.client().post("/api/v1/sessions", body).await.expect(201).json()["token"].clone();
    world.client().with(token.as_str())
}

/// Asks for a page with the session as a cookie, as browsers do.
async fn page(who: &Client, path: &str) -> Reply {
    let mut request = Request::builder().uri(path);
    if let Some(token) = &who.token {
        request = request.header("cookie", format!("outro_session={token}"));
    }
    who.anonymous().send(request.body(Body::empty()).unwrap()).await
}

/// What stands in a field of a page that its person does not see.
fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    let field = format!("name=\"{name}\" value=\"");
    page.split(&field).nth(1).unwrap_or_else(|| panic!("no {name}")).split('"').next().unwrap()
}

/// Sends a form as a browser does.
async fn send_form(who: &Client, address: &str, fields: &str) -> Reply {
    let token = match &who.token {
        Some(_) => hidden(&page(who, "/settings/account").await.expect(200).text(), "csrf").to_owned(),
        None => String::new(),
    };
    let mut request = Request::post(address)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded");
    if let Some(session) = &who.token {
        request = request.header("cookie", format!("outro_session={session}"));
    }
    let body = Body::from(format!("csrf={token}&{fields}"));
    who.anonymous().send(request.body(body).unwrap()).await
}

/// That a receipt is the one that was promised, and its owner's.
async fn is_the_promised_receipt(world: &World, id: &str, nonce: &str, account: &str, handle: &str) {
    let done = world.client().get(&format!("/api/v1/receipts/{id}")).await.expect(200).json();
    assert_eq!(done["state"], "complete");
    let (note, key) = (done["note"].as_str().unwrap(), done["verifier_key"].as_str().unwrap());
    let text = outro_app::erasure::note::verify(note, key).unwrap();
    outro_app::erasure::note::is_mine(text, nonce, account, handle).unwrap();
}

async fn is_hers(world: &World, left: &Value) {
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let (id, nonce) = (word(&left["receipt"]["id"]), word(&left["receipt"]["nonce"]));
    is_the_promised_receipt(world, &id, &nonce, &word(&left["account_id"]), &word(&left["handle"])).await;
}

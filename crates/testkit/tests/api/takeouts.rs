//! Every answer about archives, once.

use axum::body::Body;
use axum::http::{Request, header};
use outro_testkit::Client;
use serde_json::json;

use super::scenario::Walk;
use super::*;

const ALL: &str = "/api/v1/me/takeouts";
const ONE: &str = "/api/v1/me/takeouts/{id}";
const DOWNLOAD: &str = "/api/v1/me/takeouts/{id}/download";

pub(super) async fn walk(walk: &mut Walk, client: &Client) {
    walk.ask(client, ("GET", "/api/takeout-schema.json", ""), None, 200).await;
    let begun = walk.ask(client, ("POST", ALL, ""), None, 202).await.json();
    let id = begun["id"].as_str().unwrap().to_owned();
    walk.ask(client, ("POST", ALL, ""), None, 409).await;
    walk.ask(client, ("GET", DOWNLOAD, &id), None, 404).await;
    walk.world.settle().await;
    walk.ask(client, ("GET", ALL, ""), None, 200).await;
    walk.ask(client, ("GET", ONE, &id), None, 200).await;
    walk.ask(client, ("GET", ONE, NO_ID), None, 404).await;
    let whole = walk.ask(client, ("GET", DOWNLOAD, &id), None, 200).await;
    let path = DOWNLOAD.replace("{id}", &id);
    for (range, status) in [("bytes=0-9", 206), ("bytes=99999999-", 416)] {
        let reply = client.get_range(&path, range).await;
        assert_eq!(reply.status.as_u16(), status);
        walk.described.see("GET", DOWNLOAD, status);
    }
    let known = Request::get(&path).header(header::IF_NONE_MATCH, &whole.headers[header::ETAG]);
    assert_eq!(client.send(known.body(Body::empty()).unwrap()).await.status, 304);
    walk.described.see("GET", DOWNLOAD, 304);
    walk.ask(client, ("DELETE", ONE, &id), None, 204).await;
    walk.ask(client, ("DELETE", ONE, &id), None, 404).await;
    later(walk).await;
    imports(walk).await;
    walk.world.clock.advance_seconds(901);
    walk.ask(client, ("POST", ALL, ""), None, 403).await;
}

/// Every answer about what is brought in.
async fn imports(walk: &mut Walk) {
    let path = "/api/v1/me/imports";
    let client = walk.world.client().join("bringer").await;
    walk.ask(&client, ("GET", path, ""), None, 200).await;
    let request = |length: u64| {
        Request::post(path).header(header::CONTENT_TYPE, "application/zip").header(header::CONTENT_LENGTH, length)
    };
    let large = request(1 << 60).body(Body::empty()).unwrap();
    walk.described.hold("POST", path, 413, &client.send(large).await);
    let cut = futures_util::stream::iter([Err::<Vec<u8>, _>(std::io::Error::other("cut"))]);
    let cut = client.send(request(5).body(Body::from_stream(cut)).unwrap()).await;
    walk.described.hold("POST", path, 400, &cut);
    let taken = client.send(request(5).body(Body::from("a ZIP")).unwrap()).await;
    walk.described.hold("POST", path, 202, &taken);
    let again = client.send(request(5).body(Body::from("a ZIP")).unwrap()).await;
    walk.described.hold("POST", path, 409, &again);
    walk.world.settle().await;
    walk.ask(&client, ("GET", path, ""), None, 200).await;
    client.call("PATCH", "/api/v1/me/privacy", Some(json!({"on_hiatus": true}))).await.expect(200);
    let away = client.send(request(5).body(Body::from("a ZIP")).unwrap()).await;
    walk.described.hold("POST", path, 403, &away);
    walk.world.settle().await;
}

/// Leaving once it is downloaded, and staying.
async fn later(walk: &mut Walk) {
    let client = walk.world.client().join("later_on").await;
    let begun = client.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    let proof = json!({"challenge": begun["challenge"], "password": "later_on-password", "when_downloaded": true});
    walk.ask(&client, ("POST", "/api/v1/me/deletion/confirm", ""), Some(proof), 202).await;
    walk.ask(&client, ("GET", "/api/v1/me/deletion", ""), None, 200).await;
    walk.ask(&client, ("DELETE", "/api/v1/me/deletion", ""), None, 204).await;
    walk.world.settle().await;
}

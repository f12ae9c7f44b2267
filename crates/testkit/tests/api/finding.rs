//! The part of the walk that is about finding.

use std::sync::Arc;

use outro_app::Finder;

use super::scenario::Walk;
use super::*;

/// `client` is signed in as `walker`; the one who stays to the end is `reader`.
pub(super) async fn walk(walk: &mut Walk, client: &Client) {
    let (suggestions, dismissal) = ("/api/v1/suggestions", "/api/v1/suggestions/{handle}");
    let reader = walk.reader.clone();
    reader.call("PUT", "/api/v1/accounts/walker/follow", None).await.expect(200);
    client.call("DELETE", "/api/v1/accounts/reader/follow", None).await.expect(200);
    let found = walk.ask(client, ("GET", suggestions, ""), None, 200).await.json();
    assert_eq!((&found["items"][0]["handle"], &found["items"][0]["reason"]), (&json!("reader"), &json!("follows_you")));
    walk.described.hold("GET", suggestions, 422, &client.get("/api/v1/suggestions?limit=0").await);
    for (handle, status) in [("reader", 204), ("nobody", 404), ("walker", 409)] {
        walk.ask(client, ("DELETE", dismissal, handle), None, status).await;
    }
    searches(walk, client).await;
}

async fn searches(walk: &mut Walk, client: &Client) {
    let (search, tag) = ("/api/v1/search", "/api/v1/tags/{tag}/videos");
    let id = walk.world.plant(client, b"bytes").await;
    let caption = Some(json!({"caption": "A #walk"}));
    client.call("PATCH", &format!("/api/v1/videos/{id}"), caption).await.expect(200);
    outro_app::finding::catch_up(&walk.world.app).await.unwrap();
    let reply = client.get("/api/v1/search?q=walk&limit=5").await;
    walk.described.hold("GET", search, 200, &reply);
    assert_eq!(
        (&reply.json()["hashtags"], &reply.json()["accounts"][0]["handle"]),
        (&json!(["walk"]), &json!("walker"))
    );
    walk.described.hold("GET", search, 422, &client.get("/api/v1/search?q=").await);
    let reply = client.get("/api/v1/tags/walk/videos").await;
    walk.described.hold("GET", tag, 200, &reply);
    assert_eq!(reply.json()["items"][0]["id"], id.as_str());
    walk.described.hold("GET", tag, 404, &client.get("/api/v1/tags/1/videos").await);
    walk.described.hold("GET", tag, 422, &client.get("/api/v1/tags/walk/videos?cursor=x").await);
    let nobody = walk.world.client();
    for _ in 0..60 {
        nobody.get("/api/v1/search?q=walk").await.expect(200);
    }
    walk.described.hold("GET", search, 429, &nobody.get("/api/v1/search?q=walk").await);
    walk.described.hold("GET", "/api/v1/sounds", 429, &nobody.get("/api/v1/sounds?q=walk").await);
    let mut starting = walk.world.with_settings(|_| {});
    starting.app.finder = Arc::new(Finder::new().unwrap());
    walk.described.hold("GET", search, 503, &starting.client().get("/api/v1/search?q=walk").await);
    walk.described.hold("GET", "/api/v1/sounds", 503, &starting.client().get("/api/v1/sounds?q=walk").await);
    walk.described.hold("GET", tag, 503, &starting.client().get("/api/v1/tags/walk/videos").await);
}

//! The walk through what stands first on a profile, and through playlists.

use super::scenario::Walk;
use super::*;

/// Pins, then playlists.
pub(super) async fn walk(walk: &mut Walk, client: &Client) {
    let video = walk.world.plant(client, b"bytes").await;
    pins(walk, client, &video).await;
    playlists(walk, client, &video).await;
    walk.ask(client, ("DELETE", "/api/v1/videos/{id}", &video), None, 204).await;
    walk.world.settle().await;
}

async fn pins(walk: &mut Walk, client: &Client, video: &str) {
    let (pin, pins, reader) = ("/api/v1/videos/{id}/pin", "/api/v1/accounts/{handle}/pins", walk.reader.clone());
    let pinned = walk.ask(client, ("PUT", pin, video), None, 200).await.json();
    assert_eq!(pinned["pinned"], true);
    walk.ask(&reader, ("PUT", pin, video), None, 404).await;
    walk.ask(&reader, ("DELETE", pin, video), None, 404).await;
    let draft = walk.world.plant_draft(client).await;
    walk.ask(client, ("PUT", pin, &draft), None, 409).await;
    let found = walk.ask(&reader, ("GET", pins, "walker"), None, 200).await.json();
    assert_eq!(found["items"][0]["id"], video);
    walk.ask(&reader, ("GET", pins, "nobody_at_all"), None, 404).await;
    walk.ask(client, ("DELETE", pin, video), None, 200).await;
    walk.ask(client, ("DELETE", "/api/v1/videos/{id}", &draft), None, 204).await;
}

async fn playlists(walk: &mut Walk, client: &Client, video: &str) {
    let (own, one, of) = ("/api/v1/me/playlists", "/api/v1/playlists/{id}", "/api/v1/accounts/{handle}/playlists");
    let reader = walk.reader.clone();
    let made = walk.ask(client, ("POST", own, ""), Some(json!({"title": "Songs"})), 201).await.json();
    let id = made["id"].as_str().unwrap().to_owned();
    walk.ask(client, ("POST", own, ""), Some(json!({"title": " "})), 422).await;
    walk.ask(client, ("GET", own, ""), None, 200).await;
    let reply = client.get("/api/v1/me/playlists?limit=0").await;
    walk.described.hold("GET", own, 422, &reply);
    let found = walk.ask(&reader, ("GET", of, "walker"), None, 200).await.json();
    assert_eq!(found["items"][0]["title"], "Songs");
    walk.ask(&reader, ("GET", of, "nobody_at_all"), None, 404).await;
    let reply = reader.get("/api/v1/accounts/walker/playlists?limit=0").await;
    walk.described.hold("GET", of, 422, &reply);
    walk.ask(client, ("PATCH", one, &id), Some(json!({"title": "Other songs"})), 200).await;
    walk.ask(client, ("PATCH", one, &id), Some(json!({"title": "x".repeat(61)})), 422).await;
    walk.ask(&reader, ("PATCH", one, &id), Some(json!({"title": "Not theirs"})), 404).await;
    let item = "/api/v1/playlists/{id}/videos/{video}";
    for (who, method, list, status) in [
        (client, "PUT", id.as_str(), 200),
        (&reader, "PUT", id.as_str(), 404),
        (client, "DELETE", NO_ID, 404),
        (client, "DELETE", id.as_str(), 200),
        (client, "PUT", id.as_str(), 200),
    ] {
        let reply = who.call(method, &format!("/api/v1/playlists/{list}/videos/{video}"), None).await;
        walk.described.hold(method, item, status, &reply);
    }
    fill(walk, client, &id, item).await;
    let found = walk.ask(&reader, ("GET", one, &id), None, 200).await.json();
    assert_eq!((&found["items"][0]["id"], &found["playlist"]["title"]), (&json!(video), &json!("Other songs")));
    walk.ask(&reader, ("GET", one, NO_ID), None, 404).await;
    let reply = reader.get(&format!("/api/v1/playlists/{id}?limit=0")).await;
    walk.described.hold("GET", one, 422, &reply);
    walk.ask(&reader, ("DELETE", one, &id), None, 404).await;
    walk.ask(client, ("DELETE", one, &id), None, 204).await;
    for number in 0..100 {
        walk.ask(client, ("POST", own, ""), Some(json!({"title": format!("Songs {number}")})), 201).await;
    }
    walk.ask(client, ("POST", own, ""), Some(json!({"title": "Too many"})), 409).await;
    let statement = outro_db::Statement::new("api::without_lists", "DELETE FROM playlists");
    let mut tx = walk.world.app.db.write().await.unwrap();
    tx.execute(&statement, &[]).await.unwrap();
    tx.commit().await.unwrap();
}

/// What is full takes no more, and gives back what it had.
async fn fill(walk: &mut Walk, client: &Client, list: &str, item: &str) {
    let one_more = walk.world.plant(client, b"bytes").await;
    let owner = walk.world.id_of(client).await;
    let id: outro_model::PlaylistId = list.parse().unwrap();
    let (mut tx, mut planted) = (walk.world.app.db.write().await.unwrap(), Vec::new());
    for place in 2..=500 {
        let row = outro_testkit::rows::video_row(owner, outro_model::Timestamp(1));
        outro_store::videos::insert(&mut tx, &row).await.unwrap();
        assert!(outro_store::playlists::put(&mut tx, owner, id, row.id, place).await.unwrap());
        planted.push(row.id);
    }
    tx.commit().await.unwrap();
    let reply = client.call("PUT", &format!("/api/v1/playlists/{list}/videos/{one_more}"), None).await;
    walk.described.hold("PUT", item, 409, &reply);
    let statement =
        outro_db::Statement::new("api::without_video", "DELETE FROM videos WHERE owner_id = ?1 AND id = ?2");
    let mut tx = walk.world.app.db.write().await.unwrap();
    for video in planted {
        assert!(outro_store::playlists::take(&mut tx, owner, id, video).await.unwrap());
        let values = [outro_db::Param::Bytes(owner.as_bytes()), outro_db::Param::Bytes(video.as_bytes())];
        tx.execute(&statement, &values).await.unwrap();
    }
    tx.commit().await.unwrap();
    walk.ask(client, ("DELETE", "/api/v1/videos/{id}", &one_more), None, 204).await;
}

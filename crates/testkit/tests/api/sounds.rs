//! The walk through sounds.

use super::scenario::Walk;
use super::*;
use outro_model::Way;

/// A sound, and the video that plays it.
pub(super) async fn walk(walk: &mut Walk, client: &Client) {
    let (one, list, reader) = ("/api/v1/sounds/{id}", "/api/v1/sounds/{id}/videos", walk.reader.clone());
    let from = walk.world.plant(client, b"bytes").await;
    let sound = walk.world.plant_sound(client, &from).await;
    let other = walk.world.plant(&reader, b"bytes").await;
    walk.world.plant_mix(&reader, &other, &sound, b"mix").await;
    let found = walk.ask(&reader, ("GET", one, &sound), None, 200).await.json();
    assert_eq!((&found["use_count"], &found["can_use"], &found["video_id"]), (&json!(1), &json!(true), &json!(from)));
    walk.ask(&client.anonymous(), ("GET", one, NO_ID), None, 404).await;
    let library = reader.get("/api/v1/sounds?sort=trending&limit=5").await;
    walk.described.hold("GET", "/api/v1/sounds", 200, &library);
    assert_eq!(
        (&library.json()["items"][0]["id"], &library.json()["items"][0]["use_count"]),
        (&json!(sound), &json!(1))
    );
    walk.described.hold("GET", "/api/v1/sounds", 422, &reader.get("/api/v1/sounds?sort=best").await);
    let mut bad = client.anonymous();
    bad.token = Some("opens nothing".into());
    walk.described.hold("GET", "/api/v1/sounds", 401, &bad.get("/api/v1/sounds").await);
    let videos = walk.ask(&client.anonymous(), ("GET", list, &sound), None, 200).await.json();
    assert_eq!((&videos["items"][0]["id"], &videos["items"][0]["sound"]["id"]), (&json!(other), &json!(sound)));
    walk.ask(&reader, ("GET", list, NO_ID), None, 404).await;
    let reply = reader.get(&format!("/api/v1/sounds/{sound}/videos?limit=0")).await;
    walk.described.hold("GET", list, 422, &reply);
    let no = Some(json!({"sound_reuse": false}));
    let changed = walk.ask(client, ("PATCH", "/api/v1/videos/{id}", &from), no, 200).await.json();
    assert_eq!(changed["sound_reuse"], false);
    let refused = reader.upload(outro_testkit::clip(), &[("sound", &sound)]).await;
    walk.described.hold("POST", "/api/v1/videos", 403, &refused);
    let draft = walk.world.plant_draft(&reader).await;
    let closed = Some(json!({"sound": sound}));
    walk.ask(&reader, ("PATCH", "/api/v1/videos/{id}", &draft), closed, 403).await;
    walk.ask(&reader, ("DELETE", "/api/v1/videos/{id}", &draft), None, 204).await;
    let missing = reader.upload(outro_testkit::clip(), &[("sound", NO_ID)]).await;
    walk.described.hold("POST", "/api/v1/videos", 422, &missing);
    let duet = walk.world.plant(&reader, b"bytes").await;
    walk.world.plant_joined(&reader, (&duet, &sound), b"both", Way::Duet).await;
    let no = Some(json!({"sound_reuse": true, "duets": true, "stitches": false}));
    let changed = walk.ask(client, ("PATCH", "/api/v1/videos/{id}", &from), no, 200).await.json();
    assert_eq!(
        (&changed["duets"], &changed["stitches"], &changed["may_stitch"]),
        (&json!(true), &json!(false), &json!(false))
    );
    let shown = walk.ask(&reader, ("GET", "/api/v1/videos/{id}", &duet), None, 200).await.json();
    assert_eq!((&shown["joined"]["way"], &shown["joined"]["video_id"]), (&json!("duet"), &json!(from)));
    let refused = reader.upload(outro_testkit::clip(), &[("stitch_of", &from)]).await;
    walk.described.hold("POST", "/api/v1/videos", 422, &refused);
    for (who, video) in [(client, &from), (&reader, &other), (&reader, &duet)] {
        walk.ask(who, ("DELETE", "/api/v1/videos/{id}", video), None, 204).await;
    }
    walk.world.settle().await;
}

//! The walk through sounds.

use super::scenario::Walk;
use super::*;

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
    let missing = reader.upload(outro_testkit::clip(), &[("sound", NO_ID)]).await;
    walk.described.hold("POST", "/api/v1/videos", 422, &missing);
    for (who, video) in [(client, &from), (&reader, &other)] {
        walk.ask(who, ("DELETE", "/api/v1/videos/{id}", video), None, 204).await;
    }
    walk.world.settle().await;
}

//! What may not be seen answers as what never was, at once, on addresses handed out before.

use super::*;

const PARTS: &[&str] = &[
    "video.mp4",
    "480.mp4",
    "1080.mp4",
    "av1.mp4",
    "cover.jpg",
    "cover.avif",
    "preview.mp4",
    "download.mp4",
    "original",
];

/// What somebody gets who has no right: exactly what they would get for an id that never was.
async fn assert_never_was(client: &Client, id: &str) {
    for part in PARTS {
        for (method, headers) in [
            ("GET", vec![]),
            ("HEAD", vec![]),
            ("GET", vec![("range", "bytes=0-1")]),
            ("GET", vec![("if-none-match", "*")]),
        ] {
            let hidden = ask(client, method, &format!("/media/{id}/{part}"), &headers).await;
            let never = ask(client, method, &format!("/media/{NO_ID}/{part}"), &headers).await;
            assert_eq!(never.status, 404, "{part}");
            assert_eq!(told(&hidden), told(&never), "{method} {part} {headers:?}");
        }
    }
    let (hidden, never) = (format!("/api/v1/videos/{id}"), format!("/api/v1/videos/{NO_ID}"));
    assert_eq!(told(&client.get(&hidden).await), told(&client.get(&never).await));
}

/// What everybody gets of a public video.
async fn assert_played(client: &Client, id: &str) {
    for part in renditions::SHOWN {
        client.get(&format!("/media/{id}/{part}")).await.expect(200);
    }
}

on_both! {
    async fn only_me_is_for_its_owner_alone(world: World) {
        let (owner, stranger) = (world.client().join("owner").await, world.client().join("stranger").await);
        let id = world.plant_whole(&owner, &bytes(1000)).await;
        for _ in 0..2 {
            for client in [&world.client(), &stranger, &owner] {
                assert_played(client, &id).await;
            }
            set(&owner, &format!("/api/v1/videos/{id}"), json!({"audience": "only_me"})).await;
            for client in [&world.client(), &stranger] {
                assert_never_was(client, &id).await;
            }
            assert_played(&owner, &id).await;
            set(&owner, &format!("/api/v1/videos/{id}"), json!({"audience": "everyone"})).await;
        }
    }
}

on_both! {
    async fn a_private_account_hides_old_addresses(world: World) {
        let (owner, stranger) = (world.client().join("owner").await, world.client().join("stranger").await);
        let id = world.plant_whole(&owner, &bytes(1000)).await;
        assert_played(&stranger, &id).await;
        set(&owner, "/api/v1/me/privacy", json!({"private_account": true})).await;
        for client in [&world.client(), &stranger] {
            assert_never_was(client, &id).await;
        }
        assert_played(&owner, &id).await;
    }
}

on_both! {
    async fn what_was_taken_away_is_gone_at_once_for_everybody(world: World) {
        let (owner, stranger) = (world.client().join("owner").await, world.client().join("stranger").await);
        let id = world.plant_whole(&owner, &bytes(1000)).await;
        stranger.call("PUT", &format!("/api/v1/videos/{id}/like"), None).await.expect(200);
        owner.call("DELETE", &format!("/api/v1/videos/{id}"), None).await.expect(204);
        // Before the job that clears up has run, and after.
        for client in [&world.client(), &stranger, &owner] {
            assert_never_was(client, &id).await;
        }
        owner.call("DELETE", &format!("/api/v1/videos/{id}"), None).await.expect(404);
        world.settle().await;
        assert_never_was(&owner, &id).await;
        for table in ["videos", "blobs", "likes", "jobs"] {
            assert!(world.rows(table).await.is_empty(), "{table}");
        }
        let owner_id = world.id_of(&owner).await;
        assert!(world.app.blobs.list(owner_id).await.unwrap().is_empty());
    }
}

on_both! {
    async fn what_is_the_owners_alone_is_hidden_from_others(world: World) {
        let (owner, stranger) = (world.client().join("owner").await, world.client().join("stranger").await);
        let id = world.plant_whole(&owner, &bytes(1000)).await;
        for client in [&world.client(), &stranger] {
            let hidden = client.get(&format!("/media/{id}/original")).await;
            let never = client.get(&format!("/media/{NO_ID}/original")).await;
            assert_eq!(told(&hidden), told(&never));
        }
        // Downloading is for others too, unless its owner says no: `publishing` asks the rest of it.
        set(&owner, &format!("/api/v1/videos/{id}"), json!({"downloads": false})).await;
        for client in [&world.client(), &stranger] {
            let hidden = client.get(&format!("/media/{id}/download.mp4")).await;
            let never = client.get(&format!("/media/{NO_ID}/download.mp4")).await;
            assert_eq!(told(&hidden), told(&never));
            let seen = client.get(&format!("/api/v1/videos/{id}")).await.expect(200).json();
            assert_eq!((&seen["download_url"], &seen["is_mine"]), (&Value::Null, &json!(false)));
        }
        let own = owner.get(&format!("/api/v1/videos/{id}")).await.expect(200).json();
        owner.get(own["download_url"].as_str().unwrap()).await.expect(200);
    }
}

on_both! {
    async fn a_video_that_is_not_ready_has_no_bytes(world: World) {
        let (owner, stranger) = (world.client().join("owner").await, world.client().join("stranger").await);
        let id = owner.upload(clip(), &[]).await.expect(202).json()["video"]["id"].as_str().unwrap().to_owned();
        assert_never_was(&stranger, &id).await;
        owner.get(&format!("/media/{id}/video.mp4")).await.expect(404);
        let own = owner.get(&format!("/api/v1/videos/{id}")).await.expect(200).json();
        assert_eq!((&own["state"], &own["renditions"], &own["cover_url"]), (&json!("processing"), &json!([]), &Value::Null));
        assert_eq!(owner.get(&format!("/media/{id}/original")).await.expect(200).body, clip());
    }
}

on_both! {
    async fn other_addresses_are_nothing(world: World) {
        let owner = world.client().join("owner").await;
        let id = world.plant_whole(&owner, &bytes(1000)).await;
        for path in [format!("/media/{id}"), format!("/media/{id}/"), format!("/media/{id}/video.webm"), format!("/media/{id}/video.mp4/x"), format!("/media/{id}/..%2Foriginal"), "/media/x/video.mp4".into(), "/media/%FF/video.mp4".into()] {
            assert_eq!(owner.get(&path).await.status, 404, "{path}");
        }
        let post = owner.call("POST", &format!("/media/{id}/video.mp4"), None).await;
        assert_eq!(post.status, 405);
    }
}

on_both! {
    async fn a_token_that_ended_plays_nothing(world: World) {
        let owner = world.client().join("owner").await;
        let id = world.plant_whole(&owner, &bytes(1000)).await;
        set(&owner, &format!("/api/v1/videos/{id}"), json!({"audience": "only_me"})).await;
        owner.call("DELETE", "/api/v1/sessions/current", None).await.expect(204);
        owner.get(&format!("/media/{id}/video.mp4")).await.expect(401);
    }
}

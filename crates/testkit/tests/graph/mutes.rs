//! Mutes: taste, and no policy.

use super::*;

async fn in_feed(client: &Client, id: &str) -> bool {
    let feed = client.get("/api/v1/feed/for-you").await.expect(200).json();
    feed["items"].as_array().unwrap().iter().any(|item| item["id"] == id)
}

on_both! {
    async fn the_muted_are_not_brought_up_and_still_found(world: World) {
        let (ana, ben, cleo) = (world.client().join("ana").await, world.client().join("ben").await, world.client().join("cleo").await);
        let id = world.plant(&ben, b"bytes").await;
        follow(&ana, "ben").await;
        for _ in 0..2 {
            assert_eq!(put(&ana, "ben", "mute").await.expect(200).json(), json!({"muted": true}));
        }
        assert!(!in_feed(&ana, &id).await);
        for client in [&ben, &cleo, &world.client()] {
            assert!(in_feed(client, &id).await);
        }
        ana.get(&format!("/media/{id}/video.mp4")).await.expect(200);
        let seen = profile(&ana, "ben").await;
        assert_eq!((&seen["muted"], &seen["follow"], &seen["video_count"]), (&json!(true), &json!("following"), &json!(1)));
        assert_eq!(handles(&ana, "/api/v1/me/muted").await, ["ben"]);
        for _ in 0..2 {
            assert_eq!(take_back(&ana, "ben", "mute").await.expect(200).json(), json!({"muted": false}));
        }
        assert!(in_feed(&ana, &id).await);
        assert_eq!(handles(&ana, "/api/v1/me/muted").await, [""; 0]);
    }
}

on_both! {
    async fn the_muted_never_learn_of_it(world: World) {
        let (ana, ben) = (world.client().join("ana").await, world.client().join("ben").await);
        let id = world.plant(&ana, b"bytes").await;
        let all = async || {
            let mut answers = Vec::new();
            for path in ["/api/v1/accounts/ana", "/api/v1/accounts/ana/videos", "/api/v1/feed/for-you", "/api/v1/me", "/api/v1/me/muted", "/api/v1/me/blocked"] {
                answers.push(told(&ben.get(path).await));
            }
            answers.push(told(&ben.get(&format!("/api/v1/videos/{id}")).await));
            answers
        };
        let before = all().await;
        put(&ana, "ben", "mute").await.expect(200);
        assert_eq!(all().await, before);
    }
}

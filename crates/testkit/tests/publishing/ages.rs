//! Videos for adults alone.

use super::*;

/// Every way by which somebody may come upon a video of `owner`.
async fn found(world: &World, who: &Client, video: &str) -> Vec<bool> {
    let mut found = Vec::new();
    for path in [format!("/api/v1/videos/{video}"), format!("/api/v1/videos/{video}/comments")] {
        found.push(who.get(&path).await.status.is_success());
    }
    for part in ["video.mp4", "cover.jpg"] {
        found.push(who.get(&format!("/media/{video}/{part}")).await.status.is_success());
    }
    for list in ["/api/v1/accounts/owner/videos", "/api/v1/feed/for-you"] {
        found.push(listed(who, list).await.iter().any(|id| id == video));
    }
    if who.token.is_some() {
        found.push(listed(who, "/api/v1/feed/following").await.iter().any(|id| id == video));
    }
    let profile = who.get("/api/v1/accounts/owner").await.expect(200).json();
    found.push(profile["video_count"] == 1);
    world.run_jobs().await;
    found
}

on_both! {
    async fn what_is_for_adults_is_not_there_for_anybody_else(world: World) {
        let owner = world.client().join("owner").await;
        let (grown, young, nobody) = (world.client().join("grown").await, world.join_at("young", 17).await, world.client());
        for who in [&grown, &young] {
            follow(who, "owner").await;
        }
        let video = world.uploaded(&owner, &[("caption", "for all")]).await;
        for who in [&grown, &young, &nobody] {
            assert!(found(&world, who, &video).await.iter().all(|there| *there));
        }
        assert_eq!(set(&owner, &video, json!({"age_restricted": true})).await.expect(200).json()["age_restricted"], true);
        assert!(found(&world, &grown, &video).await.iter().all(|there| *there));
        for who in [&young, &nobody] {
            assert!(found(&world, who, &video).await.iter().all(|there| !there));
            for (method, path) in [("GET", ""), ("PUT", "/like"), ("GET", "/comments")] {
                let of = async |id: &str| who.call(method, &format!("/api/v1/videos/{id}{path}"), None).await;
                let (hidden, never) = (of(&video).await, of(NO_ID).await);
                assert_eq!((hidden.status, &hidden.body), (never.status, &never.body), "{method} {path}");
            }
        }
        // Its owner has it, and so has whoever it is made for everyone again.
        owner.get(&format!("/media/{video}/video.mp4")).await.expect(200);
        set(&owner, &video, json!({"age_restricted": false})).await.expect(200);
        assert!(found(&world, &young, &video).await.iter().all(|there| *there));
    }
}

on_both! {
    async fn an_owner_who_is_young_has_their_own(world: World) {
        let young = world.join_at("young", 17).await;
        let video = world.uploaded(&young, &[("age_restricted", "true")]).await;
        young.get(&format!("/api/v1/videos/{video}")).await.expect(200);
        young.get(&format!("/media/{video}/video.mp4")).await.expect(200);
        assert_eq!(young.upload(outro_testkit::clip(), &[("age_restricted", "maybe")]).await.expect(422).code(), "invalid_age_restricted");
    }
}

on_both! {
    async fn who_turns_eighteen_sees_it_within_the_hour(world: World) {
        let (owner, young) = (world.client().join("owner").await, world.join_at("young", 17).await);
        let video = world.plant(&owner, b"bytes").await;
        set(&owner, &video, json!({"age_restricted": true})).await.expect(200);
        let path = format!("/api/v1/videos/{video}");
        young.get(&path).await.expect(404);
        for _ in 0..2 {
            world.clock.advance_seconds(80 * 86_400);
            young.get("/api/v1/me").await.expect(200);
            young.get(&path).await.expect(404);
        }
        world.clock.advance_seconds(30 * 86_400);
        young.get("/api/v1/me").await.expect(200);
        young.get(&path).await.expect(200);
        assert!(world.rows("accounts").await.iter().all(|row| row.contains("adult=1")));
    }
}

on_both! {
    async fn who_signs_in_after_turning_eighteen_sees_it_at_once(world: World) {
        let (owner, young) = (world.client().join("owner").await, world.join_at("young", 17).await);
        let video = world.plant(&owner, b"bytes").await;
        set(&owner, &video, json!({"age_restricted": true})).await.expect(200);
        drop(young);
        world.clock.advance_seconds(200 * 86_400);
        let sign_in = json!({"handle": "young", "password": "young-password"});
        let token = world.client().post("/api/v1/sessions", sign_in).await.expect(201).json();
        world.client().with_token(&token).get(&format!("/api/v1/videos/{video}")).await.expect(200);
    }
}

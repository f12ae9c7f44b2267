//! Many videos at once.

use super::*;

async fn set(client: &Client, body: Value) -> Reply {
    client.post("/api/v1/me/videos/audience", body).await
}

async fn audiences(client: &Client) -> Vec<Value> {
    let list = client.get("/api/v1/accounts/owner/videos").await.expect(200).json();
    list["items"].as_array().unwrap().iter().map(|item| item["audience"].clone()).collect()
}

on_both! {
    async fn those_that_are_named_are_changed_and_hold_at_once(world: World) {
        let (owner, other) = (world.client().join("owner").await, world.client().join("other").await);
        let (one, two, three) = (world.plant(&owner, b"1").await, world.plant(&owner, b"2").await, world.plant(&owner, b"3").await);
        let changed = set(&owner, json!({"audience": "only_me", "videos": [one, two, one]})).await.expect(200).json();
        assert_eq!(changed, json!({"audience": "only_me", "changed": 2}));
        for (id, status) in [(&one, 404), (&two, 404), (&three, 200)] {
            other.get(&format!("/media/{id}/video.mp4")).await.expect(status);
        }
        assert_eq!(other.get("/api/v1/accounts/owner/videos").await.json()["items"].as_array().unwrap().len(), 1);
    }
}

on_both! {
    async fn all_means_all_of_ones_own(world: World) {
        let (owner, other) = (world.client().join("owner").await, world.client().join("other").await);
        let theirs = world.plant(&other, b"theirs").await;
        let mut made = Vec::new();
        for _ in 0..5 {
            made.push(world.plant(&owner, b"mine").await);
        }
        set(&owner, json!({"audience": "friends", "videos": [made[0]]})).await.expect(200);
        let changed = set(&owner, json!({"audience": "friends", "all": true})).await.expect(200).json();
        assert_eq!(changed["changed"], 4);
        assert_eq!(audiences(&owner).await, vec![json!("friends"); 5]);
        for id in &made {
            other.get(&format!("/media/{id}/cover.jpg")).await.expect(404);
        }
        world.client().get(&format!("/media/{theirs}/video.mp4")).await.expect(200);
    }
}

on_both! {
    async fn one_that_is_not_ones_own_changes_none(world: World) {
        let (owner, other) = (world.client().join("owner").await, world.client().join("other").await);
        let (mine, theirs) = (world.plant(&owner, b"mine").await, world.plant(&other, b"theirs").await);
        let gone = world.plant(&owner, b"gone").await;
        owner.call("DELETE", &format!("/api/v1/videos/{gone}"), None).await.expect(204);
        world.settle().await;
        let before = world.everything().await;
        let mut told_each = Vec::new();
        for id in [theirs.as_str(), NO_ID, "x", "", gone.as_str()] {
            told_each.push(told(&set(&owner, json!({"audience": "only_me", "videos": [mine, id]})).await.expect(404)));
        }
        assert!(told_each.windows(2).all(|pair| pair[0] == pair[1]));
        for body in [
            json!({"audience": "nobody", "all": true}),
            json!({"audience": "only_me"}),
            json!({"audience": "only_me", "all": false}),
            json!({"audience": "only_me", "videos": []}),
            json!({"audience": "only_me", "videos": [mine], "all": true}),
            json!({"audience": "only_me", "videos": vec![mine.clone(); 501]}),
        ] {
            let problem = set(&owner, body).await.expect(422).json();
            assert!(["audience", "videos"].contains(&problem["errors"][0]["field"].as_str().unwrap()));
        }
        assert_eq!(world.everything().await, before);
    }
}

//! Blocks: both ways, at once, on every surface.

use super::*;

async fn feed(client: &Client) -> Vec<String> {
    let feed = client.get("/api/v1/feed/for-you").await.expect(200).json();
    let owner = |item: &Value| item["account"]["handle"].as_str().unwrap().to_owned();
    feed["items"].as_array().unwrap().iter().map(owner).collect()
}

on_both! {
    async fn neither_sees_the_other_anywhere(world: World) {
        let (ana, ben, cleo) = (world.client().join("ana").await, world.client().join("ben").await, world.client().join("cleo").await);
        for client in [&ana, &ben] {
            world.plant(client, b"bytes").await;
            follow(client, "cleo").await;
            let id = world.id_of(client).await;
            follow(&cleo, if id == world.id_of(&ana).await { "ana" } else { "ben" }).await;
        }
        for _ in 0..2 {
            assert_eq!(put(&ana, "ben", "block").await.expect(200).json(), json!({"blocked": true}));
        }
        assert_unknown(&ana, "ben").await;
        assert_unknown(&ben, "ana").await;
        for (client, seen) in [(&ana, "ana"), (&ben, "ben")] {
            assert_eq!(feed(client).await, [seen]);
            for list in ["followers", "following"] {
                assert_eq!(handles(client, &format!("/api/v1/accounts/cleo/{list}")).await, [seen]);
                let shown = page(client, &format!("/@cleo/{list}")).await.expect(200).text();
                assert!(!shown.contains(if seen == "ana" { "@ben" } else { "@ana" }));
            }
        }
        let mut all = handles(&cleo, "/api/v1/accounts/cleo/followers").await;
        all.sort();
        assert_eq!(all, ["ana", "ben"]);
    }
}

on_both! {
    async fn who_is_blocked_cannot_tell_and_cannot_block_back(world: World) {
        let (ana, ben) = (world.client().join("ana").await, world.client().join("ben").await);
        put(&ana, "ben", "block").await.expect(200);
        for method in ["PUT", "DELETE"] {
            let asked = ben.call(method, "/api/v1/accounts/ana/block", None).await;
            let never = ben.call(method, "/api/v1/accounts/never_was/block", None).await;
            assert_eq!((never.status.as_u16(), told(&asked)), (404, told(&never)), "{method}");
        }
        assert_eq!(handles(&ben, "/api/v1/me/blocked").await, [""; 0]);
        assert_eq!(handles(&ana, "/api/v1/me/blocked").await, ["ben"]);
        assert_eq!(world.rows("blocks").await.len(), 1);
    }
}

on_both! {
    async fn what_a_block_ends_does_not_begin_again(world: World) {
        let (ana, ben) = (world.client().join("ana").await, world.client().join("ben").await);
        let ids = (world.id_of(&ana).await, world.id_of(&ben).await);
        follow(&ana, "ben").await;
        private(&ana, true).await;
        assert_eq!(follow(&ben, "ana").await, "requested");
        put(&ben, "ana", "block").await.expect(200);
        assert!(world.rows("follows").await.is_empty() && world.rows("follow_requests").await.is_empty());
        assert_eq!((counts(&world, ids.0).await, counts(&world, ids.1).await), ((0, 0), (0, 0)));
        for _ in 0..2 {
            assert_eq!(take_back(&ben, "ana", "block").await.expect(200).json(), json!({"blocked": false}));
        }
        let seen = profile(&ben, "ana").await;
        assert_eq!((&seen["follow"], &seen["follows_me"]), (&json!("none"), &json!(false)));
        assert_eq!(handles(&ana, "/api/v1/me/follow-requests").await, [""; 0]);
    }
}

on_both! {
    async fn whom_one_cannot_see_one_cannot_block(world: World) {
        let (ana, ben) = (world.client().join("ana").await, world.client().join("ben").await);
        let id = world.id_of(&ben).await;
        away(&world, id, true).await;
        let asked = put(&ana, "ben", "block").await;
        assert_eq!(told(&asked), told(&put(&ana, "never_was", "block").await));
        asked.expect(404);
        assert!(world.rows("blocks").await.is_empty());
        // A block made before is taken back once they are there again.
        away(&world, id, false).await;
        put(&ana, "ben", "block").await.expect(200);
        away(&world, id, true).await;
        assert_eq!(handles(&ana, "/api/v1/me/blocked").await, [""; 0]);
        take_back(&ana, "ben", "block").await.expect(404);
        away(&world, id, false).await;
        assert_eq!(handles(&ana, "/api/v1/me/blocked").await, ["ben"]);
        take_back(&ana, "ben", "block").await.expect(200);
        profile(&ana, "ben").await;
    }
}

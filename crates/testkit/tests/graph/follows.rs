//! Following, asking, accepting, removing.

use super::*;

on_both! {
    async fn following_twice_is_following_once(world: World) {
        let (ana, ben) = (world.client().join("ana").await, world.client().join("ben").await);
        let ids = (world.id_of(&ana).await, world.id_of(&ben).await);
        for _ in 0..2 {
            assert_eq!(follow(&ana, "ben").await, "following");
            assert_eq!((counts(&world, ids.0).await, counts(&world, ids.1).await), ((0, 1), (1, 0)));
        }
        let (seen, back) = (profile(&ana, "ben").await, profile(&ben, "ana").await);
        assert_eq!((&seen["follow"], &seen["follows_me"]), (&json!("following"), &json!(false)));
        assert_eq!((&back["follow"], &back["follows_me"]), (&json!("none"), &json!(true)));
        assert_eq!((&seen["follower_count"], &seen["following_count"]), (&json!(1), &json!(0)));
        for _ in 0..2 {
            assert_eq!(take_back(&ana, "ben", "follow").await.expect(200).json(), json!({"state": "none"}));
            assert_eq!((counts(&world, ids.0).await, counts(&world, ids.1).await), ((0, 0), (0, 0)));
        }
    }
}

on_both! {
    async fn a_private_account_is_asked(world: World) {
        let (ana, ben) = (world.client().join("ana").await, world.client().join("ben").await);
        private(&ben, true).await;
        for _ in 0..2 {
            assert_eq!(follow(&ana, "ben").await, "requested");
        }
        assert_eq!(profile(&ana, "ben").await["follow"], "requested");
        assert_eq!(handles(&ben, "/api/v1/me/follow-requests").await, ["ana"]);
        assert_eq!(handles(&ana, "/api/v1/me/follow-requests").await, [""; 0]);

        take_back(&ana, "ben", "follow").await.expect(200);
        assert_eq!(handles(&ben, "/api/v1/me/follow-requests").await, [""; 0]);
        answer(&ben, "PUT", "ana").await.expect(404);
        assert_eq!(profile(&ana, "ben").await["follow"], "none");

        follow(&ana, "ben").await;
        for _ in 0..2 {
            answer(&ben, "DELETE", "ana").await.expect(204);
        }
        assert_eq!(profile(&ana, "ben").await["follow"], "none");

        follow(&ana, "ben").await;
        for _ in 0..2 {
            answer(&ben, "PUT", "ana").await.expect(204);
            assert_eq!(follow(&ana, "ben").await, "following");
            assert_eq!(counts(&world, world.id_of(&ben).await).await, (1, 0));
        }
        assert_eq!(handles(&ben, "/api/v1/me/follow-requests").await, [""; 0]);
    }
}

on_both! {
    async fn nobody_accepts_who_did_not_ask(world: World) {
        let (ana, ben) = (world.client().join("ana").await, world.client().join("ben").await);
        for client in [&ana, &ben] {
            answer(client, "PUT", if client.token == ana.token { "ben" } else { "ana" }).await.expect(404);
        }
        private(&ben, true).await;
        follow(&ana, "ben").await;
        // Who asked cannot accept for whom they asked.
        answer(&ana, "PUT", "ben").await.expect(404);
        assert!(world.rows("follows").await.is_empty());
    }
}

on_both! {
    async fn a_request_is_over_once_the_account_is_public_and_followed(world: World) {
        let (ana, ben) = (world.client().join("ana").await, world.client().join("ben").await);
        private(&ben, true).await;
        assert_eq!(follow(&ana, "ben").await, "requested");
        private(&ben, false).await;
        assert_eq!(profile(&ana, "ben").await["follow"], "requested");
        assert_eq!(follow(&ana, "ben").await, "following");
        assert!(world.rows("follow_requests").await.is_empty());
        // Who follows when the account goes private stays.
        private(&ben, true).await;
        assert_eq!(profile(&ana, "ben").await["follow"], "following");
    }
}

on_both! {
    async fn a_removed_follower_is_not_told_and_may_ask_again(world: World) {
        let (ana, ben) = (world.client().join("ana").await, world.client().join("ben").await);
        assert_eq!(follow(&ana, "ben").await, "following");
        assert_eq!(follow(&ben, "ana").await, "following");
        for _ in 0..2 {
            ben.call("DELETE", "/api/v1/me/followers/ana", None).await.expect(204);
        }
        let seen = profile(&ana, "ben").await;
        assert_eq!((&seen["follow"], &seen["follows_me"]), (&json!("none"), &json!(true)));
        assert_eq!((counts(&world, world.id_of(&ana).await).await, counts(&world, world.id_of(&ben).await).await), ((1, 0), (0, 1)));
        assert_eq!(follow(&ana, "ben").await, "following");
    }
}

on_both! {
    async fn nothing_is_done_to_oneself(world: World) {
        let ana = world.client().join("ana").await;
        let before = world.everything().await;
        for (method, path) in [
            ("PUT", "/api/v1/accounts/ana/follow"), ("DELETE", "/api/v1/accounts/ana/follow"),
            ("PUT", "/api/v1/accounts/ana/block"), ("DELETE", "/api/v1/accounts/ana/block"),
            ("PUT", "/api/v1/accounts/ana/mute"), ("DELETE", "/api/v1/accounts/ana/mute"),
            ("PUT", "/api/v1/me/follow-requests/ana"), ("DELETE", "/api/v1/me/follow-requests/ana"),
            ("DELETE", "/api/v1/me/followers/ana"),
        ] {
            assert_eq!(ana.call(method, path, None).await.expect(409).code(), "oneself", "{method} {path}");
        }
        assert_eq!(world.everything().await, before);
    }
}

on_both! {
    async fn who_is_away_takes_back_and_does_not_reach_out(world: World) {
        let (ana, ben, cleo) = (world.client().join("ana").await, world.client().join("ben").await, world.client().join("cleo").await);
        private(&ana, true).await;
        follow(&ana, "ben").await;
        follow(&cleo, "ana").await;
        away(&world, world.id_of(&ana).await, true).await;
        let before = world.everything().await;
        for refused in [put(&ana, "cleo", "follow").await, answer(&ana, "PUT", "cleo").await, ana.post("/api/v1/me/follow-requests/all", json!({"accept": true})).await] {
            assert_eq!(refused.expect(403).code(), "account_away");
        }
        assert_eq!(world.everything().await, before);
        // Being away says nothing of who is there.
        put(&cleo, "ana", "block").await.expect(404);
        put(&ben, "ana", "follow").await.expect(404);
        let hidden = world.client().join("hidden").await;
        away(&world, world.id_of(&hidden).await, true).await;
        assert_unknown(&ana, "hidden").await;
        take_back(&ana, "ben", "follow").await.expect(200);
        answer(&ana, "DELETE", "cleo").await.expect(204);
        put(&ana, "ben", "block").await.expect(200);
        assert!(world.rows("follows").await.is_empty() && world.rows("follow_requests").await.is_empty());
    }
}

on_both! {
    async fn a_number_of_videos_is_of_those_that_the_viewer_sees(world: World) {
        let (ben, fan, friend) = (world.client().join("ben").await, world.client().join("fan").await, world.client().join("friend").await);
        for audience in ["everyone", "followers", "friends", "only_me"] {
            let id = world.plant(&ben, b"bytes").await;
            ben.call("PATCH", &format!("/api/v1/videos/{id}"), Some(json!({"audience": audience}))).await.expect(200);
        }
        follow(&fan, "ben").await;
        follow(&friend, "ben").await;
        follow(&ben, "friend").await;
        let stranger = world.client().join("stranger").await;
        for (client, seen) in [(&world.client(), 1), (&stranger, 1), (&fan, 2), (&friend, 3), (&ben, 4)] {
            assert_eq!(profile(client, "ben").await["video_count"], seen);
            let list = client.get("/api/v1/accounts/ben/videos").await.expect(200).json();
            assert_eq!(list["items"].as_array().unwrap().len(), seen);
        }
    }
}

on_both! {
    async fn what_a_private_account_counts_is_content(world: World) {
        let (ana, ben, cleo) = (world.client().join("ana").await, world.client().join("ben").await, world.client().join("cleo").await);
        follow(&ana, "ben").await;
        private(&ben, true).await;
        for client in [&world.client(), &cleo] {
            let card = profile(client, "ben").await;
            for hidden in ["bio", "video_count", "like_count", "follower_count", "following_count"] {
                assert_eq!(card[hidden], Value::Null, "{hidden}");
            }
            for list in ["followers", "following", "videos"] {
                client.get(&format!("/api/v1/accounts/ben/{list}")).await.expect(404);
                if list != "videos" {
                    client.get(&format!("/@ben/{list}")).await.expect(404);
                }
            }
        }
        for client in [&ana, &ben] {
            assert_eq!(profile(client, "ben").await["follower_count"], 1);
            assert_eq!(handles(client, "/api/v1/accounts/ben/followers").await, ["ana"]);
        }
        // The card says to its own viewer what they asked, and to nobody else.
        follow(&cleo, "ben").await;
        assert_eq!(profile(&cleo, "ben").await["follow"], "requested");
        assert_eq!(profile(&ana, "cleo").await["follow"], "none");
    }
}

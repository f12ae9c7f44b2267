//! Who hears the sound of another, and when nobody does any more: at the next request, with nothing encoded.

use super::*;

on_both! {
    async fn whoever_may_hear_it_hears_it_and_the_foot_names_it(world: World) {
        let Pair { maker, user, sound, video, .. } = pair(&world).await;
        let (anyone, stranger) = (world.client(), world.client().join("stranger").await);
        for client in [&maker, &user, &anyone, &stranger] {
            assert_eq!(plays(client, &video).await, MIX);
            let named = sound_of(client, &video).await;
            assert_eq!(named, json!({"id": sound, "handle": "maker", "original": false}));
        }
        for feed in ["/api/v1/feed/for-you", "/api/v1/accounts/user/videos"] {
            let list = anyone.get(feed).await.expect(200).json();
            let item = list["items"].as_array().unwrap().iter().find(|item| item["id"] == json!(video)).unwrap().clone();
            assert_eq!(item["sound"]["handle"], "maker", "{feed}");
        }
        // What its owner keeps as a file holds nothing of another.
        assert_eq!(user.get(&format!("/media/{video}/download.mp4")).await.expect(200).body, OWN);
    }
}

// Each of these silences it for everybody, the two themselves included, and brings it back when it ends.
on_both! {
    async fn it_falls_silent_at_once_and_comes_back(world: World) {
        let Pair { maker, user, from, video, .. } = pair(&world).await;
        let (fan, place) = (world.client().join("fan").await, format!("/api/v1/videos/{from}"));
        fan.call("PUT", "/api/v1/accounts/maker/follow", None).await.expect(200);
        for (what, off, on) in [
            ("permission", json!({"sound_reuse": false}), json!({"sound_reuse": true})),
            ("audience", json!({"audience": "followers"}), json!({"audience": "everyone"})),
        ] {
            change(&maker, &place, off).await;
            for client in [&maker, &user, &fan, &world.client()] {
                assert_eq!(plays(client, &video).await, OWN, "{what}");
                assert_eq!(sound_of(client, &video).await, Value::Null, "{what}");
            }
            change(&maker, &place, on).await;
            assert_eq!(plays(&world.client(), &video).await, MIX, "{what}");
        }
        for field in ["private_account", "on_hiatus"] {
            privacy(&maker, field, true).await;
            for client in [&maker, &user, &fan, &world.client()] {
                assert_eq!(plays(client, &video).await, OWN, "{field}");
            }
            privacy(&maker, field, false).await;
            assert_eq!(plays(&world.client(), &video).await, MIX, "{field}");
        }
    }
}

on_both! {
    async fn a_block_silences_it_for_the_two(world: World) {
        let Pair { maker, user, video, .. } = pair(&world).await;
        let viewer = world.client().join("viewer").await;
        let block = |who: &Client, whom: &str, method: &'static str| {
            let (who, path) = (who.clone(), format!("/api/v1/accounts/{whom}/block"));
            async move { who.call(method, &path, None).await.expect(200) }
        };
        for (one, other) in [(&maker, "viewer"), (&viewer, "maker")] {
            block(one, other, "PUT").await;
            assert_eq!(plays(&viewer, &video).await, OWN);
            assert_eq!(plays(&world.client(), &video).await, MIX, "nobody else is silenced");
            block(one, other, "DELETE").await;
        }
        assert_eq!(plays(&viewer, &video).await, MIX);
        // Between whose sound it is and who uses it, it silences the video.
        for (one, other) in [(&maker, "user"), (&user, "maker")] {
            block(one, other, "PUT").await;
            assert_eq!(plays(&world.client(), &video).await, OWN);
            block(one, other, "DELETE").await;
        }
    }
}

// The tag of the bytes changes with them, so that no player goes on with those it was sent before.
on_both! {
    async fn ranges_and_tags_follow_what_is_played(world: World) {
        let Pair { maker, from, video, .. } = pair(&world).await;
        let (anyone, path) = (world.client(), format!("/media/{video}/video.mp4"));
        let tag = anyone.get_range(&path, "bytes=0-3").await.expect(206).headers["etag"].clone();
        change(&maker, &format!("/api/v1/videos/{from}"), json!({"sound_reuse": false})).await;
        let silent = anyone.get_range(&path, "bytes=0-3").await.expect(206);
        assert_ne!(silent.headers["etag"], tag);
        assert_eq!(silent.headers["content-range"], format!("bytes 0-3/{}", OWN.len()));
        assert_eq!(anyone.call("HEAD", &path, None).await.headers["content-length"], OWN.len().to_string());
    }
}

//! People who used the same sounds.

use super::*;

async fn suggested(client: &Client) -> Vec<(String, String)> {
    let list = client.get("/api/v1/suggestions").await.expect(200).json();
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    list["items"].as_array().unwrap().iter().map(|item| (text(item, "handle"), text(item, "reason"))).collect()
}

fn of(handle: &str) -> Vec<(String, String)> {
    vec![(handle.into(), "same_sounds".into())]
}

/// `user` and `twin` use the sound of `maker`.
async fn twins(world: &World) -> (Pair, Client, String) {
    let pair = pair(world).await;
    let twin = world.client().join("twin").await;
    let video = world.plant(&twin, OWN).await;
    world.plant_mix(&twin, &video, &pair.sound, MIX).await;
    (pair, twin, video)
}

on_both! {
    async fn who_used_the_same_sound_is_suggested_with_that_reason(world: World) {
        let (pair, twin, _) = twins(&world).await;
        assert_eq!(suggested(&pair.user).await, of("twin"));
        assert_eq!(suggested(&twin).await, of("user"));
        assert_eq!(suggested(&pair.maker).await, []);
        // A nearer reason comes first, and each is suggested once.
        twin.call("PUT", "/api/v1/accounts/user/follow", None).await.expect(200);
        assert_eq!(suggested(&pair.user).await, [("twin".to_owned(), "follows_you".to_owned())]);
        let request = axum::http::Request::get("/people")
            .header("cookie", format!("outro_session={}", pair.user.token.clone().unwrap()));
        let page = world.client().send(request.body(axum::body::Body::empty()).unwrap()).await.expect(200).text();
        assert!(page.contains("Follows you"));
        let third = world.client().join("third").await;
        let video = world.plant(&third, OWN).await;
        world.plant_mix(&third, &video, &pair.sound, MIX).await;
        let request = axum::http::Request::get("/people")
            .header("cookie", format!("outro_session={}", pair.user.token.clone().unwrap()));
        let page = world.client().send(request.body(axum::body::Body::empty()).unwrap()).await.expect(200).text();
        assert!(page.contains("@third") && page.contains("Used the same sounds as you"));
    }
}

on_both! {
    async fn whoever_does_not_want_to_be_found_never_is(world: World) {
        let (pair, twin, _) = twins(&world).await;
        privacy(&twin, "discoverable", false).await;
        assert_eq!(suggested(&pair.user).await, []);
        privacy(&twin, "discoverable", true).await;
        assert_eq!(suggested(&pair.user).await, of("twin"));
        pair.user.call("DELETE", "/api/v1/suggestions/twin", None).await.expect(204);
        assert_eq!(suggested(&pair.user).await, [], "dismissed for good");
    }
}

// A use tells nothing that the page of the sound does not show to the viewer.
on_both! {
    async fn what_is_hidden_is_no_reason(world: World) {
        let (pair, twin, video) = twins(&world).await;
        let expect = async |there: bool, about: &str| {
            assert_eq!(!suggested(&pair.user).await.is_empty(), there, "{about}");
        };
        for field in ["private_account", "on_hiatus"] {
            for who in [&twin, &pair.maker] {
                privacy(who, field, true).await;
                expect(false, field).await;
                privacy(who, field, false).await;
                expect(true, field).await;
            }
        }
        for (who, place) in [(&twin, &video), (&pair.maker, &pair.from)] {
            let place = format!("/api/v1/videos/{place}");
            for (off, on) in [
                (json!({"audience": "followers"}), json!({"audience": "everyone"})),
            ] {
                change(who, &place, off).await;
                expect(false, "audience").await;
                change(who, &place, on).await;
                expect(true, "audience").await;
            }
        }
        change(&pair.maker, &format!("/api/v1/videos/{}", pair.from), json!({"sound_reuse": false})).await;
        expect(false, "permission").await;
        change(&pair.maker, &format!("/api/v1/videos/{}", pair.from), json!({"sound_reuse": true})).await;
        for (who, whom) in [(&twin, "maker"), (&pair.user, "maker"), (&pair.maker, "twin"), (&pair.user, "twin")] {
            let path = format!("/api/v1/accounts/{whom}/block");
            who.call("PUT", &path, None).await.expect(200);
            expect(false, "block").await;
            who.call("DELETE", &path, None).await.expect(200);
        }
        twin.call("DELETE", &format!("/api/v1/videos/{video}"), None).await.expect(204);
        expect(false, "removed").await;
    }
}

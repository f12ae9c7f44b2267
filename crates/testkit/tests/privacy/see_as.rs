//! Oneself with the eyes of others: exactly what they get.

use super::*;

/// The parts of two answers that must be one.
async fn assert_same(cast: &Cast, path: &str, client: &Client) {
    let seen = cast.owner.get(path).await.expect(200).json();
    let profile = client.get("/api/v1/accounts/owner").await;
    if profile.status == 404 {
        assert_eq!(seen["profile"], Value::Null, "{path}");
        assert!(seen["reason"].is_string(), "{path}");
    } else {
        assert_eq!(seen["profile"], profile.json(), "{path}");
    }
    let list = client.get("/api/v1/accounts/owner/videos").await;
    let theirs = if list.status == 200 { list.json()["items"].clone() } else { json!([]) };
    let items = seen["items"].as_array().unwrap();
    let shown: Vec<&Value> = items.iter().filter(|item| item["visible"] == true).map(|item| &item["video"]).collect();
    assert_eq!(json!(shown), theirs, "{path}");
    for item in items {
        assert_eq!(item["visible"] == false, item["reason"].is_string(), "{path}: {item}");
    }
    let all = cast.owner.get("/api/v1/accounts/owner/videos").await.json()["items"].as_array().unwrap().len();
    assert_eq!(items.len(), all, "{path}: what is hidden is listed too");
}

on_both! {
    async fn what_is_shown_is_what_they_get(world: World) {
        let cast = Cast::of(&world).await;
        cast.owner.call("PATCH", "/api/v1/me", Some(json!({"bio": "About me", "display_name": "Own"}))).await.expect(200);
        for audience in ["everyone", "followers", "friends", "only_me"] {
            let id = world.plant(&cast.owner, b"bytes").await;
            world.clock.advance_seconds(1);
            cast.owner.call("PATCH", &format!("/api/v1/videos/{id}"), Some(json!({"audience": audience}))).await.expect(200);
        }
        for settings in [json!({}), json!({"private_account": true}), json!({"on_hiatus": true}), json!({"on_hiatus": false, "private_account": false})] {
            privacy(&cast.owner, settings).await.expect(200);
            for (word, client) in [("anyone", &cast.anyone), ("stranger", &cast.stranger), ("follower", &cast.follower), ("friend", &cast.friend)] {
                assert_same(&cast, &format!("/api/v1/me/see-as?viewer={word}"), client).await;
            }
            for (handle, client) in [("stranger", &cast.stranger), ("REQUESTED", &cast.requested), ("follower", &cast.follower), ("friend", &cast.friend)] {
                assert_same(&cast, &format!("/api/v1/me/see-as/{handle}"), client).await;
            }
        }
    }
}

on_both! {
    async fn each_hidden_video_says_why(world: World) {
        let cast = Cast::of(&world).await;
        let id = world.plant(&cast.owner, b"bytes").await;
        let reason = async |viewer: &str| {
            let seen = cast.owner.get(&format!("/api/v1/me/see-as?viewer={viewer}")).await.expect(200).json();
            (seen["relation"].clone(), seen["reason"].clone(), seen["items"][0]["reason"].clone())
        };
        assert_eq!(reason("stranger").await, (json!("stranger"), Value::Null, Value::Null));
        cast.owner.call("PATCH", &format!("/api/v1/videos/{id}"), Some(json!({"audience": "friends"}))).await.expect(200);
        assert_eq!(reason("follower").await, (json!("follower"), Value::Null, json!("audience")));
        assert_eq!(reason("friend").await, (json!("friend"), Value::Null, Value::Null));
        privacy(&cast.owner, json!({"private_account": true})).await.expect(200);
        let private = json!("private_account");
        assert_eq!(reason("anyone").await, (json!("anonymous"), private.clone(), private));
        privacy(&cast.owner, json!({"on_hiatus": true})).await.expect(200);
        assert_eq!(reason("friend").await, (json!("friend"), json!("on_hiatus"), json!("on_hiatus")));
        let problem = cast.owner.get("/api/v1/me/see-as?viewer=everyone").await.expect(422).json();
        assert_eq!(problem["errors"][0]["field"], "viewer");
    }
}

on_both! {
    async fn whom_one_may_not_know_of_is_nobody(world: World) {
        let cast = Cast::of(&world).await;
        let nobody = cast.owner.get("/api/v1/me/see-as/nobody_here").await.expect(404);
        privacy(&cast.friend, json!({"on_hiatus": true})).await.expect(200);
        assert_eq!(told(&cast.owner.get("/api/v1/me/see-as/friend").await), told(&nobody));
    }
}

on_both! {
    async fn the_page_shows_the_profile_in_a_frame(world: World) {
        let cast = Cast::of(&world).await;
        cast.owner.call("PATCH", "/api/v1/me", Some(json!({"bio": "About-me-mark"}))).await.expect(200);
        let id = world.plant(&cast.owner, b"bytes").await;
        cast.owner.call("PATCH", &format!("/api/v1/videos/{id}"), Some(json!({"audience": "followers"}))).await.expect(200);
        let follower = page(&cast.owner, "/settings/see-as/follower").await.expect(200).text();
        assert!(follower.contains("You are seeing this as a follower") && follower.contains("About-me-mark"));
        assert!(!follower.contains("id=\"unseen\""));
        let named = page(&cast.owner, "/settings/see-as/@stranger").await.expect(200).text();
        assert!(named.contains("You are seeing this as @stranger") && named.contains("id=\"unseen\""));
        privacy(&cast.owner, json!({"private_account": true})).await.expect(200);
        let locked = page(&cast.owner, "/settings/see-as/anyone").await.expect(200).text();
        assert!(!locked.contains("About-me-mark") && locked.contains("This account is private"));
        privacy(&cast.owner, json!({"on_hiatus": true})).await.expect(200);
        let nothing = page(&cast.owner, "/settings/see-as/friend").await.expect(200).text();
        assert!(!nothing.contains("About-me-mark") && nothing.contains("You are on hiatus."));
        for path in ["/settings/see-as/nobody", "/settings/see-as/@nobody_here", "/settings/see-as/@"] {
            page(&cast.owner, path).await.expect(404);
        }
    }
}

// The check-up asks the policy itself; here it is held against what people get.
on_both! {
    async fn the_check_up_tells_what_people_get(world: World) {
        let cast = Cast::of(&world).await;
        let id = world.plant(&cast.owner, b"bytes").await;
        for (settings, videos, message) in [
            (json!({}), "Everyone, also without an account", "Everyone who has an account"),
            (json!({"private_account": true, "messages_from": "friends"}), "Only your followers", "Only friends"),
            (json!({"on_hiatus": true}), "Nobody", "Nobody"),
        ] {
            privacy(&cast.owner, settings).await.expect(200);
            let text = page(&cast.owner, "/settings/checkup").await.expect(200).text();
            let answer = |question: &str| text.split(question).nth(1).unwrap().split("</a>").next().unwrap().to_owned();
            assert!(answer("videos that are for everyone?").contains(videos), "{videos}");
            assert!(answer("Who can write to you?").contains(message), "{message}");
            let plays = |client: &Client| { let client = client.clone(); let path = format!("/media/{id}/video.mp4"); async move { client.get(&path).await.status == 200 } };
            assert_eq!(plays(&cast.anyone).await, videos.starts_with("Everyone"));
            assert_eq!(plays(&cast.follower).await, videos != "Nobody");
        }
    }
}

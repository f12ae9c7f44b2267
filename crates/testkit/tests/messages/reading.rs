//! Requests, reading, putting away, pages, videos.

use super::*;

on_both! {
    async fn what_strangers_write_waits_without_a_badge_until_it_is_taken_on(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let talk = id(&write_to(&bob, "ada", "hello").await.expect(201));
        assert_eq!((inbox(&ada).await.len(), unread(&ada).await), (0, 0));
        assert_eq!(ada.get("/api/v1/me/unread").await.expect(200).json()["request_count"], 1);
        let waiting = requests(&ada).await;
        assert_eq!((&waiting[0]["request"], &waiting[0]["unread_count"]), (&json!(true), &json!(1)));
        // Reading it tells bob nothing: what he is shown is the same before and after.
        let before = bob.get("/api/v1/conversations").await.expect(200).body;
        ada.post(&format!("/api/v1/conversations/{talk}/read"), json!({})).await.expect(200);
        assert_eq!(bob.get("/api/v1/conversations").await.expect(200).body, before);
        say(&bob, &talk, "hello?").await.expect(201);
        ada.call("POST", &format!("/api/v1/conversations/{talk}/accept"), None).await.expect(204);
        assert_eq!((inbox(&ada).await.len(), requests(&ada).await.len(), unread(&ada).await), (1, 0, 1));
    }
}

on_both! {
    async fn an_answer_takes_a_request_on_and_a_friend_needs_none(world: World) {
        let (ada, bob, cat) = (world.client().join("ada").await, world.client().join("bob").await, world.client().join("cat").await);
        let talk = id(&write_to(&bob, "ada", "hello").await.expect(201));
        say(&ada, &talk, "yes?").await.expect(201);
        assert_eq!((inbox(&ada).await.len(), requests(&ada).await.len()), (1, 0));
        world.clock.advance_seconds(1);
        let other = id(&write_to(&cat, "ada", "hello").await.expect(201));
        befriend(&world, &ada, &cat).await;
        say(&cat, &other, "we are friends now").await.expect(201);
        assert_eq!(requests(&ada).await.len(), 0);
        assert_eq!(inbox(&ada).await[0]["id"], json!(other), "the latest comes first");
    }
}

on_both! {
    async fn deleting_is_for_oneself_alone(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let talk = id(&write_to(&bob, "ada", "one").await.expect(201));
        let two = say(&bob, &talk, "two").await.expect(201).json()["id"].as_str().unwrap().to_owned();
        ada.call("POST", &format!("/api/v1/conversations/{talk}/accept"), None).await.expect(204);
        assert_eq!(unread(&ada).await, 2);
        ada.call("DELETE", &format!("/api/v1/conversations/{talk}/messages/{two}"), None).await.expect(204);
        assert_eq!((texts(&ada, &talk).await, unread(&ada).await), (vec!["one".to_owned()], 1));
        ada.call("DELETE", &format!("/api/v1/conversations/{talk}"), None).await.expect(204);
        assert_eq!((inbox(&ada).await.len(), unread(&ada).await, texts(&ada, &talk).await.len()), (0, 0, 0));
        assert_eq!(texts(&bob, &talk).await, ["one", "two"]);
        say(&bob, &talk, "three").await.expect(201);
        assert_eq!((texts(&ada, &talk).await, inbox(&ada).await.len()), (vec!["three".to_owned()], 1));
    }
}

on_both! {
    async fn pages_go_both_ways_without_holes(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let talk = id(&write_to(&bob, "ada", "0").await.expect(201));
        for number in 1..12 {
            say(&bob, &talk, &number.to_string()).await.expect(201);
        }
        let (mut back, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = ada.get(&format!("/api/v1/conversations/{talk}/messages?limit=5{cursor}")).await.expect(200).json();
            back.extend(page["items"].as_array().unwrap().iter().map(|item| item["text"].clone()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(back, (0..12).rev().map(|number| json!(number.to_string())).collect::<Vec<_>>());
        let all = items(&ada, &format!("/api/v1/conversations/{talk}/messages?limit=50")).await;
        let fourth = all[all.len() - 4]["id"].as_str().unwrap();
        let after = items(&ada, &format!("/api/v1/conversations/{talk}/messages?after={fourth}&limit=3")).await;
        assert_eq!(after.iter().map(|item| item["text"].clone()).collect::<Vec<_>>(), ["4", "5", "6"]);
        ada.get(&format!("/api/v1/conversations/{talk}/messages?cursor=x")).await.expect(422);
    }
}

on_both! {
    async fn nobody_else_reads_or_writes(world: World) {
        let (ada, bob, eve) = (world.client().join("ada").await, world.client().join("bob").await, world.client().join("eve").await);
        let talk = id(&write_to(&bob, "ada", "secret").await.expect(201));
        let message = items(&ada, &format!("/api/v1/conversations/{talk}/messages")).await[0]["id"].as_str().unwrap().to_owned();
        let never = "AAAAAAAAAAAAAAAAAAAAAA";
        for (method, rest, body) in [
            ("GET", "", None), ("DELETE", "", None), ("GET", "/messages", None), ("POST", "/messages", Some(json!({"text": "x"}))),
            ("POST", "/read", Some(json!({}))), ("POST", "/accept", None), ("DELETE", "/membership", None),
            ("DELETE", &*format!("/messages/{message}"), None),
        ] {
            let answer = |id: &str| format!("/api/v1/conversations/{id}{rest}");
            let there = eve.call(method, &answer(&talk), body.clone()).await.expect(404);
            assert_eq!(there.body, eve.call(method, &answer(never), body).await.expect(404).body, "{method} {rest}");
        }
        assert_eq!(texts(&ada, &talk).await, ["secret"]);
    }
}

on_both! {
    async fn texts_are_of_one_to_two_thousand_characters(world: World) {
        let (bob, _ada) = (world.client().join("bob").await, world.client().join("ada").await);
        let talk = id(&bob.post("/api/v1/conversations", json!({"to": ["ada"]})).await.expect(201));
        assert_eq!(inbox(&bob).await.len(), 0, "an empty conversation stands in no list");
        for text in ["", "  \n ", &"x".repeat(2001), "bell\u{7}"] {
            assert_eq!(say(&bob, &talk, text).await.expect(422).code(), "message_invalid", "{text:?}");
        }
        say(&bob, &talk, &"é".repeat(2000)).await.expect(201);
        let path = format!("/api/v1/conversations/{talk}/messages");
        for body in [json!({}), json!({"text": "a", "video_id": "AAAAAAAAAAAAAAAAAAAAAA"})] {
            bob.post(&path, body).await.expect(422);
        }
        for missing in ["AAAAAAAAAAAAAAAAAAAAAA", "x"] {
            assert_eq!(bob.post(&path, json!({"video_id": missing})).await.expect(422).code(), "video_missing");
        }
    }
}

on_both! {
    async fn a_shared_video_shows_by_the_readers_own_rights(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let owner = world.client().join("owner").await;
        let video = world.plant(&owner, b"picture").await;
        let talk = id(&bob.post("/api/v1/conversations", json!({"to": ["ada"], "video_id": video})).await.expect(201));
        let seen = async |who: &Client| {
            let all = items(who, &format!("/api/v1/conversations/{talk}/messages")).await;
            assert_eq!((&all[0]["kind"], &all[0]["text"]), (&json!("video"), &Value::Null));
            all[0]["video"]["id"].as_str().map(str::to_owned)
        };
        assert_eq!(seen(&ada).await.as_deref(), Some(&*video));
        tie(&world, &bob, &owner, Tie::Follows).await;
        owner.call("PATCH", &format!("/api/v1/videos/{video}"), Some(json!({"audience": "followers"}))).await.expect(200);
        assert_eq!((seen(&ada).await, seen(&bob).await.as_deref()), (None, Some(&*video)));
        // Who may not see it cannot send it on.
        ada.post(&format!("/api/v1/conversations/{talk}/messages"), json!({"video_id": video})).await.expect(422);
        leave(&world, &owner, "owner").await;
        assert_eq!((seen(&ada).await, seen(&bob).await), (None, None));
        assert!(!world.rows("messages").await.concat().contains(&video), "the id stays behind");
    }
}

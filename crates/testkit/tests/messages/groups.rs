//! Groups.

use super::*;

async fn group(world: &World) -> (Client, Client, Client, String) {
    let (ada, bob, cat) =
        (world.client().join("ada").await, world.client().join("bob").await, world.client().join("cat").await);
    let open = json!({"to": ["bob", "cat"], "text": "welcome"});
    let talk = id(&ada.post("/api/v1/conversations", open).await.expect(201));
    (ada, bob, cat, talk)
}

on_both! {
    async fn all_of_a_group_read_and_write(world: World) {
        let (ada, bob, cat, talk) = group(&world).await;
        say(&bob, &talk, "hello").await.expect(201);
        say(&cat, &talk, "hello all").await.expect(201);
        for who in [&ada, &bob, &cat] {
            assert_eq!(texts(who, &talk).await, ["welcome", "hello", "hello all"]);
        }
        assert_eq!(inbox(&ada).await[0]["people"].as_array().unwrap().len(), 2);
    }
}

on_both! {
    async fn between_two_with_a_block_nothing_passes_in_a_group(world: World) {
        let (ada, bob, cat, talk) = group(&world).await;
        say(&bob, &talk, "from bob").await.expect(201);
        for who in [&ada, &cat] {
            who.post(&format!("/api/v1/conversations/{talk}/read"), json!({})).await.expect(200);
            who.call("POST", &format!("/api/v1/conversations/{talk}/accept"), None).await.expect(204);
        }
        tie(&world, &cat, &bob, Tie::Blocks).await;
        say(&bob, &talk, "bob again").await.expect(201);
        say(&cat, &talk, "from cat").await.expect(201);
        assert_eq!(texts(&ada, &talk).await, ["welcome", "from bob", "bob again", "from cat"]);
        assert_eq!(texts(&cat, &talk).await, ["welcome", "from cat"]);
        assert_eq!(texts(&bob, &talk).await, ["welcome", "from bob", "bob again"]);
        assert_eq!((unread(&cat).await, unread(&ada).await), (0, 2));
        let people = cat.get(&format!("/api/v1/conversations/{talk}")).await.expect(200).json()["people"].clone();
        let unnamed = people.as_array().unwrap().iter().filter(|one| one["handle"].is_null()).count();
        assert_eq!(unnamed, 1, "{people}");
    }
}

on_both! {
    async fn who_leaves_a_group_is_out_and_the_last_one_ends_it(world: World) {
        let (ada, bob, cat, talk) = group(&world).await;
        say(&bob, &talk, "from bob").await.expect(201);
        let one: outro_model::ConversationId = talk.parse().unwrap();
        for (who, left) in [(&bob, 2), (&ada, 1)] {
            who.call("DELETE", &format!("/api/v1/conversations/{talk}/membership"), None).await.expect(204);
            who.get(&format!("/api/v1/conversations/{talk}")).await.expect(404);
            say(who, &talk, "more").await.expect(404);
            world.settle().await;
            assert_eq!(world.rows("members").await.len(), left);
        }
        assert_eq!(texts(&cat, &talk).await, ["welcome", "from bob"]);
        assert!(world.app.vault.conversation(one).await.unwrap().is_some());
        cat.call("DELETE", &format!("/api/v1/conversations/{talk}/membership"), None).await.expect(204);
        cat.get(&format!("/api/v1/conversations/{talk}/messages")).await.expect(404);
        world.settle().await;
        assert!(world.app.vault.conversation(one).await.unwrap().is_none());
        for table in ["members", "messages", "conversations"] {
            assert_eq!(world.rows(table).await, [] as [String; 0], "{table}");
        }
    }
}

on_both! {
    async fn a_group_has_sixteen_at_most_and_a_pair_cannot_be_left(world: World) {
        let ada = world.client().join("ada").await;
        world.client().join("bob").await;
        let many: Vec<String> = (0..16).map(|number| format!("person_{number}")).collect();
        assert_eq!(ada.post("/api/v1/conversations", json!({"to": many})).await.expect(422).code(), "to_invalid");
        ada.post("/api/v1/conversations", json!({"to": []})).await.expect(422);
        let talk = id(&write_to(&ada, "bob", "hi").await.expect(201));
        let refused = ada.call("DELETE", &format!("/api/v1/conversations/{talk}/membership"), None).await.expect(409);
        assert_eq!(refused.code(), "not_a_group");
    }
}

on_both! {
    async fn groups_of_a_day_are_limited_among_friends_too(world: World) {
        world.to_a_new_day();
        let (ada, bob, cat) =
            (world.client().join("ada").await, world.client().join("bob").await, world.client().join("cat").await);
        befriend(&world, &ada, &bob).await;
        befriend(&world, &ada, &cat).await;
        for _ in 0..50 {
            ada.post("/api/v1/conversations", json!({"to": ["bob", "cat"]})).await.expect(201);
        }
        let limited = ada.post("/api/v1/conversations", json!({"to": ["bob", "cat"]})).await.expect(429);
        assert_eq!(limited.code(), "rate_limited");
        assert_eq!(world.rows("conversations").await.len(), 50);
        ada.post("/api/v1/conversations", json!({"to": ["bob"]})).await.expect(201);
    }
}

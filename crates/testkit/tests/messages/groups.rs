//! Groups.

use outro_model::Circle;

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

/// What the inbox page says of requests: the number in it, or none.
async fn page_of_inbox(who: &Client) -> String {
    let token = who.token.as_ref().unwrap();
    let request = axum::http::Request::get("/inbox").header("cookie", format!("outro_session={token}"));
    who.anonymous().send(request.body(axum::body::Body::empty()).unwrap()).await.expect(200).text()
}

async fn messages_from(world: &World, who: &Client, circle: Circle) {
    set(world, who, PrivacyChange { messages_from: Some(circle), ..PrivacyChange::default() }).await;
}

async fn open(from: &Client, to: &[&str]) -> Reply {
    from.post("/api/v1/conversations", json!({"to": to, "text": "welcome"})).await
}

/// Status and body: all that tells one refusal from another.
fn told(reply: &Reply) -> (u16, String) {
    (reply.status.as_u16(), reply.text())
}

// Whoever may not write to somebody is not put together with them either, and who tries is told no more than of
// one person, whoever stands in the way of whom.
on_both! {
    async fn nobody_is_put_together_with_whom_they_could_not_write_to(world: World) {
        let (ada, bob, cat, dan) = (
            world.client().join("ada").await,
            world.client().join("bob").await,
            world.client().join("cat").await,
            world.client().join("dan").await,
        );
        messages_from(&world, &dan, Circle::NoOne).await;
        let alone = told(&open(&ada, &["dan"]).await);
        assert_eq!(alone.0, 403);
        assert_eq!(told(&open(&ada, &["bob", "dan"]).await), alone, "one who takes messages from nobody");
        // Ada may write to both, and Bob not to Cat.
        befriend(&world, &ada, &cat).await;
        messages_from(&world, &cat, Circle::Friends).await;
        assert_eq!(told(&open(&ada, &["bob", "cat"]).await), alone, "one of the two could not write to the other");
        befriend(&world, &bob, &cat).await;
        open(&ada, &["bob", "cat"]).await.expect(201);
        // A block between two others answers the same, and not as what never was.
        tie(&world, &bob, &cat, Tie::Blocks).await;
        messages_from(&world, &cat, Circle::Everyone).await;
        let before = world.rows("members").await.len();
        assert_eq!(told(&open(&ada, &["bob", "cat"]).await), alone, "a block between the two");
        assert_eq!((world.rows("members").await.len(), world.rows("conversations").await.len()), (before, 1));
        // Who opens it has asked for it: their own setting keeps nobody out.
        messages_from(&world, &bob, Circle::NoOne).await;
        befriend(&world, &bob, &ada).await;
        open(&bob, &["ada", "dan"]).await.expect(403);
        messages_from(&world, &dan, Circle::Everyone).await;
        open(&bob, &["ada", "dan"]).await.expect(201);
    }
}

on_both! {
    async fn a_group_waits_unless_all_in_it_are_friends(world: World) {
        let (ada, bob, cat, dan) = (
            world.client().join("ada").await,
            world.client().join("bob").await,
            world.client().join("cat").await,
            world.client().join("dan").await,
        );
        for (one, other) in [(&ada, &bob), (&ada, &cat), (&bob, &cat), (&ada, &dan)] {
            befriend(&world, one, other).await;
        }
        open(&ada, &["bob", "cat"]).await.expect(201);
        for who in [&bob, &cat] {
            assert_eq!((inbox(who).await.len(), requests(who).await.len(), unread(who).await), (1, 0, 1));
        }
        // Dan is a friend of Ada's, and nothing to Bob.
        let talk = id(&open(&ada, &["bob", "dan"]).await.expect(201));
        for (who, known) in [(&bob, 1), (&dan, 0)] {
            assert_eq!((inbox(who).await.len(), requests(who).await.len(), unread(who).await), (known, 1, known as i64));
            assert!(page_of_inbox(who).await.contains("1 person wants to write to you"));
        }
        // Reading it tells nobody, and takes nothing on.
        let before = ada.get(&format!("/api/v1/conversations/{talk}")).await.expect(200).json();
        assert_eq!(texts(&dan, &talk).await, ["welcome"]);
        dan.post(&format!("/api/v1/conversations/{talk}/read"), json!({})).await.expect(200);
        assert_eq!(ada.get(&format!("/api/v1/conversations/{talk}")).await.json(), before);
        assert_eq!((inbox(&dan).await.len(), requests(&dan).await.len()), (0, 1));
        // Once all are friends, what comes next takes it to the inbox; answering does so too.
        befriend(&world, &bob, &dan).await;
        say(&ada, &talk, "again").await.expect(201);
        assert_eq!((inbox(&dan).await.len(), requests(&dan).await.len(), unread(&dan).await), (1, 0, 1));
        assert_eq!((inbox(&bob).await.len(), requests(&bob).await.len()), (2, 0));
    }
}

on_both! {
    async fn a_setting_hides_what_was_not_taken_on_and_not_what_was(world: World) {
        let (ada, bob, cat, talk) = group(&world).await;
        let folder = |who: Client| async move { (requests(&who).await.len(), page_of_inbox(&who).await.contains("wants to write to you")) };
        assert_eq!(folder(bob.clone()).await, (1, true));
        for circle in [Circle::Friends, Circle::NoOne] {
            messages_from(&world, &bob, circle).await;
            say(&ada, &talk, "still here").await.expect(201);
            assert_eq!(folder(bob.clone()).await, (0, false));
            assert_eq!((unread(&bob).await, inbox(&bob).await.len()), (0, 0));
        }
        // Others keep theirs, and what comes is no news to Bob.
        assert_eq!(folder(cat.clone()).await, (1, true));
        let before = world.rows("events").await.len();
        say(&ada, &talk, "once more").await.expect(201);
        assert_eq!(world.rows("events").await.len(), before + 2, "Ada's own pages and Cat's, not Bob's");
        // Opened again it stands there, with all that was said.
        messages_from(&world, &bob, Circle::Everyone).await;
        assert_eq!(folder(bob.clone()).await, (1, true));
        assert_eq!(texts(&bob, &talk).await, ["welcome", "still here", "still here", "once more"]);
        // Taken on, it stays; and leaving is always possible.
        bob.call("POST", &format!("/api/v1/conversations/{talk}/accept"), None).await.expect(204);
        messages_from(&world, &bob, Circle::NoOne).await;
        say(&ada, &talk, "you are in").await.expect(201);
        assert_eq!((inbox(&bob).await.len(), unread(&bob).await), (1, 5));
        say(&bob, &talk, "I am").await.expect(201);
        messages_from(&world, &cat, Circle::NoOne).await;
        for who in [&bob, &cat] {
            who.call("DELETE", &format!("/api/v1/conversations/{talk}/membership"), None).await.expect(204);
        }
    }
}

// Whoever one has blocked brings nothing more into one's folder by way of others.
on_both! {
    async fn a_block_of_ones_own_hides_what_was_not_taken_on(world: World) {
        let (ada, bob, cat, talk) = group(&world).await;
        tie(&world, &cat, &bob, Tie::Blocks).await;
        assert_eq!((requests(&bob).await.len(), requests(&cat).await.len()), (1, 0), "being blocked is not told");
        say(&ada, &talk, "hello").await.expect(201);
        assert_eq!(requests(&bob).await.len(), 1);
    }
}

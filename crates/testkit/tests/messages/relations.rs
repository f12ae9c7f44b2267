//! Who may write to whom: every relation, every setting, before and after a conversation is there.

use outro_model::Circle;

use super::*;

const CIRCLES: [Circle; 3] = [Circle::Everyone, Circle::Friends, Circle::NoOne];

/// What the writer is to the one who is written to.
const RELATIONS: [(&str, &[(bool, Tie)]); 6] = [
    ("stranger", &[]),
    ("follower", &[(true, Tie::Follows)]),
    ("followed", &[(false, Tie::Follows)]),
    ("friend", &[(true, Tie::Follows), (false, Tie::Follows)]),
    ("blocks", &[(true, Tie::Blocks)]),
    ("blocked", &[(false, Tie::Blocks)]),
];

/// The status of opening a new conversation.
fn expected(relation: &str, circle: Circle) -> u16 {
    match (relation, circle) {
        ("blocks" | "blocked", _) => 404,
        (_, Circle::Everyone) | ("friend", Circle::Friends) => 201,
        _ => 403,
    }
}

on_both! {
    async fn who_may_begin_follows_relation_and_setting(world: World) {
        let world = world.with_settings(|settings| settings.rate_limits = false);
        for (number, (relation, ties)) in RELATIONS.into_iter().enumerate() {
            for (at, circle) in CIRCLES.into_iter().enumerate() {
                let name = format!("ada_{number}_{at}");
                let (writer, ada) = (world.client().join(&format!("bob_{number}_{at}")).await, world.client().join(&name).await);
                for (forth, which) in ties {
                    let (from, to) = if *forth { (&writer, &ada) } else { (&ada, &writer) };
                    tie(&world, from, to, *which).await;
                }
                set(&world, &ada, PrivacyChange { messages_from: Some(circle), ..PrivacyChange::default() }).await;
                let about = format!("{relation} writes where {circle:?} may");
                let before = world.rows("conversations").await.len();
                let reply = write_to(&writer, &name, "hello").await;
                assert_eq!(reply.status.as_u16(), expected(relation, circle), "{about}: {}", reply.text());
                if reply.status == 201 {
                    let (in_inbox, asked) = (inbox(&ada).await.len(), requests(&ada).await.len());
                    let is_friend = relation == "friend";
                    assert_eq!((in_inbox, asked), (usize::from(is_friend), usize::from(!is_friend)), "{about}");
                } else {
                    assert_eq!(world.rows("conversations").await.len(), before, "{about}: nothing is made");
                    let never = write_to(&writer, "nobody_ever", "hello").await;
                    assert!(reply.status != 404 || (reply.body == never.body && never.status == 404), "{about}");
                }
            }
        }
        assert_eq!(world.app.vault.unopened(outro_model::Timestamp(i64::MAX), 9).await.unwrap(), [], "a key without its conversation");
    }
}

on_both! {
    async fn closing_messages_closes_conversations_that_are_there_and_reading_stays(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let talk = id(&write_to(&bob, "ada", "hello").await.expect(201));
        say(&ada, &talk, "hello too").await.expect(201);
        for circle in [Circle::NoOne, Circle::Friends] {
            set(&world, &ada, PrivacyChange { messages_from: Some(circle), ..PrivacyChange::default() }).await;
            let refused = say(&bob, &talk, "more").await.expect(403);
            assert_eq!(refused.code(), "messages_closed");
            assert_eq!(bob.get(&format!("/api/v1/conversations/{talk}")).await.expect(200).json()["may_send"], "closed");
        }
        assert_eq!(texts(&bob, &talk).await, ["hello", "hello too"]);
        // It is found again all the same, and nothing new is made.
        let again = bob.post("/api/v1/conversations", json!({"to": ["ada"]})).await.expect(200);
        assert_eq!(id(&again), talk);
        say(&ada, &talk, "I may write to you").await.expect(201);
        befriend(&world, &ada, &bob).await;
        say(&bob, &talk, "friends now").await.expect(201);
    }
}

on_both! {
    async fn a_block_works_both_ways_at_once_and_what_was_said_stays_without_a_name(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let talk = id(&write_to(&bob, "ada", "hello").await.expect(201));
        tie(&world, &ada, &bob, Tie::Blocks).await;
        for who in [&ada, &bob] {
            assert_eq!(say(who, &talk, "more").await.expect(403).code(), "account_unavailable");
            let shown = who.get(&format!("/api/v1/conversations/{talk}")).await.expect(200).json();
            assert_eq!(shown["people"], json!([{"handle": null, "display_name": "Unavailable account"}]));
            assert_eq!(shown["may_send"], "unavailable");
            assert_eq!(texts(who, &talk).await, ["hello"]);
        }
    }
}

on_both! {
    async fn hiatus_shows_the_same_label_and_takes_nothing_and_comes_back(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let talk = id(&write_to(&bob, "ada", "hello").await.expect(201));
        say(&ada, &talk, "hi").await.expect(201);
        hiatus(&world, &ada, true).await;
        let shown = bob.get(&format!("/api/v1/conversations/{talk}")).await.expect(200).json();
        assert_eq!(shown["people"][0]["handle"], Value::Null);
        assert_eq!(shown["last_message"]["sender"]["display_name"], "Unavailable account");
        assert_eq!(say(&bob, &talk, "are you there?").await.expect(403).code(), "account_unavailable");
        // She can read, and not write.
        assert_eq!(texts(&ada, &talk).await, ["hello", "hi"]);
        assert_eq!(say(&ada, &talk, "no").await.expect(403).code(), "account_away");
        hiatus(&world, &ada, false).await;
        say(&bob, &talk, "welcome back").await.expect(201);
        assert_eq!(inbox(&bob).await[0]["people"][0]["handle"], "ada");
    }
}

on_both! {
    async fn the_young_take_no_messages_and_nobody_writes_to_themselves(world: World) {
        let bob = world.client().join("bob").await;
        let young = json!({"handle": "young", "password": "young-password", "birth_date": "2012-05-05"});
        world.client().post("/api/v1/accounts", young).await.expect(201);
        assert_eq!(write_to(&bob, "young", "hello").await.expect(403).code(), "messages_closed");
        assert_eq!(write_to(&bob, "bob", "hello").await.expect(409).code(), "oneself");
    }
}

on_both! {
    async fn two_who_open_at_one_moment_have_one_conversation(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let both = (0..8).map(|number| {
            let (who, other) = if number % 2 == 0 { (ada.clone(), "bob") } else { (bob.clone(), "ada") };
            tokio::spawn(async move { id(&who.post("/api/v1/conversations", json!({"to": [other]})).await) })
        });
        let ids = futures_util::future::join_all(both.collect::<Vec<_>>()).await;
        let ids: std::collections::HashSet<String> = ids.into_iter().map(Result::unwrap).collect();
        assert_eq!(ids.len(), 1, "{ids:?}");
        assert_eq!(world.rows("conversations").await.len(), 1);
        assert_eq!(world.app.vault.unopened(outro_model::Timestamp(i64::MAX), 9).await.unwrap(), []);
    }
}

on_both! {
    async fn strangers_can_be_written_to_only_so_often(world: World) {
        world.to_a_new_day();
        let bob = world.client().join("bob").await;
        world.client().join("ada").await;
        let talk = id(&write_to(&bob, "ada", "1").await.expect(201));
        for number in 2..=100 {
            say(&bob, &talk, &number.to_string()).await.expect(201);
        }
        assert_eq!(say(&bob, &talk, "101").await.expect(429).code(), "rate_limited");
    }
}

//! What others have of somebody who has left: each kind of it has a line in the data map, and says what it says and no
//! more. (That everything else is as if they had never been here is held in `never_existed`; sounds have their own
//! tests in `sounds/ending.rs`, the end of a conversation's key in `messages/erasure.rs`.)

use std::collections::BTreeSet;

use outro_datamap::{Erase, STAYS, TABLES, table};
use outro_db::{Db, Param, Statement, Value as Stored};
use outro_model::ConversationId;
use outro_testkit::{Client, World, on_both};
use serde_json::{Value, json};

async fn leave(world: &World, who: &Client, handle: &str) {
    let begun = who.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    let proof = json!({"challenge": begun["challenge"], "password": format!("{handle}-password")});
    who.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
    world.settle().await;
}

async fn comment(who: &Client, video: &str, text: &str, reply_to: Option<&str>) -> String {
    let body = json!({"text": text, "reply_to": reply_to});
    let said = who.post(&format!("/api/v1/videos/{video}/comments"), body).await.expect(201).json();
    said["id"].as_str().unwrap().to_owned()
}

async fn items(who: &Client, path: &str) -> Vec<Value> {
    who.get(path).await.expect(200).json()["items"].as_array().unwrap().clone()
}

async fn told(who: &Client) -> Vec<String> {
    let kind = |item: &Value| item["kind"].as_str().unwrap().to_owned();
    items(who, "/api/v1/me/notifications").await.iter().map(kind).collect()
}

async fn put(who: &Client, path: &str) {
    let reply = who.call("PUT", path, None).await;
    assert!(reply.status.is_success(), "{path}: {}", reply.text());
}

async fn report(who: &Client, body: Value) -> String {
    who.post("/api/v1/reports", body).await.expect(201).json()["id"].as_str().unwrap().to_owned()
}

async fn decide(who: &Client, report: &str, act: &str) {
    let body = json!({"act": act, "reason": "harassment", "statement": "why it was decided"});
    who.post(&format!("/api/v1/moderation/reports/{report}"), body).await.expect(200);
}

/// Whether the bytes of an id stand in any value of any row.
async fn stands(world: &World, id: &[u8]) -> Vec<&'static str> {
    let mut found = Vec::new();
    for table in TABLES {
        let read = Statement::built("all".into(), format!("SELECT * FROM {}", table.name));
        for row in world.app.db.read().await.unwrap().query(&read, &[]).await.unwrap() {
            let holds =
                |value: Stored| matches!(value, Stored::Bytes(bytes) if memchr::memmem::find(&bytes, id).is_some());
            if row.into_values().into_iter().any(holds) {
                found.push(table.name);
            }
        }
    }
    found
}

on_both! {
    async fn a_quoted_handle_is_the_word_of_whoever_wrote_it(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let id = world.id_of(&ada).await;
        let video = world.plant(&bob, b"bytes").await;
        let caption = json!({"caption": "with @ada"});
        bob.call("PATCH", &format!("/api/v1/videos/{video}"), Some(caption)).await.expect(200);
        comment(&bob, &video, "as @ada says", None).await;
        assert_eq!(told(&ada).await, ["mention", "mention"]);
        leave(&world, &ada, "ada").await;
        // What bob wrote stays as bob wrote it. It leads to nobody, and nothing but his text says her name.
        assert_eq!(items(&bob, &format!("/api/v1/videos/{video}/comments")).await[0]["text"], "as @ada says");
        assert_eq!(bob.get(&format!("/api/v1/videos/{video}")).await.json()["caption"], "with @ada");
        bob.get("/api/v1/accounts/ada").await.expect(404);
        assert_eq!(items(&bob, "/api/v1/me/notifications").await, [] as [Value; 0]);
        assert_eq!(stands(&world, id.as_bytes()).await, [] as [&str; 0]);
        let again = comment(&bob, &video, "where is @ada?", None).await;
        assert!(world.rows("notifications").await.is_empty(), "a mention of nobody tells nobody: {again}");
    }
}

on_both! {
    async fn replies_below_her_comment_go_with_all_that_was_told_of_them(world: World) {
        let client = world.client();
        let (ada, bob) = (client.join("ada").await, client.join("bob").await);
        let (cat, dan) = (client.join("cat").await, client.join("dan").await);
        let video = world.plant(&bob, b"bytes").await;
        let hers = comment(&ada, &video, "the head of a thread", None).await;
        let reply = comment(&cat, &video, "below it, for @dan", Some(&hers)).await;
        put(&dan, &format!("/api/v1/comments/{reply}/like")).await;
        let other = comment(&cat, &video, "another, for @dan", None).await;
        put(&dan, &format!("/api/v1/comments/{other}/like")).await;
        report(&dan, json!({"comment": reply, "reason": "hate"})).await;
        leave(&world, &ada, "ada").await;
        let ids: Vec<String> = items(&bob, &format!("/api/v1/videos/{video}/comments")).await.iter()
            .map(|item| item["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids, [other]);
        // Neither who was told of the reply nor who wrote it has left; what was told of it says nothing any more.
        for (who, kind) in [(&bob, "comment"), (&cat, "comment_like"), (&dan, "mention")] {
            assert_eq!(told(who).await, [kind]);
        }
        let gone: outro_model::CommentId = reply.parse().unwrap();
        assert_eq!(world.rows("notifications").await.len(), 3, "{:?}", world.rows("notifications").await);
        // What was reported of it stays with who reported it: it is about cat.
        assert_eq!(stands(&world, gone.as_bytes()).await, ["reports"]);
        assert_eq!(bob.get(&format!("/api/v1/videos/{video}")).await.json()["comment_count"], 1);
    }
}

on_both! {
    async fn likes_and_what_was_told_of_them_go_and_views_stay_as_a_number(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let id = world.id_of(&ada).await;
        let video = world.plant(&bob, b"bytes").await;
        let path = format!("/api/v1/videos/{video}");
        put(&ada, &format!("{path}/like")).await;
        ada.post(&format!("{path}/watches"), json!({"watched_ms": 2000})).await.expect(204);
        world.clock.advance_seconds(1);
        put(&ada, "/api/v1/accounts/bob/follow").await;
        assert_eq!(told(&bob).await, ["follow", "like"]);
        let shown = bob.get(&path).await.expect(200).json();
        assert_eq!((&shown["like_count"], &shown["view_count"]), (&json!(1), &json!(1)));
        leave(&world, &ada, "ada").await;
        assert_eq!(told(&bob).await, [] as [String; 0]);
        let shown = bob.get(&path).await.expect(200).json();
        assert_eq!((&shown["like_count"], &shown["view_count"]), (&json!(0), &json!(1)));
        for table in ["likes", "watches", "follows", "notifications"] {
            assert_eq!(world.rows(table).await, [] as [String; 0], "{table}");
        }
        assert_eq!(stands(&world, id.as_bytes()).await, [] as [&str; 0]);
    }
}

on_both! {
    async fn what_moderators_decided_stays_and_names_nobody_who_has_left(world: World) {
        let client = world.client();
        let (ada, bob) = (client.join("ada").await, client.join("bob").await);
        let (cat, mo) = (client.join("cat").await, client.join("mo_mod").await);
        outro_app::moderation::set_moderator(&world.app, "mo_mod", true).await.unwrap();
        let (hers, bobs) = (world.plant(&ada, b"bytes").await, world.plant(&bob, b"bytes").await);
        let by_ada = report(&ada, json!({"video": bobs, "reason": "hate", "note": "AdasNote"})).await;
        let of_ada = report(&cat, json!({"video": hers, "reason": "spam"})).await;
        decide(&mo, &by_ada, "hide").await;
        decide(&mo, &of_ada, "dismiss").await;
        let id = world.id_of(&ada).await;
        leave(&world, &ada, "ada").await;
        // What was decided about bob is so still, and he is told why; that it was her report is told nowhere.
        let decisions = items(&bob, "/api/v1/me/decisions").await;
        assert_eq!(decisions[0]["decision"], "hide");
        assert_eq!(decisions[0]["statement"], "why it was decided");
        cat.get(&format!("/api/v1/videos/{bobs}")).await.expect(404);
        let gone: outro_model::ReportId = by_ada.parse().unwrap();
        assert_eq!(stands(&world, id.as_bytes()).await, [] as [&str; 0]);
        // By which report it was is kept of mo alone, and leads nowhere.
        assert_eq!(stands(&world, gone.as_bytes()).await, ["moderation_hands"]);
        // That cat's report was decided stays told; what it was of does not.
        assert_eq!(told(&cat).await, ["report_decided"]);
        let video: outro_model::VideoId = hers.parse().unwrap();
        assert_eq!(stands(&world, video.as_bytes()).await, [] as [&str; 0]);
        assert_eq!(items(&cat, "/api/v1/me/reports").await, [] as [Value; 0]);
    }
}

/// All values by which two rows could be told to belong together: bytes, and moments.
async fn values(db: &Db, tables: &[(&str, &str)], id: ConversationId) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (table, column) in tables {
        let sql = format!("SELECT * FROM {table} WHERE {column} = ?1");
        let read = Statement::built("of a conversation".into(), sql);
        let rows = db.read().await.unwrap().query(&read, &[Param::Bytes(id.as_bytes())]).await.unwrap();
        assert!(!rows.is_empty(), "nothing of it stands in {table}");
        for value in rows.into_iter().flat_map(outro_db::Row::into_values) {
            match value {
                Stored::Bytes(bytes) => {
                    all.insert(hex::encode(bytes));
                }
                // A moment, not a count.
                Stored::Int(number) if number > 1_000_000_000_000 => {
                    all.insert(number.to_string());
                }
                _ => {}
            }
        }
    }
    all
}

on_both! {
    async fn nothing_ties_two_conversations_of_one_who_has_left(world: World) {
        let client = world.client();
        let (ada, bob, cat) = (client.join("ada").await, client.join("bob").await, client.join("cat").await);
        let (dan, eve) = (client.join("dan").await, client.join("eve").await);
        let mut talks: Vec<ConversationId> = Vec::new();
        for (to, who) in [(json!(["bob"]), &bob), (json!(["cat"]), &cat), (json!(["dan", "eve"]), &dan)] {
            world.clock.advance_seconds(5);
            let body = json!({"to": to, "text": "the same words to everybody"});
            let talk = ada.post("/api/v1/conversations", body).await.expect(201).json();
            let talk = talk["id"].as_str().unwrap().to_owned();
            world.clock.advance_seconds(5);
            let answer = json!({"text": "an answer"});
            who.post(&format!("/api/v1/conversations/{talk}/messages"), answer).await.expect(201);
            talks.push(talk.parse().unwrap());
        }
        let tables = [("conversations", "id"), ("members", "conversation_id"), ("messages", "conversation_id")];
        let keyring = Db::open(&world.folder.path().join("keyring/keyring.db").display().to_string()).await.unwrap();
        let hers = hex::encode(world.id_of(&ada).await.as_bytes());
        for (moment, tied) in [("before", true), ("after", false)] {
            let mut of_each = Vec::new();
            for talk in &talks {
                let mut all = values(&world.app.db, &tables, *talk).await;
                assert_eq!(all.contains(&hers), tied, "{moment}");
                let sql = "SELECT key_id, wrapped FROM conversation_keys WHERE conversation_id = ?1";
                let key = Statement::built("key".into(), sql.into());
                let rows = keyring.read().await.unwrap().query(&key, &[Param::Bytes(talk.as_bytes())]).await.unwrap();
                all.extend((0..2).map(|at| hex::encode(rows[0].get::<Vec<u8>>(at).unwrap())));
                of_each.push(all);
            }
            for (at, one) in of_each.iter().enumerate() {
                for other in &of_each[..at] {
                    let same: Vec<&String> = one.intersection(other).collect();
                    assert_eq!(!same.is_empty(), tied, "{moment}: {same:?}");
                }
            }
            if tied {
                leave(&world, &ada, "ada").await;
            }
        }
        // And to those who read, each is from the same nobody.
        for (who, talk) in [(&bob, talks[0]), (&cat, talks[1]), (&eve, talks[2])] {
            let said = items(who, &format!("/api/v1/conversations/{talk}/messages")).await.pop().unwrap();
            assert_eq!(said["text"], "the same words to everybody");
            assert_eq!(said["sender"], json!({"handle": null, "display_name": "Unavailable account"}));
        }
    }
}

/// Where the data map speaks of each thing that others have of somebody.
#[test]
fn each_of_them_has_a_line_in_the_data_map() {
    let deleted = [
        "notifications",
        "comments",
        "comment_likes",
        "likes",
        "watches",
        "reports",
        "moderation_hands",
        "moderation_acts",
    ];
    for name in deleted {
        let links = table(name).unwrap().links;
        assert!(!links.is_empty() && links.iter().all(|link| !matches!(link.erase, Erase::Detach(_))), "{name}");
    }
    let stays =
        |word: &str| STAYS.iter().find(|stay| stay.word == word).unwrap_or_else(|| panic!("{word} is not there"));
    for (word, table) in [
        ("conversations", "messages"),
        ("views", "videos"),
        ("decisions", "moderation_acts"),
        ("reports", "reports"),
        ("report_decided", "notifications"),
        ("sound_gone", "sounds"),
        ("quoted_handles", "comments"),
    ] {
        assert!(stays(word).tables.contains(&table), "{word}");
    }
}

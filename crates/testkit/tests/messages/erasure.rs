//! Somebody leaves: what they said stays for the others, and goes with the last one.

use std::fs;
use std::sync::Arc;

use outro_model::{ConversationId, Timestamp};
use outro_testkit::{On, copy_folder};

use super::*;

async fn left_open(world: &World, talk: &str) -> bool {
    world.app.vault.conversation(talk.parse::<ConversationId>().unwrap()).await.unwrap().is_some()
}

on_both! {
    async fn what_was_said_stays_readable_without_a_name(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let talk = id(&write_to(&ada, "bob", "remember me").await.expect(201));
        say(&bob, &talk, "always").await.expect(201);
        let ada_id = world.id_of(&ada).await;
        leave(&world, &ada, "ada").await;
        assert_eq!(texts(&bob, &talk).await, ["remember me", "always"]);
        let shown = inbox(&bob).await;
        assert_eq!(shown[0]["people"], json!([{"handle": null, "display_name": "Unavailable account"}]));
        let first = items(&bob, &format!("/api/v1/conversations/{talk}/messages")).await.pop().unwrap();
        assert_eq!(first["sender"], json!({"handle": null, "display_name": "Unavailable account"}));
        assert_eq!(say(&bob, &talk, "are you there?").await.expect(403).code(), "account_unavailable");
        let name = String::from_utf8_lossy(ada_id.as_bytes()).into_owned();
        assert!(world.everything().await.iter().all(|row| !row.contains(&name) || row.starts_with("erasures")), "her id stands somewhere");
        assert!(left_open(&world, &talk).await);
    }
}

on_both! {
    async fn the_receipt_says_how_many_messages_stay_and_how_many_went(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let cat = world.client().join("cat").await;
        let talk = id(&write_to(&ada, "bob", "one").await.expect(201));
        say(&bob, &talk, "two").await.expect(201);
        write_to(&ada, "cat", "three").await.expect(201);
        leave(&world, &cat, "cat").await;
        let begun = ada.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
        let proof = json!({"challenge": begun["challenge"], "password": "ada-password"});
        let left = ada.post("/api/v1/me/deletion/confirm", proof).await.expect(200).json();
        world.settle().await;
        let receipt = left["receipt"]["id"].as_str().unwrap();
        let done = bob.get(&format!("/api/v1/receipts/{receipt}")).await.expect(200).json();
        let note = done["note"].as_str().unwrap();
        // With bob one of hers stays; what only cat had seen went with her as the last one.
        assert!(note.contains("kept: receipt log_entry erased_handle_trace ledger_entry sent_messages=1\n"), "{note}");
        assert!(note.contains(" members=2 ") && note.contains(" messages=1"), "{note}");
        assert!(!note.contains("kept."), "{note}");
    }
}

// Hiatus, a block and an erasure must not be told apart.
on_both! {
    async fn gone_and_away_look_the_same(world: World) {
        let (bob, mut shown) = (world.client().join("bob").await, Vec::new());
        for (handle, how) in [("ada", 0), ("cat", 1), ("dan", 2)] {
            let who = world.client().join(handle).await;
            let talk = id(&write_to(&who, "bob", "same words").await.expect(201));
            match how {
                0 => leave(&world, &who, handle).await,
                1 => hiatus(&world, &who, true).await,
                _ => tie(&world, &who, &bob, Tie::Blocks).await,
            }
            let refused = say(&bob, &talk, "hello?").await;
            let mut conversation = bob.get(&format!("/api/v1/conversations/{talk}")).await.expect(200).json();
            conversation["id"] = json!(null);
            for name in ["id", "created_at"] {
                conversation["last_message"][name] = json!(null);
            }
            shown.push((refused.status, refused.body, conversation));
        }
        assert_eq!(shown[0], shown[1]);
        assert_eq!(shown[0], shown[2]);
    }
}

on_both! {
    async fn the_last_one_takes_the_conversation_and_its_key_along(world: World) {
        let (ada, bob, cat) = (world.client().join("ada").await, world.client().join("bob").await, world.client().join("cat").await);
        let pair = id(&write_to(&ada, "bob", "one").await.expect(201));
        let other = id(&write_to(&cat, "bob", "two").await.expect(201));
        let group = id(&ada.post("/api/v1/conversations", json!({"to": ["bob", "cat"], "text": "three"})).await.expect(201));
        leave(&world, &ada, "ada").await;
        assert!(left_open(&world, &pair).await && left_open(&world, &group).await);
        leave(&world, &bob, "bob").await;
        assert!(!left_open(&world, &pair).await, "its last one is gone");
        assert!(left_open(&world, &other).await && left_open(&world, &group).await);
        assert_eq!((texts(&cat, &other).await, texts(&cat, &group).await), (vec!["two".to_owned()], vec!["three".to_owned()]));
        leave(&world, &cat, "cat").await;
        assert!(!left_open(&world, &other).await && !left_open(&world, &group).await);
        for table in ["conversations", "members", "messages", "hidden_messages", "events", "event_counters"] {
            assert_eq!(world.rows(table).await, [] as [String; 0], "{table}");
        }
        // A destroyed id never opens anything again.
        let again = world.app.vault.create_conversation(pair.parse().unwrap()).await;
        assert!(matches!(again, Err(outro_vault::VaultError::Destroyed)));
    }
}

on_both! {
    async fn two_who_leave_at_one_moment_leave_nothing(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let talk = id(&write_to(&ada, "bob", "together").await.expect(201));
        for (who, handle) in [(&ada, "ada"), (&bob, "bob")] {
            let begun = who.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
            let proof = json!({"challenge": begun["challenge"], "password": format!("{handle}-password")});
            who.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
        }
        tokio::join!(world.run_jobs(), world.run_jobs());
        world.settle().await;
        assert!(!left_open(&world, &talk).await);
        for table in ["conversations", "members", "messages", "accounts"] {
            assert_eq!(world.rows(table).await, [] as [String; 0], "{table}");
        }
    }
}

on_both! {
    async fn a_key_without_its_conversation_is_swept(world: World) {
        let half = ConversationId::random(&*world.app.random);
        world.app.vault.create_conversation(half).await.unwrap();
        let (ada, _bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let talk = id(&write_to(&ada, "bob", "hi").await.expect(201));
        world.clock.advance_seconds(2 * 3600);
        outro_app::housekeeping::schedule(&world.app).await.unwrap();
        world.run_jobs().await;
        assert!(world.app.vault.conversation(half).await.unwrap().is_none());
        assert!(left_open(&world, &talk).await);
        assert_eq!(world.app.vault.unopened(Timestamp(i64::MAX), 9).await.unwrap(), []);
    }
}

// As after a stop between the key and the rows, or between two of them.
on_both! {
    async fn an_end_that_was_stopped_goes_on(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let talk = id(&write_to(&ada, "bob", "one").await.expect(201));
        say(&ada, &talk, "two").await.expect(201);
        leave(&world, &bob, "bob").await;
        let talk: ConversationId = talk.parse().unwrap();
        world.app.vault.destroy_conversation(talk).await.unwrap();
        let drop = outro_db::Statement::built("drop".into(), "DELETE FROM messages WHERE seq = 1".into());
        let mut tx = world.app.db.write().await.unwrap();
        assert_eq!(tx.execute(&drop, &[]).await.unwrap(), 1);
        tx.commit().await.unwrap();
        leave(&world, &ada, "ada").await;
        for table in ["conversations", "members", "messages", "accounts"] {
            assert_eq!(world.rows(table).await, [] as [String; 0], "{table}");
        }
    }
}

/// Where several processes cache keys: no receipt before each has let go of a conversation's key too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_and_receipt_wait_until_no_process_holds_the_key() {
    let world = World::start(On::Sqlite).await;
    let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
    write_to(&ada, "bob", "hello").await.expect(201);
    leave(&world, &bob, "bob").await;
    let begun = ada.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    let proof = json!({"challenge": begun["challenge"], "password": "ada-password"});
    ada.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
    let keyring = world.folder.path().join("keyring/keyring.db").display().to_string();
    let options = outro_vault::VaultOptions {
        keyring: outro_db::Db::open(&keyring).await.unwrap(),
        root: outro_vault::RootFile::at(world.folder.path().join("root/root.key")),
        clock: world.clock.clone(),
        random: world.app.random.clone(),
        leases: true,
    };
    let vault = outro_vault::Vault::open(options).await.unwrap();
    let runner = outro_app::AppRunner(outro_app::App { vault, ..world.app.clone() });
    for (seconds, left) in [(0, 1), (4, 1), (2, 0)] {
        world.clock.advance_seconds(seconds);
        while world.app.queue.work_once(outro_jobs::Lane::Prompt, &runner).await.unwrap() {}
        assert_eq!(world.rows("messages").await.len(), left, "after {seconds} more seconds");
    }
}

/// SQLite alone: there the data folder holds the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_copy_of_data_and_keyring_opens_no_conversation_that_is_over() {
    let world = World::start(On::Sqlite).await;
    let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
    let (cat, _dan) = (world.client().join("cat").await, world.client().join("dan").await);
    let over = id(&write_to(&ada, "bob", "MarkOver7d1c").await.expect(201));
    let goes_on = id(&write_to(&cat, "dan", "MarkGoesOn").await.expect(201));
    let copy = tempfile::tempdir().unwrap();
    copy_folder(world.folder.path(), copy.path());
    leave(&world, &ada, "ada").await;
    leave(&world, &bob, "bob").await;
    // The daily rotation; old copies of the keyring die with the root they hang on.
    world.app.vault.rotate_root().await.unwrap();
    fs::remove_dir_all(copy.path().join("root")).unwrap();
    copy_folder(&world.folder.path().join("root"), &copy.path().join("root"));
    let keyring = outro_db::Db::open(&copy.path().join("keyring/keyring.db").display().to_string()).await.unwrap();
    let options = outro_vault::VaultOptions {
        keyring,
        root: outro_vault::RootFile::at(copy.path().join("root/root.key")),
        clock: world.clock.clone(),
        random: world.app.random.clone(),
        leases: false,
    };
    assert!(outro_vault::Vault::open(options).await.is_err(), "the old keyring opens under the new root");
    // With the keyring of today the old data opens what goes on, and nothing else.
    fs::remove_dir_all(copy.path().join("keyring")).unwrap();
    copy_folder(&world.folder.path().join("keyring"), &copy.path().join("keyring"));
    let database = copy.path().join("outro.db").display().to_string();
    let old = World::open(Arc::new(copy), database, world.clock.clone()).await;
    assert_eq!(old.rows("messages").await.len(), 2, "the copy holds the rows");
    assert!(!left_open(&old, &over).await && left_open(&old, &goes_on).await);
    let cat = old.client().with(cat.token.as_deref());
    assert_eq!(texts(&cat, &goes_on).await, ["MarkGoesOn"]);
}

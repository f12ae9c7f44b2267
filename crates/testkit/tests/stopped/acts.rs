//! Leaving, at once and when the archive is downloaded, to the last line of the log.

use std::path::Path;
use std::time::Duration;

use outro_app::erasure::{log_checkpoint, note};
use outro_model::AccountId;
use outro_store::erasure::{PLAN, Subject, residue};
use outro_testkit::{Client, On, World};
use serde_json::{Value, json};

use crate::scene::{ok, people};
use crate::stage::{Act, Stage, UNKNOWN};

pub(super) struct Leaving;
pub(super) struct Departing;

/// What is made by chance, or by the clock of whoever came to do it, is not compared.
const VOLATILE: &[(&str, &[&str])] = &[
    ("receipts", &["id_hash", "note"]),
    ("takeouts", &["header", "length"]),
    ("notifications", &["id", "created_at"]),
    ("events", &["created_at"]),
    ("books", &["shard"]),
    // Who goes on with a sound whose owner has left has one of their own from then on.
    ("sounds", &["id", "created_at"]),
    ("sound_uses", &["sound_id"]),
];

/// Every row of every table, but for counts of tries and what is made by chance.
pub(super) async fn rows(world: &World) -> Vec<String> {
    let mut all = Vec::new();
    for table in outro_datamap::TABLES.iter().filter(|table| table.name != "budgets") {
        let without = VOLATILE.iter().find(|(name, _)| *name == table.name).map_or(&[][..], |(_, columns)| columns);
        let mut rows = world.rows_but(table.name, without).await;
        rows.sort();
        all.extend(rows.into_iter().map(|row| format!("{}: {row}", table.name)));
    }
    all
}

/// Every file of the store of objects.
pub(super) fn files(world: &World) -> Vec<String> {
    let (root, blobs) = (world.folder.path(), world.folder.path().join("blobs"));
    let all = world.files().into_iter().filter(|path| path.starts_with(&blobs));
    all.map(|path| path.strip_prefix(root).unwrap().display().to_string()).collect()
}

/// How many keys there are, homes, and lines of the log of erasures.
pub(super) async fn counts(world: &World) -> String {
    let keys = world.app.vault.account_ids(None, 500).await.unwrap().len();
    let homes = world.app.blobs.owners(None, 500).await.unwrap().len();
    let ledger = world.app.vault.destroyed_ids(None, 500).await.unwrap().len();
    let checkpoint = log_checkpoint(&world.app).await.unwrap();
    let logged = checkpoint.lines().nth(1).unwrap();
    format!("{keys} keys, {homes} homes, {ledger} destroyed, {logged} in the log")
}

/// Holds that nothing of an account is there.
pub(super) async fn assert_gone(world: &World, account: AccountId, key_id: [u8; 16], token: &str) {
    let subject = Subject { account, key_id };
    let left = residue(&mut world.app.db.read().await.unwrap(), &subject).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
    assert!(!world.app.blobs.home_exists(account).await.unwrap());
    assert!(world.app.vault.account(account).await.unwrap().is_none());
    world.client().with(Some(token)).get("/api/v1/me").await.expect(401);
    world.client().get("/api/v1/accounts/ada").await.expect(404);
}

async fn known(world: &World, ada: &Client, challenge: &Value) -> Value {
    let account = world.id_of(ada).await;
    let key_id = *world.app.vault.account(account).await.unwrap().unwrap().key_id().as_bytes();
    json!({"ada": ada.token, "account": account.to_string(), "key_id": hex::encode(key_id), "challenge": challenge})
}

/// Confirms, as often as it takes: who was stopped before an answer asks again.
async fn confirm(on: &Stage, later: bool) {
    let ada = on.client("ada");
    let mut challenge = on.known["challenge"].clone();
    for _ in 0..3 {
        if ada.get("/api/v1/me").await.status == 401 {
            return;
        }
        let proof = json!({"challenge": challenge, "password": "ada-password", "when_downloaded": later});
        let reply = ada.post("/api/v1/me/deletion/confirm", proof).await;
        if reply.status.is_success() {
            let id = reply.json()["receipt"]["id"].as_str().unwrap().to_owned();
            on.acknowledge("receipt", &id);
            return;
        }
        challenge = ok(&ada, "POST", "/me/deletion", json!({"forfeit_coins": true})).await["challenge"].clone();
    }
    panic!("leaving is refused");
}

async fn end(on: &Stage) -> Vec<String> {
    let world = &on.world;
    let account = on.word("account").parse().unwrap();
    let key_id = hex::decode(on.word("key_id")).unwrap().try_into().unwrap();
    assert_gone(world, account, key_id, on.word("ada")).await;
    let told = match on.acknowledged("receipt") {
        Some(id) => told(world, &id).await,
        // Nobody was answered, so nobody can ask.
        None => UNKNOWN.to_owned(),
    };
    let mut all = vec![told, counts(world).await, format!("files {:?}", files(world))];
    all.extend(rows(world).await);
    all
}

/// What a receipt counts: each thing once, however often it was begun.
async fn told(world: &World, id: &str) -> String {
    let receipt = world.client().get(&format!("/api/v1/receipts/{id}")).await.expect(200).json();
    assert_eq!(receipt["state"], "complete");
    let (signed, key) = (receipt["note"].as_str().unwrap(), receipt["verifier_key"].as_str().unwrap());
    let text = note::verify(signed, key).unwrap();
    note::verify_logged(text, receipt["proof"].as_str().unwrap()).unwrap();
    let counted = text.lines().filter(|line| line.starts_with("erased: ") || line.starts_with("kept: "));
    // How many jobs stood in the queue is a matter of the moment.
    counted.flat_map(|line| line.split(' ')).filter(|count| !count.starts_with("jobs=")).collect::<Vec<_>>().join(" ")
}

impl Act for Leaving {
    async fn prepare(world: &World, _: &Path) -> Value {
        let ada = people(world).await.ada;
        // An archive that is whole, and one that is being made.
        ok(&ada, "POST", "/me/takeouts", Value::Null).await;
        world.settle().await;
        ok(&ada, "POST", "/me/takeouts", Value::Null).await;
        let begun = ok(&ada, "POST", "/me/deletion", json!({"forfeit_coins": true})).await;
        known(world, &ada, &begun["challenge"]).await
    }

    async fn act(on: &Stage) {
        confirm(on, false).await;
        on.world.settle().await;
    }

    async fn end(on: &Stage) -> Vec<String> {
        end(on).await
    }

    /// Where each table that she is in is a place of its own (PostgreSQL), she is in most. SQLite takes in one transaction what
    /// is little: what is before her conversations, and what is after.
    fn hold(on: On, effects: &[String]) {
        if on == On::Sqlite {
            let commits = effects.iter().filter(|effect| effect.starts_with("commit erasure::")).count();
            return assert!(commits >= 2, "{effects:?}");
        }
        let walked = |table: &str| {
            let of = format!("::{table}.");
            effects.iter().any(|effect| effect.starts_with("commit erasure::") && effect.contains(&of))
        };
        let passed_by: Vec<_> = PLAN.steps.iter().map(|step| step.table).filter(|table| !walked(table)).collect();
        assert!(passed_by.len() < PLAN.steps.len() / 4, "she has nothing in {passed_by:?}");
    }
}

impl Act for Departing {
    async fn prepare(world: &World, _: &Path) -> Value {
        let ada = people(world).await.ada;
        let begun = ok(&ada, "POST", "/me/deletion", json!({"forfeit_coins": true})).await;
        known(world, &ada, &begun["challenge"]).await
    }

    /// Asks to leave when the archive is downloaded, has it made, downloads it; whoever comes back begins where they were.
    async fn act(on: &Stage) {
        let (world, ada) = (&on.world, on.client("ada"));
        if ada.get("/api/v1/me").await.status == 200 {
            let waits = ok(&ada, "GET", "/me/deletion", Value::Null).await["when_downloaded"].clone();
            if waits.is_null() {
                confirm(on, true).await;
            }
            world.run_jobs().await;
            // A job that leaves may have been there.
            let waits = ada.get("/api/v1/me/deletion").await.json();
            if let Some(id) = waits["when_downloaded"]["takeout"].as_str() {
                ada.get(&format!("/api/v1/me/takeouts/{id}/download")).await;
            }
        }
        // That the last byte went out is noted a moment after it has.
        for _ in 0..200 {
            world.run_jobs().await;
            if ada.get("/api/v1/me").await.status == 401 {
                return world.settle().await;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("nobody left");
    }

    async fn end(on: &Stage) -> Vec<String> {
        end(on).await
    }
}

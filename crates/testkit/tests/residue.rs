//! An older copy of everything but the keyring opens nobody who left, and no file ties anything to them. What of them stands
//! readable is looked for by the audit, with canaries in every place (`canaries/`).

use std::fs;
use std::sync::Arc;

use outro_store::{accounts, videos};
use outro_testkit::{Client, World, copy_folder};
use serde_json::json;

/// SQLite alone: there the data folder holds the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_from_before_opens_nobody_who_left() {
    let world = World::start(outro_testkit::On::Sqlite).await;
    let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
    for (who, caption) in [(&ada, "from ada"), (&bob, "from bob")] {
        who.upload(outro_testkit::clip(), &[("caption", caption)]).await.expect(202);
    }
    world.settle().await;
    let copy = tempfile::tempdir().unwrap();
    copy_folder(world.folder.path(), copy.path());
    let ada_id = id_of(&world, &ada).await;

    let begun = ada.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    let proof = json!({ "challenge": begun["challenge"], "password": "ada-password" });
    ada.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
    world.settle().await;
    for place in ["keyring", "root"] {
        fs::remove_dir_all(copy.path().join(place)).unwrap();
        copy_folder(&world.folder.path().join(place), &copy.path().join(place));
    }

    let database = copy.path().join("outro.db").display().to_string();
    let old = World::open(Arc::new(copy), database, world.clock.clone()).await;
    let mut tx = old.app.db.read().await.unwrap();
    assert!(accounts::by_id(&mut tx, ada_id).await.unwrap().is_some(), "the copy holds her rows");
    assert_eq!(videos::count(&mut tx, ada_id).await.unwrap(), 1);
    assert!(!old.app.blobs.list(ada_id).await.unwrap().is_empty(), "and her files");
    assert!(old.app.vault.account(ada_id).await.unwrap().is_none(), "but nothing opens them");
    let anyone = old.client();
    anyone.get("/api/v1/accounts/ada").await.expect(404);
    let sign_in = json!({ "handle": "ada", "password": "ada-password" });
    anyone.post("/api/v1/sessions", sign_in).await.expect(401);
    let feed = anyone.get("/api/v1/feed/for-you").await.expect(200).json();
    let captions: Vec<_> = feed["items"].as_array().unwrap().iter().map(|item| &item["caption"]).collect();
    assert_eq!(captions, ["from bob"], "who stayed is still there");
    anyone.get("/api/v1/accounts/bob").await.expect(200);
}

/// SQLite alone: there the files can be read byte by byte.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_it_is_complete_no_file_ties_anything_to_the_account() {
    let world = World::start(outro_testkit::On::Sqlite).await;
    let ada = world.client().join("ada").await;
    ada.upload(outro_testkit::clip(), &[]).await.expect(202);
    world.run_jobs().await;
    let id = id_of(&world, &ada).await;
    let index = world.app.vault.handle_index(&"ada".parse().unwrap());
    let entry = accounts::handle_entry(&mut world.app.db.read().await.unwrap(), &index).await.unwrap().unwrap();
    let begun = ada.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    let proof = json!({ "challenge": begun["challenge"], "password": "ada-password" });
    let left = ada.post("/api/v1/me/deletion/confirm", proof).await.expect(200).json();
    assert_eq!(left["key_destroyed"], true);
    let receipt = hex::decode(left["receipt"]["id"].as_str().unwrap()).unwrap();
    world.settle().await;

    let mut database = Vec::new();
    for entry in fs::read_dir(world.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            database.extend(fs::read(path).unwrap());
        }
    }
    let holds = |bytes: &[u8]| memchr::memmem::find(&database, bytes).is_some();
    assert!(!holds(id.as_bytes()), "the account's id stands in the database's files");
    assert!(!holds(&receipt), "the receipt's id does");
    assert!(!holds(&entry.key_id), "the key's name does");
    let ledger = world.app.vault.destruction(id).await.unwrap().unwrap();
    assert_ne!(ledger.key_id.as_bytes(), &entry.key_id, "the ledger ties an older index to the account");
    assert_eq!(outro_jobs::waiting(&mut world.app.db.read().await.unwrap()).await.unwrap(), 0);
}

async fn id_of(world: &World, who: &Client) -> outro_model::AccountId {
    let me = who.get("/api/v1/me").await.expect(200).json();
    let id = me["id"].as_str().unwrap().parse().unwrap();
    assert!(world.app.vault.account(id).await.unwrap().is_some());
    id
}

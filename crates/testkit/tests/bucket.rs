//! A site whose objects are in a bucket of S3, as a person meets it: what was uploaded is made and plays, goes with a takeout, comes
//! back with a backup, and is gone from the bucket with whoever leaves.

use std::sync::Arc;

use axum::http::StatusCode;
use outro_app::backup::{self, Target};
use outro_app::{App, housekeeping};
use outro_blobs::Blobs;
use outro_db::Db;
use outro_model::{AccountId, BlobId, BlobKind};
use outro_testkit::{Bucket, Client, On, World, clip, copy_folder, drop_databases, fresh_database};
use serde_json::{Value, json};

/// Makes one test of a function that takes a [`World`], on each engine, its objects in a bucket.
macro_rules! in_a_bucket {
    ($(#[$meta:meta])* async fn $name:ident($world:ident: World) $body:block) => {
        mod $name {
            use super::*;

            async fn body($world: World) $body

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body(World::start_in_bucket(On::Sqlite).await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                body(World::start_in_bucket(On::Postgres).await).await;
                drop_databases().await;
            }
        }
    };
}

/// The bytes of what a video plays, and of its cover.
async fn played(client: &Client, video: &str) -> (Vec<u8>, Vec<u8>) {
    let video = client.get(&format!("/api/v1/videos/{video}")).await.expect(200).json();
    assert_eq!(video["state"], "ready");
    let (plays, cover) = (video["renditions"][0]["url"].as_str().unwrap(), video["cover_url"].as_str().unwrap());
    (client.get(plays).await.expect(200).body.to_vec(), client.get(cover).await.expect(200).body.to_vec())
}

async fn leave(who: &Client, password: &str) -> String {
    let begun = who.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    let proof = json!({ "challenge": begun["challenge"], "password": password });
    let left = who.post("/api/v1/me/deletion/confirm", proof).await.expect(200).json();
    left["receipt"]["id"].as_str().unwrap().to_owned()
}

/// Everybody of whom anything is in the bucket.
async fn owners(world: &World) -> Vec<AccountId> {
    world.app.blobs.owners(None, 100).await.unwrap()
}

/// Whether the data folder holds no object and no scratch.
fn nothing_is_on_the_disk(world: &World) {
    for place in ["blobs", "scratch"] {
        let count = std::fs::read_dir(world.folder.path().join(place)).unwrap().count();
        assert_eq!(count, 0, "{place}");
    }
}

in_a_bucket! {
    async fn what_was_uploaded_plays_and_is_gone_with_its_owner(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let (id, other) = (world.id_of(&ada).await, world.id_of(&bob).await);
        // At once, and bit by bit.
        let first = ada.upload(clip(), &[("caption", "At once")]).await.expect(202).json();
        let first = first["video"]["id"].as_str().unwrap().to_owned();
        let (upload, half) = (ada.begin_upload(clip().len(), &[("caption", "In pieces")]).await, clip().len() / 2);
        ada.add_piece(&upload, 0, &clip()[..half]).await.expect(204);
        let world = world.restart().await;
        let (ada, bob) = (world.client().with(ada.token.as_deref()), world.client().with(bob.token.as_deref()));
        ada.add_piece(&upload, half, &clip()[half..]).await.expect(204);
        let second = upload.rsplit('/').next().unwrap().to_owned();
        world.settle().await;
        for video in [&first, &second] {
            let (whole, cover) = played(&bob, video).await;
            assert!(whole.len() > 1000 && !cover.is_empty());
            let shown = bob.get(&format!("/api/v1/videos/{video}")).await.json();
            let part = bob.get_range(shown["renditions"][0]["url"].as_str().unwrap(), "bytes=100-999").await.expect(206);
            assert!(part.body == whole[100..1000]);
            assert!(ada.get(&format!("/media/{video}/original")).await.expect(200).body == clip());
        }
        nothing_is_on_the_disk(&world);
        assert!(world.app.blobs.list(id).await.unwrap().len() >= 6);

        let receipt = leave(&ada, "ada-password").await;
        assert_eq!(bob.get(&format!("/api/v1/videos/{first}")).await.status, StatusCode::NOT_FOUND);
        world.settle_receipt(&receipt).await;
        assert!(world.app.blobs.list(id).await.unwrap().is_empty());
        assert_eq!(owners(&world).await, [other]);
        nothing_is_on_the_disk(&world);
    }
}

in_a_bucket! {
    /// Another prefix, or a folder instead of the bucket, would be taken for emptied by whoever erases there.
    async fn a_place_without_the_objects_of_those_who_are_here_is_found_out(world: World) {
        let elsewhere = tempfile::tempdir().unwrap();
        let folder = Blobs::open(elsewhere.path().to_owned(), world.app.random.clone()).unwrap();
        let wrong = App { blobs: folder, ..world.app.clone() };
        assert!(housekeeping::fits_objects(&wrong).await.unwrap(), "nobody is here yet");
        let ada = world.client().join("ada").await;
        let id = world.id_of(&ada).await;
        assert!(housekeeping::fits_objects(&world.app).await.unwrap());
        assert!(!housekeeping::fits_objects(&wrong).await.unwrap());
        assert!(world.app.blobs.holds_any(id).await.unwrap() && !wrong.blobs.holds_any(id).await.unwrap());
        let receipt = leave(&ada, "ada-password").await;
        world.settle_receipt(&receipt).await;
        assert!(!world.app.blobs.holds_any(id).await.unwrap());
        assert!(housekeeping::fits_objects(&world.app).await.unwrap(), "nobody is here any more");
    }
}

in_a_bucket! {
    /// As if a writer had been killed when its object stood, and before it had looked after the home.
    async fn what_comes_to_stand_after_an_erasure_is_found_and_goes(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let (id, other) = (world.id_of(&ada).await, world.id_of(&bob).await);
        let keys = world.app.vault.account(id).await.unwrap().unwrap();
        let receipt = leave(&ada, "ada-password").await;
        world.settle_receipt(&receipt).await;
        world.app.blobs.create_home(id).await.unwrap();
        let object = BlobId::random(&*world.app.random);
        let mut writer = world.app.blobs.writer(&keys, object, BlobKind::Original).await.unwrap();
        writer.write(b"late").await.unwrap();
        writer.finish(&keys).await.unwrap();
        assert_eq!(world.app.blobs.list(id).await.unwrap(), [object]);
        world.clock.advance_seconds(3600);
        housekeeping::schedule(&world.app).await.unwrap();
        world.run_jobs().await;
        assert_eq!(owners(&world).await, [other]);
    }
}

in_a_bucket! {
    async fn a_takeout_is_made_and_fetched_in_parts(world: World) {
        let ada = world.client().join("ada").await;
        world.plant_whole(&ada, &[7; 6_000_000]).await;
        let asked = ada.call("POST", "/api/v1/me/takeouts", None).await.expect(202).json();
        world.run_jobs().await;
        let path = format!("/api/v1/me/takeouts/{}", asked["id"].as_str().unwrap());
        assert_eq!(ada.get(&path).await.expect(200).json()["state"], "ready");
        let whole = ada.get(&format!("{path}/download")).await.expect(200).body;
        assert!(whole.len() > 6_000_000, "it comes in parts");
        let middle = whole.len() / 2;
        let first = ada.get_range(&format!("{path}/download"), &format!("bytes=0-{}", middle - 1)).await.expect(206);
        let rest = ada.get_range(&format!("{path}/download"), &format!("bytes={middle}-")).await.expect(206);
        assert!([first.body, rest.body].concat() == whole);
        ada.call("DELETE", &path, None).await.expect(204);
        let kinds = world.rows("blobs").await.len();
        assert_eq!(world.app.blobs.list(world.id_of(&ada).await).await.unwrap().len(), kinds);
        nothing_is_on_the_disk(&world);
    }
}

/// The world after its backup was put back into another bucket and an empty database.
async fn restored(world: &World, from: &std::path::Path) -> World {
    let folder = tempfile::tempdir().unwrap();
    for place in ["keyring", "root"] {
        copy_folder(&world.folder.path().join(place), &folder.path().join(place));
    }
    for place in ["blobs", "scratch"] {
        std::fs::create_dir(folder.path().join(place)).unwrap();
    }
    let database = if world.database.starts_with("postgres") {
        fresh_database().await
    } else {
        folder.path().join("outro.db").display().to_string()
    };
    let (db, bucket) = (Db::open(&database).await.unwrap(), Bucket::fresh());
    let blobs = bucket.open(folder.path(), &db).await;
    let target = Target { db: &db, blobs: &blobs, vault: &world.app.vault, clock: &*world.clock };
    let restored = backup::restore(&target, from, None).await.unwrap();
    assert!(restored.objects > 0);
    let world = World::open_with(Arc::new(folder), database, world.clock.clone(), Some(bucket)).await;
    backup::replay(&world.app).await.unwrap();
    world
}

in_a_bucket! {
    async fn what_was_backed_up_comes_back_and_who_left_since_does_not(world: World) {
        let shelf = tempfile::tempdir().unwrap();
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let (small, large) = (world.plant_whole(&bob, &[7; 3_000]).await, world.plant_whole(&bob, &[9; 12_000_000]).await);
        world.plant_whole(&ada, &[8; 3_000]).await;
        let other = world.id_of(&bob).await;
        let taken = backup::take(&world.app, shelf.path(), 30).await.unwrap();
        assert_eq!(taken.missing, 0);
        let again = backup::take(&world.app, shelf.path(), 30).await.unwrap();
        assert_eq!((again.copied, again.objects), (0, taken.objects));
        let receipt = leave(&ada, "ada-password").await;
        world.settle_receipt(&receipt).await;

        let after = restored(&world, shelf.path()).await;
        assert_eq!(owners(&after).await, [other]);
        let signed = after.client().post("/api/v1/sessions", json!({"handle": "bob", "password": "bob-password"})).await;
        let bob = after.client().with_token(&signed.expect(201).json());
        for (video, byte, length) in [(small, 7, 3_000), (large, 9, 12_000_000)] {
            let shown: Value = bob.get(&format!("/api/v1/videos/{video}")).await.expect(200).json();
            let plays = bob.get(shown["renditions"][0]["url"].as_str().unwrap()).await.expect(200).body;
            assert!(plays.len() == length && plays.iter().all(|found| *found == byte));
        }
        let gone = after.client().get("/api/v1/accounts/ada").await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
        nothing_is_on_the_disk(&after);
    }
}

in_a_bucket! {
    /// The gate holds between processes: whoever deletes waits until a backup has taken note.
    async fn nobody_deletes_while_the_gate_is_closed(world: World) {
        let ada = world.client().join("ada").await;
        world.plant(&ada, &[7; 100]).await;
        let owner = world.id_of(&ada).await;
        let beside = world.restart().await;
        let object = world.app.blobs.list(owner).await.unwrap()[0];
        let gate = world.app.blobs.close_gate().await.unwrap();
        let blobs = beside.app.blobs.clone();
        let deleting = tokio::spawn(async move { blobs.delete(owner, object).await });
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        assert!(!deleting.is_finished());
        assert!(world.app.blobs.list(owner).await.unwrap().contains(&object));
        drop(gate);
        deleting.await.unwrap().unwrap();
        assert!(!world.app.blobs.list(owner).await.unwrap().contains(&object));
    }
}

//! Backups: taken, pruned, and put back with all who have left since gone again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use outro_app::backup::{self, Backups, Target};
use outro_blobs::Blobs;
use outro_db::Db;
use outro_testkit::{World, clip, copy_folder};
use outro_vault::SystemRandom;
use serde_json::{Value, json};

use crate::acts::{assert_gone, counts, files, rows};
use crate::scene::{leave, people};
use crate::stage::{Act, Stage, adopted};

pub(super) struct BackingUp;
pub(super) struct Pruning;
pub(super) struct Restoring;

const DAYS: i64 = 30;

/// Every file below a folder that is not of a backup's own random key.
fn below(folder: &Path) -> Vec<PathBuf> {
    let (mut folders, mut all) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { all.push(path) }
        }
    }
    all
}

impl Act for BackingUp {
    async fn prepare(world: &World, _: &Path) -> Value {
        people(world).await;
        Value::Null
    }

    async fn act(on: &Stage) {
        backup::take(&on.world.app, &on.outer.join("backups"), DAYS).await.unwrap();
    }

    async fn end(on: &Stage) -> Vec<String> {
        let app = &on.world.app;
        let place = Backups::open(&on.outer.join("backups"), &app.vault, false).unwrap();
        let list = place.list().unwrap();
        // One that was whole when the stop came is a backup too.
        let mut verified = Vec::new();
        for about in &list {
            verified.push(backup::verify(app, &place, about).await.unwrap());
        }
        let newest = verified.last().unwrap();
        let unfinished =
            below(&on.outer.join("backups")).into_iter().filter(|path| path.to_string_lossy().contains(".part"));
        assert_eq!(unfinished.count(), 0);
        let mut all = vec![format!("{} objects, {} rows", newest.objects, newest.rows)];
        all.extend(rows(&on.world).await);
        all
    }
}

impl Act for Pruning {
    /// Two backups that have ended, with an object that both held, and one that holds on.
    async fn prepare(world: &World, outer: &Path) -> Value {
        let ada = world.client().join("ada").await;
        world.plant(&ada, b"first").await;
        let take = async || drop(backup::take(&world.app, &outer.join("backups"), DAYS).await.unwrap());
        take().await;
        world.clock.advance_seconds(1);
        let second = world.plant(&ada, b"second").await;
        take().await;
        ada.call("DELETE", &format!("/api/v1/videos/{second}"), None).await.expect(204);
        world.settle().await;
        world.clock.advance_seconds(29 * 86_400);
        take().await;
        world.clock.advance_seconds(2 * 86_400);
        Value::Null
    }

    async fn act(on: &Stage) {
        let app = &on.world.app;
        app.vault.end_backups(on.world.app.clock.now()).await.unwrap();
        let place = Backups::open(&on.outer.join("backups"), &app.vault, false).unwrap();
        backup::prune(app, &place).await.unwrap();
    }

    async fn end(on: &Stage) -> Vec<String> {
        let (app, folder) = (&on.world.app, on.outer.join("backups"));
        let place = Backups::open(&folder, &app.vault, false).unwrap();
        let list = place.list().unwrap();
        assert_eq!(list.len(), 1);
        backup::verify(app, &place, &list[0]).await.unwrap();
        let mut all: Vec<_> =
            below(&folder).iter().map(|path| path.strip_prefix(&folder).unwrap().display().to_string()).collect();
        all.sort();
        all.push(format!("{} keys", app.vault.backups().await.unwrap().len()));
        all
    }
}

impl Restoring {
    fn new_folder(on: &Stage) -> PathBuf {
        on.outer.join("new")
    }
}

impl Act for Restoring {
    const SECOND: bool = true;

    /// A backup, and somebody who left after it.
    async fn prepare(world: &World, outer: &Path) -> Value {
        let people = people(world).await;
        let bobs = people.bob.upload(clip(), &[("caption", "stays")]).await.expect(202).json()["video"]["id"].clone();
        world.settle().await;
        backup::take(&world.app, &outer.join("backups"), DAYS).await.unwrap();
        let account = world.id_of(&people.ada).await;
        let key_id = *world.app.vault.account(account).await.unwrap().unwrap().key_id().as_bytes();
        leave(world, &people.ada, "ada").await;
        world.clock.advance_seconds(1);
        json!({
            "ada": people.ada.token, "account": account.to_string(), "key_id": hex::encode(key_id), "bobs": bobs,
        })
    }

    /// The living keyring is put beside an empty database, the backup is put back, and the ledger replayed.
    async fn act(on: &Stage) {
        let (new, old) = (Self::new_folder(on), &on.world);
        if !new.exists() {
            for place in ["keyring", "root"] {
                copy_folder(&old.folder.path().join(place), &new.join(place));
            }
        }
        let db = Db::open(&on.second).await.unwrap();
        let blobs = Blobs::open(new.join("blobs"), Arc::new(SystemRandom)).unwrap();
        let target = Target { db: &db, blobs: &blobs, vault: &old.app.vault, clock: &*old.clock };
        backup::restore(&target, &on.outer.join("backups"), None).await.unwrap();
        drop(db);
        let served = served(on).await;
        backup::replay(&served.app).await.unwrap();
        served.settle().await;
    }

    async fn end(on: &Stage) -> Vec<String> {
        let served = served(on).await;
        let account = on.word("account").parse().unwrap();
        let key_id = hex::decode(on.word("key_id")).unwrap().try_into().unwrap();
        assert!(!backup::is_pending(&served.app).await.unwrap());
        assert_gone(&served, account, key_id, on.word("ada")).await;
        let body = json!({"handle": "bob", "password": "bob-password"});
        let signed = served.client().post("/api/v1/sessions", body).await.expect(201).json();
        let bob = served.client().with_token(&signed);
        bob.get(&format!("/media/{}/video.mp4", on.word("bobs"))).await.expect(200);
        let mut all = vec![counts(&served).await, format!("files {:?}", files(&served))];
        let volatile = |row: &String| row.starts_with("restores") || row.starts_with("sessions");
        all.extend(rows(&served).await.into_iter().filter(|row| !volatile(row)));
        all
    }
}

/// The server on what was put back.
async fn served(on: &Stage) -> World {
    let mut folder = adopted(&Restoring::new_folder(on));
    folder.disable_cleanup(true);
    let world = World::open(Arc::new(folder), on.second.clone(), on.world.clock.clone()).await;
    world.app.queue.free_all().await.unwrap();
    world
}

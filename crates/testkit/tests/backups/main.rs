//! Backups and restoring, on both engines: who was erased after a backup stays gone, what the backup holds is
//! whole whatever happens meanwhile, and what was changed is refused.

mod archives;
mod erased;
mod keeping;
mod load;
mod races;
mod tampered;

use std::path::Path;
use std::sync::Arc;

use outro_app::backup::{self, Backups, Restored, Taken, Target};
use outro_blobs::Blobs;
use outro_db::Db;
use outro_testkit::{Client, World, copy_folder, fresh_database, on_both};
use outro_vault::SystemRandom;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Where the backups of a test are.
fn shelf() -> TempDir {
    tempfile::tempdir().unwrap()
}

async fn take(world: &World, to: &Path) -> Taken {
    let taken = backup::take(&world.app, to, 30).await.unwrap();
    assert_eq!(taken.missing, 0);
    taken
}

/// A folder that the living keyring was put into, and an empty database.
struct Empty {
    folder: TempDir,
    database: String,
}

impl Empty {
    async fn new(world: &World, postgres: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for place in ["keyring", "root"] {
            copy_folder(&world.folder.path().join(place), &folder.path().join(place));
        }
        let database =
            if postgres { fresh_database().await } else { folder.path().join("outro.db").display().to_string() };
        Self { folder, database }
    }

    async fn restore(&self, world: &World, from: &Path, name: Option<&str>) -> Result<Restored, backup::BackupError> {
        let db = Db::open(&self.database).await.unwrap();
        let blobs = Blobs::open(self.folder.path().join("blobs"), Arc::new(SystemRandom)).unwrap();
        let target = Target { db: &db, blobs: &blobs, vault: &world.app.vault, clock: &*world.clock };
        backup::restore(&target, from, name).await
    }

    /// A server on what was put back, after its replay.
    async fn serve(self, world: &World) -> World {
        let world = World::open(Arc::new(self.folder), self.database, world.clock.clone()).await;
        backup::replay(&world.app).await.unwrap();
        assert!(!backup::is_pending(&world.app).await.unwrap());
        world
    }
}

fn is_postgres(world: &World) -> bool {
    world.database.starts_with("postgres")
}

/// The world as it is after its newest backup was put back, on the same engine.
async fn restored(world: &World, from: &Path) -> World {
    let empty = Empty::new(world, is_postgres(world)).await;
    empty.restore(world, from, None).await.unwrap();
    empty.serve(world).await
}

/// Confirms leaving, and runs nothing; the receipt's id.
async fn confirm_leaving(who: &Client, password: &str) -> String {
    let begun = who.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    let proof = json!({ "challenge": begun["challenge"], "password": password });
    let left = who.post("/api/v1/me/deletion/confirm", proof).await.expect(200).json();
    left["receipt"]["id"].as_str().unwrap().to_owned()
}

async fn sign_in(world: &World, handle: &str) -> Client {
    let body = json!({ "handle": handle, "password": format!("{handle}-password") });
    let answer = world.client().post("/api/v1/sessions", body).await.expect(201).json();
    world.client().with_token(&answer)
}

async fn receipt(world: &World, id: &str) -> Value {
    world.client().get(&format!("/api/v1/receipts/{id}")).await.expect(200).json()
}

fn line<'a>(note: &'a str, name: &str) -> &'a str {
    note.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no line {name} in {note}"))
}

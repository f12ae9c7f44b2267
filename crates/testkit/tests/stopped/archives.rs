//! Archives: made, let go when their time is over, and brought in.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::path::Path;

use axum::body::Body;
use axum::http::{Request, header};
use outro_app::housekeeping;
use outro_testkit::{Client, World, clip};
use outro_vault::sha256;
use serde_json::{Value, json};

use crate::acts::{counts, files, rows};
use crate::scene::{ok, people};
use crate::stage::{Act, Stage};

pub(super) struct Making;
pub(super) struct Keeping;
pub(super) struct Bringing;

const NOTHING: Value = Value::Null;
/// These say when the archive was made.
const DATED: &[&str] = &["manifest.json", "index.html"];

/// What is in an archive, entry by entry.
fn entries(bytes: Vec<u8>) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a whole archive");
    let mut all = BTreeMap::new();
    for place in 0..zip.len() {
        let mut entry = zip.by_index(place).unwrap();
        let (name, mut bytes) = (entry.name().unwrap().into_owned(), Vec::new());
        entry.read_to_end(&mut bytes).expect("an entry whose checksum fits");
        all.insert(name, bytes);
    }
    all
}

async fn taken(world: &World, who: &Client) -> Vec<u8> {
    let id = ok(who, "POST", "/me/takeouts", NOTHING).await["id"].as_str().unwrap().to_owned();
    rest(world).await;
    who.get(&format!("/api/v1/me/takeouts/{id}/download")).await.expect(200).body
}

/// Runs what is due, now and a minute later.
async fn rest(world: &World) {
    world.run_jobs().await;
    world.clock.advance_seconds(60);
    world.run_jobs().await;
}

impl Act for Making {
    async fn prepare(world: &World, _: &Path) -> Value {
        let ada = people(world).await.ada;
        // It takes the place of one from before.
        taken(world, &ada).await;
        // Long enough for more than one piece.
        world.plant(&ada, &vec![7; 9 << 20]).await;
        let id = ok(&ada, "POST", "/me/takeouts", NOTHING).await["id"].clone();
        json!({"ada": ada.token, "id": id})
    }

    async fn act(on: &Stage) {
        on.world.settle().await;
    }

    async fn end(on: &Stage) -> Vec<String> {
        let world = &on.world;
        let path = format!("/api/v1/me/takeouts/{}/download", on.word("id"));
        let archive = entries(on.client("ada").get(&path).await.expect(200).body);
        let told = archive.iter().filter(|(name, _)| !DATED.contains(&name.as_str()));
        let mut all: Vec<_> = told.map(|(name, bytes)| format!("{name} {}", hex::encode(sha256(&[bytes])))).collect();
        // The object of the one archive, and nothing that was begun.
        all.extend([counts(world).await, format!("files {:?}", files(world))]);
        all.extend(rows(world).await.into_iter().filter(|row| !row.starts_with("takeouts")));
        all
    }
}

impl Act for Keeping {
    /// An archive whose time is over, one that began to come in and never was whole, and a root key that is old.
    async fn prepare(world: &World, _: &Path) -> Value {
        let people = people(world).await;
        taken(world, &people.ada).await;
        let eve = world.client().join("late.eve").await;
        let signed = outro_app::authenticate(&world.app, eve.token.as_ref().unwrap()).await.unwrap().unwrap();
        // Nobody ends it, as after a kill.
        drop(outro_app::bring::begin(&world.app, &signed, None).await.unwrap());
        world.clock.advance_seconds(8 * 86_400);
        json!({"ada": people.ada.token, "bob": people.bob.token})
    }

    async fn act(on: &Stage) {
        let copy = on.outer.join("keyring.copy");
        let world = on.world.with_settings(|settings| settings.keyring_copy = Some(copy));
        housekeeping::schedule(&world.app).await.unwrap();
        world.run_jobs().await;
        // Whoever was stopped in it keeps house once more an hour later.
        world.clock.advance_seconds(3600);
        world.run_jobs().await;
    }

    async fn end(on: &Stage) -> Vec<String> {
        let world = &on.world;
        assert_eq!(world.rows("takeouts").await.len() + world.rows("imports").await.len(), 0);
        for who in ["ada", "bob"] {
            let me = ok(&on.client(who), "GET", "/me", NOTHING).await;
            assert_eq!(me["handle"], who, "the new root opens what the old one did");
        }
        let state = world.app.vault.copy_state().await.unwrap().expect("a copy of the keyring");
        assert!(state.opens && !world.app.vault.rotation_is_overdue().await.unwrap());
        let beside: Vec<_> =
            std::fs::read_dir(on.outer.as_path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(beside.iter().any(|name| name == "keyring.copy"), "{beside:?}");
        let mut all = vec![counts(world).await, format!("files {:?}", files(world))];
        all.extend(
            rows(world).await.into_iter().filter(|row| !row.starts_with("jobs") && !row.starts_with("sessions")),
        );
        all
    }
}

impl Act for Bringing {
    async fn prepare(world: &World, outer: &Path) -> Value {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let bobs = world.plant(&bob, b"bobs").await;
        ok(&ada, "PATCH", "/me", json!({"display_name": "Ada", "bio": "Bio"})).await;
        for caption in ["First", "Second"] {
            ada.upload(clip(), &[("caption", caption)]).await.expect(202);
            world.settle().await;
            world.clock.advance_seconds(1);
        }
        ok(&ada, "POST", &format!("/videos/{bobs}/comments"), json!({"text": "Elsewhere"})).await;
        ok(&ada, "PUT", "/accounts/bob/follow", NOTHING).await;
        std::fs::write(outer.join("archive"), taken(world, &ada).await).unwrap();
        let eve = world.client().join("eve").await;
        json!({"eve": eve.token})
    }

    /// Sends the archive, and has it brought in; what never came in whole makes room a day later.
    async fn act(on: &Stage) {
        let (world, eve) = (&on.world, on.client("eve"));
        let archive = std::fs::read(on.outer.join("archive")).unwrap();
        for _ in 0..2 {
            let request = Request::post("/api/v1/me/imports").header(header::CONTENT_TYPE, "application/zip");
            let request = request.header(header::CONTENT_LENGTH, archive.len());
            let reply = eve.send(request.body(Body::from(archive.clone())).unwrap()).await;
            rest(world).await;
            let found = ok(&eve, "GET", "/me/imports", NOTHING).await["items"][0].clone();
            if found["state"] == "done" {
                return;
            }
            assert_eq!(reply.status, 409, "{}", reply.text());
            world.clock.advance_seconds(25 * 3600);
            housekeeping::schedule(&world.app).await.unwrap();
            world.run_jobs().await;
        }
        panic!("it never came in");
    }

    async fn end(on: &Stage) -> Vec<String> {
        let world = &on.world;
        let body = json!({"handle": "eve", "password": "eve-password"});
        let signed = world.client().post("/api/v1/sessions", body).await.expect(201).json();
        let eve = world.client().with_token(&signed);
        let account = world.id_of(&eve).await;
        let objects = world.app.blobs.list(account).await.unwrap().len();
        let me = ok(&eve, "GET", "/me", NOTHING).await;
        let mut all = vec![format!("{objects} objects"), format!("{} {}", me["display_name"], me["bio"])];
        let videos = ok(&eve, "GET", "/accounts/eve/videos", NOTHING).await;
        for video in videos["items"].as_array().unwrap() {
            all.push(["caption", "state", "created_at", "audience"].map(|name| video[name].to_string()).join(" "));
        }
        for table in outro_datamap::TABLES
            .iter()
            .filter(|table| !["budgets", "jobs", "sessions", "events"].contains(&table.name))
        {
            all.push(format!("{}: {}", table.name, world.rows(table.name).await.len()));
        }
        // Once more out: the same content byte for byte.
        let archive = entries(taken(world, &eve).await);
        all.push(String::from_utf8(archive["data/content.json"].clone()).unwrap());
        all
    }
}

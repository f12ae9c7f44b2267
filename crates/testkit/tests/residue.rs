//! What stands readable: nothing before leaving, nothing after it, and an older copy of everything but
//! the keyring opens nobody who left.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use outro_db::{Db, Statement};
use outro_jobs::Lane;
use outro_store::{accounts, videos};
use outro_testkit::{Client, World, landscape_clip, on_both};
use serde_json::json;

const HANDLE: &str = "mark.handle7c1d";
const NAME: &str = "MarkName9f2e";
const BIO: &str = "MarkBio4a6b and more";
const PHONE: &str = "+4917055512399";
const CAPTIONS: usize = 50;
const FILES: usize = 5;
const MESSAGES: usize = 20;
const COMMENTS: usize = 5;

/// Everything that was planted.
fn marks() -> Vec<String> {
    let mut all = vec![HANDLE.into(), NAME.into(), BIO.into(), PHONE[1..].into()];
    all.extend((0..CAPTIONS).map(|number| format!("MarkCaption{number:02}x5d8e")));
    all.extend((0..MESSAGES).map(|number| format!("MarkMessage{number:02}v8r2")));
    all.extend((0..COMMENTS).map(|number| format!("MarkComment{number}v2w6")));
    all.push("MarkFilterWord8r1c".into());
    all.extend((0..FILES).map(|number| format!("MarkMetadata{number}k3q7")));
    all
}

/// The forms in which a mark would be readable.
fn forms(mark: &str) -> Vec<Vec<u8>> {
    let utf16 = mark.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut all = vec![mark.as_bytes().to_vec(), utf16, hex::encode(mark).into_bytes()];
    all.push(hex::encode(mark).to_uppercase().into_bytes());
    for offset in 0..3 {
        let encoded = STANDARD_NO_PAD.encode([vec![0; offset], mark.as_bytes().to_vec()].concat());
        // The first and the last letters hang on what stands beside the mark.
        all.push(encoded.as_bytes()[(offset * 4).div_ceil(3)..encoded.len() - 2].to_vec());
    }
    all
}

fn found_in(bytes: &[u8], marks: &[String]) -> Vec<String> {
    let holds = |form: &Vec<u8>| memchr::memmem::find(bytes, form).is_some();
    marks.iter().filter(|mark| forms(mark).iter().any(holds)).cloned().collect()
}

fn every_byte_below(folder: &Path, into: &mut Vec<u8>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        into.extend_from_slice(path.to_str().unwrap().as_bytes());
        if path.is_dir() {
            every_byte_below(&path, into);
        } else {
            into.extend(fs::read(&path).unwrap());
        }
    }
}

/// Every value of every row, as the database gives it out.
async fn every_value(db: &Db, into: &mut Vec<u8>) {
    let mut tx = db.read().await.unwrap();
    for table in outro_datamap::TABLES {
        let all = Statement::built("all".into(), format!("SELECT * FROM {}", table.name));
        for row in tx.query(&all, &[]).await.unwrap() {
            for column in 0..table.columns.len() {
                if let Ok(Some(text)) = row.get::<Option<String>>(column) {
                    into.extend(text.into_bytes());
                }
                if let Ok(Some(bytes)) = row.get::<Option<Vec<u8>>>(column) {
                    into.extend(bytes);
                }
            }
        }
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything that is logged by this process, in full.
fn listen() -> Log {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
    let _ = subscriber.with_writer(move || writer.clone()).try_init();
    log
}

async fn everything(world: &World, log: &Log) -> Vec<u8> {
    let mut bytes = log.bytes().clone();
    every_byte_below(world.folder.path(), &mut bytes);
    every_value(&world.app.db, &mut bytes).await;
    bytes
}

async fn plant(world: &World) -> Client {
    let who = world.client().join(HANDLE).await;
    who.call("PATCH", "/api/v1/me", Some(json!({ "display_name": NAME, "bio": BIO }))).await.expect(200);
    let sent = who.post("/api/v1/me/phone", json!({ "number": PHONE })).await.expect(202).json();
    let proof = json!({ "challenge": sent["challenge"], "code": world.last_code() });
    who.post("/api/v1/me/phone/verify", proof).await.expect(200);
    for number in 0..CAPTIONS {
        let file = landscape_clip(&format!("MarkMetadata{}k3q7", number % FILES));
        let caption = format!("MarkCaption{number:02}x5d8e");
        who.upload(&file, &[("caption", &caption)]).await.expect(202);
    }
    // What is said stays for the one who goes on being there, and stands readable nowhere either.
    world.client().join("listener").await;
    for number in 0..MESSAGES {
        let say = json!({ "to": ["listener"], "text": format!("MarkMessage{number:02}v8r2") });
        let reply = who.post("/api/v1/conversations", say).await;
        assert!(reply.status.is_success(), "{}", reply.text());
    }
    let runner = outro_app::AppRunner(world.app.clone());
    for _ in 0..FILES {
        assert!(world.app.queue.work_once(Lane::Encode, &runner).await.unwrap());
    }
    let words = json!({ "words": ["MarkFilterWord8r1c"] });
    who.call("PUT", "/api/v1/me/comment-filter", Some(words)).await.expect(200);
    who
}

/// What somebody says under another's video, who reads it; one of them is hidden, one is taken away.
async fn talk(world: &World, who: &Client) {
    let other = world.client().join("hears.it").await;
    let video = world.plant(&other, b"bytes").await;
    let path = format!("/api/v1/videos/{video}/comments");
    let mut ids = Vec::new();
    for number in 0..COMMENTS {
        let body = json!({ "text": format!("@hears.it MarkComment{number}v2w6"), "reply_to": ids.first() });
        let said = who.post(&path, body).await.expect(201).json();
        ids.push(said["id"].as_str().unwrap().to_owned());
    }
    other.call("PUT", &format!("/api/v1/comments/{}/hidden", ids[1]), None).await.expect(200);
    who.call("DELETE", &format!("/api/v1/comments/{}", ids[2]), None).await.expect(204);
    assert!(other.get(&path).await.expect(200).text().contains("MarkComment0"));
    assert!(other.get("/api/v1/me/notifications").await.expect(200).text().contains("MarkComment3"));
}

async fn leave(world: &World, who: &Client) {
    let begun = who.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    let proof = json!({ "challenge": begun["challenge"], "code": world.last_code() });
    who.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
    world.settle().await;
}

on_both! {
    async fn no_mark_stands_readable_before_or_after(world: World) {
        let log = listen();
        let who = plant(&world).await;
        talk(&world, &who).await;
        let marks = marks();
        let before = everything(&world, &log).await;
        assert_eq!(found_in(&before, &marks), Vec::<String>::new(), "before leaving");
        // The search itself finds every mark, in every form.
        for mark in &marks {
            for form in forms(mark) {
                let planted = [&before[..before.len().min(4096)], &form[..], b"tail"].concat();
                assert_eq!(found_in(&planted, std::slice::from_ref(mark)).len(), 1, "{mark}");
            }
        }
        leave(&world, &who).await;
        let after = everything(&world, &log).await;
        assert_eq!(found_in(&after, &marks), Vec::<String>::new(), "after leaving");
        let codes: Vec<String> = world.outbox.messages().iter().map(|message| message.text[7..13].to_owned()).collect();
        let said = String::from_utf8_lossy(&log.bytes()).into_owned();
        assert!(codes.iter().all(|code| !said.contains(&format!("\"{code}\""))));
        assert!(said.contains("request"), "the log was not listened to");
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy_folder(&path, &target) } else { fs::copy(&path, &target).map(|_| ()).unwrap() }
    }
}

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

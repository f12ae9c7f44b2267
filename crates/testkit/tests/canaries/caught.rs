//! What an audit must catch: each thing is put where it must not be, one at a time.

use std::fs;
use std::io::{Cursor, Write as _};

use outro_db::{Statement, params};
use outro_model::{AccountId, BlobId};
use outro_testkit::Client;
use serde_json::json;

use super::*;

const TEXT: &str = "what somebody said once";

fn texts() -> Vec<Needle> {
    vec![Needle::text(TEXT).unwrap()]
}

async fn run(world: &World, statement: &str, id: &[u8]) {
    let mut tx = world.app.db.write().await.unwrap();
    let statement = Statement::built("a fault".into(), statement.into());
    assert!(tx.execute(&statement, params![id]).await.unwrap() > 0);
    tx.commit().await.unwrap();
}

async fn left(world: &World, who: &Client, handle: &str) -> AccountId {
    let id = world.id_of(who).await;
    let begun = who.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    let proof = json!({ "challenge": begun["challenge"], "password": format!("{handle}-password") });
    who.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
    world.settle().await;
    id
}

#[track_caller]
fn assert_found(report: &Report, kind: Kind) {
    assert!(found_in(report).contains(&kind), "{}: {}", kind.name(), report.text());
    assert_eq!(report.verdict(), Verdict::Residue);
    assert!(
        !report.text().contains(TEXT) && !report.json().to_string().contains(TEXT),
        "a report shows what it looked for"
    );
}

#[track_caller]
fn assert_orphan(report: &Report, words: &str) {
    assert!(report.orphans.iter().any(|orphan| orphan.what.contains(words)), "{words}: {}", report.text());
    assert_eq!(report.verdict(), Verdict::Residue);
}

on_both! {
    async fn a_text_in_a_row_a_file_a_name_a_log_or_a_backup(world: World) {
        let ada = world.client().join("ada").await;
        let data = world.folder.path().canonicalize().unwrap();
        let (logs, shelf) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let wanted = wanted(&world, texts(), vec![logs.path().into()], vec![shelf.path().canonicalize().unwrap()]);
        world.plant(&ada, b"an object").await;
        backup::take(&world.app, shelf.path(), 30).await.unwrap();
        assert_clean(&audit_of(&world, &wanted).await, "before anything is put anywhere");

        let name = data.join("scratch").join(TEXT);
        fs::write(&name, b"").unwrap();
        let found = audit_of(&world, &wanted).await;
        assert_found(&found, Kind::Name);
        assert_orphan(&found, "scratch");
        fs::remove_file(&name).unwrap();

        // What stands below such a name, and what is not looked at there, is told without it.
        fs::create_dir(&name).unwrap();
        fs::write(name.join(hex::encode(TEXT)), TEXT).unwrap();
        std::os::unix::fs::symlink("nowhere", name.join(format!("link of {TEXT}"))).unwrap();
        let found = audit_of(&world, &wanted).await;
        assert_found(&found, Kind::Loose);
        assert!(found.unseen.iter().any(|unseen| unseen.why.starts_with("a link")), "{}", found.text());
        assert!(!found.text().contains(&hex::encode(TEXT)), "{}", found.text());
        fs::remove_dir_all(&name).unwrap();

        let log = logs.path().join("older.zip");
        fs::write(&log, packed_log()).unwrap();
        assert_found(&audit_of(&world, &wanted).await, Kind::Log);
        fs::remove_file(log).unwrap();

        let object = fs::read_dir(data.join("blobs")).unwrap().next().unwrap().unwrap().path();
        let object = fs::read_dir(fs::read_dir(object).unwrap().next().unwrap().unwrap().path()).unwrap().next().unwrap();
        let (object, sealed) = (object.as_ref().unwrap().path(), fs::read(object.as_ref().unwrap().path()).unwrap());
        fs::write(&object, TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()).unwrap();
        assert_found(&audit_of(&world, &wanted).await, Kind::Blob);
        fs::write(&object, sealed).unwrap();

        // A caption that was not sealed, in the rows; then in the next backup, and in the engine's own files.
        let owner = world.id_of(&ada).await;
        let caption = format!("UPDATE videos SET caption = '{}' WHERE owner_id = ?1", hex::encode(TEXT));
        let caption = if world.database.starts_with("postgres") { caption.replace("= '", "= '\\x") } else { caption.replace("= '", "= x'") };
        run(&world, &caption, owner.as_bytes()).await;
        let found = audit_of(&world, &wanted).await;
        assert_found(&found, Kind::Rows);
        assert!(found_in(&found).iter().any(|kind| [Kind::Journal, Kind::Wal].contains(kind)), "{}", found.text());
        backup::take(&world.app, shelf.path(), 30).await.unwrap();
        assert_found(&audit_of(&world, &wanted).await, Kind::BackupRows);
    }
}

/// A packed log with the text in it, in upper-case hexadecimal.
fn packed_log() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("outro.log", zip::write::SimpleFileOptions::default()).unwrap();
    write!(zip, "INFO request of {} answered", hex::encode_upper(TEXT)).unwrap();
    zip.finish().unwrap().into_inner()
}

on_both! {
    async fn what_belongs_to_nobody(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        world.plant(&bob, b"an object").await;
        ada.call("PUT", "/api/v1/accounts/bob/follow", None).await.expect(200);
        let (data, gone) = (world.folder.path().canonicalize().unwrap(), left(&world, &ada, "ada").await);
        let wanted = wanted(&world, vec![], vec![], vec![]);
        assert_clean(&audit_of(&world, &wanted).await, "before anything is left");

        // A home and an object of somebody who is gone: the name is their id.
        let home = data.join(format!("blobs/{}/{}", hex::encode(&gone.as_bytes()[..1]), hex::encode(gone.as_bytes())));
        fs::create_dir_all(&home).unwrap();
        fs::write(home.join("a note"), b"").unwrap();
        let found = audit_of(&world, &wanted).await;
        assert_found(&found, Kind::Name);
        assert_orphan(&found, "whose owner is not there");
        assert_orphan(&found, "that no one owns");
        assert!(!found.text().contains(&hex::encode(gone.as_bytes())), "{}", found.text());
        fs::remove_dir_all(&home).unwrap();

        // An object that no row stands for.
        let of_bob = world.id_of(&bob).await;
        let home = data.join(format!("blobs/{}/{}", hex::encode(&of_bob.as_bytes()[..1]), hex::encode(of_bob.as_bytes())));
        let object = home.join(hex::encode(BlobId::random(&SystemRandom).as_bytes()));
        fs::write(&object, b"sealed").unwrap();
        assert_orphan(&audit_of(&world, &wanted).await, "sealed objects that no row stands for");
        fs::remove_file(object).unwrap();

        // A file that nobody owns, and the id of somebody erased in a log.
        fs::write(data.join("dump.sql"), b"").unwrap();
        assert_orphan(&audit_of(&world, &wanted).await, "that no one owns");
        fs::remove_file(data.join("dump.sql")).unwrap();
        let logs = TempDir::new().unwrap();
        fs::write(logs.path().join("log"), format!("account {gone} was here")).unwrap();
        assert_found(&audit_of(&world, &Wanted { logs: vec![logs.path().into()], ..wanted.clone() }).await, Kind::Log);

        // Rows that name somebody who is not there; most tables keep themselves from that by foreign keys.
        let drawn = AccountId::random(&SystemRandom);
        run(&world, "INSERT INTO conversations (id, kind, created_at, last_seq) VALUES (?1, 0, 1, 0)", drawn.as_bytes()).await;
        assert_orphan(&audit_of(&world, &wanted).await, "rows of conversations");
        run(&world, "DELETE FROM conversations WHERE id = ?1", drawn.as_bytes()).await;
        run(&world, "INSERT INTO handle_index (idx, key_id, sealed_account) VALUES (?1, ?1, ?1)", drawn.as_bytes()).await;
        assert_orphan(&audit_of(&world, &wanted).await, "index of handles");
        run(&world, "DELETE FROM handle_index WHERE idx = ?1", drawn.as_bytes()).await;
        assert_clean(&audit_of(&world, &wanted).await, "after all was put right");
        run(&world, "INSERT INTO budgets (tag, day, spent) VALUES (?1, 1, 1)", gone.as_bytes()).await;
        assert_found(&audit_of(&world, &wanted).await, Kind::Rows);
    }
}

/// A log that is not there, and a folder of backups that is none: what was asked for and not looked at is no proof.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_to_be_looked_at_and_was_not() {
    let world = World::start(outro_testkit::On::Sqlite).await;
    let nowhere = world.folder.path().join("scratch/nothing");
    for wanted in
        [wanted(&world, vec![], vec![nowhere.clone()], vec![]), wanted(&world, vec![], vec![], vec![nowhere.clone()])]
    {
        let found = audit_of(&world, &wanted).await;
        assert_eq!(found.verdict(), Verdict::NotVouched, "{}", found.text());
    }
}

/// A database that the settings put elsewhere, and what SQLite writes beside it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_in_a_database_outside_of_the_data_folder() {
    let (world, elsewhere) = (World::start(outro_testkit::On::Sqlite).await, TempDir::new().unwrap());
    let path = elsewhere.path().canonicalize().unwrap().join("a.db");
    for (kind, beside) in [(Kind::Database, Kind::Journal), (Kind::Keyring, Kind::Keyring)] {
        let wanted = Wanted { databases: vec![(kind, path.clone())], ..wanted(&world, texts(), vec![], vec![]) };
        let look = || audit::files(&wanted, &SystemRandom).unwrap();
        let found = look();
        assert_eq!(found.verdict(), Verdict::NotVouched, "it is not there: {}", found.text());
        fs::write(&path, b"").unwrap();
        assert_clean(&look(), "an empty one");
        fs::write(path.with_extension("db-wal"), TEXT).unwrap();
        assert_found(&look(), beside);
        fs::remove_file(path.with_extension("db-wal")).unwrap();
        fs::write(&path, TEXT).unwrap();
        assert_found(&look(), kind);
        fs::remove_file(&path).unwrap();
    }
}

/// What an audit that was stopped left in PostgreSQL is taken away by the next, and nothing else is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_stopped_audit_planted_goes() {
    let world = World::start(outro_testkit::On::Postgres).await;
    let mut tx = world.app.db.write().await.unwrap();
    for schema in ["outro_audit_0123456789abcdef", "outro_audit_of_somebody"] {
        let make = Statement::built(format!("a schema: {schema}"), format!("CREATE SCHEMA {schema}"));
        tx.execute(&make, &[]).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_clean(&audit_of(&world, &wanted(&world, vec![], vec![], vec![])).await, "beside what was left");
    let schemas = "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'outro_audit%'";
    let schemas = Statement::built("schemas".into(), schemas.into());
    let rows = world.app.db.read().await.unwrap().query(&schemas, &[]).await.unwrap();
    let names: Vec<String> = rows.iter().map(|row| row.get(0).unwrap()).collect();
    assert_eq!(names, ["outro_audit_of_somebody"]);
}

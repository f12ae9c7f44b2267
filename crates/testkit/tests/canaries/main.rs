//! Canaries in every place where a person can put bytes. Nothing of them stands readable anywhere, neither while the person is
//! here nor after they left: in no file, no row, no log, no backup, running or stopped, on either engine. What everyone
//! may find is in the search index, in memory; after leaving it is not there either.
//!
//! `OUTRO_CANARIES` says how many there are; a few thousand where it is not set.

mod caught;
mod places;
mod planting;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use outro_app::audit::{self, PostgresFiles, Wanted};
use outro_app::backup;
use outro_audit::{Kind, Needle, Report, Verdict};
use outro_testkit::{World, on_both};
use outro_vault::SystemRandom;
use tempfile::TempDir;

use planting::{Life, Mint};

/// What an audit of a world looks for and where.
fn wanted(world: &World, texts: Vec<Needle>, logs: Vec<PathBuf>, backups: Vec<PathBuf>) -> Wanted {
    Wanted {
        texts,
        keyring_copy: None,
        data: world.folder.path().canonicalize().unwrap(),
        owned: vec![],
        databases: vec![],
        logs,
        backups,
        process: None,
        postgres: PostgresFiles::Asked,
        scratch: std::env::temp_dir(),
    }
}

/// The whole audit, as the command makes it.
async fn audit_of(world: &World, wanted: &Wanted) -> Report {
    let mut report = audit::files(wanted, &SystemRandom).unwrap();
    report.add(audit::opened(&world.app, wanted).await.unwrap());
    assert_eq!(report.missed, [], "every positive is found");
    report
}

/// Where this process logs to now. It can listen to its log once only, and each test has a file of its own.
static LOG: Mutex<Option<File>> = Mutex::new(None);
/// Whose turn it is to listen.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Everything that is logged by this process from now on, in full, in a file.
fn log_into(folder: &Path) -> PathBuf {
    let path = folder.join("outro.log");
    *LOG.lock().unwrap() = Some(File::create(&path).unwrap());
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
    // An earlier test of this process may have begun to listen.
    let _ = subscriber.with_writer(|| Log).try_init();
    path
}

struct Log;

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap().as_mut().map_or(Ok(bytes.len()), |file| file.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn many() -> usize {
    std::env::var("OUTRO_CANARIES").map_or(3000, |many| many.parse().expect("OUTRO_CANARIES is a number"))
}

/// For whoever runs the proofs.
#[expect(clippy::print_stderr, reason = "the numbers are read where the tests run")]
fn tell(numbers: &str) {
    eprintln!("proof: {numbers}");
}

/// Which kinds of places hold a canary.
fn found_in(report: &Report) -> Vec<Kind> {
    report.found.keys().copied().collect()
}

#[track_caller]
fn assert_clean(report: &Report, when: &str) {
    assert_eq!(report.verdict(), Verdict::Clean, "{when}:\n{}", report.text());
}

on_both! {
    async fn no_canary_stands_readable_before_or_after(world: World) {
        let _turn = TURN.lock().await;
        let (logs, shelf) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let log = log_into(logs.path());
        let world = world.with_settings(|settings| {
            settings.rate_limits = false;
            settings.lost_phone_hours = planting::WAIT_HOURS;
        });
        let mut mint = Mint::new();
        let life = Life::begin(&world, &mut mint).await;
        life.go_on(&mut mint, many()).await;
        world.run_jobs().await;
        for place in places::all() {
            assert!(mint.planted.contains_key(place), "no canary was put among {place}");
        }
        let texts: Vec<_> = mint.planted.values().flatten().map(|text| Needle::text(text).unwrap()).collect();
        assert!(texts.len() >= many());
        backup::take(&world.app, shelf.path(), 30).await.unwrap();
        let wanted = wanted(&world, texts, vec![log.clone()], vec![shelf.path().canonicalize().unwrap()]);

        // All of it is sealed while its owner is here. What everyone may find is in the index alone, which is in memory.
        let before = audit_of(&world, &wanted).await;
        assert_eq!(found_in(&before), [Kind::Dictionary], "{}", before.text());
        assert_eq!(before.orphans, [], "{}", before.text());
        for kind in [Kind::Rows, Kind::Keyring, Kind::Blob, Kind::Name, Kind::Log, Kind::Backup, Kind::BackupRows] {
            assert!(before.looked[&kind].bytes > 0, "{}: {}", kind.name(), before.text());
        }
        let on_postgres = world.database.starts_with("postgres");
        let engine = if on_postgres { [Kind::Heap, Kind::Index, Kind::Wal] } else { [Kind::Database, Kind::Journal, Kind::Rows] };
        assert!(engine.iter().all(|kind| before.looked.contains_key(kind)), "{}", before.text());

        life.leave(&world, &mint).await;
        let after = audit_of(&world, &wanted).await;
        assert_clean(&after, "running");
        assert_eq!(after.needles[&outro_audit::Class::Account], 1);
        let said = std::fs::read_to_string(&log).unwrap();
        assert!(said.contains("request"), "the log was not listened to");
        for message in world.outbox.messages() {
            assert!(!said.contains(&format!("\"{}\"", &message.text[7..13])), "a code stands in the log");
        }

        // Stopped: files as they stand, before anything opens them; then once more through a server that starts.
        let (folder, database, clock) = (world.folder.clone(), world.database.clone(), world.clock.clone());
        drop((life, world));
        let mut stopped = audit::files(&wanted, &SystemRandom).unwrap();
        let world = World::open(folder, database, clock).await;
        stopped.add(audit::opened(&world.app, &wanted).await.unwrap());
        assert_clean(&stopped, "stopped");
        let bytes: u64 = stopped.looked.values().map(|looked| looked.bytes).sum();
        let (count, places, engine) = (wanted.texts.len(), places::all().len(), if on_postgres { "PostgreSQL" } else { "SQLite" });
        tell(&format!("{engine}: {count} canaries in {places} kinds of places; after erasure 0 found in {bytes} bytes, running and stopped"));
    }
}

//! Stages: a world on files that are copied, run on in another process, and looked at in the end.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use outro_app::housekeeping;
use outro_model::{Clock as _, FixedClock, Timestamp, stop};
use outro_testkit::{On, World, copy_folder, copy_of_database, drop_database, fresh_database};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Names the stage to a process that is to be stopped.
const STAGE: &str = "OUTRO_STOPPED_STAGE";
/// How many places between the first ones of each kind are tried when not all are.
const BETWEEN: usize = 6;
/// A line of an end that nobody can know after a stop.
pub(super) const UNKNOWN: &str = "unknown";
/// A process that was stopped has been away for this long, in seconds: longer than acts let pass before they may be stopped,
/// so that no clock goes back.
const AWAY: i64 = 100;

/// Something that a server does.
pub(super) trait Act: 'static {
    /// Whether it needs a second database, which is empty.
    const SECOND: bool = false;

    /// What it begins from; what it has to know. `outer` is a folder beside the data.
    async fn prepare(world: &World, outer: &Path) -> Value;

    /// Does it, or goes on with it where somebody was stopped.
    async fn act(on: &Stage);

    /// What there is in the end, in lines that are to be the same however it came about.
    async fn end(on: &Stage) -> Vec<String>;

    /// Holds all effects of a whole run against what they have to be.
    fn hold(_on: On, _effects: &[String]) {}
}

/// A running server, and what its act knows.
pub(super) struct Stage {
    pub(super) world: World,
    pub(super) known: Value,
    pub(super) outer: PathBuf,
    /// The address of the second database.
    pub(super) second: String,
}

impl Stage {
    pub(super) fn word(&self, name: &str) -> &str {
        self.known[name].as_str().unwrap_or_else(|| panic!("nothing is known of {name}"))
    }

    pub(super) fn client(&self, token: &str) -> outro_testkit::Client {
        self.world.client().with(Some(self.word(token)))
    }

    /// Notes an answer that was given, so that it is known after a stop too.
    pub(super) fn acknowledge(&self, name: &str, text: &str) {
        std::fs::write(self.outer.join(name), text).unwrap();
    }

    pub(super) fn acknowledged(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.outer.join(name)).ok()
    }
}

/// A world that nobody runs.
struct Files {
    folder: TempDir,
    database: Option<String>,
    second: Option<String>,
    now: i64,
    known: Value,
}

impl Files {
    async fn make<A: Act>(on: On) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::start(on).await;
        // What a whole server needs is much, and stands apart from the stack here and below.
        let known = Box::pin(A::prepare(&world, folder.path())).await;
        let (database, now) = ((on == On::Postgres).then(|| world.database.clone()), world.clock.now().0);
        let data = world.folder.path().to_owned();
        let kept = world.folder.clone();
        drop(world);
        // Its connections are closed now, and the log of SQLite is folded in.
        copy_folder(&data, &folder.path().join("data"));
        drop(kept);
        Self { folder, database, second: None, now, known }
    }

    async fn copy<A: Act>(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_folder(self.folder.path(), folder.path());
        let (mut database, mut second) = (None, None);
        if let Some(url) = &self.database {
            database = Some(copy_of_database(url).await);
            if A::SECOND {
                second = Some(fresh_database().await);
            }
        }
        Self { folder, database, second, now: self.now, known: self.known.clone() }
    }

    /// Runs the act in a process of its own, which ends before its `at`-th effect; the effects of a run that came to
    /// its end.
    async fn run(&self, test: &str, at: usize) -> Option<Vec<String>> {
        let stage = json!({
            "outer": self.folder.path(), "database": self.database, "second": self.second, "now": self.now, "at": at,
            "known": self.known,
        });
        let mut command = tokio::process::Command::new(std::env::current_exe().unwrap());
        command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(STAGE, stage.to_string());
        let output = command.stdin(Stdio::null()).output().await.unwrap();
        if output.status.success() {
            let passed = std::fs::read_to_string(self.folder.path().join("passed")).unwrap();
            return Some(passed.lines().map(str::to_owned).collect());
        }
        // SIGABRT is the stop; all else is a fault of its own.
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.signal(), Some(6), "{test} at {at}: {:?}: {said}", output.status);
        None
    }

    async fn open(&self, later: i64) -> Stage {
        let data = self.folder.path().join("data");
        let database = self.database.clone().unwrap_or_else(|| data.join("outro.db").display().to_string());
        let second = self.second.clone().unwrap_or_else(|| data.join("second.db").display().to_string());
        let clock = Arc::new(FixedClock::at(Timestamp(self.now + later * 1000)));
        let world = World::open(Arc::new(adopted(&data)), database, clock).await;
        // As the program does when it starts and knows that no other runs.
        world.app.queue.free_all().await.unwrap();
        housekeeping::drop_unfinished(&world.app, world.clock.now()).await.unwrap();
        Stage { world, known: self.known.clone(), outer: self.folder.path().to_owned(), second }
    }

    /// Starts on what there is, does the act to its end; what there is then.
    async fn go_on<A: Act>(self) -> Vec<String> {
        let stage = self.open(AWAY).await;
        Box::pin(A::act(&stage)).await;
        let end = Box::pin(A::end(&stage)).await;
        drop(stage);
        self.forget().await;
        end
    }

    async fn forget(self) {
        for url in [&self.database, &self.second].into_iter().flatten() {
            drop_database(url).await;
        }
    }
}

/// A folder that is there, as one that is removed in the end.
pub(super) fn adopted(path: &Path) -> TempDir {
    let aside = path.with_extension("aside");
    std::fs::rename(path, &aside).unwrap();
    let (name, parent) = (path.file_name().unwrap(), path.parent().unwrap());
    let folder = tempfile::Builder::new().prefix(name).rand_bytes(0).tempdir_in(parent).unwrap();
    std::fs::remove_dir(path).unwrap();
    std::fs::rename(&aside, path).unwrap();
    folder
}

/// The other process: it does the act, and is stopped somewhere, or not.
async fn stopped_somewhere<A: Act>(stage: &str) {
    let stage: Value = serde_json::from_str(stage).unwrap();
    let outer = PathBuf::from(stage["outer"].as_str().unwrap());
    let text = |name: &str| stage[name].as_str().map(str::to_owned);
    let files = Files {
        // Whoever started this removes it.
        folder: adopted(&outer),
        database: text("database"),
        second: text("second"),
        now: stage["now"].as_i64().unwrap(),
        known: stage["known"].clone(),
    };
    let stage_is_set = files.open(0).await;
    stop::at(stage["at"].as_u64().unwrap() as usize);
    Box::pin(A::act(&stage_is_set)).await;
    std::fs::write(outer.join("passed"), stop::passed().join("\n")).unwrap();
    std::process::exit(0);
}

/// The places that are tried: all, or the first of each kind and some between.
fn chosen(effects: &[String], on: On) -> Vec<usize> {
    let all = 1..=effects.len();
    if std::env::var("OUTRO_STOPS").is_ok_and(|which| which == "all") {
        return all.collect();
    }
    let mut kinds = BTreeSet::new();
    let every = (effects.len() / BETWEEN).max(1);
    all.filter(|at| (on == On::Sqlite && kinds.insert(kind(&effects[at - 1]))) || at % every == 0).collect()
}

/// A commit is named by where its first statement stands: those of one file are of one kind, and those of the walk.
fn kind(effect: &str) -> &str {
    match effect.strip_prefix("commit erasure::") {
        Some(_) => "commit erasure",
        None => effect.rsplit_once("::").map_or(effect, |(file, _)| file),
    }
}

/// The whole proof for one act on one engine.
pub(super) async fn prove<A: Act>(test: &str, on: On) {
    if let Ok(stage) = std::env::var(STAGE) {
        return stopped_somewhere::<A>(&stage).await;
    }
    let original = Files::make::<A>(on).await;
    let whole = original.copy::<A>().await;
    let effects = whole.run(test, 0).await.expect("nothing stops it");
    A::hold(on, &effects);
    let wanted = whole.go_on::<A>().await;
    let (places, mut stops) = (chosen(&effects, on), 0);
    for at in &places {
        let copy = original.copy::<A>().await;
        stops += usize::from(copy.run(test, *at).await.is_none());
        let (end, before) = (copy.go_on::<A>().await, &effects[at - 1]);
        for (line, other) in end.iter().zip(&wanted).filter(|(line, _)| *line != UNKNOWN) {
            assert_eq!(line, other, "{test}: stopped before effect {at}, {before}");
        }
        assert_eq!(end.len(), wanted.len(), "{test}: stopped before effect {at}, {before}");
    }
    // Progress is noted by the time that passes: now and then a run has an effect less.
    assert!(stops + 3 >= places.len(), "{test}: only {stops} of {} runs were stopped", places.len());
    let count = effects.len();
    tell(&format!(
        "{test}: stopped before {stops} of {count} writes, syncs, renames, deletes and commits; the end was the same"
    ));
    if let Some(url) = &original.database {
        drop_database(url).await;
    }
}

/// For whoever runs the proofs.
#[expect(clippy::print_stderr, reason = "the numbers are read where the tests run")]
fn tell(numbers: &str) {
    eprintln!("proof: {numbers}");
}

/// The effects of a whole run.
pub(super) async fn effects_of<A: Act>(test: &str) -> Vec<String> {
    let original = Files::make::<A>(On::Sqlite).await;
    original.run(test, 0).await.expect("nothing stops it")
}

/// Makes a test of an act, on each engine.
macro_rules! stopped {
    ($name:ident, $act:ident) => {
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                crate::stage::prove::<super::$act>(concat!(stringify!($name), "::sqlite"), outro_testkit::On::Sqlite)
                    .await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let test = concat!(stringify!($name), "::postgres");
                crate::stage::prove::<super::$act>(test, outro_testkit::On::Postgres).await;
            }
        }
    };
}
pub(super) use stopped;

//! SIGKILL under load, again and again: the real program, real files, several people at once. What was acknowledged is there
//! afterwards, who was erased does not come back, and every receipt completes.
//!
//! The same with a loss of power at each kill: then what was written and not synced is gone as well.
//!
//! `make test` kills a few times; `OUTRO_KILLS=500` is the whole proof (`scripts/proof.sh`).

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod load;
mod look;
mod power;
mod server;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use load::{Keepers, Leaving, Person, Told};
use look::Look;
use power::{Disk, Power};
use server::Server;

/// How many work at once.
const WORKERS: usize = 4;
/// Before how many acts a kill comes.
const ACTS: usize = 50;
/// After how many kills everything is let come to rest and is looked through.
const ROUNDS_TO_REST: usize = 10;

fn kills(few: usize) -> usize {
    std::env::var("OUTRO_KILLS").map_or(few, |many| many.parse().expect("OUTRO_KILLS is a number"))
}

/// What was acknowledged, counted.
#[derive(Default)]
struct Seen {
    kills: usize,
    people: usize,
    acts: usize,
    erased: usize,
    unanswered: usize,
}

/// One server that is killed again and again, and all who were on it.
struct Trial {
    data: tempfile::TempDir,
    database: Option<String>,
    /// A disk that loses what was not synced, at each kill; none where the machine goes on.
    power: Option<Power>,
    keepers: Keepers,
    people: Vec<Person>,
    seen: Seen,
    round: u64,
}

impl Trial {
    fn begin(database: Option<String>, power: Option<Power>) -> Self {
        let data = tempfile::TempDir::new().unwrap();
        let server = Server::start(data.path(), database.as_deref(), power.as_ref());
        let keepers = Keepers::join(&server);
        server.kill();
        Self { data, database, power, keepers, people: Vec::new(), seen: Seen::default(), round: 0 }
    }

    fn start(&self) -> Server {
        Server::start(self.data.path(), self.database.as_deref(), self.power.as_ref())
    }

    fn folder(&self) -> &Path {
        self.data.path()
    }

    /// Load, and a kill in the middle of it; then everybody who was busy is asked after.
    fn kill_once(&mut self) {
        self.round += 1;
        let mut random = fastrand::Rng::with_seed(self.round);
        let server = self.start();
        let (over, told) = (Arc::new(AtomicBool::new(false)), Arc::new(Told::default()));
        let working: Vec<_> = (0..WORKERS)
            .map(|number| {
                let (base, keepers, over, told) =
                    (server.base.clone(), self.keepers.clone(), over.clone(), told.clone());
                let mut random = random.fork();
                let name = format!("p{}x{number}", self.round);
                thread::spawn(move || load::work(&base, &keepers, &name, &mut random, &over, &told))
            })
            .collect();
        // After so many acts, and somewhere in those that are under way then, however fast the machine is.
        let (acts, began) = (random.usize(..ACTS), Instant::now());
        while told.answers.load(Ordering::SeqCst) < acts && began.elapsed() < Duration::from_secs(10) {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_millis(random.u64(..40)));
        server.kill();
        if let Some(power) = &self.power {
            power.goes(self.folder());
        }
        over.store(true, Ordering::SeqCst);
        working.into_iter().for_each(|worker| worker.join().expect("an answer that must not be"));
        self.seen.kills += 1;
        let again = self.start();
        let met = std::mem::take(&mut *told.people.lock().unwrap());
        let look = Look::open(self.folder(), self.database.as_deref());
        for person in met {
            self.after_a_kill(&again, &look, person);
        }
        again.kill();
    }

    /// What a person was told holds; who left is hidden already.
    fn after_a_kill(&mut self, server: &Server, look: &Look, mut person: Person) {
        self.seen.people += 1;
        let there = server.knows(&person.token);
        match &person.leaving {
            Leaving::No => assert!(there, "{}: joined, and is not there", person.handle),
            Leaving::Confirmed(_) => assert!(!there, "{}: left, and is there again", person.handle),
            Leaving::Asked if there => person.leaving = Leaving::No,
            Leaving::Asked => {
                self.seen.unanswered += 1;
                person.leaving = Leaving::Unanswered;
            }
            Leaving::Unanswered => {}
        }
        self.seen.acts += person.acts.len();
        if there {
            look.hold(server, &person);
        } else {
            self.seen.erased += 1;
        }
        look.hold_what_others_keep(&person);
        self.people.push(person);
    }

    /// Lets everything come to its end, and looks all through.
    fn rest(&self) {
        let server = self.start();
        let look = Look::open(self.folder(), self.database.as_deref());
        let began = Instant::now();
        for person in &self.people {
            if let Leaving::Confirmed(receipt) = &person.leaving {
                // PostgreSQL may be another process's: leases of the one that was killed lapse by themselves.
                while server.receipt(receipt) != "complete" {
                    assert!(began.elapsed() < Duration::from_secs(300), "{}: no receipt", person.handle);
                    thread::sleep(Duration::from_millis(50));
                }
            }
        }
        for person in &self.people {
            match person.leaving {
                Leaving::No => {
                    assert!(server.knows(&person.token), "{} is lost", person.handle);
                    look.hold(&server, person);
                }
                _ => loop {
                    let left = look.left_of(person.id);
                    if left.is_empty() {
                        assert!(!server.knows(&person.token), "{} is back", person.handle);
                        assert_eq!(server.page_of(&person.handle), 404);
                        break;
                    }
                    assert!(began.elapsed() < Duration::from_secs(300), "{}: {left:?}", person.handle);
                    thread::sleep(Duration::from_millis(100));
                },
            }
            look.hold_what_others_keep(person);
        }
        look.hold_the_books();
        server.kill();
    }

    fn run(mut self, kills: usize) -> String {
        for round in 1..=kills {
            self.kill_once();
            if round % ROUNDS_TO_REST == 0 {
                self.rest();
            }
        }
        self.rest();
        let Seen { kills, people, acts, erased, unanswered } = self.seen;
        assert!(people > kills / 2 && acts > kills && erased > 0, "there was no load: {people} people, {acts} acts");
        format!(
            "{kills} kills under load: {people} people, {acts} acknowledged acts, 0 lost; {erased} erased \
             ({unanswered} of them killed before the answer), 0 back"
        )
    }
}

#[test]
fn what_was_acknowledged_holds_and_who_was_erased_stays_away() {
    println!("proof: SQLite: {}", Trial::begin(None, None).run(kills(8)));
}

#[test]
fn and_so_it_is_when_the_power_goes() {
    println!("proof: SQLite, power lost: {}", Trial::begin(None, Some(Power::new(Disk::Honest))).run(kills(5)));
}

#[test]
fn a_disk_that_keeps_no_log_is_found_out() {
    let trial = || Trial::begin(None, Some(Power::new(Disk::Lying))).run(3);
    let found = std::panic::catch_unwind(trial).expect_err("acts were lost, and nobody noticed");
    let said = found.downcast_ref::<String>().map_or("", String::as_str);
    assert!(said.contains("is not there"), "{said}");
}

#[test]
fn and_so_it_is_on_postgresql() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let database = runtime.block_on(outro_testkit::fresh_database());
    let many = kills(3);
    println!("proof: PostgreSQL: {}", Trial::begin(Some(database), None).run(if many > 50 { many / 5 } else { many }));
}

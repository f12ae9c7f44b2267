//! As if never existed. Random histories of 3 to 8 people over the whole product; one of them leaves, by the same way
//! as everybody. All that is stored then, and all that anybody sees, is what is there after the same history without
//! them, but for what the data map says stays (`STAYS`).
//!
//! What "without them" means is said in [`acts::History::fate`]. Two traces of theirs are put into the other world on
//! purpose, so that everything else can be held against it: a view that was counted is counted there too, of nobody, and
//! so is what they have added to the numbers of others' videos.
//!
//! `OUTRO_NEVER_EXISTED_HISTORIES` says how many on SQLite, `OUTRO_NEVER_EXISTED_ON_POSTGRES` how many there, and
//! `OUTRO_NEVER_EXISTED_FROM` from which seed on.

mod acts;
mod asking;
mod closed_map;
mod dump;
mod looks;
mod numbers;
mod stage;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use outro_model::Clock as _;
use outro_testkit::On;

use acts::{Act, Fate, History, Was};
use dump::{Allowed, Dump};
use looks::Eye;
use stage::Stage;

/// Of how many histories everybody's answers are compared; of the others those of one person.
const EVERYBODY: u64 = 8;
/// How many histories make it worth to start two servers more.
const FEWEST: u64 = 8;
/// How many differences are told.
const TOLD: usize = 12;

/// The two worlds of a history.
pub(crate) struct Pair {
    with: Stage,
    without: Stage,
    /// Whether rows that no act makes are put beside those of the history.
    planted: bool,
}

/// What was found.
#[derive(Default)]
pub(crate) struct Found {
    differences: Vec<String>,
    rows: u64,
    answers: u64,
    acts: u64,
    stays: BTreeSet<&'static str>,
}

impl Pair {
    pub(crate) async fn new(on: On) -> Self {
        Self { with: Stage::new(on).await, without: Stage::new(on).await, planted: false }
    }

    /// Plays a history in both worlds, and holds one against the other.
    pub(crate) async fn compare(&mut self, history: &History) -> Found {
        let Self { with, without, planted } = self;
        let later = with.world.clock.now().max(without.world.clock.now()).plus_seconds(10);
        with.begin(history, later, None).await;
        without.begin(history, later, Some(history.gone)).await;
        let gone = with.person(history.gone).unwrap().id;
        let mut added = Vec::with_capacity(history.steps.len());
        for (at, step) in history.steps.iter().enumerate() {
            let before = numbers::read(with).await;
            with.step(history, at, Some(&step.act)).await;
            added.push(numbers::since(&before, numbers::read(with).await));
        }
        if *planted {
            closed_map::plant(with, history).await;
            closed_map::each_link_finds_something(with, history).await;
        }
        let receipt = with.leave(history.gone).await;
        let mut found = Found { acts: with.was.done.iter().filter(|done| **done).count() as u64, ..Found::default() };
        if *planted {
            closed_map::plant_late(with, &gone).await;
        }
        if !with.settle().await {
            found.differences.push("the erasure does not end".into());
            return found;
        }
        let receipt = with.nobody().get(&format!("/api/v1/receipts/{receipt}")).await.json();
        assert_eq!(receipt["state"], "complete");
        for (at, step) in history.steps.iter().enumerate() {
            let act = match history.fate(at, &with.was) {
                Fate::Kept => Some(step.act.clone()),
                Fate::Changed(act) => Some(act),
                Fate::Dropped => None,
            };
            without.step(history, at, act.as_ref()).await;
            for (_, video) in with.was.views.iter().filter(|(when, _)| *when == at) {
                without.view(history, *video).await;
            }
            if act.is_none() && numbers::add(without, &added[at]).await {
                found.stays.insert("statistics");
            }
        }
        assert!(without.settle().await, "jobs are left where nobody left");
        let allowed = Allowed::of(history, &with.was, with);
        if !with.was.views.is_empty() {
            found.stays.insert("views");
        }
        let dumps = (Dump::of(with).await, Dump::of(without).await);
        rows(&dumps, &allowed, &mut found);
        let ids = ids_of(history, &with.was, &gone.to_string());
        found.differences.extend(dumps.0.places_of(&ids));
        objects(history, with, without, &mut found).await;
        let eye = Eye { history, allowed: &allowed, gifts: dump::has_gifts_from_nobody(&dumps.0) };
        if found.differences.is_empty() {
            answers(&eye, with, without, &mut found).await;
        }
        found
    }
}

fn rows((here, there): &(Dump, Dump), allowed: &Allowed, found: &mut Found) {
    let (here, there) =
        (dump::lines(here, allowed, &mut found.stays), dump::lines(there, allowed, &mut BTreeSet::new()));
    found.rows += here.len() as u64;
    found.differences.extend(here.difference(&there).map(|(row, _)| format!("left over: {row}")));
    found.differences.extend(there.difference(&here).map(|(row, _)| format!("missing: {row}")));
}

/// Every id of who is gone and of what was theirs. What they said stays with those they said it to.
fn ids_of(history: &History, was: &Was, account: &str) -> BTreeSet<String> {
    let theirs = |at: &usize| {
        let stays = matches!(history.steps[*at].act, Act::Talk(_) | Act::Say(_) | Act::Share(..));
        history.steps[*at].by == history.gone && !stays
    };
    let made = (0..history.steps.len()).filter(theirs).filter_map(|at| was.made[at].as_deref());
    made.chain([account]).map(dump::hex_of).collect()
}

/// Sealed objects, the folder of who is gone, the keys of conversations, and the words of the search index.
async fn objects(history: &History, with: &Stage, without: &Stage, found: &mut Found) {
    let (here, there) = (with.objects().await, without.objects().await);
    if here != there {
        found.differences.push(format!("sealed objects: {here:?}, and without them {there:?}"));
    }
    if !history.seed.is_multiple_of(EVERYBODY) {
        return;
    }
    for stage in [with, without] {
        outro_app::finding::tidy(&stage.world.app).await.unwrap();
    }
    let words = |stage: &Stage| stage.world.app.finder.dictionary().unwrap().into_iter().collect::<BTreeSet<_>>();
    let (here, there) = (words(with), words(without));
    if here != there {
        found.differences.push(format!("the search index: {:?}", here.symmetric_difference(&there)));
    }
}

async fn answers(eye: &Eye<'_>, with: &Stage, without: &Stage, found: &mut Found) {
    let stays = (0..eye.history.people).filter(|who| *who != eye.history.gone).map(Some);
    let eyes: Vec<Option<usize>> = stays.chain([None]).collect();
    let one = eyes[(eye.history.seed / EVERYBODY) as usize % eyes.len()];
    for who in eyes.into_iter().filter(|who| eye.history.seed.is_multiple_of(EVERYBODY) || *who == one) {
        let (here, there) = (eye.sees(with, &without.was, who).await, eye.sees(without, &without.was, who).await);
        found.answers += here.len() as u64;
        for ((path, here), (other, there)) in here.iter().zip(&there) {
            assert_eq!(path, other);
            if here != there {
                found.differences.push(format!("{path} for {who:?}:\n  {here}\n  without them\n  {there}"));
            }
        }
    }
}

/// Takes as many steps out of a history as can be, so that there is still a difference.
pub(crate) async fn smaller(pair: &mut Pair, history: &History) -> History {
    let mut smaller = history.clone();
    for at in (0..smaller.steps.len()).rev() {
        let kept = std::mem::replace(&mut smaller.steps[at].act, Act::Rest);
        if pair.compare(&smaller).await.differences.is_empty() {
            smaller.steps[at].act = kept;
        }
    }
    smaller
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

/// Histories that are played at the same time, for each core: an answer that there is nothing waits for its moment, and a database
/// on a server for its round trips.
const AT_ONCE: usize = 8;

/// Plays as many histories as asked for, on all cores.
#[expect(clippy::print_stderr, reason = "the numbers are read where the tests run")]
fn histories(on: On, many: u64) {
    let from = number("OUTRO_NEVER_EXISTED_FROM", 1);
    let (next, all) = (AtomicU64::new(from), Mutex::new(Found::default()));
    let work = || async {
        let mut pair = Pair::new(on).await;
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= from + many || !all.lock().unwrap().differences.is_empty() {
                return;
            }
            let history = History::drawn(seed);
            let found = pair.compare(&history).await;
            if !found.differences.is_empty() {
                let small = smaller(&mut pair, &history).await;
                let of_small = pair.compare(&small).await;
                let steps: Vec<String> = small
                    .steps
                    .iter()
                    .enumerate()
                    .filter(|(_, step)| step.act != Act::Rest)
                    .map(|(at, step)| format!("  {at}: {} {:?}", step.by, step.act))
                    .collect();
                let told: Vec<&String> = of_small.differences.iter().take(TOLD).collect();
                let text = told.iter().map(|one| one.as_str()).collect::<Vec<_>>().join("\n");
                let message =
                    format!("seed {seed}, {} of {} leaves:\n{}\n{text}", small.gone, small.people, steps.join("\n"));
                all.lock().unwrap().differences.push(message);
                return;
            }
            let mut all = all.lock().unwrap();
            all.rows += found.rows;
            all.answers += found.answers;
            all.acts += found.acts;
            all.stays.extend(found.stays);
        }
    };
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        for _ in 0..(cores * AT_ONCE).min(many.div_ceil(FEWEST) as usize) {
            scope
                .spawn(|| tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work()));
        }
    });
    let found = all.into_inner().unwrap();
    assert!(found.differences.is_empty(), "{}", found.differences.join("\n\n"));
    eprintln!(
        "proof: as if never existed, {on:?}: {many} histories, {} acts done, {} rows and {} answers compared, \
         0 differences; \
         what stays came up as: {}",
        found.acts,
        found.rows,
        found.answers,
        found.stays.into_iter().collect::<Vec<_>>().join(" ")
    );
}

#[test]
fn sqlite() {
    histories(On::Sqlite, number("OUTRO_NEVER_EXISTED_HISTORIES", 60));
}

#[test]
fn postgres() {
    histories(On::Postgres, number("OUTRO_NEVER_EXISTED_ON_POSTGRES", 20));
}

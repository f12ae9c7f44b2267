//! What processes on one PostgreSQL tell each other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use outro_app::{Finder, elsewhere, finding};
use outro_db::{Bell, Hearing, Statement};
use outro_jobs::{Job, Lane, NewJob, Outcome, Queue, Runner};
use outro_model::{JobId, SystemClock};
use outro_testkit::{On, World};
use outro_vault::SystemRandom;
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

/// A bell whose line is there.
async fn hung(world: &World) -> (Bell, Hearing) {
    let (one, mut hearing) = Bell::hang(&world.database).unwrap();
    let (other, _) = Bell::hang(&world.database).unwrap();
    let heard = async {
        loop {
            other.ring("there".into());
            if timeout(Duration::from_millis(50), hearing.next()).await.is_ok() {
                return;
            }
        }
    };
    timeout(Duration::from_secs(30), heard).await.expect("the line");
    (one, hearing)
}

/// The words that are heard until nothing is said for a moment, but for that by which lines are tried.
async fn words(hearing: &mut Hearing) -> Vec<String> {
    let mut all = Vec::new();
    while let Ok(Some(word)) = timeout(Duration::from_millis(500), hearing.next()).await {
        if word != "there" {
            all.push(word);
        }
    }
    all
}

#[tokio::test]
async fn others_hear_each_word_and_who_rang_does_not() {
    let world = World::start(On::Postgres).await;
    let ((one, mut at_one), (_two, mut at_two)) = (hung(&world).await, hung(&world).await);
    words(&mut at_one).await;
    for word in ["first", "second", "second"] {
        one.ring(word.into());
    }
    let mut heard = words(&mut at_two).await;
    heard.sort();
    heard.dedup();
    assert_eq!(heard, ["first", "second"]);
    assert_eq!(words(&mut at_one).await, [""; 0]);
}

#[tokio::test]
async fn a_line_that_was_cut_is_taken_up_again() {
    let world = World::start(On::Postgres).await;
    let ((one, _at_one), (_two, mut at_two)) = (hung(&world).await, hung(&world).await);
    let cut = Statement::new(
        "cut",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'outro bell' AND datname = current_database()",
    );
    world.app.db.write().await.unwrap().query(&cut, &[]).await.unwrap();
    let heard = async {
        loop {
            one.ring("again".into());
            if words(&mut at_two).await.contains(&"again".to_owned()) {
                return;
            }
        }
    };
    timeout(Duration::from_secs(30), heard).await.expect("it is heard again");
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_not_repeated() {
    let error = Bell::hang("postgres://outro:secret@[::1/outro").err().unwrap();
    assert!(!format!("{error} {error:?}").contains("secret"));
}

/// Two processes, each with an index of its own; the other one hears, and goes over nobody by itself.
#[tokio::test]
async fn how_somebody_is_found_is_read_again_where_it_was_heard_of() {
    let mut world = World::start(On::Postgres).await;
    let mut other = world.restart().await;
    let (bell, _hearing) = hung(&world).await;
    world.app.finder = Arc::new(Finder::unasked(Some(bell)).unwrap());
    let (bell, hearing) = hung(&other).await;
    other.app.finder = Arc::new(Finder::beside_others(Some(bell)).unwrap());
    finding::build(&other.app).await.unwrap();
    tokio::spawn(elsewhere::hear(other.app.clone(), hearing));
    let nora = world.client().join("nora").await;
    // Read again because it was heard of: nobody goes over everybody here.
    let until = async |word: &str, there: bool| {
        let (began, holds) = (Instant::now(), |words: Vec<String>| words.iter().any(|one| one == word));
        while holds(other.app.finder.dictionary().unwrap()) != there {
            assert!(began.elapsed() < Duration::from_secs(30), "{word}");
            finding::catch_up(&other.app).await.unwrap();
            finding::tidy(&other.app).await.unwrap();
            sleep(Duration::from_millis(20)).await;
        }
    };
    until("nora", true).await;
    let found = other.client().get("/api/v1/search?q=nora").await.expect(200).json();
    assert_eq!(found["accounts"][0]["handle"], "nora");
    for (name, gone) in [("Marimba", "nothing"), ("Vibraphone", "marimba")] {
        nora.call("PATCH", "/api/v1/me", Some(json!({"display_name": name}))).await.expect(200);
        until(&name.to_lowercase(), true).await;
        until(gone, false).await;
    }
    // Nothing is kept where nobody searches.
    assert_eq!(world.app.finder.dictionary().unwrap(), [""; 0]);
}

/// Tells when it ran.
struct Telling(mpsc::UnboundedSender<Instant>);

impl Runner for Telling {
    async fn run(&self, _: &Job) -> Outcome {
        let _ = self.0.send(Instant::now());
        Outcome::Done
    }
}

#[tokio::test]
async fn a_job_that_another_process_made_does_not_wait_for_the_next_look() {
    let world = World::start(On::Postgres).await;
    let queue = |bell| {
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        Queue::new(world.app.db.clone(), clock, random).with_bell(Some(bell))
    };
    let ((bell, _hearing), (other, mut hearing)) = (hung(&world).await, hung(&world).await);
    let (queue, working) = (queue(bell), queue(other));
    let ((ran, mut runs), (_stop, stopped)) = (mpsc::unbounded_channel(), watch::channel(false));
    let worker = working.clone();
    tokio::spawn(async move { worker.work(Lane::Archive, &Telling(ran), stopped).await });
    tokio::spawn(async move {
        while let Some(word) = hearing.next().await {
            if word == outro_jobs::WORD {
                working.heard();
            }
        }
    });
    let mut soon = 0;
    for _ in 0..12 {
        // It does not keep to the beat of the worker.
        sleep(Duration::from_millis(370)).await;
        let job = NewJob {
            id: JobId::random(&SystemRandom),
            kind: "nothing",
            lane: Lane::Archive,
            account: None,
            video: None,
            run_at: outro_model::Clock::now(&SystemClock),
        };
        let mut tx = world.app.db.write().await.unwrap();
        outro_jobs::enqueue(&mut tx, &job).await.unwrap();
        tx.commit().await.unwrap();
        let committed = Instant::now();
        queue.wake();
        let at = timeout(Duration::from_secs(30), runs.recv()).await.unwrap().unwrap();
        soon += usize::from(at.saturating_duration_since(committed) < Duration::from_millis(250));
    }
    // By the look once a second alone a quarter of them would be this soon.
    assert!(soon >= 9, "{soon} of 12");
}

/// There is one job of housekeeping, also where many start at once.
#[tokio::test]
async fn housekeeping_is_one_job() {
    let world = World::start(On::Postgres).await;
    let starts = (0..8).map(|_| {
        let app = world.app.clone();
        tokio::spawn(async move { outro_app::housekeeping::schedule(&app).await })
    });
    for start in starts.collect::<Vec<_>>() {
        start.await.unwrap().unwrap();
    }
    assert_eq!(outro_jobs::waiting(&mut world.app.db.read().await.unwrap()).await.unwrap(), 1);
}

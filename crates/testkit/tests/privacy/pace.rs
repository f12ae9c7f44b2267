//! What it costs: the same work whatever the account holds. And how long that takes; run by hand, in release: `cargo nextest run --release -p outro-testkit --test privacy
//! --run-ignored only --no-capture pace`.

#![expect(clippy::print_stdout, reason = "a measure is for the person who runs it")]

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use outro_store::videos;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

use super::*;

const ROUNDS: usize = 50;

async fn plant(world: &World, owner: AccountId, many: i64) {
    let mut tx = world.app.db.write().await.unwrap();
    for moment in 0..many {
        let video = outro_testkit::rows::video_row(owner, outro_model::Timestamp(moment));
        videos::insert(&mut tx, &video).await.unwrap();
        assert!(videos::set_ready(&mut tx, owner, video.id, 1, outro_model::Timestamp(moment)).await.unwrap());
    }
    tx.commit().await.unwrap();
}

/// Middle and worst of many, in milliseconds.
fn figures(mut took: Vec<f64>) -> (f64, f64) {
    took.sort_by(f64::total_cmp);
    (took[took.len() / 2], took[took.len() - 1])
}

/// The statements that were run, each with its number of rows.
#[derive(Clone, Default)]
struct Work(Arc<Mutex<Vec<u8>>>);

impl Write for Work {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What one request does in the database: it runs on the thread of the test alone.
async fn work_of(client: &Client, body: Value) -> Vec<String> {
    let (work, targets) = (Work::default(), Targets::new().with_target(outro_db::WORK, LevelFilter::TRACE));
    let lines = work.clone();
    let layer = tracing_subscriber::fmt::layer().without_time().with_ansi(false).with_target(false);
    let subscriber = tracing_subscriber::registry().with(layer.with_writer(move || lines.clone()).with_filter(targets));
    let here = tracing_subscriber::util::SubscriberInitExt::set_default(subscriber);
    privacy(client, body).await.expect(200);
    drop(here);
    let text = String::from_utf8(work.0.lock().unwrap().clone()).unwrap();
    text.lines().map(|line| line.trim().to_owned()).collect()
}

/// Gives somebody that many videos, followers and people who wait for an answer.
async fn grow(world: &World, owner: AccountId, many: i64) {
    plant(world, owner, many).await;
    let mut tx = world.app.db.write().await.unwrap();
    for moment in 0..many {
        let fan = outro_testkit::rows::account_row();
        outro_store::accounts::insert(&mut tx, &fan).await.unwrap();
        let now = outro_model::Timestamp(moment);
        assert!(graph::follow(&mut tx, fan.id, owner, now).await.unwrap());
    }
    tx.commit().await.unwrap();
}

// Each switch is a number of statements that touch a number of rows, with ten videos and followers as with 2,000.
on_both! {
    async fn a_switch_is_the_same_work_whatever_the_account_holds(world: World) {
        let mut works = Vec::new();
        for many in [10, 2_000] {
            let owner = world.client().join(&format!("owner{many}")).await;
            grow(&world, world.id_of(&owner).await, many).await;
            let mut work = Vec::new();
            for body in [
                json!({"on_hiatus": true}),
                json!({"on_hiatus": false}),
                json!({"private_account": true}),
                json!({"private_account": false, "follow_requests": "accept"}),
                json!({"discoverable": false, "searchable": false}),
            ] {
                work.push((body.to_string(), work_of(&owner, body).await));
            }
            works.push(work);
            world.settle().await;
        }
        let (few, lots) = (&works[0], &works[1]);
        for ((body, few), (_, lots)) in few.iter().zip(lots) {
            assert!(few.len() > 3 && few.iter().all(|line| line.contains("statement=")), "{body}: {few:?}");
            assert_eq!(few, lots, "{body}");
        }
    }
}

on_both! {
    #[ignore = "prints numbers; nothing is held against them"]
    async fn hiatus_with_ten_videos_and_with_ten_thousand(world: World) {
        let engine = world.app.db.engine();
        for many in [10, 10_000] {
            let owner = world.client().join(&format!("owner{many}")).await;
            plant(&world, world.id_of(&owner).await, many).await;
            let mut took = Vec::new();
            for round in 0..ROUNDS {
                let began = Instant::now();
                privacy(&owner, json!({"on_hiatus": round % 2 == 0})).await.expect(200);
                took.push(began.elapsed().as_secs_f64() * 1000.0);
            }
            let (middle, worst) = figures(took);
            println!("{engine:?}, {many} videos: on_hiatus p50 {middle:.2} ms, worst {worst:.2} ms of {ROUNDS}");
            let mut took = Vec::new();
            for audience in ["only_me", "everyone", "friends", "everyone"] {
                let began = Instant::now();
                owner.post("/api/v1/me/videos/audience", json!({"audience": audience, "all": true})).await.expect(200);
                took.push(began.elapsed().as_secs_f64() * 1000.0);
            }
            let (middle, worst) = figures(took);
            println!("{engine:?}, {many} videos: audience of all p50 {middle:.1} ms, worst {worst:.1} ms");
        }
    }
}

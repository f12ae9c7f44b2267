//! What counts against a file that is encoded, and what does not.

use std::sync::Arc;

use super::*;
use outro_app::AppRunner;
use outro_jobs::{Job, Lane, Outcome, Runner};
use outro_testkit::clip;
use tokio::sync::{Notify, watch};

/// Begins a job and never ends it.
#[derive(Clone, Default)]
struct Stuck(Arc<Notify>);

impl Runner for Stuck {
    async fn run(&self, _: &Job) -> Outcome {
        self.0.notify_one();
        std::future::pending().await
    }
}

/// Ends every job in an error.
struct Failing;

impl Runner for Failing {
    async fn run(&self, _: &Job) -> Outcome {
        Outcome::Again("test")
    }
}

/// Panics in every job.
struct Panicking;

impl Runner for Panicking {
    #[expect(clippy::panic, reason = "what it is for")]
    async fn run(&self, _: &Job) -> Outcome {
        tokio::task::yield_now().await;
        panic!("for a test");
    }
}

/// Uploads; the video's address.
async fn uploaded(client: &Client) -> String {
    let taken = client.upload(clip(), &[]).await.expect(202).json();
    format!("/api/v1/videos/{}", taken["video"]["id"].as_str().unwrap())
}

/// A process that dies while it encodes: nothing is heard of it, and its lease lapses.
async fn killed(world: &World) {
    let stuck = Stuck::default();
    let queue = world.app.queue.clone();
    let runner = stuck.clone();
    let working = tokio::spawn(async move { queue.work_once(Lane::Encode, &runner).await });
    stuck.0.notified().await;
    working.abort();
    let _ = working.await;
    world.clock.advance_seconds(31);
}

/// A process that is told to stop while it encodes.
async fn stopped(world: &World) {
    let stuck = Stuck::default();
    let (stop, told) = watch::channel(false);
    let (queue, runner) = (world.app.queue.clone(), stuck.clone());
    let working = tokio::spawn(async move { queue.work(Lane::Encode, &runner, told).await });
    // The clock stands still: a job that is not handed back is not found again.
    let begun = tokio::time::timeout(Duration::from_secs(20), stuck.0.notified()).await;
    begun.expect("the job was not handed back");
    stop.send_replace(true);
    working.await.unwrap();
}

async fn state(client: &Client, video: &str) -> Value {
    client.get(video).await.expect(200).json()["state"].clone()
}

/// The video failed for a fault that may be ours: its file can be taken along, until it is taken away.
async fn failed_with_its_original(world: &World, client: &Client, video: &str) {
    let view = client.get(video).await.expect(200).json();
    assert_eq!((&view["state"], &view["failure"]["code"]), (&json!("failed"), &json!("too_hard")), "{view}");
    let id = video.rsplit('/').next().unwrap();
    let original = client.get(&format!("/media/{id}/original")).await.expect(200);
    assert!(original.body == clip(), "another file");
    world.client().get(&format!("/media/{id}/original")).await.expect(404);
    assert_eq!(world.rows("blobs").await.len(), 1);
    client.call("DELETE", video, None).await.expect(204);
    world.run_jobs().await;
    assert!(world.rows("blobs").await.is_empty() && world.rows("videos").await.is_empty());
}

on_both! {
    async fn kills_do_not_count_as_errors(world: World) {
        let client = world.client().join("ada").await;
        let video = uploaded(&client).await;
        for _ in 0..8 {
            killed(&world).await;
        }
        world.settle().await;
        assert_eq!(state(&client, &video).await, "ready");
    }
}

on_both! {
    async fn a_stop_hands_the_job_back_and_counts_as_nothing(world: World) {
        let client = world.client().join("ada").await;
        let video = uploaded(&client).await;
        for _ in 0..20 {
            stopped(&world).await;
        }
        world.settle().await;
        assert_eq!(state(&client, &video).await, "ready");
    }
}

on_both! {
    async fn what_is_begun_again_and_again_and_never_ends_is_given_up(world: World) {
        let client = world.client().join("ada").await;
        let video = uploaded(&client).await;
        for _ in 0..12 {
            killed(&world).await;
        }
        assert_eq!(state(&client, &video).await, "processing");
        world.settle().await;
        failed_with_its_original(&world, &client, &video).await;
    }
}

on_both! {
    async fn four_errors_are_enough(world: World) {
        let client = world.client().join("ada").await;
        let video = uploaded(&client).await;
        for number in 0..4 {
            stopped(&world).await;
            killed(&world).await;
            assert!(world.app.queue.work_once(Lane::Encode, &Failing).await.unwrap(), "{number}");
            world.clock.advance_seconds(301);
        }
        world.settle().await;
        failed_with_its_original(&world, &client, &video).await;
    }
}

on_both! {
    async fn three_errors_are_not(world: World) {
        let client = world.client().join("ada").await;
        let video = uploaded(&client).await;
        for _ in 0..3 {
            assert!(world.app.queue.work_once(Lane::Encode, &Failing).await.unwrap());
            world.clock.advance_seconds(301);
        }
        world.settle().await;
        assert_eq!(state(&client, &video).await, "ready");
    }
}

// The job of a video that was made, and of which only that was not noted any more.
on_both! {
    async fn a_video_that_was_made_is_not_taken_for_one_that_failed(world: World) {
        let client = world.client().join("ada").await;
        let owner = world.id_of(&client).await;
        let video = uploaded(&client).await;
        for _ in 0..13 {
            killed(&world).await;
        }
        let id = video.rsplit('/').next().unwrap().parse().unwrap();
        let mut tx = world.app.db.write().await.unwrap();
        assert!(outro_store::videos::set_ready(&mut tx, owner, id, 1000, world.clock.now()).await.unwrap());
        tx.commit().await.unwrap();
        assert!(world.app.queue.work_once(Lane::Encode, &AppRunner(world.app.clone())).await.unwrap());
        assert_eq!(state(&client, &video).await, "ready");
        assert_eq!(world.rows("blobs").await.len(), 1, "its files are gone");
    }
}

on_both! {
    async fn a_panic_ends_one_run_and_not_the_worker(world: World) {
        let client = world.client().join("maker").await;
        let video = uploaded(&client).await;
        let (stop, told) = watch::channel(false);
        let queue = world.app.queue.clone();
        let working = tokio::spawn(async move { queue.work(Lane::Encode, &Panicking, told).await });
        let waiting = async {
            while world.rows("jobs").await.iter().all(|row| !row.contains("panicked")) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("the run counts as an error");
        assert!(!working.is_finished(), "the worker went with it");
        stop.send_replace(true);
        working.await.unwrap();
        world.clock.advance_seconds(10);
        world.settle().await;
        assert_eq!(state(&client, &video).await, "ready");
    }
}

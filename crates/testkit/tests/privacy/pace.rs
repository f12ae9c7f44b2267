//! What it costs. Run by hand, in release: `cargo nextest run --release -p outro-testkit --test privacy
//! --run-ignored only --no-capture pace`.

#![expect(clippy::print_stdout, reason = "a measure is for the person who runs it")]

use std::time::Instant;

use super::*;
use outro_store::videos;

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

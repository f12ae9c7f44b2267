//! What a page costs, at 10, 1,000 and 5,000 followed: run with `--run-ignored all --no-capture`.

use std::time::Instant;

use outro_store::feed::Circle;
use outro_store::{accounts, videos};
use outro_testkit::rows::{account_row, video_row};

use super::*;

const PAGES: usize = 200;

/// Follows `count` more, with one video each that everybody may watch.
async fn follow_more(world: &World, fan: AccountId, count: usize) {
    let now = outro_model::Clock::now(&*world.clock);
    for chunk in 0..count.div_ceil(250) {
        let mut tx = world.app.db.write().await.unwrap();
        for number in 0..250.min(count - chunk * 250) {
            let owner = account_row();
            accounts::insert(&mut tx, &owner).await.unwrap();
            let moment = now.plus_seconds(-((chunk * 250 + number) as i64));
            let video = video_row(owner.id, moment);
            videos::insert(&mut tx, &video).await.unwrap();
            let mut blob = outro_store::blobs::Blob {
                owner: owner.id,
                id: outro_model::BlobId::random(&*world.app.random),
                video: video.id,
                kind: outro_model::BlobKind::Rendition,
                header: None,
                length: 1,
                width: 1,
                height: 1,
                created_at: moment,
            };
            outro_store::blobs::begin(&mut tx, &blob).await.unwrap();
            blob.header = Some(vec![1]);
            outro_store::blobs::finish(&mut tx, &blob).await.unwrap();
            videos::set_ready(&mut tx, owner.id, video.id, 1, moment).await.unwrap();
            graph::follow(&mut tx, fan, owner.id, now).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
}

async fn millis<F: Future<Output = usize>>(ask: impl Fn() -> F) -> (usize, f64, f64) {
    let (mut taken, mut items) = (Vec::new(), 0);
    for _ in 0..PAGES {
        let begin = Instant::now();
        items = ask().await;
        taken.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    taken.sort_by(f64::total_cmp);
    (items, taken[PAGES / 2], taken[PAGES * 99 / 100])
}

on_both! {
    #[ignore = "prints numbers; run it by itself"]
    async fn a_page_costs_the_same_however_many_are_followed(world: World) {
        let fan = world.client().join("fan").await;
        let account = world.id_of(&fan).await;
        let mut followed = 0;
        for count in [10, 1_000, 5_000] {
            follow_more(&world, account, count - followed).await;
            followed = count;
            let last = (outro_model::Timestamp(i64::MAX), VideoId::from_bytes([0xff; 16]));
            let scope = outro_policy::followed_scope();
            let (items, p50, p99) = millis(|| async {
                let mut tx = world.app.db.read().await.unwrap();
                outro_store::feed::timeline(&mut tx, scope, account, Circle::Following, last, 20).await.unwrap().len()
            })
            .await;
            let (_, you_p50, you_p99) = millis(|| async { page(&fan, FOR_YOU, 20, None).await.to_string().len() }).await;
            let line = format!(
                "{:?}, {count} followed: Following, {items} items: p50 {p50:.2} ms, p99 {p99:.2} ms; For You: p50 {you_p50:.2} ms, p99 {you_p99:.2} ms\n",
                world.app.db.engine()
            );
            std::io::Write::write_all(&mut std::io::stdout(), line.as_bytes()).unwrap();
        }
    }
}

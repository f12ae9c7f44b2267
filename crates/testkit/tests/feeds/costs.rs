//! What a page costs at 10, 1,000 and 5,000 followed, among as many accounts: the same work, counted by the engines
//! themselves. How long a page takes is measured by `make bench`.

use outro_db::{Engine, Param, Statement};
use outro_model::{Clock as _, Timestamp};
use outro_store::{accounts, videos};
use outro_testkit::rows::{account_row, video_row};

use super::*;

/// How many videos each of the first ten has: so many that every page is full from the beginning. And the others.
const VIDEOS: [usize; 2] = [30, 3];

/// Follows `count` more, whose videos everybody may watch; `before` were followed already.
async fn follow_more(world: &World, fan: AccountId, before: usize, count: usize) {
    let now = world.clock.now();
    for chunk in 0..count.div_ceil(250) {
        let mut tx = world.app.db.write().await.unwrap();
        for number in before + chunk * 250..before + count.min((chunk + 1) * 250) {
            let owner = account_row();
            accounts::insert(&mut tx, &owner).await.unwrap();
            for nth in 0..VIDEOS[usize::from(number >= 10)] {
                let moment = now.plus_seconds(-((nth * 10_000 + number) as i64));
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
            }
            graph::follow(&mut tx, fan, owner.id, now).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
    // PostgreSQL does so by itself, in its own time.
    if world.app.db.engine() == Engine::Postgres {
        let mut tx = world.app.db.write().await.unwrap();
        tx.execute(&Statement::built("analyse".into(), "ANALYZE".into()), &[]).await.unwrap();
        tx.commit().await.unwrap();
    }
}

fn named(name: &str) -> &'static Statement {
    let all = outro_store::all_statements();
    all.into_iter()
        .find(|one| one.name() == format!("outro_store::feed::{name}"))
        .unwrap_or_else(|| panic!("no {name}"))
}

/// The work of each statement that a page of a feed is made of, with the values that the use cases give.
async fn work(world: &World, fan: AccountId) -> Vec<(&'static str, u64)> {
    let newest = {
        let mut tx = world.app.db.read().await.unwrap();
        let last = (Timestamp(i64::MAX), VideoId::from_bytes([0xff; 16]));
        let scope = outro_policy::feed_scope();
        let source = outro_store::feed::Source::Newest(last);
        outro_store::feed::candidates(&mut tx, scope, Some(fan), source, last.0, 1).await.unwrap()[0]
    };
    let you = outro_policy::feed_scope();
    let asking = Param::Bytes(fan.as_bytes());
    let open = [asking, Param::Int(you.owner.code()), Param::Int(you.video.code()), Param::Int(you.audience.code())];
    let (most, highest) = (Param::Int(i64::MAX), Param::Bytes(&[0xff; 16]));
    let (owner, video) = (Param::Bytes(newest.owner.as_bytes()), Param::Bytes(newest.video.as_bytes()));
    let with =
        |more: &[Param<'static>]| -> Vec<Param<'_>> { open.iter().copied().chain(more.iter().copied()).collect() };
    let asked = [
        ("TIMELINE", vec![asking, most, highest, Param::Int(20)]),
        ("NEWEST", with(&[Param::Int(i64::MAX), Param::Bytes(&[0xff; 16]), Param::Int(80)])),
        ("POPULAR", with(&[Param::Int(60)])),
        ("FOLLOWED", open.into_iter().chain([asking, Param::Int(40)]).collect()),
        ("OF_OWNER", open.into_iter().chain([owner, Param::Int(4)]).collect()),
        ("ITEM", open.into_iter().chain([owner, video]).collect()),
    ];
    let mut found = Vec::new();
    for (name, values) in asked {
        found.push((name, world.app.db.work(named(name), &values).await.unwrap()));
    }
    found
}

on_both! {
    async fn a_page_costs_the_same_however_many_are_followed(world: World) {
        let fan = world.client().join("fan").await;
        let account = world.id_of(&fan).await;
        let (mut followed, mut first) = (0, Vec::new());
        // A tenth is for rows that lie beside those that are asked for. Of the first ten accounts each has thirty videos, and PostgreSQL
        // may look through all files of an account for one, as its sample of the rows has it: that is bounded by the page, and not equal.
        let percent = if world.app.db.engine() == Engine::Postgres { 300 } else { 110 };
        for count in [10, 1_000, 5_000] {
            follow_more(&world, account, followed, count - followed).await;
            followed = count;
            let now = work(&world, account).await;
            if first.is_empty() {
                first.clone_from(&now);
            }
            for ((name, before), (_, work)) in first.iter().zip(&now) {
                assert!(*work <= before * percent / 100, "{name}: {before}, and {work} at {count} followed: {now:?}");
            }
            for route in [FOLLOWING, FOR_YOU] {
                assert_eq!(ids(&page(&fan, route, 20, None).await).len(), 0, "rows without keys are left out");
            }
        }
    }
}

//! The counts of others, while somebody is away and after.

use super::*;
use outro_store::recount::BATCH;
use outro_store::{likes, videos};

async fn counts(world: &World, client: &Client) -> (i64, i64) {
    let account = world.id_of(client).await;
    let counts = graph::counts(&mut world.app.db.read().await.unwrap(), account).await.unwrap();
    (counts.followers, counts.following)
}

async fn likes_of(world: &World, client: &Client, id: &str) -> i64 {
    client.get(&format!("/api/v1/videos/{id}")).await.expect(200).json()["like_count"].as_i64().expect(&world.database)
}

on_both! {
    async fn counts_elsewhere_leave_out_who_is_away(world: World) {
        let cast = Cast::of(&world).await;
        let id = world.plant(&cast.friend, b"theirs").await;
        for client in [&cast.owner, &cast.follower] {
            client.call("PUT", &format!("/api/v1/videos/{id}/like"), None).await.expect(200);
        }
        let all = async || {
            [counts(&world, &cast.owner).await, counts(&world, &cast.friend).await, counts(&world, &cast.follower).await]
        };
        assert_eq!((all().await, likes_of(&world, &cast.friend, &id).await), ([(2, 1), (1, 1), (0, 1)], 2));
        for _ in 0..2 {
            privacy(&cast.owner, json!({"on_hiatus": true})).await.expect(200);
            world.settle().await;
            assert_eq!((all().await, likes_of(&world, &cast.friend, &id).await), ([(0, 0), (0, 0), (0, 0)], 1));
            privacy(&cast.owner, json!({"on_hiatus": false})).await.expect(200);
            world.settle().await;
            assert_eq!((all().await, likes_of(&world, &cast.friend, &id).await), ([(2, 1), (1, 1), (0, 1)], 2));
        }
    }
}

on_both! {
    async fn an_edge_counts_when_both_its_ends_are_here(world: World) {
        let cast = Cast::of(&world).await;
        for (owner, friend, counted) in [(true, false, false), (true, true, false), (false, true, false), (false, false, true)] {
            privacy(&cast.owner, json!({"on_hiatus": owner})).await.expect(200);
            privacy(&cast.friend, json!({"on_hiatus": friend})).await.expect(200);
            world.settle().await;
            let expected = if counted { (1, 1) } else { (0, 0) };
            assert_eq!(counts(&world, &cast.friend).await, expected, "owner away: {owner}, friend away: {friend}");
            let follower = (0, i64::from(!owner));
            assert_eq!(counts(&world, &cast.follower).await, follower);
        }
    }
}

on_both! {
    async fn on_and_off_at_once_end_as_the_switch_stands(world: World) {
        let cast = Cast::of(&world).await;
        for round in 0..6 {
            let runner = outro_app::AppRunner(world.app.clone());
            let toggles = async {
                for turn in 0..5 {
                    privacy(&cast.owner, json!({"on_hiatus": turn % 2 == 0})).await.expect(200);
                    tokio::task::yield_now().await;
                }
                privacy(&cast.owner, json!({"on_hiatus": round % 2 == 0})).await.expect(200);
            };
            let works = || async {
                for _ in 0..12 {
                    world.app.queue.work_once(outro_jobs::Lane::Prompt, &runner).await.unwrap();
                    tokio::task::yield_now().await;
                }
            };
            tokio::join!(toggles, works(), works());
            world.settle().await;
            let expected = if round % 2 == 0 { (0, 0) } else { (2, 1) };
            assert_eq!(counts(&world, &cast.owner).await, expected, "round {round}");
        }
    }
}

on_both! {
    async fn a_switch_that_is_thrown_often_leaves_no_more_work_than_once(world: World) {
        let cast = Cast::of(&world).await;
        world.settle().await;
        let before = world.rows("jobs").await.len();
        for turn in 0..21 {
            privacy(&cast.owner, json!({"on_hiatus": turn % 2 == 0})).await.expect(200);
            world.clock.advance_seconds(1);
        }
        assert_eq!(world.rows("jobs").await.len(), before + 2, "one look now, one a minute after the last switch");
        world.settle().await;
        assert_eq!(counts(&world, &cast.owner).await, (0, 0));
    }
}

// Killed anywhere, it begins again: what is moved already is not moved twice.
on_both! {
    async fn more_than_a_batch_is_moved_once_however_often_it_runs(world: World) {
        let (fan, star) = (world.client().join("fan").await, world.client().join("star").await);
        let (fan_id, star_id) = (world.id_of(&fan).await, world.id_of(&star).await);
        let mut tx = world.app.db.write().await.unwrap();
        let many = BATCH + 3;
        for moment in 0..many {
            let video = outro_testkit::rows::video_row(star_id, outro_model::Timestamp(moment));
            videos::insert(&mut tx, &video).await.unwrap();
            assert!(videos::set_ready(&mut tx, star_id, video.id, 1, outro_model::Timestamp(2)).await.unwrap());
            assert!(likes::put(&mut tx, fan_id, video.id, star_id, outro_model::Timestamp(3)).await.unwrap());
            assert!(videos::add_likes(&mut tx, star_id, video.id, 1).await.unwrap());
            let other = outro_testkit::rows::account_row();
            outro_store::accounts::insert(&mut tx, &other).await.unwrap();
            assert!(graph::follow(&mut tx, fan_id, other.id, outro_model::Timestamp(4)).await.unwrap());
        }
        tx.commit().await.unwrap();
        let total = async || {
            let mut tx = world.app.db.read().await.unwrap();
            let (_, likes) = videos::seen_counts(&mut tx, star_id, outro_model::Audience::Everyone, true).await.unwrap();
            (likes, graph::counts(&mut tx, fan_id).await.unwrap().following)
        };
        assert_eq!(total().await, (many, many));
        for (away, expected) in [(true, (0, 0)), (true, (0, 0)), (false, (many, many)), (false, (many, many))] {
            privacy(&fan, json!({"on_hiatus": away})).await.expect(200);
            world.settle().await;
            assert_eq!(total().await, expected, "away: {away}");
        }
    }
}

//! What became of a video: what is counted, once of each viewer, who is told, and that nobody can be told from it.

use outro_model::Clock as _;
use outro_store::statistics;

use super::*;

/// Watches a video for so long.
async fn watch(who: &Client, video: &str, millis: i64, from: &str) {
    let said = json!({"watched_ms": millis, "completed": false, "from": from});
    who.post(&format!("/api/v1/videos/{video}/watches"), said).await.expect(204);
}

async fn share(who: &Client, video: &str) -> Reply {
    who.call("POST", &format!("/api/v1/videos/{video}/shares"), None).await
}

async fn numbers(owner: &Client, video: &str) -> Value {
    owner.get(&format!("/api/v1/videos/{video}/statistics?days=7")).await.expect(200).json()
}

on_both! {
    async fn what_happens_is_counted_by_the_day(world: World) {
        world.to_a_new_day();
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let video = world.plant(&ada, b"watched").await;
        for who in [&bob, &bob, &ada, &world.client(), &world.client()] {
            watch(who, &video, 2_000, "for_you").await;
            share(who, &video).await.expect(204);
        }
        let like = format!("/api/v1/videos/{video}/like");
        for (method, who) in [("PUT", &bob), ("DELETE", &bob), ("PUT", &bob), ("PUT", &ada)] {
            who.call(method, &like, None).await.expect(200);
        }
        bob.post(&format!("/api/v1/videos/{video}/comments"), json!({"text": "Seen"})).await.expect(201);
        let found = numbers(&ada, &video).await;
        let expected = json!({"views": 2, "likes": 2, "shares": 2, "comments": 1, "watchings": 0, "watched_ms": 0, "finished": 0});
        assert_eq!(found["total"], expected, "one's own views and shares do not count, nor anybody's second ones");
        let days = found["days"].as_array().unwrap();
        assert_eq!(days.len(), 7);
        assert_eq!(days[6]["date"], world.clock.now().rfc3339()[..10]);
        assert_eq!((&days[6]["views"], &days[5]["views"]), (&json!(2), &json!(0)));
        // A like that is taken back is taken from the day on which it was given.
        world.clock.advance_seconds(86_400);
        bob.call("DELETE", &like, None).await.expect(200);
        let days = numbers(&ada, &video).await["days"].clone();
        assert_eq!((&days[5]["likes"], &days[6]["likes"]), (&json!(1), &json!(0)));
        let all = ada.get("/api/v1/me/statistics").await.expect(200).json();
        assert_eq!((all["days"].as_array().unwrap().len(), &all["total"]["views"]), (28, &json!(2)));
        assert_eq!((&all["top"][0]["views"], &all["top"][0]["video"]["id"]), (&json!(2), &json!(video)));
    }
}

on_both! {
    async fn how_people_watch_is_told_of_ten_at_once(world: World) {
        world.to_a_new_day();
        let ada = world.client().join("ada").await;
        let video = world.plant(&ada, b"watched").await;
        let viewers = world.all_join("viewer", 11).await;
        let hidden = |found: &Value| {
            let total = &found["total"];
            assert_eq!([&total["watchings"], &total["watched_ms"], &total["finished"]], [&json!(0); 3]);
            assert_eq!((&found["retention"], &found["came_from"]), (&json!([]), &json!([])));
        };
        for (number, viewer, _) in &viewers[..9] {
            // The planted video takes a second: the first watches the half of it, the others all.
            let from = if *number < 3 { "search" } else { "following" };
            let said = json!({"watched_ms": 500, "completed": *number > 0, "from": from});
            viewer.post(&format!("/api/v1/videos/{video}/watches"), said).await.expect(204);
        }
        watch(&viewers[0].1, &video, 1_100, "search").await;
        let found = numbers(&ada, &video).await;
        assert_eq!(found["total"]["views"], 9);
        hidden(&found);
        let mut all = ada.get("/api/v1/me/statistics").await.json();
        all["retention"] = json!([]);
        hidden(&all);
        // Nobody makes much of a video: a day is as four times its length.
        watch(&viewers[9].1, &video, 86_400_000, "link").await;
        let found = numbers(&ada, &video).await;
        let total = &found["total"];
        assert_eq!(total["watchings"], 10);
        assert_eq!(total["watched_ms"], 8 * 500 + 1_100 + 4_000, "{found}");
        assert_eq!(total["finished"], 10);
        let from = json!([{"from": "following", "count": 6}, {"from": "search", "count": 3}, {"from": "link", "count": 1}]);
        assert_eq!(found["came_from"], from);
        assert_eq!(found["retention"].as_array().unwrap().len(), 21);
        assert_eq!((&found["retention"][0], &found["retention"][20]), (&json!(1000), &json!(1000)));
        // The eleventh is seen in the count alone, here as in what the owner takes along.
        watch(&viewers[10].1, &video, 1_000, "message").await;
        let after = numbers(&ada, &video).await;
        assert_eq!((&after["total"]["views"], &after["total"]["watchings"]), (&json!(11), &json!(10)));
        assert_eq!((&after["retention"], &after["came_from"]), (&found["retention"], &found["came_from"]));
        assert_eq!(ada.get("/api/v1/me/statistics").await.json()["came_from"], found["came_from"]);
        assert!(world.rows("video_reach").await.iter().any(|row| row.contains("shown=0 waiting=1")), "it waits");
    }
}

on_both! {
    async fn its_owner_alone_is_told(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let video = world.plant(&ada, b"watched").await;
        watch(&bob, &video, 1_000, "link").await;
        let path = format!("/api/v1/videos/{video}/statistics");
        let never = bob.get(&format!("/api/v1/videos/{NO_ID}/statistics")).await.expect(404);
        assert_eq!(bob.get(&path).await.expect(404).body, never.body);
        assert_eq!(bob.get(&format!("/studio/videos/{video}")).await.status, 303, "a token opens no page");
        world.client().get(&path).await.expect(401);
        for wrong in ["8", "0", "-7", "all", "", "7&days=28"] {
            assert_eq!(ada.get(&format!("{path}?days={wrong}")).await.status, 422, "{wrong}");
        }
        ada.call("PATCH", &format!("/api/v1/videos/{video}"), Some(json!({"audience": "only_me"}))).await.expect(200);
        // What may not be watched is not passed on.
        let refused = share(&bob, &video).await.expect(404);
        assert_eq!(refused.body, share(&bob, NO_ID).await.expect(404).body);
        assert_eq!(numbers(&ada, &video).await["total"]["shares"], 0);
        let wrong = json!({"watched_ms": 1_000, "from": "her house"});
        assert_eq!(ada.post(&format!("/api/v1/videos/{video}/watches"), wrong).await.expect(422).code(), "invalid_from");
    }
}

on_both! {
    async fn numbers_go_with_the_video_and_in_time(world: World) {
        world.to_a_new_day();
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let (video, other) = (world.plant(&ada, b"one").await, world.plant(&ada, b"another").await);
        for video in [&video, &other] {
            watch(&bob, video, 1_000, "profile").await;
        }
        assert_eq!(world.rows("video_days").await.len(), 2);
        ada.call("DELETE", &format!("/api/v1/videos/{video}"), None).await.expect(204);
        world.settle().await;
        assert_eq!(world.rows("video_days").await.len(), 1);
        // The one who watched leaves, and the number stays: it names nobody.
        let begun = bob.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
        let proof = json!({"challenge": begun["challenge"], "password": "bob-password"});
        bob.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
        world.settle().await;
        let kept = world.rows_but("video_days", &["owner_id", "video_id", "day"]).await;
        assert_eq!(kept, ["views=1 likes=0 shares=0 comments=0 watchings=0 watched_ms=0 finished=0"]);
        world.clock.advance_seconds(outro_datamap::STATISTICS_DAYS * 86_400);
        let mut tx = world.app.db.write().await.unwrap();
        let today = world.clock.now().day();
        assert_eq!(statistics::drop_before(&mut tx, today - outro_datamap::STATISTICS_DAYS).await.unwrap(), 0);
        assert_eq!(statistics::drop_before(&mut tx, today - outro_datamap::STATISTICS_DAYS + 1).await.unwrap(), 1);
    }
}

on_both! {
    async fn nothing_is_lost_where_many_watch_at_once(world: World) {
        let ada = world.client().join("ada").await;
        let video = world.plant(&ada, b"watched").await;
        let viewers = world.all_join("viewer", 20).await;
        let all = viewers.iter().map(|(_, viewer, _)| watch(viewer, &video, 1_000, "for_you"));
        futures_util::future::join_all(all).await;
        let found = numbers(&ada, &video).await;
        assert_eq!((&found["total"]["views"], &found["total"]["watchings"]), (&json!(20), &json!(20)));
        assert_eq!(found["came_from"], json!([{"from": "for_you", "count": 20}]));
    }
}

//! What a feed remembers, and how it forgets.

use super::*;

async fn whys(who: &Client) -> std::collections::BTreeMap<String, String> {
    let items = visit(who, FOR_YOU, 50).await.concat();
    let of = |item: &Value| (item["id"].as_str().unwrap().to_owned(), item["why"]["code"].as_str().unwrap().to_owned());
    items.iter().map(of).collect()
}

async fn like(who: &Client, video: &str) {
    who.call("PUT", &format!("/api/v1/videos/{video}/like"), None).await.expect(200);
}

/// Three accounts with videos each, some days old, so that nothing but taste tells them apart.
async fn shelves(world: &World) -> (Vec<Client>, Vec<Vec<String>>) {
    let (mut makers, mut shelves) = (Vec::new(), Vec::new());
    for name in ["liked", "followed", "other"] {
        makers.push(world.client().join(name).await);
        shelves.push(Vec::new());
    }
    for _ in 0..4 {
        for (maker, shelf) in makers.iter().zip(&mut shelves) {
            shelf.push(publish(world, maker).await);
        }
    }
    world.settle().await;
    world.clock.advance_seconds(10 * 86_400);
    (makers, shelves)
}

on_both! {
    async fn the_reason_is_the_one_that_counted(world: World) {
        let (makers, shelves) = shelves(&world).await;
        let viewer = world.client().join("viewer").await;
        like(&viewer, &shelves[0][0]).await;
        follow(&world, &viewer, &makers[1]).await;
        for number in 0..8 {
            like(&world.client().join(&format!("crowd{number}")).await, &shelves[2][3]).await;
        }
        let found = whys(&viewer).await;
        assert_eq!(found[&shelves[0][1]], "like_liked");
        assert_eq!(found[&shelves[1][1]], "you_follow");
        assert_eq!(found[&shelves[2][3]], "popular");
        assert_eq!(found[&shelves[2][0]], "new");
        let first = page(&viewer, FOR_YOU, 3, None).await;
        assert!(first["items"].as_array().unwrap().iter().any(|item| item["account"]["handle"] == "liked"));
        assert_eq!(whys(&makers[2]).await[&shelves[2][0]], "yours");
    }
}

on_both! {
    async fn without_personalisation_everybody_has_the_same_feed(world: World) {
        let (makers, shelves) = shelves(&world).await;
        let (viewer, anyone) = (world.client().join("viewer").await, world.client());
        like(&viewer, &shelves[0][0]).await;
        follow(&world, &viewer, &makers[1]).await;
        watch(&viewer, &shelves[2][0], 9_000, true).await;
        assert_eq!(viewer.get("/api/v1/me/feed").await.expect(200).json(), json!({ "personalised": true }));
        let off = json!({ "personalised": false });
        assert_eq!(viewer.call("PATCH", "/api/v1/me/feed", Some(off.clone())).await.expect(200).json(), off);
        world.settle().await;
        let seen = world.rows("watches").await;
        assert!(seen[0].contains("watched_ms=0 completed=0"), "{seen:?}");
        watch(&viewer, &shelves[2][1], 9_000, true).await;
        assert!(world.rows("watches").await.iter().all(|row| row.contains("watched_ms=0 completed=0")));
        let (mine, theirs) = (all(&viewer, FOR_YOU, 50).await, all(&anyone, FOR_YOU, 50).await);
        let unseen: Vec<_> = theirs.into_iter().filter(|id| *id != shelves[2][0] && *id != shelves[2][1]).collect();
        assert_eq!(sorted(mine.clone()), sorted(unseen), "only what was seen stays away");
        let codes: std::collections::BTreeSet<_> = whys(&viewer).await.into_values().collect();
        assert!(codes.iter().all(|code| code == "new" || code == "popular"), "{codes:?}");
        viewer.call("PATCH", "/api/v1/me/feed", Some(json!({ "personalised": true }))).await.expect(200);
        assert!(whys(&viewer).await.values().any(|code| code == "you_follow"));
    }
}

on_both! {
    async fn beginning_anew_forgets_what_was_watched_and_liked(world: World) {
        let (_, shelves) = shelves(&world).await;
        let viewer = world.client().join("viewer").await;
        like(&viewer, &shelves[0][0]).await;
        watch(&viewer, &shelves[1][0], 9_000, true).await;
        assert_eq!(whys(&viewer).await.len(), 11);
        world.clock.advance_seconds(1);
        viewer.call("POST", "/api/v1/me/feed/reset", None).await.expect(204);
        let found = whys(&viewer).await;
        assert_eq!(found.len(), 12, "before any job has run");
        assert!(found.values().all(|code| code == "new"), "{found:?}");
        world.settle().await;
        assert!(world.rows("watches").await.is_empty());
        world.clock.advance_seconds(1);
        like(&viewer, &shelves[0][1]).await;
        watch(&viewer, &shelves[1][1], 9_000, true).await;
        let found = whys(&viewer).await;
        assert_eq!((found.len(), found[&shelves[0][2]].as_str()), (11, "like_liked"), "what came after counts");
    }
}

on_both! {
    async fn a_view_counts_once_a_day_of_each_viewer(world: World) {
        world.to_a_new_day();
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let video = publish(&world, &ada).await;
        let views = async || world.client().get(&format!("/api/v1/videos/{video}")).await.json()["view_count"].as_i64();
        for _ in 0..3 {
            watch(&bob, &video, 3_000, false).await;
            watch(&world.client(), &video, 3_000, false).await;
            watch(&ada, &video, 3_000, true).await;
        }
        assert_eq!(views().await, Some(2), "bob and a stranger; one's own do not count");
        world.clock.advance_seconds(86_400);
        let bob = world.client().with_token(&json!(bob.token));
        watch(&bob, &video, 500, false).await;
        assert_eq!(views().await, Some(2), "half a second is no view");
        watch(&bob, &video, 1_000, false).await;
        assert_eq!(views().await, Some(3));
        let kept = world.rows("watches").await;
        assert_eq!(kept.len(), 2, "of strangers nothing is kept: {kept:?}");
        assert!(kept.iter().any(|row| row.contains("watched_ms=3000")), "the longest: {kept:?}");
    }
}

on_both! {
    async fn only_what_may_be_watched_is_noted(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let video = publish(&world, &ada).await;
        let path = format!("/api/v1/videos/{video}/watches");
        ada.call("PATCH", &format!("/api/v1/videos/{video}"), Some(json!({ "audience": "only_me" }))).await.expect(200);
        for who in [&bob, &world.client()] {
            let refused = who.post(&path, json!({ "watched_ms": 5_000 })).await.expect(404);
            let never = who.post("/api/v1/videos/AAAAAAAAAAAAAAAAAAAAAA/watches", json!({ "watched_ms": 5_000 })).await;
            assert_eq!(refused.text(), never.text());
        }
        ada.post(&path, json!({ "watched_ms": 86_400_001 })).await.expect(422);
        assert!(world.rows("watches").await.is_empty());
        assert!(world.rows("videos").await[0].contains("view_count=0"));
    }
}

on_both! {
    async fn what_was_seen_is_forgotten_after_60_days(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let (old, late) = (publish(&world, &ada).await, publish(&world, &ada).await);
        watch(&bob, &old, 3_000, true).await;
        world.clock.advance_seconds(40 * 86_400);
        watch(&bob, &late, 3_000, true).await;
        world.clock.advance_seconds(21 * 86_400);
        outro_app::housekeeping::schedule(&world.app).await.unwrap();
        world.run_jobs().await;
        assert_eq!(world.rows("watches").await.len(), 1);
    }
}

on_both! {
    async fn the_settings_page_switches_and_resets(world: World) {
        let ada = world.client().join("ada").await;
        let cookie = format!("outro_session={}", ada.token.clone().unwrap());
        let send = async |method: &str, path: &str, body: String| {
            let request = axum::http::Request::builder()
                .method(method)
                .uri(path)
                .header("cookie", &cookie)
                .header("content-type", "application/x-www-form-urlencoded");
            world.client().send(request.body(axum::body::Body::from(body)).unwrap()).await
        };
        let shown = send("GET", "/settings/feed", String::new()).await.expect(200).text();
        assert!(shown.contains("aria-checked=\"true\""));
        let csrf = shown.split("name=\"csrf\" content=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        send("POST", "/settings/feed", format!("csrf={csrf}&personalised=maybe")).await.expect(422);
        send("POST", "/settings/feed", "csrf=x&personalised=false".into()).await.expect(403);
        let done = send("POST", "/settings/feed", format!("csrf={csrf}&personalised=false")).await.expect(303);
        assert_eq!(done.headers["location"], "/settings/feed?done=saved");
        assert!(send("GET", "/settings/feed", String::new()).await.text().contains("aria-checked=\"false\""));
        let done = send("POST", "/settings/feed/reset", format!("csrf={csrf}")).await.expect(303);
        assert_eq!(done.headers["location"], "/settings/feed?done=feed_reset");
        world.client().get("/settings/feed").await.expect(303);
        world.client().get("/following").await.expect(303);
        world.client().get("/friends").await.expect(303);
    }
}

//! For You: complete, without repeats, without floods.

use super::*;

async fn people(world: &World, count: usize) -> Vec<Client> {
    let mut out = Vec::new();
    for number in 0..count {
        out.push(world.client().join(&format!("maker{number}")).await);
    }
    out
}

on_both! {
    async fn a_small_community_is_seen_whole_and_then_offered_again(world: World) {
        let makers = people(&world, 3).await;
        let (viewer, anyone) = (world.client().join("viewer").await, world.client());
        assert!(anyone.get("/").await.expect(200).text().contains("Nothing has been shared yet"));
        let mut made = Vec::new();
        for number in 0..12 {
            made.push(publish(&world, &makers[number % 3]).await);
        }
        let made = sorted(made);
        for (who, limit) in [(&anyone, 20), (&viewer, 20), (&viewer, 5), (&viewer, 1)] {
            assert_eq!(sorted(all(who, FOR_YOU, limit).await), made, "in pages of {limit}");
        }
        for video in &made {
            watch(&viewer, video, 4_000, false).await;
        }
        assert!(all(&viewer, FOR_YOU, 20).await.is_empty(), "what was seen does not come back soon");
        let end = viewer.get("/").await.expect(200).text();
        assert!(!end.contains("Nothing has been shared yet"), "{end}");
        let again = viewer.get(&format!("{FOR_YOU}?limit=7&again=true")).await.expect(200).json();
        let rest = page(&viewer, FOR_YOU, 20, again["next_cursor"].as_str()).await;
        assert_eq!(sorted([ids(&again), ids(&rest)].concat()), made, "asked for, all come again");
        world.clock.advance_seconds(31 * 86_400);
        assert_eq!(sorted(all(&viewer, FOR_YOU, 20).await), made, "and after a month by themselves");
        assert_eq!(all(&anyone, FOR_YOU, 20).await.len(), 12);
    }
}

on_both! {
    async fn nothing_comes_twice_in_a_visit_whatever_happens_meanwhile(world: World) {
        let makers = people(&world, 6).await;
        let viewer = world.client().join("viewer").await;
        let mut there = Vec::new();
        for number in 0..40 {
            there.push(publish(&world, &makers[number % 6]).await);
        }
        let (mut seen, mut cursor, mut round) = (Vec::new(), None::<String>, 0);
        loop {
            let found = page(&viewer, FOR_YOU, 4, cursor.as_deref()).await;
            seen.extend(ids(&found));
            let Some(next) = found["next_cursor"].as_str() else { break };
            cursor = Some(next.to_owned());
            // The ranking moves under the visit: new ones come, old ones are liked and watched.
            publish(&world, &makers[round % 6]).await;
            let liked = &there[(round * 7) % there.len()];
            for maker in &makers {
                maker.call("PUT", &format!("/api/v1/videos/{liked}/like"), None).await.expect(200);
            }
            viewer.call("PUT", &format!("/api/v1/videos/{liked}/like"), None).await.expect(200);
            if let Some(last) = seen.last() {
                watch(&viewer, last, 300, false).await;
            }
            round += 1;
            assert!(round < 100);
        }
        let unique: std::collections::BTreeSet<_> = seen.iter().collect();
        assert_eq!(unique.len(), seen.len(), "a video comes twice");
        let missing = there.iter().filter(|video| !unique.contains(video)).count();
        assert_eq!(missing, 0, "a video that was there at the beginning is missing");
    }
}

on_both! {
    async fn one_account_never_floods(world: World) {
        let makers = people(&world, 11).await;
        for maker in &makers[1..] {
            for _ in 0..2 {
                publish(&world, maker).await;
            }
        }
        for _ in 0..30 {
            publish(&world, &makers[0]).await;
        }
        let first = page(&world.client(), FOR_YOU, 20, None).await;
        let handles: Vec<_> = first["items"].as_array().unwrap().iter().map(|item| item["account"]["handle"].clone()).collect();
        assert_eq!(handles.len(), 20);
        for (at, handle) in handles.iter().enumerate() {
            assert!(!handles[at + 1..].iter().take(4).any(|near| near == handle), "{handle} twice in five: {handles:?}");
            assert!(handles.iter().filter(|other| *other == handle).count() <= 2, "{handles:?}");
        }
        assert_eq!(all(&world.client(), FOR_YOU, 20).await.len(), 50, "and yet all of it comes in the end");
    }
}

// Newer videos of private accounts must cost no page its bound, nor hide what is older.
on_both! {
    async fn what_is_hidden_is_passed_in_bounded_steps(world: World) {
        let (open, closed) = (world.client().join("open").await, world.client().join("closed").await);
        let old = publish(&world, &open).await;
        let owner = world.id_of(&closed).await;
        let now = outro_model::Clock::now(&*world.clock).0 + 1_000;
        let mut tx = world.app.db.write().await.unwrap();
        for number in 0..2_500 {
            let row = outro_testkit::rows::video_row(owner, outro_model::Timestamp(now + number));
            outro_store::videos::insert(&mut tx, &row).await.unwrap();
            assert!(outro_store::videos::set_ready(&mut tx, owner, row.id, 1, outro_model::Timestamp(now + number)).await.unwrap());
        }
        tx.commit().await.unwrap();
        set(&world, "UPDATE accounts SET private_account = 1 WHERE id = ?1", owner).await;
        let pages = visit(&world.client(), FOR_YOU, 20).await;
        assert_eq!(pages.concat().len(), 1);
        assert!(pages.len() > 1 && pages.len() < 8, "{} pages", pages.len());
        let found: Vec<_> = pages.concat().iter().map(|item| item["id"].clone()).collect();
        assert_eq!(found, [old.as_str()]);
    }
}

on_both! {
    async fn what_is_revoked_between_two_pages_does_not_come(world: World) {
        let makers = people(&world, 8).await;
        let viewer = world.client().join("viewer").await;
        let me = world.id_of(&viewer).await;
        for maker in &makers {
            publish(&world, maker).await;
        }
        let first = page(&viewer, FOR_YOU, 2, None).await;
        let shown: Vec<_> = first["items"].as_array().unwrap().iter().map(|item| item["account"]["handle"].clone()).collect();
        let mut left = Vec::new();
        for (number, maker) in makers.iter().enumerate() {
            let handle = json!(format!("maker{number}"));
            if !shown.contains(&handle) {
                left.push((handle, world.id_of(maker).await));
            }
        }
        assert_eq!(left.len(), 6);
        let now = outro_model::Clock::now(&*world.clock);
        let mut tx = world.app.db.write().await.unwrap();
        graph::block(&mut tx, left[0].1, me, now).await.unwrap();
        graph::block(&mut tx, me, left[1].1, now).await.unwrap();
        graph::mute(&mut tx, me, left[2].1, now).await.unwrap();
        tx.commit().await.unwrap();
        set(&world, "UPDATE accounts SET private_account = 1 WHERE id = ?1", left[3].1).await;
        set(&world, "UPDATE accounts SET on_hiatus = 1 WHERE id = ?1", left[4].1).await;
        let rest = page(&viewer, FOR_YOU, 20, first["next_cursor"].as_str()).await;
        let handles: Vec<_> = rest["items"].as_array().unwrap().iter().map(|item| item["account"]["handle"].clone()).collect();
        assert_eq!(handles, [left[5].0.clone()]);
    }
}

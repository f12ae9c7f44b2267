//! Following and Friends.

use super::*;

on_both! {
    async fn those_who_are_followed_come_by_time(world: World) {
        let anyone = world.client();
        let (fan, ada, bob, eve) =
            (anyone.join("fan").await, anyone.join("ada").await, anyone.join("bob").await, anyone.join("eve").await);
        let before = publish(&world, &ada).await;
        follow(&world, &fan, &ada).await;
        follow(&world, &fan, &bob).await;
        let mut expected = vec![before, publish(&world, &bob).await, publish(&world, &ada).await];
        publish(&world, &eve).await;
        expected.push(publish(&world, &bob).await);
        world.settle().await;
        expected.reverse();
        for limit in [1, 2, 50] {
            assert_eq!(all(&fan, FOLLOWING, limit).await, expected, "in pages of {limit}");
        }
        assert!(world.rows("fan_outs").await.is_empty(), "a fan-out is over when it is over");
        let whys: Vec<_> = visit(&fan, FOLLOWING, 9).await.concat().iter().map(|item| item["why"]["code"].clone()).collect();
        assert_eq!(whys, vec![json!("you_follow"); 4]);
        assert!(all(&eve, FOLLOWING, 9).await.is_empty());
        anyone.get(FOLLOWING).await.expect(401);
    }
}

on_both! {
    async fn friends_are_those_who_follow_back(world: World) {
        let anyone = world.client();
        let (fan, ada, bob) = (anyone.join("fan").await, anyone.join("ada").await, anyone.join("bob").await);
        for other in [&ada, &bob] {
            follow(&world, &fan, other).await;
        }
        let of_ada = publish(&world, &ada).await;
        publish(&world, &bob).await;
        world.settle().await;
        assert!(all(&fan, FRIENDS, 9).await.is_empty());
        follow(&world, &ada, &fan).await;
        let pages = visit(&fan, FRIENDS, 9).await.concat();
        assert_eq!((pages.len(), &pages[0]["id"], &pages[0]["why"]["code"]), (1, &json!(of_ada), &json!("friend")));
        unfollow(&world, &ada, &fan).await;
        assert!(all(&fan, FRIENDS, 9).await.is_empty(), "on the very next request");
    }
}

// A video is spread once, whoever may watch it: the scope decides, at each reading.
on_both! {
    async fn what_becomes_wider_comes_and_what_becomes_narrower_goes(world: World) {
        let (fan, ada) = (world.client().join("fan").await, world.client().join("ada").await);
        follow(&world, &fan, &ada).await;
        let video = publish(&world, &ada).await;
        let audience = |word: &str| json!({ "audience": word });
        let path = format!("/api/v1/videos/{video}");
        ada.call("PATCH", &path, Some(audience("only_me"))).await.expect(200);
        world.settle().await;
        for (word, sees) in
            [("only_me", false), ("everyone", true), ("friends", false), ("followers", true), ("only_me", false)]
        {
            ada.call("PATCH", &path, Some(audience(word))).await.expect(200);
            assert_eq!(all(&fan, FOLLOWING, 9).await.len(), usize::from(sees), "{word}");
        }
        assert_eq!(world.rows("timeline").await.len(), 1, "and nothing was written anew");
    }
}

on_both! {
    async fn what_is_revoked_is_gone_on_the_next_page(world: World) {
        let anyone = world.client();
        let fan = anyone.join("fan").await;
        let me = world.id_of(&fan).await;
        let mut owners = Vec::new();
        for name in ["unfollowed", "blocks_me", "blocked", "away", "closed", "muted", "private", "stays"] {
            let owner = anyone.join(name).await;
            follow(&world, &fan, &owner).await;
            publish(&world, &owner).await;
            owners.push(owner);
        }
        let newest = publish(&world, &owners[7]).await;
        world.settle().await;
        let first = page(&fan, FOLLOWING, 1, None).await;
        assert_eq!(ids(&first), [newest]);
        let mut account = Vec::new();
        for owner in &owners {
            account.push(world.id_of(owner).await);
        }
        unfollow(&world, &fan, &owners[0]).await;
        let (mut tx, now) = (world.app.db.write().await.unwrap(), outro_model::Clock::now(&*world.clock));
        graph::block(&mut tx, account[1], me, now).await.unwrap();
        graph::block(&mut tx, me, account[2], now).await.unwrap();
        graph::mute(&mut tx, me, account[5], now).await.unwrap();
        tx.commit().await.unwrap();
        set(&world, "UPDATE accounts SET on_hiatus = 1 WHERE id = ?1", account[3]).await;
        set(&world, "UPDATE accounts SET suspended = 1 WHERE id = ?1", account[4]).await;
        set(&world, "UPDATE accounts SET private_account = 1 WHERE id = ?1", account[6]).await;
        let rest = page(&fan, FOLLOWING, 50, first["next_cursor"].as_str()).await;
        let handles: Vec<_> = rest["items"].as_array().unwrap().iter().map(|item| item["account"]["handle"].clone()).collect();
        assert_eq!(handles, ["stays", "private"], "followers of a private account go on seeing it");
        set(&world, "UPDATE accounts SET on_hiatus = 0 WHERE id = ?1", account[3]).await;
        assert_eq!(all(&fan, FOLLOWING, 3).await.len(), 4, "who comes back is there as before");
    }
}

on_both! {
    async fn videos_that_come_meanwhile_make_no_holes_and_no_repeats(world: World) {
        let anyone = world.client();
        let fan = anyone.join("fan").await;
        let mut owners = Vec::new();
        for number in 0..4 {
            let owner = anyone.join(&format!("owner{number}")).await;
            follow(&world, &fan, &owner).await;
            owners.push(owner);
        }
        let mut there = Vec::new();
        for round in 0..12 {
            there.push(publish(&world, &owners[round % 4]).await);
        }
        world.run_jobs().await;
        let over = std::sync::atomic::AtomicBool::new(false);
        let publishing = async {
            let mut made = Vec::new();
            for round in 0..16 {
                made.push(publish(&world, &owners[round % 4]).await);
                world.run_jobs().await;
            }
            over.store(true, std::sync::atomic::Ordering::Relaxed);
            made
        };
        let reading = async {
            let mut walks = 0;
            while !over.load(std::sync::atomic::Ordering::Relaxed) || walks < 3 {
                let seen = all(&fan, FOLLOWING, 3).await;
                let unique: std::collections::BTreeSet<_> = seen.iter().collect();
                assert_eq!(unique.len(), seen.len(), "a video comes twice");
                assert!(there.iter().all(|video| unique.contains(video)), "a video that was there is missing");
                walks += 1;
                tokio::task::yield_now().await;
            }
        };
        let (made, ()) = tokio::join!(publishing, reading);
        world.settle().await;
        let mut expected: Vec<String> = there.into_iter().chain(made).collect();
        expected.reverse();
        assert_eq!(all(&fan, FOLLOWING, 5).await, expected);
    }
}

// Who follows while a video is on its way has it at the end, whichever comes first.
on_both! {
    async fn nobody_is_missed_who_follows_meanwhile(world: World) {
        let star = world.client().join("star").await;
        let owner = world.id_of(&star).await;
        for round in 0..6u8 {
            let mut fans = Vec::new();
            for number in 0..4 {
                fans.push(world.client().join(&format!("fan{round}_{number}")).await);
            }
            let account = world.id_of(&fans[0]).await;
            assert_ne!(account, owner);
            let (video, ..) = tokio::join!(
                async { let video = publish(&world, &star).await; world.run_jobs().await; video },
                async { for fan in &fans[..2] { follow(&world, fan, &star).await; } },
                async { for fan in &fans[2..] { follow(&world, fan, &star).await; } },
            );
            world.settle().await;
            for fan in &fans {
                assert!(all(fan, FOLLOWING, 50).await.contains(&video), "round {round}");
            }
        }
    }
}

on_both! {
    async fn a_fan_out_that_was_cut_off_goes_on_and_doubles_nothing(world: World) {
        let star = world.client().join("star").await;
        let owner = world.id_of(&star).await;
        let mut tx = world.app.db.write().await.unwrap();
        let mut fans = Vec::new();
        for _ in 0..outro_store::timeline::BATCH + 20 {
            let fan = outro_testkit::rows::account_row();
            outro_store::accounts::insert(&mut tx, &fan).await.unwrap();
            graph::follow(&mut tx, fan.id, owner, outro_model::Clock::now(&*world.clock)).await.unwrap();
            fans.push(fan.id);
        }
        tx.commit().await.unwrap();
        let video: VideoId = publish(&world, &star).await.parse().unwrap();
        // The first batch is done, and the process dies.
        let mut tx = world.app.db.write().await.unwrap();
        let reached = outro_store::timeline::begin(&mut tx, owner, video).await.unwrap().unwrap();
        let (first, _) = outro_store::timeline::spread(&mut tx, owner, video, reached).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(first.len() as i64, outro_store::timeline::BATCH);
        assert_eq!(world.rows("timeline").await.len(), first.len());
        world.settle().await;
        assert_eq!(world.rows("timeline").await.len(), fans.len());
        // The same job once more, as after a crash before it was settled.
        let mut tx = world.app.db.write().await.unwrap();
        let job = NewJob {
            id: JobId::random(&*world.app.random),
            kind: "feed.fan_out",
            lane: Lane::Prompt,
            account: Some(owner),
            video: Some(video),
            run_at: outro_model::Clock::now(&*world.clock),
        };
        outro_jobs::enqueue(&mut tx, &job).await.unwrap();
        tx.commit().await.unwrap();
        world.settle().await;
        assert_eq!(world.rows("timeline").await.len(), fans.len());
        assert!(world.rows("fan_outs").await.is_empty());
    }
}

on_both! {
    async fn a_timeline_is_bounded_and_forgets_whom_it_does_not_follow(world: World) {
        let (fan, ada, bob) =
            (world.client().join("fan").await, world.client().join("ada").await, world.client().join("bob").await);
        for other in [&ada, &bob] {
            follow(&world, &fan, other).await;
            publish(&world, other).await;
        }
        world.settle().await;
        unfollow(&world, &fan, &ada).await;
        let account = world.id_of(&fan).await;
        let mut tx = world.app.db.write().await.unwrap();
        assert_eq!(outro_store::timeline::prune(&mut tx, account).await.unwrap(), 1, "what came from ada");
        // A timeline may hold more than it keeps until it is pruned.
        let owner = world.id_of(&bob).await;
        for number in 0..outro_store::timeline::KEPT {
            let row = outro_testkit::rows::video_row(owner, outro_model::Timestamp(number));
            outro_store::videos::insert(&mut tx, &row).await.unwrap();
            let add = outro_db::Statement::built("add".into(), "INSERT INTO timeline (owner_id, video_id, account_id, published_at) VALUES (?1, ?2, ?3, ?4)".into());
            tx.execute(&add, outro_db::params![owner, row.id, account, number]).await.unwrap();
        }
        assert_eq!(outro_store::timeline::prune(&mut tx, account).await.unwrap(), 1);
        assert_eq!(outro_store::timeline::prune(&mut tx, account).await.unwrap(), 0);
        tx.commit().await.unwrap();
        let left = world.rows("timeline").await;
        assert_eq!(left.len() as i64, outro_store::timeline::KEPT);
        assert!(!left.iter().any(|row| row.ends_with("published_at=0")), "the oldest went");
    }
}

on_both! {
    async fn whoever_leaves_leaves_nothing_in_any_timeline(world: World) {
        let (fan, ada, bob) =
            (world.client().join("fan").await, world.client().join("ada").await, world.client().join("bob").await);
        for (one, other) in [(&fan, &ada), (&fan, &bob), (&ada, &bob)] {
            follow(&world, one, other).await;
        }
        let video = publish(&world, &ada).await;
        publish(&world, &bob).await;
        world.settle().await;
        watch(&fan, &video, 5_000, true).await;
        watch(&ada, &video, 5_000, true).await;
        assert_eq!((world.rows("timeline").await.len(), world.rows("watches").await.len()), (3, 2));
        let begun = ada.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
        let proof = json!({ "challenge": begun["challenge"], "password": "ada-password" });
        ada.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
        assert_eq!(all(&fan, FOLLOWING, 9).await.len(), 1, "at once");
        world.settle().await;
        assert_eq!((world.rows("timeline").await.len(), world.rows("watches").await.len()), (1, 0));
    }
}

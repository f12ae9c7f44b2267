//! What happens at the same moment: one after the other, whichever comes first. On PostgreSQL these are
//! transactions side by side; there the first three fail when `graph::hold` holds nothing.

use std::time::Duration;

use outro_store::erasure::{Subject, residue};

use super::*;

const ROUNDS: usize = 30;

#[track_caller]
fn assert_answered(reply: &Reply) {
    assert!(reply.status.as_u16() < 500, "{}", reply.text());
}

async fn no_tie(world: &World) -> bool {
    world.rows("follows").await.is_empty() && world.rows("follow_requests").await.is_empty()
}

on_both! {
    async fn no_follow_and_no_request_survives_a_block(world: World) {
        let (ana, ben) = (world.client().join("ana").await, world.client().join("ben").await);
        let ids = (world.id_of(&ana).await, world.id_of(&ben).await);
        for round in 0..ROUNDS {
            private(&ben, round % 2 == 0).await;
            let (followed, back, blocked) =
                tokio::join!(put(&ana, "ben", "follow"), put(&ben, "ana", "follow"), put(&ben, "ana", "block"));
            [&followed, &back].into_iter().for_each(assert_answered);
            blocked.expect(200);
            assert!(no_tie(&world).await, "round {round}");
            take_back(&ben, "ana", "block").await.expect(200);
        }
        assert_eq!((counts(&world, ids.0).await, counts(&world, ids.1).await), ((0, 0), (0, 0)));
    }
}

on_both! {
    async fn no_acceptance_survives_a_block_or_a_withdrawal(world: World) {
        let (ana, ben) = (world.client().join("ana").await, world.client().join("ben").await);
        private(&ben, true).await;
        for round in 0..ROUNDS {
            assert_eq!(follow(&ana, "ben").await, "requested");
            if round % 2 == 0 {
                let (accepted, blocked) = tokio::join!(answer(&ben, "PUT", "ana"), put(&ana, "ben", "block"));
                assert_answered(&accepted);
                blocked.expect(200);
            } else {
                let (accepted, withdrawn) = tokio::join!(answer(&ben, "PUT", "ana"), take_back(&ana, "ben", "follow"));
                assert_answered(&accepted);
                withdrawn.expect(200);
            }
            assert!(no_tie(&world).await, "round {round}");
            take_back(&ana, "ben", "block").await.expect(200);
        }
    }
}

on_both! {
    async fn going_private_waits_for_who_is_just_following(world: World) {
        let (ana, ben) = (world.client().join("ana").await, world.client().join("ben").await);
        let (fan, star) = (world.id_of(&ana).await, world.id_of(&ben).await);
        let mut tx = world.app.db.write().await.unwrap();
        graph::hold(&mut tx, &[fan, star]).await.unwrap();
        let owner = ben.clone();
        let switching = tokio::spawn(async move { private(&owner, true).await });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!switching.is_finished(), "the switch is thrown behind the back of who follows");
        assert!(!accounts::by_id(&mut tx, star).await.unwrap().unwrap().facts.private_account);
        assert!(graph::follow(&mut tx, fan, star, outro_model::Timestamp(1)).await.unwrap());
        tx.commit().await.unwrap();
        switching.await.unwrap();
        assert_eq!(handles(&ben, "/api/v1/accounts/ben/followers").await, ["ana"]);
    }
}

on_both! {
    async fn once_private_nobody_comes_in_unasked(world: World) {
        let ben = world.client().join("ben").await;
        let mut people = Vec::new();
        for number in 0..4 {
            people.push(world.client().join(&format!("fan{number}")).await);
        }
        for round in 0..ROUNDS {
            private(&ben, false).await;
            let follow_all = futures_util::future::join_all(people.iter().map(|fan| put(fan, "ben", "follow")));
            let close = async {
                private(&ben, true).await;
                // What the owner sees when the switch is thrown is what stays.
                handles(&ben, "/api/v1/accounts/ben/followers").await
            };
            let (replies, at_once) = tokio::join!(follow_all, close);
            replies.iter().for_each(assert_answered);
            assert_eq!(handles(&ben, "/api/v1/accounts/ben/followers").await, at_once, "round {round}");
            for fan in &people {
                take_back(fan, "ben", "follow").await.expect(200);
            }
        }
    }
}

on_both! {
    async fn in_a_crowd_nobody_waits_for_ever_and_every_count_is_right(world: World) {
        let names = ["ana", "ben", "cleo", "dora"];
        let mut people = Vec::new();
        for name in names {
            people.push(world.client().join(name).await);
        }
        let act = |who: usize, step: usize| {
            let (client, other) = (&people[who], names[(who + 1 + step % 3) % 4]);
            async move {
                let reply = match (who * 7 + step * 3) % 10 {
                    0 => put(client, other, "block").await,
                    1 | 2 => take_back(client, other, "block").await,
                    3 => take_back(client, other, "follow").await,
                    4 => client.call("DELETE", &format!("/api/v1/me/followers/{other}"), None).await,
                    _ => put(client, other, "follow").await,
                };
                assert_answered(&reply);
            }
        };
        let act = &act;
        let crowd = (0..4).map(|who| async move {
            for step in 0..40 {
                act(who, step).await;
            }
        });
        tokio::time::timeout(Duration::from_secs(60), futures_util::future::join_all(crowd)).await.expect("an end");
        let mut follows = 0;
        for one in &people {
            for other in &people {
                let (one, other) = (world.id_of(one).await, world.id_of(other).await);
                let ties = graph::standing(&mut world.app.db.read().await.unwrap(), one, other).await.unwrap().ties;
                follows += i64::from(ties.follows);
                let blocked = ties.blocks || ties.blocked;
                assert!(!blocked || !(ties.follows || ties.followed || ties.requested), "a tie beside a block");
            }
        }
        let mut sums = (0, 0);
        for client in &people {
            let id = world.id_of(client).await;
            let (followers, following) = counts(&world, id).await;
            sums = (sums.0 + followers, sums.1 + following);
            assert!(followers >= 0 && following >= 0);
        }
        assert_eq!(sums, (follows, follows));
    }
}

on_both! {
    async fn those_who_follow_cannot_keep_anybody(world: World) {
        let star = world.client().join("star").await;
        let account = world.id_of(&star).await;
        let mut fans = Vec::new();
        for number in 0..6 {
            fans.push(world.client().join(&format!("fan{number}")).await);
        }
        let begun = star.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
        let proof = json!({ "challenge": begun["challenge"], "password": "star-password" });
        let over = std::sync::atomic::AtomicBool::new(false);
        let crowding = futures_util::future::join_all(fans.iter().map(|fan| async {
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                for (method, what) in [("PUT", "follow"), ("DELETE", "follow"), ("PUT", "mute"), ("PUT", "block"), ("DELETE", "block")] {
                    let reply = fan.call(method, &format!("/api/v1/accounts/star/{what}"), None).await;
                    assert!(matches!(reply.status.as_u16(), 200 | 404), "{}", reply.text());
                }
                tokio::task::yield_now().await;
            }
        }));
        let leaving = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let confirmed = star.post("/api/v1/me/deletion/confirm", proof);
            let confirmed = tokio::time::timeout(Duration::from_secs(5), confirmed).await.expect("leaving is not held up");
            let receipt = confirmed.expect(200).json()["receipt"]["id"].as_str().unwrap().to_owned();
            world.settle_receipt(&receipt).await;
            over.store(true, std::sync::atomic::Ordering::Relaxed);
        };
        tokio::join!(crowding, leaving);
        let destruction = world.app.vault.destruction(account).await.unwrap().expect("its key is destroyed");
        let subject = Subject { account, key_id: *destruction.key_id.as_bytes() };
        let left = residue(&mut world.app.db.read().await.unwrap(), &subject).await.unwrap();
        assert_eq!(left, Vec::<&str>::new());
        for fan in &fans {
            assert_eq!(counts(&world, world.id_of(fan).await).await, (0, 0));
        }
    }
}

//! What races with leaving leaves nothing behind, on both engines: one wholly before the other, the other before the one, after
//! the last row is gone, and at one moment.
//!
//! | leaving against | where |
//! |---|---|
//! | upload, transcode, sign-in, message, follow, takeout (asked for, made, downloaded), hiatus | `pairs.rs` |
//! | likes, in a crowd; joining under the same handle; leaving twice | here |
//! | purchase webhook, gifts | `coins/races.rs` |
//! | backup and restore | `backups/races.rs` |
//! | follows, in a crowd | `graph/races.rs` |
//! | the leaving of the other in a conversation | `messages/erasure.rs` |
//! | bytes that go out | `cut_off.rs`, `media/streams.rs` |

mod pairs;

use std::time::Duration;

use outro_model::AccountId;
use outro_store::erasure::{Subject, residue};
use outro_testkit::{Client, World, clip, on_both};
use serde_json::json;

const ROUNDS: u64 = 6;

/// The tables, and the folder, that still hold something of an account.
async fn left_of(world: &World, account: AccountId) -> Vec<String> {
    let destruction = world.app.vault.destruction(account).await.unwrap().expect("its key is destroyed");
    let subject = Subject { account, key_id: *destruction.key_id.as_bytes() };
    let tables = residue(&mut world.app.db.read().await.unwrap(), &subject).await.unwrap();
    let mut left: Vec<String> = tables.into_iter().map(str::to_owned).collect();
    if world.app.blobs.home_exists(account).await.unwrap() {
        left.push("files".into());
    }
    left
}

async fn begin(who: &Client) -> serde_json::Value {
    who.post("/api/v1/me/deletion", json!({})).await.expect(202).json()
}

async fn confirm(who: Client, begun: serde_json::Value, handle: String) -> Option<String> {
    let proof = json!({ "challenge": begun["challenge"], "password": format!("{handle}-password") });
    let reply = who.post("/api/v1/me/deletion/confirm", proof).await;
    assert!(reply.status.as_u16() < 500, "{}", reply.text());
    reply.json()["receipt"]["id"].as_str().map(str::to_owned)
}

async fn id_of(who: &Client) -> AccountId {
    let me = who.get("/api/v1/me").await.expect(200).json();
    me["id"].as_str().unwrap().parse().unwrap()
}

on_both! {
    async fn uploads_encodes_likes_and_sign_ins(world: World) {
        let stays = world.client().join("stays").await;
        let kept = stays.upload(clip(), &[]).await.expect(202).json()["video"]["id"].as_str().unwrap().to_owned();
        world.run_jobs().await;
        for (round, who, handle) in world.all_join("racer", ROUNDS).await {
            let account = id_of(&who).await;
            let mine = who.upload(clip(), &[]).await.expect(202).json()["video"]["id"].as_str().unwrap().to_owned();
            let begun = begin(&who).await;
            let (anyone, wait) = (world.client(), Duration::from_millis(7 * round));
            let runner = outro_app::AppRunner(world.app.clone());
            let sign_in = json!({ "handle": handle, "password": format!("{handle}-password") });
            let (like_other, like_mine) = (format!("/api/v1/videos/{kept}/like"), format!("/api/v1/videos/{mine}/like"));
            let (receipt, upload, liked, was_liked, signed, _, _) = tokio::join!(
                async { tokio::time::sleep(wait).await; confirm(who.clone(), begun, handle.clone()).await },
                who.upload(clip(), &[("caption", "late")]),
                async { tokio::time::sleep(wait).await; who.call("PUT", &like_other, None).await },
                async { tokio::time::sleep(wait).await; stays.call("PUT", &like_mine, None).await },
                anyone.post("/api/v1/sessions", sign_in),
                world.app.queue.work_once(outro_jobs::Lane::Encode, &runner),
                world.app.queue.work_once(outro_jobs::Lane::Prompt, &runner),
            );
            for reply in [&upload, &liked, &was_liked, &signed] {
                assert!(reply.status.as_u16() < 500, "{}", reply.text());
            }
            world.settle_receipt(&receipt.expect("the one who asked leaves")).await;
            assert_eq!(left_of(&world, account).await, Vec::<String>::new(), "round {round}");
            // Whoever got in at the last moment is out: the token opens nothing.
            if let Some(token) = signed.json()["token"].as_str() {
                let mut late = world.client();
                late.token = Some(token.to_owned());
                late.get("/api/v1/me").await.expect(401);
            }
        }
        let count = world.client().get(&format!("/api/v1/videos/{kept}")).await.json()["like_count"].clone();
        assert_eq!(count, 0, "every like of those who left is taken back");
    }
}

on_both! {
    async fn of_two_confirmations_one_leaves(world: World) {
        let who = world.client().join("twice").await;
        let account = id_of(&who).await;
        let begun = begin(&who).await;
        let (one, two) = tokio::join!(
            confirm(who.clone(), begun.clone(), "twice".into()),
            confirm(who.clone(), begun, "twice".into()),
        );
        let receipts: Vec<String> = [one, two].into_iter().flatten().collect();
        assert_eq!(receipts.len(), 1);
        world.settle_receipt(&receipts[0]).await;
        assert_eq!(left_of(&world, account).await, Vec::<String>::new());
    }
}

on_both! {
    async fn a_handle_that_is_let_go_cannot_be_caught(world: World) {
        for (_, who, handle) in world.all_join("caught", ROUNDS).await {
            let begun = begin(&who).await;
            let body = json!({ "handle": handle, "password": "somebody else", "birth_date": "1990-01-01" });
            let anyone = world.client();
            let (receipt, join) = tokio::join!(
                confirm(who.clone(), begun, handle.clone()),
                anyone.post("/api/v1/accounts", body),
            );
            join.expect(409);
            world.settle_receipt(&receipt.expect("gone")).await;
        }
    }
}

on_both! {
    async fn those_who_like_cannot_keep_anybody(world: World) {
        let star = world.client().join("star").await;
        let account = id_of(&star).await;
        let video = star.upload(clip(), &[]).await.expect(202).json()["video"]["id"].as_str().unwrap().to_owned();
        world.run_jobs().await;
        let mut fans = Vec::new();
        for number in 0..8 {
            fans.push(world.client().join(&format!("fan{number}")).await);
        }
        let begun = begin(&star).await;
        let over = std::sync::atomic::AtomicBool::new(false);
        let like = format!("/api/v1/videos/{video}/like");
        let cheering = futures_util::future::join_all(fans.iter().map(|fan| async {
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                for method in ["PUT", "DELETE"] {
                    let status = fan.call(method, &like, None).await.status.as_u16();
                    assert!(matches!(status, 200 | 404), "{status}");
                }
                tokio::task::yield_now().await;
            }
        }));
        let leaving = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let confirmed = tokio::time::timeout(Duration::from_secs(5), confirm(star.clone(), begun, "star".into()));
            let receipt = confirmed.await.expect("leaving is not held up").expect("the one who asked leaves");
            world.settle_receipt(&receipt).await;
            over.store(true, std::sync::atomic::Ordering::Relaxed);
        };
        tokio::join!(cheering, leaving);
        assert_eq!(left_of(&world, account).await, Vec::<String>::new());
    }
}

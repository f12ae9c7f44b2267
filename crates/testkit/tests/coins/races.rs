//! Leaving against payments and gifts, in both orders and at one moment: nothing is left, nothing is lost from the books.

use std::time::Duration;

use outro_app::wallet::records;
use outro_model::AccountId;
use outro_store::erasure::{Subject, residue};
use outro_testkit::{Payments, World, on_both, payment_event};
use serde_json::json;

use super::buying::year;
use super::{assert_balanced, begin_to_leave, buy, confirm, forfeited, give, receipt};

const ROUNDS: u64 = 8;

/// The tables that still hold something of an account.
async fn left_of(world: &World, account: AccountId) -> Vec<&'static str> {
    let destruction = world.app.vault.destruction(account).await.unwrap().expect("its key is destroyed");
    let subject = Subject { account, key_id: *destruction.key_id.as_bytes() };
    residue(&mut world.app.db.read().await.unwrap(), &subject).await.unwrap()
}

/// Both of two: one wholly before the other, the other before the one, and then at one moment, a little later each time.
async fn both<A, B>(round: u64, one: impl Future<Output = A>, leaving: impl Future<Output = B>) -> (A, B) {
    match round {
        0 => {
            let done = one.await;
            (done, leaving.await)
        }
        1 => {
            let left = leaving.await;
            (one.await, left)
        }
        later => {
            let late = async {
                tokio::time::sleep(Duration::from_millis(20 * (later - 2))).await;
                one.await
            };
            tokio::join!(late, leaving)
        }
    }
}

on_both! {
    async fn a_payment_and_leaving(world: World) {
        let world = world.with_payments(&Payments::start());
        let (mut credited, mut late) = (0, 0);
        for (round, who, handle) in world.all_join("payer", ROUNDS).await {
            let account = world.id_of(&who).await;
            let begun = who.post("/api/v1/me/wallet/purchases", json!({ "pack": "100" })).await.expect(201).json();
            let session = format!("cs_{round}");
            let event = payment_event(&format!("evt_{round}"), "checkout.session.completed", &session, &begun["id"], 99);
            let leaving = begin_to_leave(&who).await;
            let (reported, left) = both(round, world.report(&event), confirm(&who, &leaving, &handle)).await;
            let left = left.expect(200).json();
            // What was busy is reported again by the payment service.
            if reported.status != 200 {
                assert_eq!(reported.status, 503, "{}", reported.text());
                world.report(&event).await.expect(200);
            }
            receipt(&world, left["receipt"]["id"].as_str().unwrap()).await;
            assert_eq!(left_of(&world, account).await, [] as [&str; 0], "round {round}");
            assert_balanced(&world).await;
            let kept = records(&world.app, year(&world)).await.unwrap();
            let record = kept.iter().find(|record| record.session == session).expect("every payment has its record");
            match record.coins {
                Some(100) => credited += 1,
                None => late += 1,
                coins => panic!("{coins:?}"),
            }
            assert_eq!(forfeited(&world).await, 100 * credited, "what was credited is forfeited, and nothing else");
        }
        assert!(credited > 0 && late > 0, "both orders came up: {credited} before, {late} after");
    }
}

on_both! {
    async fn a_gift_and_the_leaving_of_either(world: World) {
        let stays = world.client().join("stays").await;
        buy(&stays, "1200").await;
        let kept = world.plant(&stays, b"bytes").await;
        let (mut given, mut late) = (0, 0);
        for (round, who, handle) in world.all_join("leaver", ROUNDS).await {
            let account = world.id_of(&who).await;
            buy(&who, "100").await;
            let mine = world.plant(&who, b"bytes").await;
            let (leaving, key) = (begin_to_leave(&who).await, format!("key{round}"));
            let gifts = async { tokio::join!(give(&stays, &mine, 7, &key), give(&who, &kept, 3, &key)) };
            let ((to, from), left) = both(round, gifts, confirm(&who, &leaving, &handle)).await;
            for reply in [&to, &from] {
                assert!(matches!(reply.status.as_u16(), 200 | 401 | 404 | 503), "{}", reply.text());
            }
            if to.status == 200 { given += 1 } else { late += 1 }
            receipt(&world, left.expect(200).json()["receipt"]["id"].as_str().unwrap()).await;
            assert_eq!(left_of(&world, account).await, [] as [&str; 0], "round {round}");
            assert_balanced(&world).await;
        }
        assert!(given > 0 && late > 0, "both orders came up: {given} before, {late} after");
    }
}

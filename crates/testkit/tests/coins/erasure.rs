//! Leaving with coins: said first, forfeited, and what the law wants kept is kept without saying whose it was.

use outro_app::housekeeping;
use outro_app::wallet::records;
use outro_testkit::{Client, Payments, World, on_both, payment_event};
use serde_json::{Value, json};

use super::buying::year;
use super::{assert_balanced, balance, buy, forfeited, give, leave, number, receipt};

const COMPLETED: &str = "checkout.session.completed";

/// Buys a pack and pays it; the purchase's id.
async fn pay(world: &World, who: &Client, session: &str) -> String {
    let begun = who.post("/api/v1/me/wallet/purchases", json!({ "pack": "100" })).await.expect(201).json();
    let event = payment_event(&format!("evt_{session}"), COMPLETED, session, &begun["id"], 99);
    world.report(&event).await.expect(200);
    begun["id"].as_str().unwrap().to_owned()
}

on_both! {
    async fn no_code_is_sent_before_the_coins_are_given_up(world: World) {
        let ada = world.client().join("ada").await;
        let sent = ada.post("/api/v1/me/phone", json!({ "number": "+491701234567" })).await.expect(202).json();
        let proof = json!({ "challenge": sent["challenge"], "code": world.last_code() });
        ada.post("/api/v1/me/phone/verify", proof).await.expect(200);
        buy(&ada, "100").await;
        let means = ada.get("/api/v1/me/deletion").await.expect(200).json();
        assert_eq!((&means["coins"], &means["forfeited"][0]["code"]), (&json!(100), &json!("no_refunds")));
        let messages = world.outbox.messages().len();
        for body in [json!({}), json!({ "forfeit_coins": false })] {
            assert_eq!(ada.post("/api/v1/me/deletion", body).await.expect(422).code(), "coins_left");
        }
        assert_eq!(ada.call("POST", "/api/v1/me/deletion", None).await.expect(422).code(), "coins_left");
        assert_eq!(world.outbox.messages().len(), messages, "no code was sent");
        ada.post("/api/v1/me/deletion", json!({ "forfeit_coins": true })).await.expect(202);
        assert_eq!(world.outbox.messages().len(), messages + 1);
        // Who has none is asked for nothing more.
        let bob = world.client().join("bob").await;
        bob.call("POST", "/api/v1/me/deletion", None).await.expect(202);
    }
}

on_both! {
    async fn what_is_left_is_forfeited_and_what_was_given_stays(world: World) {
        let world = world.with_payments(&Payments::start());
        let (ada, bob) = (world.client().join("ada.leaves").await, world.client().join("bob").await);
        let video = world.plant(&bob, b"bytes").await;
        let purchase = pay(&world, &ada, "cs_of_ada").await;
        give(&ada, &video, 30, "one").await.expect(200);
        give(&ada, &video, 5, "two").await.expect(200);
        let account = world.id_of(&ada).await;
        let kept: Vec<Value> = ada.get("/api/v1/me/deletion").await.json()["kept"].as_array().unwrap().clone();
        assert!(kept.iter().any(|line| line["code"] == "accounting"), "{kept:?}");
        let note = receipt(&world, &leave(&ada, "ada.leaves").await).await;
        assert_eq!((forfeited(&world).await, balance(&bob).await), (65, 35));
        assert_balanced(&world).await;
        let until = year(&world) + 10;
        let words = ["coins_forfeited=65", "accounting_records=1", "gifts=2", &format!("accounting_until_end_of={until}")];
        for words in words {
            assert!(note.contains(words), "{words}: {note}");
        }
        // To whom they were given they are there, from nobody.
        let items = bob.get("/api/v1/me/wallet").await.json()["items"].clone();
        for item in items.as_array().unwrap() {
            assert_eq!((&item["kind"], &item["account"]), (&json!("gift_received"), &Value::Null));
        }
        // Nothing of the one who left, and nothing that ties the gifts together.
        for table in ["wallets", "coin_entries", "purchases", "notifications"] {
            let rows = world.rows(table).await.join("\n");
            let id = String::from_utf8_lossy(account.as_bytes()).into_owned();
            assert!(!rows.contains(&id), "{table}: {rows}");
        }
        assert_eq!(number(&world, "SELECT COUNT(*) FROM coin_entries WHERE other_id IS NOT NULL").await, 0);
        assert_eq!(number(&world, "SELECT COUNT(*) FROM purchases").await, 0);
        let record = format!("{:?}", records(&world.app, year(&world)).await.unwrap());
        assert!(record.contains("cs_of_ada") && record.contains("DE"), "{record}");
        for name in ["ada.leaves", &account.to_string(), &purchase] {
            assert!(!record.contains(name), "{record}");
        }
    }
}

on_both! {
    async fn money_for_somebody_who_has_left_revives_nothing(world: World) {
        let world = world.with_payments(&Payments::start());
        let ada = world.client().join("ada").await;
        pay(&world, &ada, "cs_before").await;
        let begun = ada.post("/api/v1/me/wallet/purchases", json!({ "pack": "100" })).await.expect(201).json();
        let late = |event: &str, session: &str| payment_event(event, COMPLETED, session, &begun["id"], 99);
        let left = leave(&ada, "ada").await;
        // Leaving, and the rows still there.
        world.report(&late("evt_leaving", "cs_leaving")).await.expect(200);
        receipt(&world, &left).await;
        // Gone: by another payment, and by one that was reported before.
        world.report(&late("evt_gone", "cs_gone")).await.expect(200);
        world.report(&late("evt_again", "cs_leaving")).await.expect(200);
        world.report(&payment_event("evt_known", COMPLETED, "cs_before", &json!("whoever"), 99)).await.expect(200);
        let expired = payment_event("evt_over", "checkout.session.expired", "cs_gone", &begun["id"], 99);
        world.report(&expired).await.expect(200);
        for table in ["wallets", "purchases", "coin_entries", "accounts"] {
            assert_eq!(world.rows(table).await, [] as [String; 0], "{table}");
        }
        let mut kept = records(&world.app, year(&world)).await.unwrap();
        kept.sort_by(|one, two| one.session.cmp(&two.session));
        let coins: Vec<_> = kept.iter().map(|record| (record.session.as_str(), record.coins)).collect();
        assert_eq!(coins, [("cs_before", Some(100)), ("cs_gone", None), ("cs_leaving", None)]);
        assert_eq!(forfeited(&world).await, 100);
        assert_balanced(&world).await;
    }
}

on_both! {
    async fn records_end_when_the_law_lets_them(world: World) {
        let world = world.with_payments(&Payments::start());
        let world = world.with_settings(|settings| settings.coins.accounting_years = 2);
        let ada = world.client().join("ada").await;
        pay(&world, &ada, "cs_1").await;
        let first = year(&world);
        receipt(&world, &leave(&ada, "ada").await).await;
        housekeeping::schedule(&world.app).await.unwrap();
        // Kept through two whole years after its own.
        while year(&world) <= first + 2 {
            world.run_jobs().await;
            assert_eq!(records(&world.app, first).await.unwrap().len(), 1, "in {}", year(&world));
            world.clock.advance_seconds(60 * 86_400);
        }
        let sealed = world.rows("accounting").await;
        assert_eq!(sealed.len(), 1);
        world.run_jobs().await;
        assert_eq!(world.rows("accounting").await, [] as [String; 0]);
        assert!(world.app.vault.books_of(first).await.unwrap().is_none(), "the key is destroyed");
        assert_eq!(world.rows("payment_events").await, [] as [String; 0]);
    }
}

//! Buying: once for each key, credited once for each payment, whatever is reported twice, late or forged.

use axum::body::Body;
use axum::http::{Request, header};
use futures_util::future::join_all;
use outro_app::wallet::records;
use outro_testkit::{Client, Payments, Reply, World, on_both, payment_event};
use serde_json::{Value, json};

use super::{assert_balanced, balance, number};

const BUY: &str = "/api/v1/me/wallet/purchases";
const COMPLETED: &str = "checkout.session.completed";

async fn begin(who: &Client, pack: &str, key: &str) -> Reply {
    let request = Request::post(BUY).header(header::CONTENT_TYPE, "application/json").header("idempotency-key", key);
    who.send(request.body(Body::from(json!({ "pack": pack }).to_string())).unwrap()).await
}

/// The year that the world is in.
pub(super) fn year(world: &World) -> i64 {
    outro_model::Clock::now(&*world.clock).rfc3339()[..4].parse().unwrap()
}

on_both! {
    async fn a_purchase_is_begun_once_and_credited_once(world: World) {
        let payments = Payments::start();
        let world = world.with_payments(&payments);
        let ada = world.client().join("ada").await;
        let begun = begin(&ada, "100", "one").await.expect(201).json();
        assert_eq!((&begun["state"], &begun["amount"], &begun["currency"]), (&json!("open"), &json!(99), &json!("eur")));
        assert!(begun["checkout_url"].as_str().unwrap().starts_with("https://pay.test/"));
        assert_eq!(begin(&ada, "100", "one").await.expect(201).json(), begun);
        assert_eq!(begin(&ada, "550", "one").await.expect(409).code(), "key_used");
        assert_eq!(begin(&ada, "100", "with space").await.expect(422).code(), "key_invalid");
        let asked = payments.asked.lock().unwrap().join("\n");
        assert_eq!(payments.asked.lock().unwrap().len(), 1, "{asked}");
        assert!(asked.contains("sk_test_12345") && asked.contains(begun["id"].as_str().unwrap()));
        for personal in ["ada", &world.id_of(&ada).await.to_string()] {
            assert!(!asked.contains(personal), "{asked}");
        }

        let event = payment_event("evt_1", COMPLETED, "cs_0", &begun["id"], 99);
        let replies = join_all((0..4).map(|_| world.report(&event))).await;
        replies.into_iter().for_each(|reply| drop(reply.expect(200)));
        // The same payment by another report, as when it was paid by other means.
        let again = payment_event("evt_2", "checkout.session.async_payment_succeeded", "cs_0", &begun["id"], 99);
        world.report(&again).await.expect(200);
        assert_eq!(balance(&ada).await, 100);
        assert_eq!(begin(&ada, "100", "one").await.expect(201).json()["state"], "paid");
        let kept = records(&world.app, year(&world)).await.unwrap();
        assert_eq!(kept.len(), 1);
        assert_eq!((kept[0].session.as_str(), kept[0].amount, kept[0].tax, kept[0].coins), ("cs_0", 99, 16, Some(100)));
        assert_balanced(&world).await;
    }
}

on_both! {
    async fn of_many_tries_under_one_key_there_is_one_purchase(world: World) {
        let payments = Payments::start();
        let world = world.with_payments(&payments);
        let ada = world.client().join("ada").await;
        let replies = join_all((0..6).map(|_| begin(&ada, "100", "one"))).await;
        let ids: std::collections::BTreeSet<String> =
            replies.into_iter().map(|reply| reply.expect(201).json()["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids.len(), 1);
        assert_eq!(number(&world, "SELECT COUNT(*) FROM purchases").await, 1);
    }
}

on_both! {
    async fn what_is_not_paid_is_not_credited(world: World) {
        let world = world.with_payments(&Payments::start());
        let ada = world.client().join("ada").await;
        let begun = begin(&ada, "100", "one").await.expect(201).json();
        let mut waits = payment_event("evt_1", COMPLETED, "cs_0", &begun["id"], 99);
        waits["data"]["object"]["payment_status"] = json!("unpaid");
        world.report(&waits).await.expect(200);
        assert_eq!(balance(&ada).await, 0);
        for (event, kind) in [("evt_2", "checkout.session.expired"), ("evt_3", "checkout.session.async_payment_failed")] {
            world.report(&payment_event(event, kind, "cs_0", &begun["id"], 99)).await.expect(200);
            let state = begin(&ada, "100", "one").await.expect(201).json();
            assert_eq!((&state["state"], &state["checkout_url"]), (&json!("closed"), &Value::Null));
        }
        // The money came after all.
        world.report(&payment_event("evt_4", COMPLETED, "cs_0", &begun["id"], 99)).await.expect(200);
        assert_eq!(balance(&ada).await, 100);
        // Another amount than was asked for: nobody has it, and it is kept to be paid back.
        let other = begin(&ada, "100", "two").await.expect(201).json();
        world.report(&payment_event("evt_5", COMPLETED, "cs_1", &other["id"], 1)).await.expect(200);
        world.report(&payment_event("evt_6", COMPLETED, "cs_2", &json!("nobody"), 99)).await.expect(200);
        assert_eq!(balance(&ada).await, 100);
        let mut kept = records(&world.app, year(&world)).await.unwrap();
        kept.sort_by(|one, two| one.session.cmp(&two.session));
        let coins: Vec<_> = kept.iter().map(|record| (record.session.as_str(), record.coins)).collect();
        assert_eq!(coins, [("cs_0", Some(100)), ("cs_1", None), ("cs_2", None)]);
        assert_balanced(&world).await;
    }
}

on_both! {
    async fn forged_and_old_reports_change_nothing(world: World) {
        let world = world.with_payments(&Payments::start());
        let ada = world.client().join("ada").await;
        let begun = begin(&ada, "100", "one").await.expect(201).json();
        let event = payment_event("evt_1", COMPLETED, "cs_0", &begun["id"], 99);
        let forger = world.with_payments_at("http://127.0.0.1:1", "whsec_another");
        assert_eq!(forger.report(&event).await.expect(400).code(), "not_signed");
        for signature in [None, Some("t=1,v1=00"), Some("nonsense")] {
            let mut request = Request::post("/stripe/webhook").header(header::CONTENT_TYPE, "application/json");
            if let Some(signature) = signature {
                request = request.header("stripe-signature", signature);
            }
            world.client().send(request.body(Body::from(event.to_string())).unwrap()).await.expect(400);
        }
        assert_eq!(balance(&ada).await, 0);
        assert_eq!(number(&world, "SELECT COUNT(*) FROM payment_events").await, 0);
        world.report(&json!({"nothing": true})).await.expect(422);
    }
}

on_both! {
    async fn the_payment_service_may_be_away(world: World) {
        let ada = world.client().join("ada").await;
        let away = world.with_payments_at("http://127.0.0.1:1", "whsec");
        let hers = away.client().with_token(&json!(ada.token));
        assert_eq!(begin(&hers, "100", "one").await.expect(503).code(), "payments_unavailable");
        // Under the same key it goes on where it was.
        let payments = Payments::start();
        let back = world.with_payments(&payments).client().with_token(&json!(ada.token));
        assert_eq!(begin(&back, "100", "one").await.expect(201).json()["state"], "open");
        assert_eq!(number(&world, "SELECT COUNT(*) FROM purchases").await, 1);
        let unset = world.with_settings(|settings| settings.coins.for_nothing = false);
        let hers = unset.client().with_token(&json!(ada.token));
        assert_eq!(begin(&hers, "100", "two").await.expect(409).code(), "coins_not_sold");
        assert_eq!(hers.get("/api/v1/me/wallet").await.json()["sold"], false);
    }
}

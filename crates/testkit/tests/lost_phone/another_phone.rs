//! Another phone in the place of a linked one: whoever has the password does not leave by it at once, and the phone from
//! before is told.

use outro_courier::{Courier, Gateway};

use super::*;

const BEFORE: &str = "+491701234567";
const AFTER: &str = "+491707654321";

/// Asks to leave and gives the code that went to the linked phone.
async fn leave_by_code(world: &World, who: &Client) -> Reply {
    let begun = who.post(DELETION, json!({})).await.expect(202).json();
    assert_eq!(begun["proof"], "code");
    who.post(CONFIRM, json!({ "challenge": begun["challenge"], "code": world.last_code() })).await
}

async fn not_before(who: &Client) -> Value {
    who.get(DELETION).await.expect(200).json()["not_before"].clone()
}

/// What a number was told, without the codes: the newest first.
fn told(world: &World, number: &str) -> Vec<String> {
    let messages = world.outbox.messages().into_iter().filter(|message| message.to.as_str() == number);
    messages.map(|message| message.text).filter(|text| !text.contains("tell nobody the code")).collect()
}

on_both! {
    async fn one_leaves_by_it_after_the_wait_and_the_phone_from_before_is_told(world: World) {
        let (ada, _) = with_phone(&world, "ada").await;
        assert_eq!(not_before(&ada).await, Value::Null);
        link_phone(&world, &ada, AFTER).await;
        let leaves_at = world.app.clock.now().plus_seconds(WAIT_SECONDS).rfc3339();
        world.run_jobs().await;
        let [text] = told(&world, BEFORE).try_into().unwrap();
        assert!(text.contains("DELETED") && text.contains(&leaves_at[..10]) && !text.contains("ada"), "{text}");

        // Every device is told, too.
        let news = ada.get("/api/v1/me/notifications").await.expect(200).json();
        assert_eq!((&news["items"][0]["kind"], &news["items"][0]["actors"]), (&json!("phone_replaced"), &json!([])));
        assert!(page(&ada, "/activity").await.expect(200).text().contains("Another phone was linked"));

        // It is said before the code is asked for, and the page offers no second wait.
        assert_eq!(not_before(&ada).await, json!(leaves_at));
        world.clock.advance_seconds(60);
        let asked = send_form(&ada, "/settings/leave", "").await.expect(200).text();
        assert!(asked.contains("in the place of the one before") && !asked.contains("/settings/leave/later"), "{asked}");
        assert!(!asked.contains("right away"), "{asked}");
        let proof = json!({ "challenge": hidden(&asked, "challenge"), "code": world.last_code(), "when_downloaded": true });
        assert_eq!(ada.post(CONFIRM, proof).await.expect(409).code(), "wait_only");

        world.clock.advance_seconds(60);
        let left = leave_by_code(&world, &ada).await.expect(202).json();
        assert_eq!((&left["leaves_at"], &left["key_destroyed"]), (&json!(leaves_at), &json!(false)));
        assert_eq!(pending(&ada).await["leaves_at"], json!(leaves_at));
        world.run_jobs().await;
        assert_eq!((told(&world, BEFORE).len(), told(&world, AFTER).len()), (2, 1));
        assert!(told(&world, BEFORE)[0].contains("press Stop"));

        world.clock.advance_seconds(WAIT_SECONDS - 121);
        world.run_jobs().await;
        ada.get("/api/v1/me").await.expect(200);
        world.clock.advance_seconds(1);
        world.settle().await;
        ada.get("/api/v1/me").await.expect(401);
        is_hers(&world, &left).await;
        assert!(world.rows("replaced_phones").await.is_empty());
    }
}

on_both! {
    async fn linked_again_the_phone_from_before_ends_all_that(world: World) {
        let (ada, _) = with_phone(&world, "ada").await;
        link_phone(&world, &ada, AFTER).await;
        leave_by_code(&world, &ada).await.expect(202);
        world.clock.advance_seconds(120);
        let sent = ada.post("/api/v1/me/phone", json!({ "number": BEFORE })).await.expect(202).json();
        assert_eq!(verify(&world, &ada, &sent).await["stays"], true);
        assert_eq!((pending(&ada).await, not_before(&ada).await), (Value::Null, Value::Null));
        assert!(world.rows("replaced_phones").await.is_empty() && world.rows("notifications").await.is_empty());
        assert!(!world.rows("jobs").await.iter().any(|job| job.contains("phone.replaced")));
        let left = leave_by_code(&world, &ada).await.expect(200).json();
        world.settle().await;
        is_hers(&world, &left).await;
    }
}

on_both! {
    async fn of_several_in_a_row_the_first_is_told_and_each_begins_the_wait_anew(world: World) {
        let (ada, _) = with_phone(&world, "ada").await;
        link_phone(&world, &ada, AFTER).await;
        world.run_jobs().await;
        world.clock.advance_seconds(WAIT_SECONDS - 60);
        let ada = sign_in(&world, "ada").await;
        link_phone(&world, &ada, "+491700000042").await;
        world.run_jobs().await;
        assert_eq!((told(&world, BEFORE).len(), told(&world, AFTER).len()), (1, 0));
        world.clock.advance_seconds(WAIT_SECONDS - 1);
        world.run_jobs().await;
        leave_by_code(&world, &ada).await.expect(202);
        world.run_jobs().await;
        assert_eq!((told(&world, BEFORE).len(), told(&world, AFTER).len()), (2, 0));
    }
}

on_both! {
    async fn after_the_wait_it_is_a_phone_like_any_other(world: World) {
        let (ada, _) = with_phone(&world, "ada").await;
        link_phone(&world, &ada, AFTER).await;
        world.clock.advance_seconds(WAIT_SECONDS);
        world.run_jobs().await;
        assert_eq!(not_before(&ada).await, Value::Null);
        // The number from before is not kept for longer, and was told all the same.
        assert!(world.rows("replaced_phones").await.is_empty());
        assert_eq!(told(&world, BEFORE).len(), 1);
        // The same number once more is no other.
        let ada = sign_in(&world, "ada").await;
        link_phone(&world, &ada, AFTER).await;
        leave_by_code(&world, &ada).await.expect(200);
    }
}

// Whoever has the password and a session must not be able to keep the owner from coming back.
on_both! {
    async fn the_phone_from_before_has_budgets_of_its_own(world: World) {
        world.to_a_new_day();
        let (ada, _) = with_phone(&world, "ada").await;
        let thief = sign_in(&world, "ada").await;
        for last in 0..8 {
            link_phone(&world, &thief, &format!("+4917099999{last}0")).await;
        }
        let other = thief.post("/api/v1/me/phone", json!({ "number": AFTER })).await.expect(202).json();
        for _ in 0..60 {
            let wrong = json!({ "challenge": other["challenge"], "code": "000000x" });
            thief.post("/api/v1/me/phone/verify", wrong).await;
        }
        world.clock.advance_seconds(120);
        assert_eq!(thief.post("/api/v1/me/phone", json!({ "number": AFTER })).await.expect(429).code(), "rate_limited");
        let sent = ada.post("/api/v1/me/phone", json!({ "number": BEFORE })).await.expect(202).json();
        verify(&world, &ada, &sent).await;
        leave_by_code(&world, &ada).await.expect(200);
    }
}

on_both! {
    async fn the_password_alone_takes_the_wait_where_the_phone_cannot_be_reached(world: World) {
        let (ada, _) = with_phone(&world, "ada").await;
        let mut world = world.with_settings(|_| {});
        let broken = Courier::Gateway(Gateway::at("http://127.0.0.1:1/").unwrap());
        let works = std::mem::replace(&mut world.app.courier, broken);
        let ada = world.client().with(ada.token.as_deref());
        let asked = send_form(&ada, "/settings/leave", "").await.expect(200).text();
        assert!(asked.contains("72 hours after that") && !asked.contains("/settings/leave/later"), "{asked}");
        assert!(!asked.contains("right away") && asked.contains("No message can be sent"), "{asked}");
        let begun = ada.post(DELETION, json!({})).await.expect(202).json();
        assert_eq!((&begun["proof"], &begun["wait_hours"]), (&json!("password"), &json!(72)));
        let proof = |when_downloaded| {
            json!({ "challenge": begun["challenge"], "password": "ada-password", "when_downloaded": when_downloaded })
        };
        assert_eq!(ada.post(CONFIRM, proof(true)).await.expect(409).code(), "wait_only");
        let left = ada.post(CONFIRM, proof(false)).await.expect(202).json();
        world.app.courier = works;
        world.run_jobs().await;
        assert_eq!(told(&world, BEFORE).len(), 1);
        world.clock.advance_seconds(WAIT_SECONDS);
        world.settle().await;
        is_hers(&world, &left).await;
    }
}

on_both! {
    async fn what_was_to_happen_by_itself_ends_with_the_number(world: World) {
        let ada = world.client().join("ada").await;
        let begun = ada.post(DELETION, json!({})).await.expect(202).json();
        let proof = json!({ "challenge": begun["challenge"], "password": "ada-password", "when_downloaded": true });
        ada.post(CONFIRM, proof).await.expect(202);
        assert_ne!(ada.get(DELETION).await.expect(200).json()["when_downloaded"], Value::Null);
        link_phone(&world, &ada, AFTER).await;
        assert_eq!(ada.get(DELETION).await.expect(200).json()["when_downloaded"], Value::Null);
    }
}

on_both! {
    async fn the_password_alone_is_no_way_around_where_no_message_leaves(world: World) {
        let (ada, _) = with_phone(&world, "ada").await;
        link_phone(&world, &ada, AFTER).await;
        let mut world = world.with_settings(|_| {});
        world.app.courier = Courier::Gateway(Gateway::at("http://127.0.0.1:1/").unwrap());
        let ada = world.client().with(ada.token.as_deref());
        let begun = ada.post(DELETION, json!({})).await.expect(202).json();
        assert_eq!(begun["proof"], "password");
        let proof = json!({ "challenge": begun["challenge"], "password": "ada-password" });
        ada.post(CONFIRM, proof).await.expect(202);
        world.clock.advance_seconds(WAIT_SECONDS);
        world.settle().await;
        ada.get("/api/v1/me").await.expect(401);
    }
}

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

        // It is said before the code is asked for, and the page offers no second wait.
        assert_eq!(not_before(&ada).await, json!(leaves_at));
        world.clock.advance_seconds(60);
        let asked = send_form(&ada, "/settings/leave", "").await.expect(200).text();
        assert!(asked.contains("in the place of the one before") && !asked.contains("/settings/leave/later"), "{asked}");
        assert!(!asked.contains("right away"), "{asked}");
        let proof = json!({ "challenge": hidden(&asked, "challenge"), "code": world.last_code(), "when_downloaded": true });
        assert_eq!(ada.post(CONFIRM, proof).await.expect(409).code(), "phone_new");

        world.clock.advance_seconds(60);
        let left = leave_by_code(&world, &ada).await.expect(202).json();
        assert_eq!((&left["leaves_at"], &left["key_destroyed"]), (&json!(leaves_at), &json!(false)));
        assert_eq!(pending(&ada).await["leaves_at"], json!(leaves_at));
        world.run_jobs().await;
        assert_eq!((told(&world, BEFORE).len(), told(&world, AFTER).len()), (2, 0));
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
        assert!(world.rows("replaced_phones").await.is_empty());
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

//! Leaving and linking, when messages do not leave.

use super::gateway::Told;
use super::*;
use outro_app::erasure::{self, Begun};

on_both! {
    async fn it_is_possible_when_no_message_leaves(world: World) {
        for (handle, status) in [("ada", "500 Oops"), ("eve", "302 Found"), ("bob", "401 No")] {
            let who = world.client().join(handle).await;
            linked(&world, &who, NUMBER).await;
            let who = Told::to_answer(status).await.client(&world, &who);
            let begun = begin(&who).await.expect(202).json();
            assert_eq!(begun["proof"], "password", "{status}");
            confirm_by_password(&who, &begun, "wrong password").await.expect(422);
            // Not at once: else whoever has the password would only need to keep the phone unreachable.
            confirm_by_password(&who, &begun, &format!("{handle}-password")).await.expect(202);
            who.get("/api/v1/me").await.expect(200);
            world.clock.advance_seconds(world.app.settings.lost_phone_hours * 3600);
            world.settle().await;
            world.client().get(&format!("/api/v1/accounts/{handle}")).await.expect(404);
        }
    }
}

on_both! {
    async fn what_is_no_success_is_not_sent(world: World) {
        let who = world.client().join("ada").await;
        for status in ["302 Found", "304 Not Modified", "400 No", "503 Later"] {
            let who = Told::to_answer(status).await.client(&world, &who);
            assert_eq!(link(&who, NUMBER).await.expect(503).code(), "send_failed", "{status}");
        }
        let gateway = Told::to_answer("204 No Content").await;
        link(&gateway.client(&world, &who), NUMBER).await.expect(202);
        assert_eq!(gateway.taken(), 1);
    }
}

on_both! {
    async fn a_code_that_holds_outlives_a_message_that_did_not_leave(world: World) {
        let who = world.client().join("ada").await;
        linked(&world, &who, NUMBER).await;
        let begun = begin(&who).await.expect(202).json();
        let code = world.last_code();
        world.clock.advance_seconds(31);
        let again = begin(&Told::to_answer("500 Oops").await.client(&world, &who)).await.expect(202).json();
        assert_eq!(again["proof"], "password");
        confirm(&who, &begun, &code).await.expect(200);
    }
}

on_both! {
    async fn a_link_that_is_asked_for_outlives_one_that_did_not_leave(world: World) {
        let who = world.client().join("ada").await;
        let sent = link(&who, NUMBER).await.expect(202).json();
        let code = world.last_code();
        world.clock.advance_seconds(31);
        link(&Told::to_answer("500 Oops").await.client(&world, &who), "+4915187654321").await.expect(503);
        let proof = json!({ "challenge": sent["challenge"], "code": code });
        who.post("/api/v1/me/phone/verify", proof).await.expect(200);
        assert_eq!(who.get("/api/v1/me").await.json()["phone"], "•••• 78");
    }
}

// Ten codes a day and account, five a number: what did not leave is none of them, and is not waited for.
on_both! {
    async fn what_did_not_leave_is_given_back(world: World) {
        world.to_a_new_day();
        let who = world.client().join("ada").await;
        let broken = Told::to_answer("500 Oops").await.client(&world, &who);
        for _ in 0..11 {
            link(&broken, NUMBER).await.expect(503);
        }
        linked(&world, &who, NUMBER).await;
        for _ in 0..11 {
            assert_eq!(begin(&broken).await.expect(202).json()["proof"], "password");
        }
        let begun = begin(&who).await.expect(202).json();
        let next = world.clock.now().plus_seconds(30).rfc3339();
        assert_eq!((&begun["proof"], &begun["resend_after"]), (&json!("code"), &json!(next)));
        // The wait of what was sent before stays as it was.
        world.clock.advance_seconds(30);
        begin(&broken).await.expect(202);
        let begun = begin(&who).await.expect(202).json();
        assert_eq!(begun["resend_after"], json!(world.clock.now().plus_seconds(60).rfc3339()));
    }
}

on_both! {
    async fn a_page_that_is_opened_anew_asks_for_what_can_be_answered(world: World) {
        let who = world.client().join("ada").await;
        linked(&world, &who, NUMBER).await;
        let begun = begin(&Told::to_answer("500 Oops").await.client(&world, &who)).await.expect(202).json();
        let signed = outro_app::authenticate(&world.app, who.token.as_ref().unwrap()).await.unwrap().unwrap();
        let asked = erasure::begun(&world.app, &signed).await.unwrap();
        assert!(matches!(asked, Some(Begun::Password { challenge, .. }) if begun["challenge"] == challenge.to_string()));
        let sent = begin(&who).await.expect(202).json();
        let asked = erasure::begun(&world.app, &signed).await.unwrap();
        assert!(matches!(asked, Some(Begun::Code(code)) if sent["challenge"] == code.challenge.to_string()));
    }
}

on_both! {
    async fn a_code_ends_with_the_number_it_went_to(world: World) {
        let who = world.client().join("ada").await;
        linked(&world, &who, NUMBER).await;
        let begun = begin(&who).await.expect(202).json();
        let code = world.last_code();
        linked(&world, &who, "+4915187654321").await;
        assert_eq!(confirm(&who, &begun, &code).await.expect(409).code(), "code_expired");
        // Nor is there a wait for the code that goes to the new one.
        let begun = begin(&who).await.expect(202).json();
        confirm(&who, &begun, &world.last_code()).await.expect(202);
    }
}

on_both! {
    async fn a_code_that_was_on_its_way_when_the_number_changed_proves_nothing(world: World) {
        let who = world.client().join("ada").await;
        linked(&world, &who, NUMBER).await;
        let gateway = Told::to_wait("200 OK").await;
        let slow = gateway.client(&world, &who);
        let beginning = tokio::spawn(async move { begin(&slow).await });
        until("the message", async || gateway.taken() == 1).await;
        linked(&world, &who, "+4915187654321").await;
        gateway.answer(1);
        let begun = beginning.await.unwrap().expect(202).json();
        assert_eq!(confirm(&who, &begun, &gateway.last_code()).await.expect(409).code(), "code_expired");
    }
}

on_both! {
    async fn who_hangs_up_while_a_message_leaves_finds_its_code(world: World) {
        let who = world.client().join("ada").await;
        linked(&world, &who, NUMBER).await;
        let gateway = Told::to_wait("200 OK").await;
        let slow = gateway.client(&world, &who);
        let beginning = tokio::spawn(async move { begin(&slow).await });
        until("the message", async || gateway.taken() == 1).await;
        beginning.abort();
        gateway.answer(1);
        let signed = outro_app::authenticate(&world.app, who.token.as_ref().unwrap()).await.unwrap().unwrap();
        until("the code", async || erasure::begun(&world.app, &signed).await.unwrap().is_some()).await;
        let Some(Begun::Code(sent)) = erasure::begun(&world.app, &signed).await.unwrap() else { panic!("no code") };
        let begun = json!({ "challenge": sent.challenge.to_string() });
        confirm(&who, &begun, &gateway.last_code()).await.expect(200);
    }
}

//! The wait: who is told, who can stop it, and that the account goes afterwards.

use outro_courier::{Courier, Gateway};

use super::*;

on_both! {
    async fn one_leaves_after_the_wait_with_the_promised_receipt(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        let elsewhere = sign_in(&world, "ada").await;
        world.plant(&ada, &[3; 1000]).await;
        let sent = world.outbox.messages().len();
        let left = leave_lost(&ada, "ada", &codes[0]).await;
        assert_eq!((&left["key_destroyed"], &left["handle"]), (&json!(false), &json!("ada")));
        let leaves_at = world.app.clock.now().plus_seconds(WAIT_SECONDS).rfc3339();
        assert_eq!(left["leaves_at"], json!(leaves_at));

        // Every channel says so: the phone, without a handle; the notices of every device; what leaving says.
        world.run_jobs().await;
        let messages = world.outbox.messages();
        assert_eq!((messages.len(), messages[0].to.as_str()), (sent + 1, "+491701234567"));
        let text = &messages[0].text;
        assert!(text.contains("DELETED") && text.contains(&leaves_at[..10]) && text.contains("outro.test"), "{text}");
        assert!(!text.contains("ada") && !text.contains('#'), "{text}");
        for device in [&ada, &elsewhere] {
            let told = device.get("/api/v1/me/notifications").await.expect(200).json();
            assert_eq!((&told["items"][0]["kind"], &told["items"][0]["actors"]), (&json!("leaving"), &json!([])));
            assert_eq!(pending(device).await["leaves_at"], json!(leaves_at));
            for path in ["/settings", "/settings/account", "/settings/phone", "/leave"] {
                let text = page(device, path).await.expect(200).text();
                assert!(text.contains("This account is leaving on") && text.contains("/settings/leave/stop"), "{path}");
            }
            assert!(page(device, "/activity").await.expect(200).text().contains("Your account is leaving."));
        }
        // Until then it is an account like any other.
        world.clock.advance_seconds(WAIT_SECONDS - 60);
        world.run_jobs().await;
        world.client().get("/api/v1/accounts/ada").await.expect(200);
        ada.get("/api/v1/me").await.expect(200);
        world.client().get(&format!("/api/v1/receipts/{}", left["receipt"]["id"].as_str().unwrap())).await.expect(404);

        world.clock.advance_seconds(60);
        world.settle().await;
        for device in [&ada, &elsewhere] {
            device.get("/api/v1/me").await.expect(401);
        }
        world.client().get("/api/v1/accounts/ada").await.expect(404);
        is_hers(&world, &left).await;
        assert!(world.rows("pending_leaves").await.is_empty());
    }
}

on_both! {
    async fn any_device_stops_it(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        let elsewhere = sign_in(&world, "ada").await;
        let left = leave_lost(&ada, "ada", &codes[0]).await;
        let stopped = send_form(&elsewhere, "/settings/leave/stop", "").await.expect(303);
        assert_eq!(stopped.headers["location"], "/settings/account?done=stayed");
        assert_eq!(pending(&ada).await, Value::Null);
        assert!(!page(&ada, "/settings/account").await.text().contains("This account is leaving on"));
        // Nothing says any more that it will, and nothing waits for that.
        assert_eq!(world.rows("notifications").await, Vec::<String>::new());
        assert!(!world.rows("jobs").await.iter().any(|job| job.contains("leave.")));
        world.clock.advance_seconds(WAIT_SECONDS + 1);
        world.settle().await;
        ada.get("/api/v1/me").await.expect(200);
        world.client().get(&format!("/api/v1/receipts/{}", left["receipt"]["id"].as_str().unwrap())).await.expect(404);
        // What was used is used.
        let challenge = begin_lost(&ada).await;
        give(&ada, &challenge, "ada-password", &codes[0]).await.expect(422);
        // Asked for anew it is a wait of its own.
        give(&ada, &challenge, "ada-password", &codes[1]).await.expect(202);
        world.clock.advance_seconds(WAIT_SECONDS - 60);
        world.run_jobs().await;
        ada.get("/api/v1/me").await.expect(200);
        world.clock.advance_seconds(60);
        world.settle().await;
        ada.get("/api/v1/me").await.expect(401);
    }
}

on_both! {
    async fn the_phone_in_hand_stops_it(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        leave_lost(&ada, "ada", &codes[0]).await;
        let sent = ada.call("POST", "/api/v1/me/recovery-codes", None).await.expect(202).json();
        assert_eq!(verify(&world, &ada, &sent).await["stays"], true);
        assert_eq!((pending(&ada).await, codes_left(&ada).await), (Value::Null, 10));
        world.clock.advance_seconds(WAIT_SECONDS + 1);
        world.settle().await;
        ada.get("/api/v1/me").await.expect(200);
    }
}

on_both! {
    async fn with_the_phone_one_leaves_at_once_all_the_same(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        let promised = leave_lost(&ada, "ada", &codes[0]).await;
        let again = ada.post(DELETION, json!({ "lost_phone": true })).await.expect(409);
        assert_eq!(again.code(), "leaving_already");
        let begun = ada.post(DELETION, json!({})).await.expect(202).json();
        let proof = json!({ "challenge": begun["challenge"], "code": world.last_code() });
        let left = ada.post(CONFIRM, proof).await.expect(200).json();
        assert_eq!(left["leaves_at"], Value::Null);
        world.settle().await;
        is_hers(&world, &left).await;
        // Nothing waits any more, and of one erasure there is one receipt.
        world.clock.advance_seconds(WAIT_SECONDS + 1);
        world.settle().await;
        let other = format!("/api/v1/receipts/{}", promised["receipt"]["id"].as_str().unwrap());
        world.client().get(&other).await.expect(404);
    }
}

on_both! {
    async fn what_was_asked_for_last_holds(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        let when_downloaded = |world: &World, begun: &Value| {
            json!({ "challenge": begun["challenge"], "code": world.last_code(), "when_downloaded": true })
        };
        let begun = ada.post(DELETION, json!({})).await.expect(202).json();
        ada.post(CONFIRM, when_downloaded(&world, &begun)).await.expect(202);
        leave_lost(&ada, "ada", &codes[0]).await;
        let said = ada.get(DELETION).await.expect(200).json();
        assert!(said["when_downloaded"].is_null() && said["pending"].is_object(), "{said}");
        world.clock.advance_seconds(60);
        let begun = ada.post(DELETION, json!({})).await.expect(202).json();
        ada.post(CONFIRM, when_downloaded(&world, &begun)).await.expect(202);
        let said = ada.get(DELETION).await.expect(200).json();
        assert!(said["when_downloaded"].is_object() && said["pending"].is_null(), "{said}");
        world.clock.advance_seconds(WAIT_SECONDS + 1);
        world.run_jobs().await;
        ada.get("/api/v1/me").await.expect(200);
        ada.call("DELETE", DELETION, None).await.expect(204);
        world.settle().await;
    }
}

on_both! {
    async fn coins_are_given_up_first(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        ada.post("/api/v1/me/wallet/purchases", json!({ "pack": "100" })).await.expect(201);
        let coins = ada.get("/api/v1/me/wallet").await.expect(200).json()["balance"].as_i64().unwrap();
        assert!(coins > 0);
        let kept = ada.post(DELETION, json!({ "lost_phone": true })).await.expect(422);
        assert_eq!(kept.code(), "coins_left");
        let begun = ada.post(DELETION, json!({ "lost_phone": true, "forfeit_coins": true })).await.expect(202).json();
        give(&ada, begun["challenge"].as_str().unwrap(), "ada-password", &codes[0]).await.expect(202);
    }
}

on_both! {
    async fn by_the_pages(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        let begun = send_form(&ada, "/settings/leave", "").await.expect(200).text();
        assert!(begun.contains("I do not have this phone any more"));
        let asked = send_form(&ada, "/settings/leave/lost", "").await.expect(200).text();
        assert!(asked.contains("72 hours") && !asked.contains("/settings/leave/later"));
        let challenge = hidden(&asked, "challenge").to_owned();
        let fields = |code: &str| format!("challenge={challenge}&password=ada-password&recovery_code={code}");
        let wrong = send_form(&ada, "/settings/leave/confirm", &fields("0000")).await.expect(422).text();
        assert!(wrong.contains("do not fit together") && hidden(&wrong, "challenge") == challenge);
        let done = send_form(&ada, "/settings/leave/confirm", &fields(&codes[0])).await.expect(200).text();
        assert!(done.contains("You leave after the wait") && done.contains("/receipts/"));
        // Once more from another page: it leaves already, and the code by message can still be given.
        let refused = send_form(&ada, "/settings/leave/lost", "").await.expect(409).text();
        assert!(refused.contains("You leave already") && refused.contains("one-time-code"));
        let phone = page(&ada, "/settings/phone").await.expect(200).text();
        assert!(phone.contains("9 codes are left"));
        world.clock.advance_seconds(60);
        let sent = send_form(&ada, "/settings/phone/codes", "").await.expect(200).text();
        let fields = format!("challenge={}&code={}", hidden(&sent, "challenge"), world.last_code());
        let shown = send_form(&ada, "/settings/phone/verify", &fields).await.expect(200).text();
        assert_eq!(shown.matches("<li><code").count(), 10);
        assert_eq!(pending(&ada).await, Value::Null);
    }
}

on_both! {
    async fn a_gateway_that_takes_no_message_is_asked_for_as_long_as_the_wait_goes_on(world: World) {
        world.to_a_new_day();
        let (ada, adas) = with_phone(&world, "ada").await;
        let (eve, eves) = with_phone(&world, "eve").await;
        let mut world = world.with_settings(|_| {});
        world.app.courier = Courier::Gateway(Gateway::at("http://127.0.0.1:1/").unwrap());
        leave_lost(&ada, "ada", &adas[0]).await;
        for _ in 0..12 {
            world.run_jobs().await;
            world.clock.advance_seconds(3600);
        }
        // What did not leave is counted against nobody, and goes out once the gateway is back.
        let refusing = std::mem::replace(&mut world.app.courier, Courier::Outbox(world.outbox.clone()));
        for _ in 0..3 {
            world.run_jobs().await;
            world.clock.advance_seconds(3600);
        }
        assert_eq!(world.outbox.messages().iter().filter(|one| one.text.contains("DELETED")).count(), 1);
        // A gateway that never comes back keeps nobody.
        world.app.courier = refusing;
        leave_lost(&eve, "eve", &eves[0]).await;
        world.run_jobs().await;
        world.clock.advance_seconds(WAIT_SECONDS);
        world.settle().await;
        eve.get("/api/v1/me").await.expect(401);
    }
}

on_both! {
    async fn a_gateway_that_does_not_answer_is_asked_once(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        // The kernel takes the call, and nobody answers it: the message may have left.
        let gateway = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut world = world.with_settings(|_| {});
        let url = format!("http://{}/", gateway.local_addr().unwrap());
        world.app.courier = Courier::Gateway(Gateway::at(&url).unwrap());
        leave_lost(&ada, "ada", &codes[0]).await;
        for _ in 0..3 {
            world.run_jobs().await;
            world.clock.advance_seconds(600);
        }
        gateway.set_nonblocking(true).unwrap();
        assert_eq!(std::iter::from_fn(|| gateway.accept().ok()).count(), 1);
    }
}

// A phone may be in other hands by now: whoever asks and stops, again and again, must not keep it ringing.
on_both! {
    async fn a_number_is_told_five_times_a_day_whoever_asks(world: World) {
        world.to_a_new_day();
        let (ada, adas) = with_phone(&world, "ada").await;
        let (eve, eves) = with_phone(&world, "eve").await;
        let told = || world.outbox.messages().iter().filter(|one| one.text.contains("DELETED")).count();
        for (who, handle, codes) in [(&ada, "ada", &adas[..4]), (&eve, "eve", &eves[..4])] {
            for code in codes {
                leave_lost(who, handle, code).await;
                world.run_jobs().await;
                who.call("DELETE", DELETION, None).await.expect(204);
            }
        }
        leave_lost(&eve, "eve", &eves[4]).await;
        world.run_jobs().await;
        assert_eq!(told(), 5);
        // Who is not told today is told tomorrow: the wait goes on.
        world.clock.advance_seconds(86_400);
        world.run_jobs().await;
        assert_eq!(told(), 6);
    }
}

on_both! {
    async fn the_page_that_took_too_long_takes_the_next_try(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        let shown = send_form(&ada, "/settings/leave/lost", "").await.expect(200).text();
        world.clock.advance_seconds(3600);
        let fields = |page: &str| {
            format!("challenge={}&password=ada-password&recovery_code={}", hidden(page, "challenge"), codes[0])
        };
        let late = send_form(&ada, "/settings/leave/confirm", &fields(&shown)).await.expect(409).text();
        assert!(late.contains("took too long") && !late.contains("expired"), "{late}");
        send_form(&ada, "/settings/leave/confirm", &fields(&late)).await.expect(200);
        assert!(pending(&ada).await.is_object());
    }
}

//! A new password: who had the old one has nothing more, and cannot keep its owner from coming back.

use std::time::Duration;

use outro_courier::{Courier, Gateway};
use outro_store::accounts;

use super::*;

const PASSWORD: &str = "/api/v1/me/password";
const NEW: &str = "a new and better one";

async fn change(who: &Client, password: &str, new: &str) -> Reply {
    who.call("PUT", PASSWORD, Some(json!({ "password": password, "new_password": new }))).await
}

/// The same with a code, of somebody whose phone is linked.
async fn change_by(who: &Client, (password, new): (&str, &str), sent: &Value, code: &str) -> Reply {
    let body = json!({ "password": password, "new_password": new, "challenge": sent["challenge"], "code": code });
    who.call("PUT", PASSWORD, Some(body)).await
}

async fn send_code(who: &Client) -> Value {
    who.post(PASSWORD, json!({})).await.expect(202).json()
}

async fn opens(world: &World, handle: &str, password: &str) -> u16 {
    let body = json!({ "handle": handle, "password": password });
    world.client().post("/api/v1/sessions", body).await.status.as_u16()
}

/// The one session that there is then.
fn anew(who: &Client, changed: &Value) -> Client {
    who.with(changed["token"].as_str())
}

on_both! {
    async fn it_signs_every_device_out_and_this_one_in(world: World) {
        let ada = world.client().join("ada").await;
        let (second, third) = (sign_in(&world, "ada").await, sign_in(&world, "ada").await);
        let other = world.client().join("other").await;
        world.clock.advance_seconds(901);
        assert_eq!(ada.post(PASSWORD, json!({})).await.expect(409).code(), "code_not_needed");
        let changed = change(&ada, "ada-password", NEW).await.expect(200).json();
        assert_eq!((&changed["sessions_ended"], &changed["stays"]), (&json!(2), &json!(false)));
        // The token so far has ended too: who copied it has nothing.
        for who in [&ada, &second, &third] {
            who.get("/api/v1/me").await.expect(401);
        }
        let ada = anew(&ada, &changed);
        for who in [&ada, &other] {
            who.get("/api/v1/me").await.expect(200);
        }
        assert_eq!((opens(&world, "ada", "ada-password").await, opens(&world, "ada", NEW).await), (401, 201));
        // It was given just now: what asks for a recent one does not ask again.
        ada.post("/api/v1/me/phone", json!({ "number": "+491707654321" })).await.expect(202);
    }
}

on_both! {
    async fn where_a_phone_is_linked_it_takes_its_code(world: World) {
        let (ada, _) = with_phone(&world, "ada").await;
        // The thief has the password, and a session by it.
        let thief = sign_in(&world, "ada").await;
        assert_eq!(change(&thief, "ada-password", NEW).await.expect(409).code(), "code_needed");
        let sent = send_code(&thief).await;
        assert_eq!(sent["sent_to"], "•••• 67");
        let text = world.outbox.messages()[0].text.clone();
        assert!(text.contains("changes the password") && !text.contains("ada"), "{text}");
        let code = world.last_code();
        let wrong = if code == "000000" { "000001" } else { "000000" };
        assert_eq!(change_by(&thief, ("ada-password", NEW), &sent, wrong).await.expect(422).code(), "code_wrong");
        // A wrong password spends no try of the code.
        for _ in 0..6 {
            assert_eq!(change_by(&thief, ("wrong", NEW), &sent, &code).await.expect(422).code(), "password_wrong");
        }
        // A code for another purpose is none.
        let begun = ada.post(DELETION, json!({})).await.expect(202).json();
        assert_eq!(change_by(&ada, ("ada-password", NEW), &begun, &world.last_code()).await.expect(409).code(), "code_expired");
        let changed = change_by(&ada, ("ada-password", NEW), &sent, &code).await.expect(200).json();
        assert_eq!(changed["sessions_ended"], 1);
        thief.get("/api/v1/me").await.expect(401);
        assert_eq!((opens(&world, "ada", "ada-password").await, opens(&world, "ada", NEW).await), (401, 201));
        let ada = anew(&ada, &changed);
        assert_eq!(change_by(&ada, (NEW, "yet another one"), &sent, &code).await.expect(409).code(), "code_expired");
    }
}

on_both! {
    async fn by_a_phone_of_their_own_nobody_shuts_the_owner_out(world: World) {
        let (ada, _) = with_phone(&world, "ada").await;
        let thief = sign_in(&world, "ada").await;
        let before = send_code(&ada).await;
        let code = world.last_code();
        link_phone(&world, &thief, "+491707654321").await;
        // Not even a code that went to the number from before.
        for sent in [&before, &json!({ "challenge": Value::Null })] {
            let refused = change_by(&thief, ("ada-password", NEW), sent, &code).await.expect(409);
            assert_eq!(refused.code(), "phone_settling");
        }
        assert_eq!(thief.post(PASSWORD, json!({})).await.expect(409).code(), "phone_settling");
        let shown = page(&ada, "/settings/password").await.expect(200).text();
        assert!(shown.contains("link your number from before again") && !shown.contains("new_password"), "{shown}");
        // Its owner comes back by the password that still holds, and ends it with the phone.
        let back = sign_in(&world, "ada").await;
        world.clock.advance_seconds(60);
        link_phone(&world, &back, "+491701234567").await;
        let sent = send_code(&back).await;
        change_by(&back, ("ada-password", NEW), &sent, &world.last_code()).await.expect(200);
        thief.get("/api/v1/me").await.expect(401);
    }
}

on_both! {
    async fn a_gateway_that_fails_does_not_make_the_password_enough(world: World) {
        let (ada, _) = with_phone(&world, "ada").await;
        let mut broken = world.with_settings(|_| {});
        broken.app.courier = Courier::Gateway(Gateway::at("http://127.0.0.1:1/").unwrap());
        let broken = broken.client().with(ada.token.as_deref());
        assert_eq!(broken.post(PASSWORD, json!({})).await.expect(503).code(), "send_failed");
        assert_eq!(change(&broken, "ada-password", NEW).await.expect(409).code(), "code_needed");
        ada.get("/api/v1/me").await.expect(200);
    }
}

on_both! {
    async fn what_the_old_one_asked_for_is_taken_back(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        let thief = sign_in(&world, "ada").await;
        leave_lost(&thief, "ada", &codes[0]).await;
        let sent = send_code(&ada).await;
        let changed = change_by(&ada, ("ada-password", NEW), &sent, &world.last_code()).await.expect(200).json();
        assert_eq!(changed["stays"], true);
        let ada = anew(&ada, &changed);
        assert_eq!(pending(&ada).await, Value::Null);
        world.clock.advance_seconds(WAIT_SECONDS + 1);
        world.settle().await;
        ada.get("/api/v1/me").await.expect(200);

        // What was opened before is shut, whatever it was for: leaving, leaving without the phone, and linking another.
        ada.post("/api/v1/sessions/current/password", json!({ "password": NEW })).await.expect(204);
        let lost = begin_lost(&ada).await;
        let link = ada.post("/api/v1/me/phone", json!({ "number": "+491707654321" })).await.expect(202).json();
        let link_code = world.last_code();
        let sent = send_code(&ada).await;
        let changed = change_by(&ada, (NEW, "ada-password"), &sent, &world.last_code()).await.expect(200).json();
        let ada = anew(&ada, &changed);
        assert_eq!(give(&ada, &lost, "ada-password", &codes[1]).await.expect(409).code(), "took_too_long");
        let proof = json!({ "challenge": link["challenge"], "code": link_code });
        assert_eq!(ada.post("/api/v1/me/phone/verify", proof).await.expect(409).code(), "code_expired");

        // Without a phone the password is the proof.
        let bob = world.client().join("bob").await;
        let begun = bob.post(DELETION, json!({})).await.expect(202).json();
        let changed = change(&bob, "bob-password", NEW).await.expect(200).json();
        let bob = anew(&bob, &changed);
        for password in ["bob-password", NEW] {
            let proof = json!({ "challenge": begun["challenge"], "password": password });
            assert_eq!(bob.post(CONFIRM, proof).await.expect(409).code(), "code_expired");
        }
        // Leaving once all is downloaded was asked for with the old one, too.
        let begun = bob.post(DELETION, json!({})).await.expect(202).json();
        let later = json!({ "challenge": begun["challenge"], "password": NEW, "when_downloaded": true });
        bob.post(CONFIRM, later).await.expect(202);
        let changed = change(&bob, NEW, "bob-password").await.expect(200).json();
        assert_eq!(changed["stays"], true);
        assert!(world.rows("departures").await.is_empty());
        let bob = anew(&bob, &changed);
        let anew_begun = bob.post(DELETION, json!({})).await.expect(202).json();
        bob.post(CONFIRM, json!({ "challenge": anew_begun["challenge"], "password": "bob-password" })).await.expect(200);
    }
}

on_both! {
    async fn what_is_refused_changes_nothing(world: World) {
        world.to_a_new_day();
        let ada = world.client().join("ada").await;
        let second = sign_in(&world, "ada").await;
        let before = world.rows_but("sessions", &["seen_at"]).await;
        for (password, new, code) in [
            ("wrong", NEW, "password_wrong"),
            ("", NEW, "password_wrong"),
            ("ada-password", "1234567", "password_too_short"),
            ("ada-password", "", "password_too_short"),
            ("ada-password", &"x".repeat(129), "password_too_long"),
            ("ada-password", "ada-password", "password_same"),
        ] {
            let refused = change(&ada, password, new).await.expect(422);
            assert_eq!(refused.code(), code);
            assert!(!refused.text().contains("ada-password"), "it quotes the password");
        }
        change(&world.client(), "ada-password", NEW).await.expect(401);
        for body in [json!({}), json!({ "password": "ada-password" }), json!([]), json!({ "password": 1, "new_password": NEW })] {
            let refused = ada.call("PUT", "/api/v1/me/password", Some(body)).await;
            assert!(matches!(refused.status.as_u16(), 400 | 422), "{}", refused.text());
        }
        assert_eq!(world.rows_but("sessions", &["seen_at"]).await, before);
        // Whoever has the device cannot try for ever, and one kind of trying counts with the other.
        for _ in 2..30 {
            change(&ada, "wrong", NEW).await.expect(422);
        }
        assert_eq!(world.rows("challenges").await.len(), 0);
        change(&ada, "ada-password", NEW).await.expect(429);
        ada.post("/api/v1/sessions/current/password", json!({ "password": "ada-password" })).await.expect(429);
        // That device alone: a stolen one keeps its owner from nothing.
        second.post("/api/v1/sessions/current/password", json!({ "password": "ada-password" })).await.expect(204);
        world.clock.advance_seconds(86_400);
        change(&ada, "ada-password", NEW).await.expect(200);
    }
}

on_both! {
    async fn whoever_signs_in_with_the_old_one_at_that_moment_is_out_again(world: World) {
        for (round, ada, handle) in world.all_join("ada", 4).await {
            let password = format!("{handle}-password");
            // Both have been found right, and wait for the account; which of them is first differs by round.
            let (id, mut held) = (world.id_of(&ada).await, world.app.db.write().await.unwrap());
            assert!(accounts::lock_alone(&mut held, id).await.unwrap());
            let after = |millis| tokio::time::sleep(Duration::from_millis(millis));
            let sign_in = world.client();
            let (changed, signed_in, _) = tokio::join!(
                async { after(150 * (round % 2)).await; change(&ada, &password, NEW).await.expect(200).json() },
                async {
                    after(150 * ((round + 1) % 2)).await;
                    sign_in.post("/api/v1/sessions", json!({ "handle": handle, "password": password })).await
                },
                async { after(450).await; held.commit().await.unwrap() },
            );
            match signed_in.status.as_u16() {
                401 => {}
                201 => { sign_in.with_token(&signed_in.json()).get("/api/v1/me").await.expect(401); }
                other => panic!("{other}"),
            }
            assert_eq!(anew(&ada, &changed).get("/api/v1/me/sessions").await.expect(200).json()["items"].as_array().unwrap().len(), 1);
        }
    }
}

on_both! {
    async fn of_two_at_once_one_is_heard(world: World) {
        let ada = world.client().join("ada").await;
        let second = sign_in(&world, "ada").await;
        let (one, other) = tokio::join!(
            change(&ada, "ada-password", NEW),
            change(&second, "ada-password", "quite another one"),
        );
        let mut answers = [one.status.as_u16(), other.status.as_u16()];
        answers.sort_unstable();
        // The later one finds its session ended; or the password another, where it was let in a moment before.
        assert!(matches!(answers, [200, 401 | 422]), "{} {}", one.text(), other.text());
    }
}

/// The session that an answer's cookie holds.
fn cookie(who: &Client, reply: &Reply) -> Client {
    let line = reply.headers["set-cookie"].to_str().unwrap();
    who.with(line.strip_prefix("outro_session=").and_then(|rest| rest.split(';').next()))
}

on_both! {
    async fn the_page_says_it_and_does_it(world: World) {
        let ada = world.client().join("ada").await;
        assert!(page(&ada, "/settings/account").await.expect(200).text().contains("/settings/password"));
        let asked = page(&ada, "/settings/password").await.expect(200).text();
        assert!(asked.contains("new-password") && asked.contains("current-password") && !asked.contains("one-time-code"));
        let wrong = send_form(&ada, "/settings/password", "password=wrong&new_password=12345678").await.expect(422).text();
        assert!(wrong.contains("The password is not right") && !wrong.contains("12345678"));
        let short = send_form(&ada, "/settings/password", "password=ada-password&new_password=123").await.expect(422).text();
        assert!(short.contains("Use at least 8 characters"));
        let done = send_form(&ada, "/settings/password", "password=ada-password&new_password=12345678").await.expect(303);
        let ada = cookie(&ada, &done);
        let onward = done.headers["location"].to_str().unwrap();
        assert!(page(&ada, onward).await.expect(200).text().contains("Every other device is signed out"));

        let codes = link_phone(&world, &ada, "+491701234567").await;
        let first = page(&ada, "/settings/password").await.expect(200).text();
        assert!(first.contains("•••• 67") && !first.contains("new_password"), "{first}");
        let needed = send_form(&ada, "/settings/password", "password=12345678&new_password=87654321").await.expect(409).text();
        assert!(needed.contains("A code that is sent to your phone"));
        let challenge = begin_lost(&ada).await;
        give(&ada, &challenge, "12345678", &codes[0]).await.expect(202);
        send_form(&ada, "/settings/password/code", "").await.expect(303);
        let asked = page(&ada, "/settings/password").await.expect(200).text();
        let fields = |code: &str| format!("challenge={}&code={code}&password=12345678&new_password=87654321", hidden(&asked, "challenge"));
        let code = world.last_code();
        let wrong = send_form(&ada, "/settings/password", &fields("nine")).await.expect(422).text();
        assert!(wrong.contains("The code is not right") && wrong.contains("one-time-code"));
        let done = send_form(&ada, "/settings/password", &fields(&code)).await.expect(303);
        let ada = cookie(&ada, &done);
        let onward = done.headers["location"].to_str().unwrap();
        assert!(page(&ada, onward).await.expect(200).text().contains("and your account stays"));
        // From outside, and of nobody, it is nothing.
        page(&world.client(), "/settings/password").await.expect(303);
        assert_eq!((opens(&world, "ada", "12345678").await, opens(&world, "ada", "87654321").await), (401, 201));
    }
}

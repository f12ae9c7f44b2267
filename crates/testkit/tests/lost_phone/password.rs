//! A new password: who had the old one has nothing more.

use std::time::Duration;

use outro_store::accounts;

use super::*;

const NEW: &str = "a new and better one";

async fn change(who: &Client, password: &str, new: &str) -> Reply {
    who.call("PUT", "/api/v1/me/password", Some(json!({ "password": password, "new_password": new }))).await
}

async fn opens(world: &World, handle: &str, password: &str) -> u16 {
    let body = json!({ "handle": handle, "password": password });
    world.client().post("/api/v1/sessions", body).await.status.as_u16()
}

fn messages(world: &World) -> Vec<String> {
    let all = world.outbox.messages().into_iter().map(|message| message.text);
    all.filter(|text| !text.contains("tell nobody the code")).collect()
}

on_both! {
    async fn it_signs_every_other_device_out_and_tells_the_phone(world: World) {
        let (ada, _) = with_phone(&world, "ada").await;
        let (second, third) = (sign_in(&world, "ada").await, sign_in(&world, "ada").await);
        let other = world.client().join("other").await;
        world.clock.advance_seconds(901);
        let changed = change(&ada, "ada-password", NEW).await.expect(200).json();
        assert_eq!(changed, json!({ "sessions_ended": 2, "stays": false }));
        for who in [&second, &third] {
            who.get("/api/v1/me").await.expect(401);
        }
        for who in [&ada, &other] {
            who.get("/api/v1/me").await.expect(200);
        }
        assert_eq!((opens(&world, "ada", "ada-password").await, opens(&world, "ada", NEW).await), (401, 201));
        // It was given just now: what asks for a recent one does not ask again.
        ada.post("/api/v1/me/phone", json!({ "number": "+491707654321" })).await.expect(202);

        assert!(messages(&world).is_empty());
        world.run_jobs().await;
        let [text] = messages(&world).try_into().unwrap();
        assert!(text.contains("password") && text.contains("Not you?") && !text.contains("ada"), "{text}");
        world.run_jobs().await;
        assert_eq!(messages(&world).len(), 1);
    }
}

on_both! {
    async fn the_phone_whose_place_another_took_is_told_too(world: World) {
        let (ada, _) = with_phone(&world, "ada").await;
        link_phone(&world, &ada, "+491707654321").await;
        world.run_jobs().await;
        change(&ada, "ada-password", NEW).await.expect(200);
        world.run_jobs().await;
        let told = world.outbox.messages().into_iter().filter(|message| message.text.contains("the password of"));
        let mut numbers: Vec<String> = told.map(|message| message.to.as_str().to_owned()).collect();
        numbers.sort();
        assert_eq!(numbers, ["+491701234567", "+491707654321"]);
    }
}

on_both! {
    async fn what_the_old_one_asked_for_is_taken_back(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        let thief = sign_in(&world, "ada").await;
        leave_lost(&thief, "ada", &codes[0]).await;
        let changed = change(&ada, "ada-password", NEW).await.expect(200).json();
        assert_eq!(changed, json!({ "sessions_ended": 1, "stays": true }));
        assert_eq!(pending(&ada).await, Value::Null);
        world.clock.advance_seconds(WAIT_SECONDS + 1);
        world.settle().await;
        ada.get("/api/v1/me").await.expect(200);

        // Without a phone the password is the proof: what it opened before is shut, for one's own device too.
        let bob = world.client().join("bob").await;
        let begun = bob.post(DELETION, json!({})).await.expect(202).json();
        let later = bob.post(DELETION, json!({})).await.expect(202).json();
        change(&bob, "bob-password", NEW).await.expect(200);
        for asked in [begun, later] {
            for password in ["bob-password", NEW] {
                let proof = json!({ "challenge": asked["challenge"], "password": password });
                assert_eq!(bob.post(CONFIRM, proof).await.expect(409).code(), "code_expired");
            }
        }
        let anew = bob.post(DELETION, json!({})).await.expect(202).json();
        bob.post(CONFIRM, json!({ "challenge": anew["challenge"], "password": NEW })).await.expect(200);
    }
}

on_both! {
    async fn what_is_refused_changes_nothing(world: World) {
        world.to_a_new_day();
        let ada = world.client().join("ada").await;
        sign_in(&world, "ada").await;
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
        assert!(world.rows("jobs").await.iter().all(|job| !job.contains("password")));
        // Whoever has the device cannot try for ever, and one kind of trying counts with the other.
        for _ in 2..30 {
            change(&ada, "wrong", NEW).await.expect(422);
        }
        change(&ada, "ada-password", NEW).await.expect(429);
        ada.post("/api/v1/sessions/current/password", json!({ "password": "ada-password" })).await.expect(429);
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
            let (_, signed_in, _) = tokio::join!(
                async { after(150 * (round % 2)).await; change(&ada, &password, NEW).await.expect(200) },
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
            assert_eq!(ada.get("/api/v1/me/sessions").await.expect(200).json()["items"].as_array().unwrap().len(), 1);
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
        // The later one finds its session ended, or, had it not been, another password.
        assert_eq!(answers, [200, 401], "{} {}", one.text(), other.text());
    }
}

on_both! {
    async fn the_page_says_it_and_does_it(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        assert!(page(&ada, "/settings/account").await.expect(200).text().contains("/settings/password"));
        let asked = page(&ada, "/settings/password").await.expect(200).text();
        assert!(asked.contains("new-password") && asked.contains("current-password"));
        let wrong = send_form(&ada, "/settings/password", "password=wrong&new_password=12345678").await.expect(422).text();
        assert!(wrong.contains("The password is not right") && !wrong.contains("12345678"));
        let short = send_form(&ada, "/settings/password", "password=ada-password&new_password=123").await.expect(422).text();
        assert!(short.contains("Use at least 8 characters"));
        leave_lost(&ada, "ada", &codes[0]).await;
        let done = send_form(&ada, "/settings/password", "password=ada-password&new_password=12345678").await.expect(303);
        let onward = done.headers["location"].to_str().unwrap();
        assert!(page(&ada, onward).await.expect(200).text().contains("and your account stays"));
        let done = send_form(&ada, "/settings/password", "password=12345678&new_password=87654321").await.expect(303);
        let onward = done.headers["location"].to_str().unwrap();
        assert!(page(&ada, onward).await.expect(200).text().contains("Every other device is signed out"));
        // From outside, and of nobody, it is nothing.
        page(&world.client(), "/settings/password").await.expect(303);
        assert_eq!((opens(&world, "ada", "ada-password").await, opens(&world, "ada", "87654321").await), (401, 201));
    }
}

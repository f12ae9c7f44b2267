//! What a code opens, and how often it may be tried.

use super::*;
use outro_courier::Courier;

on_both! {
    async fn a_phone_is_linked_by_the_code_that_was_sent(world: World) {
        let client = world.client().join("ada").await;
        let sent = link(&client, "+49 (151) 123-456.78").await.expect(202).json();
        assert_eq!(sent["sent_to"], "•••• 78");
        let message = world.outbox.messages().remove(0);
        assert_eq!(message.to, NUMBER);
        let code = world.last_code();
        assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
        assert!(message.text.ends_with(&format!("\n\n@outro.test #{code}")), "{}", message.text);
        assert!(message.text.contains("links this phone"), "{}", message.text);
        assert_eq!(client.get("/api/v1/me").await.json()["phone"], Value::Null, "linked before it was verified");
        let spaced = format!(" {}-{} ", &code[..3], &code[3..]);
        assert_eq!(verify(&client, &sent["challenge"], &spaced).await.expect(200).json()["phone"], "•••• 78");
        assert_eq!(client.get("/api/v1/me").await.json()["phone"], "•••• 78");
    }
}

on_both! {
    async fn the_code_for_leaving_says_so_and_goes_to_the_linked_phone(world: World) {
        let client = world.client().join("ada").await;
        linked(&world, &client, NUMBER).await;
        linked(&world, &client, "+4915187654321").await;
        let begun = begin(&client).await.expect(202).json();
        assert_eq!((&begun["proof"], &begun["sent_to"]), (&json!("code"), &json!("•••• 21")));
        let message = world.outbox.messages().remove(0);
        assert_eq!(message.to, "+4915187654321");
        assert!(message.text.contains("DELETES your account"), "{}", message.text);
        // Not at once: it took the place of another.
        confirm(&client, &begun["challenge"], &world.last_code()).await.expect(202);
    }
}

on_both! {
    async fn digits_of_any_script_are_digits(world: World) {
        let eastern = |text: &str| -> String {
            text.chars().map(|c| c.to_digit(10).map_or(c, |digit| char::from_u32(0x660 + digit).unwrap())).collect()
        };
        let client = world.client().join("ada").await;
        let challenge = challenge(link(&client, &eastern(NUMBER)).await);
        assert_eq!(world.outbox.messages()[0].to, NUMBER);
        verify(&client, &challenge, &eastern(&world.last_code())).await.expect(200);
    }
}

on_both! {
    async fn codes_differ(world: World) {
        let world = world.with_settings(|settings| settings.rate_limits = false);
        let client = world.client().join("ada").await;
        let mut codes = std::collections::BTreeSet::new();
        for _ in 0..20 {
            link(&client, NUMBER).await.expect(202);
            codes.insert(world.last_code());
        }
        assert!(codes.len() > 18, "{codes:?}");
    }
}

on_both! {
    async fn numbers_of_another_form_are_refused(world: World) {
        let client = world.client().join("ada").await;
        for number in ["", "0151 2345678", "+0151 2345678", "+123", "+1234567890123456", "+49151abc5678", "112", "+49 151 ٤x٥٦٧", "4915112345678"] {
            let refused = link(&client, number).await.expect(422);
            assert_eq!(refused.code(), "number_invalid", "{number}");
        }
        assert!(world.outbox.messages().is_empty());
        assert!(world.rows("challenges").await.is_empty());
    }
}

on_both! {
    async fn a_code_opens_once(world: World) {
        let client = world.client().join("ada").await;
        let challenge = challenge(link(&client, NUMBER).await);
        let code = world.last_code();
        verify(&client, &challenge, &code).await.expect(200);
        assert_eq!(verify(&client, &challenge, &code).await.expect(409).code(), "code_expired");
    }
}

on_both! {
    async fn a_code_opens_for_five_minutes(world: World) {
        let client = world.client().join("ada").await;
        for (seconds, status) in [(299, 200), (300, 409)] {
            let sent = link(&client, NUMBER).await.expect(202).json();
            let end = outro_model::Clock::now(&*world.clock).plus_seconds(300).rfc3339();
            assert_eq!(sent["expires_at"], end);
            world.clock.advance_seconds(seconds);
            let reply = verify(&client, &sent["challenge"], &world.last_code()).await;
            assert_eq!(reply.status, status, "after {seconds} s");
        }
    }
}

on_both! {
    async fn a_code_has_five_tries(world: World) {
        let client = world.client().join("ada").await;
        let challenge = challenge(link(&client, NUMBER).await);
        let code = world.last_code();
        for number in 1..=5 {
            let wrong = verify(&client, &challenge, &other_than(&code)).await.expect(422);
            assert_eq!(wrong.code(), "code_wrong", "try {number}");
        }
        assert_eq!(verify(&client, &challenge, &code).await.expect(409).code(), "code_expired");
        assert_eq!(client.get("/api/v1/me").await.json()["phone"], Value::Null);
    }
}

on_both! {
    async fn the_fifth_try_may_be_the_right_one(world: World) {
        let client = world.client().join("ada").await;
        let challenge = challenge(link(&client, NUMBER).await);
        let code = world.last_code();
        for wrong in ["", "000", "1234567", &other_than(&code)] {
            verify(&client, &challenge, wrong).await.expect(422);
        }
        verify(&client, &challenge, &code).await.expect(200);
    }
}

on_both! {
    async fn a_code_is_for_one_purpose(world: World) {
        let client = world.client().join("ada").await;
        linked(&world, &client, NUMBER).await;
        let for_linking = challenge(link(&client, NUMBER).await);
        let linking_code = world.last_code();
        let for_leaving = challenge(begin(&client).await);
        let leaving_code = world.last_code();
        for code in [&linking_code, &leaving_code] {
            assert_eq!(confirm(&client, &for_linking, code).await.expect(409).code(), "code_expired");
            assert_eq!(verify(&client, &for_leaving, code).await.expect(409).code(), "code_expired");
        }
        // Nor does the code of one challenge open another, and none of that has spent a try.
        if linking_code != leaving_code {
            assert_eq!(confirm(&client, &for_leaving, &linking_code).await.expect(422).code(), "code_wrong");
        }
        verify(&client, &for_linking, &linking_code).await.expect(200);
        confirm(&client, &for_leaving, &leaving_code).await.expect(200);
    }
}

on_both! {
    async fn a_code_is_for_one_account(world: World) {
        let (ada, eve) = (world.client().join("ada").await, world.client().join("eve").await);
        let theirs = challenge(link(&ada, NUMBER).await);
        let code = world.last_code();
        let own = challenge(link(&eve, NUMBER).await);
        assert_eq!(verify(&eve, &theirs, &code).await.expect(409).code(), "code_expired");
        if code != world.last_code() {
            verify(&eve, &own, &code).await.expect(422);
        }
        verify(&ada, &theirs, &code).await.expect(200);
        assert_eq!(eve.get("/api/v1/me").await.json()["phone"], Value::Null);
    }
}

on_both! {
    async fn only_the_last_code_counts(world: World) {
        let client = world.client().join("ada").await;
        let first = challenge(link(&client, NUMBER).await);
        let first_code = world.last_code();
        world.clock.advance_seconds(30);
        let second = challenge(link(&client, NUMBER).await);
        verify(&client, &first, &first_code).await.expect(409);
        verify(&client, &first, &world.last_code()).await.expect(409);
        verify(&client, &second, &world.last_code()).await.expect(200);
    }
}

on_both! {
    async fn what_is_no_challenge_opens_nothing(world: World) {
        let client = world.client().join("ada").await;
        link(&client, NUMBER).await.expect(202);
        for wrong in [json!(""), json!("x"), json!("AAAAAAAAAAAAAAAAAAAAAA")] {
            assert_eq!(verify(&client, &wrong, &world.last_code()).await.expect(409).code(), "code_expired");
        }
    }
}

on_both! {
    async fn two_accounts_may_have_one_number(world: World) {
        let (ada, eve) = (world.client().join("ada").await, world.client().join("eve").await);
        linked(&world, &ada, NUMBER).await;
        linked(&world, &eve, NUMBER).await;
        assert_eq!(ada.get("/api/v1/me").await.json()["phone"], "•••• 78");
    }
}

on_both! {
    async fn linking_takes_a_recent_password(world: World) {
        let client = world.client().join("ada").await;
        world.clock.advance_seconds(900);
        link(&client, NUMBER).await.expect(202);
        world.clock.advance_seconds(1);
        assert_eq!(link(&client, NUMBER).await.expect(403).code(), "password_needed");
        let again = async |password: &str| {
            client.post("/api/v1/sessions/current/password", json!({"password": password})).await
        };
        assert_eq!(again("a wrong one").await.expect(422).code(), "password_wrong");
        assert_eq!(link(&client, NUMBER).await.expect(403).code(), "password_needed");
        again("ada-password").await.expect(204);
        world.clock.advance_seconds(899);
        link(&client, NUMBER).await.expect(202);
    }
}

on_both! {
    async fn a_password_given_on_one_device_is_recent_on_that_one_alone(world: World) {
        let first = world.client().join("ada").await;
        world.clock.advance_seconds(901);
        let token = world.client().post("/api/v1/sessions", json!({"handle": "ada", "password": "ada-password"})).await;
        let second = world.client().with_token(&token.expect(201).json());
        link(&first, NUMBER).await.expect(403);
        link(&second, NUMBER).await.expect(202);
    }
}

on_both! {
    async fn without_a_gateway_no_phone_is_linked_and_the_password_is_enough_to_leave(world: World) {
        let client = world.client().join("ada").await;
        linked(&world, &client, NUMBER).await;
        let mut silent = world.with_settings(|_| {});
        silent.app.courier = Courier::Nothing;
        let client = silent.client().with_token(&json!(client.token));
        assert_eq!(link(&client, NUMBER).await.expect(503).code(), "no_gateway");
        let begun = begin(&client).await.expect(202).json();
        assert_eq!((&begun["proof"], &begun["sent_to"]), (&json!("password"), &Value::Null));
        let with = |password: &str| json!({"challenge": begun["challenge"], "password": password});
        client.post("/api/v1/me/deletion/confirm", with("wrong password")).await.expect(422);
        client.post("/api/v1/me/deletion/confirm", with("ada-password")).await.expect(200);
    }
}

on_both! {
    async fn a_password_does_not_stand_in_for_a_code(world: World) {
        let client = world.client().join("ada").await;
        linked(&world, &client, NUMBER).await;
        let begun = challenge(begin(&client).await);
        let body = json!({"challenge": begun, "password": "ada-password"});
        client.post("/api/v1/me/deletion/confirm", body).await.expect(422);
        client.get("/api/v1/me").await.expect(200);
        let nothing = json!({"challenge": begun});
        client.post("/api/v1/me/deletion/confirm", nothing).await.expect(422);
    }
}

//! Recovery codes: how they come, end and are guarded.

use super::*;

on_both! {
    async fn they_come_with_the_phone_and_end_with_the_next(world: World) {
        let ada = world.client().join("ada").await;
        assert_eq!(codes_left(&ada).await, 0);
        let none = ada.call("POST", "/api/v1/me/recovery-codes", None).await.expect(409);
        assert_eq!(none.code(), "no_phone");
        let first = link_phone(&world, &ada, "+491701234567").await;
        assert_eq!((first.len(), codes_left(&ada).await), (10, 10));
        let distinct: std::collections::BTreeSet<_> = first.iter().collect();
        assert_eq!(distinct.len(), 10);
        let letters = |code: &String| code.chars().filter(char::is_ascii_alphanumeric).count();
        assert!(first.iter().all(|code| letters(code) * 5 >= 80), "{first:?}");

        // New ones take the phone in hand, and end those from before.
        let sent = ada.call("POST", "/api/v1/me/recovery-codes", None).await.expect(202).json();
        assert_eq!(sent["sent_to"].as_str().unwrap().chars().rev().take(2).collect::<String>(), "76");
        assert_eq!(codes_left(&ada).await, 10);
        let second = codes_of(&verify(&world, &ada, &sent).await);
        assert!(first.iter().all(|code| !second.contains(code)));
        let challenge = begin_lost(&ada).await;
        give(&ada, &challenge, "ada-password", &first[0]).await.expect(422);
        give(&ada, &challenge, "ada-password", &second[0]).await.expect(202);
        assert_eq!(codes_left(&ada).await, 9);
    }
}

on_both! {
    async fn they_stand_nowhere(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        let plain: Vec<String> = codes.iter().flat_map(|code| [code.clone(), code.replace('-', "")]).collect();
        let rows = world.everything().await.join("\n");
        assert!(plain.iter().all(|code| !rows.contains(code)));
        for path in world.files() {
            let bytes = std::fs::read(&path).unwrap_or_default();
            for code in &plain {
                let found = bytes.windows(code.len()).any(|window| window == code.as_bytes());
                assert!(!found, "a code in {}", path.display());
            }
        }
        // They go with their owner, without a trace.
        let begun = ada.post(DELETION, json!({})).await.expect(202).json();
        let proof = json!({ "challenge": begun["challenge"], "code": world.last_code() });
        ada.post(CONFIRM, proof).await.expect(200);
        world.settle().await;
        assert!(world.rows("recovery_codes").await.is_empty());
    }
}

on_both! {
    async fn new_ones_take_a_recent_password(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        world.clock.advance_seconds(16 * 60);
        ada.call("POST", "/api/v1/me/recovery-codes", None).await.expect(403);
        assert_eq!(codes.len() as i64, codes_left(&ada).await);
    }
}

on_both! {
    async fn a_wrong_one_and_a_wrong_password_answer_alike(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        let challenge = begin_lost(&ada).await;
        let mut answers = Vec::new();
        let right = codes[0].as_str();
        for (password, code) in [("another password", right), ("ada-password", "0000-0000-0000-0000"), ("", "")] {
            let answer = give(&ada, &challenge, password, code).await.expect(422);
            assert_eq!(answer.json()["errors"][0]["code"], "recovery_wrong", "{}", answer.text());
            answers.push(answer.text());
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        assert_eq!((codes_left(&ada).await, pending(&ada).await), (10, Value::Null));
        // Five tries a challenge; after that also the right one is refused.
        for _ in 0..2 {
            give(&ada, &challenge, "ada-password", "0000-0000-0000-0000").await.expect(422);
        }
        let over = give(&ada, &challenge, "ada-password", &codes[0]).await.expect(409);
        assert_eq!(over.code(), "took_too_long");
        // Fifty a day; and none of that is in the way of leaving as ever.
        for tries in [5; 9] {
            let challenge = begin_lost(&ada).await;
            for _ in 0..tries {
                give(&ada, &challenge, "ada-password", "0000-0000-0000-0000").await.expect(422);
            }
        }
        let challenge = begin_lost(&ada).await;
        // Five were spent above: the one that came too late for its challenge was none.
        let used_up = give(&ada, &challenge, "ada-password", &codes[0]).await;
        assert_eq!(used_up.code(), "rate_limited", "{}", used_up.text());
        let begun = ada.post(DELETION, json!({})).await.expect(202).json();
        let proof = json!({ "challenge": begun["challenge"], "code": world.last_code() });
        ada.post(CONFIRM, proof).await.expect(200);
        world.settle().await;
    }
}

on_both! {
    async fn each_proof_answers_its_own_question_alone(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        let usual = ada.post(DELETION, json!({})).await.expect(202).json();
        let code = world.last_code();
        let lost = begin_lost(&ada).await;
        let usual = usual["challenge"].as_str().unwrap();
        // Neither the password alone nor the code by message answers what asks for both; nor the other way round.
        ada.post(CONFIRM, json!({ "challenge": lost, "password": "ada-password" })).await.expect(409);
        ada.post(CONFIRM, json!({ "challenge": lost, "code": code })).await.expect(409);
        let later = json!({ "challenge": lost, "password": "ada-password", "when_downloaded": true });
        ada.post(CONFIRM, later).await.expect(409);
        give(&ada, usual, "ada-password", &codes[0]).await.expect(409);
        ada.get("/api/v1/me").await.expect(200);
        assert_eq!((codes_left(&ada).await, pending(&ada).await), (10, Value::Null));
        // Codes of somebody else are none.
        let bob = world.client().join("bob").await;
        let his = link_phone(&world, &bob, "+491701234568").await;
        give(&ada, &lost, "ada-password", &his[0]).await.expect(422);
        give(&ada, &lost, "ada-password", &codes[0].to_lowercase().replace('-', " ")).await.expect(202);
    }
}

on_both! {
    async fn without_a_phone_or_without_codes(world: World) {
        let anyone = world.client();
        let bob = anyone.join("bob").await;
        // No phone is linked: the password is enough, as ever, and at once.
        let begun = bob.post(DELETION, json!({ "lost_phone": true })).await.expect(202).json();
        assert_eq!(begun["proof"], "password");
        let proof = json!({ "challenge": begun["challenge"], "password": "bob-password" });
        bob.post(CONFIRM, proof).await.expect(200);
        world.settle().await;
        // All are used up: each of them was stopped.
        let (ada, codes) = with_phone(&world, "ada").await;
        for code in &codes {
            leave_lost(&ada, "ada", code).await;
            ada.call("DELETE", DELETION, None).await.expect(204);
        }
        assert_eq!(codes_left(&ada).await, 0);
        let refused = ada.post(DELETION, json!({ "lost_phone": true })).await.expect(409);
        assert_eq!(refused.code(), "no_recovery_codes");
    }
}

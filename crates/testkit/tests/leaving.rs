//! Leaving for good, on both engines: what answers what, and what is left.

use outro_app::erasure::note;
use outro_model::{Clock as _, EventKind};
use outro_store::erasure::BATCH;
use outro_store::events;
use outro_testkit::{Client, World, clip, on_both};
use serde_json::{Value, json};

async fn link_phone(world: &World, who: &Client, number: &str) {
    let sent = who.post("/api/v1/me/phone", json!({ "number": number })).await.expect(202).json();
    let proof = json!({ "challenge": sent["challenge"], "code": world.last_code() });
    who.post("/api/v1/me/phone/verify", proof).await.expect(200);
}

/// Leaves by code; the answer.
async fn leave(world: &World, who: &Client) -> Value {
    let begun = who.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    assert_eq!(begun["proof"], "code");
    let proof = json!({ "challenge": begun["challenge"], "code": world.last_code() });
    who.post("/api/v1/me/deletion/confirm", proof).await.expect(200).json()
}

async fn ready_video(world: &World, who: &Client, caption: &str) -> Value {
    let taken = who.upload(clip(), &[("caption", caption)]).await.expect(202).json();
    world.run_jobs().await;
    let id = taken["video"]["id"].as_str().unwrap().to_owned();
    let video = who.get(&format!("/api/v1/videos/{id}")).await.expect(200).json();
    assert_eq!(video["state"], "ready");
    video
}

on_both! {
    async fn gone_is_what_never_was(world: World) {
        let anyone = world.client();
        let (ada, bob) = (anyone.join("ada").await, anyone.join("bob").await);
        let video = ready_video(&world, &ada, "goodbye").await;
        let id = video["id"].as_str().unwrap().to_owned();
        bob.call("PUT", &format!("/api/v1/videos/{id}/like"), None).await.expect(200);
        link_phone(&world, &ada, "+491701234567").await;
        leave(&world, &ada).await;

        // Before any job has run, and after: the answers are those for what never was.
        for _ in 0..2 {
            for who in [&anyone, &bob] {
                for (gone, never) in [
                    ("/api/v1/accounts/ada".to_owned(), "/api/v1/accounts/nil".to_owned()),
                    ("/api/v1/accounts/ada/videos".into(), "/api/v1/accounts/nil/videos".into()),
                    ("/@ada".into(), "/@nil".into()),
                    (format!("/v/{id}"), "/v/AAAAAAAAAAAAAAAAAAAAAA".into()),
                    (format!("/api/v1/videos/{id}"), "/api/v1/videos/AAAAAAAAAAAAAAAAAAAAAA".into()),
                    (format!("/media/{id}/video.mp4"), "/media/AAAAAAAAAAAAAAAAAAAAAA/video.mp4".into()),
                    (format!("/media/{id}/cover.jpg"), "/media/AAAAAAAAAAAAAAAAAAAAAA/cover.jpg".into()),
                    (format!("/media/{id}/original"), "/media/AAAAAAAAAAAAAAAAAAAAAA/original".into()),
                ] {
                    let (gone, never) = (who.get(&gone).await, who.get(&never).await);
                    assert_eq!((gone.status.as_u16(), gone.text()), (404, never.text()));
                    assert_eq!(gone.headers, never.headers);
                }
                assert_eq!(who.get("/api/v1/feed/for-you").await.json()["items"], json!([]));
            }
            ada.get("/api/v1/me").await.expect(401);
            let sign_in = |handle: &str| {
                let body = json!({ "handle": handle, "password": "ada-password" });
                let anyone = anyone.clone();
                async move { anyone.post("/api/v1/sessions", body).await.expect(401).text() }
            };
            assert_eq!(sign_in("ada").await, sign_in("nil").await);
            world.settle().await;
        }
    }
}

on_both! {
    async fn the_handle_stays_taken_and_nobody_can_tell_why(world: World) {
        let anyone = world.client();
        let ada = anyone.join("ada").await;
        anyone.join("bob").await;
        link_phone(&world, &ada, "+491701234567").await;
        leave(&world, &ada).await;
        world.settle().await;
        let join = |handle: &'static str| {
            let anyone = anyone.clone();
            let body = json!({ "handle": handle, "password": "12345678", "birth_date": "1990-01-01" });
            async move { anyone.post("/api/v1/accounts", body).await.expect(409).text() }
        };
        let (erased, live, reserved) = (join("ada").await, join("bob").await, join("admin").await);
        assert_eq!(erased, live);
        assert_eq!(erased, reserved);
    }
}

on_both! {
    async fn the_receipt_proves_it_and_names_nobody(world: World) {
        let anyone = world.client();
        let ada = anyone.join("ada.lovelace").await;
        ready_video(&world, &ada, "one").await;
        link_phone(&world, &ada, "+491701234567").await;
        let left = leave(&world, &ada).await;
        let address = format!("/api/v1/receipts/{}", left["receipt"]["id"].as_str().unwrap());
        let early = anyone.get(&address).await.expect(200).json();
        assert_eq!((early["state"].as_str(), early["note"].as_str()), (Some("erasing"), None));
        world.settle().await;
        let receipt = anyone.get(&address).await.expect(200).json();
        assert_eq!((&receipt["state"], &receipt["progress"]), (&json!("complete"), &json!(1.0)));
        let (signed, key) = (receipt["note"].as_str().unwrap(), receipt["verifier_key"].as_str().unwrap());
        let text = note::verify(signed, key).unwrap();
        let field = |value: &Value| value.as_str().unwrap().to_owned();
        let (nonce, account) = (field(&left["receipt"]["nonce"]), field(&left["account_id"]));
        note::is_mine(text, &nonce, &account, "ada.lovelace").unwrap();
        assert_eq!(note::is_mine(text, &nonce, &account, "ada"), Err(note::Unproved::Commitment));
        // A shorter piece, such as "ada", stands in hexadecimal numbers by chance.
        let named = ["ada.love", "lovelace", &account, &nonce].iter().any(|name| signed.contains(name));
        assert!(!named, "{signed}");
        assert!(text.contains(" blobs=5 ") && text.contains(" videos=1"), "{text}");
        for place in 0..signed.len() {
            let mut bytes = signed.as_bytes().to_vec();
            bytes[place] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            assert!(note::verify(&changed, key).is_err(), "a flipped bit at {place} was not seen");
        }
        anyone.get(&format!("/api/v1/receipts/{}", "0".repeat(64))).await.expect(404);
    }
}

on_both! {
    async fn without_a_phone_the_password_is_the_proof(world: World) {
        let ada = world.client().join("ada").await;
        assert_eq!(ada.get("/api/v1/me/deletion").await.expect(200).json()["proof"], "password");
        let begun = ada.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
        let confirm = |password: &str| json!({ "challenge": begun["challenge"], "password": password });
        let wrong = ada.post("/api/v1/me/deletion/confirm", confirm("not it at all")).await.expect(422);
        assert_eq!(wrong.code(), "password_wrong");
        // A code is no proof where the password is asked for.
        let code = json!({ "challenge": begun["challenge"], "code": "000000" });
        ada.post("/api/v1/me/deletion/confirm", code).await.expect(422);
        ada.get("/api/v1/me").await.expect(200);
        ada.post("/api/v1/me/deletion/confirm", confirm("ada-password")).await.expect(200);
        ada.get("/api/v1/me").await.expect(401);
        world.settle().await;
    }
}

on_both! {
    async fn a_wrong_old_or_foreign_code_changes_nothing(world: World) {
        let anyone = world.client();
        let (ada, bob) = (anyone.join("ada").await, anyone.join("bob").await);
        link_phone(&world, &ada, "+491701234567").await;
        link_phone(&world, &bob, "+491701234568").await;
        let begun = ada.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
        let code = world.last_code();
        let confirm = |code: &str| json!({ "challenge": begun["challenge"], "code": code });
        let other = if code == "000000" { "000001" } else { "000000" };
        assert_eq!(ada.post("/api/v1/me/deletion/confirm", confirm(other)).await.expect(422).code(), "code_wrong");
        bob.post("/api/v1/me/deletion/confirm", confirm(&code)).await.expect(409);
        world.clock.advance_seconds(301);
        assert_eq!(ada.post("/api/v1/me/deletion/confirm", confirm(&code)).await.expect(409).code(), "code_expired");
        ada.get("/api/v1/me").await.expect(200);
        bob.get("/api/v1/me").await.expect(200);
        world.settle().await;
    }
}

on_both! {
    async fn likes_are_taken_back_before_the_receipt(world: World) {
        let anyone = world.client();
        let (ada, bob) = (anyone.join("ada").await, anyone.join("bob").await);
        let video = ready_video(&world, &bob, "liked").await;
        let address = format!("/api/v1/videos/{}", video["id"].as_str().unwrap());
        for who in [&ada, &bob] {
            who.call("PUT", &format!("{address}/like"), None).await.expect(200);
        }
        link_phone(&world, &ada, "+491701234567").await;
        leave(&world, &ada).await;
        world.settle().await;
        assert_eq!(anyone.get(&address).await.expect(200).json()["like_count"], 1);
    }
}

on_both! {
    async fn what_is_more_than_a_transaction_takes_is_counted_once(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let (account, now, many) = (world.id_of(&ada).await, world.clock.now(), 4 * BATCH + 3);
        bob.call("PUT", "/api/v1/accounts/ada/follow", None).await.expect(200);
        ada.call("PUT", "/api/v1/accounts/bob/follow", None).await.expect(200);
        let mut tx = world.app.db.write().await.unwrap();
        let told = events::last(&mut tx, account).await.unwrap();
        for _ in 0..many {
            events::note(&mut tx, account, EventKind::Notifications, (None, None), now).await.unwrap();
        }
        tx.commit().await.unwrap();
        link_phone(&world, &ada, "+491701234567").await;
        let left = leave(&world, &ada).await;
        world.settle().await;
        let receipt = world.client().get(&format!("/api/v1/receipts/{}", left["receipt"]["id"].as_str().unwrap())).await;
        let receipt = receipt.expect(200).json();
        assert_eq!(receipt["state"], "complete");
        let erased = receipt["note"].as_str().unwrap().lines().find_map(|line| line.strip_prefix("erased: ")).unwrap();
        let counts: Vec<&str> = erased.split(' ').collect();
        for count in [format!("events={}", told + many), "follows=2".into(), "accounts=1".into()] {
            assert!(counts.contains(&count.as_str()), "{count}: {erased}");
        }
    }
}

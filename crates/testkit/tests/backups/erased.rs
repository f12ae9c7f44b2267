//! Erased after the backup: gone after the restore.

use super::*;
use outro_app::erasure::note;
use outro_store::erasure::{Subject, residue};

/// What of an account is left in the database and the store of objects.
async fn left_of(world: &World, account: outro_model::AccountId, key_id: [u8; 16]) -> Vec<String> {
    let subject = Subject { account, key_id };
    let tables = residue(&mut world.app.db.read().await.unwrap(), &subject).await.unwrap();
    let mut left: Vec<String> = tables.into_iter().map(str::to_owned).collect();
    if world.app.blobs.home_exists(account).await.unwrap() {
        left.push("files".into());
    }
    left
}

async fn message(from: &Client, to: &str, text: &str) {
    let said = from.post("/api/v1/conversations", json!({ "to": [to], "text": text })).await;
    assert!(said.status.is_success(), "{}", said.text());
}

on_both! {
    async fn who_left_after_the_backup_is_gone_after_the_restore(world: World) {
        let folder = shelf();
        let anyone = world.client();
        let (ada, bob) = (anyone.join("ada").await, anyone.join("bob").await);
        let early = anyone.join("early").await;
        ada.call("PATCH", "/api/v1/me", Some(json!({ "display_name": "MarkName", "bio": "MarkBio" }))).await.expect(200);
        let hers = world.plant(&ada, b"her bytes").await;
        let his = world.plant(&bob, b"his bytes").await;
        let path = format!("/api/v1/videos/{his}/comments");
        ada.post(&path, json!({ "text": "MarkComment" })).await.expect(201);
        ada.call("PUT", &format!("/api/v1/videos/{his}/like"), None).await.expect(200);
        bob.call("PUT", "/api/v1/accounts/ada/follow", None).await.expect(200);
        message(&bob, "ada", "hello").await;
        message(&ada, "bob", "MarkMessage").await;
        let (ada_id, early_id) = (world.id_of(&ada).await, world.id_of(&early).await);
        let ada_key = *world.app.vault.account(ada_id).await.unwrap().unwrap().key_id().as_bytes();
        let early_receipt = confirm_leaving(&early, "early-password").await;
        world.settle().await;
        let index = world.app.vault.handle_index(&"ada".parse().unwrap());

        take(&world, folder.path()).await;
        let ended_at = {
            let receipt_id = confirm_leaving(&ada, "ada-password").await;
            world.settle().await;
            let complete = receipt(&world, &receipt_id).await;
            assert_eq!(complete["state"], "complete");
            (receipt_id, complete)
        };
        anyone.join("late").await;

        let again = restored(&world, folder.path()).await;
        let now = again.client();
        now.get("/api/v1/accounts/ada").await.expect(404);
        now.get(&format!("/media/{hers}/video.mp4")).await.expect(404);
        now.get(&format!("/api/v1/videos/{hers}")).await.expect(404);
        now.post("/api/v1/sessions", json!({ "handle": "ada", "password": "ada-password" })).await.expect(401);
        assert_eq!(left_of(&again, ada_id, ada_key).await, Vec::<String>::new());
        assert_eq!(left_of(&again, early_id, [0; 16]).await, Vec::<String>::new());
        let entry = outro_store::accounts::handle_entry(&mut again.app.db.read().await.unwrap(), &index).await.unwrap();
        assert!(entry.is_none(), "the index still holds her handle");
        // Nobody gets her handle, and the answer is the one for a taken name.
        let join = |handle: &str| json!({ "handle": handle, "password": "long enough", "birth_date": "1990-05-05" });
        let (hers_now, taken) = (now.post("/api/v1/accounts", join("ada")).await, now.post("/api/v1/accounts", join("bob")).await);
        assert_eq!((hers_now.status, hers_now.text()), (taken.status, taken.text()));
        assert_eq!(taken.status.as_u16(), 409);
        // Her receipt and the one from before are there, as they were.
        assert_eq!(receipt(&again, &ended_at.0).await, ended_at.1);
        assert_eq!(receipt(&again, &early_receipt).await["state"], "complete");
        let (text, key) = (ended_at.1["note"].as_str().unwrap(), ended_at.1["verifier_key"].as_str().unwrap());
        note::verify(text, key).unwrap();
        // Who stayed is there, with his things; her comment and her like are not.
        now.get("/api/v1/me").await.expect(401);
        let bob = sign_in(&again, "bob").await;
        assert_eq!(bob.get(&format!("/media/{his}/video.mp4")).await.expect(200).body, b"his bytes");
        let video = bob.get(&format!("/api/v1/videos/{his}")).await.expect(200).json();
        assert_eq!((&video["like_count"], &video["comment_count"]), (&json!(0), &json!(0)), "{video}");
        assert!(!bob.get(&path).await.expect(200).text().contains("MarkComment"));
        let inbox = bob.get("/api/v1/conversations").await.expect(200).text();
        assert!(inbox.contains("MarkMessage") && inbox.contains("Unavailable"), "{inbox}");
        // Nobody is signed in by a token from before, not even one that was ended since.
        let stale = again.client().with(ada.token.as_deref());
        stale.get("/api/v1/me").await.expect(401);
        // Who joined after the backup is lost, and can join again.
        now.get("/api/v1/accounts/late").await.expect(404);
        now.join("late").await;
        again.settle().await;
    }
}

on_both! {
    async fn an_erasure_that_was_not_complete_ends_with_its_receipt(world: World) {
        let folder = shelf();
        let ada = world.client().join("ada").await;
        world.client().join("bob").await;
        world.plant(&ada, b"her bytes").await;
        let id = world.id_of(&ada).await;
        take(&world, folder.path()).await;
        // Confirmed, and then everything is lost before any job has run.
        let receipt_id = confirm_leaving(&ada, "ada-password").await;
        let again = restored(&world, folder.path()).await;
        assert_eq!(left_of(&again, id, [0; 16]).await, Vec::<String>::new(), "gone before anything is served");
        assert_eq!(receipt(&again, &receipt_id).await["state"], "erasing");
        again.settle().await;
        let complete = receipt(&again, &receipt_id).await;
        assert_eq!(complete["state"], "complete");
        let text = complete["note"].as_str().unwrap();
        note::verify(text, complete["verifier_key"].as_str().unwrap()).unwrap();
        assert!(line(text, "erased: ").contains("accounts=1"), "{text}");
        let body = json!({ "handle": "ada", "password": "long enough", "birth_date": "1990-05-05" });
        again.client().post("/api/v1/accounts", body).await.expect(409);
    }
}

on_both! {
    async fn one_that_was_under_way_at_the_backup_ends_too(world: World) {
        let folder = shelf();
        let ada = world.client().join("ada").await;
        world.client().join("bob").await;
        let id = world.id_of(&ada).await;
        let receipt_id = confirm_leaving(&ada, "ada-password").await;
        take(&world, folder.path()).await;
        world.settle().await;
        let signed = receipt(&world, &receipt_id).await;
        let again = restored(&world, folder.path()).await;
        assert_eq!(left_of(&again, id, [0; 16]).await, Vec::<String>::new());
        again.settle().await;
        assert_eq!(receipt(&again, &receipt_id).await, signed, "the receipt that was signed stays");
    }
}

on_both! {
    async fn conversations_that_ended_since_end_again(world: World) {
        let folder = shelf();
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        message(&ada, "bob", "one").await;
        take(&world, folder.path()).await;
        confirm_leaving(&ada, "ada-password").await;
        world.settle().await;
        confirm_leaving(&bob, "bob-password").await;
        world.client().join("stays").await;
        world.settle().await;
        let again = restored(&world, folder.path()).await;
        for table in ["messages", "members", "conversations", "accounts", "videos", "blobs"] {
            assert_eq!(again.rows(table).await, Vec::<String>::new(), "{table}");
        }
    }
}

on_both! {
    async fn keys_of_those_who_are_lost_go_when_no_later_backup_can_be_put_back(world: World) {
        let folder = shelf();
        world.client().join("bob").await;
        take(&world, folder.path()).await;
        let late = world.client().join("late").await;
        let id = world.id_of(&late).await;
        let again = restored(&world, folder.path()).await;
        again.app.vault.backups().await.unwrap();
        backup::sweep(&again.app).await.unwrap();
        assert!(again.app.vault.account(id).await.unwrap().is_some(), "a later backup would need it");
        again.clock.advance_seconds(35 * 86_400 + 1);
        backup::sweep(&again.app).await.unwrap();
        assert!(again.app.vault.account(id).await.unwrap().is_none());
        sign_in(&again, "bob").await;
    }
}

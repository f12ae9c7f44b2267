//! The log of erasures, as everybody may read it.

use axum::http::HeaderMap;
use outro_app::erasure::note;
use outro_testkit::{Client, World, on_both};
use outro_tlog::{Proof, Verifier, open_note};
use serde_json::{Value, json};

/// Leaves by password; the receipt's document once it is complete.
async fn left(world: &World, handle: &str) -> Value {
    let who = world.client().join(handle).await;
    let begun = who.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    let proof = json!({ "challenge": begun["challenge"], "password": format!("{handle}-password") });
    let left = who.post("/api/v1/me/deletion/confirm", proof).await.expect(200).json();
    let address = format!("/api/v1/receipts/{}", left["receipt"]["id"].as_str().unwrap());
    let early = world.client().get(&address).await.expect(200).json();
    assert_eq!((&early["note"], &early["proof"]), (&Value::Null, &Value::Null));
    world.settle().await;
    world.client().get(&address).await.expect(200).json()
}

fn field<'a>(text: &'a str, name: &str) -> &'a str {
    text.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim_start_matches(": ")
}

async fn size(anyone: &Client) -> u64 {
    anyone.get("/log/checkpoint").await.expect(200).text().lines().nth(1).unwrap().parse().unwrap()
}

on_both! {
    async fn every_receipt_is_proved_to_be_in_it(world: World) {
        let anyone = world.client();
        assert_eq!(size(&anyone).await, 0);
        let mut receipts = Vec::new();
        for handle in ["ada", "bob", "cat"] {
            receipts.push(left(&world, handle).await);
        }
        assert_eq!(size(&anyone).await, 3);
        let checkpoint = anyone.get("/log/checkpoint").await.expect(200).text();
        for (place, receipt) in receipts.iter().enumerate() {
            let text = note::verify(receipt["note"].as_str().unwrap(), receipt["verifier_key"].as_str().unwrap()).unwrap();
            let log = Verifier::parse(field(text, "log")).unwrap();
            assert_eq!(log.name, "outro.test/log");
            assert_eq!(open_note(&checkpoint, &log).unwrap().lines().next(), Some("outro.test/log"));
            let proof = receipt["proof"].as_str().unwrap();
            assert_eq!(note::verify_logged(text, proof).unwrap().size, place as u64 + 1);
            assert_eq!(Proof::parse(proof).unwrap().index, place as u64);
            note::verify_id(text, receipt["id"].as_str().unwrap()).unwrap();
            // What stands in the log is the hash of the text, and no more.
            let bundle = anyone.get("/log/tile/entries/000.p/3").await.expect(200).body.to_vec();
            let entry = outro_vault::sha256(&[text.as_bytes()]);
            assert_eq!(bundle.len(), 3 * 34);
            assert_eq!(bundle[place * 34..][..34], [&[0, 32], &entry[..]].concat());
        }
        // Asked again later, the proof is one for the log as it is then.
        let again = anyone.get(&format!("/api/v1/receipts/{}", receipts[0]["id"].as_str().unwrap())).await.json();
        let text = note::verify(again["note"].as_str().unwrap(), again["verifier_key"].as_str().unwrap()).unwrap();
        assert_eq!(note::verify_logged(text, again["proof"].as_str().unwrap()).unwrap().size, 3);
    }
}

on_both! {
    async fn tiles_are_for_everybody_and_nothing_else_is_there(world: World) {
        left(&world, "ada").await;
        let anyone = world.client();
        let kept = |headers: &HeaderMap| headers["cache-control"].to_str().unwrap().to_owned();
        let tile = anyone.get("/log/tile/0/000.p/1").await.expect(200);
        assert_eq!((tile.body.len(), tile.headers["content-type"].to_str().unwrap()), (32, "application/octet-stream"));
        assert_eq!(kept(&tile.headers), "public, max-age=31536000, immutable");
        let checkpoint = anyone.get("/log/checkpoint").await.expect(200);
        assert_eq!(checkpoint.headers["content-type"], "text/plain; charset=utf-8");
        assert_eq!(kept(&checkpoint.headers), "no-cache");
        for path in ["0/000", "0/000.p/2", "1/000.p/1", "0/001.p/1", "entries/000", "entries/000.p/2", "x", "0/0", "9/x999/999", "%FF"] {
            let reply = anyone.get(&format!("/log/tile/{path}")).await.expect(404);
            assert_eq!(kept(&reply.headers), "no-store", "{path}");
            assert_eq!(reply.headers["content-type"], "application/problem+json", "{path}");
        }
    }
}

// Signed and kept, and stopped before it was entered: the same text is entered then, once.
on_both! {
    async fn a_stop_between_signing_and_entering_is_made_good(world: World) {
        let who = world.client().join("ada").await;
        let begun = who.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
        let proof = json!({ "challenge": begun["challenge"], "password": "ada-password" });
        let left = who.post("/api/v1/me/deletion/confirm", proof).await.expect(200).json();
        let address = format!("/api/v1/receipts/{}", left["receipt"]["id"].as_str().unwrap());
        world.run_jobs().await;
        world.clock.advance_seconds(2);
        // The keyring's log cannot be written: the walk comes as far as the signature.
        let keyring = outro_db::Db::open(&world.folder.path().join("keyring/keyring.db").display().to_string()).await.unwrap();
        let run = async |sql: &str| {
            let mut tx = keyring.write().await.unwrap();
            tx.execute(&outro_db::Statement::built("test".into(), sql.into()), &[]).await.unwrap();
            tx.commit().await.unwrap();
        };
        run("ALTER TABLE log_tiles RENAME TO log_tiles_away").await;
        world.run_jobs().await;
        let stopped = world.client().get(&address).await.expect(200).json();
        assert_eq!((stopped["state"].as_str(), &stopped["note"]), (Some("erasing"), &Value::Null));
        run("ALTER TABLE log_tiles_away RENAME TO log_tiles").await;
        world.clock.advance_seconds(600);
        world.settle().await;
        let receipt = world.client().get(&address).await.expect(200).json();
        let text = note::verify(receipt["note"].as_str().unwrap(), receipt["verifier_key"].as_str().unwrap()).unwrap();
        assert_eq!(note::verify_logged(text, receipt["proof"].as_str().unwrap()).unwrap().size, 1);
        // Signed at the moment of the first try, not anew.
        let (signed, now) = (field(text, "completed_at").to_owned(), outro_model::Clock::now(&*world.clock));
        assert!(signed < now.plus_seconds(-500).rfc3339(), "{signed}");
    }
}

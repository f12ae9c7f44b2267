//! Leaving once the archive is downloaded.

use super::*;

const DELETION: &str = "/api/v1/me/deletion";

/// Asks to leave once the archive is downloaded; the answer.
async fn later(who: &Client, handle: &str) -> Value {
    let begun = who.post(DELETION, json!({})).await.expect(202).json();
    let password = format!("{handle}-password");
    let proof = json!({"challenge": begun["challenge"], "password": password, "when_downloaded": true});
    who.post("/api/v1/me/deletion/confirm", proof).await.expect(202).json()
}

async fn departing(who: &Client) -> Value {
    who.get(DELETION).await.expect(200).json()["when_downloaded"].clone()
}

on_both! {
    async fn one_leaves_when_the_last_byte_has_gone_out(world: World) {
        let ada = world.client().join("ada").await;
        world.plant(&ada, &[3; 100_000]).await;
        let left = later(&ada, "ada").await;
        // The archive was asked for along with it.
        world.run_jobs().await;
        let waiting = departing(&ada).await;
        let path = download(waiting["takeout"].as_str().unwrap());
        let length = ada.call("HEAD", &path, None).await.expect(200).headers[header::CONTENT_LENGTH].clone();
        let length: usize = length.to_str().unwrap().parse().unwrap();
        let part = |from: usize, to: usize| format!("bytes={from}-{}", to - 1);
        // In any order, and some of it twice.
        let mut bytes = vec![0; length];
        for (from, to) in [(50_000, length), (0, 30_000), (20_000, 40_000)] {
            let piece = ada.get_range(&path, &part(from, to)).await.expect(206).body;
            bytes[from..to].copy_from_slice(&piece);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            world.run_jobs().await;
            ada.get("/api/v1/me").await.expect(200);
        }
        bytes[40_000..50_000].copy_from_slice(&ada.get_range(&path, &part(40_000, 50_000)).await.expect(206).body);
        until_gone(&world, &ada).await;
        world.settle().await;
        Unpacked::of(bytes).text("index.html");

        // The receipt is the one that was promised, and it is the leaver's.
        let receipt = left["receipt"]["id"].as_str().unwrap();
        let done = world.client().get(&format!("/api/v1/receipts/{receipt}")).await.expect(200).json();
        assert_eq!(done["state"], "complete");
        let (note, key) = (done["note"].as_str().unwrap(), done["verifier_key"].as_str().unwrap());
        let text = outro_app::erasure::note::verify(note, key).unwrap();
        let word = |name: &str| left[name].as_str().unwrap();
        let account = word("account_id").parse::<outro_model::AccountId>().unwrap();
        let nonce = hex::decode(left["receipt"]["nonce"].as_str().unwrap()).unwrap();
        let commitment = outro_vault::sha256(&[&nonce, account.as_bytes(), word("handle").as_bytes()]);
        assert!(text.contains(&hex::encode(commitment)), "{text}");
    }
}

/// The job that leaves is enqueued when the bytes have gone out, which is noted a moment after they have.
async fn until_gone(world: &World, who: &Client) {
    for _ in 0..100 {
        world.run_jobs().await;
        if who.get("/api/v1/me").await.status == 401 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("nobody left");
}

on_both! {
    async fn one_may_stay_after_all(world: World) {
        let ada = world.client().join("ada").await;
        later(&ada, "ada").await;
        world.run_jobs().await;
        let path = download(departing(&ada).await["takeout"].as_str().unwrap());
        ada.call("DELETE", DELETION, None).await.expect(204);
        assert_eq!(departing(&ada).await, Value::Null);
        ada.get(&path).await.expect(200);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        world.settle().await;
        ada.get("/api/v1/me").await.expect(200);
    }
}

on_both! {
    async fn a_stop_after_the_last_byte_changes_nothing(world: World) {
        let ada = world.client().join("ada").await;
        later(&ada, "ada").await;
        world.run_jobs().await;
        let path = download(departing(&ada).await["takeout"].as_str().unwrap());
        ada.get(&path).await.expect(200);
        while outro_jobs::find(&mut world.app.db.read().await.unwrap(), "departure").await.unwrap().is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        // Nothing of it was done when the server stopped.
        let world = world.restart().await;
        world.settle().await;
        world.client().with(ada.token.as_deref()).get("/api/v1/me").await.expect(401);
    }
}

on_both! {
    async fn leaving_lapses_with_the_archive_and_says_so(world: World) {
        let ada = world.client().join("ada").await;
        later(&ada, "ada").await;
        world.run_jobs().await;
        let id = departing(&ada).await["takeout"].as_str().unwrap().to_owned();
        ada.call("DELETE", &format!("{TAKEOUTS}/{id}"), None).await.expect(204);
        assert_eq!(departing(&ada).await, json!({"takeout": id, "lapsed": true}));
        // A new archive is not waited for: it was not asked for to leave.
        let new = asked(&world, &ada).await;
        ada.get(&download(&new)).await.expect(200);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        world.settle().await;
        ada.get("/api/v1/me").await.expect(200);
        // Asked for once more, it counts from there.
        later(&ada, "ada").await;
        assert_eq!(departing(&ada).await, json!({"takeout": new, "lapsed": false}));
        ada.get(&download(&new)).await.expect(200);
        until_gone(&world, &ada).await;
    }
}

on_both! {
    async fn without_the_proof_nothing_is_noted(world: World) {
        let ada = world.client().join("ada").await;
        let begun = ada.post(DELETION, json!({})).await.expect(202).json();
        let proof = json!({"challenge": begun["challenge"], "password": "another", "when_downloaded": true});
        ada.post("/api/v1/me/deletion/confirm", proof).await.expect(422);
        assert_eq!(departing(&ada).await, Value::Null);
        assert!(world.rows("takeouts").await.is_empty());
    }
}

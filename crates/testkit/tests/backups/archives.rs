//! Archives stay behind: what waited for one, or came in by one, says so after a restore.

use super::*;
use outro_model::ImportId;
use outro_store::imports;

on_both! {
    async fn who_waited_for_an_archive_stays_and_is_told_so(world: World) {
        let folder = shelf();
        let ada = world.client().join("ada").await;
        let begun = ada.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
        let proof = json!({
            "challenge": begun["challenge"], "password": "ada-password", "when_downloaded": true,
        });
        ada.post("/api/v1/me/deletion/confirm", proof).await.expect(202);
        world.run_jobs().await;
        let ready = ada.get("/api/v1/me/takeouts").await.expect(200).json();
        assert_eq!(ready["items"][0]["state"], "ready", "{ready}");
        // An archive that was on its way in.
        let (id, import) = (world.id_of(&ada).await, ImportId::random(&*world.app.random));
        let mut tx = world.app.db.write().await.unwrap();
        assert!(imports::begin(&mut tx, id, import, world.app.clock.now()).await.unwrap());
        tx.commit().await.unwrap();

        take(&world, folder.path()).await;
        let again = restored(&world, folder.path()).await;
        let ada = sign_in(&again, "ada").await;
        assert_eq!(ada.get("/api/v1/me/takeouts").await.expect(200).json()["items"], json!([]));
        let waits = ada.get("/api/v1/me/deletion").await.expect(200).json()["when_downloaded"].clone();
        assert_eq!(waits["lapsed"], true, "{waits}");
        let found = imports::list(&mut again.app.db.read().await.unwrap(), id).await.unwrap();
        assert_eq!(found[0].failure.as_deref(), Some("file_gone"));
        // And it can be asked for anew.
        ada.post("/api/v1/me/takeouts", json!({})).await.expect(202);
        again.run_jobs().await;
        let ready = ada.get("/api/v1/me/takeouts").await.expect(200).json();
        assert_eq!(ready["items"][0]["state"], "ready", "{ready}");
    }
}

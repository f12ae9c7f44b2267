//! Erasing on request.

use outro_app::{AppError, erasure, moderation};
use outro_model::EraseReason;

use super::*;

on_both! {
    async fn the_same_erasure_with_the_same_receipt(world: World) {
        let ada = world.client().join("ada").await;
        world.plant(&ada, &[7; 1000]).await;
        let account = world.id_of(&ada).await;
        let left = erasure::erase(&world.app, "Ada", EraseReason::Died).await.unwrap();
        assert!(left.key_destroyed && left.account_id == account && left.handle == "ada");
        // At once: signed out, hidden, its handle kept from others.
        ada.get("/api/v1/me").await.expect(401);
        world.client().get("/api/v1/accounts/ada").await.expect(404);
        let join = json!({ "handle": "ada", "password": "12345678", "birth_date": "1990-01-01" });
        world.client().post("/api/v1/accounts", join).await.expect(409);
        world.settle().await;
        is_the_promised_receipt(&world, &left.receipt_id, &left.nonce, &account.to_string(), "ada").await;
        let again = erasure::erase(&world.app, "ada", EraseReason::Died).await;
        assert!(matches!(again, Err(AppError::NotFound)));

        // It is noted once, for three years, and whose it was is not: neither by handle nor by id.
        let today = world.app.clock.now().day();
        let noted = erasure::erasures_on_request(&world.app, 10).await.unwrap();
        assert_eq!(noted, [erasure::OperatorErasure { reason: EraseReason::Died, day: today }]);
        let row = world.rows("operator_erasures").await.join("");
        assert!(!row.contains("ada") && !row.contains(&hex::encode(account.as_bytes())), "{row}");
    }
}

on_both! {
    async fn who_is_away_or_suspended_is_found_too(world: World) {
        let ada = world.client().join("ada").await;
        ada.call("PATCH", "/api/v1/me/privacy", Some(json!({ "on_hiatus": true }))).await.expect(200);
        let ben = world.client().join("ben").await;
        let why = moderation::Reasons {
            reason: Some("spam".into()),
            statement: "Because.".into(),
            ..moderation::Reasons::default()
        };
        moderation::suspend(&world.app, "ben", &why).await.unwrap();
        for (handle, who) in [("ada", &ada), ("ben", &ben)] {
            erasure::erase(&world.app, handle, EraseReason::Ordered).await.unwrap();
            who.get("/api/v1/me").await.expect(401);
        }
        world.settle().await;
        assert_eq!(erasure::erasures_on_request(&world.app, 1).await.unwrap().len(), 1);
        assert_eq!(erasure::erasures_on_request(&world.app, 10).await.unwrap().len(), 2);
    }
}

on_both! {
    async fn what_is_noted_is_forgotten_after_three_years(world: World) {
        world.client().join("ada").await;
        erasure::erase(&world.app, "ada", EraseReason::UnderAge).await.unwrap();
        world.settle().await;
        outro_app::housekeeping::schedule(&world.app).await.unwrap();
        world.clock.advance_seconds(3 * 365 * 86_400);
        world.run_jobs().await;
        assert_eq!(world.rows("operator_erasures").await.len(), 1);
        world.clock.advance_seconds(86_400);
        world.run_jobs().await;
        assert!(world.rows("operator_erasures").await.is_empty());
    }
}

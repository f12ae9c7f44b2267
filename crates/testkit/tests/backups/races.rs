//! A backup against leaving, in each order and at one moment: whatever it holds, who has left is gone once it is put back.

use std::time::Duration;

use outro_store::erasure::{Subject, residue};

use super::*;

const ORDERS: u64 = 7;

on_both! {
    async fn whatever_the_backup_has_seen_who_left_is_gone(world: World) {
        let world = world.with_settings(|settings| settings.rate_limits = false);
        let bob = world.client().join("bob").await;
        let kept = world.plant(&bob, b"stays").await;
        for (order, who, handle) in world.all_join("racer", ORDERS).await {
            let folder = shelf();
            world.plant(&who, &vec![7; 300_000]).await;
            who.post(&format!("/api/v1/videos/{kept}/comments"), json!({ "text": "I was here" })).await.expect(201);
            let account = world.id_of(&who).await;
            let key_id = *world.app.vault.account(account).await.unwrap().unwrap().key_id().as_bytes();
            let password = format!("{handle}-password");
            let left = match order {
                // The backup holds all of them, some of them, the work sheet alone, nothing.
                0 => {
                    take(&world, folder.path()).await;
                    confirm_leaving(&who, &password).await
                }
                1 => {
                    let left = confirm_leaving(&who, &password).await;
                    take(&world, folder.path()).await;
                    left
                }
                2 => {
                    let left = confirm_leaving(&who, &password).await;
                    world.settle().await;
                    take(&world, folder.path()).await;
                    left
                }
                later => {
                    let backup = async {
                        tokio::time::sleep(Duration::from_millis(15 * (later - 3))).await;
                        take(&world, folder.path()).await
                    };
                    let leaving = async {
                        let left = confirm_leaving(&who, &password).await;
                        world.run_jobs().await;
                        left
                    };
                    tokio::join!(backup, leaving).1
                }
            };
            // Put back on a new disk while the erasure may not have ended, and served.
            let again = restored(&world, folder.path()).await;
            again.settle().await;
            assert_eq!(receipt(&again, &left).await["state"], "complete", "order {order}");
            let subject = Subject { account, key_id };
            let rows = residue(&mut again.app.db.read().await.unwrap(), &subject).await.unwrap();
            assert_eq!(rows, [] as [&str; 0], "order {order}");
            assert!(!again.app.blobs.home_exists(account).await.unwrap(), "order {order}");
            again.client().get(&format!("/api/v1/accounts/{handle}")).await.expect(404);
            let sign_up = json!({ "handle": handle, "password": "long enough", "birth_date": "1990-05-05" });
            again.client().post("/api/v1/accounts", sign_up).await.expect(409);
            let bob = sign_in(&again, "bob").await;
            assert_eq!(bob.get(&format!("/media/{kept}/video.mp4")).await.expect(200).body, b"stays");
            // And where it was taken, as ever.
            world.settle().await;
            world.clock.advance_seconds(60);
        }
    }
}

//! Two at once, stops in between, and restores.

use std::time::Duration;

use outro_app::backup::{self, Target};
use outro_app::{AppRunner, erasure};
use outro_jobs::Lane;
use outro_store::accounts;

use super::*;

on_both! {
    async fn of_two_devices_one_is_heard(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        let elsewhere = sign_in(&world, "ada").await;
        let challenge = begin_lost(&ada).await;
        let (one, other) = tokio::join!(
            give(&ada, &challenge, "ada-password", &codes[0]),
            give(&elsewhere, &challenge, "ada-password", &codes[1]),
        );
        let mut answers = [one.status.as_u16(), other.status.as_u16()];
        answers.sort_unstable();
        assert_eq!(answers, [202, 409], "{} {}", one.text(), other.text());
        // The other code was not used.
        assert_eq!(codes_left(&ada).await, 9);
        assert_eq!(world.rows("pending_leaves").await.len(), 1);
        let notices = world.outbox.messages().len();
        world.run_jobs().await;
        assert_eq!(world.outbox.messages().len(), notices + 1);
    }
}

on_both! {
    async fn of_two_ways_of_leaving_at_one_moment_one_stands(world: World) {
        for (round, ada, handle) in world.all_join("ada", 6).await {
            let codes = link_phone(&world, &ada, &format!("+49170123456{round}")).await;
            let (lost, password) = (begin_lost(&ada).await, format!("{handle}-password"));
            let begun = ada.post(DELETION, json!({})).await.expect(202).json();
            let later = json!({ "challenge": begun["challenge"], "code": world.last_code(), "when_downloaded": true });
            // Whoever comes first is held until the other has caught up: on PostgreSQL by the account, on SQLite by the
            // one writer there is. In the last rounds the other comes after that.
            let (id, mut held) = (world.id_of(&ada).await, world.app.db.write().await.unwrap());
            assert!(accounts::lock_alone(&mut held, id).await.unwrap());
            let after = |millis| tokio::time::sleep(Duration::from_millis(millis));
            tokio::join!(
                async { give(&ada, &lost, &password, &codes[0]).await.expect(202) },
                async { after(80 * round).await; ada.post(CONFIRM, later).await.expect(202) },
                async { after(240).await; held.commit().await.unwrap() },
            );
            let departing = world.rows("departures").await.len();
            let pending = world.rows("pending_leaves").await.len();
            assert_eq!(departing + pending, 1, "round {round}: {departing} by download and {pending} by waiting");
            // What was taken back leaves no job behind that leaves all the same.
            let going = world.rows("jobs").await.iter().filter(|job| job.contains("leave.pending")).count();
            assert_eq!(going, pending, "round {round}");
            ada.call("DELETE", DELETION, None).await.expect(204);
        }
    }
}

on_both! {
    async fn stopping_and_going_at_one_moment_end_as_one_of_the_two(world: World) {
        let mut people = Vec::new();
        for (round, ada, handle) in world.all_join("ada", 6).await {
            let codes = link_phone(&world, &ada, &format!("+49170123456{round}")).await;
            people.push((round, ada, handle, codes));
        }
        for (round, ada, handle, codes) in people {
            let left = leave_lost(&ada, &handle, &codes[0]).await;
            world.run_jobs().await;
            world.clock.advance_seconds(WAIT_SECONDS);
            let (runner, queue) = (AppRunner(world.app.clone()), world.app.queue.clone());
            let going = async move { queue.work_once(Lane::Prompt, &runner).await.unwrap() };
            let stopping = async {
                tokio::time::sleep(Duration::from_millis(round)).await;
                ada.call("DELETE", DELETION, None).await.status.as_u16()
            };
            let (_, stopped) = tokio::join!(going, stopping);
            world.settle().await;
            let receipt = format!("/api/v1/receipts/{}", left["receipt"]["id"].as_str().unwrap());
            let here = ada.get("/api/v1/me").await.status.as_u16();
            let receipt = world.client().get(&receipt).await.status.as_u16();
            match stopped {
                204 => assert_eq!((here, receipt), (200, 404), "stopped, and gone all the same"),
                401 => assert_eq!((here, receipt), (401, 200), "not stopped, and not gone"),
                other => panic!("{other}"),
            }
        }
    }
}

on_both! {
    async fn a_stop_of_the_server_changes_nothing(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        let left = leave_lost(&ada, "ada", &codes[0]).await;
        // Neither the phone was told nor anything else done when the server stopped.
        let world = world.restart().await;
        world.run_jobs().await;
        assert!(world.outbox.messages()[0].text.contains("DELETED"));
        let again = world.client().with(ada.token.as_deref());
        assert!(pending(&again).await.is_object());
        world.clock.advance_seconds(WAIT_SECONDS);
        let world = world.restart().await;
        // The job that leaves is done, and the server stops before the walk.
        let runner = AppRunner(world.app.clone());
        assert!(world.app.queue.work_once(Lane::Prompt, &runner).await.unwrap());
        let world = world.restart().await;
        world.settle().await;
        world.client().with(ada.token.as_deref()).get("/api/v1/me").await.expect(401);
        is_hers(&world, &left).await;
    }
}

on_both! {
    async fn the_job_that_runs_twice_leaves_once(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        let left = leave_lost(&ada, "ada", &codes[0]).await;
        world.run_jobs().await;
        world.clock.advance_seconds(WAIT_SECONDS);
        let id = world.id_of(&ada).await;
        let mut tx = world.app.db.write().await.unwrap();
        let job = outro_jobs::NewJob {
            id: outro_model::JobId::random(&*world.app.random),
            kind: "leave.pending",
            lane: Lane::Prompt,
            account: Some(id),
            video: None,
            run_at: world.app.clock.now(),
        };
        outro_jobs::enqueue(&mut tx, &job).await.unwrap();
        tx.commit().await.unwrap();
        world.settle().await;
        is_hers(&world, &left).await;
        assert_eq!(world.rows("receipts").await.len(), 1);
    }
}

on_both! {
    async fn what_was_stopped_since_a_backup_has_its_whole_wait_after_the_restore(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        leave_lost(&ada, "ada", &codes[0]).await;
        world.run_jobs().await;
        let folder = tempfile::tempdir().unwrap();
        backup::take(&world.app, folder.path(), 30).await.unwrap();
        ada.call("DELETE", DELETION, None).await.expect(204);
        world.clock.advance_seconds(WAIT_SECONDS - 60);

        let again = restored(&world, folder.path()).await;
        let told = |world: &World| world.outbox.messages().iter().filter(|one| one.text.contains("DELETED")).count();
        again.clock.advance_seconds(120);
        again.run_jobs().await;
        assert_eq!(told(&again), 1);
        // Who was signed in is not any more; signed in anew, it is seen and stopped.
        let ada = sign_in(&again, "ada").await;
        let due = again.app.clock.now().plus_seconds(WAIT_SECONDS - 120).rfc3339();
        assert_eq!(pending(&ada).await["leaves_at"], json!(due));
        ada.call("DELETE", DELETION, None).await.expect(204);
        again.clock.advance_seconds(WAIT_SECONDS);
        again.settle().await;
        ada.get("/api/v1/me").await.expect(200);
    }
}

on_both! {
    async fn a_phone_that_came_back_since_a_backup_is_told_anew_after_the_restore(world: World) {
        let (ada, _) = with_phone(&world, "ada").await;
        link_phone(&world, &ada, "+491707654321").await;
        world.run_jobs().await;
        let folder = tempfile::tempdir().unwrap();
        backup::take(&world.app, folder.path(), 30).await.unwrap();
        world.clock.advance_seconds(120);
        link_phone(&world, &ada, "+491701234567").await;
        world.clock.advance_seconds(WAIT_SECONDS - 240);

        let again = restored(&world, folder.path()).await;
        again.run_jobs().await;
        let due = again.app.clock.now().plus_seconds(WAIT_SECONDS).rfc3339();
        let told: Vec<_> = again.outbox.messages().iter().map(|one| (one.to.clone(), one.text.contains(&due[..10]))).collect();
        assert_eq!(told, [("+491701234567".to_owned(), true)]);
        let ada = sign_in(&again, "ada").await;
        assert_eq!(ada.get(DELETION).await.expect(200).json()["not_before"], json!(due));
        again.clock.advance_seconds(WAIT_SECONDS);
        again.run_jobs().await;
        assert!(again.rows("replaced_phones").await.is_empty());
    }
}

/// The world as it is after its backup was put back, on the same engine.
async fn restored(world: &World, from: &std::path::Path) -> World {
    let folder = tempfile::tempdir().unwrap();
    for place in ["keyring", "root"] {
        let to = folder.path().join(place);
        std::fs::create_dir_all(&to).unwrap();
        for entry in std::fs::read_dir(world.folder.path().join(place)).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
    let database = if world.database.starts_with("postgres") {
        outro_testkit::fresh_database().await
    } else {
        folder.path().join("outro.db").display().to_string()
    };
    let db = outro_db::Db::open(&database).await.unwrap();
    let random = std::sync::Arc::new(outro_vault::SystemRandom);
    let blobs = outro_blobs::Blobs::open(folder.path().join("blobs"), random).unwrap();
    let target = Target { db: &db, blobs: &blobs, vault: &world.app.vault, clock: &*world.clock };
    backup::restore(&target, from, None).await.unwrap();
    drop(db);
    let world = World::open(std::sync::Arc::new(folder), database, world.clock.clone()).await;
    backup::replay(&world.app).await.unwrap();
    world
}

on_both! {
    async fn erased_on_request_while_the_wait_goes_on(world: World) {
        let (ada, codes) = with_phone(&world, "ada").await;
        let promised = leave_lost(&ada, "ada", &codes[0]).await;
        let left = erasure::erase(&world.app, "ada", outro_model::EraseReason::Asked).await.unwrap();
        world.settle().await;
        is_the_promised_receipt(&world, &left.receipt_id, &left.nonce, &left.account_id.to_string(), "ada").await;
        world.clock.advance_seconds(WAIT_SECONDS);
        world.settle().await;
        let other = format!("/api/v1/receipts/{}", promised["receipt"]["id"].as_str().unwrap());
        world.client().get(&other).await.expect(404);
    }
}

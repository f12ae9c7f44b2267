//! What a backup costs, how it ends, where it goes.

use super::*;
use outro_app::backup::{BackupError, Verified};

async fn verify(world: &World, folder: &Path) -> Result<Verified, BackupError> {
    let place = Backups::open(folder, &world.app.vault, false)?;
    let about = place.find(None)?;
    backup::verify(&world.app, &place, &about).await
}

on_both! {
    async fn what_stands_there_is_not_copied_again(world: World) {
        let folder = shelf();
        let ada = world.client().join("ada").await;
        world.plant(&ada, b"first").await;
        let first = take(&world, folder.path()).await;
        assert_eq!((first.objects, first.copied), (3, 3));
        world.clock.advance_seconds(1);
        let second = world.plant(&ada, b"second").await;
        let next = take(&world, folder.path()).await;
        assert_eq!((next.objects, next.copied), (6, 3));
        ada.call("DELETE", &format!("/api/v1/videos/{second}"), None).await.expect(204);
        world.settle().await;
        world.clock.advance_seconds(1);
        let last = take(&world, folder.path()).await;
        assert_eq!((last.objects, last.copied), (3, 0));
        let whole = verify(&world, folder.path()).await.unwrap();
        assert_eq!((whole.objects, whole.rows), (3, last.rows));
        let place = Backups::open(folder.path(), &world.app.vault, false).unwrap();
        assert_eq!(place.list().unwrap().len(), 3);
        assert!(matches!(Backups::open(folder.path(), &world.app.vault, false), Err(BackupError::Busy)));
    }
}

on_both! {
    async fn a_backup_ends_with_its_key(world: World) {
        let folder = shelf();
        let ada = world.client().join("ada").await;
        world.plant(&ada, b"bytes").await;
        let about = take(&world, folder.path()).await.about;
        world.app.vault.end_backups(world.app.vault.backups().await.unwrap()[0].made_at).await.unwrap();
        verify(&world, folder.path()).await.unwrap();
        // A request for longer than 35 days is cut.
        world.clock.advance_seconds(1);
        let long = backup::take(&world.app, folder.path(), 1000).await.unwrap().about;
        assert_eq!(long.ends_at.millis_since(long.taken_at), 35 * 86_400_000);
        world.clock.advance_seconds(30 * 86_400);
        let place = Backups::open(folder.path(), &world.app.vault, false).unwrap();
        // Past its end it opens to nobody, also before its key is destroyed.
        assert!(matches!(backup::verify(&world.app, &place, &about).await, Err(BackupError::Ended)));
        outro_app::housekeeping::schedule(&world.app).await.unwrap();
        world.run_jobs().await;
        assert_eq!(world.app.vault.backups().await.unwrap().len(), 1);
        let pruned = backup::prune(&world.app, &place).await.unwrap();
        assert_eq!((pruned.backups, pruned.objects), (1, 0));
        world.clock.advance_seconds(6 * 86_400);
        let pruned = backup::prune(&world.app, &place).await.unwrap();
        assert_eq!((pruned.backups, pruned.objects), (1, 3));
        assert!(place.list().unwrap().is_empty());
    }
}

on_both! {
    async fn it_goes_onto_the_other_engine_too(world: World) {
        let folder = shelf();
        let ada = world.client().join("ada").await;
        let video = world.plant(&ada, b"bytes").await;
        ada.post(&format!("/api/v1/videos/{video}/comments"), json!({ "text": "hello" })).await.expect(201);
        take(&world, folder.path()).await;
        let empty = Empty::new(&world, !is_postgres(&world)).await;
        empty.restore(&world, folder.path(), None).await.unwrap();
        let other = empty.serve(&world).await;
        for table in outro_datamap::TABLES {
            if !["sessions", "challenges", "resends", "budgets", "restores", "migrations"].contains(&table.name) {
                assert_eq!(other.rows(table.name).await, world.rows(table.name).await, "{}", table.name);
            }
        }
        let ada = sign_in(&other, "ada").await;
        assert_eq!(ada.get(&format!("/media/{video}/video.mp4")).await.expect(200).body, b"bytes");
    }
}

on_both! {
    async fn what_is_not_empty_is_refused_and_a_second_run_changes_nothing(world: World) {
        let folder = shelf();
        world.client().join("ada").await;
        take(&world, folder.path()).await;
        let target = Target {
            db: &world.app.db, blobs: &world.app.blobs, vault: &world.app.vault, clock: &*world.clock,
        };
        assert!(matches!(backup::restore(&target, folder.path(), None).await, Err(BackupError::NotEmpty)));
        let empty = Empty::new(&world, is_postgres(&world)).await;
        let first = empty.restore(&world, folder.path(), None).await.unwrap();
        let second = empty.restore(&world, folder.path(), None).await.unwrap();
        assert!(first.rows > 0 && second.rows == 0);
        assert!(matches!(empty.restore(&world, folder.path(), Some("none")).await, Err(BackupError::NotThere)));
        sign_in(&empty.serve(&world).await, "ada").await;
    }
}

on_both! {
    async fn another_server_has_no_part_in_it(world: World) {
        let folder = shelf();
        world.client().join("ada").await;
        take(&world, folder.path()).await;
        let other = World::start(outro_testkit::On::Sqlite).await;
        assert!(matches!(backup::take(&other.app, folder.path(), 30).await, Err(BackupError::OtherServer)));
        let nothing = shelf();
        assert!(matches!(Backups::open(nothing.path(), &world.app.vault, false), Err(BackupError::NotThere)));
    }
}

on_both! {
    async fn a_receipt_says_when_older_copies_and_backups_end(world: World) {
        let folder = shelf();
        // All join before one of them leaves: what is kept of erased handles refuses one unused name in a thousand.
        let join = async |handle: &'static str| (world.client().join(handle).await, format!("{handle}-password"));
        let (first, second, third) = (join("first").await, join("second").await, join("third").await);
        join("bob").await;
        let leave = async |(who, password): (Client, String)| {
            let id = confirm_leaving(&who, &password).await;
            world.settle().await;
            receipt(&world, &id).await["note"].as_str().unwrap().to_owned()
        };
        let root_made = world.app.vault.rotated_at().await.unwrap().unwrap();
        let note = leave(first).await;
        assert_eq!(line(&note, "backups_end_by: "), "none");
        // Said in advance: by the next daily replacement of the root key.
        assert_eq!(line(&note, "older_copies_dead_since: "), root_made.plus_seconds(86_400).rfc3339());
        let ends_at = take(&world, folder.path()).await.about.ends_at;
        let note = leave(second).await;
        assert_eq!(line(&note, "backups_end_by: "), ends_at.plus_seconds(86_400).rfc3339());
        // Where the root key was replaced before the receipt was signed, that moment.
        let (who, password) = third;
        let id = confirm_leaving(&who, &password).await;
        world.clock.advance_seconds(1);
        world.app.vault.rotate_root().await.unwrap();
        let replaced = world.app.vault.rotated_at().await.unwrap().unwrap();
        world.settle().await;
        let note = receipt(&world, &id).await["note"].as_str().unwrap().to_owned();
        assert_eq!(line(&note, "older_copies_dead_since: "), replaced.rfc3339());
    }
}

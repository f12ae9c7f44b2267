//! A backup that is made while people go on is of one moment: every row's object is there, and opens.

use super::*;
use std::sync::atomic::{AtomicBool, Ordering};

use outro_model::{AccountId, BlobKind, Timestamp, VideoId, VideoState};
use outro_store::{accounts, blobs, videos};

on_both! {
    async fn under_load_every_row_has_its_object_and_it_opens(world: World) {
        let world = Arc::new(world);
        let folder = shelf();
        let stop = Arc::new(AtomicBool::new(false));
        let mut busy = Vec::new();
        for number in 0..3 {
            let (world, stop) = (world.clone(), stop.clone());
            let who = world.client().join(&format!("busy{number}")).await;
            // One that stays, so that no backup finds nothing, whatever moment it is of.
            world.plant(&who, &vec![number as u8; 100_000]).await;
            busy.push(tokio::spawn(async move {
                let mut rounds = 0;
                while !stop.load(Ordering::SeqCst) {
                    let bytes = vec![number as u8; 100_000];
                    let (one, other) = (world.plant(&who, &bytes).await, world.plant(&who, &bytes).await);
                    // Taken away at once, files first.
                    who.call("DELETE", &format!("/api/v1/videos/{one}"), None).await.expect(204);
                    world.run_jobs().await;
                    if rounds % 2 == 0 {
                        who.call("DELETE", &format!("/api/v1/videos/{other}"), None).await.expect(204);
                        world.run_jobs().await;
                    }
                    rounds += 1;
                }
                rounds
            }));
        }
        let mut taken = Vec::new();
        for _ in 0..4 {
            world.clock.advance_seconds(1);
            taken.push(take(&world, folder.path()).await.about);
        }
        stop.store(true, Ordering::SeqCst);
        for task in busy {
            assert!(task.await.unwrap() > 0);
        }
        for about in taken {
            let name = about.folder.file_name().unwrap().to_str().unwrap().to_owned();
            let place = Backups::open(folder.path(), &world.app.vault, false).unwrap();
            backup::verify(&world.app, &place, &about).await.unwrap();
            drop(place);
            let empty = Empty::new(&world, is_postgres(&world)).await;
            empty.restore(&world, folder.path(), Some(&name)).await.unwrap();
            every_object_opens(&empty.serve(&world).await).await;
        }
    }
}

/// After every moment.
const LAST: (Timestamp, VideoId) = (Timestamp(i64::MAX), VideoId::from_bytes([0xff; 16]));

async fn every_object_opens(world: &World) {
    let (mut opened, mut tx) = (0, world.app.db.read().await.unwrap());
    for owner in accounts::page(&mut tx, AccountId::from_bytes([0; 16]), 100).await.unwrap() {
        let keys = world.app.vault.account(owner).await.unwrap().unwrap();
        // What was just being taken away is taken away by its job.
        let videos = videos::of_owner(&mut tx, owner, LAST, 1000).await.unwrap();
        for video in videos.iter().filter(|video| video.facts.state != VideoState::Removing) {
            for kind in BlobKind::ALL {
                let Some(row) = blobs::of_video(&mut tx, owner, video.id, *kind).await.unwrap() else {
                    // What a planted video has; other kinds are not made of it.
                    let has = matches!(kind, BlobKind::Original | BlobKind::Rendition | BlobKind::Cover);
                    assert!(!has, "the row");
                    continue;
                };
                let reader = world.app.blobs.reader(&keys, row.id, *kind, row.header.as_deref().unwrap()).await;
                let to = tempfile::tempfile().unwrap();
                reader.unwrap().expect("the object").copy_out(to.try_clone().unwrap()).await.unwrap();
                assert_eq!(to.metadata().unwrap().len() as i64, row.length);
                opened += 1;
            }
        }
    }
    assert!(opened > 0, "nothing was there to be opened");
}

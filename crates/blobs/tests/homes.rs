//! Homes, and what races leave behind: nothing.

#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "a test that cannot go on fails")]

mod common;

use common::{KIND, Place, id, sample, scratch};
use futures_util::StreamExt;
use outro_blobs::{BlobError, BlobWriter};
use outro_model::AccountId;
use outro_vault::{AccountKeys, SystemRandom};

const CHUNK: usize = 64 * 1024;

in_both! {
    async fn without_a_home_nothing_is_written(place: Place) {
        let keys = place.vault.create_account(AccountId::random(&SystemRandom)).await.unwrap();
        let owner = keys.account();
        assert!(!place.blobs.home_exists(owner).await.unwrap());
        assert!(matches!(place.blobs.writer(&keys, id(), KIND).await, Err(BlobError::HomeGone)));
        assert!(matches!(place.blobs.copy_in(&keys, id(), KIND, scratch(b"x")).await, Err(BlobError::HomeGone)));
        assert!(place.blobs.list(owner).await.unwrap().is_empty());
        place.blobs.remove_home(owner).await.unwrap();
        place.blobs.delete(owner, id()).await.unwrap();
        place.blobs.create_home(owner).await.unwrap();
        place.blobs.create_home(owner).await.unwrap();
        assert!(place.blobs.home_exists(owner).await.unwrap());
    }
}

in_both! {
    async fn objects_are_listed_and_deleted_and_never_overwritten(place: Place) {
        let keys = place.owner().await;
        let owner = keys.account();
        let (one, sealed) = place.write(&keys, b"one").await;
        let (two, _) = place.write(&keys, b"two").await;
        let mut both = vec![one, two];
        both.sort_unstable();
        assert_eq!(place.blobs.list(owner).await.unwrap(), both);
        let mut again = place.blobs.writer(&keys, one, KIND).await.unwrap();
        again.write(b"another").await.unwrap();
        assert!(matches!(again.finish(&keys).await, Err(BlobError::Exists)));
        assert_eq!(place.read(&keys, one, &sealed.header).await.unwrap(), b"one");
        place.blobs.delete(owner, one).await.unwrap();
        place.blobs.delete(owner, one).await.unwrap();
        assert!(place.blobs.reader(&keys, one, KIND, &sealed.header).await.unwrap().is_none());
        assert_eq!(place.blobs.list(owner).await.unwrap(), [two]);
    }
}

in_both! {
    async fn owners_are_listed_by_pages(place: Place) {
        let mut owners = Vec::new();
        for _ in 0..12 {
            owners.push(place.owner().await.account());
        }
        owners.sort_unstable();
        let first = place.blobs.owners(None, 7).await.unwrap();
        let second = place.blobs.owners(first.last().copied(), 7).await.unwrap();
        assert_eq!([first, second].concat(), owners);
    }
}

in_both! {
    async fn an_object_that_is_not_finished_is_not_there(place: Place) {
        let keys = place.owner().await;
        let begin = async || {
            let mut writer = place.blobs.writer(&keys, id(), KIND).await.unwrap();
            writer.write(&sample(9 * CHUNK)).await.unwrap();
            writer
        };
        let writer = begin().await;
        assert!(place.blobs.list(keys.account()).await.unwrap().is_empty());
        drop(writer);
        place.comes_down_to(keys.account(), 0).await;
        // By somebody else's keys an object is not finished either.
        let stranger = place.owner().await;
        assert!(matches!(begin().await.finish(&stranger).await, Err(BlobError::HomeGone)));
        place.comes_down_to(keys.account(), 0).await;
    }
}

in_both! {
    /// A caller that stops waiting for the end of an upload never learns its header: the object must go.
    async fn an_end_that_nobody_waits_for_is_undone(place: Place) {
        let keys = place.owner().await;
        for delay in 0..40u64 {
            let mut writer = place.blobs.writer(&keys, id(), KIND).await.unwrap();
            writer.write(&sample(CHUNK)).await.unwrap();
            let end = writer.finish(&keys);
            let waited = tokio::time::timeout(std::time::Duration::from_micros(delay * 50), end).await;
            if let Ok(finished) = waited {
                finished.unwrap();
                place.blobs.remove_home(keys.account()).await.unwrap();
                place.blobs.create_home(keys.account()).await.unwrap();
            }
        }
        // What nobody waited for gets its name and loses it at moments of its own: it is over when for a
        // while nothing is there.
        let mut quiet = 0;
        for _ in 0..2000 {
            quiet = if place.entries(keys.account()) == 0 { quiet + 1 } else { 0 };
            if quiet == 60 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("an object that nobody knows of stays");
    }
}

in_both! {
    async fn uploads_that_race_with_an_erasure_leave_nothing(place: Place) {
        for round in 0..20u64 {
            let keys = place.owner().await;
            let mut uploads = Vec::new();
            for number in 0..6 {
                let writer = place.blobs.writer(&keys, id(), KIND).await.unwrap();
                uploads.push(tokio::spawn(upload(writer, keys.clone(), number)));
                let (blobs, keys) = (place.blobs.clone(), keys.clone());
                uploads.push(tokio::spawn(async move {
                    blobs.copy_in(&keys, id(), KIND, scratch(&sample(CHUNK))).await.map(|_| ())
                }));
            }
            tokio::time::sleep(std::time::Duration::from_micros(round * 200)).await;
            place.blobs.remove_home(keys.account()).await.unwrap();
            assert!(place.is_gone(keys.account()));
            for upload in uploads {
                let ended = upload.await.unwrap();
                assert!(matches!(ended, Ok(()) | Err(BlobError::HomeGone)), "{ended:?}");
            }
            assert!(place.is_gone(keys.account()));
            assert!(place.blobs.owners(None, 100).await.unwrap().is_empty());
        }
    }
}

async fn upload(mut writer: BlobWriter, keys: AccountKeys, number: usize) -> Result<(), BlobError> {
    writer.write(&sample(number * CHUNK)).await?;
    writer.finish(&keys).await.map(|_| ())
}

in_both! {
    async fn a_stream_that_is_open_ends_with_an_object_that_is_deleted_under_it(place: Place) {
        let keys = place.owner().await;
        let bytes = sample(20 * CHUNK);
        let (id, sealed) = place.write(&keys, &bytes).await;
        let reader = place.blobs.reader(&keys, id, KIND, &sealed.header).await.unwrap().unwrap();
        let mut stream = Box::pin(reader.stream(0..u64::MAX));
        assert_eq!(stream.next().await.unwrap().unwrap(), bytes[..CHUNK]);
        place.blobs.remove_home(keys.account()).await.unwrap();
        let mut rest = Vec::new();
        let mut ended = Ok(());
        while let Some(piece) = stream.next().await {
            match piece {
                Ok(piece) => rest.extend_from_slice(&piece),
                Err(error) => ended = Err(error),
            }
        }
        assert!(rest == bytes[CHUNK..][..rest.len()]);
        if place.bucket.is_none() {
            assert!(ended.is_ok() && rest.len() == bytes.len() - CHUNK);
        } else {
            // What was made ready is taken; what has to be asked for is no longer there.
            assert!(matches!(ended, Err(BlobError::Gone)), "{ended:?}");
            assert!(rest.len() < bytes.len() - CHUNK);
        }
    }
}

in_both! {
    async fn what_is_shared_is_there_until_the_last_owner_lets_it_go(place: Place) {
        let (ada, bob) = (place.owner().await, place.owner().await);
        let bytes = sample(100_000);
        let (id, sealed) = place.write(&ada, &bytes).await;
        let headers = place.blobs.share(&ada, &bob, &[(id, KIND, &sealed.header)]).await.unwrap();
        assert!(place.read(&bob, id, &headers[0]).await.unwrap() == bytes);
        assert!(place.read(&bob, id, &sealed.header).await.is_err(), "the other's header opens it");
        let again = place.blobs.share(&ada, &bob, &[(id, KIND, &sealed.header)]).await;
        assert!(matches!(again, Err(BlobError::Exists)));

        place.blobs.remove_home(ada.account()).await.unwrap();
        assert!(place.read(&bob, id, &headers[0]).await.unwrap() == bytes);
        let gone = place.blobs.share(&ada, &bob, &[(id, KIND, &sealed.header)]).await;
        assert!(matches!(gone, Err(BlobError::HomeGone)));
        place.blobs.delete(bob.account(), id).await.unwrap();
        assert!(place.blobs.list(bob.account()).await.unwrap().is_empty());
    }
}

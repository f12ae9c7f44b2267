//! What is of buckets alone: parts, conditions, versions, sweeps.

#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "a test that cannot go on fails")]

mod common;

use std::sync::Arc;

use common::raw::{Raw, server};
use common::{KIND, Place, any, id, open, sample, scratch};
use outro_blobs::{BlobError, Blobs, BucketAddress, BucketKeys, FolderGate, InBucket, Versions};
use outro_model::{Clock as _, SystemClock, Timestamp};
use outro_vault::SystemRandom;
use rusty_s3::Method;

const CHUNK: usize = 64 * 1024;
/// A part of an upload, in plaintext.
const PART: usize = 80 * CHUNK;

/// Around every edge of a part: by streaming, and from a file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_in_parts_is_read_as_it_was_written() {
    let place = Place::in_bucket().await;
    let keys = place.owner().await;
    let whole = sample(2 * PART + 5 * CHUNK + 7);
    for length in [PART - 1, PART, PART + 1, PART + CHUNK, PART + 4 * CHUNK, 2 * PART, 2 * PART + 1, whole.len()] {
        let bytes = &whole[..length];
        let (id, sealed) = place.write(&keys, bytes).await;
        assert!(place.read(&keys, id, &sealed.header).await.unwrap() == bytes, "{length}");
        let copied = common::id();
        let sealed = place.blobs.copy_in(&keys, copied, KIND, scratch(bytes)).await.unwrap();
        assert!(place.read(&keys, copied, &sealed.header).await.unwrap() == bytes, "{length}");
        let (from, to) = (length as u64 - CHUNK as u64, length as u64 - 3);
        let range = place.range(&keys, copied, &sealed.header, from, to).await.unwrap();
        assert!(range == bytes[from as usize..to as usize], "{length}");
    }
    // Nothing is on its way any more.
    assert_eq!(place.entries(keys.account()), 16);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_write_the_same_one_is_refused_and_the_first_stays() {
    let place = Place::in_bucket().await;
    let keys = place.owner().await;
    for length in [CHUNK, PART + CHUNK] {
        let (id, first, second) = (id(), sample(length), vec![7; length]);
        let (mut one, mut other) =
            (place.blobs.writer(&keys, id, KIND).await.unwrap(), place.blobs.writer(&keys, id, KIND).await.unwrap());
        one.write(&first).await.unwrap();
        other.write(&second).await.unwrap();
        let sealed = one.finish(&keys).await.unwrap();
        assert!(matches!(other.finish(&keys).await, Err(BlobError::Exists)));
        assert!(place.read(&keys, id, &sealed.header).await.unwrap() == first);
    }
    place.comes_down_to(keys.account(), 2).await;
}

/// What was begun and never ended, as a kill leaves it.
async fn leave_parts(place: &Place, owner: outro_model::AccountId) {
    let (raw, prefix) = place.bucket.as_ref().unwrap();
    let name: String = owner.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let (status, text) =
        raw.ask(Method::Post, &format!("{prefix}objects/{name}/{}", any().repeat(2)), &[("uploads", "")], b"");
    assert_eq!(status, 200, "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_that_never_ended_are_swept_after_their_time_and_with_their_home() {
    let place = Place::in_bucket().await;
    let (ada, bob) = (place.owner().await.account(), place.owner().await.account());
    leave_parts(&place, ada).await;
    leave_parts(&place, ada).await;
    leave_parts(&place, bob).await;
    assert_eq!(place.blobs.sweep(SystemClock.now().plus_seconds(-86_400)).await.unwrap(), 0);
    assert_eq!((place.entries(ada), place.entries(bob)), (2, 1));
    place.blobs.remove_home(ada).await.unwrap();
    assert_eq!((place.entries(ada), place.entries(bob)), (0, 1));
    assert_eq!(place.blobs.sweep(Timestamp(SystemClock.now().0 + 5_000)).await.unwrap(), 1);
    assert_eq!(place.entries(bob), 0);
}

/// As a writer that is killed between its object and its look after the home leaves it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_in_no_home_is_found_and_goes() {
    let place = Place::in_bucket().await;
    let keys = place.owner().await;
    let owner = keys.account();
    place.blobs.remove_home(owner).await.unwrap();
    assert!(place.blobs.owners(None, 10).await.unwrap().is_empty());
    place.put_raw(owner, id(), b"sealed");
    assert!(!place.blobs.home_exists(owner).await.unwrap());
    let other = place.owner().await.account();
    let mut both = vec![owner, other];
    both.sort_unstable();
    for limit in [1, 2, 10] {
        let mut found = place.blobs.owners(None, limit).await.unwrap();
        while let Some(last) = found.last().copied() {
            let next = place.blobs.owners(Some(last), limit).await.unwrap();
            if next.is_empty() {
                break;
            }
            found.extend(next);
        }
        assert_eq!(found, both, "{limit}");
    }
    place.blobs.remove_home(owner).await.unwrap();
    assert!(place.is_gone(owner));
    assert_eq!(place.blobs.owners(None, 10).await.unwrap(), [other]);
}

/// More than one page of a list, and more than one request deletes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_home_of_more_than_a_page_is_listed_and_removed() {
    let place = Place::in_bucket().await;
    let keys = place.owner().await;
    let mut ids: Vec<_> = (0..1_003).map(|_| id()).collect();
    for id in &ids {
        place.put_raw(keys.account(), *id, b"x");
    }
    ids.sort_unstable();
    assert_eq!(place.blobs.list(keys.account()).await.unwrap(), ids);
    place.blobs.remove_home(keys.account()).await.unwrap();
    assert!(place.blobs.list(keys.account()).await.unwrap().is_empty());
    assert!(place.is_gone(keys.account()));
}

async fn open_bucket(name: &str, folder: &std::path::Path) -> Result<Blobs, BlobError> {
    let within = InBucket {
        address: BucketAddress::read(&format!("s3://{name}?endpoint={}", server())).unwrap(),
        keys: BucketKeys::from_env().unwrap(),
        scratch: folder.to_owned(),
        gate: Arc::new(FolderGate::at(folder.to_owned())),
    };
    Blobs::open_bucket(within, Arc::new(SystemRandom)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_keeps_versions_is_refused() {
    let (folder, name) = (tempfile::tempdir().unwrap(), format!("outro-{}", any()));
    let raw = Raw::bucket(&name);
    let keep = |how: &str| {
        let body = format!("<VersioningConfiguration><Status>{how}</Status></VersioningConfiguration>");
        let (status, text) = raw.ask(Method::Put, "", &[("versioning", "")], body.as_bytes());
        assert_eq!(status, 200, "{text}");
    };
    assert_eq!(open_bucket(&name, folder.path()).await.unwrap().versions().await.unwrap(), Versions::None);
    keep("Enabled");
    assert!(matches!(open_bucket(&name, folder.path()).await, Err(BlobError::Versioned)));
    keep("Suspended");
    assert_eq!(open_bucket(&name, folder.path()).await.unwrap().versions().await.unwrap(), Versions::Suspended);
    let (status, text) = raw.ask(Method::Delete, "", &[], b"");
    assert_eq!(status, 204, "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_opened_is_one_clear_line_without_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let Err(none) = open_bucket("outro-that-is-not-there", folder.path()).await else { panic!("it opens") };
    assert_eq!(none.to_string(), "object server: status 404 (NoSuchBucket)");
    Raw::bucket(common::raw::BUCKET);
    let within = InBucket {
        address: BucketAddress::read(&format!("s3://{}?endpoint={}", common::raw::BUCKET, server())).unwrap(),
        keys: BucketKeys::new("outro-test", "another secret"),
        scratch: folder.path().to_owned(),
        gate: Arc::new(FolderGate::at(folder.path().to_owned())),
    };
    let Err(wrong) = Blobs::open_bucket(within, Arc::new(SystemRandom)).await else { panic!("it opens") };
    assert_eq!(wrong.to_string(), "object server: status 403 (SignatureDoesNotMatch)");
    // Nobody is there at all.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let away = open(&format!("http://127.0.0.1:{port}"), &any(), folder.path()).await;
    assert!(matches!(away, Err(BlobError::Away(_))));
}

/// A bucket that is not there any more is no erasure: whoever is told that a home is gone gives up what it was about to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_went_is_an_error_and_nobody_is_gone() {
    let (folder, name) = (tempfile::tempdir().unwrap(), format!("outro-{}", any()));
    let raw = Raw::bucket(&name);
    let place = Place { blobs: open_bucket(&name, folder.path()).await.unwrap(), ..Place::new().await };
    let keys = place.owner().await;
    let (id, sealed) = place.write(&keys, b"x").await;
    let reader = place.blobs.reader(&keys, id, KIND, &sealed.header).await.unwrap().unwrap();
    assert_eq!(raw.ask(Method::Delete, "", &[], b"").0, 204);
    let refused = |error: &BlobError| matches!(error, BlobError::Refused(404, code) if code == "NoSuchBucket");
    assert!(refused(&place.blobs.home_exists(keys.account()).await.unwrap_err()));
    assert!(refused(&place.blobs.writer(&keys, common::id(), KIND).await.err().unwrap()));
    assert!(refused(&place.blobs.reader(&keys, id, KIND, &sealed.header).await.err().unwrap()));
    let mut stream = Box::pin(reader.stream(0..1));
    let read = futures_util::StreamExt::next(&mut stream).await.unwrap();
    assert!(refused(&read.unwrap_err()));
}

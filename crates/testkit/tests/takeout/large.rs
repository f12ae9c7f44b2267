//! An archive from end to end: made, downloaded, read by another program, and brought in elsewhere, all of it behind
//! one large file.
//!
//! `OUTRO_TAKEOUT_BYTES` says how large that is. From 4 GiB on, what comes after it is found by ZIP's larger fields
//! alone; but it takes twice the room it says where tests keep their files, so that it is 3 MiB where nothing is said.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;

use futures_util::{StreamExt as _, stream};
use outro_model::{BlobId, BlobKind};
use outro_store::blobs::{self, Blob};
use outro_store::videos::{self, Video};
use outro_testkit::rows::video_row;
use outro_testkit::{On, read_zip};
use tower::ServiceExt as _;

use super::*;

/// As much as is written, read or passed over at once.
static ZEROS: [u8; 1 << 20] = [0; 1 << 20];

/// Plants a video of which nothing is left but a rendition: so many zeros, sealed as an encode seals them.
async fn plant_zeros(world: &World, owner: &Client, many: u64) {
    let account = world.id_of(owner).await;
    let keys = world.app.vault.account(account).await.unwrap().expect("keys");
    let (id, now) = (BlobId::random(&*world.app.random), world.app.clock.now());
    let mut object = world.app.blobs.writer(&keys, id, BlobKind::Rendition).await.unwrap();
    while object.length() < many {
        let left = (many - object.length()) as usize;
        object.write(&ZEROS[..left.min(ZEROS.len())]).await.unwrap();
    }
    let sealed = object.finish(&keys).await.unwrap();
    let row = video_row(account, now);
    let caption = keys.seal_text(outro_datamap::VIDEO_CAPTION, row.id.as_bytes(), "zeros");
    let video = Video { caption, ..row };
    let (kind, header, length) = (BlobKind::Rendition, Some(sealed.header), sealed.length as i64);
    let blob =
        Blob { owner: account, id, video: video.id, kind, header, length, width: 180, height: 320, created_at: now };
    let mut tx = world.app.db.write().await.unwrap();
    videos::insert(&mut tx, &video).await.unwrap();
    blobs::begin(&mut tx, &blob).await.unwrap();
    assert!(blobs::finish(&mut tx, &blob).await.unwrap());
    assert!(videos::set_ready(&mut tx, account, video.id, 1000, now).await.unwrap());
    tx.commit().await.unwrap();
}

/// Downloads an archive into a file, with holes for zeros; its length.
async fn download_into(path: &Path, world: &World, who: &Client, id: &str) -> u64 {
    let bearer = format!("Bearer {}", who.token.as_ref().unwrap());
    let request = Request::get(download(id)).header(header::AUTHORIZATION, bearer).body(Body::empty()).unwrap();
    let reply = world.router().oneshot(request).await.unwrap();
    assert_eq!(reply.status(), 200);
    let (mut pieces, mut file) = (reply.into_body().into_data_stream(), File::create(path).unwrap());
    while let Some(piece) = pieces.next().await {
        let piece = piece.unwrap();
        if ZEROS.starts_with(&piece) {
            file.seek(SeekFrom::Current(piece.len() as i64)).unwrap();
        } else {
            file.write_all(&piece).unwrap();
        }
    }
    file.metadata().unwrap().len()
}

/// A file, piece by piece.
fn body_of(path: &Path) -> Body {
    let mut file = File::open(path).unwrap();
    let pieces = std::iter::from_fn(move || {
        let mut piece = ZEROS.to_vec();
        let count = file.read(&mut piece).unwrap();
        piece.truncate(count);
        (count > 0).then_some(Ok::<_, std::io::Error>(piece))
    });
    Body::from_stream(stream::iter(pieces))
}

on_both! {
    async fn what_comes_after_a_large_file_goes_out_and_comes_in(world: World) {
        let largest: u64 = std::env::var("OUTRO_TAKEOUT_BYTES")
            .map_or(3 << 20, |bytes| bytes.parse().expect("OUTRO_TAKEOUT_BYTES is a number"));
        let on = if world.database.starts_with("postgres") { On::Postgres } else { On::Sqlite };
        let (ada, folder) = (world.client().join("ada").await, tempfile::tempdir().unwrap());
        let path = folder.path().join("takeout.zip");
        // The newest stands first in an archive.
        world.uploaded(&ada, &[("caption", "What comes after")]).await;
        world.clock.advance_seconds(60);
        plant_zeros(&world, &ada, largest).await;
        let id = asked(&world, &ada).await;
        let length = download_into(&path, &world, &ada, &id).await;
        assert_eq!(ada.get(TAKEOUTS).await.expect(200).json()["items"][0]["size_bytes"], length);
        let end = ada.get_range(&download(&id), &format!("bytes={}-", length - 22)).await.expect(206).body;
        assert!(end.starts_with(b"PK\x05\x06"), "{end:?}");

        let mut found = read_zip(&path);
        assert_eq!((found[0].bytes, found[0].place), (largest, 0));
        assert!(found[1..].iter().all(|entry| entry.place > largest), "{found:?}");
        let mut zip = zip::ZipArchive::new(File::open(&path).unwrap()).unwrap();
        let manifest: Value = serde_json::from_reader(zip.by_name("manifest.json").unwrap()).unwrap();
        assert_eq!(found.pop().expect("entries").path, "manifest.json");
        let found: Vec<_> = found
            .iter()
            .map(|entry| json!({ "path": entry.path, "sha256": entry.sha256, "bytes": entry.bytes }))
            .collect();
        assert_eq!(json!(found), manifest["entries"]);

        // What it was made of makes room for it to be sealed once more. Elsewhere it is later.
        drop((ada, world));
        let other = World::start(on).await;
        other.clock.advance_seconds(86_400);
        let eve = other.client().join("eve").await;
        let request = Request::post("/api/v1/me/imports").header(header::CONTENT_TYPE, "application/zip");
        let request = request.header(header::CONTENT_LENGTH, length).body(body_of(&path)).unwrap();
        eve.send(request).await.expect(202);
        other.settle().await;
        let brought = eve.get("/api/v1/me/imports").await.expect(200).json()["items"][0].clone();
        assert_eq!((&brought["state"], &brought["done"]), (&json!("done"), &json!(1)), "{brought}");
    }
}

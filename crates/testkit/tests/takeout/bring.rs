//! Bringing an archive in, and archives that are none.

use std::io::Write as _;

use outro_testkit::{clip, landscape_clip};
use outro_vault::sha256;
use zip::write::SimpleFileOptions;

use super::*;

const IMPORTS: &str = "/api/v1/me/imports";

async fn send(who: &Client, bytes: &[u8]) -> Reply {
    let request = Request::post(IMPORTS).header(header::CONTENT_TYPE, "application/zip");
    let request = request.header(header::CONTENT_LENGTH, bytes.len());
    who.send(request.body(Body::from(bytes.to_vec())).unwrap()).await
}

async fn brought(who: &Client) -> Value {
    who.get(IMPORTS).await.expect(200).json()["items"][0].clone()
}

async fn whole(world: &World, who: &Client) -> Vec<u8> {
    let id = asked(world, who).await;
    who.get(&download(&id)).await.expect(200).body
}

on_both! {
    async fn out_and_in_and_out_again_is_the_same_byte_for_byte(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let bobs = world.plant(&bob, b"bobs").await;
        let profile = json!({"display_name": "Ada L", "bio": "Two\nlines"});
        ada.call("PATCH", "/api/v1/me", Some(profile)).await.expect(200);
        let choice = json!({"private_account": true, "messages_from": "friends", "searchable": false});
        ada.call("PATCH", "/api/v1/me/privacy", Some(choice)).await.expect(200);
        world.uploaded(&ada, &[("caption", "First, with @bob and #tag"), ("audience", "friends")]).await;
        world.clock.advance_seconds(60);
        let second = landscape_clip("mark");
        ada.upload(&second, &[("caption", "\u{202e}Second"), ("comments_from", "no_one"), ("reframe", "crop"), ("sound_reuse", "false")]).await.expect(202);
        world.settle().await;
        let mine = ada.get("/api/v1/accounts/ada/videos").await.expect(200).json();
        let list = ada.post("/api/v1/me/playlists", json!({"title": "Songs"})).await.expect(201).json();
        for video in mine["items"].as_array().unwrap() {
            let path = format!("/api/v1/playlists/{}/videos/{}", list["id"].as_str().unwrap(), video["id"].as_str().unwrap());
            ada.call("PUT", &path, None).await.expect(200);
        }
        let first = mine["items"][0]["id"].as_str().unwrap();
        ada.call("PUT", &format!("/api/v1/videos/{first}/pin"), None).await.expect(200);
        let offer = json!({"downloads": false, "duets": false, "stitches": false, "age_restricted": true});
        ada.call("PATCH", &format!("/api/v1/videos/{first}"), Some(offer)).await.expect(200);
        comment(&ada, &bobs, "What I wrote").await;
        follow(&ada, "bob").await.expect(200);
        let archive = whole(&world, &ada).await;
        let out = Unpacked::of(archive.clone());

        // Another server, at a later time.
        let other = World::start(if world.database.starts_with("postgres") { outro_testkit::On::Postgres } else { outro_testkit::On::Sqlite }).await;
        other.clock.advance_seconds(86_400);
        let eve = other.client().join("eve").await;
        send(&eve, &archive).await.expect(202);
        other.settle().await;
        let done = brought(&eve).await;
        assert_eq!((&done["state"], &done["done"], &done["videos"]), (&json!("done"), &json!(2), &json!(2)));
        let again = taken(&other, &eve).await;
        assert_eq!(again.text("data/content.json"), out.text("data/content.json"));
        for path in ["videos/original/00001.mp4", "videos/original/00002.mp4"] {
            assert_eq!(again.bytes(path), out.bytes(path));
        }
        let sum = |of: &Unpacked| of.json("manifest.json")["content"]["sha256"].clone();
        assert_eq!(sum(&again), sum(&out));
        // It is here, and as it was.
        let videos = eve.get("/api/v1/accounts/eve/videos").await.expect(200).json();
        let audiences: Vec<_> = videos["items"].as_array().unwrap().iter().map(|one| one["audience"].clone()).collect();
        assert_eq!(audiences, ["everyone", "friends"]);
        for world in [&world, &other] {
            let kept = world.rows("videos").await.iter().filter(|row| row.contains("sound_reuse=0")).count();
            assert_eq!(kept, 1, "one sound may not be used by others");
        }
        assert!(videos["items"].as_array().unwrap().iter().all(|one| one["state"] == "ready"));
        assert_eq!(eve.get("/api/v1/me").await.json()["display_name"], "Ada L");
        let (first, second) = (&videos["items"][0], &videos["items"][1]);
        for (field, of_first) in [("pinned", true), ("age_restricted", true), ("downloads", false), ("duets", false), ("stitches", false)] {
            assert_eq!((&first[field], &second[field]), (&json!(of_first), &json!(!of_first)), "{field}");
        }
        let list = eve.get("/api/v1/me/playlists").await.expect(200).json()["items"][0].clone();
        assert_eq!((&list["title"], &list["video_count"]), (&json!("Songs"), &json!(2)));
        // The archive itself is gone, and a second is not taken.
        assert_eq!(send(&eve, &archive).await.expect(409).code(), "not_a_new_account");
        let kinds: Vec<_> = other.rows("imports").await;
        assert!(kinds.iter().all(|row| row.contains("header=null")), "{kinds:?}");
    }
}

/// An archive that is made by hand.
fn made(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn content(videos: &Value) -> Vec<u8> {
    let settings = json!({
        "private_account": false, "discoverable": true, "searchable": true, "messages_from": "everyone",
        "comments_from": "everyone",
    });
    let profile = json!({"display_name": "Somebody", "bio": ""});
    let whole = json!({
        "format": "outro content 1", "profile": profile, "settings": settings, "videos": videos, "comments": [],
        "follows": [],
    });
    whole.to_string().into_bytes()
}

fn video(path: &str, bytes: &[u8]) -> Value {
    json!({
        "original": path, "sha256": hex::encode(sha256(&[bytes])), "bytes": bytes.len(), "caption": "x",
        "audience": "everyone", "comments_from": "everyone", "reframe": "fit", "created_at": "2024-01-01T00:00:00Z",
        "published_at": null,
    })
}

on_both! {
    async fn what_is_not_sound_is_refused_as_a_whole(world: World) {
        let (path, bytes) = ("videos/original/00001.mp4", clip());
        let sound = video(path, bytes);
        let with = |name: &str, value: Value| {
            let mut changed = sound.clone();
            changed[name] = value;
            content(&json!([changed]))
        };
        let bomb = vec![0; 60 << 20];
        let half = &bytes[..bytes.len() / 2];
        let text = b"not a video at all, but long enough to be looked at by whoever reads it".as_slice();
        let cases: Vec<(&str, Vec<u8>)> = vec![
            ("not_an_archive", b"nothing of the kind".to_vec()),
            ("not_an_archive", vec![]),
            ("no_content", made(&[("index.html", b"x")])),
            ("content_unreadable", made(&[("data/content.json", b"{")])),
            ("content_too_large", made(&[("data/content.json", &vec![b' '; (16 << 20) + 1])])),
            ("content_unknown", made(&[("data/content.json", &String::from_utf8(content(&json!([]))).unwrap().replace("content 1", "content 9").into_bytes())])),
            ("content_unusable", made(&[("data/content.json", &with("audience", json!("the world"))), (path, bytes)])),
            ("content_unusable", made(&[("data/content.json", &with("created_at", json!("2999-01-01T00:00:00Z"))), (path, bytes)])),
            ("content_unusable", made(&[("data/content.json", &with("caption", json!("x".repeat(3000)))), (path, bytes)])),
            ("file_too_large", made(&[("data/content.json", &with("bytes", json!(1u64 << 40))), (path, bytes)])),
            ("entry_missing", made(&[("data/content.json", &with("original", json!("../../../etc/passwd"))), (path, bytes)])),
            ("file_damaged", made(&[("data/content.json", &with("sha256", json!("00".repeat(32)))), (path, bytes)])),
            ("file_damaged", made(&[("data/content.json", &content(&json!([sound]))), (path, half)])),
            // A bomb: 60 MB in a few kilobytes.
            ("file_damaged", made(&[("data/content.json", &content(&json!([video(path, &bomb)]))), (path, &bomb)])),
            ("not_a_video", made(&[("data/content.json", &content(&json!([sound, video("videos/original/2", text)]))), (path, bytes), ("videos/original/2", text)])),
        ];
        let eve = world.client().join("eve").await;
        for (why, archive) in cases {
            send(&eve, &archive).await.expect(202);
            world.run_jobs().await;
            let refused = brought(&eve).await;
            assert_eq!((&refused["state"], &refused["failure"]), (&json!("refused"), &json!(why)));
            assert!(world.rows("videos").await.is_empty() && world.rows("blobs").await.is_empty(), "{why}");
            assert!(world.app.blobs.list(world.id_of(&eve).await).await.unwrap().is_empty(), "{why}");
        }
        // After all of these the account is as new.
        let archive = made(&[("data/content.json", &content(&json!([sound]))), (path, bytes)]);
        send(&eve, &archive).await.expect(202);
        world.run_jobs().await;
        world.settle().await;
        assert_eq!(brought(&eve).await["state"], "done");
    }
}

on_both! {
    async fn an_archive_with_the_larger_fields_of_zip_comes_in_too(world: World) {
        let (path, bytes) = ("videos/original/00001.mp4", clip());
        let document = content(&json!([video(path, bytes)]));
        // Directory and entries are written as beyond 4 GiB.
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.set_raw_zip64_extensible_data_sector(Box::default());
        for (name, bytes) in [("data/content.json", document.as_slice()), (path, bytes)] {
            zip.start_file(name, SimpleFileOptions::default().large_file(true)).unwrap();
            zip.write_all(bytes).unwrap();
        }
        let archive = zip.finish().unwrap().into_inner();
        assert!(archive.windows(4).any(|word| word == b"PK\x06\x06"), "it has no larger fields");
        let eve = world.client().join("eve").await;
        send(&eve, &archive).await.expect(202);
        world.run_jobs().await;
        assert_eq!(brought(&eve).await["state"], "done");
    }
}

on_both! {
    async fn who_is_stopped_goes_on_with_the_next_video(world: World) {
        let one = video("videos/original/1", clip());
        let other = landscape_clip("other");
        let two = video("videos/original/2", &other);
        let archive = made(&[
            ("data/content.json", &content(&json!([one, two]))), ("videos/original/1", clip()), ("videos/original/2", &other),
        ]);
        let eve = world.client().join("eve").await;
        send(&eve, &archive).await.expect(202);
        // Stopped again and again, each time a little later.
        let runner = outro_app::AppRunner(world.app.clone());
        for millis in [1, 20, 60, 120, 200, 300, 450, 600, 900] {
            let work = world.app.queue.work_once(outro_jobs::Lane::Archive, &runner);
            let _ = tokio::time::timeout(std::time::Duration::from_millis(millis), work).await;
            world.app.queue.free_all().await.unwrap();
        }
        world.run_jobs().await;
        world.settle().await;
        assert_eq!(brought(&eve).await["state"], "done");
        assert_eq!(world.rows("videos").await.len(), 2);
        let originals = world.rows("blobs").await.into_iter().filter(|row| row.contains(" kind=0 ") && !row.contains("header=null"));
        assert_eq!(originals.count(), 2);
    }
}

on_both! {
    async fn who_is_private_is_not_seen_while_the_rest_is_made(world: World) {
        let clips: Vec<Vec<u8>> = (0..12).map(|number| landscape_clip(&format!("of {number}"))).collect();
        let paths: Vec<String> = (0..12).map(|number| format!("videos/original/{number}")).collect();
        let videos: Vec<Value> = paths.iter().zip(&clips).map(|(path, clip)| video(path, clip)).collect();
        let mut document: Value = serde_json::from_slice(&content(&json!(videos))).unwrap();
        document["settings"]["private_account"] = json!(true);
        let document = document.to_string();
        let mut entries = vec![("data/content.json", document.as_bytes())];
        entries.extend(paths.iter().zip(&clips).map(|(path, clip)| (path.as_str(), clip.as_slice())));
        let eve = world.client().join("eve").await;
        send(&eve, &made(&entries)).await.expect(202);
        let runner = outro_app::AppRunner(world.app.clone());
        let watching = async {
            while world.rows("videos").await.is_empty() {
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
            assert_eq!(brought(&eve).await["state"], "bringing", "this has looked too late");
            assert_eq!(eve.get("/api/v1/me/privacy").await.expect(200).json()["private_account"], true);
        };
        let work = world.app.queue.work_once(outro_jobs::Lane::Archive, &runner);
        assert!(tokio::join!(work, watching).0.unwrap());
        assert_eq!(brought(&eve).await["state"], "done");
    }
}

on_both! {
    async fn an_archive_that_is_cut_off_leaves_nothing(world: World) {
        let eve = world.client().join("eve").await;
        let pieces: Vec<Result<Vec<u8>, std::io::Error>> =
            vec![Ok(vec![1; 300_000]), Err(std::io::Error::other("cut"))];
        let body = Body::from_stream(futures_util::stream::iter(pieces));
        let request = Request::post(IMPORTS).header(header::CONTENT_TYPE, "application/zip").body(body).unwrap();
        assert_eq!(eve.send(request).await.expect(400).code(), "cut_off");
        assert!(world.rows("imports").await.is_empty());
        assert!(world.app.blobs.list(world.id_of(&eve).await).await.unwrap().is_empty());
    }
}

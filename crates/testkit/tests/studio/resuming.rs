//! An upload that is cut off anywhere goes on where it was, and nothing that was said to be here is lost.

use std::convert::Infallible;

use bytes::Bytes;
use outro_app::housekeeping;

use super::*;

/// A body whose line breaks after these bytes.
fn broken(piece: &[u8]) -> Body {
    let piece = Ok(Bytes::copy_from_slice(piece));
    let cut = Err(std::io::Error::other("the line broke"));
    Body::from_stream(futures_util::stream::iter([piece, cut]))
}

/// Its pieces one by one, as a slow line brings them.
fn slowly(piece: &[u8], size: usize) -> Body {
    let pieces: Vec<_> = piece.chunks(size).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
    Body::from_stream(futures_util::stream::iter(pieces))
}

on_both! {
    async fn an_upload_goes_on_after_the_line_broke(world: World) {
        let client = world.client().join("owner").await;
        let (file, half) = (clip(), clip().len() / 2);
        let said = [("filename", "Ça va.mp4"), ("caption", "Bit by bit"), ("audience", "only_me"), ("last_modified", "7")];
        let upload = client.begin_upload(file.len(), &said).await;
        assert_eq!(far(&client, &upload).await, (0, file.len()));
        let cut = client.tus("PATCH", &upload, &[("upload-offset", "0")], broken(&file[..half])).await.expect(400);
        assert_eq!((cut.code().as_str(), text(&cut, "tus-resumable")), ("cut_off", Some("1.0.0")));
        assert_eq!(far(&client, &upload).await, (half, file.len()), "what came before the line broke is here");
        let listed = client.get("/api/v1/uploads").await.expect(200).json();
        let one = &listed["items"][0];
        assert_eq!((&one["filename"], &one["size"], &one["offset"]), (&json!("Ça va.mp4"), &json!(file.len()), &json!(half)));
        assert_eq!((&one["url"], &one["last_modified"]), (&json!(upload), &json!(7)));
        client.get(&video_of(&upload)).await.expect(404);

        // The server is stopped and started again.
        let world = world.restart().await;
        let client = world.client().with(client.token.as_deref());
        assert_eq!(far(&client, &upload).await, (half, file.len()));
        let wrong = client.add_piece(&upload, 0, file).await.expect(409);
        assert_eq!(wrong.code(), "offset_mismatch");
        let ended = client.add_piece(&upload, half, &file[half..]).await.expect(204);
        assert_eq!(text(&ended, "upload-offset"), Some(file.len().to_string().as_str()));
        let video = client.get(&video_of(&upload)).await.expect(200).json();
        assert_eq!((&video["state"], &video["caption"]), (&json!("processing"), &json!("Bit by bit")));
        assert_eq!(client.get("/api/v1/uploads").await.json()["items"], json!([]));
        assert_eq!(far(&client, &upload).await, (file.len(), file.len()), "who did not hear the answer asks");
        world.settle().await;
        let video = client.get(&video_of(&upload)).await.expect(200).json();
        assert_eq!((&video["state"], &video["audience"]), (&json!("ready"), &json!("only_me")));
        let original = upload.replace("/api/v1/uploads/", "/media/") + "/original";
        assert!(client.get(&original).await.expect(200).body == file, "it is the file, byte for byte");
        assert_eq!(far(&client, &upload).await, (file.len(), file.len()));
        let kinds: Vec<_> = world.rows("blobs").await;
        assert_eq!(kinds.len(), 5, "no piece is left: {kinds:?}");
    }
}

on_both! {
    async fn pieces_of_any_size_come_to_the_same_file(world: World) {
        let client = world.client().join("owner").await;
        // Over several pieces of 4 MiB, the last one short, and no video: it is the bytes that are looked at.
        let file: Vec<u8> = (0..9_000_001u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let (upload, mut at) = (client.begin_upload(file.len(), &[]).await, 0);
        for length in [1, 2, 70_000, 200_000, 300_000, 1, 5_000_000, 64 << 10] {
            let offset = at.to_string();
            let headers = [("upload-offset", offset.as_str())];
            client.tus("PATCH", &upload, &headers, slowly(&file[at..at + length], 50_000)).await.expect(204);
            at += length;
            assert_eq!(far(&client, &upload).await, (at, file.len()));
        }
        let pieces = world.rows("blobs").await;
        assert!(pieces.len() <= 6, "who sends little by little does not fill the disk with names: {}", pieces.len());
        client.add_piece(&upload, at, &file[at..]).await.expect(204);
        let owner = world.id_of(&client).await;
        let id = video_of(&upload).rsplit('/').next().unwrap().parse().unwrap();
        let keys = world.app.vault.account(owner).await.unwrap().unwrap();
        let mut whole = Vec::new();
        for (part, start) in outro_store::blobs::parts(&mut world.app.db.read().await.unwrap(), owner, id).await.unwrap() {
            assert_eq!(start as usize, whole.len());
            let reader = world.app.blobs.reader(&keys, part.id, part.kind, &part.header.unwrap()).await.unwrap().unwrap();
            let length = reader.len();
            let bytes: Vec<_> = futures_util::TryStreamExt::try_collect(reader.stream(0..length)).await.unwrap();
            whole.extend(bytes.concat());
        }
        assert!(whole == file);
        world.settle().await;
        let video = client.get(&video_of(&upload)).await.expect(200).json();
        assert_eq!((&video["state"], &video["failure"]["code"]), (&json!("failed"), &json!("not_a_video")));
        assert_eq!(world.rows("blobs").await, [] as [String; 0]);
        assert!(world.app.blobs.list(owner).await.unwrap().is_empty(), "of what is no video nothing is kept");
    }
}

on_both! {
    async fn with_a_checksum_all_of_a_piece_is_kept_or_nothing(world: World) {
        let client = world.client().join("owner").await;
        let upload = client.begin_upload(10, &[]).await;
        let at = ("upload-offset", "0");
        // SHA-1 and SHA-256 of "hello".
        let (sha1, sha256) = ("sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00=", "sha256 LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
        let sent = client.tus("PATCH", &upload, &[at, ("upload-checksum", sha1)], "hallo").await.expect(460);
        assert_eq!(sent.code(), "checksum_mismatch");
        assert_eq!(far(&client, &upload).await, (0, 10));
        let cut = client.tus("PATCH", &upload, &[at, ("upload-checksum", sha1)], broken(b"hello")).await.expect(400);
        assert_eq!(cut.code(), "cut_off");
        assert_eq!(far(&client, &upload).await, (0, 10), "it cannot be told whether it is right");
        client.tus("PATCH", &upload, &[at, ("upload-checksum", sha1)], "hello").await.expect(204);
        client.tus("PATCH", &upload, &[("upload-offset", "5"), ("upload-checksum", sha256)], "hello").await.expect(204);
        client.get(&video_of(&upload)).await.expect(200);
    }
}

on_both! {
    async fn what_is_ended_or_over_leaves_nothing(world: World) {
        let client = world.client().join("owner").await;
        let upload = client.begin_upload(clip().len(), &[("filename", "x")]).await;
        client.add_piece(&upload, 0, &clip()[..1000]).await.expect(204);
        client.tus("DELETE", &upload, &[], Body::empty()).await.expect(204);
        for table in ["uploads", "blobs"] {
            assert_eq!(world.rows(table).await, [] as [String; 0], "{table}");
        }
        client.add_piece(&upload, 1000, b"x").await.expect(404);

        let upload = client.begin_upload(clip().len(), &[]).await;
        let added = client.add_piece(&upload, 0, &clip()[..1000]).await.expect(204);
        let expires = text(&added, "upload-expires").unwrap();
        assert!(expires.ends_with(" GMT"), "{expires}");
        world.clock.advance_seconds(outro_datamap::UPLOAD_HOURS * 3600 - 1);
        // It is not over before its time, and each piece moves that.
        client.add_piece(&upload, 1000, b"y").await.expect(204);
        world.clock.advance_seconds(outro_datamap::UPLOAD_HOURS * 3600);
        client.add_piece(&upload, 1001, b"z").await.expect(404);
        client.tus("HEAD", &upload, &[], Body::empty()).await.expect(404);
        assert_eq!(client.get("/api/v1/uploads").await.json()["items"], json!([]));
        housekeeping::schedule(&world.app).await.unwrap();
        world.run_jobs().await;
        let owner = world.id_of(&client).await;
        for table in ["uploads", "blobs"] {
            assert_eq!(world.rows(table).await, [] as [String; 0], "{table}");
        }
        assert!(world.app.blobs.list(owner).await.unwrap().is_empty());
    }
}

on_both! {
    async fn somebody_elses_upload_is_nothing(world: World) {
        let (owner, other) = (world.client().join("owner").await, world.client().join("other").await);
        let upload = owner.begin_upload(clip().len(), &[("caption", "mine")]).await;
        owner.add_piece(&upload, 0, &clip()[..1000]).await.expect(204);
        let never = format!("/api/v1/uploads/{NO_ID}");
        let at = [("upload-offset", "1000"), ("x-http-method-override", "DELETE")];
        for (method, piece) in [("HEAD", ""), ("PATCH", "x"), ("DELETE", ""), ("POST", "")] {
            let theirs = other.tus(method, &upload, &at, piece).await.expect(404);
            let nothing = other.tus(method, &never, &at, piece).await.expect(404);
            assert_eq!(theirs.body, nothing.body, "{method}");
            assert_eq!(theirs.headers, nothing.headers, "{method}");
        }
        assert_eq!(far(&owner, &upload).await, (1000, clip().len()));
        // What it became is somebody else's, too: how long the file was is not said.
        owner.add_piece(&upload, 1000, &clip()[1000..]).await.expect(204);
        world.settle().await;
        assert_eq!(other.get(&video_of(&upload)).await.expect(200).json()["state"], "ready");
        other.tus("HEAD", &upload, &[], Body::empty()).await.expect(404);
    }
}

on_both! {
    async fn two_who_go_on_at_once_do_not_mix(world: World) {
        let client = world.client().join("owner").await;
        let upload = client.begin_upload(600_000, &[]).await;
        let (ones, twos) = (vec![1; 300_000], vec![2; 200_000]);
        let (first, second) = tokio::join!(client.add_piece(&upload, 0, &ones), client.add_piece(&upload, 0, &twos));
        let mut answers = [first.status.as_u16(), second.status.as_u16()];
        answers.sort_unstable();
        assert_eq!(answers, [204, 409]);
        let kept = if first.status == 204 { ones.len() } else { twos.len() };
        assert_eq!(far(&client, &upload).await, (kept, 600_000));
        // What the other sent goes by itself.
        for _ in 0..100 {
            if world.rows("blobs").await.len() == 1 { break; }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(world.rows("blobs").await.len(), 1);
    }
}

on_both! {
    async fn who_leaves_takes_what_came_along(world: World) {
        let client = world.client().join("owner").await;
        let upload = client.begin_upload(clip().len(), &[("caption", "gone"), ("filename", "gone.mp4")]).await;
        client.add_piece(&upload, 0, &clip()[..1000]).await.expect(204);
        let owner = world.id_of(&client).await;
        let begun = client.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
        let proof = json!({"challenge": begun["challenge"], "password": "owner-password"});
        client.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
        client.add_piece(&upload, 1000, b"x").await.expect(401);
        world.settle().await;
        for table in ["uploads", "blobs", "accounts"] {
            assert_eq!(world.rows(table).await, [] as [String; 0], "{table}");
        }
        assert!(!world.app.blobs.home_exists(owner).await.unwrap());
    }
}

on_both! {
    async fn what_was_said_of_a_file_is_looked_at_first(world: World) {
        let client = world.client().join("owner").await;
        let long = "x".repeat(2201);
        for (key, value, code) in [
            ("caption", long.as_str(), "caption_too_long"),
            ("audience", "nobody", "invalid_audience"),
            ("reframe", "squeeze", "invalid_reframe"),
            ("draft", "perhaps", "invalid_draft"),
            ("sound", NO_ID, "no_such_sound"),
        ] {
            let said = format!("{key} {}", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, value));
            let headers = [("upload-length", "9"), ("upload-metadata", said.as_str())];
            let refused = client.tus("POST", "/api/v1/uploads", &headers, Body::empty()).await.expect(422);
            assert_eq!(refused.code(), code);
        }
        assert_eq!(world.rows("uploads").await, [] as [String; 0]);
    }
}

on_both! {
    async fn nothing_that_was_said_or_sent_stands_readable(world: World) {
        let client = world.client().join("owner").await;
        let upload = client.begin_upload(1000, &[("filename", "MARK-3b1d.mp4"), ("caption", "MARK-3b1d")]).await;
        client.add_piece(&upload, 0, b"MARK-3b1d").await.expect(204);
        // As it was written, and as it came in.
        let marks = [b"MARK-3b1d".to_vec(), b"TUFSSy0zYjFk".to_vec()];
        let has_mark = |bytes: &[u8]| marks.iter().any(|mark| bytes.windows(mark.len()).any(|window| window == mark));
        assert!(!world.files().iter().any(|path| has_mark(&std::fs::read(path).unwrap_or_default())));
        assert!(!world.everything().await.iter().any(|row| has_mark(row.as_bytes())));
    }
}

on_both! {
    async fn an_archive_holds_what_came_in_pieces(world: World) {
        let client = world.client().join("owner").await;
        let upload = client.begin_upload(clip().len(), &[("caption", "In pieces")]).await;
        client.add_piece(&upload, 0, &clip()[..700]).await.expect(204);
        client.add_piece(&upload, 700, &clip()[700..]).await.expect(204);
        // Nothing of it was made yet.
        let begun = client.post("/api/v1/me/takeouts", json!({"password": "owner-password"})).await.expect(202).json();
        world.app.queue.work_once(outro_jobs::Lane::Archive, &outro_app::AppRunner(world.app.clone())).await.unwrap();
        let archive = client.get(&format!("/api/v1/me/takeouts/{}/download", begun["id"].as_str().unwrap())).await;
        assert!(archive.expect(200).body.windows(clip().len()).any(|window| window == clip()));
    }
}

on_both! {
    async fn many_that_begin_at_once_are_all_begun_up_to_the_limit(world: World) {
        let client = world.client().join("owner").await;
        let begin = || async { client.tus("POST", "/api/v1/uploads", &[("upload-length", "9")], Body::empty()).await.status };
        let answers = futures_util::future::join_all((0..40).map(|_| begin())).await;
        let count = |status: u16| answers.iter().filter(|answer| answer.as_u16() == status).count();
        assert_eq!((count(201), count(409)), (32, 8), "{answers:?}");
    }
}

//! What is taken, what is refused, and what a refusal leaves behind: nothing.

use std::process::Command;

use outro_testkit::landscape_clip;

use super::*;

/// No row, no object, no file of an upload is left.
async fn assert_nothing_is_kept(world: &World, client: &Client, about: &str) {
    for table in ["videos", "blobs", "jobs"] {
        assert_eq!(world.rows(table).await, [] as [String; 0], "{about}: {table}");
    }
    let owner = world.id_of(client).await;
    assert!(world.app.blobs.list(owner).await.unwrap().is_empty(), "{about}");
    let kept = world
        .files()
        .into_iter()
        .find(|path| path.to_string_lossy().contains("/blobs/") || path.to_string_lossy().contains("/scratch/"));
    assert_eq!(kept, None, "{about}");
}

fn made_by_ffmpeg(args: &[&str]) -> Vec<u8> {
    let made = Command::new("ffmpeg").args(["-v", "error"]).args(args).arg("pipe:1").output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    made.stdout
}

on_both! {
    async fn what_is_no_video_is_refused(world: World) {
        let client = world.client().join("owner").await;
        let picture = made_by_ffmpeg(&["-f", "lavfi", "-i", "testsrc2=s=64x64", "-frames:v", "1", "-c:v", "mjpeg", "-f", "image2pipe"]);
        let playlist = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n".to_vec();
        let concat = b"ffconcat version 1.0\nfile /etc/passwd\n".to_vec();
        let half = clip()[..600].to_vec();
        for (what, file, codes) in [
            ("nothing", vec![], vec!["not_a_video"]),
            ("a text", b"Dear diary".to_vec(), vec!["not_a_video"]),
            ("noise", bytes(100_000), vec!["not_a_video"]),
            ("a playlist", playlist, vec!["not_a_video"]),
            ("a list of files", concat, vec!["not_a_video"]),
            ("a page", b"<html><video src=http://127.0.0.1/></html>".to_vec(), vec!["not_a_video"]),
            ("a still", picture, vec!["not_a_video"]),
            ("its first bytes", half, vec!["damaged", "no_picture"]),
        ] {
            let refused = client.upload(&file, &[("caption", "x")]).await.expect(422);
            assert!(codes.contains(&refused.code().as_str()), "{what}: {}", refused.text());
            assert_eq!(text(&refused, "content-type"), Some("application/problem+json"));
            assert!(!refused.text().contains("ffmpeg") && !refused.text().contains("passwd"), "{}", refused.text());
            assert_nothing_is_kept(&world, &client, what).await;
        }
    }
}

on_both! {
    async fn what_is_too_large_is_refused(world: World) {
        let small = world.with_settings(|settings| settings.max_upload_bytes = 4000);
        let client = small.client().join("owner").await;
        assert!(clip().len() > 5000);
        assert_eq!(client.upload(clip(), &[]).await.expect(413).code(), "file_too_large");
        assert_nothing_is_kept(&world, &client, "announced").await;
        assert_eq!(unannounced(&client, clip()).await.expect(413).code(), "file_too_large");
        assert_nothing_is_kept(&world, &client, "not announced").await;
    }
}

on_both! {
    async fn what_is_too_long_is_refused(world: World) {
        let short = world.with_settings(|settings| settings.max_duration_s = 0);
        let client = short.client().join("owner").await;
        assert_eq!(client.upload(clip(), &[]).await.expect(422).code(), "too_long");
        assert_nothing_is_kept(&world, &client, "too long").await;
    }
}

const TYPE: &str = "multipart/form-data; boundary=b";

fn file_part(file: &[u8]) -> Vec<u8> {
    let head = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n";
    [head.as_slice(), file, b"\r\n"].concat()
}

fn field(name: &str, value: &str) -> Vec<u8> {
    format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes()
}

async fn post(client: &Client, body: Vec<u8>) -> Reply {
    let request = Request::builder().method("POST").uri("/api/v1/videos").header(header::CONTENT_TYPE, TYPE);
    client.send(request.body(Body::from(body)).unwrap()).await
}

/// Uploads without saying how long it is.
async fn unannounced(client: &Client, file: &[u8]) -> Reply {
    post(client, [file_part(file), b"--b--\r\n".to_vec()].concat()).await
}

on_both! {
    async fn an_upload_that_is_cut_off_leaves_nothing(world: World) {
        let client = world.client().join("owner").await;
        let part = file_part(clip());
        assert_eq!(post(&client, part[..part.len() / 2].to_vec()).await.expect(400).code(), "cut_off");
        assert_nothing_is_kept(&world, &client, "cut off").await;
    }
}

on_both! {
    async fn a_form_without_a_file_is_refused(world: World) {
        let client = world.client().join("owner").await;
        let body = [field("caption", "x"), b"--b--\r\n".to_vec()].concat();
        assert_eq!(post(&client, body).await.expect(422).code(), "file_missing");
        assert_nothing_is_kept(&world, &client, "no file").await;
    }
}

on_both! {
    async fn fields_may_come_after_the_file(world: World) {
        let client = world.client().join("owner").await;
        let fields = [field("caption", "After #it"), field("audience", "only_me"), field("unknown", "x")].concat();
        let reply = post(&client, [file_part(clip()), fields, b"--b--\r\n".to_vec()].concat()).await.expect(202);
        let video = reply.json()["video"].clone();
        assert_eq!((&video["caption"], &video["audience"]), (&json!("After #it"), &json!("only_me")));
        assert_eq!((&video["state"], &video["progress"]), (&json!("processing"), &json!(0.0)));
    }
}

on_both! {
    async fn fields_that_cannot_be_used_keep_nothing(world: World) {
        let client = world.client().join("owner").await;
        for (name, value, code) in [
            ("caption", "x".repeat(2201), "caption_too_long"),
            ("caption", "x".repeat(20_000), "caption_too_long"),
            ("audience", "nobody".into(), "invalid_audience"),
            ("reframe", "squeeze".into(), "invalid_reframe"),
        ] {
            for after in [false, true] {
                let mut parts = [field(name, &value), file_part(clip())];
                if after { parts.reverse(); }
                let reply = post(&client, [parts.concat(), b"--b--\r\n".to_vec()].concat()).await.expect(422);
                assert_eq!(reply.code(), code, "{name}, after the file: {after}");
                assert_nothing_is_kept(&world, &client, &format!("{name}, after the file: {after}")).await;
            }
        }
    }
}

on_both! {
    async fn nothing_of_the_uploads_metadata_is_passed_on(world: World) {
        let client = world.client().join("owner").await;
        let file = landscape_clip("MARK-9f27c1");
        let has_mark = |bytes: &[u8]| bytes.windows(11).any(|window| window == b"MARK-9f27c1");
        assert!(has_mark(&file), "the mark is not in the upload");
        let id = client.upload(&file, &[]).await.expect(202).json()["video"]["id"].as_str().unwrap().to_owned();
        world.settle().await;
        let video = client.get(&format!("/api/v1/videos/{id}")).await.expect(200).json();
        let rendition = &video["renditions"][0];
        assert!(rendition["height"].as_i64().unwrap() > rendition["width"].as_i64().unwrap(), "{rendition}");
        for part in ["video.mp4", "cover.jpg", "download.mp4"] {
            let bytes = client.get(&format!("/media/{id}/{part}")).await.expect(200).body;
            assert!(bytes.len() > 500 && !has_mark(&bytes), "{part}");
        }
        assert!(client.get(&format!("/media/{id}/original")).await.expect(200).body == file);
        assert!(!world.files().iter().any(|path| has_mark(&std::fs::read(path).unwrap())), "it stands in a file");
    }
}

on_both! {
    async fn a_caption_is_kept_as_it_was_written(world: World) {
        let client = world.client().join("owner").await;
        let caption = "  Ça va? #été 🎉\r\n\r\nصيف <b>&amp;</b> ";
        let id = client.upload(clip(), &[("caption", caption)]).await.expect(202).json()["video"]["id"].clone();
        let path = format!("/api/v1/videos/{}", id.as_str().unwrap());
        let kept = client.get(&path).await.json()["caption"].clone();
        assert_eq!(kept, "Ça va? #été 🎉\n\nصيف <b>&amp;</b>");
        set(&client, &path, json!({"caption": "é".repeat(2200)})).await;
        assert_eq!(client.get(&path).await.json()["caption"], "é".repeat(2200));
        client.call("PATCH", &path, Some(json!({"caption": "é".repeat(2201)}))).await.expect(422);
        set(&client, &path, json!({})).await;
        assert_eq!(client.get(&path).await.json()["caption"], "é".repeat(2200));
        assert!(!world.everything().await.concat().contains("éééé"), "it stands in the clear");
    }
}

on_both! {
    async fn nobody_changes_the_video_of_somebody_else(world: World) {
        let (owner, stranger) = (world.client().join("owner").await, world.client().join("stranger").await);
        let id = world.plant(&owner, b"bytes").await;
        let path = format!("/api/v1/videos/{id}");
        let before = world.everything().await;
        stranger.call("PATCH", &path, Some(json!({"caption": "mine"}))).await.expect(404);
        stranger.call("DELETE", &path, None).await.expect(404);
        assert_eq!(world.everything().await, before);
    }
}

on_both! {
    async fn a_file_that_cannot_be_made_says_so_to_its_owner_alone(world: World) {
        let (owner, stranger) = (world.client().join("owner").await, world.client().join("stranger").await);
        let id = owner.upload(clip(), &[]).await.expect(202).json()["video"]["id"].as_str().unwrap().to_owned();
        // The rules are stricter by the time that it is made.
        let strict = world.with_settings(|settings| settings.max_duration_s = 0);
        strict.settle().await;
        let path = format!("/api/v1/videos/{id}");
        let video = owner.get(&path).await.expect(200).json();
        assert_eq!((&video["state"], &video["failure"]["code"]), (&json!("failed"), &json!("too_long")));
        assert!(video["failure"]["detail"].as_str().unwrap().contains("too long"), "{video}");
        assert_eq!((&video["renditions"], &video["cover_url"]), (&json!([]), &Value::Null));
        stranger.get(&path).await.expect(404);
        let listed = stranger.get("/api/v1/accounts/owner/videos").await.expect(200).json();
        assert_eq!(listed["items"], json!([]));
        // Nothing of the file is kept; the note goes when its owner takes it away.
        assert!(world.rows("blobs").await.is_empty());
        owner.call("DELETE", &path, None).await.expect(204);
        world.settle().await;
        assert_nothing_is_kept(&world, &owner, "a failed video").await;
    }
}

on_both! {
    async fn a_video_taken_away_before_it_is_made_is_not_made(world: World) {
        let client = world.client().join("owner").await;
        let id = client.upload(clip(), &[]).await.expect(202).json()["video"]["id"].as_str().unwrap().to_owned();
        client.call("DELETE", &format!("/api/v1/videos/{id}"), None).await.expect(204);
        world.settle().await;
        assert_nothing_is_kept(&world, &client, "taken away").await;
    }
}

on_both! {
    async fn a_clip_becomes_a_video_that_plays(world: World) {
        let client = world.client().join("owner").await;
        let id = world.uploaded(&client, &[("reframe", "crop")]).await;
        let video = world.client().get(&format!("/api/v1/videos/{id}")).await.expect(200).json();
        assert_eq!((&video["state"], &video["progress"]), (&json!("ready"), &json!(1.0)));
        let played = world.client().get(video["renditions"][0]["url"].as_str().unwrap()).await.expect(200).body;
        assert_eq!(&played[4..8], b"ftyp");
        assert!(played != clip(), "the bitstream of a stranger was passed on");
        let at = |name: &[u8; 4]| played.windows(4).position(|window| window == name).unwrap();
        assert!(at(b"moov") < at(b"mdat"), "the index stands at the end");
        let cover = world.client().get(video["cover_url"].as_str().unwrap()).await.expect(200).body;
        assert_eq!(&cover[..2], b"\xff\xd8");
        let duration = video["duration_ms"].as_i64().unwrap();
        assert!((900..1200).contains(&duration), "{duration}");
    }
}

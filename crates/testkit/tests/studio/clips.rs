//! Clips: further files of a video, pieces of which are in what is made.

use outro_model::{BlobKind, VideoId};
use outro_store::{blobs, clips};
use outro_testkit::{landscape_clip, upright_clip};

use super::*;

fn id_of(video: &str) -> &str {
    video.rsplit('/').next().unwrap()
}

async fn put(client: &Client, video: &str, edit: &Value) -> Reply {
    client.call("PUT", &format!("{video}/edit"), Some(json!({ "edit": edit, "replace": true }))).await
}

async fn add(client: &Client, video: &str, file: &[u8]) -> Value {
    client.add_clip(id_of(video), file).await.expect(201).json()
}

async fn list(client: &Client, video: &str) -> Vec<Value> {
    client.get(&format!("{video}/clips")).await.expect(200).json()["items"].as_array().unwrap().clone()
}

async fn remove(client: &Client, video: &str, clip: &Value) -> Reply {
    client.call("DELETE", &format!("{video}/clips/{}", clip["id"].as_str().unwrap()), None).await
}

/// How many rows and objects there are of a video's clips, whole or not.
async fn kept(world: &World, client: &Client, video: &str) -> (usize, usize) {
    let (owner, video): (_, VideoId) = (world.id_of(client).await, id_of(video).parse().unwrap());
    let mut tx = world.app.db.read().await.unwrap();
    let rows = clips::of_video(&mut tx, owner, video).await.unwrap().len();
    (rows, blobs::of_kind(&mut tx, owner, video, BlobKind::Clip).await.unwrap().len())
}

async fn length(client: &Client, video: &str) -> i64 {
    client.get(video).await.expect(200).json()["duration_ms"].as_i64().unwrap()
}

on_both! {
    async fn pieces_of_a_clip_are_in_what_is_made_and_its_file_stays_its_owners(world: World) {
        let (owner, other) = (world.client().join("owner").await, world.client().join("other").await);
        let video = draft(&world, &owner, &[]).await;
        let file = landscape_clip("mark");
        let added = add(&owner, &video, &file).await;
        assert_eq!((&added["width"], &added["height"], &added["in_use"]), (&json!(320), &json!(180), &json!(false)));
        assert!((added["duration_ms"].as_i64().unwrap() - 1000).abs() < 60, "{added}");
        assert_eq!(list(&owner, &video).await.as_slice(), std::slice::from_ref(&added));
        // Nothing of what can be watched has changed.
        assert_eq!(owner.get(&format!("{video}/edit")).await.json()["state"], "none");

        let url = added["url"].as_str().unwrap();
        assert_eq!(owner.get(url).await.expect(200).body, file);
        let part = owner.get_range(url, "bytes=10-109").await.expect(206);
        assert_eq!((&part.body[..], text(&part, "content-type")), (&file[10..110], Some("application/octet-stream")));

        let cuts = json!([
            {"clip": added["id"], "from_ms": 200, "to_ms": 700}, {"from_ms": 0, "to_ms": 400},
            {"clip": added["id"], "from_ms": 0, "to_ms": 1000, "speed": 200},
        ]);
        put(&owner, &video, &json!({ "cuts": cuts })).await.expect(200);
        assert_eq!(list(&owner, &video).await[0]["in_use"], true);
        world.settle().await;
        let made = owner.get(&format!("{video}/edit")).await.expect(200).json();
        assert_eq!((&made["state"], &made["failure"]), (&json!("none"), &Value::Null));
        assert_eq!(made["edit"]["cuts"][0]["clip"], added["id"]);
        assert!(made["edit"]["cuts"][1].get("clip").is_none(), "a piece of the original names none");
        assert!((length(&owner, &video).await - 1400).abs() <= 60, "{}", length(&owner, &video).await);
        let shown = owner.get(&video).await.json()["renditions"][0].clone();
        assert_eq!(shown["width"].as_i64().unwrap() * 16, shown["height"].as_i64().unwrap() * 9, "{shown}");

        // While it is published too the clip is nobody's but its owner's.
        patch(&owner, &video, json!({"draft": false})).await.expect(200);
        other.get(&video).await.expect(200);
        let nothing = |path: &str| path.replace(id_of(&video), NO_ID);
        let paths = [url.to_owned(), format!("{video}/clips")];
        for path in &paths {
            for client in [&other, &other.anonymous()] {
                let (hidden, never) = (client.get(path).await, client.get(&nothing(path)).await);
                assert_eq!((hidden.status, hidden.body), (never.status, never.body), "{path}");
            }
        }
        let (hidden, never) = (other.add_clip(id_of(&video), &file).await, other.add_clip(NO_ID, &file).await);
        assert_eq!((hidden.expect(404).body, kept(&world, &owner, &video).await), (never.expect(404).body, (1, 1)));
        assert_eq!(remove(&other, &video, &added).await.expect(404).code(), "not_found");
        owner.get(&url.replace(added["id"].as_str().unwrap(), NO_ID)).await.expect(404);

        // It goes with its video, files and rows.
        owner.call("DELETE", &video, None).await.expect(204);
        owner.get(url).await.expect(404);
        world.settle().await;
        assert_eq!(kept(&world, &owner, &video).await, (0, 0));
    }
}

on_both! {
    async fn a_clip_is_removed_only_where_nothing_is_made_of_it(world: World) {
        let owner = world.client().join("owner").await;
        let video = draft(&world, &owner, &[]).await;
        let (first, second) = (add(&owner, &video, &upright_clip(180, 320, 1)).await, add(&owner, &video, clip()).await);
        let of = |clip: &Value| json!({"cuts": [{"clip": clip["id"], "from_ms": 0, "to_ms": 600}]});
        put(&owner, &video, &of(&first)).await.expect(200);
        assert_eq!(remove(&owner, &video, &first).await.expect(409).code(), "clip_in_use");
        world.settle().await;
        // What was made, and what is to be: until that is there, leaving it goes back to the other.
        put(&owner, &video, &of(&second)).await.expect(200);
        for clip in [&first, &second] {
            assert_eq!(remove(&owner, &video, clip).await.expect(409).code(), "clip_in_use");
        }
        owner.call("POST", &format!("{video}/cancel"), None).await.expect(200);
        remove(&owner, &video, &second).await.expect(204);
        assert_eq!((list(&owner, &video).await.len(), kept(&world, &owner, &video).await), (1, (1, 1)));
        owner.get(second["url"].as_str().unwrap()).await.expect(404);
        remove(&owner, &video, &second).await.expect(404);
        world.settle().await;
        assert_eq!(owner.get(&format!("{video}/edit")).await.json()["edit"]["cuts"][0]["clip"], first["id"]);
        // A piece of what is gone, or of what another video has, is none.
        let elsewhere = draft(&world, &owner, &[]).await;
        let theirs = add(&owner, &elsewhere, clip()).await;
        for gone in [&second, &theirs] {
            let refused = put(&owner, &video, &of(gone)).await.expect(422);
            assert_eq!(refused.json()["errors"][0]["code"], "no_such_clip");
        }
        owner.call("DELETE", &format!("{video}/edit"), None).await.expect(200);
        world.settle().await;
        remove(&owner, &video, &first).await.expect(204);
        assert_eq!(kept(&world, &owner, &video).await, (0, 0));
    }
}

on_both! {
    async fn what_is_no_clip_is_refused_and_nothing_of_it_is_kept(world: World) {
        let owner = world.client().join("owner").await;
        let video = draft(&world, &owner, &[]).await;
        let id = id_of(&video);
        assert_eq!(owner.add_clip(id, b"not a video at all").await.expect(422).code(), "not_a_video");
        assert_eq!(owner.add_clip(id, &sound()).await.expect(422).code(), "clip_without_picture");
        assert_eq!(kept(&world, &owner, &video).await, (0, 0));
        // As many as there may be, and not larger together than an upload may be.
        let file = upright_clip(180, 320, 1);
        let most = 5 * file.len() as u64 / 2;
        let small = world.with_settings(|settings| settings.max_upload_bytes = most);
        let client = small.client().with(owner.token.as_deref());
        for _ in 0..2 {
            add(&client, &video, &file).await;
        }
        assert_eq!(client.add_clip(id, &file).await.expect(413).code(), "clips_too_large");
        assert_eq!(kept(&world, &owner, &video).await, (2, 2));
        for _ in 2..10 {
            add(&owner, &video, &file).await;
        }
        assert_eq!(owner.add_clip(id, &file).await.expect(409).code(), "most_clips");
        assert_eq!(kept(&world, &owner, &video).await, (10, 10));
        // One that is not made yet has nothing to be edited.
        let upload = owner.begin_upload(clip().len(), &[("draft", "true")]).await;
        owner.add_piece(&upload, 0, clip()).await.expect(204);
        let refused = owner.add_clip(id_of(&upload), &file).await.expect(409);
        assert_eq!(refused.code(), "not_ready");
        world.settle().await;
        owner.call("PATCH", "/api/v1/me/privacy", Some(json!({"on_hiatus": true}))).await.expect(200);
        assert_eq!(owner.add_clip(id_of(&upload), &file).await.expect(403).code(), "account_away");
    }
}

on_both! {
    async fn an_edit_that_cannot_be_made_leaves_the_clips(world: World) {
        let owner = world.client().join("owner").await;
        let video = draft(&world, &owner, &[]).await;
        let added = add(&owner, &video, clip()).await;
        let beyond = json!({"cuts": [{"clip": added["id"], "from_ms": 1100, "to_ms": 1190}]});
        put(&owner, &video, &beyond).await.expect(422);
        let cuts = json!({"cuts": [{"clip": added["id"], "from_ms": 0, "to_ms": 900}]});
        put(&owner, &video, &cuts).await.expect(200);
        // Its object is not what it was: it cannot be opened.
        let owner_id = world.id_of(&owner).await;
        let object = clips::object(added["id"].as_str().unwrap().parse().unwrap());
        world.app.blobs.delete(owner_id, object).await.unwrap();
        for _ in 0..8 {
            world.run_jobs().await;
            world.clock.advance_seconds(3600);
        }
        let edit = owner.get(&format!("{video}/edit")).await.expect(200).json();
        assert_eq!((&edit["state"], &edit["failure"]["code"]), (&json!("failed"), &json!("too_hard")));
        assert_eq!(owner.get(&video).await.json()["state"], "ready");
        owner.call("POST", &format!("{video}/cancel"), None).await.expect(200);
        assert_eq!(list(&owner, &video).await.len(), 1);
        remove(&owner, &video, &added).await.expect(204);
    }
}

fn sound() -> Vec<u8> {
    let made = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "sine=duration=1", "-f", "mp3", "pipe:1"])
        .output()
        .unwrap();
    assert!(made.status.success());
    made.stdout
}

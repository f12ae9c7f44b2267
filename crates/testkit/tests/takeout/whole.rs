//! What is in an archive.

use outro_testkit::{clip, landscape_clip};
use outro_vault::sha256;

use super::*;

on_both! {
    async fn what_one_says_under_ones_own_video_comes_along(world: World) {
        let ada = world.client().join("ada").await;
        let video = world.plant(&ada, b"bytes").await;
        let said = json!({"text": "under my own"});
        ada.post(&format!("/api/v1/videos/{video}/comments"), said).await.expect(201);
        let archive = taken(&world, &ada).await;
        let comment = archive.json("data/content.json")["comments"][0].clone();
        assert_eq!((&comment["text"], &comment["to"]), (&json!("under my own"), &Value::Null));
    }
}

on_both! {
    async fn an_archive_holds_the_files_as_they_are_and_the_sum_of_each(world: World) {
        let ada = world.client().join("ada").await;
        let first = world.uploaded(&ada, &[("caption", "The first <one> & more")]).await;
        world.clock.advance_seconds(5);
        let landscape = landscape_clip("mark");
        let second = ada.upload(&landscape, &[("caption", "Across"), ("audience", "only_me")]).await.expect(202).json();
        world.settle().await;
        let second = second["video"]["id"].as_str().unwrap();
        let added = ada.add_clip(&first, &landscape).await.expect(201).json();
        let archive = taken(&world, &ada).await;

        // The newest has the first number.
        assert_eq!(archive.bytes("videos/original/00001.mp4"), landscape);
        assert_eq!(archive.bytes("videos/original/00002.mp4"), clip());
        assert_eq!(archive.bytes("videos/clips/00002-01.mp4"), landscape);
        let clip = archive.json("data/clips.json")["clips"][0].clone();
        assert_eq!((&clip["id"], &clip["video_id"]), (&added["id"], &json!(first)));
        assert_eq!((&clip["file"], &clip["width"]), (&json!("videos/clips/00002-01.mp4"), &json!(320)));
        for (number, id) in [(1, second), (2, first.as_str())] {
            let rendition = ada.get(&format!("/media/{id}/video.mp4")).await.expect(200).body;
            assert_eq!(archive.bytes(&format!("videos/renditions/{number:05}.mp4")), rendition);
            let cover = ada.get(&format!("/media/{id}/cover.jpg")).await.expect(200).body;
            assert_eq!(archive.bytes(&format!("videos/covers/{number:05}.jpg")), cover);
        }

        // The manifest names every other entry, and nothing else.
        let manifest = archive.json("manifest.json");
        let entries = manifest["entries"].as_array().unwrap();
        assert_eq!(entries.len() + 1, archive.0.len());
        for entry in entries {
            let bytes = archive.bytes(entry["path"].as_str().unwrap());
            assert_eq!(entry["sha256"], hex::encode(sha256(&[bytes])), "{entry}");
            assert_eq!(entry["bytes"], bytes.len(), "{entry}");
        }
        assert_eq!(manifest["about"]["handle"], "ada");
        assert_eq!(manifest["content"]["sha256"], hex::encode(sha256(&[archive.bytes("data/content.json")])));

        // The pages name files that are there, and escape what was written.
        let index = archive.text("index.html");
        assert!(index.contains("The first &#60;one&#62; &#38; more") || index.contains("&lt;one&gt;"), "{index}");
        for (mark, end) in [("src=\"", "\""), ("poster=\"", "\""), ("href=\"", "\"")] {
            for link in index.split(mark).skip(1).map(|rest| rest.split(end).next().unwrap()) {
                archive.bytes(link);
            }
        }
        for page in archive.folder("pages/").into_iter().filter(|path| path.ends_with(".html")) {
            let text = archive.text(page);
            for link in text.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
                let path = link.strip_prefix("../").map_or_else(|| format!("pages/{link}"), str::to_owned);
                archive.bytes(&path);
            }
            assert!(!text.contains("http://") && !text.contains("https://"), "{page} leads out");
        }

        // ActivityStreams.
        let outbox = archive.json("activitystreams/outbox.json");
        assert_eq!(outbox["@context"], "https://www.w3.org/ns/activitystreams");
        assert_eq!(outbox["orderedItems"][0]["object"]["content"], "Across");
        assert_eq!(archive.json("activitystreams/actor.json")["preferredUsername"], "ada");
        for name in ["likes", "following", "followers"] {
            assert!(archive.json(&format!("activitystreams/{name}.json"))["items"].is_array());
        }

        // The schema is the one that is served, and every document has its line in it.
        let schema = world.client().get("/api/takeout-schema.json").await.expect(200).json();
        assert_eq!(archive.json("data/schema.json"), schema);
        for path in archive.folder("data/").into_iter().filter(|path| *path != "data/schema.json") {
            let document = archive.json(path);
            let lists = &schema["$defs"][path]["properties"];
            for name in document.as_object().unwrap().keys() {
                assert!(lists[name].is_object(), "{path}: {name} has no line in the schema");
            }
        }
    }
}

on_both! {
    async fn an_account_of_nothing_has_an_archive_too(world: World) {
        let ada = world.client().join("ada").await;
        let archive = taken(&world, &ada).await;
        assert!(archive.folder("videos/").is_empty());
        assert!(archive.text("index.html").contains("@ada"));
        assert_eq!(archive.json("data/content.json")["videos"], json!([]));
    }
}

on_both! {
    async fn the_pages_are_in_the_language_asked_for(world: World) {
        let ada = world.client().join("ada").await;
        let request = Request::post(TAKEOUTS).header(header::ACCEPT_LANGUAGE, "ar").body(Body::empty()).unwrap();
        let begun = ada.send(request).await.expect(202).json();
        world.run_jobs().await;
        let bytes = ada.get(&download(begun["id"].as_str().unwrap())).await.expect(200).body;
        assert!(Unpacked::of(bytes).text("index.html").contains("dir=\"rtl\""));
    }
}

on_both! {
    async fn what_a_killed_run_left_is_made_anew(world: World) {
        let ada = world.client().join("ada").await;
        let id = ada.call("POST", TAKEOUTS, None).await.expect(202).json()["id"].as_str().unwrap().to_owned();
        // Killed right after the object got its name, and before its row said so.
        let object = outro_model::BlobId::from_bytes(*id.parse::<outro_model::TakeoutId>().unwrap().as_bytes());
        let account = world.id_of(&ada).await;
        let keys = world.app.vault.account(account).await.unwrap().unwrap();
        let mut writer = world.app.blobs.writer(&keys, object, outro_model::BlobKind::Takeout).await.unwrap();
        writer.write(b"half of it").await.unwrap();
        writer.finish(&keys).await.unwrap();
        let world = world.restart().await;
        world.run_jobs().await;
        let ada = world.client().with(ada.token.as_deref());
        Unpacked::of(ada.get(&download(&id)).await.expect(200).body).text("index.html");
        assert_eq!(world.app.blobs.list(account).await.unwrap(), [object]);
    }
}

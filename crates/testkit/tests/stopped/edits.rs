//! An edit of a video: clips that are added and removed, and what is made of them.

use std::path::Path;

use outro_testkit::{Client, World, clip, landscape_clip};
use serde_json::{Value, json};

use crate::acts::files;
use crate::scene::ok;
use crate::stage::{Act, Stage};

pub(super) struct Editing;

const NOTHING: Value = Value::Null;

async fn clips(ada: &Client, video: &str) -> Vec<Value> {
    ok(ada, "GET", &format!("/videos/{video}/clips"), NOTHING).await["items"].as_array().unwrap().clone()
}

impl Act for Editing {
    async fn prepare(world: &World, _: &Path) -> Value {
        let ada = world.client().join("ada").await;
        let video = world.uploaded(&ada, &[("draft", "true")]).await;
        json!({"ada": ada.token, "video": video})
    }

    async fn act(on: &Stage) {
        let (ada, video) = (on.client("ada"), on.word("video"));
        let path = format!("/videos/{video}/edit");
        let is_said = ok(&ada, "GET", &path, NOTHING).await["edit"]["cuts"].as_array().unwrap().len() > 1;
        if !is_said {
            assert!(on.acknowledged("edited").is_none(), "an edit that was taken is forgotten");
            // One that was added and not answered is one of the two.
            for _ in clips(&ada, video).await.len()..2 {
                ada.add_clip(video, &landscape_clip("added")).await.expect(201);
            }
            let first = clips(&ada, video).await[0]["id"].clone();
            let cuts = json!([{"from_ms": 0, "to_ms": 500}, {"clip": first, "from_ms": 300, "to_ms": 800}]);
            ok(&ada, "PUT", &path, json!({"edit": {"cuts": cuts}})).await;
            on.acknowledge("edited", "yes");
        }
        on.world.run_jobs().await;
        for unused in clips(&ada, video).await.iter().filter(|clip| clip["in_use"] == false) {
            ok(&ada, "DELETE", &format!("/videos/{video}/clips/{}", unused["id"].as_str().unwrap()), NOTHING).await;
        }
        on.world.clock.advance_seconds(60);
        on.world.settle().await;
    }

    async fn end(on: &Stage) -> Vec<String> {
        let (ada, video) = (on.client("ada"), on.word("video"));
        let state = ok(&ada, "GET", &format!("/videos/{video}/edit"), NOTHING).await;
        let made = ok(&ada, "GET", &format!("/videos/{video}"), NOTHING).await;
        assert!((made["duration_ms"].as_i64().unwrap() - 1000).abs() <= 60, "{made}");
        assert!(ada.get(&format!("/media/{video}/original")).await.expect(200).body == clip());
        let clips = clips(&ada, video).await;
        assert!(ada.get(clips[0]["url"].as_str().unwrap()).await.expect(200).body.starts_with(b"\0\0\0"));
        let mut all = vec![
            format!("{} {} {} clips", made["state"], state["state"], clips.len()),
            format!("{} files", files(&on.world).len()),
        ];
        for table in ["clips", "blobs", "videos", "sounds", "jobs"] {
            all.push(format!("{table}: {}", on.world.rows(table).await.len()));
        }
        all
    }
}

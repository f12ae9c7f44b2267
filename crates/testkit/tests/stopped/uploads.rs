//! An upload in pieces, its making, and its publishing.

use std::path::Path;

use axum::body::Body;
use axum::http::Request;
use outro_testkit::{World, clip};
use serde_json::{Value, json};

use crate::acts::files;
use crate::scene::ok;
use crate::stage::{Act, Stage};

pub(super) struct Uploading;

/// In how many pieces it is sent: the later ones take up those before, as they are small.
const PIECES: usize = 3;

impl Act for Uploading {
    async fn prepare(world: &World, _: &Path) -> Value {
        let (ada, fan) = (world.client().join("ada").await, world.client().join("fan").await);
        ok(&fan, "PUT", "/accounts/ada/follow", Value::Null).await;
        let said = [("caption", "Bit by bit for @fan"), ("audience", "followers"), ("draft", "true")];
        let upload = ada.begin_upload(clip().len(), &said).await;
        json!({"ada": ada.token, "fan": fan.token, "upload": upload})
    }

    async fn act(on: &Stage) {
        let (ada, upload) = (on.client("ada"), on.word("upload"));
        loop {
            let head = ada.send(Request::head(upload).header("tus-resumable", "1.0.0").body(Body::empty()).unwrap());
            let head = head.await.expect(200);
            let at: usize = head.headers["upload-offset"].to_str().unwrap().parse().unwrap();
            let said: usize = on.acknowledged("received").map_or(0, |text| text.parse().unwrap());
            assert!(at >= said, "{said} bytes were said to be here, and {at} are");
            if at == clip().len() {
                break;
            }
            let next = clip().len().min(at + clip().len() / PIECES + 1);
            ada.add_piece(upload, at, &clip()[at..next]).await.expect(204);
            on.acknowledge("received", &next.to_string());
        }
        on.world.run_jobs().await;
        let video = upload.replace("/uploads/", "/videos/");
        // Made in another shape first, so that what was made before goes.
        if on.acknowledged("published").is_none() {
            let now = ada.get(&video).await.expect(200).json();
            if now["draft"] == true && now["reframe"] == "fit" {
                ada.call("PATCH", &video, Some(json!({"reframe": "crop"}))).await.expect(200);
            }
            on.world.run_jobs().await;
            ada.call("PATCH", &video, Some(json!({"draft": false}))).await.expect(200);
            on.acknowledge("published", "yes");
        }
        on.world.run_jobs().await;
        on.world.clock.advance_seconds(60);
        on.world.settle().await;
    }

    async fn end(on: &Stage) -> Vec<String> {
        let (ada, fan, upload) = (on.client("ada"), on.client("fan"), on.word("upload"));
        let video = ada.get(&upload.replace("/uploads/", "/videos/")).await.expect(200).json();
        let media = upload.replace("/api/v1/uploads/", "/media/");
        assert!(ada.get(&format!("{media}/original")).await.expect(200).body == clip());
        assert!(fan.get(&format!("{media}/video.mp4")).await.expect(200).body.len() > 500);
        let told = fan.get("/api/v1/me/notifications").await.expect(200).json();
        let kinds: Vec<_> = told["items"].as_array().unwrap().iter().map(|one| one["kind"].to_string()).collect();
        let mut all = vec![
            format!("{} {} {} {}", video["state"], video["caption"], video["audience"], video["draft"]),
            format!("told {kinds:?}"),
            format!("{} files", files(&on.world).len()),
        ];
        for table in ["uploads", "blobs", "videos", "sounds", "timeline", "notifications", "jobs", "fan_outs"] {
            all.push(format!("{table}: {}", on.world.rows(table).await.len()));
        }
        all
    }
}

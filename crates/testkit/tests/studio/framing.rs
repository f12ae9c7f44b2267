//! A window that follows what is in a picture, and its owner's word on where it looks.

use std::process::Command;

use super::*;

/// A landscape clip of still grey, with a bright box that goes from the left to the right.
fn walker() -> Vec<u8> {
    let graph = "color=gray:s=640x360:r=25:d=3[back];color=white:s=60x120:r=25:d=3[box];\
        [back][box]overlay=x='20+t*180':y=120";
    let args = ["-v", "error", "-filter_complex", graph, "-c:v", "libx264", "-preset", "ultrafast", "-f", "mp4"];
    let made = Command::new("ffmpeg").args(args).args(["-movflags", "frag_keyframe+empty_moov", "pipe:1"]).output();
    let made = made.unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    made.stdout
}

/// The mean brightness of each frame of a rendition: high where the box is in it.
fn brightness(file: &[u8]) -> Vec<f64> {
    let path = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(path.path(), file).unwrap();
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-i"]).arg(path.path());
    ffmpeg.args(["-vf", "fps=5,scale=36:64,format=gray", "-f", "rawvideo", "pipe:1"]);
    let pixels = ffmpeg.output().unwrap().stdout;
    pixels.chunks(36 * 64).map(|frame| frame.iter().map(|&p| f64::from(p)).sum::<f64>() / (36.0 * 64.0)).collect()
}

async fn walking_draft(world: &World, owner: &Client, reframe: &str) -> String {
    let file = walker();
    let upload = owner.begin_upload(file.len(), &[("draft", "true"), ("reframe", reframe)]).await;
    owner.add_piece(&upload, 0, &file).await.expect(204);
    world.settle().await;
    video_of(&upload)
}

async fn frames_with_box(owner: &Client, video: &str) -> (usize, usize) {
    let media = video.replace("/api/v1/videos/", "/media/") + "/video.mp4";
    let frames = brightness(&owner.get(&media).await.expect(200).body);
    // Grey is 126, and the box a tenth of the window.
    (frames.iter().filter(|light| **light > 131.0).count(), frames.len())
}

on_both! {
    async fn the_window_follows_and_its_owner_may_say_where_it_looks(world: World) {
        let (owner, other) = (world.client().join("owner").await, world.client().join("other").await);
        let video = walking_draft(&world, &owner, "follow").await;
        let framing = format!("{video}/framing");
        assert_eq!(owner.get(&video).await.json()["state"], "ready");
        let found = owner.get(&framing).await.expect(200).json();
        let path = found["path"].as_array().unwrap();
        assert!(path.len() >= 2 && found["by_hand"] == json!(false), "{found}");
        let (with, all) = frames_with_box(&owner, &video).await;
        assert!(all >= 14 && with * 10 >= all * 9, "{with} of {all} have what moves in them");
        other.get(&framing).await.expect(404);
        assert_eq!(other.call("DELETE", &framing, None).await.expect(404).body, other.call("DELETE", &format!("/api/v1/videos/{NO_ID}/framing"), None).await.body);

        // By hand, where the box never is at the end.
        let left = json!({"path": [{"at_ms": 0, "x": 0.0}, {"at_ms": 1500, "x": 0.1, "cut": true}]});
        let set = owner.call("PUT", &framing, Some(left.clone())).await.expect(200).json();
        assert_eq!((&set["state"], &set["reframe"]), (&json!("processing"), &json!("follow")));
        world.settle().await;
        let (with, all) = frames_with_box(&owner, &video).await;
        assert!(with * 10 <= all * 6, "{with} of {all}: the window stays where it was put");
        let kept = owner.get(&framing).await.json();
        assert_eq!((&kept["by_hand"], &kept["path"][1]["at_ms"]), (&json!(true), &json!(1500)));
        for wrong in [json!([]), json!([{"at_ms": 5, "x": 0.5}, {"at_ms": 5, "x": 0.5}]), json!([{"at_ms": 0, "x": 1.5}])] {
            assert_eq!(owner.call("PUT", &framing, Some(json!({"path": wrong}))).await.expect(422).code(), "invalid_path");
        }
        // Found again.
        owner.call("DELETE", &framing, None).await.expect(200);
        world.settle().await;
        assert_eq!(owner.get(&framing).await.json()["path"], found["path"]);
        // Once it is published it stays as it is.
        patch(&owner, &video, json!({"draft": false})).await.expect(200);
        assert_eq!(owner.call("PUT", &framing, Some(left)).await.expect(409).code(), "not_a_draft");
        assert_eq!(owner.call("DELETE", &framing, None).await.expect(409).code(), "not_a_draft");
    }
}

on_both! {
    async fn a_path_by_hand_makes_any_draft_follow(world: World) {
        let owner = world.client().join("owner").await;
        let video = walking_draft(&world, &owner, "fit").await;
        let framing = format!("{video}/framing");
        assert_eq!(owner.get(&framing).await.expect(200).json(), json!({"bars": null, "path": null, "by_hand": false}));
        let right = json!({"path": [{"at_ms": 0, "x": 1.0}]});
        owner.call("PUT", &framing, Some(right)).await.expect(200);
        world.settle().await;
        let made = owner.get(&video).await.json();
        assert_eq!((&made["reframe"], &made["state"]), (&json!("follow"), &json!("ready")));
        let (width, height) = (made["renditions"][0]["width"].as_i64().unwrap(), made["renditions"][0]["height"].as_i64().unwrap());
        assert_eq!(width * 16, height * 9);
        // Another shape and back: what was said is kept.
        for reframe in ["crop", "follow"] {
            patch(&owner, &video, json!({"reframe": reframe})).await.expect(200);
            world.settle().await;
        }
        assert_eq!(owner.get(&framing).await.json()["by_hand"], true);
    }
}

on_both! {
    async fn bars_that_are_burnt_in_are_cut_off_however_it_is_framed(world: World) {
        let owner = world.client().join("owner").await;
        // An upright picture between two black bars, as some players record it.
        let graph = "testsrc2=s=202x360:r=25:d=2,pad=640:360:219:0:black";
        let args = ["-v", "error", "-f", "lavfi", "-i", graph, "-c:v", "libx264", "-preset", "ultrafast"];
        let made = Command::new("ffmpeg").args(args).args(["-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "pipe:1"]).output();
        let file = made.unwrap().stdout;
        for reframe in ["fit", "crop", "follow"] {
            let upload = owner.begin_upload(file.len(), &[("reframe", reframe)]).await;
            owner.add_piece(&upload, 0, &file).await.expect(204);
            world.settle().await;
            let video = owner.get(&video_of(&upload)).await.expect(200).json();
            let side = |name: &str| video["renditions"][0][name].as_i64().unwrap();
            let (width, height) = (side("width"), side("height"));
            assert!((194..=206).contains(&width) && height == 360, "{reframe}: {width} x {height}");
        }
    }
}

//! The editor: what is made of an original, while what was made before is still seen.

use super::*;

/// Half of the clip, twice as fast, then its beginning; a text, captions that can be turned on, a cover.
fn an_edit() -> Value {
    json!({
        "cuts": [{"from_ms": 500, "to_ms": 1000, "speed": 200}, {"from_ms": 0, "to_ms": 400}],
        "titles": [{"text": "Hi {\\an8}", "from_ms": 0, "to_ms": 300, "x": 500, "y": 300, "size": 90}],
        "captions": [{"from_ms": 300, "to_ms": 600, "text": "Second <b>"}, {"from_ms": 0, "to_ms": 300, "text": "First"}],
        "look": "warm",
        "cover_ms": 500,
    })
}

async fn put(client: &Client, video: &str, edit: Value, replace: bool) -> Reply {
    client.call("PUT", &format!("{video}/edit"), Some(json!({ "edit": edit, "replace": replace }))).await
}

fn media(video: &str, part: &str) -> String {
    video.replace("/api/v1/videos/", "/media/") + "/" + part
}

async fn bytes(client: &Client, video: &str, part: &str) -> Vec<u8> {
    client.get(&media(video, part)).await.expect(200).body.to_vec()
}

async fn length(client: &Client, video: &str) -> i64 {
    client.get(video).await.expect(200).json()["duration_ms"].as_i64().unwrap()
}

on_both! {
    async fn an_edit_is_made_of_the_original_which_stays(world: World) {
        let (owner, other) = (world.client().join("owner").await, world.client().join("other").await);
        let video = draft(&world, &owner, &[]).await;
        let edit = format!("{video}/edit");
        let untouched = owner.get(&edit).await.expect(200).json();
        assert_eq!((&untouched["state"], &untouched["edit"]["cuts"]), (&json!("none"), &json!([])));
        let whole = length(&owner, &video).await;
        assert_eq!(untouched["original_ms"], whole);
        let (before, cover) = (bytes(&owner, &video, "video.mp4").await, bytes(&owner, &video, "cover.jpg").await);

        let set = put(&owner, &video, an_edit(), false).await.expect(200).json();
        assert_eq!((&set["state"], &set["published"], &set["progress"]), (&json!("rendering"), &json!(false), &json!(0.0)));
        assert_eq!(set["edit"]["captions"][0]["text"], "First", "captions are in the order of time");
        // Until it is made, what there was is there.
        assert_eq!(owner.get(&video).await.json()["state"], "ready");
        assert_eq!(bytes(&owner, &video, "video.mp4").await, before);
        owner.get(&media(&video, "captions.vtt")).await.expect(404);
        world.settle().await;
        let made = owner.get(&edit).await.expect(200).json();
        assert_eq!((&made["state"], &made["edit"], &made["failure"]), (&json!("none"), &set["edit"], &Value::Null));
        assert!((length(&owner, &video).await - 650).abs() <= 40, "a quarter and four tenths of a second");
        assert_ne!(bytes(&owner, &video, "cover.jpg").await, cover);
        assert_eq!(bytes(&owner, &video, "original").await, clip());
        let shown = owner.get(&video).await.json();
        assert_eq!(shown["captions_url"], media(&video, "captions.vtt"));
        let captions = owner.get(&media(&video, "captions.vtt")).await.expect(200);
        assert_eq!(text(&captions, "content-type"), Some("text/vtt; charset=utf-8"));
        assert_eq!(captions.text(), "WEBVTT\n\n00:00:00.000 --> 00:00:00.300\nFirst\n\n00:00:00.300 --> 00:00:00.600\nSecond &lt;b&gt;\n");
        for (method, path) in [("GET", &edit), ("PUT", &edit), ("DELETE", &edit), ("POST", &format!("{video}/cancel"))] {
            let body = (method == "PUT").then(|| json!({ "edit": {} }));
            let hidden = other.call(method, path, body.clone()).await.expect(404).body;
            let nothing = path.replace(video.rsplit('/').next().unwrap(), NO_ID);
            assert_eq!(hidden, other.call(method, &nothing, body).await.expect(404).body);
        }
        other.get(&media(&video, "captions.vtt")).await.expect(404);

        // Another way of framing it is of the edit too; burnt in, captions are not turned on.
        patch(&owner, &video, json!({"reframe": "crop"})).await.expect(200);
        world.settle().await;
        assert!((length(&owner, &video).await - 650).abs() <= 40);
        let burnt = json!({"captions": [{"from_ms": 0, "to_ms": 900, "text": "Burnt"}], "burnt": true});
        put(&owner, &video, burnt, false).await.expect(200);
        world.settle().await;
        assert!((length(&owner, &video).await - whole).abs() <= 40, "to a frame");
        assert_eq!(owner.get(&video).await.json()["captions_url"], Value::Null);
        owner.get(&media(&video, "captions.vtt")).await.expect(404);
        // Back to the original, which is made as it was.
        owner.call("DELETE", &edit, None).await.expect(200);
        world.settle().await;
        let reset = owner.get(&edit).await.expect(200).json();
        assert_eq!((&reset["edit"], &reset["state"]), (&untouched["edit"], &json!("none")));
        assert_eq!(length(&owner, &video).await, whole);
        assert_eq!(bytes(&owner, &video, "cover.jpg").await, cover);
    }
}

on_both! {
    async fn an_edit_that_is_left_changes_nothing(world: World) {
        let owner = world.client().join("owner").await;
        let video = draft(&world, &owner, &[]).await;
        let (edit, cancel) = (format!("{video}/edit"), format!("{video}/cancel"));
        assert_eq!(owner.call("POST", &cancel, None).await.expect(409).code(), "nothing_to_cancel");
        put(&owner, &video, json!({"look": "mono"}), false).await.expect(200);
        world.settle().await;
        let (before, made) = (bytes(&owner, &video, "video.mp4").await, owner.get(&edit).await.json());
        put(&owner, &video, an_edit(), false).await.expect(200);
        let left = owner.call("POST", &cancel, None).await.expect(200).json();
        assert_eq!(left, made);
        world.settle().await;
        assert_eq!(owner.get(&edit).await.json(), made);
        assert_eq!(bytes(&owner, &video, "video.mp4").await, before);
        // While it is being made too.
        put(&owner, &video, an_edit(), false).await.expect(200);
        let leave = async {
            for _ in 0..400 {
                let state = owner.get(&edit).await.json();
                if state["progress"].as_f64().unwrap() > 0.0 || state["state"] == "none" {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            owner.call("POST", &cancel, None).await
        };
        let (left, ()) = tokio::join!(leave, world.settle());
        world.settle().await;
        // It may have been made before anybody could leave it.
        let after = owner.get(&edit).await.json();
        assert_eq!(after["state"], "none");
        assert_eq!(after == made, left.status == 200, "{after}");
        assert_eq!(bytes(&owner, &video, "video.mp4").await == before, left.status == 200);
    }
}

on_both! {
    async fn what_people_see_is_replaced_only_if_that_is_said_and_once_it_is_made(world: World) {
        let (owner, other) = (world.client().join("owner").await, world.client().join("other").await);
        let reply = owner.upload(clip(), &[("caption", "Published")]).await.expect(202).json();
        let video = format!("/api/v1/videos/{}", reply["video"]["id"].as_str().unwrap());
        assert_eq!(put(&owner, &video, an_edit(), true).await.expect(409).code(), "not_ready");
        world.settle().await;
        other.call("PUT", &format!("{video}/like"), None).await.expect(200);
        let before = other.get(&video).await.expect(200).json();
        assert_eq!(put(&owner, &video, an_edit(), false).await.expect(409).code(), "published");
        assert_eq!(owner.call("DELETE", &format!("{video}/edit"), None).await.expect(409).code(), "published");
        let set = put(&owner, &video, an_edit(), true).await.expect(200).json();
        assert_eq!((&set["published"], &set["state"]), (&json!(true), &json!("rendering")));
        // Nobody sees that it is edited.
        assert_eq!(other.get(&video).await.expect(200).json(), before);
        other.get(&media(&video, "video.mp4")).await.expect(200);
        world.settle().await;
        let after = other.get(&video).await.expect(200).json();
        assert!((after["duration_ms"].as_i64().unwrap() - 650).abs() <= 40, "{after}");
        for name in ["created_at", "like_count", "view_count", "audience", "caption", "state", "sound"] {
            assert_eq!(after[name], before[name], "{name}");
        }
        assert!(other.get(&media(&video, "captions.vtt")).await.expect(200).text().contains("First"));
        let feed = other.get("/api/v1/feed/for-you").await.expect(200).json();
        assert_eq!(feed["items"][0]["captions_url"], media(&video, "captions.vtt"));
        // Captions are as private as what they belong to.
        patch(&owner, &video, json!({"audience": "followers"})).await.expect(200);
        other.get(&media(&video, "captions.vtt")).await.expect(404);
        other.anonymous().get(&media(&video, "captions.vtt")).await.expect(404);
        other.call("PUT", "/api/v1/accounts/owner/follow", None).await;
        other.get(&media(&video, "captions.vtt")).await.expect(200);
        owner.call("PUT", "/api/v1/accounts/other/block", None).await;
        other.get(&media(&video, "captions.vtt")).await.expect(404);
        owner.call("PATCH", "/api/v1/me/privacy", Some(json!({"on_hiatus": true}))).await.expect(200);
        assert_eq!(put(&owner, &video, an_edit(), true).await.expect(403).code(), "account_away");
        owner.call("DELETE", &video, None).await.expect(204);
        owner.get(&media(&video, "captions.vtt")).await.expect(404);
        world.settle().await;
    }
}

on_both! {
    async fn a_draft_goes_out_as_it_was_edited_and_not_before(world: World) {
        let (owner, other) = (world.client().join("owner").await, world.client().join("other").await);
        let video = draft(&world, &owner, &[]).await;
        put(&owner, &video, an_edit(), false).await.expect(200);
        patch(&owner, &video, json!({"draft": false})).await.expect(200);
        // What was made before it was edited is nobody's to see.
        other.get(&video).await.expect(404);
        other.get(&media(&video, "video.mp4")).await.expect(404);
        assert_eq!(owner.get(&video).await.json()["state"], "processing");
        world.settle().await;
        let shown = other.get(&video).await.expect(200).json();
        assert!((shown["duration_ms"].as_i64().unwrap() - 650).abs() <= 40, "{shown}");
        // One whose edit could not be made does not go out as something else.
        let failing = draft(&world, &owner, &[]).await;
        let whole = length(&owner, &failing).await;
        let beyond = json!({"cuts": [{"from_ms": whole + 50, "to_ms": whole + 9000, "speed": 25}]});
        put(&owner, &failing, beyond, false).await.expect(200);
        world.settle().await;
        assert_eq!(patch(&owner, &failing, json!({"draft": false})).await.expect(409).code(), "edit_failed");
        owner.call("POST", &format!("{failing}/cancel"), None).await.expect(200);
        patch(&owner, &failing, json!({"draft": false})).await.expect(200);
        other.get(&failing).await.expect(200);
    }
}

on_both! {
    async fn an_edit_that_cannot_be_made_leaves_what_was_there(world: World) {
        let owner = world.client().join("owner").await;
        let video = draft(&world, &owner, &[]).await;
        let (before, whole) = (bytes(&owner, &video, "video.mp4").await, length(&owner, &video).await);
        let cut = |from: i64, to: i64, speed: i64| json!({"cuts": [{"from_ms": from, "to_ms": to, "speed": speed}]});
        for wrong in [
            cut(500, 500, 100),
            cut(whole + 1000, whole + 9000, 100),
            cut(0, 900, 500),
            cut(0, 100, 100),
            json!({"titles": [{"text": " ", "from_ms": 0, "to_ms": 1, "x": 0, "y": 0, "size": 90}]}),
            json!({"captions": [{"from_ms": 5, "to_ms": 5, "text": "x"}]}),
            json!({"look": "eq=contrast=9"}),
            json!({"filter": "x"}),
        ] {
            put(&owner, &video, wrong, false).await.expect(422);
        }
        assert_eq!(put(&owner, &video, cut(0, 100, 100), false).await.expect(422).json()["errors"][0]["field"], "cuts");
        // It lies within the bounds, and beyond what the file turns out to have.
        put(&owner, &video, cut(whole + 50, whole + 9000, 25), false).await.expect(200);
        world.settle().await;
        let failed = owner.get(&format!("{video}/edit")).await.json();
        assert_eq!((&failed["state"], &failed["failure"]["code"]), (&json!("failed"), &json!("edit_beyond_end")));
        let shown = owner.get(&video).await.json();
        assert_eq!((&shown["state"], &shown["failure"], &shown["progress"]), (&json!("ready"), &Value::Null, &json!(1.0)));
        assert_eq!(bytes(&owner, &video, "video.mp4").await, before);
        let left = owner.call("POST", &format!("{video}/cancel"), None).await.expect(200).json();
        assert_eq!((&left["state"], &left["edit"]["cuts"]), (&json!("none"), &json!([])));
        put(&owner, &video, cut(0, 700, 100), false).await.expect(200);
        world.settle().await;
        assert!((length(&owner, &video).await - 700).abs() <= 40);
    }
}

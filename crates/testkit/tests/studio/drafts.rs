//! Drafts: nobody else's to see before they are published, by hand or when their time has come.

use super::*;

/// What `viewer` finds of a video, its bytes and its owner's list.
async fn seen(viewer: &Client, video: &str) -> (u16, u16, usize) {
    let media = video.replace("/api/v1/videos/", "/media/") + "/video.mp4";
    let list = viewer.get("/api/v1/accounts/owner/videos").await.expect(200).json();
    let found = viewer.get(video).await.status.as_u16();
    (found, viewer.get(&media).await.status.as_u16(), list["items"].as_array().unwrap().len())
}

async fn follow(who: &Client, whom: &str) {
    who.call("PUT", &format!("/api/v1/accounts/{whom}/follow"), None).await.expect(200);
}

on_both! {
    async fn a_draft_is_its_owners_alone_until_it_is_published(world: World) {
        let (owner, fan) = (world.client().join("owner").await, world.client().join("fan").await);
        follow(&fan, "owner").await;
        let video = draft(&world, &owner, &[("caption", "Hello @fan #draft"), ("audience", "followers")]).await;
        let mine = owner.get(&video).await.expect(200).json();
        assert_eq!((&mine["draft"], &mine["state"], &mine["audience"]), (&json!(true), &json!("ready"), &json!("followers")));
        assert_eq!(mine["publish_at"], Value::Null);
        assert_eq!(seen(&owner, &video).await, (200, 200, 0), "it plays for its owner, and is no video of the profile yet");
        assert_eq!(seen(&fan, &video).await, (404, 404, 0));
        for place in ["/api/v1/feed/following", "/api/v1/feed/for-you", "/api/v1/me/notifications"] {
            assert_eq!(fan.get(place).await.expect(200).json()["items"], json!([]), "{place}");
        }
        for query in ["draft", "hello"] {
            let found = fan.get(&format!("/api/v1/search?q={query}")).await.expect(200).text();
            assert!(!found.contains("Hello"), "{found}");
        }
        let drafts = owner.get("/api/v1/me/drafts").await.expect(200).json();
        assert_eq!((drafts["items"].as_array().unwrap().len(), &drafts["items"][0]["id"]), (1, &mine["id"]));
        assert_eq!(fan.get("/api/v1/me/drafts").await.expect(200).json()["items"], json!([]));
        assert_eq!(owner.get("/api/v1/accounts/owner").await.json()["video_count"], 0);
        // Changing them all says of it who is to see it, and shows it to nobody.
        let all = json!({"all": true, "audience": "everyone"});
        let one = json!({"videos": [mine["id"]], "audience": "friends"});
        for (body, audience) in [(all, "everyone"), (one, "friends")] {
            owner.post("/api/v1/me/videos/audience", body).await.expect(200);
            assert_eq!(seen(&fan, &video).await, (404, 404, 0));
            assert_eq!(owner.get(&video).await.json()["audience"], audience, "it is who is to see it");
        }
        // Changing who is to see it shows it to nobody.
        patch(&owner, &video, json!({"audience": "everyone"})).await.expect(200);
        assert_eq!(seen(&world.client(), &video).await, (404, 404, 0));
        assert_eq!(owner.get(&video).await.json()["audience"], "everyone");
        patch(&owner, &video, json!({"audience": "followers"})).await.expect(200);

        world.clock.advance_seconds(3600);
        let published = patch(&owner, &video, json!({"draft": false, "caption": "Hello again @fan"})).await.expect(200).json();
        assert_eq!((&published["draft"], &published["audience"]), (&json!(false), &json!("followers")));
        assert_ne!(published["created_at"], mine["created_at"], "it is of the moment in which it was published");
        world.settle().await;
        assert_eq!(seen(&fan, &video).await, (200, 200, 1));
        assert_eq!(seen(&world.client(), &video).await, (404, 404, 0));
        assert_eq!(fan.get("/api/v1/feed/following").await.json()["items"][0]["id"], mine["id"]);
        assert_eq!(fan.get("/api/v1/me/notifications").await.json()["items"][0]["kind"], "mention");
        assert_eq!(owner.get("/api/v1/me/drafts").await.json()["items"], json!([]));
        // Once is enough, and there is no way back.
        patch(&owner, &video, json!({"draft": false})).await.expect(200);
        assert_eq!(patch(&owner, &video, json!({"draft": true})).await.expect(422).code(), "invalid_draft");
        assert_eq!(patch(&owner, &video, json!({"reframe": "crop"})).await.expect(409).code(), "not_a_draft");
        world.settle().await;
        assert_eq!(fan.get("/api/v1/me/notifications").await.json()["items"].as_array().unwrap().len(), 1);
    }
}

on_both! {
    async fn what_is_published_before_it_is_ready_goes_out_when_it_is(world: World) {
        let (owner, fan) = (world.client().join("owner").await, world.client().join("fan").await);
        follow(&fan, "owner").await;
        let upload = owner.begin_upload(clip().len(), &[("caption", "@fan"), ("draft", "true")]).await;
        owner.add_piece(&upload, 0, clip()).await.expect(204);
        let video = video_of(&upload);
        let early = patch(&owner, &video, json!({"draft": false})).await.expect(200).json();
        assert_eq!((&early["draft"], &early["state"]), (&json!(false), &json!("processing")));
        assert_eq!(seen(&fan, &video).await, (404, 404, 0));
        assert_eq!(fan.get("/api/v1/me/notifications").await.json()["items"], json!([]));
        world.settle().await;
        assert_eq!(seen(&fan, &video).await, (200, 200, 1));
        assert_eq!(fan.get("/api/v1/feed/following").await.json()["items"].as_array().unwrap().len(), 1);
        assert_eq!(fan.get("/api/v1/me/notifications").await.json()["items"][0]["kind"], "mention");
    }
}

on_both! {
    async fn a_draft_goes_out_at_the_time_that_was_set(world: World) {
        let (owner, fan) = (world.client().join("owner").await, world.client().join("fan").await);
        follow(&fan, "owner").await;
        let video = draft(&world, &owner, &[("caption", "@fan")]).await;
        let at = |seconds: i64| outro_model::Clock::now(&*world.clock).plus_seconds(seconds).rfc3339();
        for wrong in [json!("soon"), json!(at(-1)), json!(at(400 * 86_400)), json!("")] {
            let refused = patch(&owner, &video, json!({"publish_at": wrong})).await.expect(422);
            assert_eq!(refused.code(), "invalid_publish_at");
        }
        let first = at(3600);
        let set = patch(&owner, &video, json!({"publish_at": first})).await.expect(200).json();
        assert_eq!((&set["publish_at"], &set["draft"]), (&json!(first), &json!(true)));
        // Later, after all: the first time comes and goes.
        let second = at(7200);
        patch(&owner, &video, json!({"publish_at": second, "audience": "followers"})).await.expect(200);
        world.clock.advance_seconds(3601);
        world.run_jobs().await;
        assert_eq!(seen(&fan, &video).await, (404, 404, 0));
        // A server that was stopped meanwhile does it when it is there again.
        world.clock.advance_seconds(86_400);
        let world = world.restart().await;
        let (owner, fan) =
            (world.client().with(owner.token.as_deref()), world.client().with(fan.token.as_deref()));
        world.settle().await;
        assert_eq!(seen(&fan, &video).await, (200, 200, 1));
        assert_eq!(seen(&world.client(), &video).await, (404, 404, 0));
        assert_eq!(fan.get("/api/v1/me/notifications").await.json()["items"][0]["kind"], "mention");
        assert_eq!(owner.get(&video).await.json()["publish_at"], Value::Null);
    }
}

on_both! {
    async fn a_time_that_is_taken_back_publishes_nothing(world: World) {
        let owner = world.client().join("owner").await;
        let video = draft(&world, &owner, &[]).await;
        let at = outro_model::Clock::now(&*world.clock).plus_seconds(60).rfc3339();
        patch(&owner, &video, json!({"publish_at": at})).await.expect(200);
        let taken_back = patch(&owner, &video, json!({"publish_at": null})).await.expect(200).json();
        assert_eq!(taken_back["publish_at"], Value::Null);
        world.clock.advance_seconds(3600);
        world.settle().await;
        assert_eq!(owner.get(&video).await.json()["draft"], true);
        // Neither does a time of one that is taken away.
        let at = outro_model::Clock::now(&*world.clock).plus_seconds(60).rfc3339();
        patch(&owner, &video, json!({"publish_at": at})).await.expect(200);
        owner.call("DELETE", &video, None).await.expect(204);
        world.clock.advance_seconds(3600);
        world.settle().await;
        assert_eq!(world.rows("videos").await, [] as [String; 0]);
    }
}

on_both! {
    async fn a_draft_that_could_not_be_made_is_not_published(world: World) {
        let owner = world.client().join("owner").await;
        let upload = owner.begin_upload(10, &[("draft", "true")]).await;
        owner.add_piece(&upload, 0, b"no picture").await.expect(204);
        let video = video_of(&upload);
        let at = outro_model::Clock::now(&*world.clock).plus_seconds(60).rfc3339();
        patch(&owner, &video, json!({"publish_at": at})).await.expect(200);
        world.run_jobs().await;
        assert_eq!(owner.get(&video).await.json()["state"], "failed");
        assert_eq!(patch(&owner, &video, json!({"draft": false})).await.expect(409).code(), "video_failed");
        world.clock.advance_seconds(3600);
        world.settle().await;
        assert_eq!(owner.get(&video).await.json()["draft"], true);
        assert_eq!(owner.get("/api/v1/me/drafts").await.json()["items"][0]["failure"]["code"], "not_a_video");
        owner.call("DELETE", &video, None).await.expect(204);
        world.settle().await;
        assert_eq!(world.rows("videos").await, [] as [String; 0]);
    }
}

on_both! {
    async fn a_draft_is_made_anew_in_another_shape(world: World) {
        let owner = world.client().join("owner").await;
        let file = outro_testkit::landscape_clip("x");
        let upload = owner.begin_upload(file.len(), &[("draft", "true"), ("reframe", "fit")]).await;
        owner.add_piece(&upload, 0, &file).await.expect(204);
        let video = video_of(&upload);
        // Before it is made it costs nothing.
        patch(&owner, &video, json!({"reframe": "crop"})).await.expect(200);
        assert_eq!(world.rows("jobs").await.iter().filter(|row| row.contains("video.encode")).count(), 1);
        world.settle().await;
        let size = |video: &Value| (video["renditions"][0]["width"].clone(), video["renditions"][0]["height"].clone());
        let cropped = owner.get(&video).await.expect(200).json();
        assert_eq!((&cropped["state"], &cropped["reframe"]), (&json!("ready"), &json!("crop")));
        let media = video.replace("/api/v1/videos/", "/media/") + "/video.mp4";
        let first = owner.get(&media).await.expect(200);

        let again = patch(&owner, &video, json!({"reframe": "fit"})).await.expect(200).json();
        assert_eq!((&again["state"], &again["renditions"]), (&json!("processing"), &json!([])));
        owner.get(&media).await.expect(404);
        world.settle().await;
        let fit = owner.get(&video).await.expect(200).json();
        assert_eq!((&fit["state"], &fit["reframe"], &fit["draft"]), (&json!("ready"), &json!("fit"), &json!(true)));
        assert_ne!(size(&fit), size(&cropped));
        let second = owner.get(&media).await.expect(200);
        assert!(first.body != second.body && first.headers["etag"] != second.headers["etag"]);
        assert_eq!(world.rows("blobs").await.len(), 5, "what was made before is gone");
        assert_eq!(world.rows("sounds").await.len(), 1, "it has one sound, however often it is made");
        assert_eq!(fit["sound"]["original"], true);
    }
}

on_both! {
    async fn a_draft_is_taken_along_and_comes_in_as_one(world: World) {
        let owner = world.client().join("owner").await;
        draft(&world, &owner, &[("caption", "Not yet"), ("audience", "friends")]).await;
        let begun = owner.post("/api/v1/me/takeouts", json!({"password": "owner-password"})).await.expect(202).json();
        world.settle().await;
        let archive = owner.get(&format!("/api/v1/me/takeouts/{}/download", begun["id"].as_str().unwrap())).await.expect(200);
        let newcomer = world.client().join("newcomer").await;
        let bring = axum::http::Request::builder().method("POST").uri("/api/v1/me/imports");
        let bring = bring.header(header::CONTENT_TYPE, "application/zip").header(header::CONTENT_LENGTH, archive.body.len());
        newcomer.send(bring.body(Body::from(archive.body)).unwrap()).await.expect(202);
        world.settle().await;
        let drafts = newcomer.get("/api/v1/me/drafts").await.expect(200).json();
        let one = &drafts["items"][0];
        assert_eq!((&one["caption"], &one["audience"], &one["state"]), (&json!("Not yet"), &json!("friends"), &json!("ready")));
        let path = format!("/api/v1/videos/{}", one["id"].as_str().unwrap());
        owner.get(&path).await.expect(404);
    }
}

/// Sends a form of a page of one's own.
async fn send_form(client: &Client, path: &str, fields: &str) -> Reply {
    let cookie = format!("outro_session={}", client.token.as_ref().unwrap());
    let page = axum::http::Request::get("/upload").header(header::COOKIE, &cookie).body(Body::empty()).unwrap();
    let page = client.anonymous().send(page).await.expect(200).text();
    let (_, token) = page.split_once("name=\"csrf\" value=\"").unwrap();
    let body = format!("csrf={}&{fields}", token.split('"').next().unwrap());
    let request = axum::http::Request::post(path).header(header::COOKIE, &cookie);
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    client.anonymous().send(request.body(Body::from(body)).unwrap()).await
}

async fn page(client: &Client, path: &str) -> Reply {
    let cookie = format!("outro_session={}", client.token.as_ref().unwrap());
    let request = axum::http::Request::get(path).header(header::COOKIE, cookie);
    client.anonymous().send(request.body(Body::empty()).unwrap()).await
}

on_both! {
    async fn pages_of_drafts_work_without_scripts_and_for_their_owner_alone(world: World) {
        let (owner, other) = (world.client().join("owner").await, world.client().join("other").await);
        let video = draft(&world, &owner, &[("caption", "Written before")]).await;
        let id = video.rsplit('/').next().unwrap();
        let upload = owner.begin_upload(1000, &[("filename", "holiday.mp4")]).await;
        let upload = upload.rsplit('/').next().unwrap();
        let (mine, never) = (format!("/upload/{id}"), format!("/upload/{NO_ID}"));
        let list = page(&owner, "/upload").await.expect(200).text();
        assert!(list.contains("Written before") && list.contains("holiday.mp4") && list.contains(&mine));
        assert!(page(&owner, &mine).await.expect(200).text().contains("Written before"));
        let told = |reply: Reply, id: &str| (reply.status.as_u16(), reply.text().replace(id, NO_ID));
        assert_eq!(told(page(&other, &mine).await, id), told(page(&other, &never).await, NO_ID));
        for (path, ours) in [(mine.clone(), id), (format!("/uploads/{upload}/discard"), upload)] {
            let theirs = send_form(&other, &path, "caption=x&do=publish").await.expect(404);
            let nothing = send_form(&other, &path.replace(ours, NO_ID), "caption=x&do=publish").await.expect(404);
            assert_eq!(told(theirs, ours), told(nothing, NO_ID));
        }
        let leads_to = |reply: Reply| reply.expect(303).headers["location"].to_str().unwrap().to_owned();
        let saved = send_form(&owner, &mine, "caption=Written+anew&audience=friends&do=save").await;
        assert_eq!(leads_to(saved), format!("{mine}?done=saved"));
        let wrong = send_form(&owner, &mine, "caption=Typed&publish_at=2020-01-01T00:00&do=schedule").await.expect(422);
        assert!(wrong.text().contains("Typed") && wrong.text().contains("2020-01-01T00:00"));
        assert_eq!(owner.get(&video).await.json()["caption"], "Written anew");
        let at = outro_model::Clock::now(&*world.clock).plus_seconds(7200).rfc3339();
        let set = send_form(&owner, &mine, &format!("publish_at={}&offset_minutes=-60&do=schedule", &at[..16])).await;
        assert_eq!(leads_to(set), format!("{mine}?done=scheduled"));
        let publish_at = owner.get(&video).await.json()["publish_at"].as_str().unwrap().to_owned();
        assert!(publish_at < at, "{publish_at} is an hour before {at}");
        assert_eq!(leads_to(send_form(&owner, &mine, "do=unschedule").await), format!("{mine}?done=saved"));
        assert_eq!(owner.get(&video).await.json()["publish_at"], Value::Null);
        assert_eq!(leads_to(send_form(&owner, &mine, "do=publish").await), format!("/v/{id}?done=published"));
        assert_eq!(owner.get(&video).await.json()["audience"], "friends");
        page(&owner, &mine).await.expect(404);
        let gone = send_form(&owner, &format!("/uploads/{upload}/discard"), "").await;
        assert_eq!(leads_to(gone), "/upload?done=discarded");
        assert_eq!(world.rows("uploads").await, [] as [String; 0]);
    }
}

on_both! {
    async fn who_follows_while_a_draft_waits_has_it_in_its_place(world: World) {
        let (owner, fan) = (world.client().join("owner").await, world.client().join("fan").await);
        world.plant(&owner, b"older").await;
        let video = draft(&world, &owner, &[("caption", "Later")]).await;
        follow(&fan, "owner").await;
        world.settle().await;
        let timeline = async || fan.get("/api/v1/feed/following").await.expect(200).json()["items"].clone();
        assert_eq!(timeline().await.as_array().unwrap().len(), 1);
        world.clock.advance_seconds(60);
        patch(&owner, &video, json!({"draft": false})).await.expect(200);
        world.settle().await;
        assert_eq!(timeline().await[0]["caption"], "Later", "the newest comes first");
    }
}

on_both! {
    async fn two_changes_of_a_draft_at_once_are_both_kept(world: World) {
        let owner = world.client().join("owner").await;
        let video = draft(&world, &owner, &[("audience", "everyone")]).await;
        for round in 0..8 {
            let caption = json!({"caption": format!("Round {round}")});
            let audience = if round % 2 == 0 { "friends" } else { "everyone" };
            let (first, second) = tokio::join!(
                patch(&owner, &video, caption),
                patch(&owner, &video, json!({"audience": audience})),
            );
            first.expect(200);
            second.expect(200);
            let now = owner.get(&video).await.json();
            assert_eq!((&now["caption"], &now["audience"]), (&json!(format!("Round {round}")), &json!(audience)));
        }
    }
}

on_both! {
    async fn a_draft_whose_owner_is_away_waits_until_they_are_back(world: World) {
        let (owner, fan) = (world.client().join("owner").await, world.client().join("fan").await);
        follow(&fan, "owner").await;
        let video = draft(&world, &owner, &[("caption", "@fan")]).await;
        let at = outro_model::Clock::now(&*world.clock).plus_seconds(60).rfc3339();
        patch(&owner, &video, json!({"publish_at": at})).await.expect(200);
        patch(&owner, "/api/v1/me/privacy", json!({"on_hiatus": true})).await.expect(200);
        assert_eq!(patch(&owner, &video, json!({"draft": false})).await.expect(403).code(), "account_away");
        world.clock.advance_seconds(3600);
        world.run_jobs().await;
        assert_eq!(owner.get(&video).await.json()["draft"], true);
        patch(&owner, "/api/v1/me/privacy", json!({"on_hiatus": false})).await.expect(200);
        world.clock.advance_seconds(3600);
        world.settle().await;
        assert_eq!(seen(&fan, &video).await, (200, 200, 1));
        assert_eq!(fan.get("/api/v1/me/notifications").await.json()["items"][0]["kind"], "mention");
    }
}

on_both! {
    async fn what_was_made_before_is_not_lost_by_another_shape(world: World) {
        let owner = world.client().join("owner").await;
        let file = outro_testkit::landscape_clip("x");
        let upload = owner.begin_upload(file.len(), &[("draft", "true")]).await;
        owner.add_piece(&upload, 0, &file).await.expect(204);
        world.settle().await;
        let video = video_of(&upload);
        // The tools refuse it the second time: nothing is as long as that is now.
        let short = world.with_settings(|settings| settings.max_duration_s = 0);
        patch(&owner, &video, json!({"reframe": "crop", "draft": false})).await.expect(200);
        short.settle().await;
        // Published before it was made: it is a draft again, which nobody has seen.
        assert_eq!(world.client().get(&video).await.status, 404);
        let failed = owner.get(&video).await.expect(200).json();
        assert_eq!((&failed["state"], &failed["failure"]["code"]), (&json!("failed"), &json!("too_long")));
        assert_eq!(patch(&owner, &video, json!({"draft": false})).await.expect(409).code(), "video_failed");
        let media = video.replace("/api/v1/videos/", "/media/") + "/original";
        patch(&owner, &video, json!({"reframe": "fit"})).await.expect(200);
        world.settle().await;
        assert_eq!(owner.get(&video).await.json()["state"], "ready");
        assert!(owner.get(&media).await.expect(200).body == file);
    }
}

/// Does something as soon as the making of a video is begun, and waits for the end of both.
async fn while_it_is_made<T>(world: &World, act: impl Future<Output = T>) -> T {
    let runner = outro_app::AppRunner(world.app.clone());
    let making = async { world.app.queue.work_once(outro_jobs::Lane::Encode, &runner).await.unwrap() };
    let change = async {
        // The pieces are one file by now.
        while world.rows("blobs").await.iter().all(|row| row.contains("kind=6")) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        act.await
    };
    tokio::join!(making, change).1
}

/// A draft that waits to be made.
async fn waiting_draft(owner: &Client) -> String {
    let file = outro_testkit::landscape_clip("x");
    let upload = owner.begin_upload(file.len(), &[("draft", "true")]).await;
    owner.add_piece(&upload, 0, &file).await.expect(204);
    video_of(&upload)
}

on_both! {
    async fn a_change_of_mind_while_it_is_made_takes_another_turn(world: World) {
        let (owner, other) = (world.client().join("owner").await, world.client().join("other").await);
        let video = waiting_draft(&owner).await;
        let theirs = while_it_is_made(&world, async {
            let theirs = other.begin_upload(clip().len(), &[]).await;
            other.add_piece(&theirs, 0, clip()).await.expect(204);
            patch(&owner, &video, json!({"reframe": "crop"})).await.expect(200);
            theirs
        }).await;
        if owner.get(&video).await.json()["state"] == "processing" {
            let runner = outro_app::AppRunner(world.app.clone());
            assert!(world.app.queue.work_once(outro_jobs::Lane::Encode, &runner).await.unwrap());
            assert_eq!(other.get(&video_of(&theirs)).await.json()["state"], "ready", "nobody waits for who changes their mind");
        }
        world.settle().await;
        let made = owner.get(&video).await.json();
        assert_eq!((&made["state"], &made["reframe"]), (&json!("ready"), &json!("crop")));
        assert_eq!(made["renditions"][0]["width"].as_i64().unwrap() * 16, made["renditions"][0]["height"].as_i64().unwrap() * 9);
    }
}

on_both! {
    async fn what_is_published_while_it_is_to_be_another_is_made(world: World) {
        let owner = world.client().join("owner").await;
        let video = waiting_draft(&owner).await;
        while_it_is_made(&world, async {
            patch(&owner, &video, json!({"reframe": "crop", "draft": false})).await.expect(200);
        }).await;
        world.settle().await;
        let made = owner.get(&video).await.json();
        assert_eq!((&made["state"], &made["reframe"], &made["draft"]), (&json!("ready"), &json!("crop"), &json!(false)));
        assert_eq!(world.client().get(&video).await.expect(200).json()["state"], "ready");
    }
}

on_both! {
    async fn what_failed_in_one_way_is_tried_afresh_in_another(world: World) {
        let owner = world.client().join("owner").await;
        let video = waiting_draft(&owner).await;
        // As after four errors of our own.
        let sql = "UPDATE jobs SET errors = 4 WHERE kind = 'video.encode'";
        let mut tx = world.app.db.write().await.unwrap();
        tx.execute(&outro_db::Statement::built("errors".into(), sql.into()), &[]).await.unwrap();
        tx.commit().await.unwrap();
        patch(&owner, &video, json!({"reframe": "crop"})).await.expect(200);
        world.settle().await;
        assert_eq!(owner.get(&video).await.json()["state"], "ready");
    }
}

//! The settings themselves, and what each opens to whom.

use super::*;

const OPEN: &str = r#"{"private_account":false,"discoverable":true,"searchable":true,"messages_from":"everyone","comments_from":"everyone","on_hiatus":false}"#;

on_both! {
    async fn each_setting_is_changed_by_itself_and_shown_everywhere(world: World) {
        let owner = world.client().join("owner").await;
        let mut expected: Value = serde_json::from_str(OPEN).unwrap();
        let with_requests = |settings: &Value| {
            let mut answer = settings.clone();
            answer["waiting_follow_requests"] = json!(0);
            answer
        };
        assert_eq!(owner.get("/api/v1/me/privacy").await.expect(200).json(), with_requests(&expected));
        for (field, value) in [
            ("private_account", json!(true)),
            ("discoverable", json!(false)),
            ("searchable", json!(false)),
            ("messages_from", json!("friends")),
            ("messages_from", json!("no_one")),
            ("comments_from", json!("followers")),
            ("comments_from", json!("friends")),
            ("comments_from", json!("no_one")),
            ("on_hiatus", json!(true)),
        ] {
            expected[field] = value.clone();
            let body = json!({ field: value, "unknown": 1 });
            assert_eq!(privacy(&owner, body).await.expect(200).json(), with_requests(&expected), "{field}");
            assert_eq!(owner.get("/api/v1/me/privacy").await.json(), with_requests(&expected));
            assert_eq!(owner.get("/api/v1/me").await.json()["settings"], expected);
        }
        let open: Value = serde_json::from_str(OPEN).unwrap();
        assert_eq!(privacy(&owner, open.clone()).await.expect(200).json(), with_requests(&open));
    }
}

on_both! {
    async fn what_cannot_be_used_is_named_and_changes_nothing(world: World) {
        let owner = world.client().join("owner").await;
        let before = world.everything().await;
        for (body, fields) in [
            // Following is one-sided: it opens no way to write.
            (json!({"messages_from": "followers", "private_account": true}), vec!["messages_from"]),
            (json!({"comments_from": "nobody"}), vec!["comments_from"]),
            (json!({"messages_from": "", "comments_from": "ALL", "on_hiatus": true}), vec!["messages_from", "comments_from"]),
        ] {
            let problem = privacy(&owner, body).await.expect(422).json();
            let named: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
            assert_eq!(named, fields);
        }
        privacy(&owner, json!({"on_hiatus": "yes"})).await.expect(422);
        assert_eq!(world.everything().await, before);
    }
}

/// How close one must be for a video of this audience, of a private or a public account; 3 is nobody.
fn needed(private: bool, audience: &str) -> u8 {
    let of_video = ["everyone", "followers", "friends", "only_me"].iter().position(|word| *word == audience).unwrap();
    (of_video as u8).max(u8::from(private))
}

// Every setting and every relation, on page, card, bytes, cover, list, feed and like.
on_both! {
    async fn every_audience_reaches_those_it_names_and_nobody_else(world: World) {
        let cast = Cast::of(&world).await;
        let id = world.plant(&cast.owner, b"the bytes").await;
        let video = format!("/api/v1/videos/{id}");
        for private in [false, true, false] {
            privacy(&cast.owner, json!({"private_account": private})).await.expect(200);
            for audience in ["only_me", "everyone", "friends", "followers"] {
                cast.owner.call("PATCH", &video, Some(json!({"audience": audience}))).await.expect(200);
                for (who, client, close) in cast.others() {
                    let (sees, about) = (close >= needed(private, audience), format!("{who}, {audience}, private: {private}"));
                    let status = if sees { 200 } else { 404 };
                    for path in [video.clone(), format!("/media/{id}/video.mp4"), format!("/media/{id}/cover.jpg")] {
                        let (hidden, never) = (client.get(&path).await, client.get(&path.replace(&id, NO_ID)).await);
                        assert_eq!(hidden.status.as_u16(), status, "{about}: {path}");
                        assert!(sees || told(&hidden) == told(&never), "{about}: {path}");
                    }
                    assert_eq!(page(client, &format!("/v/{id}")).await.status.as_u16(), status, "{about}: page");
                    let profile = client.get("/api/v1/accounts/owner").await.expect(200).json();
                    assert_eq!(profile["bio"].is_null(), private && close == 0, "{about}: card");
                    let list = client.get("/api/v1/accounts/owner/videos").await;
                    let listed = list.status == 200 && !list.json()["items"].as_array().unwrap().is_empty();
                    assert_eq!(listed, sees, "{about}: list");
                    let fed = client.get("/api/v1/feed/for-you").await.expect(200).json();
                    let in_feed = !fed["items"].as_array().unwrap().is_empty();
                    assert_eq!(in_feed, !private && audience == "everyone", "{about}: feed");
                    for method in ["PUT", "DELETE"] {
                        let like = client.call(method, &format!("{video}/like"), None).await.status.as_u16();
                        assert_eq!(like, if client.token.is_none() { 401 } else { status }, "{about}: like");
                    }
                }
                cast.owner.get(&format!("/media/{id}/video.mp4")).await.expect(200);
            }
        }
    }
}

on_both! {
    async fn a_block_hides_both_from_each_other(world: World) {
        let cast = Cast::of(&world).await;
        let id = world.plant(&cast.owner, b"the bytes").await;
        let theirs = world.plant(&cast.friend, b"the bytes").await;
        let (owner, friend) = (world.id_of(&cast.owner).await, world.id_of(&cast.friend).await);
        let mut tx = world.app.db.write().await.unwrap();
        assert!(graph::block(&mut tx, owner, friend, outro_model::Timestamp(1)).await.unwrap());
        tx.commit().await.unwrap();
        for (client, other, id) in [(&cast.friend, "owner", &id), (&cast.owner, "friend", &theirs)] {
            for (path, never) in [
                (format!("/api/v1/accounts/{other}"), "/api/v1/accounts/nobody_here".to_owned()),
                (format!("/api/v1/accounts/{other}/videos"), "/api/v1/accounts/nobody_here/videos".to_owned()),
                (format!("/api/v1/me/see-as/{other}"), "/api/v1/me/see-as/nobody_here".to_owned()),
                (format!("/api/v1/videos/{id}"), format!("/api/v1/videos/{NO_ID}")),
                (format!("/media/{id}/video.mp4"), format!("/media/{NO_ID}/video.mp4")),
            ] {
                assert_eq!(told(&client.get(&path).await), told(&client.get(&never).await), "{path}");
            }
            let fed = client.get("/api/v1/feed/for-you").await.json();
            assert!(fed["items"].as_array().unwrap().iter().all(|item| item["id"] != **id));
        }
    }
}

on_both! {
    async fn who_may_comment_is_set_with_the_video_and_told_to_its_owner_alone(world: World) {
        let (owner, other) = (world.client().join("owner").await, world.client().join("other").await);
        let reply = owner.upload(outro_testkit::clip(), &[("comments_from", "friends")]).await.expect(202).json();
        let path = format!("/api/v1/videos/{}", reply["video"]["id"].as_str().unwrap());
        world.settle().await;
        assert_eq!(reply["video"]["comments_from"], "friends");
        let changed = owner.call("PATCH", &path, Some(json!({"comments_from": "no_one"}))).await.expect(200).json();
        assert_eq!((&changed["comments_from"], &changed["audience"]), (&json!("no_one"), &json!("everyone")));
        assert_eq!(other.get(&path).await.expect(200).json()["comments_from"], Value::Null);
        let wrong = owner.call("PATCH", &path, Some(json!({"comments_from": "only_me", "audience": "only_me"}))).await;
        assert_eq!(wrong.expect(422).json()["errors"][0]["field"], "comments_from");
        assert_eq!(owner.get(&path).await.json(), changed);
        let wrong = owner.upload(outro_testkit::clip(), &[("comments_from", "some")]).await;
        assert_eq!(wrong.expect(422).code(), "invalid_comments_from");
    }
}

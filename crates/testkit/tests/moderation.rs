//! Reports and what moderators do about them: who sees what, for how long, and what is told to whom.

use axum::body::Body;
use axum::http::{Request, header};
use outro_app::moderation::{self, Reasons};
use outro_testkit::{Client, Reply, World, on_both};
use serde_json::{Value, json};

/// The people of most tests: `mo` moderates, `ada` reports, `ben` is reported and has a video.
struct Scene {
    mo: Client,
    ada: Client,
    ben: Client,
    video: String,
}

impl Scene {
    async fn of(world: &World) -> Self {
        let client = world.client();
        let (mo, ada, ben) = (client.join("mo_mod").await, client.join("ada").await, client.join("ben").await);
        moderation::set_moderator(&world.app, "mo_mod", true).await.unwrap();
        let video = world.plant(&ben, b"the bytes").await;
        Self { mo, ada, ben, video }
    }

    /// Ada reports the video; the id of the report.
    async fn reported(&self) -> String {
        let body = json!({"video": self.video, "reason": "hate", "note": "MarkNote7x"});
        self.ada.post("/api/v1/reports", body).await.expect(201).json()["id"].as_str().unwrap().to_owned()
    }
}

fn why(reason: &str, statement: &str) -> Reasons {
    Reasons { reason: Some(reason.into()), statement: statement.into(), ..Reasons::default() }
}

async fn act(client: &Client, id: &str, act: &str) -> Reply {
    let body = json!({"act": act, "reason": "harassment", "statement": "MarkStatement9q"});
    client.post(&format!("/api/v1/moderation/reports/{id}"), body).await
}

async fn items(client: &Client, path: &str) -> Vec<Value> {
    client.get(path).await.expect(200).json()["items"].as_array().unwrap().clone()
}

async fn queue(client: &Client) -> Vec<Value> {
    items(client, "/api/v1/moderation/reports").await
}

/// Status, headers and body: all that tells one answer from another.
fn told(reply: &Reply) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let headers = reply.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let mut headers: Vec<_> = headers.collect();
    headers.sort();
    (reply.status.as_u16(), headers, reply.body.clone())
}

async fn page(client: &Client, path: &str) -> Reply {
    let cookie = format!("outro_session={}", client.token.clone().unwrap_or_default());
    client.anonymous().send(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
}

fn addresses(video: &str) -> [String; 4] {
    ["/media/{id}/video.mp4", "/media/{id}/cover.jpg", "/api/v1/videos/{id}", "/api/v1/videos/{id}?x"]
        .map(|template| template.replace("{id}", video))
}

async fn assert_sees(client: &Client, video: &str) {
    for address in addresses(video) {
        client.get(&address).await.expect(200);
    }
    client.get_range(&format!("/media/{video}/video.mp4"), "bytes=1-2").await.expect(206);
}

async fn assert_never_was(client: &Client, video: &str) {
    for (address, never) in addresses(video).iter().zip(addresses("AAAAAAAAAAAAAAAAAAAAAA")) {
        let never = client.get(&never).await.expect(404);
        assert_eq!(told(&client.get(address).await), told(&never), "{address}");
    }
}

async fn make_private(client: &Client) {
    client.call("PATCH", "/api/v1/me/privacy", Some(json!({"private_account": true}))).await.expect(200);
}

async fn leave(world: &World, who: &Client, password: &str) {
    let begun = who.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    let proof = json!({"challenge": begun["challenge"], "password": password});
    who.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
    world.settle().await;
}

on_both! {
    async fn who_is_no_moderator_finds_nothing_where_the_queue_is(world: World) {
        let scene = Scene::of(&world).await;
        let id = scene.reported().await;
        let nothing = page(&scene.ada, "/nothing-of-the-kind").await.expect(404);
        for path in ["/moderation", "/moderation/decided", &format!("/moderation/{id}")] {
            for client in [&scene.ada, &scene.ben] {
                let reply = page(client, path).await;
                assert_eq!(reply.status, 404, "{path}");
                assert_eq!(reply.headers.len(), nothing.headers.len(), "{path}");
            }
            assert_eq!(world.client().get(path).await.status, 404, "{path}, not signed in");
            assert_eq!(page(&scene.mo, path).await.status, 200, "{path}");
        }
        for client in [&scene.ada, &scene.ben] {
            client.get("/api/v1/moderation/reports").await.expect(404);
            act(client, &id, "look").await.expect(404);
            client.post(&format!("/api/v1/moderation/reports/{id}"), json!("not even a body")).await.expect(404);
            assert!(!page(client, "/settings").await.text().contains("/moderation"));
        }
        assert!(page(&scene.mo, "/settings").await.text().contains("href=\"/moderation\""));
        moderation::set_moderator(&world.app, "mo_mod", false).await.unwrap();
        scene.mo.get("/api/v1/moderation/reports").await.expect(404);
    }
}

on_both! {
    async fn a_moderator_sees_what_is_reported_once_the_look_is_noted_and_until_it_is_decided(world: World) {
        let scene = Scene::of(&world).await;
        let other = world.plant(&scene.ben, b"another").await;
        let id = scene.reported().await;
        make_private(&scene.ben).await;
        assert_never_was(&scene.mo, &scene.video).await;
        assert_eq!(queue(&scene.mo).await[0]["note"], "MarkNote7x");
        let looked = act(&scene.mo, &id, "look").await.expect(200).json();
        assert_eq!((&looked["account"]["handle"], &looked["report"]["looked"]), (&json!("ben"), &json!(true)));
        assert_sees(&scene.mo, &scene.video).await;
        // What else there is of the same person stays closed, and so does the thing to everybody else.
        assert_never_was(&scene.mo, &other).await;
        assert_never_was(&scene.ada, &scene.video).await;
        scene.mo.call("PUT", &format!("/api/v1/videos/{}/like", scene.video), None).await.expect(404);
        scene.mo.get(&format!("/media/{}/original", scene.video)).await.expect(404);
        let second = world.client().join("second_mod").await;
        moderation::set_moderator(&world.app, "second_mod", true).await.unwrap();
        assert_never_was(&second, &scene.video).await;
        act(&scene.mo, &id, "dismiss").await.expect(200);
        assert_never_was(&scene.mo, &scene.video).await;
        act(&scene.mo, &id, "look").await.expect(409);
        assert!(queue(&scene.mo).await.is_empty());
    }
}

on_both! {
    async fn a_moderator_who_is_none_any_more_sees_nothing_at_once(world: World) {
        let scene = Scene::of(&world).await;
        let id = scene.reported().await;
        make_private(&scene.ben).await;
        act(&scene.mo, &id, "look").await.expect(200);
        assert_sees(&scene.mo, &scene.video).await;
        moderation::set_moderator(&world.app, "mo_mod", false).await.unwrap();
        assert_never_was(&scene.mo, &scene.video).await;
        moderation::set_moderator(&world.app, "mo_mod", true).await.unwrap();
        assert_sees(&scene.mo, &scene.video).await;
        moderation::suspend(&world.app, "mo_mod", &why("other", "Suspended")).await.unwrap();
        assert_never_was(&scene.mo, &scene.video).await;
        scene.mo.get("/api/v1/moderation/reports").await.expect(404);
    }
}

on_both! {
    async fn nobody_decides_about_themselves_or_learns_who_reported(world: World) {
        let scene = Scene::of(&world).await;
        moderation::set_moderator(&world.app, "ben", true).await.unwrap();
        let id = scene.reported().await;
        assert!(queue(&scene.ben).await.is_empty());
        act(&scene.ben, &id, "dismiss").await.expect(404);
        let seen = queue(&scene.mo).await;
        assert_eq!(seen.len(), 1);
        assert!(!seen[0].to_string().contains("ada"), "{seen:?}");
        act(&scene.mo, &id, "hide").await.expect(200);
        let decided = scene.ben.get("/api/v1/me/decisions").await.expect(200).text();
        assert!(!decided.contains("ada") && !decided.contains("mo_mod") && !decided.contains("MarkNote7x"), "{decided}");
    }
}

on_both! {
    async fn reporting_twice_is_one_and_each_thing_stands_once_in_the_queue(world: World) {
        let scene = Scene::of(&world).await;
        let id = scene.reported().await;
        assert_eq!(scene.reported().await, id);
        assert_eq!(world.rows("reports").await.len(), 1);
        let cem = world.client().join("cem").await;
        cem.post("/api/v1/reports", json!({"video": scene.video, "reason": "spam"})).await.expect(201);
        let waiting = queue(&scene.mo).await;
        assert_eq!((waiting.len(), &waiting[0]["open_reports"]), (1, &json!(2)));
        act(&scene.mo, &id, "dismiss").await.expect(200);
        for client in [&scene.ada, &cem] {
            assert_eq!(items(client, "/api/v1/me/reports").await[0]["state"], "dismissed");
        }
        // What was decided can be reported anew.
        assert_ne!(scene.reported().await, id);
        assert_eq!(queue(&scene.mo).await.len(), 1);
    }
}

on_both! {
    async fn what_cannot_be_seen_cannot_be_reported(world: World) {
        let scene = Scene::of(&world).await;
        scene.ben.call("PUT", "/api/v1/accounts/ada/block", None).await.expect(200);
        for body in [json!({"video": scene.video, "reason": "spam"}), json!({"account": "ben", "reason": "spam"})] {
            scene.ada.post("/api/v1/reports", body).await.expect(404);
        }
        let own = json!({"video": scene.video, "reason": "spam"});
        assert_eq!(scene.ben.post("/api/v1/reports", own).await.expect(409).code(), "oneself");
        assert!(world.rows("reports").await.is_empty());
    }
}

on_both! {
    async fn a_hidden_video_is_its_owners_alone_until_it_is_shown_again(world: World) {
        let scene = Scene::of(&world).await;
        let id = scene.reported().await;
        assert_sees(&scene.ada, &scene.video).await;
        act(&scene.mo, &id, "hide").await.expect(200);
        for client in [&scene.ada, &scene.mo, &world.client()] {
            assert_never_was(client, &scene.video).await;
            assert!(items(client, "/api/v1/feed/for-you").await.is_empty());
            assert!(items(client, "/api/v1/accounts/ben/videos").await.is_empty());
        }
        assert_sees(&scene.ben, &scene.video).await;
        assert_eq!(items(&scene.ada, "/api/v1/me/reports").await[0]["state"], "acted");
        act(&scene.mo, &id, "hide").await.expect(409);
        act(&scene.mo, &id, "unhide").await.expect(200);
        assert_sees(&scene.ada, &scene.video).await;
        let decisions = items(&scene.ben, "/api/v1/me/decisions").await;
        let words: Vec<_> = decisions.iter().map(|one| one["decision"].as_str().unwrap().to_owned()).collect();
        assert!(words.contains(&"hide".to_owned()) && words.contains(&"unhide".to_owned()), "{words:?}");
        assert!(decisions.iter().all(|one| one["video"] == scene.video.as_str() && one["automated"] == false));
    }
}

on_both! {
    async fn a_suspended_account_is_hidden_at_once_and_may_look_and_leave(world: World) {
        let scene = Scene::of(&world).await;
        let of_ada = world.plant(&scene.ada, b"of ada").await;
        let body = json!({"account": "ben", "reason": "harassment"});
        let id = scene.ada.post("/api/v1/reports", body).await.expect(201).json()["id"].as_str().unwrap().to_owned();
        act(&scene.mo, &id, "suspend").await.expect(200);
        for client in [&scene.ada, &scene.mo, &world.client()] {
            let never = client.get("/api/v1/accounts/never_was").await.expect(404);
            assert_eq!(told(&client.get("/api/v1/accounts/ben").await), told(&never));
            assert_never_was(client, &scene.video).await;
        }
        // The person signs in, looks around, sees what was decided, takes their things, and cannot act.
        let sign_in = json!({"handle": "ben", "password": "ben-password"});
        world.client().post("/api/v1/sessions", sign_in).await.expect(201);
        assert_sees(&scene.ben, &of_ada).await;
        scene.ben.get(&format!("/media/{}/download.mp4", scene.video)).await.expect(200);
        assert_eq!(scene.ben.get("/api/v1/me").await.json()["suspended"], true);
        let refused = scene.ben.call("PUT", &format!("/api/v1/videos/{of_ada}/like"), None).await.expect(403);
        assert_eq!(refused.code(), "account_away");
        scene.ben.call("PUT", "/api/v1/accounts/ada/follow", None).await.expect(403);
        assert!(page(&scene.ben, "/settings").await.text().contains("href=\"/settings/decisions\""));
        act(&scene.mo, &id, "unsuspend").await.expect(200);
        assert_sees(&scene.ada, &scene.video).await;
        act(&scene.mo, &id, "unsuspend").await.expect(409);
        moderation::suspend(&world.app, "ben", &why("spam", "MarkStatement9q")).await.unwrap();
        leave(&world, &scene.ben, "ben-password").await;
        scene.ada.get("/api/v1/accounts/ben").await.expect(404);
        for table in ["reports", "moderation_hands"] {
            assert_eq!(world.rows(table).await, Vec::<String>::new(), "{table}");
        }
        assert_eq!(world.rows("moderation_acts").await.len(), 1, "that there is a moderator");
    }
}

on_both! {
    async fn a_statement_is_the_persons_alone_and_goes_with_their_key(world: World) {
        let scene = Scene::of(&world).await;
        let id = scene.reported().await;
        let bare = json!({"act": "hide"});
        let refused = scene.mo.post(&format!("/api/v1/moderation/reports/{id}"), bare).await.expect(422);
        assert_eq!(refused.code(), "statement_missing");
        act(&scene.mo, &id, "hide").await.expect(200);
        let decisions = items(&scene.ben, "/api/v1/me/decisions").await;
        assert_eq!(decisions[0]["statement"], "MarkStatement9q");
        assert_eq!(decisions[0]["reason"], "harassment");
        for client in [&scene.ada, &scene.mo] {
            assert!(items(client, "/api/v1/me/decisions").await.is_empty());
        }
        // Neither the statement nor the note stands readable in a row, and who reported is told nowhere.
        let stored = world.everything().await.join("\n");
        assert!(!stored.contains("MarkStatement9q") && !stored.contains("MarkNote7x"));
        let account = world.id_of(&scene.ben).await;
        world.app.vault.destroy(account).await.unwrap();
        scene.ben.get("/api/v1/me/decisions").await.expect(401);
    }
}

on_both! {
    async fn every_act_is_noted_with_the_hand_that_did_it(world: World) {
        let scene = Scene::of(&world).await;
        let id = scene.reported().await;
        for one in ["look", "look", "hide", "unhide"] {
            act(&scene.mo, &id, one).await.expect(200);
        }
        act(&scene.mo, &id, "dismiss").await.expect(409);
        let again = scene.reported().await;
        act(&scene.mo, &again, "dismiss").await.expect(200);
        // Looking twice is one look; what did not fit is not noted.
        let acts = world.rows("moderation_acts").await;
        assert_eq!(acts.len(), 5, "{acts:?}");
        assert_eq!(world.rows("moderation_hands").await.len(), 4);
        let mut codes: Vec<_> = acts.iter().map(|row| row.split(" act=").nth(1).unwrap()[..1].to_owned()).collect();
        codes.sort();
        assert_eq!(codes, ["0", "1", "2", "3", "6"], "look, hide, unhide, dismiss; and that she was made a moderator");
        // The person is told of what was decided about them, and not that somebody looked.
        assert_eq!(items(&scene.ben, "/api/v1/me/decisions").await.len(), 2);
    }
}

on_both! {
    async fn what_a_moderator_did_outlives_them_without_a_name(world: World) {
        let scene = Scene::of(&world).await;
        let id = scene.reported().await;
        act(&scene.mo, &id, "hide").await.expect(200);
        leave(&world, &scene.mo, "mo_mod-password").await;
        assert!(world.rows("moderation_hands").await.is_empty());
        assert_eq!(items(&scene.ben, "/api/v1/me/decisions").await[0]["statement"], "MarkStatement9q");
    }
}

on_both! {
    async fn reports_go_with_the_reporter_and_with_the_video(world: World) {
        let scene = Scene::of(&world).await;
        let id = scene.reported().await;
        make_private(&scene.ben).await;
        act(&scene.mo, &id, "look").await.expect(200);
        assert_sees(&scene.mo, &scene.video).await;
        leave(&world, &scene.ada, "ada-password").await;
        assert!(world.rows("reports").await.is_empty());
        // With the report goes the right to look.
        assert_never_was(&scene.mo, &scene.video).await;
        let second = world.client().join("cem").await;
        scene.ben.call("PATCH", "/api/v1/me/privacy", Some(json!({"private_account": false}))).await.expect(200);
        second.post("/api/v1/reports", json!({"video": scene.video, "reason": "spam"})).await.expect(201);
        scene.ben.call("DELETE", &format!("/api/v1/videos/{}", scene.video), None).await.expect(204);
        world.settle().await;
        assert!(world.rows("reports").await.is_empty());
        assert!(queue(&scene.mo).await.is_empty());
    }
}

on_both! {
    async fn reports_of_a_day_are_limited(world: World) {
        world.to_a_new_day();
        let scene = Scene::of(&world).await;
        for number in 0..31 {
            let video = world.plant(&scene.ben, b"x").await;
            let reply = scene.ada.post("/api/v1/reports", json!({"video": video, "reason": "spam"})).await;
            assert_eq!(reply.status.as_u16(), if number < 30 { 201 } else { 429 }, "{number}");
        }
    }
}

/// Ada writes under Ben's video, Ben reports it; the ids of the comment and of the report.
async fn reported_comment(scene: &Scene) -> (String, String) {
    let path = format!("/api/v1/videos/{}/comments", scene.video);
    let said = scene.ada.post(&path, json!({"text": "MarkComment3k"})).await.expect(201).json();
    let comment = said["id"].as_str().unwrap().to_owned();
    let body = json!({"comment": comment, "reason": "harassment"});
    let report = scene.ben.post("/api/v1/reports", body).await.expect(201).json();
    assert_eq!(report["kind"], "comment");
    (comment, report["id"].as_str().unwrap().to_owned())
}

/// The texts of the comments that somebody sees under the video, and how many it is said there are.
async fn said(client: &Client, video: &str) -> (Vec<String>, i64) {
    let list = items(client, &format!("/api/v1/videos/{video}/comments")).await;
    let texts = list.iter().map(|one| one["text"].as_str().unwrap().to_owned()).collect();
    let view = client.get(&format!("/api/v1/videos/{video}")).await.expect(200).json();
    (texts, view["comment_count"].as_i64().unwrap())
}

on_both! {
    async fn a_reported_comment_is_read_once_the_look_is_noted_and_hidden_from_all_but_its_author(world: World) {
        let scene = Scene::of(&world).await;
        let (comment, id) = reported_comment(&scene).await;
        make_private(&scene.ben).await;
        let waiting = queue(&scene.mo).await;
        assert_eq!(waiting[0]["kind"], "comment");
        assert!(!waiting[0].to_string().contains("MarkComment3k"), "read before the look is noted");
        let looked = act(&scene.mo, &id, "look").await.expect(200).json();
        assert_eq!((&looked["comment"], &looked["account"]["handle"]), (&json!("MarkComment3k"), &json!("ada")));
        // The video that it stands under was not reported: it stays closed.
        assert_eq!(looked["video"], Value::Null);
        assert_never_was(&scene.mo, &scene.video).await;
        scene.ben.call("PATCH", "/api/v1/me/privacy", Some(json!({"private_account": false}))).await.expect(200);
        let hidden = act(&scene.mo, &id, "hide").await.expect(200).json();
        assert_eq!((&hidden["report"]["hidden"], &hidden["comment"]), (&json!(true), &Value::Null));
        for client in [&scene.ben, &scene.mo, &world.client()] {
            assert_eq!(said(client, &scene.video).await, (vec![], 0));
            let never = client.get("/api/v1/comments/AAAAAAAAAAAAAAAAAAAAAA/replies").await.expect(404);
            assert_eq!(told(&client.get(&format!("/api/v1/comments/{comment}/replies")).await), told(&never));
        }
        assert_eq!(said(&scene.ada, &scene.video).await, (vec!["MarkComment3k".to_owned()], 0));
        let decided = items(&scene.ada, "/api/v1/me/decisions").await;
        assert_eq!((&decided[0]["decision"], &decided[0]["comment"]), (&json!("hide"), &json!(comment)));
        assert!(page(&scene.ada, "/settings/decisions").await.text().contains("MarkComment3k"));
        act(&scene.mo, &id, "unhide").await.expect(200);
        assert_eq!(said(&world.client(), &scene.video).await, (vec!["MarkComment3k".to_owned()], 1));
    }
}

on_both! {
    async fn the_owner_of_a_video_cannot_show_what_a_moderator_hides_nor_lose_what_they_hid(world: World) {
        let scene = Scene::of(&world).await;
        let (comment, id) = reported_comment(&scene).await;
        let hidden = format!("/api/v1/comments/{comment}/hidden");
        scene.ben.call("PUT", &hidden, None).await.expect(200);
        act(&scene.mo, &id, "hide").await.expect(200);
        scene.ben.call("DELETE", &hidden, None).await.expect(404);
        act(&scene.mo, &id, "unhide").await.expect(200);
        assert_eq!(said(&world.client(), &scene.video).await, (vec![], 0), "hidden by the owner before");
        scene.ben.call("DELETE", &hidden, None).await.expect(200);
        assert_eq!(said(&world.client(), &scene.video).await.1, 1);
        // One's own comment under one's own video is no way around it.
        let path = format!("/api/v1/videos/{}/comments", scene.video);
        let own = scene.ben.post(&path, json!({"text": "Mine"})).await.expect(201).json();
        let own = own["id"].as_str().unwrap();
        let body = json!({"comment": own, "reason": "spam"});
        let report = scene.ada.post("/api/v1/reports", body).await.expect(201).json();
        act(&scene.mo, report["id"].as_str().unwrap(), "hide").await.expect(200);
        scene.ben.call("DELETE", &format!("/api/v1/comments/{own}/hidden"), None).await;
        assert_eq!(said(&scene.ada, &scene.video).await.1, 1);
        // Its author can still take it away.
        scene.ben.call("DELETE", &format!("/api/v1/comments/{own}"), None).await.expect(204);
        world.settle().await;
        assert_eq!(said(&scene.ben, &scene.video).await, (vec!["MarkComment3k".to_owned()], 1));
        let decided = items(&scene.ben, "/api/v1/me/decisions").await;
        assert_eq!(decided[0]["comment"], own, "the decision outlives the comment");
        assert_eq!(page(&scene.ben, "/settings/decisions").await.status, 200);
    }
}

on_both! {
    async fn what_is_not_there_or_is_ones_own_cannot_be_reported_or_hidden_as_a_comment(world: World) {
        let scene = Scene::of(&world).await;
        let (comment, id) = reported_comment(&scene).await;
        let body = json!({"comment": comment, "reason": "spam"});
        assert_eq!(scene.ada.post("/api/v1/reports", body.clone()).await.expect(409).code(), "oneself");
        make_private(&scene.ben).await;
        world.client().join("cem").await.post("/api/v1/reports", body).await.expect(404);
        scene.ada.call("DELETE", &format!("/api/v1/comments/{comment}"), None).await.expect(204);
        world.settle().await;
        // Taking it away is no way out: the case stands, and whose it was can be looked at.
        let looked = act(&scene.mo, &id, "look").await.expect(200).json();
        assert_eq!((&looked["comment"], &looked["account"]["handle"]), (&Value::Null, &json!("ada")));
        act(&scene.mo, &id, "hide").await.expect(409);
        act(&scene.mo, &id, "suspend").await.expect(200);
        scene.ben.get("/api/v1/accounts/ada").await.expect(404);
        leave(&world, &scene.ada, "ada-password").await;
        assert!(world.rows("reports").await.is_empty());
    }
}

/// Kinds of what somebody is told, and whether anybody is named.
async fn news(client: &Client) -> Vec<String> {
    let list = items(client, "/api/v1/me/notifications").await;
    for one in list.iter().filter(|one| one["kind"] == "decision" || one["kind"] == "report_decided") {
        assert_eq!(one["actors"], json!([]), "moderators and oneself are not named");
        assert_eq!((&one["video_id"], &one["comment"], &one["unread"]), (&Value::Null, &Value::Null, &json!(true)));
    }
    list.iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    async fn the_person_and_every_reporter_are_told_once_that_it_was_decided(world: World) {
        let scene = Scene::of(&world).await;
        let id = scene.reported().await;
        let cem = world.client().join("cem").await;
        cem.post("/api/v1/reports", json!({"video": scene.video, "reason": "spam"})).await.expect(201);
        act(&scene.mo, &id, "look").await.expect(200);
        assert!(news(&scene.ben).await.is_empty() && news(&scene.ada).await.is_empty(), "looking is told to nobody");
        act(&scene.mo, &id, "hide").await.expect(200);
        act(&scene.mo, &id, "hide").await.expect(409);
        assert_eq!(news(&scene.ben).await, ["decision"]);
        for reporter in [&scene.ada, &cem] {
            assert_eq!(news(reporter).await, ["report_decided"]);
            let unread = reporter.get("/api/v1/me/notifications/unread").await.expect(200).json();
            assert_eq!(unread["unread_count"], 1);
        }
        assert!(news(&scene.mo).await.is_empty());
        assert!(page(&scene.ben, "/activity").await.text().contains("href=\"/settings/decisions\""));
        assert!(page(&scene.ada, "/activity").await.text().contains("href=\"/settings/reports\""));
        // Left as it is: the reporters learn it, whom it was about learns nothing.
        act(&scene.mo, &id, "unhide").await.expect(200);
        let again = scene.reported().await;
        act(&scene.mo, &again, "dismiss").await.expect(200);
        assert_eq!(news(&scene.ben).await, ["decision", "decision"], "hidden, and shown again");
        assert_eq!(news(&scene.ada).await, ["report_decided", "report_decided"]);
    }
}

on_both! {
    async fn who_is_suspended_is_told_although_their_account_is_away(world: World) {
        let scene = Scene::of(&world).await;
        moderation::suspend(&world.app, "ben", &why("spam", "MarkStatement9q")).await.unwrap();
        assert_eq!(news(&scene.ben).await, ["decision"]);
        leave(&world, &scene.ben, "ben-password").await;
        assert_eq!(world.rows("notifications").await, Vec::<String>::new());
    }
}

on_both! {
    async fn counts_elsewhere_leave_out_who_is_suspended(world: World) {
        let scene = Scene::of(&world).await;
        scene.ada.call("PUT", "/api/v1/accounts/ben/follow", None).await.expect(200);
        let (ada, counts) = (world.id_of(&scene.ada).await, async |id| {
            world.settle().await;
            outro_store::graph::counts(&mut world.app.db.read().await.unwrap(), id).await.unwrap().following
        });
        assert_eq!(counts(ada).await, 1);
        moderation::suspend(&world.app, "ben", &why("spam", "MarkStatement9q")).await.unwrap();
        assert_eq!(counts(ada).await, 0, "by the operator");
        moderation::unsuspend(&world.app, "ben", &why("spam", "")).await.unwrap();
        assert_eq!(counts(ada).await, 1);
        let id = scene.reported().await;
        act(&scene.mo, &id, "suspend").await.expect(200);
        assert_eq!(counts(ada).await, 0, "by a moderator");
        act(&scene.mo, &id, "unsuspend").await.expect(200);
        assert_eq!(counts(ada).await, 1);
    }
}

on_both! {
    async fn open_pages_are_told_of_a_decision_at_once(world: World) {
        let scene = Scene::of(&world).await;
        let id = scene.reported().await;
        let mut open = Vec::new();
        for client in [&scene.ben, &scene.ada] {
            let signed = outro_app::authenticate(&world.app, client.token.as_deref().unwrap()).await.unwrap().unwrap();
            open.push(outro_app::live::listen(&world.app, &signed, None).await.unwrap());
        }
        act(&scene.mo, &id, "hide").await.expect(200);
        for listening in &mut open {
            let told = tokio::time::timeout(std::time::Duration::from_secs(3), listening.next()).await;
            let told = told.expect("nothing was told").unwrap();
            assert_eq!(told[0].kind, Some(outro_model::EventKind::Notifications));
        }
    }
}

/// Reports of a video by so many who have nothing but a row.
async fn crowd(world: &World, scene: &Scene, count: usize) {
    let owner = world.id_of(&scene.ben).await;
    let mut tx = world.app.db.write().await.unwrap();
    for _ in 0..count {
        let account = outro_testkit::rows::account_row();
        outro_store::accounts::insert(&mut tx, &account).await.unwrap();
        let report = outro_store::moderation::Report {
            reporter: account.id,
            id: outro_model::ReportId::random(&*world.app.random),
            thing: outro_store::moderation::Thing::Video(owner, scene.video.parse().unwrap()),
            reason: outro_model::ReportReason::Hate,
            note: vec![],
            state: outro_model::ReportState::Open,
            created_at: world.app.clock.now(),
            closed_at: None,
        };
        assert!(outro_store::moderation::put(&mut tx, &report).await.unwrap());
    }
    tx.commit().await.unwrap();
}

on_both! {
    async fn of_very_many_reports_the_first_are_closed_with_the_decision_and_the_rest_by_a_job(world: World) {
        let scene = Scene::of(&world).await;
        crowd(&world, &scene, 230).await;
        world.clock.advance_seconds(1);
        // By the very last report: it is closed with the decision, and so is the right to look.
        let id = scene.reported().await;
        act(&scene.mo, &id, "look").await.expect(200);
        assert_sees(&scene.mo, &scene.video).await;
        let decided = act(&scene.mo, &id, "hide").await.expect(200).json();
        assert_eq!(decided["report"]["state"], "acted");
        assert_never_was(&scene.mo, &scene.video).await;
        let told = async || world.rows("notifications").await.len();
        assert_eq!(told().await, 1 + 1 + 100, "the owner, the one who was looked by, the first of the others");
        assert_eq!(queue(&scene.mo).await.len(), 1, "the rest waits for the job");
        world.settle().await;
        assert_eq!((told().await, queue(&scene.mo).await.len()), (1 + 231, 0));
        // What is reported afterwards is not closed by what was decided before.
        act(&scene.mo, &id, "unhide").await.expect(200);
        world.clock.advance_seconds(1);
        scene.reported().await;
        act(&scene.mo, &id, "unhide").await.expect(409);
        world.settle().await;
        assert_eq!(queue(&scene.mo).await.len(), 1);
    }
}

/// The log as somebody reads it: what was done, and by whom.
async fn log(client: &Client) -> Vec<(String, String)> {
    let word = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
    let lines = items(client, "/api/v1/moderation/log").await;
    lines.iter().map(|line| (word(line, "act"), word(line, "by"))).collect()
}

fn told_of(lines: &[(&str, &str)]) -> Vec<(String, String)> {
    lines.iter().map(|(act, by)| ((*act).to_owned(), (*by).to_owned())).collect()
}

on_both! {
    async fn the_log_tells_moderators_of_every_act_and_of_every_right_that_was_given_or_taken(world: World) {
        let scene = Scene::of(&world).await;
        let id = scene.reported().await;
        for one in ["look", "hide", "unhide"] {
            world.clock.advance_seconds(1);
            act(&scene.mo, &id, one).await.expect(200);
        }
        world.clock.advance_seconds(1);
        moderation::suspend(&world.app, "ben", &why("spam", "Suspended")).await.unwrap();
        for given in [true, true, false] {
            world.clock.advance_seconds(1);
            moderation::set_moderator(&world.app, "ada", given).await.unwrap();
        }
        let all = [
            ("revoke", "operator"),
            ("grant", "operator"),
            ("suspend", "operator"),
            ("unhide", "moderator"),
            ("hide", "moderator"),
            ("look", "moderator"),
            ("grant", "operator"),
        ];
        assert_eq!(log(&scene.mo).await, told_of(&all), "the latest first, and what changed nothing is not in it");
        let lines = items(&scene.mo, "/api/v1/moderation/log").await;
        assert_eq!((&lines[0]["account"], &lines[0]["reason"]), (&json!("ada"), &Value::Null));
        assert_eq!((&lines[4]["moderator_handle"], &lines[4]["thing"]), (&json!("mo_mod"), &json!(scene.video)));
        assert_eq!((&lines[4]["report"], &lines[4]["reason"]), (&json!(id), &json!("harassment")));
        assert_eq!(lines[2]["account"], Value::Null, "whose it is is seen where it is looked at");
        // Page by page, without holes or repeats.
        let (mut query, mut seen) = ("limit=2".to_owned(), Vec::new());
        loop {
            let page = scene.mo.get(&format!("/api/v1/moderation/log?{query}")).await.expect(200).json();
            seen.extend(page["items"].as_array().unwrap().clone());
            let Some(next) = page["next_cursor"].as_str() else { break };
            query = format!("limit=2&cursor={next}");
        }
        assert_eq!(seen, lines);
        let text = page(&scene.mo, "/moderation/log").await.expect(200).text();
        assert!(text.contains("@mo_mod") && text.contains("@ada") && text.contains(&format!("/moderation/{id}")));
        for client in [&scene.ada, &scene.ben] {
            client.get("/api/v1/moderation/log").await.expect(404);
            page(client, "/moderation/log").await.expect(404);
        }
        let (rows, next) = moderation::log_of_ids(&world.app, None, 50).await.unwrap();
        assert_eq!((rows.len(), next), (all.len(), None));
        assert_eq!(rows[4].moderator, Some(world.id_of(&scene.mo).await));
    }
}

on_both! {
    async fn a_moderator_does_not_read_in_the_log_that_somebody_looks_at_them(world: World) {
        let scene = Scene::of(&world).await;
        moderation::set_moderator(&world.app, "ben", true).await.unwrap();
        let id = scene.reported().await;
        act(&scene.mo, &id, "look").await.expect(200);
        act(&scene.mo, &id, "dismiss").await.expect(200);
        assert_eq!(log(&scene.ben).await, told_of(&[("grant", "operator"), ("grant", "operator")]));
        assert_eq!(log(&scene.mo).await.len(), 4);
        // Whom one may not see is not named, and is told from others all the same.
        scene.mo.call("PUT", "/api/v1/accounts/ben/block", None).await.expect(200);
        let other = world.client().join("third_mod").await;
        moderation::set_moderator(&world.app, "third_mod", true).await.unwrap();
        scene.mo.call("PUT", "/api/v1/accounts/third_mod/block", None).await.expect(200);
        let lines = items(&other, "/api/v1/moderation/log").await;
        let looked = lines.iter().find(|line| line["act"] == "look").unwrap();
        assert_eq!((&looked["by"], &looked["moderator_handle"]), (&json!("moderator"), &Value::Null));
        assert_eq!(looked["moderator"], json!(world.id_of(&scene.mo).await.to_string()));
        assert!(!page(&other, "/moderation/log").await.text().contains("mo_mod"));
        // Of who has left nothing is kept.
        leave(&world, &scene.mo, "mo_mod-password").await;
        assert!(log(&other).await.contains(&("look".to_owned(), "left".to_owned())));
    }
}

on_both! {
    async fn reasons_say_what_they_rest_on_what_they_followed_how_far_they_reach_and_where_to_object(world: World) {
        let scene = Scene::of(&world).await;
        let id = scene.reported().await;
        let path = format!("/api/v1/moderation/reports/{id}");
        let unlawful = json!({"act": "hide", "reason": "illegal", "statement": "It breaks the law."});
        assert_eq!(scene.mo.post(&path, unlawful.clone()).await.expect(422).code(), "provision_missing");
        let wrong = json!({"act": "hide", "ground": "whim", "statement": "It breaks the law."});
        assert_eq!(scene.mo.post(&path, wrong).await.expect(422).code(), "invalid_ground");
        let mut lawful = unlawful;
        lawful["provision"] = json!("MarkLaw4z, section 5");
        scene.mo.post(&path, lawful).await.expect(200);
        world.clock.advance_seconds(1);
        moderation::suspend(&world.app, "ben", &why("spam", "Again and again.")).await.unwrap();
        world.clock.advance_seconds(1);
        moderation::unsuspend(&world.app, "ben", &why("spam", "")).await.unwrap();
        let told = items(&scene.ben, "/api/v1/me/decisions").await;
        let of = |at: usize, names: &[&str]| names.iter().map(|name| told[at][*name].clone()).collect::<Vec<_>>();
        let fields = ["ground", "provision", "source", "territory", "duration", "contact"];
        assert_eq!(
            of(2, &fields),
            [json!("law"), json!("MarkLaw4z, section 5"), json!("notice"), json!("everywhere"), json!("until_taken_back"), json!("desk@outro.test")]
        );
        assert_eq!(of(1, &fields[..3]), [json!("rules"), json!(""), json!("own_initiative")]);
        assert_eq!(of(0, &["territory", "duration"]), [Value::Null, Value::Null], "nothing is taken");
        let text = page(&scene.ben, "/settings/decisions").await.expect(200).text();
        for said in ["MarkLaw4z, section 5", "The law", "The rules of this site", "a report", "everywhere", "until it is taken back", "mailto:desk@outro.test"] {
            assert!(text.contains(said), "{said}");
        }
        assert!(!world.everything().await.join("\n").contains("MarkLaw4z"), "it is sealed under the person's key");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn how_to_reach_whoever_runs_the_site_is_said_or_said_to_be_missing() {
    let world = World::start(outro_testkit::On::Sqlite).await;
    let ben = world.client().join("ben").await;
    moderation::suspend(&world.app, "ben", &why("spam", "Again.")).await.unwrap();
    let missing = "Whoever runs this site has not set how to reach them.";
    for (contact, said) in [
        (None, missing),
        (Some("desk@video.example"), "href=\"mailto:desk@video.example\""),
        (Some("https://video.example/about"), "href=\"https://video.example/about\""),
    ] {
        let client = world.client_of(contact).with(ben.token.as_deref());
        for path in ["/what-we-keep", "/settings/decisions"] {
            let text = page(&client, path).await.expect(200).text();
            assert!(text.contains(said), "{path} {contact:?}");
            assert_eq!(text.contains(missing), contact.is_none(), "{path}");
        }
        let told = items(&client, "/api/v1/me/decisions").await;
        assert_eq!(told[0]["contact"], json!(contact));
    }
}

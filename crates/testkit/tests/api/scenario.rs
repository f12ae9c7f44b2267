//! One walk over every route, in which each described answer comes up once, and each is as described.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use outro_courier::{Courier, Gateway};
use outro_model::Circle;
use outro_store::accounts::{self, PrivacyChange};
use outro_store::budgets;
use outro_testkit::clip;

use super::described::Described;
use super::*;
use super::{coins, finding, graph, moderation};

/// Answers that no test can bring about without breaking the machine.
const NOT_HERE: &[&str] = &["GET /readyz 503"];

pub(super) struct Walk {
    pub(super) world: World,
    /// Somebody who stays to the end.
    pub(super) reader: Client,
    pub(super) described: Described,
}

impl Walk {
    /// Asks, and holds the answer against the description.
    pub(super) async fn ask(
        &mut self,
        client: &Client,
        call: (&str, &str, &str),
        body: Option<Value>,
        status: u16,
    ) -> Reply {
        let (method, template, value) = call;
        let path = template.replace("{id}", value).replace("{handle}", value).replace("{message}", value);
        let reply = client.call(method, &path, body).await;
        self.described.hold(method, template, status, &reply);
        reply
    }

    /// Uses up a budget of the day.
    pub(super) async fn use_up(&self, parts: &[&[u8]], times: usize) {
        let tag = self.world.app.vault.budget_tag(parts).await.unwrap();
        let day = outro_model::Clock::now(&*self.world.clock).day();
        let mut tx = self.world.app.db.write().await.unwrap();
        for _ in 0..times {
            budgets::spend(&mut tx, &tag, day).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
}

on_both! {
    async fn every_answer_is_as_described(world: World) {
        world.to_a_new_day();
        let reader = world.client().join("reader").await;
        let mut walk = Walk { world, reader, described: Described::new() };
        // Each step of its own on the heap: one future of all of them would be too much for a stack.
        let client = Box::pin(accounts(&mut walk)).await;
        Box::pin(videos(&mut walk, &client)).await;
        Box::pin(super::uploads::walk(&mut walk, &client)).await;
        Box::pin(super::scenario_messages::messages(&mut walk)).await;
        Box::pin(graph::walk(&mut walk, &client)).await;
        Box::pin(privacy(&mut walk, &client)).await;
        Box::pin(comments(&mut walk, &client)).await;
        Box::pin(finding::walk(&mut walk, &client)).await;
        Box::pin(super::sounds::walk(&mut walk, &client)).await;
        Box::pin(super::publishing::walk(&mut walk, &client)).await;
        Box::pin(moderation::walk(&mut walk, &client)).await;
        Box::pin(coins::walk(&mut walk)).await;
        Box::pin(phone(&mut walk, &client)).await;
        Box::pin(sessions(&mut walk, &client)).await;
        Box::pin(new_password(&mut walk)).await;
        Box::pin(super::takeouts::walk(&mut walk, &client)).await;
        Box::pin(super::lost_phone::walk(&mut walk, &client)).await;
        Box::pin(leaving(&mut walk, &client)).await;
        Box::pin(limits(&mut walk)).await;
        Box::pin(without_an_account(&mut walk)).await;
        Box::pin(bodies_that_cannot_be_read(&mut walk)).await;
        let unseen: Vec<_> =
            walk.described.unseen().into_iter().filter(|one| !NOT_HERE.contains(&one.as_str())).collect();
        assert!(unseen.is_empty(), "described, and never seen: {unseen:#?}");
    }
}

async fn accounts(walk: &mut Walk) -> Client {
    let nobody = walk.world.client();
    let join = json!({"handle": "Walker", "password": "walker-password", "birth_date": "1990-05-05"});
    let joined = walk.ask(&nobody, ("POST", "/api/v1/accounts", ""), Some(join.clone()), 201).await.json();
    assert_eq!(joined["account"]["handle"], "walker");
    walk.ask(&nobody, ("POST", "/api/v1/accounts", ""), Some(join), 409).await;
    let short = json!({"handle": "other", "password": "short", "birth_date": "1990-05-05"});
    walk.ask(&nobody, ("POST", "/api/v1/accounts", ""), Some(short), 422).await;
    let client = nobody.with_token(&joined);
    walk.ask(&nobody, ("GET", "/api/v1/accounts/{handle}", "WALKER"), None, 200).await;
    walk.ask(&nobody, ("GET", "/api/v1/accounts/{handle}", "nobody"), None, 404).await;
    let me = walk.ask(&client, ("GET", "/api/v1/me", ""), None, 200).await.json();
    assert_eq!((&me["handle"], &me["phone"]), (&json!("walker"), &Value::Null));
    walk.ask(&client, ("PATCH", "/api/v1/me", ""), Some(json!({"bio": "About me"})), 200).await;
    walk.ask(&client, ("PATCH", "/api/v1/me", ""), Some(json!({"bio": "x".repeat(301)})), 422).await;
    walk.ask(&client, ("GET", "/api/v1/me/privacy", ""), None, 200).await;
    walk.ask(&client, ("PATCH", "/api/v1/me/privacy", ""), Some(json!({"private_account": true})), 200).await;
    walk.ask(&nobody, ("GET", "/api/v1/accounts/{handle}", "walker"), None, 200).await;
    walk.ask(&client, ("PATCH", "/api/v1/me/privacy", ""), Some(json!({"private_account": false})), 200).await;
    walk.ask(&client, ("PATCH", "/api/v1/me/privacy", ""), Some(json!({"private_account": 5})), 422).await;
    walk.ask(&nobody, ("GET", "/healthz", ""), None, 200).await;
    walk.ask(&nobody, ("GET", "/readyz", ""), None, 200).await;
    walk.ask(&nobody, ("GET", "/api/openapi.json", ""), None, 200).await;
    client
}

async fn privacy(walk: &mut Walk, client: &Client) {
    let (many, see_as, one) = ("/api/v1/me/videos/audience", "/api/v1/me/see-as", "/api/v1/me/see-as/{handle}");
    let id = walk.world.plant(client, b"bytes").await;
    let only_me = |videos: Value| Some(json!({"audience": "only_me", "videos": videos}));
    walk.ask(client, ("POST", many, ""), only_me(json!([id])), 200).await;
    walk.ask(client, ("POST", many, ""), only_me(json!([id, NO_ID])), 404).await;
    walk.ask(client, ("POST", many, ""), only_me(json!([])), 422).await;
    walk.ask(client, ("GET", see_as, ""), None, 200).await;
    let reply = client.get(&format!("{see_as}?viewer=nobody")).await;
    walk.described.hold("GET", see_as, 422, &reply);
    walk.ask(client, ("GET", one, "reader"), None, 200).await;
    walk.ask(client, ("GET", one, "nobody"), None, 404).await;
    walk.described.hold("GET", one, 422, &client.get("/api/v1/me/see-as/reader?limit=0").await);
    let hiatus = |on: bool| Some(json!({"on_hiatus": on}));
    walk.ask(client, ("GET", "/api/v1/me/privacy/checkup", ""), None, 200).await;
    walk.ask(client, ("PATCH", "/api/v1/me/privacy", ""), hiatus(true), 200).await;
    let accept = Some(json!({"follow_requests": "accept"}));
    walk.ask(client, ("PATCH", "/api/v1/me/privacy", ""), accept, 403).await;
    for method in ["PUT", "DELETE"] {
        walk.ask(client, (method, "/api/v1/videos/{id}/like", &id), None, 403).await;
    }
    walk.described.hold("POST", "/api/v1/videos", 403, &client.upload(clip(), &[]).await);
    walk.ask(client, ("PATCH", "/api/v1/me/privacy", ""), hiatus(false), 200).await;
    walk.ask(client, ("DELETE", "/api/v1/videos/{id}", &id), None, 204).await;
    walk.world.settle().await;
}

async fn videos(walk: &mut Walk, client: &Client) {
    let (nobody, route, one) = (client.anonymous(), "/api/v1/videos", "/api/v1/videos/{id}");
    let reply = client.upload(clip(), &[("caption", "A #walk"), ("reframe", "fit")]).await;
    walk.described.hold("POST", route, 202, &reply);
    let id = reply.json()["video"]["id"].as_str().unwrap().to_owned();
    // Processing, ready and failed have one shape.
    walk.ask(client, ("GET", one, &id), None, 200).await;
    walk.world.settle().await;
    let ready = walk.ask(client, ("GET", one, &id), None, 200).await.json();
    assert_eq!((&ready["state"], &ready["progress"]), (&json!("ready"), &json!(1.0)));
    walk.ask(&nobody, ("GET", one, NO_ID), None, 404).await;
    walk.ask(&nobody, ("GET", "/api/v1/feed/for-you", ""), None, 200).await;
    let reply = nobody.get("/api/v1/feed/for-you?limit=0").await;
    walk.described.hold("GET", "/api/v1/feed/for-you", 422, &reply);
    feeds(walk, client, &id).await;
    let list = "/api/v1/accounts/{handle}/videos";
    walk.ask(client, ("GET", list, "walker"), None, 200).await;
    walk.ask(client, ("GET", list, "nobody"), None, 404).await;
    let reply = nobody.get("/api/v1/accounts/walker/videos?cursor=x").await;
    walk.described.hold("GET", list, 422, &reply);
    for (method, status) in [("PUT", 200), ("DELETE", 200)] {
        walk.ask(client, (method, "/api/v1/videos/{id}/like", &id), None, status).await;
        walk.ask(client, (method, "/api/v1/videos/{id}/like", NO_ID), None, 404).await;
    }
    walk.ask(client, ("PATCH", one, &id), Some(json!({"caption": "Another"})), 200).await;
    walk.ask(client, ("PATCH", one, &id), Some(json!({"audience": "friends of friends"})), 422).await;
    walk.ask(client, ("PATCH", one, NO_ID), Some(json!({"caption": "x"})), 404).await;
    walk.ask(client, ("PATCH", one, &id), Some(json!({"reframe": "crop"})), 409).await;
    framing(walk, client, &id).await;
    edit(walk, client, &id).await;
    walk.ask(client, ("DELETE", one, NO_ID), None, 404).await;
    walk.ask(client, ("DELETE", one, &id), None, 204).await;
    walk.world.settle().await;
    walk.described.hold("POST", route, 422, &client.upload(b"no video", &[]).await);
    let small = walk.world.with_settings(|settings| settings.max_upload_bytes = 1000).client();
    let small = small.with_token(&json!(client.token));
    walk.described.hold("POST", route, 413, &small.upload(clip(), &[]).await);
    let half = "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nhalf";
    let reply = send(client, "POST", route, "multipart/form-data; boundary=b", half).await;
    walk.described.hold("POST", route, 400, &reply);
    walk.described.hold("POST", route, 415, &send(client, "POST", route, "text/plain", "no form").await);
}

async fn framing(walk: &mut Walk, client: &Client, published: &str) {
    let (route, path) = ("/api/v1/videos/{id}/framing", json!({"path": [{"at_ms": 0, "x": 0.5}]}));
    let draft = client.begin_upload(clip().len(), &[("draft", "true")]).await;
    client.add_piece(&draft, 0, clip()).await.expect(204);
    let draft = draft.rsplit('/').next().unwrap().to_owned();
    walk.ask(client, ("GET", route, &draft), None, 200).await;
    walk.ask(client, ("PUT", route, &draft), Some(path.clone()), 200).await;
    walk.ask(client, ("GET", route, &draft), None, 200).await;
    walk.ask(client, ("PUT", route, &draft), Some(json!({"path": []})), 422).await;
    walk.ask(client, ("DELETE", route, &draft), None, 200).await;
    walk.ask(client, ("PUT", route, published), Some(path.clone()), 409).await;
    walk.ask(client, ("DELETE", route, published), None, 409).await;
    walk.ask(client, ("GET", route, NO_ID), None, 404).await;
    walk.ask(client, ("PUT", route, NO_ID), Some(path), 404).await;
    walk.ask(client, ("DELETE", route, NO_ID), None, 404).await;
    client.call("DELETE", &format!("/api/v1/videos/{draft}"), None).await.expect(204);
    walk.world.settle().await;
}

async fn edit(walk: &mut Walk, client: &Client, published: &str) {
    let (route, cancel) = ("/api/v1/videos/{id}/edit", "/api/v1/videos/{id}/cancel");
    let edit = json!({
        "cuts": [{"from_ms": 0, "to_ms": 700, "speed": 100}],
        "titles": [{"text": "a", "from_ms": 0, "to_ms": 500, "x": 500, "y": 500, "size": 90, "colour": "red", "backing": "box"}],
        "captions": [{"from_ms": 0, "to_ms": 500, "text": "b"}],
        "look": "warm",
    });
    let body = |replace: bool| Some(json!({ "edit": edit, "replace": replace }));
    walk.ask(client, ("PUT", route, published), body(false), 409).await;
    walk.ask(client, ("DELETE", route, published), None, 409).await;
    walk.ask(client, ("POST", cancel, published), None, 409).await;
    walk.ask(client, ("PUT", route, published), body(true), 200).await;
    walk.ask(client, ("GET", route, published), None, 200).await;
    walk.ask(client, ("POST", cancel, published), None, 200).await;
    walk.ask(client, ("PUT", route, published), body(true), 200).await;
    walk.world.settle().await;
    walk.ask(client, ("GET", route, published), None, 200).await;
    walk.ask(client, ("GET", "/api/v1/videos/{id}", published), None, 200).await;
    walk.ask(client, ("PUT", route, published), Some(json!({"edit": {"look": "none such"}})), 422).await;
    let address = format!("/api/v1/videos/{published}/edit");
    walk.described.hold("DELETE", route, 200, &client.call("DELETE", &format!("{address}?replace=true"), None).await);
    walk.described.hold("DELETE", route, 422, &client.call("DELETE", &format!("{address}?replace=5"), None).await);
    let hiatus = |on: bool| Some(json!({"on_hiatus": on}));
    Box::pin(clips(walk, client, published)).await;
    walk.ask(client, ("PATCH", "/api/v1/me/privacy", ""), hiatus(true), 200).await;
    let refused = client.add_clip(published, clip()).await;
    walk.described.hold("POST", "/api/v1/videos/{id}/clips", 403, &refused);
    walk.ask(client, ("PUT", route, published), body(true), 403).await;
    walk.ask(client, ("DELETE", route, published), None, 403).await;
    walk.ask(client, ("PATCH", "/api/v1/me/privacy", ""), hiatus(false), 200).await;
    for (method, path, body) in
        [("GET", route, None), ("PUT", route, body(true)), ("DELETE", route, None), ("POST", cancel, None)]
    {
        walk.ask(client, (method, path, NO_ID), body, 404).await;
    }
    walk.world.settle().await;
}

async fn clips(walk: &mut Walk, client: &Client, published: &str) {
    let (route, one) = ("/api/v1/videos/{id}/clips", "/api/v1/videos/{id}/clips/{clip}");
    let mut added = Vec::new();
    for _ in 0..10 {
        let reply = client.add_clip(published, clip()).await;
        walk.described.hold("POST", route, 201, &reply);
        added.push(reply.json()["id"].as_str().unwrap().to_owned());
    }
    walk.described.hold("POST", route, 409, &client.add_clip(published, clip()).await);
    walk.described.hold("POST", route, 404, &client.add_clip(NO_ID, clip()).await);
    walk.ask(client, ("GET", route, published), None, 200).await;
    walk.ask(client, ("GET", route, NO_ID), None, 404).await;
    let address = |clip: &str| format!("/api/v1/videos/{published}/clips/{clip}");
    let used = json!({"cuts": [{"clip": added[0], "from_ms": 0, "to_ms": 700}]});
    let edit = Some(json!({"edit": used, "replace": true}));
    walk.ask(client, ("PUT", "/api/v1/videos/{id}/edit", published), edit, 200).await;
    walk.described.hold("DELETE", one, 409, &client.call("DELETE", &address(&added[0]), None).await);
    walk.world.settle().await;
    let back = format!("/api/v1/videos/{published}/edit?replace=true");
    client.call("DELETE", &back, None).await.expect(200);
    walk.world.settle().await;
    walk.described.hold("DELETE", one, 404, &client.call("DELETE", &address(NO_ID), None).await);
    for id in &added {
        walk.described.hold("DELETE", one, 204, &client.call("DELETE", &address(id), None).await);
    }
    walk.described.hold("POST", route, 422, &client.add_clip(published, b"no video").await);
    let small = walk.world.with_settings(|settings| settings.max_upload_bytes = 1000).client();
    let small = small.with_token(&json!(client.token));
    walk.described.hold("POST", route, 413, &small.add_clip(published, clip()).await);
    let path = route.replace("{id}", published);
    let half = "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nhalf";
    walk.described.hold(
        "POST",
        route,
        400,
        &send(client, "POST", &path, "multipart/form-data; boundary=b", half).await,
    );
    walk.described.hold("POST", route, 415, &send(client, "POST", &path, "text/plain", "no form").await);
}

async fn feeds(walk: &mut Walk, client: &Client, id: &str) {
    for route in ["/api/v1/feed/following", "/api/v1/feed/friends"] {
        walk.ask(client, ("GET", route, ""), None, 200).await;
        let reply = client.get(&format!("{route}?limit=0")).await;
        walk.described.hold("GET", route, 422, &reply);
    }
    let (watches, nobody) = ("/api/v1/videos/{id}/watches", client.anonymous());
    let watched = |length: i64| Some(json!({"watched_ms": length, "completed": true}));
    walk.ask(client, ("POST", watches, id), watched(900), 204).await;
    walk.ask(&nobody, ("POST", watches, id), watched(900), 204).await;
    walk.ask(client, ("POST", watches, id), watched(-1), 422).await;
    walk.ask(client, ("POST", watches, NO_ID), watched(900), 404).await;
    let liar = nobody.with_token(&json!("bm90aGluZw"));
    walk.ask(&liar, ("POST", watches, id), watched(900), 401).await;
    walk.ask(client, ("POST", watches, id), Some(json!({"watched_ms": 1, "from": "the moon"})), 422).await;
    walk.ask(&nobody, ("POST", watches, id), Some(json!({"watched_ms": 1, "from": "link"})), 204).await;
    statistics(walk, client, id).await;
    walk.ask(client, ("GET", "/api/v1/me/feed", ""), None, 200).await;
    walk.ask(client, ("PATCH", "/api/v1/me/feed", ""), Some(json!({"personalised": false})), 200).await;
    walk.ask(client, ("PATCH", "/api/v1/me/feed", ""), Some(json!({"personalised": 5})), 422).await;
    walk.ask(client, ("POST", "/api/v1/me/feed/reset", ""), None, 204).await;
}

async fn statistics(walk: &mut Walk, client: &Client, id: &str) {
    let (shares, nobody) = ("/api/v1/videos/{id}/shares", client.anonymous());
    walk.ask(&nobody, ("POST", shares, id), None, 204).await;
    walk.ask(&nobody, ("POST", shares, NO_ID), None, 404).await;
    walk.ask(&nobody.with_token(&json!("bm90aGluZw")), ("POST", shares, id), None, 401).await;
    let (one, all) = ("/api/v1/videos/{id}/statistics", "/api/v1/me/statistics");
    walk.ask(client, ("GET", one, id), None, 200).await;
    walk.ask(client, ("GET", one, NO_ID), None, 404).await;
    walk.ask(client, ("GET", all, ""), None, 200).await;
    for (route, path) in [(one, one.replace("{id}", id)), (all, all.to_owned())] {
        let reply = client.get(&format!("{path}?days=8")).await;
        walk.described.hold("GET", route, 422, &reply);
    }
}

async fn comments(walk: &mut Walk, client: &Client) {
    let (list, one, filter) = ("/api/v1/videos/{id}/comments", "/api/v1/comments/{id}", "/api/v1/me/comment-filter");
    let (nobody, reader) = (client.anonymous(), walk.reader.clone());
    let video = walk.world.plant(client, b"bytes").await;
    let text = |text: &str| Some(json!({ "text": text }));
    let written = walk.ask(&reader, ("POST", list, &video), text("First @walker #one"), 201).await.json();
    let id = written["id"].as_str().unwrap().to_owned();
    let reply = json!({"text": "Second", "reply_to": id});
    walk.ask(client, ("POST", list, &video), Some(reply), 201).await;
    walk.ask(&reader, ("POST", list, &video), text(" "), 422).await;
    walk.ask(&reader, ("POST", list, NO_ID), text("x"), 404).await;
    walk.ask(&nobody, ("GET", list, &video), None, 200).await;
    walk.ask(&nobody, ("GET", list, NO_ID), None, 404).await;
    let reply = nobody.get(&format!("/api/v1/videos/{video}/comments?sort=best")).await;
    walk.described.hold("GET", list, 422, &reply);
    let replies = "/api/v1/comments/{id}/replies";
    walk.ask(&nobody, ("GET", replies, &id), None, 200).await;
    walk.ask(&nobody, ("GET", replies, NO_ID), None, 404).await;
    walk.described.hold("GET", replies, 422, &nobody.get(&format!("/api/v1/comments/{id}/replies?limit=0")).await);
    for route in ["/api/v1/comments/{id}/like", "/api/v1/comments/{id}/hidden"] {
        for method in ["PUT", "DELETE"] {
            walk.ask(client, (method, route, &id), None, 200).await;
            walk.ask(client, (method, route, NO_ID), None, 404).await;
        }
    }
    for (away, status) in [(true, 403), (false, 200)] {
        let hiatus = Some(json!({"on_hiatus": away}));
        walk.ask(client, ("PATCH", "/api/v1/me/privacy", ""), hiatus, 200).await;
        for method in ["PUT", "DELETE"] {
            walk.ask(client, (method, "/api/v1/comments/{id}/like", &id), None, status).await;
        }
    }
    walk.ask(client, ("GET", filter, ""), None, 200).await;
    walk.ask(client, ("PUT", filter, ""), Some(json!({"words": ["first"]})), 200).await;
    walk.ask(client, ("PUT", filter, ""), Some(json!({"words": ["x".repeat(51)]})), 422).await;
    notifications(walk, client).await;
    close_comments(walk, client).await;
    walk.ask(&reader, ("POST", list, &video), text("x"), 403).await;
    let account = walk.world.id_of(client).await;
    walk.use_up(&[b"comments", account.as_bytes()], 500).await;
    let limited = walk.ask(client, ("POST", list, &video), text("One too many"), 429).await;
    assert!(limited.headers.contains_key("retry-after"));
    walk.ask(&reader, ("DELETE", one, &id), None, 204).await;
    walk.ask(&reader, ("DELETE", one, &id), None, 404).await;
    walk.world.settle().await;
}

async fn notifications(walk: &mut Walk, client: &Client) {
    let (list, seen) = ("/api/v1/me/notifications", "/api/v1/me/notifications/seen");
    let told = walk.ask(client, ("GET", list, ""), None, 200).await.json();
    assert_eq!(told["items"][0]["kind"], "comment");
    walk.described.hold("GET", list, 422, &client.get("/api/v1/me/notifications?limit=x").await);
    walk.ask(client, ("GET", "/api/v1/me/notifications/unread", ""), None, 200).await;
    walk.ask(client, ("POST", seen, ""), Some(json!({"until": told["items"][0]["id"]})), 200).await;
    walk.ask(client, ("POST", seen, ""), Some(json!({"until": NO_ID})), 404).await;
    walk.ask(client, ("POST", seen, ""), Some(json!({"until": 5})), 422).await;
}

/// From here on nobody but the owner comments.
async fn close_comments(walk: &Walk, owner: &Client) {
    let account = walk.world.id_of(owner).await;
    let mut tx = walk.world.app.db.write().await.unwrap();
    let change = PrivacyChange { comments_from: Some(Circle::NoOne), ..PrivacyChange::default() };
    assert!(accounts::set_privacy(&mut tx, account, change).await.unwrap());
    tx.commit().await.unwrap();
}

/// A server whose messages do not leave.
pub(super) fn broken_gateway(walk: &Walk, client: &Client) -> Client {
    let mut world = walk.world.with_settings(|_| {});
    world.app.courier = Courier::Gateway(Gateway::at("http://127.0.0.1:1/").unwrap());
    world.client().with_token(&json!(client.token))
}

async fn phone(walk: &mut Walk, client: &Client) {
    let (link, verify, number) = ("/api/v1/me/phone", "/api/v1/me/phone/verify", json!({"number": "+4915112345678"}));
    let broken = broken_gateway(walk, client);
    walk.ask(&broken, ("POST", link, ""), Some(number.clone()), 503).await;
    walk.ask(client, ("POST", link, ""), Some(json!({"number": "0151"})), 422).await;
    let sent = walk.ask(client, ("POST", link, ""), Some(number.clone()), 202).await.json();
    walk.ask(client, ("POST", link, ""), Some(number), 429).await;
    let code = walk.world.last_code();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let answer = |code: &str| Some(json!({"challenge": sent["challenge"], "code": code}));
    walk.ask(client, ("POST", verify, ""), answer(wrong), 422).await;
    walk.ask(client, ("POST", verify, ""), answer(&code), 200).await;
    walk.ask(client, ("POST", verify, ""), answer(&code), 409).await;
    let me = walk.ask(client, ("GET", "/api/v1/me", ""), None, 200).await.json();
    assert_eq!(me["phone"], "•••• 78");
}

async fn sessions(walk: &mut Walk, client: &Client) {
    let (nobody, route) = (client.anonymous(), "/api/v1/sessions");
    let given = |password: &str| Some(json!({"handle": "walker", "password": password}));
    let token = walk.ask(&nobody, ("POST", route, ""), given("walker-password"), 201).await.json();
    walk.ask(&nobody, ("POST", route, ""), given("another password"), 401).await;
    walk.ask(&nobody, ("POST", route, ""), Some(json!({"handle": "walker"})), 422).await;
    let second = nobody.with_token(&token);
    let list = walk.ask(client, ("GET", "/api/v1/me/sessions", ""), None, 200).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    walk.ask(client, ("DELETE", "/api/v1/me/sessions/{id}", NO_ID), None, 404).await;
    walk.ask(&second, ("DELETE", "/api/v1/sessions/current", ""), None, 204).await;
    let third = walk.ask(&nobody, ("POST", route, ""), given("walker-password"), 201).await.json();
    let third = nobody.with_token(&third);
    let items = walk.ask(&third, ("GET", "/api/v1/me/sessions", ""), None, 200).await.json();
    let other = items["items"].as_array().unwrap().iter().find(|one| one["current"] == true).unwrap()["id"].clone();
    walk.ask(client, ("DELETE", "/api/v1/me/sessions/{id}", other.as_str().unwrap()), None, 204).await;
    // Fifteen minutes later, linking asks for the password again.
    walk.world.clock.advance_seconds(901);
    let number = Some(json!({"number": "+4915112345678"}));
    let refused = walk.ask(client, ("POST", "/api/v1/me/phone", ""), number, 403).await;
    assert_eq!(refused.code(), "password_needed");
    let again = "/api/v1/sessions/current/password";
    walk.ask(client, ("POST", again, ""), Some(json!({"password": "wrong password"})), 422).await;
    walk.ask(client, ("POST", again, ""), Some(json!({"password": "walker-password"})), 204).await;
}

async fn new_password(walk: &mut Walk) {
    let (ask, change) = (("POST", "/api/v1/me/password", ""), ("PUT", "/api/v1/me/password", ""));
    let client = walk.world.client().join("changer").await;
    let new = |password: &str, new: &str| Some(json!({"password": password, "new_password": new}));
    walk.ask(&client, ask, None, 409).await;
    walk.ask(&client, change, new("wrong password", "another password"), 422).await;
    let token = walk.ask(&client, change, new("changer-password", "another password"), 200).await.json();
    let client = client.with_token(&token);
    let sent = client.post("/api/v1/me/phone", json!({"number": "+4915112345677"})).await.expect(202).json();
    let proof = json!({"challenge": sent["challenge"], "code": walk.world.last_code()});
    client.post("/api/v1/me/phone/verify", proof).await.expect(200);
    walk.ask(&client, change, new("another password", "changer-password"), 409).await;
    let broken = broken_gateway(walk, &client);
    walk.ask(&broken, ask, None, 503).await;
    walk.world.clock.advance_seconds(30);
    let sent = walk.ask(&client, ask, None, 202).await.json();
    walk.ask(&client, ask, None, 429).await;
    let (challenge, code) = (&sent["challenge"], walk.world.last_code());
    let by_code = json!({
        "password": "another password", "new_password": "changer-password", "challenge": challenge, "code": code,
    });
    walk.ask(&client, change, Some(by_code), 200).await;
}

async fn leaving(walk: &mut Walk, client: &Client) {
    let (route, confirm) = ("/api/v1/me/deletion", "/api/v1/me/deletion/confirm");
    walk.ask(client, ("GET", route, ""), None, 200).await;
    let broken = broken_gateway(walk, client);
    // No message leaves: then the password is enough.
    let by_password = walk.ask(&broken, ("POST", route, ""), None, 202).await.json();
    assert_eq!((&by_password["proof"], &by_password["sent_to"]), (&json!("password"), &Value::Null));
    let begun = walk.ask(client, ("POST", route, ""), None, 202).await.json();
    walk.ask(client, ("POST", route, ""), None, 429).await;
    let code = walk.world.last_code();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let answer = |challenge: &Value, code: &str| Some(json!({"challenge": challenge, "code": code}));
    walk.ask(client, ("POST", confirm, ""), answer(&begun["challenge"], wrong), 422).await;
    walk.ask(client, ("POST", confirm, ""), answer(&json!(NO_ID), &code), 409).await;
    let left = walk.ask(client, ("POST", confirm, ""), answer(&begun["challenge"], &code), 200).await.json();
    let receipt = left["receipt"]["id"].as_str().unwrap().to_owned();
    let open = walk.ask(&client.anonymous(), ("GET", "/api/v1/receipts/{id}", &receipt), None, 200).await.json();
    assert_eq!(open["state"], "erasing");
    walk.world.settle().await;
    let done = walk.ask(&client.anonymous(), ("GET", "/api/v1/receipts/{id}", &receipt), None, 200).await.json();
    assert_eq!((&done["state"], &done["progress"]), (&json!("complete"), &json!(1.0)));
    walk.ask(&client.anonymous(), ("GET", "/api/v1/receipts/{id}", NO_ID), None, 404).await;
}

async fn limits(walk: &mut Walk) {
    let client = walk.world.client().join("limited").await;
    let id = walk.world.id_of(&client).await;
    let number = json!({"number": "+491709999999"});
    let linking = client.post("/api/v1/me/phone", number).await.expect(202).json();
    let leaving = client.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    walk.use_up(&[b"tries", id.as_bytes()], 50).await;
    for (begun, path) in [(linking, "/api/v1/me/phone/verify"), (leaving, "/api/v1/me/deletion/confirm")] {
        let answer = json!({"challenge": begun["challenge"], "code": "123456"});
        walk.ask(&client, ("POST", path, ""), Some(answer), 429).await;
    }
    let token = URL_SAFE_NO_PAD.decode(client.token.as_deref().unwrap()).unwrap();
    walk.use_up(&[b"password", id.as_bytes(), &outro_vault::sha256(&[&token[16..]])], 30).await;
    let password = Some(json!({"password": "limited-password"}));
    walk.ask(&client, ("POST", "/api/v1/sessions/current/password", ""), password, 429).await;
    let new = Some(json!({"password": "limited-password", "new_password": "another password"}));
    walk.ask(&client, ("PUT", "/api/v1/me/password", ""), new, 429).await;
    let nowhere = [0u8; 4];
    walk.use_up(&[b"sign-in", &nowhere], 300).await;
    let sign_in = json!({"handle": "limited", "password": "limited-password"});
    let limited = walk.ask(&client.anonymous(), ("POST", "/api/v1/sessions", ""), Some(sign_in), 429).await;
    assert!(limited.headers.contains_key("retry-after"));
    walk.use_up(&[b"join", &nowhere], 30).await;
    let join = json!({"handle": "late_comer", "password": "12345678", "birth_date": "1990-05-05"});
    walk.ask(&client.anonymous(), ("POST", "/api/v1/accounts", ""), Some(join), 429).await;
}

async fn without_an_account(walk: &mut Walk) {
    let nobody = walk.world.client();
    let liar = nobody.with_token(&json!("bm90aGluZw"));
    for operation in walk.described.operations() {
        let (method, path) = &operation;
        if method == "HEAD" {
            assert_eq!(nobody.call(method, &path.replace("{id}", NO_ID), None).await.status, 401);
            walk.described.see(method, path, 401);
        } else if walk.described.is_secured(&operation) {
            walk.ask(&nobody, (method, path, NO_ID), None, 401).await;
        } else if method == "GET" && walk.described.statuses(&operation).contains(&401) {
            walk.ask(&liar, (method, path, NO_ID), None, 401).await;
        }
    }
}

async fn bodies_that_cannot_be_read(walk: &mut Walk) {
    let client = walk.world.with_settings(|settings| settings.rate_limits = false).client();
    let client = client.with_token(&json!(walk.reader.token));
    for operation in walk.described.operations() {
        let (method, path) = &operation;
        // An edit list may be longer than anything else.
        let longest = if path.ends_with("/edit") { 1 << 20 } else { 64 << 10 };
        let (statuses, huge) = (walk.described.statuses(&operation), "x".repeat(longest + 1));
        for (status, kind, body) in
            [(400, "application/json", "{"), (413, "application/json", huge.as_str()), (415, "text/plain", "{}")]
        {
            if walk.described.body_schema(&operation).is_some() && statuses.contains(&status) {
                let reply = send(&client, method, &path.replace("{id}", NO_ID), kind, body.to_owned()).await;
                walk.described.hold(method, path, status, &reply);
            }
        }
    }
}

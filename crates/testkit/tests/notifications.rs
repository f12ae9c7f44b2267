//! What people are told of others, and what they are not told of.

use outro_model::{Audience, Timestamp};
use outro_store::accounts::{self, PrivacyChange};
use outro_store::{graph, videos};
use outro_testkit::{Client, World, clip, on_both};
use serde_json::{Value, json};

async fn told(who: &Client) -> Vec<Value> {
    who.get("/api/v1/me/notifications").await.expect(200).json()["items"].as_array().unwrap().clone()
}

/// Kinds and first actors, the latest first.
async fn kinds(who: &Client) -> Vec<String> {
    let word =
        |item: &Value| format!("{} {}", item["kind"].as_str().unwrap(), item["actors"][0]["handle"].as_str().unwrap());
    told(who).await.iter().map(word).collect()
}

async fn unread(who: &Client) -> i64 {
    who.get("/api/v1/me/notifications/unread").await.expect(200).json()["unread_count"].as_i64().unwrap()
}

async fn say(who: &Client, video: &str, text: &str, to: Option<&str>) -> String {
    let body = json!({ "text": text, "reply_to": to });
    let reply = who.post(&format!("/api/v1/videos/{video}/comments"), body).await.expect(201);
    reply.json()["id"].as_str().unwrap().to_owned()
}

async fn like(who: &Client, method: &str, video: &str) {
    who.call(method, &format!("/api/v1/videos/{video}/like"), None).await.expect(200);
}

async fn stage(world: &World) -> (Client, Client, Client, String) {
    let (owner, ada, bob) =
        (world.client().join("owner").await, world.client().join("ada").await, world.client().join("bob").await);
    let video = world.plant(&owner, b"bytes").await;
    (owner, ada, bob, video)
}

on_both! {
    async fn each_is_told_of_what_concerns_them_once(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        like(&ada, "PUT", &video).await;
        world.clock.advance_seconds(1);
        let top = say(&ada, &video, "hello @owner @ada @bob @nobody_here", None).await;
        world.clock.advance_seconds(1);
        say(&bob, &video, "yes @ada", Some(&top)).await;
        world.clock.advance_seconds(1);
        owner.call("PUT", &format!("/api/v1/comments/{top}/like"), None).await.expect(200);
        say(&owner, &video, "my own", None).await;
        like(&owner, "PUT", &video).await;
        assert_eq!(kinds(&owner).await, ["comment bob", "comment ada", "like ada"]);
        assert_eq!(kinds(&ada).await, ["comment_like owner", "reply bob"]);
        assert_eq!(kinds(&bob).await, ["mention ada"]);
        let quoted = told(&bob).await[0]["comment"].clone();
        assert_eq!((&quoted["id"], &quoted["text"]), (&json!(top), &json!("hello @owner @ada @bob @nobody_here")));
    }
}

on_both! {
    async fn what_is_taken_back_is_not_told(world: World) {
        let (owner, ada, _, video) = stage(&world).await;
        let top = say(&owner, &video, "mine", None).await;
        let below = say(&ada, &video, "below", Some(&top)).await;
        like(&ada, "PUT", &video).await;
        ada.call("PUT", &format!("/api/v1/comments/{top}/like"), None).await.expect(200);
        assert_eq!(told(&owner).await.len(), 3);
        like(&ada, "DELETE", &video).await;
        ada.call("DELETE", &format!("/api/v1/comments/{top}/like"), None).await.expect(200);
        assert_eq!(kinds(&owner).await, ["reply ada"]);
        ada.call("DELETE", &format!("/api/v1/comments/{below}"), None).await.expect(204);
        assert_eq!((told(&owner).await.len(), unread(&owner).await), (0, 0));
        world.settle().await;
        assert!(world.rows("notifications").await.is_empty());
    }
}

on_both! {
    async fn likes_of_one_video_are_told_as_one(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        let other = world.plant(&owner, b"other").await;
        let (cleo, dora) = (world.client().join("cleo").await, world.client().join("dora").await);
        for who in [&ada, &bob, &cleo, &dora] {
            like(who, "PUT", &video).await;
            world.clock.advance_seconds(1);
        }
        like(&ada, "PUT", &other).await;
        let items = told(&owner).await;
        let shape: Vec<_> = items.iter().map(|item| (item["video_id"].clone(), item["count"].clone())).collect();
        assert_eq!(shape, [(json!(other), json!(1)), (json!(video), json!(4))]);
        let names: Vec<_> = items[1]["actors"].as_array().unwrap().iter().map(|actor| actor["handle"].clone()).collect();
        assert_eq!(names, ["dora", "cleo", "bob"]);
    }
}

on_both! {
    async fn who_is_blocked_muted_away_or_leaving_is_not_told_of(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        let cleo = world.client().join("cleo").await;
        let dora = world.client().join("dora").await;
        for who in [&ada, &bob, &cleo, &dora] {
            say(who, &video, "hi", None).await;
            world.clock.advance_seconds(1);
        }
        assert_eq!((told(&owner).await.len(), unread(&owner).await), (4, 4));
        let (me, his, hers) = (world.id_of(&owner).await, world.id_of(&bob).await, world.id_of(&cleo).await);
        let theirs = world.id_of(&dora).await;
        let mut tx = world.app.db.write().await.unwrap();
        graph::block(&mut tx, his, me, Timestamp(1)).await.unwrap();
        graph::mute(&mut tx, me, hers, Timestamp(1)).await.unwrap();
        let away = PrivacyChange { on_hiatus: Some(true), ..PrivacyChange::default() };
        accounts::set_privacy(&mut tx, theirs, away).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(kinds(&owner).await, ["comment ada"]);
        assert_eq!(unread(&owner).await, 1);
        let begun = ada.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
        let proof = json!({ "challenge": begun["challenge"], "password": "ada-password" });
        ada.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
        assert_eq!((told(&owner).await.len(), unread(&owner).await), (0, 0), "at once");
        world.settle().await;
        assert_eq!(world.rows("notifications").await.len(), 3, "those of the leaver are gone");
    }
}

on_both! {
    async fn nobody_is_told_of_what_they_may_not_see(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        let top = say(&ada, &video, "top", None).await;
        say(&bob, &video, "below", Some(&top)).await;
        assert_eq!(kinds(&ada).await, ["reply bob"]);
        let (id, me) = (video.parse().unwrap(), world.id_of(&owner).await);
        let set = async |audience| {
            let mut tx = world.app.db.write().await.unwrap();
            videos::set_audience(&mut tx, me, id, audience).await.unwrap();
            tx.commit().await.unwrap();
        };
        set(Audience::OnlyMe).await;
        assert_eq!((told(&ada).await.len(), unread(&ada).await), (0, 0));
        // One cannot be called to what one may not see, and learns nothing of it later.
        say(&owner, &video, "dear @bob", None).await;
        set(Audience::Everyone).await;
        assert_eq!(told(&bob).await.len(), 0);
        assert_eq!(kinds(&ada).await, ["reply bob"]);
    }
}

on_both! {
    async fn what_is_held_back_is_told_to_the_owner_alone(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        owner.call("PUT", "/api/v1/me/comment-filter", Some(json!({ "words": ["rude"] }))).await.expect(200);
        say(&ada, &video, "rude @bob", None).await;
        assert_eq!(told(&owner).await[0]["comment"]["hidden"], true);
        assert!(told(&bob).await.is_empty());
    }
}

// What the owner lets through is told to those who would have been told when it was written; once.
on_both! {
    async fn what_was_held_back_is_told_once_when_it_is_shown(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        let cat = world.client().join("cat").await;
        let top = say(&ada, &video, "top", None).await;
        owner.call("PUT", "/api/v1/me/comment-filter", Some(json!({ "words": ["rude"] }))).await.expect(200);
        world.clock.advance_seconds(1);
        let held = say(&cat, &video, "rude @bob @owner @cat", Some(&top)).await;
        assert!(told(&ada).await.is_empty() && told(&bob).await.is_empty());
        let (show, hide) = (("DELETE", format!("/api/v1/comments/{held}/hidden")), ("PUT", format!("/api/v1/comments/{held}/hidden")));
        world.clock.advance_seconds(60);
        for (method, path) in [&show, &show, &hide, &show] {
            owner.call(method, path, None).await.expect(200);
            world.clock.advance_seconds(1);
        }
        assert_eq!(kinds(&ada).await, ["reply cat"]);
        assert_eq!(kinds(&bob).await, ["mention cat"]);
        assert_eq!((unread(&ada).await, unread(&bob).await), (1, 1));
        assert_eq!(kinds(&owner).await, ["comment cat", "comment ada"]);
        assert!(told(&cat).await.is_empty());
        // What was told when it was written is not told again.
        let plain = say(&cat, &video, "nice @bob", None).await;
        for method in ["PUT", "DELETE"] {
            owner.call(method, &format!("/api/v1/comments/{plain}/hidden"), None).await.expect(200);
        }
        assert_eq!(kinds(&bob).await, ["mention cat", "mention cat"]);
        // A block that came between is respected, as it would have been.
        let other = say(&cat, &video, "rude again @bob", None).await;
        bob.call("PUT", "/api/v1/accounts/cat/block", None).await;
        owner.call("DELETE", &format!("/api/v1/comments/{other}/hidden"), None).await.expect(200);
        assert!(told(&bob).await.is_empty());
    }
}

on_both! {
    async fn looking_makes_them_old(world: World) {
        let (owner, ada, bob, video) = stage(&world).await;
        like(&ada, "PUT", &video).await;
        world.clock.advance_seconds(1);
        let first = told(&owner).await[0]["id"].clone();
        say(&bob, &video, "new", None).await;
        assert_eq!(unread(&owner).await, 2);
        let seen = "/api/v1/me/notifications/seen";
        assert_eq!(owner.post(seen, json!({ "until": first })).await.expect(200).json()["unread_count"], 1);
        let marks: Vec<_> = told(&owner).await.iter().map(|item| item["unread"].clone()).collect();
        assert_eq!(marks, [true, false]);
        assert_eq!(owner.post(seen, json!({})).await.expect(200).json()["unread_count"], 0);
        assert_eq!(owner.post(seen, json!({ "until": first })).await.expect(200).json()["unread_count"], 0);
        let theirs = bob.post(seen, json!({ "until": first })).await;
        theirs.expect(404);
    }
}

on_both! {
    async fn captions_call_those_who_may_see_once_there_is_something_to_see(world: World) {
        let (owner, ada, bob, _) = stage(&world).await;
        owner.upload(clip(), &[("caption", "with @ada and @owner")]).await.expect(202);
        owner.upload(clip(), &[("caption", "not for @bob"), ("audience", "only_me")]).await.expect(202);
        assert!(told(&ada).await.is_empty());
        world.settle().await;
        assert_eq!(kinds(&ada).await, ["mention owner"]);
        assert!(told(&bob).await.is_empty() && told(&owner).await.is_empty());
    }
}

on_both! {
    async fn whom_a_changed_caption_mentions_anew_is_called_once(world: World) {
        world.to_a_new_day();
        let (owner, ada, bob, video) = stage(&world).await;
        let path = format!("/api/v1/videos/{video}");
        let caption = async |text: &str| {
            owner.call("PATCH", &path, Some(json!({ "caption": text }))).await.expect(200);
        };
        caption("with @ada").await;
        assert_eq!((kinds(&ada).await, unread(&ada).await), (vec!["mention owner".to_owned()], 1));
        for text in ["with @ada and @bob, and @owner", "nobody", "@ada @bob"] {
            caption(text).await;
        }
        assert_eq!((kinds(&ada).await.len(), kinds(&bob).await, told(&owner).await.len()), (1, vec!["mention owner".to_owned()], 0));
        // Nobody is called to what they may not see, nor by somebody else's hand.
        let cleo = world.client().join("cleo").await;
        owner.call("PATCH", &path, Some(json!({ "caption": "@cleo", "audience": "only_me" }))).await.expect(200);
        ada.call("PATCH", &path, Some(json!({ "caption": "@cleo" }))).await.expect(404);
        assert!(told(&cleo).await.is_empty());
    }
}

on_both! {
    async fn changed_captions_call_people_only_so_often(world: World) {
        world.to_a_new_day();
        let (owner, ada, _, video) = stage(&world).await;
        let path = format!("/api/v1/videos/{video}");
        for number in 0..20 {
            owner.call("PATCH", &path, Some(json!({ "caption": format!("{number} @bob") }))).await.expect(200);
            owner.call("PATCH", &path, Some(json!({ "caption": "" }))).await.expect(200);
        }
        let changed = owner.call("PATCH", &path, Some(json!({ "caption": "@ada" }))).await.expect(200).json();
        assert_eq!((changed["caption"].as_str().unwrap(), told(&ada).await.len()), ("@ada", 0), "it says so, and calls nobody");
    }
}

on_both! {
    async fn they_are_paged_and_go_after_ninety_days(world: World) {
        let (owner, ada, _, video) = stage(&world).await;
        for number in 0..5 {
            say(&ada, &video, &number.to_string(), None).await;
            world.clock.advance_seconds(1);
        }
        let (mut cursor, mut all) = (String::new(), Vec::new());
        loop {
            let page = owner.get(&format!("/api/v1/me/notifications?limit=2{cursor}")).await.expect(200).json();
            all.extend(page["items"].as_array().unwrap().iter().map(|item| item["comment"]["text"].clone()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(all, ["4", "3", "2", "1", "0"]);
        outro_app::housekeeping::schedule(&world.app).await.unwrap();
        world.clock.advance_seconds(89 * 86_400);
        world.run_jobs().await;
        assert_eq!(world.rows("notifications").await.len(), 5);
        world.clock.advance_seconds(2 * 86_400);
        world.run_jobs().await;
        assert!(world.rows("notifications").await.is_empty());
    }
}

on_both! {
    async fn those_who_follow_and_ask_are_told_of_and_answers_too(world: World) {
        let (owner, ada, _, _) = stage(&world).await;
        let follow = async |method: &str| ada.call(method, "/api/v1/accounts/owner/follow", None).await.expect(200);
        follow("PUT").await;
        follow("PUT").await;
        assert_eq!(kinds(&owner).await, ["follow ada"]);
        follow("DELETE").await;
        assert!(told(&owner).await.is_empty());
        let private = |on: bool| owner.call("PATCH", "/api/v1/me/privacy", Some(json!({ "private_account": on })));
        private(true).await.expect(200);
        follow("PUT").await;
        assert_eq!(kinds(&owner).await, ["follow_request ada"]);
        follow("DELETE").await;
        assert!(told(&owner).await.is_empty());
        follow("PUT").await;
        owner.call("PUT", "/api/v1/me/follow-requests/ada", None).await.expect(204);
        assert!(told(&owner).await.is_empty());
        assert_eq!(kinds(&ada).await, ["request_accepted owner"]);
    }
}

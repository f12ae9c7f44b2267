//! Giving: by the policy, once for each key, never more than there is.

use futures_util::future::join_all;
use outro_testkit::on_both;
use serde_json::{Value, json};

use super::{assert_balanced, balance, buy, give};

on_both! {
    async fn what_is_given_goes_from_one_to_the_other_who_is_told(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let video = world.plant(&bob, b"bytes").await;
        buy(&ada, "100").await;
        world.clock.advance_seconds(1);
        let given = give(&ada, &video, 30, "one").await.expect(200).json();
        assert_eq!((&given["coins"], &given["balance"], &given["video_id"]), (&json!(30), &json!(70), &json!(video)));
        assert_eq!((balance(&ada).await, balance(&bob).await), (70, 30));
        let told = bob.get("/api/v1/me/notifications").await.json()["items"].clone();
        assert_eq!((&told[0]["kind"], &told[0]["actors"][0]["handle"]), (&json!("gift"), &json!("ada")));
        let wallet = ada.get("/api/v1/me/wallet").await.json();
        let moves: Vec<(&Value, &Value, &Value)> = wallet["items"].as_array().unwrap().iter()
            .map(|item| (&item["kind"], &item["coins"], &item["account"]["handle"])).collect();
        assert_eq!(moves, [(&json!("gift_sent"), &json!(-30), &json!("bob")), (&json!("purchase"), &json!(100), &Value::Null)]);
        // Page by page it is the same.
        let first = ada.get("/api/v1/me/wallet?limit=1").await.json();
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = ada.get(&format!("/api/v1/me/wallet?limit=1&cursor={cursor}")).await.json();
        assert_eq!([&first["items"][0], &second["items"][0]], [&wallet["items"][0], &wallet["items"][1]]);
        assert_balanced(&world).await;
    }
}

on_both! {
    async fn who_may_not_be_seen_is_not_named_and_not_told_of(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let video = world.plant(&bob, b"bytes").await;
        buy(&ada, "100").await;
        bob.call("PUT", "/api/v1/accounts/ada/mute", None).await.expect(200);
        give(&ada, &video, 1, "muted").await.expect(200);
        assert_eq!(bob.get("/api/v1/me/notifications").await.json()["items"], json!([]));
        bob.call("DELETE", "/api/v1/accounts/ada/mute", None).await.expect(200);
        bob.call("PUT", "/api/v1/accounts/ada/block", None).await.expect(200);
        give(&ada, &video, 1, "blocked").await.expect(404);
        // What was done stays done, and is answered the same, though the video is not there for ada any more.
        give(&ada, &video, 1, "muted").await.expect(200);
        for who in [&ada, &bob] {
            let items = who.get("/api/v1/me/wallet").await.json()["items"].clone();
            let gift = items.as_array().unwrap().iter().find(|item| item["kind"] != "purchase").unwrap().clone();
            assert_eq!(gift["account"], Value::Null, "{gift}");
        }
        assert_eq!((balance(&ada).await, balance(&bob).await), (99, 1));
    }
}

on_both! {
    async fn of_many_at_once_no_more_is_given_than_there_is(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let video = world.plant(&bob, b"bytes").await;
        buy(&ada, "100").await;
        let keys: Vec<String> = (0..20).map(|number| format!("key{number}")).collect();
        let replies = join_all(keys.iter().map(|key| give(&ada, &video, 10, key))).await;
        let done = replies.iter().filter(|reply| reply.status == 200).count();
        assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 200 | 409)), "{replies:?}");
        assert_eq!((done, balance(&ada).await, balance(&bob).await), (10, 0, 100));
        assert_balanced(&world).await;
    }
}

on_both! {
    async fn the_same_key_at_once_gives_once(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let video = world.plant(&bob, b"bytes").await;
        buy(&ada, "100").await;
        let replies = join_all((0..8).map(|_| give(&ada, &video, 10, "same"))).await;
        let first = replies[0].json();
        for reply in replies {
            assert_eq!(reply.expect(200).json(), first);
        }
        assert_eq!((balance(&ada).await, balance(&bob).await), (90, 10));
        assert_eq!(give(&ada, &video, 11, "same").await.expect(409).code(), "key_used");
        // Another's key is another key.
        buy(&bob, "100").await;
        let hers = world.plant(&ada, b"bytes").await;
        give(&bob, &hers, 1, "same").await.expect(200);
        assert_balanced(&world).await;
    }
}

on_both! {
    async fn those_who_give_each_other_do_not_wait_for_each_other(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let videos = [world.plant(&bob, b"bytes").await, world.plant(&ada, b"bytes").await];
        for who in [&ada, &bob] {
            buy(who, "100").await;
        }
        let keys: Vec<String> = (0..24).map(|number| format!("key{number}")).collect();
        let gifts = keys.iter().enumerate().map(|(number, key)| {
            let (who, video) = if number % 2 == 0 { (&ada, &videos[0]) } else { (&bob, &videos[1]) };
            give(who, video, 3, key)
        });
        for reply in join_all(gifts).await {
            reply.expect(200);
        }
        assert_eq!((balance(&ada).await, balance(&bob).await), (100, 100));
        assert_balanced(&world).await;
    }
}

on_both! {
    async fn the_pages_work_without_scripts(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let video = world.plant(&bob, b"bytes").await;
        let browser = Browser { token: ada.token.clone().unwrap(), client: ada.anonymous() };
        let wallet = browser.get("/settings/coins").await;
        assert!(wallet.contains("0 coins") && wallet.contains("0.99"), "{wallet}");
        let form = format!("pack=100&key={}", value(&wallet, "key"));
        assert_eq!(browser.post("/settings/coins", &wallet, &form).await, "/settings/coins?done=coins_bought");
        let sheet = browser.get(&format!("/videos/{video}/gift")).await;
        assert!(sheet.contains("You have 100 coins"), "{sheet}");
        let form = format!("coins=20&key={}", value(&sheet, "key"));
        for _ in 0..2 {
            let to = browser.post(&format!("/videos/{video}/gift"), &sheet, &form).await;
            assert_eq!(to, format!("/v/{video}?done=coins_given"));
        }
        assert_eq!((balance(&ada).await, balance(&bob).await), (80, 20));
    }
}

/// A browser without scripts.
struct Browser {
    token: String,
    client: outro_testkit::Client,
}

fn value<'a>(page: &'a str, name: &str) -> &'a str {
    page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap()
}

impl Browser {
    async fn get(&self, path: &str) -> String {
        let request = axum::http::Request::get(path).header("cookie", format!("outro_session={}", self.token));
        self.client.send(request.body(axum::body::Body::empty()).unwrap()).await.expect(200).text()
    }

    /// Sends a form of a page; where it leads.
    async fn post(&self, path: &str, page: &str, form: &str) -> String {
        let request = axum::http::Request::post(path)
            .header("cookie", format!("outro_session={}", self.token))
            .header("content-type", "application/x-www-form-urlencoded");
        let body = format!("csrf={}&{form}", value(page, "csrf"));
        let reply = self.client.send(request.body(axum::body::Body::from(body)).unwrap()).await.expect(303);
        reply.headers["location"].to_str().unwrap().to_owned()
    }
}

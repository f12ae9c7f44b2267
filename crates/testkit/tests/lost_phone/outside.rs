//! The public page of leaving.

use outro_app::moderation;

use super::*;

/// The client that the cookie of an answer makes.
fn signed_in(world: &World, answer: &Reply) -> Client {
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    let token = cookie.split("outro_session=").nth(1).unwrap().split(';').next().unwrap();
    world.client().with(Some(token))
}

on_both! {
    async fn it_says_all_before_it_asks_for_anything(world: World) {
        let anyone = world.client();
        let text = page(&anyone, "/leave").await.expect(200).text();
        for words in [
            "Delete your Outro account",
            "without the app",
            "Messages you have sent stay readable",
            "is not refunded",
            "All your videos",
            "Tax law wants a record",
            "72 hours",
            "desk@outro.test",
            "action=\"/leave\"",
        ] {
            assert!(text.contains(words), "{words}");
        }
        for from in ["/login", "/what-we-keep"] {
            assert!(page(&anyone, from).await.expect(200).text().contains("href=\"/leave\""), "{from}");
        }
        // Who is signed in goes on from there, with one button.
        let ada = anyone.join("ada").await;
        let text = page(&ada, "/leave").await.expect(200).text();
        assert!(text.contains("action=\"/settings/leave\"") && !text.contains("action=\"/leave\""));
        assert!(page(&ada, "/settings").await.expect(200).text().contains("href=\"/leave\""));
    }
}

on_both! {
    async fn one_leaves_from_it_without_the_app(world: World) {
        let (_, _) = with_phone(&world, "ada").await;
        let messages = world.outbox.messages().len();
        let anyone = world.client();
        let answer = send_form(&anyone, "/leave", "handle=ada&password=ada-password").await.expect(200);
        assert_eq!(world.outbox.messages().len(), messages + 1, "the code is sent by itself");
        let ada = signed_in(&world, &answer);
        let text = answer.text();
        assert!(text.contains("Messages you have sent stay readable") && text.contains("is not refunded"));
        let fields = format!("challenge={}&code={}", hidden(&text, "challenge"), world.last_code());
        let gone = send_form(&ada, "/settings/leave/confirm", &fields).await.expect(200).text();
        assert!(gone.contains("receipt verify"));
        ada.get("/api/v1/me").await.expect(401);
        world.settle().await;
    }
}

on_both! {
    async fn who_is_away_or_suspended_can_leave_from_it(world: World) {
        let ada = world.client().join("ada").await;
        ada.call("PATCH", "/api/v1/me/privacy", Some(json!({ "on_hiatus": true }))).await.expect(200);
        world.client().join("ben").await;
        let why = moderation::Reasons {
            reason: Some("spam".into()),
            statement: "Because.".into(),
            ..moderation::Reasons::default()
        };
        moderation::suspend(&world.app, "ben", &why).await.unwrap();
        for handle in ["ada", "ben"] {
            let fields = format!("handle={handle}&password={handle}-password");
            let answer = send_form(&world.client(), "/leave", &fields).await.expect(200);
            let who = signed_in(&world, &answer);
            // No phone is linked: the password is given once more, to confirm.
            let text = answer.text();
            let fields = format!("challenge={}&password={handle}-password", hidden(&text, "challenge"));
            send_form(&who, "/settings/leave/confirm", &fields).await.expect(200);
            who.get("/api/v1/me").await.expect(401);
        }
        world.settle().await;
    }
}

on_both! {
    async fn strangers_are_told_nothing_and_soon_refused(world: World) {
        world.client().join("zqada").await;
        let ben = world.client().join("zqben").await;
        let begun = ben.post(DELETION, json!({})).await.expect(202).json();
        ben.post(CONFIRM, json!({ "challenge": begun["challenge"], "password": "zqben-password" })).await.expect(200);
        let answer = |handle: &'static str| {
            let (anyone, fields) = (world.client(), format!("handle={handle}&password=not-it-at-all"));
            async move { send_form(&anyone, "/leave", &fields).await.expect(401) }
        };
        // Somebody, nobody, and who has left: one answer, but for the handle that was typed.
        let (somebody, nobody, left) = (answer("zqada").await, answer("zqnil").await, answer("zqben").await);
        let plain = |reply: &Reply, handle: &str| reply.text().replace(handle, "_");
        assert_eq!(plain(&somebody, "zqada"), plain(&nobody, "zqnil"));
        assert_eq!(plain(&somebody, "zqada"), plain(&left, "zqben"));
        assert!(!somebody.headers.contains_key("set-cookie"));
        // The limits are those of signing in, and shared with it.
        for _ in 0..29 {
            let body = json!({ "handle": "zqada", "password": "not-it-at-all" });
            world.client().post("/api/v1/sessions", body).await.expect(401);
        }
        send_form(&world.client(), "/leave", "handle=zqada&password=zqada-password").await.expect(429);
        // A form on another site opens nothing.
        let request = Request::post("/leave")
            .header("sec-fetch-site", "cross-site")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from("handle=zqada&password=zqada-password"));
        world.client().send(request.unwrap()).await.expect(403);
        world.settle().await;
    }
}

//! Sessions, names, and the line that binds a code to its origin.

use axum::body::Body;
use axum::http::Request;

use super::*;

on_both! {
    async fn a_session_ends_ninety_days_after_its_last_use(world: World) {
        let client = world.client().join("ada").await;
        for _ in 0..3 {
            world.clock.advance_seconds(60 * 86_400);
            client.get("/api/v1/me").await.expect(200);
        }
        let token = client.token.clone().unwrap();
        let renewed = async || outro_app::authenticate(&world.app, &token).await.unwrap().map(|signed| signed.renewed);
        // A cookie is set anew when the session's end moved, and not with every request.
        assert_eq!(renewed().await, Some(false));
        world.clock.advance_seconds(90 * 86_400 - 1);
        assert_eq!(renewed().await, Some(true));
        world.clock.advance_seconds(90 * 86_400);
        client.get("/api/v1/me").await.expect(401);
    }
}

on_both! {
    async fn the_cookie_lives_as_long_as_its_session(world: World) {
        let token = world.client().join("ada").await.token.unwrap();
        let anew = async || {
            let request = Request::builder().uri("/settings").header("cookie", format!("outro_session={token}"));
            let reply = world.client().send(request.body(Body::empty()).unwrap()).await.expect(200);
            reply.headers.get("set-cookie").map(|line| line.to_str().unwrap().to_owned())
        };
        assert_eq!(anew().await, None);
        world.clock.advance_seconds(60 * 86_400);
        let line = anew().await.unwrap();
        assert!(line.contains(&token) && line.contains("Max-Age=7776000"), "{line}");
        // With each hour's first request alone.
        assert_eq!(anew().await, None);
    }
}

on_both! {
    async fn a_name_cannot_look_like_another_by_what_is_not_seen(world: World) {
        let client = world.client().join("ada").await;
        let name = async |name: &str| client.call("PATCH", "/api/v1/me", Some(json!({ "display_name": name }))).await;
        for letter in "\u{200b}\u{200e}\u{200f}\u{202a}\u{202e}\u{2066}\u{2069}\u{feff}".chars() {
            name(&format!("Ada{letter}Love")).await.expect(422);
        }
        for kept in ["👩\u{200d}🚀", "می\u{200c}خواهم"] {
            assert_eq!(name(kept).await.expect(200).json()["display_name"], kept);
        }
    }
}

on_both! {
    async fn an_address_is_no_origin(world: World) {
        for (host, line) in [("[2001:db8::1]:8443", None), ("192.0.2.7", None), ("outro.test:8080", Some("@outro.test #"))] {
            let world = world.with_settings(|settings| settings.host = host.into());
            let client = world.client().join(&format!("person{}", host.len())).await;
            link(&client, NUMBER).await.expect(202);
            let text = world.outbox.messages().remove(0).text;
            match line {
                Some(line) => assert!(text.lines().last().unwrap().starts_with(line), "{text}"),
                None => assert!(!text.contains(['@', '#']) && text.contains(host), "{text}"),
            }
        }
    }
}

//! The rest of what is promised of every answer.

use super::*;

on_both! {
    async fn another_site_changes_nothing(world: World) {
        world.client().join("owner").await;
        let before = world.everything().await;
        let body = r#"{"handle":"owner","password":"owner-password"}"#;
        for (name, value) in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")] {
            let request = Request::builder().method("POST").uri("/api/v1/sessions").header(name, value);
            let request = request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body)).unwrap();
            let problem = assert_problem(&world.client().send(request).await, 403, name);
            assert_eq!(problem["code"], "cross_site");
        }
        assert_eq!(world.everything().await, before);
    }
}

on_both! {
    async fn a_cookie_alone_changes_nothing(world: World) {
        let client = world.client().join("owner").await;
        let cookie = format!("outro_session={}", client.token.clone().unwrap());
        let with = |method: &str, path: &str| Request::builder().method(method).uri(path).header(header::COOKIE, &cookie);
        let read = with("GET", "/api/v1/me").body(Body::empty()).unwrap();
        assert_eq!(world.client().send(read).await.status, 200);
        let change = with("PATCH", "/api/v1/me").header(header::CONTENT_TYPE, "application/json");
        let change = change.body(Body::from(r#"{"bio":"forged"}"#)).unwrap();
        assert_problem(&world.client().send(change).await, 403, "without the token of the form");
        assert_eq!(client.get("/api/v1/me").await.json()["bio"], "");
    }
}

on_both! {
    async fn no_answer_is_kept_and_every_one_is_hardened(world: World) {
        let client = world.client().join("owner").await;
        for path in ["/api/v1/me", "/api/v1/feed/for-you", "/api/v1/videos/none", "/healthz"] {
            let headers = client.get(path).await.headers;
            assert_eq!(headers[header::CACHE_CONTROL], "no-store", "{path}");
            assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
            // No other site learns an address.
            assert!(["no-referrer", "same-origin"].contains(&headers["referrer-policy"].to_str().unwrap()), "{path}");
            assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"), "{path}");
        }
    }
}

on_both! {
    async fn lists_are_paged_by_their_cursor(world: World) {
        let client = world.client().join("owner").await;
        let mut made = Vec::new();
        for _ in 0..5 {
            made.push(world.plant(&client, b"bytes").await);
            world.clock.advance_seconds(1);
        }
        made.reverse();
        for list in ["/api/v1/feed/for-you", "/api/v1/accounts/owner/videos"] {
            let (mut query, mut seen) = ("limit=2".to_owned(), Vec::new());
            for page in 0.. {
                assert!(page < 4, "{list} has no end");
                let page = world.client().get(&format!("{list}?{query}")).await.expect(200).json();
                let items = page["items"].as_array().unwrap();
                seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
                let Some(next) = page["next_cursor"].as_str() else { break };
                query = format!("limit=2&cursor={next}");
            }
            assert_eq!(seen, made, "{list}");
        }
    }
}

on_both! {
    async fn one_video_is_one_on_every_surface(world: World) {
        let client = world.client().join("owner").await;
        let id = client.upload(outro_testkit::clip(), &[("caption", "Same")]).await.expect(202).json();
        let id = id["video"]["id"].as_str().unwrap().to_owned();
        // The encode ends later than the upload.
        world.clock.advance_seconds(60);
        world.settle().await;
        let read = client.get(&format!("/api/v1/videos/{id}")).await.expect(200).json();
        let listed = client.get("/api/v1/accounts/owner/videos").await.json()["items"][0].clone();
        let mut fed = client.get("/api/v1/feed/for-you").await.json()["items"][0].clone();
        assert_eq!(fed["why"]["code"], "yours");
        fed["why"] = Value::Null;
        assert_eq!(listed, read);
        assert_eq!(fed, read);
    }
}

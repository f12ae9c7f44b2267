//! Every route, without an account and with ids that never were. A route without a line here fails.

use super::described::{Described, Operation, assert_type_is_described};
use super::*;

/// What a route answers to somebody without an account.
enum Open {
    /// 401: it takes an account.
    No,
    /// This status.
    Yes(u16),
}

/// Every route: method, address, what it answers without an account, and a body in the right form.
const ROUTES: &[(&str, &str, Open, &str)] = &[
    ("GET", "/api/openapi.json", Open::Yes(200), ""),
    (
        "POST",
        "/api/v1/accounts",
        Open::Yes(201),
        r#"{"handle":"newcomer","password":"12345678","birth_date":"1990-01-01"}"#,
    ),
    ("GET", "/api/v1/accounts/{handle}", Open::Yes(404), ""),
    ("PUT", "/api/v1/accounts/{handle}/block", Open::No, ""),
    ("DELETE", "/api/v1/accounts/{handle}/block", Open::No, ""),
    ("PUT", "/api/v1/accounts/{handle}/follow", Open::No, ""),
    ("DELETE", "/api/v1/accounts/{handle}/follow", Open::No, ""),
    ("GET", "/api/v1/accounts/{handle}/followers", Open::Yes(404), ""),
    ("GET", "/api/v1/accounts/{handle}/following", Open::Yes(404), ""),
    ("PUT", "/api/v1/accounts/{handle}/mute", Open::No, ""),
    ("DELETE", "/api/v1/accounts/{handle}/mute", Open::No, ""),
    ("GET", "/api/v1/accounts/{handle}/pins", Open::Yes(404), ""),
    ("GET", "/api/v1/accounts/{handle}/playlists", Open::Yes(404), ""),
    ("GET", "/api/v1/accounts/{handle}/videos", Open::Yes(404), ""),
    ("GET", "/api/v1/conversations", Open::No, ""),
    ("POST", "/api/v1/conversations", Open::No, r#"{"to":["nobody_is_here"]}"#),
    ("GET", "/api/v1/conversations/{id}", Open::No, ""),
    ("DELETE", "/api/v1/conversations/{id}", Open::No, ""),
    ("POST", "/api/v1/conversations/{id}/accept", Open::No, ""),
    ("DELETE", "/api/v1/conversations/{id}/membership", Open::No, ""),
    ("GET", "/api/v1/conversations/{id}/messages", Open::No, ""),
    ("POST", "/api/v1/conversations/{id}/messages", Open::No, r#"{"text":"x"}"#),
    ("DELETE", "/api/v1/conversations/{id}/messages/{message}", Open::No, ""),
    ("POST", "/api/v1/conversations/{id}/read", Open::No, "{}"),
    ("GET", "/api/v1/events", Open::No, ""),
    ("DELETE", "/api/v1/comments/{id}", Open::No, ""),
    ("PUT", "/api/v1/comments/{id}/hidden", Open::No, ""),
    ("DELETE", "/api/v1/comments/{id}/hidden", Open::No, ""),
    ("PUT", "/api/v1/comments/{id}/like", Open::No, ""),
    ("DELETE", "/api/v1/comments/{id}/like", Open::No, ""),
    ("GET", "/api/v1/comments/{id}/replies", Open::Yes(404), ""),
    ("GET", "/api/v1/feed/for-you", Open::Yes(200), ""),
    ("GET", "/api/v1/feed/following", Open::No, ""),
    ("GET", "/api/v1/feed/friends", Open::No, ""),
    ("GET", "/api/v1/me", Open::No, ""),
    ("GET", "/api/v1/me/comment-filter", Open::No, ""),
    ("PUT", "/api/v1/me/comment-filter", Open::No, r#"{"words":["x"]}"#),
    ("GET", "/api/v1/me/notifications", Open::No, ""),
    ("POST", "/api/v1/me/notifications/seen", Open::No, "{}"),
    ("GET", "/api/v1/me/notifications/unread", Open::No, ""),
    ("PATCH", "/api/v1/me", Open::No, r#"{"bio":"x"}"#),
    ("GET", "/api/v1/me/blocked", Open::No, ""),
    ("GET", "/api/v1/me/decisions", Open::No, ""),
    ("GET", "/api/v1/me/deletion", Open::No, ""),
    ("POST", "/api/v1/me/deletion", Open::No, ""),
    ("POST", "/api/v1/me/deletion/confirm", Open::No, r#"{"challenge":"AAAAAAAAAAAAAAAAAAAAAA","code":"123456"}"#),
    ("GET", "/api/v1/me/follow-requests", Open::No, ""),
    ("POST", "/api/v1/me/follow-requests/all", Open::No, r#"{"accept":true}"#),
    ("PUT", "/api/v1/me/follow-requests/{handle}", Open::No, ""),
    ("DELETE", "/api/v1/me/follow-requests/{handle}", Open::No, ""),
    ("DELETE", "/api/v1/me/followers/{handle}", Open::No, ""),
    ("GET", "/api/v1/me/muted", Open::No, ""),
    ("POST", "/api/v1/me/phone", Open::No, r#"{"number":"+4915112345678"}"#),
    ("POST", "/api/v1/me/phone/verify", Open::No, r#"{"challenge":"AAAAAAAAAAAAAAAAAAAAAA","code":"123456"}"#),
    ("GET", "/api/v1/me/message-requests", Open::No, ""),
    ("GET", "/api/v1/me/unread", Open::No, ""),
    ("GET", "/api/v1/me/feed", Open::No, ""),
    ("PATCH", "/api/v1/me/feed", Open::No, r#"{"personalised":false}"#),
    ("POST", "/api/v1/me/feed/reset", Open::No, ""),
    ("GET", "/api/v1/me/playlists", Open::No, ""),
    ("POST", "/api/v1/me/playlists", Open::No, r#"{"title":"x"}"#),
    ("GET", "/api/v1/playlists/{id}", Open::Yes(404), ""),
    ("PATCH", "/api/v1/playlists/{id}", Open::No, r#"{"title":"x"}"#),
    ("DELETE", "/api/v1/playlists/{id}", Open::No, ""),
    ("PUT", "/api/v1/playlists/{id}/videos/{video}", Open::No, ""),
    ("DELETE", "/api/v1/playlists/{id}/videos/{video}", Open::No, ""),
    ("PUT", "/api/v1/videos/{id}/pin", Open::No, ""),
    ("DELETE", "/api/v1/videos/{id}/pin", Open::No, ""),
    ("GET", "/api/v1/me/privacy", Open::No, ""),
    ("PATCH", "/api/v1/me/privacy", Open::No, r#"{"private_account":true}"#),
    ("GET", "/api/v1/me/privacy/checkup", Open::No, ""),
    ("GET", "/api/v1/me/see-as", Open::No, ""),
    ("GET", "/api/v1/me/see-as/{handle}", Open::No, ""),
    ("POST", "/api/v1/me/videos/audience", Open::No, r#"{"audience":"only_me","all":true}"#),
    ("GET", "/api/v1/me/reports", Open::No, ""),
    ("GET", "/api/what-we-keep.json", Open::Yes(200), ""),
    ("GET", "/api/v1/me/recovery-codes", Open::No, ""),
    ("POST", "/api/v1/me/recovery-codes", Open::No, ""),
    ("GET", "/api/takeout-schema.json", Open::Yes(200), ""),
    ("DELETE", "/api/v1/me/deletion", Open::No, ""),
    ("GET", "/api/v1/me/imports", Open::No, ""),
    ("POST", "/api/v1/me/imports", Open::No, ""),
    ("GET", "/api/v1/me/takeouts", Open::No, ""),
    ("POST", "/api/v1/me/takeouts", Open::No, ""),
    ("GET", "/api/v1/me/takeouts/{id}", Open::No, ""),
    ("DELETE", "/api/v1/me/takeouts/{id}", Open::No, ""),
    ("GET", "/api/v1/me/takeouts/{id}/download", Open::No, ""),
    ("POST", "/api/v1/me/password", Open::No, ""),
    ("PUT", "/api/v1/me/password", Open::No, r#"{"password":"12345678","new_password":"87654321"}"#),
    ("GET", "/api/v1/me/sessions", Open::No, ""),
    ("DELETE", "/api/v1/me/sessions/{id}", Open::No, ""),
    ("GET", "/api/v1/me/wallet", Open::No, ""),
    ("POST", "/api/v1/me/wallet/purchases", Open::No, r#"{"pack":"100"}"#),
    ("GET", "/api/v1/moderation/reports", Open::No, ""),
    ("POST", "/api/v1/moderation/reports/{id}", Open::No, r#"{"act":"look"}"#),
    ("GET", "/api/v1/moderation/log", Open::No, ""),
    ("GET", "/api/v1/receipts/{id}", Open::Yes(404), ""),
    ("GET", "/api/v1/search", Open::Yes(422), ""),
    ("POST", "/api/v1/reports", Open::No, r#"{"account":"nobody_is_here","reason":"spam"}"#),
    ("POST", "/api/v1/sessions", Open::Yes(401), r#"{"handle":"nobody","password":"12345678"}"#),
    ("DELETE", "/api/v1/sessions/current", Open::No, ""),
    ("POST", "/api/v1/sessions/current/password", Open::No, r#"{"password":"12345678"}"#),
    ("GET", "/api/v1/sounds", Open::Yes(200), ""),
    ("GET", "/api/v1/sounds/{id}", Open::Yes(404), ""),
    ("GET", "/api/v1/sounds/{id}/videos", Open::Yes(404), ""),
    ("GET", "/api/v1/suggestions", Open::No, ""),
    ("DELETE", "/api/v1/suggestions/{handle}", Open::No, ""),
    // An address that names no hashtag.
    ("GET", "/api/v1/tags/{tag}/videos", Open::Yes(404), ""),
    ("OPTIONS", "/api/v1/uploads", Open::Yes(204), ""),
    ("GET", "/api/v1/uploads", Open::No, ""),
    ("POST", "/api/v1/uploads", Open::No, ""),
    ("HEAD", "/api/v1/uploads/{id}", Open::No, ""),
    ("PATCH", "/api/v1/uploads/{id}", Open::No, ""),
    ("DELETE", "/api/v1/uploads/{id}", Open::No, ""),
    ("POST", "/api/v1/uploads/{id}", Open::No, ""),
    ("GET", "/api/v1/me/drafts", Open::No, ""),
    ("GET", "/api/v1/me/statistics", Open::No, ""),
    ("POST", "/api/v1/videos", Open::No, ""),
    ("GET", "/api/v1/videos/{id}", Open::Yes(404), ""),
    ("DELETE", "/api/v1/videos/{id}", Open::No, ""),
    ("PATCH", "/api/v1/videos/{id}", Open::No, r#"{"caption":"x"}"#),
    ("POST", "/api/v1/videos/{id}/watches", Open::Yes(404), r#"{"watched_ms":1}"#),
    ("POST", "/api/v1/videos/{id}/shares", Open::Yes(404), ""),
    ("GET", "/api/v1/videos/{id}/statistics", Open::No, ""),
    ("GET", "/api/v1/videos/{id}/comments", Open::Yes(404), ""),
    ("POST", "/api/v1/videos/{id}/comments", Open::No, r#"{"text":"x"}"#),
    ("GET", "/api/v1/videos/{id}/framing", Open::No, ""),
    ("PUT", "/api/v1/videos/{id}/framing", Open::No, r#"{"path":[{"at_ms":0,"x":0.5}]}"#),
    ("DELETE", "/api/v1/videos/{id}/framing", Open::No, ""),
    ("GET", "/api/v1/videos/{id}/edit", Open::No, ""),
    ("PUT", "/api/v1/videos/{id}/edit", Open::No, r#"{"edit":{}}"#),
    ("DELETE", "/api/v1/videos/{id}/edit", Open::No, ""),
    ("POST", "/api/v1/videos/{id}/cancel", Open::No, ""),
    ("GET", "/api/v1/videos/{id}/clips", Open::No, ""),
    ("POST", "/api/v1/videos/{id}/clips", Open::No, ""),
    ("DELETE", "/api/v1/videos/{id}/clips/{clip}", Open::No, ""),
    ("PUT", "/api/v1/videos/{id}/gift", Open::No, r#"{"coins":1,"key":"one"}"#),
    ("PUT", "/api/v1/videos/{id}/like", Open::No, ""),
    ("DELETE", "/api/v1/videos/{id}/like", Open::No, ""),
    ("GET", "/healthz", Open::Yes(200), ""),
    ("GET", "/readyz", Open::Yes(200), ""),
    // No payments are set up.
    ("POST", "/stripe/webhook", Open::Yes(404), "{}"),
];

fn filled(template: &str) -> String {
    template
        .replace("{id}", NO_ID)
        .replace("{message}", NO_ID)
        .replace("{video}", NO_ID)
        .replace("{handle}", "nobody_is_here")
}

async fn ask(client: &Client, (method, template): &Operation, body: &str) -> Reply {
    let path = filled(template);
    if path.starts_with("/api/v1/uploads") {
        super::uploads::spoken(client, method, &path).await
    } else if body.is_empty() {
        client.call(method, &path, None).await
    } else {
        send(client, method, &path, "application/json", body.to_owned()).await
    }
}

#[test]
fn every_described_route_has_its_line() {
    let described = Described::new();
    let mut lines: Vec<_> = ROUTES.iter().map(|route| (route.0.to_owned(), route.1.to_owned())).collect();
    let mut operations = described.operations();
    lines.sort();
    operations.sort();
    assert_eq!(operations, lines);
    for (method, path, open, _) in ROUTES {
        let secured = described.is_secured(&((*method).to_owned(), (*path).to_owned()));
        assert_eq!(secured, matches!(open, Open::No), "{method} {path}");
    }
}

on_both! {
    async fn every_route_answers_without_an_account(world: World) {
        let (described, before) = (Described::new(), world.everything().await);
        for (method, path, open, body) in ROUTES {
            let operation = ((*method).to_owned(), (*path).to_owned());
            let reply = ask(&world.client(), &operation, body).await;
            let about = format!("{method} {path}");
            match open {
                Open::Yes(status) if *status < 400 => assert_eq!(reply.status.as_u16(), *status, "{about}"),
                Open::Yes(status) => drop(assert_problem(&reply, *status, &about)),
                // The answer to a HEAD has no body.
                Open::No if *method == "HEAD" => assert_eq!(reply.status, 401, "{about}"),
                Open::No => {
                    let problem = assert_problem(&reply, 401, &about);
                    assert_eq!(problem["code"], "sign_in_needed", "{about}");
                    assert_eq!(reply.headers["www-authenticate"], "Bearer", "{about}");
                }
            }
            assert!(described.statuses(&operation).contains(&reply.status.as_u16()), "{about}: {}", reply.status);
        }
        // Only the one who joined is there now.
        let grown = world.everything().await.len() - before.len();
        assert_eq!(grown, 4, "account, its counts, session, handle");
    }
}

on_both! {
    async fn a_token_that_opens_nothing_is_told_so(world: World) {
        let liar = world.client().with_token(&json!("bm90aGluZw"));
        for (method, path, open, body) in ROUTES {
            let operation = ((*method).to_owned(), (*path).to_owned());
            if matches!(open, Open::No) && *method != "HEAD" {
                assert_problem(&ask(&liar, &operation, body).await, 401, path);
            }
        }
        assert_problem(&liar.get("/api/v1/feed/for-you").await, 401, "feed");
    }
}

// A client must learn that it is signed out, and the description must say that it is told.
on_both! {
    async fn being_signed_out_is_described(world: World) {
        let liar = world.client().with_token(&json!("bm90aGluZw"));
        let (described, mut missing) = (Described::new(), Vec::new());
        for operation in described.operations() {
            let status = ask(&liar, &operation, "").await.status.as_u16();
            if status == 401 && !described.statuses(&operation).contains(&401) {
                missing.push(operation);
            }
        }
        assert!(missing.is_empty(), "401 is answered and not described: {missing:#?}");
    }
}

on_both! {
    async fn what_never_was_is_not_found(world: World) {
        let client = world.client().join("asker").await;
        let ids = [NO_ID, "x", "..", "AAAAAAAAAAAAAAAAAAAAAB", "%00", "%F0%9F%98%80", "1%27%20OR%201=1"];
        let named = |method: &str, path: &str| path.contains('{') && method != "HEAD";
        for (method, path, _, body) in ROUTES.iter().filter(|(method, path, ..)| named(method, path)) {
            for id in ids {
                let path = path.replace("{id}", id).replace("{message}", id).replace("{video}", id).replace("{handle}", id);
                let reply = if path.starts_with("/api/v1/uploads") {
                    super::uploads::spoken(&client, method, &path).await
                } else if body.is_empty() { client.call(method, &path, None).await } else {
                    send(&client, method, &path, "application/json", *body).await
                };
                assert_problem(&reply, 404, &format!("{method} {path}"));
            }
        }
    }
}

on_both! {
    async fn bytes_that_are_no_text_are_not_found(world: World) {
        let client = world.client().join("asker").await;
        for path in ["/api/v1/videos/%FF", "/api/v1/accounts/%FF", "/api/v1/accounts/%FF/videos", "/api/v1/receipts/%FF"] {
            assert_problem(&client.get(path).await, 404, path);
        }
        assert_problem(&client.call("PUT", "/api/v1/videos/%FF/like", None).await, 404, "like");
    }
}

on_both! {
    async fn what_is_no_route_is_a_problem_document_too(world: World) {
        assert_problem(&world.client().get("/api/v1/nothing").await, 404, "/api/v1/nothing");
        assert_problem(&world.client().call("PUT", "/api/v1/me", None).await, 405, "PUT /api/v1/me");
        assert_problem(&world.client().call("POST", "/api/v1/feed/for-you", None).await, 405, "POST feed");
    }
}

on_both! {
    async fn answers_have_the_type_that_is_described(world: World) {
        let document = Described::new().document;
        let cases = [("GET", "/healthz"), ("GET", "/api/v1/feed/for-you"), ("GET", "/api/v1/me"), ("GET", "/api/v1/videos/{id}")];
        for (method, path) in cases {
            let operation = (method.to_owned(), path.to_owned());
            let reply = ask(&world.client(), &operation, "").await;
            assert_type_is_described(&document, &operation, &reply);
        }
    }
}

on_both! {
    async fn the_description_is_served_as_it_is(world: World) {
        let reply = world.client().get("/api/openapi.json").await.expect(200);
        let served = reply.json();
        assert_eq!(served, Described::new().document);
        assert!(served["openapi"].as_str().unwrap().starts_with("3.1"));
        assert_eq!(served["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    }
}

/// Two bodies of one name would be described as one.
#[test]
fn bodies_are_described_as_they_are() {
    let described = Described::new();
    let names = |method: &str, path: &str| -> Vec<String> {
        let schema = described.body_schema(&(method.to_owned(), path.to_owned())).unwrap();
        schema["properties"].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(names("POST", "/api/v1/accounts"), ["birth_date", "handle", "password"]);
    assert_eq!(names("PATCH", "/api/v1/me"), ["bio", "display_name"]);
    let video = [
        "age_restricted",
        "audience",
        "caption",
        "comments_from",
        "downloads",
        "draft",
        "duets",
        "own_level",
        "publish_at",
        "reframe",
        "sound",
        "sound_from_ms",
        "sound_level",
        "sound_reuse",
        "stitches",
    ];
    assert_eq!(names("PATCH", "/api/v1/videos/{id}"), video);
    let privacy = [
        "comments_from",
        "discoverable",
        "follow_requests",
        "messages_from",
        "on_hiatus",
        "private_account",
        "searchable",
    ];
    assert_eq!(names("PATCH", "/api/v1/me/privacy"), privacy);
    assert_eq!(names("POST", "/api/v1/me/follow-requests/all"), ["accept"]);
    assert_eq!(names("POST", "/api/v1/reports"), ["account", "comment", "note", "reason", "video"]);
    assert_eq!(names("POST", "/api/v1/moderation/reports/{id}"), ["act", "ground", "provision", "reason", "statement"]);
}

//! What holds for every address: problem documents for programs, pages for people, and the refusal of what
//! another site sent.

use axum::body::Body;
use axum::http::{Request, header};
use outro_testkit::{Client, On, Reply, World};

/// A house's own server, over plain HTTP.
const LAN: &str = "box.lan:8080";

/// Sends a form as a browser without `Sec-Fetch-Site` does.
async fn post(client: &Client, path: &str, origin: &str, more: &[(&str, &str)], form: &str) -> Reply {
    let mut request = Request::post(path).header(header::HOST, LAN).header(header::ORIGIN, origin);
    request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    client.send(request.body(Body::from(form.to_owned())).expect("a request")).await
}

async fn ask(client: &Client, method: &str, path: &str, more: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    client.send(request.body(Body::empty()).expect("a request")).await
}

#[track_caller]
fn kind(reply: &Reply) -> &str {
    reply.headers[header::CONTENT_TYPE].to_str().expect("text")
}

#[track_caller]
fn assert_problem(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status.as_u16(), kind(reply)), (status, "application/problem+json"), "{}", reply.text());
    assert_eq!(reply.code(), code);
}

#[track_caller]
fn assert_page_of_refusal(reply: &Reply) {
    assert_eq!((reply.status.as_u16(), kind(reply)), (403, "text/html; charset=utf-8"), "{}", reply.text());
}

const SIGN_IN: &str = "handle=owner&password=owner-password";

#[tokio::test(flavor = "multi_thread")]
async fn forms_work_over_plain_http_in_a_house() {
    let world = World::start(On::Sqlite).await;
    let (owner, browser) = (world.client().join("owner").await, world.client());
    let page = ask(&browser, "GET", "/login", &[("host", LAN)]).await.expect(200);
    assert_eq!(page.headers[header::REFERRER_POLICY], "same-origin", "else browsers send `Origin: null`");
    let signed_in = post(&browser, "/login", "http://box.lan:8080", &[], SIGN_IN).await.expect(303);
    let cookie = signed_in.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let page = ask(&browser, "GET", "/settings/profile", &[("cookie", &cookie)]).await.expect(200).text();
    let token = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    // A browser that hides where it is from: the token of the form decides.
    for (origin, bio) in [("http://box.lan:8080", "one"), ("null", "two")] {
        let form = format!("csrf={token}&bio={bio}&display_name=");
        post(&browser, "/settings/profile", origin, &[("cookie", &cookie)], &form).await.expect(303);
        assert_eq!(owner.get("/api/v1/me").await.json()["bio"], bio);
    }
    let forged = post(&browser, "/settings/profile", "null", &[("cookie", &cookie)], "csrf=x&bio=three").await;
    assert_page_of_refusal(&forged);
    assert_eq!(owner.get("/api/v1/me").await.json()["bio"], "two");
}

// Another site would else sign somebody in to an account of its own.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_signed_in_by_another_site() {
    let world = World::start(On::Sqlite).await;
    world.client().join("owner").await;
    for origin in ["null", "https://evil.example"] {
        for (path, form) in [("/login", SIGN_IN), ("/join", "handle=x_y_z&password=12345678&birth_date=1990-01-01")] {
            let reply = post(&world.client(), path, origin, &[], form).await;
            assert_page_of_refusal(&reply);
            assert!(!reply.headers.contains_key(header::SET_COOKIE), "{origin} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_token_shows_that_no_browser_made_a_request() {
    let world = World::start(On::Sqlite).await;
    let owner = world.client().join("owner").await;
    let evil = ("origin", "https://evil.example");
    ask(&owner, "DELETE", "/api/v1/sessions/current", &[evil]).await.expect(204);
    for authorization in ["Basic b3duZXI6eA==", "Bearer", "Negotiate x"] {
        let reply =
            ask(&world.client(), "DELETE", "/api/v1/sessions/current", &[evil, ("authorization", authorization)]).await;
        assert_problem(&reply, 403, "cross_site");
    }
    assert_page_of_refusal(&ask(&world.client(), "POST", "/logout", &[evil]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_to_a_program_is_a_problem_document() {
    let world = World::start(On::Sqlite).await;
    let (owner, nobody) = (world.client().join("owner").await, world.client());
    for path in ["/api/v1/videos/%ff", "/api/v1/accounts/%FF/videos", "/api/v1/receipts/%ff", "/media/%ff/video.mp4"] {
        assert_problem(&ask(&nobody, "GET", path, &[]).await, 404, "not_found");
    }
    assert_problem(&ask(&nobody, "GET", "/media/x/%ff", &[]).await, 404, "not_found");
    for (query, code) in [("limit=1&limit=2", "invalid_query"), ("cursor=%ff", "invalid_cursor")] {
        let reply = ask(&nobody, "GET", &format!("/api/v1/feed/for-you?{query}"), &[]).await;
        assert_problem(&reply, 422, code);
    }
    for (kind, status, code) in [
        ("text/plain", 415, "not_multipart"),
        ("multipart/mixed; boundary=b", 415, "not_multipart"),
        ("multipart/form-data", 400, "not_a_form"),
    ] {
        let reply = ask(&owner, "POST", "/api/v1/videos", &[("content-type", kind)]).await;
        assert_problem(&reply, status, code);
    }
    assert_problem(&ask(&owner, "POST", "/api/v1/videos", &[]).await, 415, "not_multipart");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_is_not_taken_is_a_problem_document_with_those_that_are() {
    let world = World::start(On::Sqlite).await;
    let client = world.client();
    for (method, path, allowed) in [
        ("PUT", "/api/v1/me", "GET,HEAD,PATCH"),
        ("OPTIONS", "/api/v1/me", "GET,HEAD,PATCH"),
        ("GET", "/api/v1/videos", "POST"),
        ("POST", "/media/x/video.mp4", "GET,HEAD"),
        ("OPTIONS", "/media/x/video.mp4", "GET,HEAD"),
        ("TRACE", "/api/v1/feed/for-you", "GET,HEAD"),
        ("DELETE", "/healthz", "GET,HEAD"),
    ] {
        let reply = ask(&client, method, path, &[]).await;
        assert_problem(&reply, 405, "method_not_allowed");
        assert_eq!(reply.headers[header::ALLOW], allowed, "{method} {path}");
    }
}

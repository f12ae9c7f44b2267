//! The answers of uploads that come bit by bit, each once; and of drafts.

use super::scenario::Walk;
use super::*;

const ALL: &str = "/api/v1/uploads";
const ONE: &str = "/api/v1/uploads/{id}";

/// A request in the protocol, with all that it takes.
pub(super) async fn spoken(client: &Client, method: &str, path: &str) -> Reply {
    let headers = [("upload-offset", "0"), ("upload-length", "9"), ("x-http-method-override", "PATCH")];
    client.tus(method, path, &headers, Body::empty()).await
}

pub(super) async fn walk(walk: &mut Walk, client: &Client) {
    let described = &mut walk.described;
    described.hold("OPTIONS", ALL, 204, &client.anonymous().call("OPTIONS", ALL, None).await);
    let begin = async |headers: &[(&str, &str)]| client.tus("POST", ALL, headers, Body::empty()).await;
    let begun = begin(&[("upload-length", "9"), ("upload-metadata", "caption !")]).await;
    described.hold("POST", ALL, 400, &begun);
    let begun = begin(&[("upload-length", "9"), ("upload-metadata", "filename Y2xpcA==,draft dHJ1ZQ==")]).await;
    described.hold("POST", ALL, 201, &begun);
    let place = begun.headers[header::LOCATION].to_str().unwrap().to_owned();
    described.hold("POST", ALL, 400, &begin(&[]).await);
    described.hold("POST", ALL, 412, &client.call("POST", ALL, None).await);
    described.hold("POST", ALL, 413, &begin(&[("upload-length", "99999999999999")]).await);
    described.hold("POST", ALL, 422, &begin(&[("upload-length", "0")]).await);
    described.hold("GET", ALL, 200, &client.get(ALL).await);

    assert_eq!(client.tus("HEAD", &place, &[], Body::empty()).await.status, 200);
    assert_eq!(client.tus("HEAD", &ONE.replace("{id}", NO_ID), &[], Body::empty()).await.status, 404);
    assert_eq!(client.call("HEAD", &place, None).await.status, 412);
    for status in [200, 404, 412] {
        described.see("HEAD", ONE, status);
    }
    let add = async |headers: &[(&str, &str)], piece: &'static str| client.tus("PATCH", &place, headers, piece).await;
    let at = ("upload-offset", "0");
    described.hold("PATCH", ONE, 204, &add(&[at], "abc").await);
    described.hold("PATCH", ONE, 409, &add(&[at], "abc").await);
    described.hold("PATCH", ONE, 400, &add(&[], "abc").await);
    let at = ("upload-offset", "3");
    described.hold("PATCH", ONE, 400, &add(&[at, ("upload-checksum", "md5 AAAA")], "abc").await);
    let wrong = ("upload-checksum", "sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    described.hold("PATCH", ONE, 460, &add(&[at, wrong], "abc").await);
    described.hold("PATCH", ONE, 413, &add(&[at], "far too much").await);
    described.hold("PATCH", ONE, 412, &client.call("PATCH", &place, None).await);
    described.hold("PATCH", ONE, 404, &spoken(client, "PATCH", &ONE.replace("{id}", NO_ID)).await);
    let request = Request::builder().method("PATCH").uri(&place).header("tus-resumable", "1.0.0");
    described.hold("PATCH", ONE, 415, &client.send(request.body(Body::empty()).unwrap()).await);
    let over = [at, ("x-http-method-override", "PATCH")];
    described.hold("POST", ONE, 204, &client.tus("POST", &place, &over, "de").await);
    described.hold("POST", ONE, 405, &client.tus("POST", &place, &[], Body::empty()).await);
    away(walk, client, &place).await;

    let described = &mut walk.described;
    described.hold("DELETE", ONE, 412, &client.call("DELETE", &place, None).await);
    described.hold("DELETE", ONE, 204, &client.tus("DELETE", &place, &[], Body::empty()).await);
    described.hold("DELETE", ONE, 404, &client.tus("DELETE", &place, &[], Body::empty()).await);
    for _ in 0..32 {
        client.begin_upload(9, &[]).await;
    }
    described.hold("POST", ALL, 409, &client.tus("POST", ALL, &[("upload-length", "9")], Body::empty()).await);
    for upload in client.get(ALL).await.json()["items"].as_array().unwrap() {
        client.tus("DELETE", upload["url"].as_str().unwrap(), &[], Body::empty()).await.expect(204);
    }
    described.hold("GET", "/api/v1/me/drafts", 200, &client.get("/api/v1/me/drafts").await);
    described.hold("GET", "/api/v1/me/drafts", 422, &client.get("/api/v1/me/drafts?cursor=x").await);
}

/// Who is on hiatus sends nothing.
async fn away(walk: &mut Walk, client: &Client, place: &str) {
    for (is_away, status) in [(true, 403), (false, 204)] {
        let hiatus = json!({ "on_hiatus": is_away });
        client.call("PATCH", "/api/v1/me/privacy", Some(hiatus)).await.expect(200);
        let added = client.tus("PATCH", place, &[("upload-offset", "5")], "f").await;
        walk.described.hold("PATCH", ONE, status, &added);
        if is_away {
            let begun = client.tus("POST", ALL, &[("upload-length", "9")], Body::empty()).await;
            walk.described.hold("POST", ALL, 403, &begun);
        }
    }
}

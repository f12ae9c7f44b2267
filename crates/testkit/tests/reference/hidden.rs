//! What is hidden answers exactly as what never was: the same status, headers and body, on every route that takes a handle or an
//! id.

use axum::body::Body;
use axum::http::{Request, header};
use outro_db::{Param, Statement};
use outro_model::VideoId;
use outro_testkit::{Client, Reply, World, on_both};
use serde_json::{Value, json};

use crate::routes::{Rule, asked};
use crate::stage::leave;
use crate::surface::page;

pub(crate) const NO_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";
pub(crate) const NO_HANDLE: &str = "never_was";

/// Everything by which one answer can be told from another, but for the moment that it was given.
fn told(reply: &Reply) -> (u16, Vec<(String, Vec<u8>)>, String) {
    let headers = reply.headers.iter().filter(|(name, _)| *name != header::DATE);
    let mut headers: Vec<_> = headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect();
    headers.sort();
    (reply.status.as_u16(), headers, reply.text())
}

/// Somebody, with a video.
struct Somebody {
    handle: &'static str,
    client: Client,
    video: String,
}

async fn somebody(world: &World, handle: &'static str) -> Somebody {
    let client = world.client().join(handle).await;
    let video = world.plant(&client, b"the bytes of a video").await;
    Somebody { handle, client, video }
}

async fn set(client: &Client, path: &str, change: Value) {
    client.call("PATCH", path, Some(change)).await.expect(200);
}

async fn put(client: &Client, handle: &str, what: &str) {
    client.call("PUT", &format!("/api/v1/accounts/{handle}/{what}"), None).await.expect(200);
}

async fn execute(world: &World, statement: Statement, values: &[Param<'_>]) {
    let mut tx = world.app.db.write().await.unwrap();
    assert_eq!(tx.execute(&statement, values).await.unwrap(), 1);
    tx.commit().await.unwrap();
}

/// Those of whom a viewer must not know: who blocked them, whom they blocked, on hiatus, suspended, erased.
async fn unknown(world: &World, viewer: &Client) -> Vec<Somebody> {
    let mut out = Vec::new();
    for handle in ["the_blocker", "the_blocked", "on_hiatus", "suspended", "erased"] {
        out.push(somebody(world, handle).await);
    }
    put(&out[0].client, "viewer", "block").await;
    put(viewer, "the_blocked", "block").await;
    set(&out[2].client, "/api/v1/me/privacy", json!({ "on_hiatus": true })).await;
    let id = world.id_of(&out[3].client).await;
    let suspend = Statement::new("hidden::suspend", "UPDATE accounts SET suspended = 1 WHERE id = ?1");
    execute(world, suspend, &[Param::Bytes(id.as_bytes())]).await;
    leave(&out[4].client, "erased").await;
    out
}

/// Videos that strangers must not know of, of people whose cards they may see.
async fn kept(world: &World) -> Vec<(&'static str, String)> {
    let owner = somebody(world, "the_owner").await;
    let mut out = Vec::new();
    for audience in ["followers", "friends", "only_me"] {
        let id = world.plant(&owner.client, b"the bytes of a video").await;
        set(&owner.client, &format!("/api/v1/videos/{id}"), json!({ "audience": audience })).await;
        out.push((audience, id));
    }
    let account = world.id_of(&owner.client).await;
    let id: VideoId = owner.video.parse().unwrap();
    let hide = Statement::new("hidden::withhold", "UPDATE videos SET hidden = 1 WHERE owner_id = ?1 AND id = ?2");
    execute(world, hide, &[Param::Bytes(account.as_bytes()), Param::Bytes(id.as_bytes())]).await;
    out.push(("withheld", owner.video));
    let removed = world.plant(&owner.client, b"the bytes of a video").await;
    owner.client.call("DELETE", &format!("/api/v1/videos/{removed}"), None).await.expect(204);
    out.push(("removed", removed));
    let processing = owner.client.upload(outro_testkit::clip(), &[]).await.expect(202).json();
    out.push(("processing", processing["video"]["id"].as_str().unwrap().to_owned()));
    out
}

const EVERY: fn(Rule) -> bool = |_| true;

/// Asks one route of one name.
pub(crate) async fn ask(client: &Client, (method, path, rule): (&str, &str, Rule), range: bool) -> Reply {
    if format!("{rule:?}").starts_with("Page") {
        return page(client, path).await;
    }
    if range {
        let request = Request::builder().method(method).uri(path).header(header::RANGE, "bytes=0-1");
        return client.send(request.body(Body::empty()).unwrap()).await;
    }
    let body = match rule {
        Rule::Change => Some(json!({ "caption": "changed" })),
        Rule::Comment => Some(json!({ "text": "a comment" })),
        Rule::Watch => Some(json!({ "watched_ms": 1500 })),
        Rule::Gift => Some(json!({ "coins": 1, "key": "one" })),
        Rule::Office => Some(json!({ "act": "look" })),
        _ => None,
    };
    client.call(method, path, body).await
}

/// Holds every route that takes `what` for one name against one that never was; how many were held.
async fn hold(who: &Client, (what, never): (&str, &str), name: &str, about: &str, of: fn(Rule) -> bool) -> usize {
    let mut held = 0;
    for (method, template, rule) in asked() {
        if !template.contains(what) || !of(rule) || rule.is_of_a_comment() || rule.is_of_a_talk() {
            continue;
        }
        for range in [false, true].into_iter().filter(|range| !range || template.starts_with("/media")) {
            let (path, nowhere) = (template.replace(what, name), template.replace(what, never));
            let (hidden, unknown) =
                (ask(who, (method, &path, rule), range).await, ask(who, (method, &nowhere, rule), range).await);
            // What leads to signing in names the page to come back to, which is what was asked for.
            let (mut hidden, unknown) = (told(&hidden), told(&unknown));
            if hidden.0 == 303 {
                hidden.1.iter_mut().for_each(|(_, value)| {
                    *value = String::from_utf8_lossy(value).replace(name, never).into_bytes();
                });
            }
            assert!(matches!(unknown.0, 404 | 401 | 303), "{method} {template}: {}", unknown.0);
            assert_eq!(hidden, unknown, "{method} {template}, {about}");
            held += 1;
        }
    }
    held
}

on_both! {
    async fn what_is_hidden_answers_as_what_never_was(world: World) {
        let world = world.with_settings(|settings| settings.rate_limits = false);
        let (anyone, viewer) = (world.client(), world.client().join("viewer").await);
        let (unknown, kept) = (unknown(&world, &viewer).await, kept(&world).await);
        let private = somebody(&world, "private").await;
        set(&private.client, "/api/v1/me/privacy", json!({ "private_account": true })).await;
        let (handle, id) = (("{handle}", NO_HANDLE), ("{id}", NO_ID));
        let mut held = 0;
        for one in &unknown {
            // Whom one has blocked oneself one may set free, and block again.
            let own: fn(Rule) -> bool =
                if one.handle == "the_blocked" { |rule| !matches!(rule, Rule::Block | Rule::Unblock) } else { EVERY };
            held += hold(&viewer, handle, one.handle, one.handle, own).await;
            held += hold(&viewer, id, &one.video, one.handle, EVERY).await;
            if !one.handle.starts_with("the_block") {
                held += hold(&anyone, handle, one.handle, one.handle, EVERY).await;
                held += hold(&anyone, id, &one.video, one.handle, EVERY).await;
            }
        }
        for (about, video) in kept.iter().map(|(about, video)| (*about, video.as_str())).chain([("private", &*private.video)]) {
            held += hold(&viewer, id, video, about, EVERY).await;
            held += hold(&anyone, id, video, about, EVERY).await;
        }
        // Of a private account the card is there, and what is kept for followers is not.
        let lists = |rule| matches!(rule, Rule::Videos | Rule::Followers | Rule::Following | Rule::PageFollowers | Rule::PageFollowing);
        held += hold(&viewer, handle, "private", "private", lists).await;
        held += hold(&anyone, handle, "private", "private", lists).await;
        assert!(held > 450, "{held} answers are too few to have asked every route");
    }
}

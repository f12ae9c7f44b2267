//! The "new enemy": whoever is shut out must not see what is posted afterwards, on whatever connection they look. A video is never
//! open while the reader has rights, and the reader has no rights while it is: so no look may ever find it, nor may a stream tell of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt as _;
use outro_testkit::{Client, World, on_both};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::asking::Asker;
use crate::random::{number, say};

/// How many look at the same time.
const READERS: usize = 6;
/// The word that the video is found by.
const WORD: &str = "newenemyword";

/// What shuts the reader out, and what lets them in again.
#[derive(Clone, Copy, Debug)]
enum Revoke {
    Block,
    GoPrivate,
    RemoveFollower,
    Hiatus,
}

const WAYS: [Revoke; 4] = [Revoke::Block, Revoke::GoPrivate, Revoke::RemoveFollower, Revoke::Hiatus];

/// The ways to the video: each a place where it, or that it is there, would be seen.
const SIGHTS: [&str; 19] = [
    "/api/v1/videos/{id}",
    "/media/{id}/video.mp4",
    "/media/{id}/480.mp4",
    "/media/{id}/1080.mp4",
    "/media/{id}/av1.mp4",
    "/media/{id}/preview.mp4",
    "/media/{id}/cover.jpg",
    "/media/{id}/cover.avif",
    "/api/v1/videos/{id}/comments",
    "/v/{id}",
    "/v/{id}/comments",
    "/api/v1/accounts/owner/videos",
    "/@owner",
    "/api/v1/feed/for-you",
    "/api/v1/feed/following",
    "/following",
    "/",
    "/api/v1/search?q=newenemyword",
    "/api/v1/me/notifications",
];

/// What those who look share.
struct Looks {
    video: String,
    stop: AtomicBool,
    /// Whether the video is open, which is while the reader is shut out.
    open: AtomicBool,
    /// How many looks there were, and how many of them met an open video.
    count: AtomicU64,
    met: AtomicU64,
    seen: [AtomicU64; SIGHTS.len()],
}

struct Owner {
    client: Client,
    reader: Client,
    video: String,
    looks: Arc<Looks>,
}

impl Owner {
    async fn privacy(&self, change: Value) {
        self.client.call("PATCH", "/api/v1/me/privacy", Some(change)).await.expect(200);
    }

    async fn post(&self, audience: &str) {
        let path = format!("/api/v1/videos/{}", self.video);
        self.client.call("PATCH", &path, Some(json!({ "audience": audience }))).await.expect(200);
    }

    async fn revoke(&self, way: Revoke) {
        match way {
            Revoke::Block => drop(self.client.call("PUT", "/api/v1/accounts/reader/block", None).await.expect(200)),
            Revoke::GoPrivate => self.privacy(json!({ "private_account": true })).await,
            Revoke::RemoveFollower => {
                drop(self.client.call("DELETE", "/api/v1/me/followers/reader", None).await.expect(204));
            }
            Revoke::Hiatus => self.privacy(json!({ "on_hiatus": true })).await,
        }
    }

    async fn restore(&self, way: Revoke) {
        match way {
            Revoke::Block => drop(self.client.call("DELETE", "/api/v1/accounts/reader/block", None).await.expect(200)),
            Revoke::GoPrivate => self.privacy(json!({ "private_account": false })).await,
            Revoke::RemoveFollower => {}
            Revoke::Hiatus => self.privacy(json!({ "on_hiatus": false })).await,
        }
    }

    /// Lets in, shuts out, posts, takes the post back. The reader follows where that lets them in, so that the post would stand in
    /// their Following; with hiatus they follow, too, and the account comes back with its followers.
    async fn round(&self, way: Revoke, mentions: bool) {
        if !matches!(way, Revoke::GoPrivate) {
            self.reader.call("PUT", "/api/v1/accounts/owner/follow", None).await.expect(200);
        } else {
            self.reader.call("DELETE", "/api/v1/accounts/owner/follow", None).await.expect(200);
        }
        self.revoke(way).await;
        self.post(if matches!(way, Revoke::RemoveFollower) { "followers" } else { "everyone" }).await;
        self.looks.open.store(true, Ordering::SeqCst);
        if mentions && !matches!(way, Revoke::Hiatus) {
            let path = format!("/api/v1/videos/{}/comments", self.video);
            self.client.post(&path, json!({ "text": "look, @reader" })).await.expect(201);
        }
        self.met().await;
        self.looks.open.store(false, Ordering::SeqCst);
        self.post("only_me").await;
        self.restore(way).await;
    }

    /// Waits until somebody has looked meanwhile, or a moment has passed.
    async fn met(&self) {
        let (before, began) = (self.looks.count.load(Ordering::SeqCst), Instant::now());
        while self.looks.count.load(Ordering::SeqCst) < before + READERS as u64 / 2
            && began.elapsed() < Duration::from_millis(12)
        {
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    }
}

/// Looks until told to stop, by every way to the video.
async fn look(reader: Asker, first: usize, looks: Arc<Looks>) {
    for turn in first.. {
        if looks.stop.load(Ordering::Relaxed) {
            break;
        }
        let sight = turn % SIGHTS.len();
        let open_before = looks.open.load(Ordering::SeqCst);
        let path = SIGHTS[sight].replace("{id}", &looks.video);
        let program = path.starts_with("/api/") || path.starts_with("/media/");
        let reply = if program { reader.client.get(&path).await } else { reader.page(&path).await };
        let named = SIGHTS[sight].contains("{id}");
        let found = if named { reply.status.is_success() } else { reply.text().contains(&looks.video) };
        looks.seen[sight].fetch_add(u64::from(found), Ordering::Relaxed);
        let met = open_before || looks.open.load(Ordering::SeqCst);
        looks.met.fetch_add(u64::from(met), Ordering::Relaxed);
        looks.count.fetch_add(1, Ordering::SeqCst);
    }
}

/// Reads the reader's stream of events until told to stop; how often it told of something.
async fn listen(world: World, token: String, looks: Arc<Looks>) -> u64 {
    let request = Request::get("/api/v1/events").header(header::AUTHORIZATION, format!("Bearer {token}"));
    let reply = world.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(reply.status(), 200);
    let (mut body, mut told) = (reply.into_body(), 0);
    while !looks.stop.load(Ordering::Relaxed) {
        let frame = tokio::time::timeout(Duration::from_millis(200), body.frame()).await;
        let Ok(frame) = frame else { continue };
        let frame = frame.expect("the stream has ended").unwrap();
        let text = frame.into_data().map(|data| String::from_utf8_lossy(&data).into_owned()).unwrap_or_default();
        told += text.matches("event:").count() as u64;
    }
    told
}

on_both! {
    async fn nothing_posted_after_a_revocation_is_ever_seen(world: World) {
        let rounds = number("OUTRO_REFERENCE_ROUNDS", 1000);
        let world = world.with_settings(|settings| settings.rate_limits = false);
        let (client, reader) = (world.client().join("owner").await, world.client().join("reader").await);
        let video = world.plant_whole(&client, b"the bytes of a video").await;
        let caption = json!({ "caption": WORD });
        client.call("PATCH", &format!("/api/v1/videos/{video}"), Some(caption)).await.expect(200);
        let looks = Arc::new(Looks {
            video: video.clone(),
            stop: AtomicBool::new(false),
            open: AtomicBool::new(false),
            count: AtomicU64::new(0),
            met: AtomicU64::new(0),
            seen: Default::default(),
        });
        let owner = Owner { client, reader: reader.clone(), video, looks: looks.clone() };
        owner.post("only_me").await;
        world.run_jobs().await;
        let asker = Asker::of(&world, &reader).await;
        let listening = world.with_settings(|_| {});
        let stream = tokio::spawn(listen(listening, reader.token.clone().unwrap(), looks.clone()));
        let readers: Vec<_> = (0..READERS).map(|first| tokio::spawn(look(asker.clone(), first * 5, looks.clone()))).collect();
        for round in 0..rounds {
            owner.round(WAYS[round as usize % WAYS.len()], round % 20 < 4).await;
            if round % 50 == 0 {
                world.run_jobs().await;
            }
        }
        looks.stop.store(true, Ordering::Relaxed);
        for reader in readers {
            reader.await.unwrap();
        }
        let told = stream.await.unwrap();
        let seen: Vec<(&str, u64)> =
            SIGHTS.iter().zip(&looks.seen).map(|(sight, seen)| (*sight, seen.load(Ordering::Relaxed))).filter(|(_, seen)| *seen > 0).collect();
        let (count, met) = (looks.count.load(Ordering::Relaxed), looks.met.load(Ordering::Relaxed));
        let all: u64 = seen.iter().map(|(_, seen)| seen).sum();
        let on = if world.database.starts_with("postgres") { "PostgreSQL" } else { "SQLite" };
        say(&format!("enemy {on}: {rounds} rounds, {count} looks by {} ways, {met} of them while it was open: seen {all} times, told of {told} times", SIGHTS.len()));
        assert!(seen.is_empty(), "what was posted after a revocation was seen: {seen:?}");
        assert_eq!(told, 0, "the stream told of what may not be seen");
        assert!(met >= rounds, "too few looks met an open video");
    }
}

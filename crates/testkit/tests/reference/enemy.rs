//! The "new enemy": whoever is shut out must not see what is posted afterwards, on whatever connection they look. A video is never
//! open while the reader has rights, and the reader has no rights while it is: so no look may ever find it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use outro_testkit::{Client, on_both};
use serde_json::{Value, json};

use crate::random::{number, say};

/// How many look at the same time.
const READERS: usize = 6;

/// What shuts the reader out, and what lets them in again.
#[derive(Clone, Copy, Debug)]
enum Revoke {
    Block,
    GoPrivate,
    RemoveFollower,
    Hiatus,
}

const WAYS: [Revoke; 4] = [Revoke::Block, Revoke::GoPrivate, Revoke::RemoveFollower, Revoke::Hiatus];

struct Owner {
    client: Client,
    reader: Client,
    video: String,
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

    /// Lets in, shuts out, posts, takes the post back.
    async fn round(&self, way: Revoke) {
        if matches!(way, Revoke::RemoveFollower) {
            self.reader.call("PUT", "/api/v1/accounts/owner/follow", None).await.expect(200);
        }
        self.revoke(way).await;
        self.post(if matches!(way, Revoke::RemoveFollower) { "followers" } else { "everyone" }).await;
        tokio::task::yield_now().await;
        self.post("only_me").await;
        self.restore(way).await;
    }
}

/// Looks until told to stop, by every way to the video; how often it was seen.
async fn look(reader: Client, video: String, first: usize, stop: Arc<AtomicBool>, looks: Arc<AtomicU64>) -> u64 {
    let mut seen = 0;
    for turn in first.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let reply = match turn % 5 {
            0 => reader.get(&format!("/api/v1/videos/{video}")).await,
            1 => reader.get(&format!("/media/{video}/video.mp4")).await,
            2 => reader.get(&format!("/media/{video}/cover.jpg")).await,
            3 => reader.get("/api/v1/accounts/owner/videos").await,
            _ => reader.get("/api/v1/feed/for-you").await,
        };
        let found = if turn % 5 < 3 { reply.status.is_success() } else { reply.text().contains(&video) };
        seen += u64::from(found);
        looks.fetch_add(1, Ordering::Relaxed);
    }
    seen
}

on_both! {
    async fn nothing_posted_after_a_revocation_is_ever_seen(world: World) {
        let rounds = number("OUTRO_REFERENCE_ROUNDS", 200);
        let world = world.with_settings(|settings| settings.rate_limits = false);
        let (client, reader) = (world.client().join("owner").await, world.client().join("reader").await);
        let video = world.plant(&client, b"the bytes of a video").await;
        let owner = Owner { client, reader: reader.clone(), video: video.clone() };
        owner.post("only_me").await;
        let (stop, looks) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let look = |first| tokio::spawn(look(reader.clone(), video.clone(), first, stop.clone(), looks.clone()));
        let readers: Vec<_> = (0..READERS).map(look).collect();
        for round in 0..rounds {
            owner.round(WAYS[round as usize % WAYS.len()]).await;
        }
        stop.store(true, Ordering::Relaxed);
        let mut seen = 0;
        for reader in readers {
            seen += reader.await.unwrap();
        }
        let looks = looks.load(Ordering::Relaxed);
        say(&format!("{rounds} rounds, {looks} looks: seen {seen} times"));
        assert_eq!(seen, 0, "what was posted after a revocation was seen");
        assert!(looks > rounds, "too few looks to have met any");
    }
}

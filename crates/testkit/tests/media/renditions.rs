//! All that is made of a video: listed, served, hidden as one, and with the sound of another in every size.

use std::time::{Duration, Instant};

use base64::Engine as _;
use outro_app::AppRunner;
use outro_jobs::Lane;
use outro_model::{BlobKind, VideoId};
use outro_store::blobs;
use outro_testkit::upright_clip;

use super::*;

/// Every address that shows something of a video.
pub(super) const SHOWN: [&str; 7] =
    ["480.mp4", "video.mp4", "1080.mp4", "av1.mp4", "cover.jpg", "cover.avif", "preview.mp4"];

async fn video(client: &Client, id: &str) -> Value {
    client.get(&format!("/api/v1/videos/{id}")).await.expect(200).json()
}

async fn uploaded(world: &World, client: &Client, file: &[u8], fields: &[(&str, &str)]) -> String {
    let reply = client.upload(file, fields).await.expect(202).json();
    world.settle().await;
    reply["video"]["id"].as_str().unwrap().to_owned()
}

async fn kinds(world: &World, client: &Client, id: &str) -> Vec<BlobKind> {
    let (owner, id): (_, VideoId) = (world.id_of(client).await, id.parse().unwrap());
    let mut tx = world.app.db.read().await.unwrap();
    let mut found = Vec::new();
    for &kind in BlobKind::ALL {
        found.extend(blobs::of_video(&mut tx, owner, id, kind).await.unwrap().map(|blob| blob.kind));
    }
    found
}

/// The sizes and codecs that are listed, and that each is there, in ranges too.
async fn assert_served(client: &Client, shown: &Value) -> Vec<(i64, i64, String)> {
    let mut all = Vec::new();
    for one in shown["renditions"].as_array().unwrap() {
        let url = one["url"].as_str().unwrap();
        let whole = client.get(url).await.expect(200);
        assert_eq!(whole.body.len() as i64, one["size_bytes"].as_i64().unwrap(), "{one}");
        assert_eq!((&whole.body[4..8], text(&whole, "content-type")), (&b"ftyp"[..], Some("video/mp4")));
        let bits = one["bits_per_second"].as_i64().unwrap() * shown["duration_ms"].as_i64().unwrap() / 8000;
        assert!((bits - whole.body.len() as i64).abs() < 1000, "{one}");
        let part = ask(client, "GET", url, &[("range", "bytes=10-109")]).await;
        assert_eq!((part.status.as_u16(), &part.body[..]), (206, &whole.body[10..110]));
        let known = ask(client, "GET", url, &[("if-none-match", text(&whole, "etag").unwrap())]).await;
        assert_eq!(known.status, 304);
        all.push((
            one["width"].as_i64().unwrap(),
            one["height"].as_i64().unwrap(),
            one["codec"].as_str().unwrap().into(),
        ));
    }
    all
}

fn h264(width: i64, height: i64) -> (i64, i64, String) {
    (width, height, "h264".to_owned())
}

on_both! {
    async fn a_large_clip_is_made_in_every_size_and_all_of_it_is_hidden_as_one(world: World) {
        let (owner, stranger) = (world.client().join("owner").await, world.client().join("stranger").await);
        let id = uploaded(&world, &owner, &upright_clip(1080, 1920, 1), &[]).await;
        let shown = video(&stranger, &id).await;
        let sizes = assert_served(&stranger, &shown).await;
        assert_eq!(sizes, [h264(480, 854), h264(720, 1280), h264(1080, 1920)]);
        let avif = stranger.get(shown["cover_avif_url"].as_str().unwrap()).await.expect(200);
        assert_eq!((&avif.body[4..12], text(&avif, "content-type")), (&b"ftypavif"[..], Some("image/avif")));
        let cover = stranger.get(shown["cover_url"].as_str().unwrap()).await.expect(200).body;
        assert!(avif.body.len() < cover.len(), "{} of {}", avif.body.len(), cover.len());
        let preview = stranger.get(shown["preview_url"].as_str().unwrap()).await.expect(200).body;
        assert!(&preview[4..8] == b"ftyp" && !preview.windows(4).any(|word| word == b"mp4a"), "it has sound");
        let placeholder = base64::engine::general_purpose::STANDARD.decode(shown["placeholder"].as_str().unwrap()).unwrap();
        assert!((6..=28).contains(&placeholder.len()));
        // A feed tells the same.
        let feed = stranger.get("/api/v1/feed/for-you").await.expect(200).json();
        for field in ["renditions", "cover_avif_url", "preview_url", "placeholder"] {
            assert_eq!(feed["items"][0][field], shown[field], "{field}");
        }
        let page = stranger.get(&format!("/v/{id}")).await.expect(200).text();
        assert!(page.contains("data-renditions=\"[{&#34;url&#34;:") && page.contains("data-placeholder=\""), "{page}");
        // What it looks like stands nowhere in the clear.
        let placeholder = shown["placeholder"].as_str().unwrap();
        assert!(!world.everything().await.concat().contains(placeholder));
        set(&owner, &format!("/api/v1/videos/{id}"), json!({"audience": "only_me"})).await;
        for name in SHOWN {
            let (hidden, never) = (format!("/media/{id}/{name}"), format!("/media/{NO_ID}/{name}"));
            assert_eq!(told(&stranger.get(&hidden).await), told(&stranger.get(&never).await), "{name}");
            owner.get(&hidden).await.expect(if name == "av1.mp4" { 404 } else { 200 });
        }
        // Taken away, nothing of it is left.
        owner.call("DELETE", &format!("/api/v1/videos/{id}"), None).await.expect(204);
        world.settle().await;
        assert!(world.rows("blobs").await.is_empty());
        assert_eq!(world.app.blobs.list(world.id_of(&owner).await).await.unwrap().len(), 0);
    }
}

on_both! {
    async fn a_small_clip_has_one_size(world: World) {
        let owner = world.client().join("owner").await;
        let id = uploaded(&world, &owner, clip(), &[]).await;
        assert_eq!(assert_served(&world.client(), &video(&owner, &id).await).await, [h264(180, 320)]);
        let all = [BlobKind::Original, BlobKind::Rendition, BlobKind::Cover, BlobKind::Avif, BlobKind::Preview];
        assert_eq!(kinds(&world, &owner, &id).await, all);
    }
}

on_both! {
    async fn what_is_heard_does_not_depend_on_the_size(world: World) {
        let (maker, user) = (world.client().join("maker").await, world.client().join("user").await);
        let from = uploaded(&world, &maker, clip(), &[]).await;
        let sound = video(&maker, &from).await["sound"]["id"].as_str().unwrap().to_owned();
        let id = uploaded(&world, &user, &upright_clip(1080, 1920, 1), &[("sound", &sound)]).await;
        let found = kinds(&world, &user, &id).await;
        for mix in [BlobKind::Mix, BlobKind::SmallMix, BlobKind::LargeMix] {
            assert!(found.contains(&mix), "{found:?}");
        }
        let names = ["480.mp4", "video.mp4", "1080.mp4"];
        let plays = async |client: &Client| {
            let mut all = Vec::new();
            for name in names {
                all.push(client.get(&format!("/media/{id}/{name}")).await.expect(200).body);
            }
            all
        };
        let sizes = assert_served(&world.client(), &video(&user, &id).await).await;
        assert_eq!(sizes.len(), 3);
        let mixed = plays(&user).await;
        user.get(&format!("/media/{id}/av1.mp4")).await.expect(404);
        set(&maker, &format!("/api/v1/videos/{from}"), json!({"sound_reuse": false})).await;
        let own = plays(&user).await;
        for ((mixed, own), name) in mixed.iter().zip(&own).zip(names) {
            assert!(mixed != own, "{name} plays the sound still");
        }
        assert_served(&world.client(), &video(&user, &id).await).await;
        set(&maker, &format!("/api/v1/videos/{from}"), json!({"sound_reuse": true})).await;
        assert!(plays(&user).await == mixed);
        // It goes for good: so do all mixes.
        maker.call("DELETE", &format!("/api/v1/videos/{from}"), None).await.expect(204);
        world.settle().await;
        let found = kinds(&world, &user, &id).await;
        assert!(![BlobKind::Mix, BlobKind::SmallMix, BlobKind::LargeMix].iter().any(|mix| found.contains(mix)), "{found:?}");
        assert!(plays(&user).await == own);
    }
}

/// Each is a viewer of their own.
async fn watched(world: &World, id: &str, many: u64) {
    for (_, viewer, _) in world.all_join(&format!("viewer{}", world.rows("accounts").await.len()), many).await {
        viewer.post(&format!("/api/v1/videos/{id}/watches"), json!({"watched_ms": 2000})).await.expect(204);
    }
}

on_both! {
    async fn what_is_watched_much_is_made_in_av1_when_nothing_else_is_to_be_done(world: World) {
        let world = world.with_settings(|settings| settings.av1_after_views = 3);
        let owner = world.client().join("owner").await;
        let id = uploaded(&world, &owner, &upright_clip(360, 640, 12), &[]).await;
        watched(&world, &id, 2).await;
        assert!(world.rows("jobs").await.is_empty(), "too early");
        watched(&world, &id, 1).await;
        assert!(world.rows("jobs").await.concat().contains("video.av1"));
        // While an encode waits it does not begin.
        let other = owner.upload(clip(), &[]).await.expect(202).json()["video"]["id"].as_str().unwrap().to_owned();
        let runner = AppRunner(world.app.clone());
        assert!(!world.app.queue.work_once(Lane::Idle, &runner).await.unwrap());
        assert!(world.app.queue.work_once(Lane::Encode, &runner).await.unwrap());
        // And it lets one go first that comes meanwhile.
        let queue = world.app.queue.clone();
        let idle = tokio::spawn(async move { queue.work_once(Lane::Idle, &runner).await });
        let begun = Instant::now();
        while !world.rows("jobs").await.concat().contains("attempts=1") {
            assert!(begun.elapsed() < Duration::from_secs(20), "it does not begin");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        owner.upload(clip(), &[]).await.expect(202);
        assert!(idle.await.unwrap().unwrap());
        assert!(!kinds(&world, &owner, &id).await.contains(&BlobKind::Av1), "it did not yield");
        assert!(world.rows("jobs").await.concat().contains("video.av1"));
        world.settle().await;
        let shown = video(&owner, &id).await;
        assert_eq!(assert_served(&world.client(), &shown).await, [h264(360, 640), (360, 640, "av1".to_owned())]);
        let played = world.client().get(&format!("/media/{id}/av1.mp4")).await.expect(200).body;
        assert!(played.windows(4).any(|word| word == b"av01") && played.windows(4).any(|word| word == b"mp4a"));
        // Once more changes nothing, and what is watched less has none.
        watched(&world, &id, 3).await;
        world.settle().await;
        assert_eq!(world.client().get(&format!("/media/{id}/av1.mp4")).await.expect(200).body, played);
        assert!(!kinds(&world, &owner, &other).await.contains(&BlobKind::Av1));
        set(&owner, &format!("/api/v1/videos/{id}"), json!({"audience": "only_me"})).await;
        world.client().get(&format!("/media/{id}/av1.mp4")).await.expect(404);
    }
}

on_both! {
    async fn what_plays_the_sound_of_another_is_not_made_in_av1(world: World) {
        let world = world.with_settings(|settings| settings.av1_after_views = 1);
        let (maker, user) = (world.client().join("maker").await, world.client().join("user").await);
        let from = world.plant(&maker, b"where the sound comes from").await;
        let sound = world.plant_sound(&maker, &from).await;
        let id = uploaded(&world, &user, clip(), &[("sound", &sound)]).await;
        let lent = world.plant(&user, &bytes(1000)).await;
        world.plant_mix(&user, &lent, &sound, b"a mix").await;
        watched(&world, &lent, 1).await;
        watched(&world, &id, 1).await;
        world.settle().await;
        assert!(!kinds(&world, &user, &lent).await.contains(&BlobKind::Av1));
    }
}

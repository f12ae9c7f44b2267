//! Videos that are made with the sound of another, by the real encoder.

use outro_testkit::clip;

use super::*;

async fn uploaded(world: &World, client: &Client, fields: &[(&str, &str)]) -> String {
    let video = client.upload(clip(), fields).await.expect(202).json();
    world.settle().await;
    video["video"]["id"].as_str().unwrap().to_owned()
}

async fn state(client: &Client, video: &str) -> Value {
    client.get(&format!("/api/v1/videos/{video}")).await.expect(200).json()["state"].clone()
}

async fn kinds(world: &World, client: &Client, video: &str) -> Vec<BlobKind> {
    let (owner, id) = (world.id_of(client).await, video.parse().unwrap());
    let mut tx = world.app.db.read().await.unwrap();
    let mut found = Vec::new();
    for &kind in BlobKind::ALL {
        found.extend(blobs::of_video(&mut tx, owner, id, kind).await.unwrap().map(|blob| blob.kind));
    }
    found
}

const WITH_ITS_OWN: [BlobKind; 5] =
    [BlobKind::Original, BlobKind::Rendition, BlobKind::Cover, BlobKind::Avif, BlobKind::Preview];
const WITH_A_MIX: [BlobKind; 6] =
    [BlobKind::Original, BlobKind::Rendition, BlobKind::Cover, BlobKind::Mix, BlobKind::Avif, BlobKind::Preview];

on_both! {
    async fn a_ready_video_is_a_sound_and_another_is_made_with_it(world: World) {
        let (maker, user) = (world.client().join("maker").await, world.client().join("user").await);
        let from = uploaded(&world, &maker, &[]).await;
        let sound = sound_of(&maker, &from).await;
        assert_eq!((&sound["handle"], &sound["original"]), (&json!("maker"), &json!(true)));
        let sound = sound["id"].as_str().unwrap().to_owned();
        let video = uploaded(&world, &user, &[("sound", &sound), ("caption", "with it")]).await;
        assert_eq!(kinds(&world, &user, &video).await, WITH_A_MIX);
        assert_eq!(sound_of(&world.client(), &video).await, json!({"id": sound, "handle": "maker", "original": false}));
        let mixed = plays(&world.client(), &video).await;
        let own = user.get(&format!("/media/{video}/download.mp4")).await.expect(200).body;
        assert!(mixed != own && mixed.windows(4).any(|bytes| bytes == b"moov"));
        // What is not heard is not offered: one's own sound under another stays with the video.
        assert_eq!(world.rows("sounds").await.len(), 1);
        change(&maker, &format!("/api/v1/videos/{from}"), json!({"sound_reuse": false})).await;
        assert_eq!(plays(&world.client(), &video).await, own);
        assert!(told(&user).await.is_empty(), "what can come back is no loss");
    }
}

on_both! {
    async fn what_may_not_be_used_is_refused_and_leaves_nothing(world: World) {
        let Pair { maker, user, from, sound, .. } = pair(&world).await;
        let before = world.rows("videos").await.len();
        change(&maker, &format!("/api/v1/videos/{from}"), json!({"sound_reuse": false})).await;
        assert_eq!(user.upload(clip(), &[("sound", &sound)]).await.expect(403).code(), "sound_closed");
        change(&maker, &format!("/api/v1/videos/{from}"), json!({"sound_reuse": true, "audience": "only_me"})).await;
        let hidden = user.upload(clip(), &[("sound", &sound)]).await.expect(422);
        for never in [NO_ID, "no id"] {
            let never = user.upload(clip(), &[("sound", never)]).await.expect(422);
            assert_eq!(hidden.json(), never.json());
        }
        assert_eq!(user.upload(clip(), &[("sound_reuse", "maybe")]).await.expect(422).code(), "invalid_sound_reuse");
        world.settle().await;
        assert_eq!(world.rows("videos").await.len(), before);
        assert_eq!(world.rows("blobs").await.iter().filter(|row| row.contains("header= ")).count(), 0);
    }
}

// The sound goes while the video that is to play it waits to be made: it comes out with its own.
on_both! {
    async fn a_sound_that_goes_before_the_encode_is_not_in_it(world: World) {
        for how in ["closed", "removed", "left"] {
            let maker = world.client().join(&format!("maker.{how}")).await;
            let user = world.client().join(&format!("user.{how}")).await;
            let from = uploaded(&world, &maker, &[]).await;
            let sound = sound_of(&maker, &from).await["id"].as_str().unwrap().to_owned();
            let video = user.upload(clip(), &[("sound", &sound)]).await.expect(202).json();
            let video = video["video"]["id"].as_str().unwrap().to_owned();
            match how {
                "closed" => change(&maker, &format!("/api/v1/videos/{from}"), json!({"sound_reuse": false})).await,
                "removed" => {
                    maker.call("DELETE", &format!("/api/v1/videos/{from}"), None).await.expect(204);
                }
                _ => leave(&maker, &format!("maker.{how}")).await,
            }
            world.settle().await;
            assert_eq!(state(&user, &video).await, "ready", "{how}");
            assert_eq!(kinds(&world, &user, &video).await, WITH_ITS_OWN, "{how}");
            let own = sound_of(&user, &video).await;
            assert_eq!((&own["handle"], &own["original"]), (&json!(format!("user.{how}")), &json!(true)), "{how}");
            assert_eq!(told(&user).await, ["sound_gone"], "{how}");
            assert!(world.rows("sound_uses").await.is_empty(), "{how}");
        }
    }
}

//! When a sound is gone for good: what plays, what is left, who is told.

use outro_blobs::BlobError;
use outro_model::VideoId;

use super::*;

/// What the end of a sound leaves with whoever used it.
async fn is_over(world: &World, user: &Client, video: &str) {
    assert_eq!(plays(user, video).await, OWN);
    assert!(world.rows("sound_uses").await.is_empty(), "{:?}", world.rows("sound_uses").await);
    let mixes = world.rows("blobs").await.into_iter().filter(|row| row.contains("kind=3")).count();
    assert_eq!(mixes, 0, "the mix is left");
    assert_eq!(told(user).await, ["sound_gone"]);
    let notice = user.get("/api/v1/me/notifications").await.json()["items"][0].clone();
    assert_eq!((&notice["video_id"], &notice["actors"]), (&json!(video), &json!([])), "it names nobody");
    let own = sound_of(user, video).await;
    assert_eq!((&own["handle"], &own["original"]), (&json!("user"), &json!(true)), "its own sound is one now");
}

on_both! {
    async fn the_end_of_its_video_is_the_end_of_a_sound(world: World) {
        let Pair { maker, user, from, sound, video } = pair(&world).await;
        maker.call("DELETE", &format!("/api/v1/videos/{from}"), None).await.expect(204);
        // Before any job has run.
        assert_eq!(plays(&world.client(), &video).await, OWN);
        user.get(&format!("/api/v1/sounds/{sound}")).await.expect(404);
        assert!(told(&user).await.is_empty());
        world.settle().await;
        is_over(&world, &user, &video).await;
        assert!(maker.get("/api/v1/accounts/maker").await.status == 200);
    }
}

on_both! {
    async fn an_erasure_silences_at_once_and_nothing_names_who_left(world: World) {
        let Pair { maker, user, sound, video, .. } = pair(&world).await;
        let (who, owner) = (world.id_of(&maker).await, world.id_of(&user).await);
        let id: VideoId = video.parse().unwrap();
        let mix = blobs::of_video(&mut world.app.db.read().await.unwrap(), owner, id, BlobKind::Mix).await.unwrap();
        let (mix, lent) = (mix.unwrap(), world.app.vault.account(who).await.unwrap().unwrap());
        leave(&maker, "maker").await;
        // The key is destroyed: the bytes are there, and nothing opens them.
        assert_eq!(plays(&world.client(), &video).await, OWN);
        assert!(world.app.vault.account(who).await.unwrap().is_none());
        let keys = world.app.vault.account(owner).await.unwrap().unwrap();
        let header = mix.header.as_deref().unwrap();
        assert!(world.app.blobs.list(owner).await.unwrap().contains(&mix.id));
        let alone = world.app.blobs.reader(&keys, mix.id, mix.kind, header).await;
        assert!(matches!(alone, Err(BlobError::Tampered(_))), "one key opened it");
        let twice = world.app.blobs.reader_with(&keys, &keys, mix.id, mix.kind, header).await;
        assert!(matches!(twice, Err(BlobError::Tampered(_))), "one key opened it, given twice");
        // A copy of the key from before would have: so it was the key.
        assert!(world.app.blobs.reader_with(&keys, &lent, mix.id, mix.kind, header).await.unwrap().is_some());
        world.settle().await;
        is_over(&world, &user, &video).await;
        assert!(!world.app.blobs.list(owner).await.unwrap().contains(&mix.id), "the bytes are left");
        user.get(&format!("/api/v1/sounds/{sound}")).await.expect(404);
        let rows = world.everything().await;
        let (name, shown) = (hex::encode(who.as_bytes()), format!("{who:?}"));
        let left: Vec<_> = rows.iter().filter(|row| row.contains(&name) || row.contains(&shown)).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

on_both! {
    async fn who_uses_a_sound_leaves_with_the_mix(world: World) {
        let Pair { maker, user, from, sound, .. } = pair(&world).await;
        leave(&user, "user").await;
        world.settle().await;
        assert!(world.rows("sound_uses").await.is_empty());
        assert!(world.rows("blobs").await.iter().all(|row| !row.contains("kind=3")));
        let found = maker.get(&format!("/api/v1/sounds/{sound}")).await.expect(200).json();
        assert_eq!((&found["use_count"], &found["video_id"]), (&json!(0), &json!(from)));
        assert!(told(&maker).await.is_empty());
    }
}

on_both! {
    async fn ones_own_sound_can_be_used_and_goes_with_its_video(world: World) {
        let me = world.client().join("user").await;
        let from = world.plant(&me, b"where the sound comes from").await;
        let sound = world.plant_sound(&me, &from).await;
        let video = world.plant(&me, OWN).await;
        world.plant_mix(&me, &video, &sound, MIX).await;
        assert_eq!(plays(&world.client(), &video).await, MIX);
        me.call("DELETE", &format!("/api/v1/videos/{from}"), None).await.expect(204);
        world.settle().await;
        is_over(&world, &me, &video).await;
    }
}

// A stop between any two steps: the job finds what is left by the row of the use, and tells once.
on_both! {
    async fn the_end_can_be_done_again(world: World) {
        let Pair { maker, user, from, video, .. } = pair(&world).await;
        maker.call("DELETE", &format!("/api/v1/videos/{from}"), None).await.expect(204);
        let (owner, id): (_, VideoId) = (world.id_of(&user).await, video.parse().unwrap());
        let mix = blobs::of_video(&mut world.app.db.read().await.unwrap(), owner, id, BlobKind::Mix).await.unwrap();
        // The file is gone and its row is not.
        world.app.blobs.delete(owner, mix.unwrap().id).await.unwrap();
        world.settle().await;
        is_over(&world, &user, &video).await;
        world.settle().await;
        assert_eq!(told(&user).await, ["sound_gone"]);
    }
}

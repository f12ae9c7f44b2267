//! Whether others may keep a video as a file.

use super::*;

on_both! {
    async fn others_download_where_they_may_and_while_everyone_may_watch(world: World) {
        let (owner, fan, nobody) = (world.client().join("owner").await, world.client().join("fan").await, world.client());
        follow(&fan, "owner").await;
        let video = world.plant(&owner, b"the rendition").await;
        let (file, original) = (format!("/media/{video}/download.mp4"), format!("/media/{video}/original"));
        let url = async |who: &Client| who.get(&format!("/api/v1/videos/{video}")).await.expect(200).json()["download_url"].clone();
        for who in [&owner, &fan, &nobody] {
            assert_eq!(who.get(&file).await.expect(200).body, b"the rendition");
            assert_eq!(url(who).await, json!(file));
        }
        for who in [&fan, &nobody] {
            who.get(&original).await.expect(404);
        }
        owner.get(&original).await.expect(200);
        for (closed, open) in [
            (json!({"downloads": false}), json!({"downloads": true})),
            (json!({"age_restricted": true}), json!({"age_restricted": false})),
            (json!({"audience": "followers"}), json!({"audience": "everyone"})),
        ] {
            set(&owner, &video, closed.clone()).await.expect(200);
            fan.get(&format!("/media/{video}/video.mp4")).await.expect(200);
            let (hidden, never) = (fan.get(&file).await, fan.get(&format!("/media/{NO_ID}/download.mp4")).await);
            assert_eq!((hidden.status.as_u16(), &hidden.body), (404, &never.body), "{closed}");
            assert_eq!(url(&fan).await, Value::Null, "{closed}");
            owner.get(&file).await.expect(200);
            assert_eq!(url(&owner).await, json!(file));
            set(&owner, &video, open).await.expect(200);
            fan.get(&file).await.expect(200);
        }
    }
}

on_both! {
    async fn what_is_kept_as_a_file_holds_nothing_of_another(world: World) {
        let (maker, owner) = (world.client().join("maker").await, world.client().join("owner").await);
        let from = world.plant(&maker, b"from").await;
        let sound = world.plant_sound(&maker, &from).await;
        let video = world.plant(&owner, b"with its own sound").await;
        world.plant_mix(&owner, &video, &sound, b"with the sound of another").await;
        let file = |name: &str| format!("/media/{video}/{name}");
        let nobody = world.client();
        assert_eq!(nobody.get(&file("video.mp4")).await.expect(200).body, b"with the sound of another");
        assert_eq!(nobody.get(&file("download.mp4")).await.expect(200).body, b"with its own sound");
    }
}

on_both! {
    async fn what_is_said_at_the_upload_holds(world: World) {
        let (owner, nobody) = (world.client().join("owner").await, world.client());
        let video = world.uploaded(&owner, &[("downloads", "false")]).await;
        nobody.get(&format!("/media/{video}/video.mp4")).await.expect(200);
        nobody.get(&format!("/media/{video}/download.mp4")).await.expect(404);
        let kept = owner.get(&format!("/api/v1/videos/{video}")).await.expect(200).json();
        assert_eq!(kept["downloads"], false);
        let upload = owner.begin_upload(outro_testkit::clip().len(), &[("downloads", "false"), ("age_restricted", "true")]).await;
        owner.add_piece(&upload, 0, outro_testkit::clip()).await.expect(204);
        world.settle().await;
        let made = owner.get(&upload.replace("/uploads/", "/videos/")).await.expect(200).json();
        assert_eq!((&made["downloads"], &made["age_restricted"]), (&json!(false), &json!(true)));
        assert_eq!(owner.upload(outro_testkit::clip(), &[("downloads", "maybe")]).await.expect(422).code(), "invalid_downloads");
    }
}

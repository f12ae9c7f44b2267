//! Mixes of a stretch of another's sound with one's own, by the real encoder; sounds that come alone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outro_testkit::clip;

use super::*;

async fn uploaded(world: &World, client: &Client, fields: &[(&str, &str)]) -> String {
    let video = client.upload(clip(), fields).await.expect(202).json();
    world.settle().await;
    video["video"]["id"].as_str().unwrap().to_owned()
}

async fn video(client: &Client, id: &str) -> Value {
    client.get(&format!("/api/v1/videos/{id}")).await.expect(200).json()
}

/// `maker` has a real sound, of one second.
async fn lender(world: &World) -> (Client, String) {
    let maker = world.client().join("maker").await;
    let from = uploaded(world, &maker, &[("caption", "A tone")]).await;
    let sound = sound_of(&maker, &from).await["id"].as_str().unwrap().to_owned();
    (maker, sound)
}

/// Where each use begins, how loud the own is, and how loud the other.
fn uses(rows: &[String]) -> Vec<[String; 3]> {
    let value = |row: &str, name: &str| row.split(' ').find_map(|pair| pair.strip_prefix(name)).unwrap().to_owned();
    rows.iter().map(|row| ["from_ms=", "own_level=", "sound_level="].map(|name| value(row, name))).collect()
}

on_both! {
    async fn a_ready_sound_has_a_waveform_that_is_sealed(world: World) {
        let (maker, sound) = lender(&world).await;
        let found = world.client().get(&format!("/api/v1/sounds/{sound}")).await.expect(200).json();
        let peaks = STANDARD.decode(found["peaks"].as_str().unwrap()).unwrap();
        assert!((90..=256).contains(&peaks.len()) && peaks.iter().max() == Some(&255), "{peaks:?}");
        assert_eq!(found["title"], "A tone");
        assert!((900..1200).contains(&found["duration_ms"].as_i64().unwrap()));
        let stored = world.rows("videos").await.concat();
        assert!(!stored.contains(&hex::encode(&peaks)), "it stands readable in the table");
        // In lists it is left out.
        let list = maker.get("/api/v1/sounds?sort=new").await.expect(200).json();
        assert_eq!((&list["items"][0]["id"], &list["items"][0]["peaks"]), (&json!(sound), &json!("")));
    }
}

on_both! {
    async fn a_mix_of_both_falls_silent_with_the_sound_and_nothing_is_encoded(world: World) {
        let (maker, sound) = lender(&world).await;
        let user = world.client().join("user").await;
        let fields = [("sound", &*sound), ("sound_from_ms", "300"), ("sound_level", "80"), ("own_level", "60")];
        let id = uploaded(&world, &user, &fields).await;
        assert_eq!(uses(&world.rows("sound_uses").await), [["300", "60", "80"]]);
        let mixed = plays(&world.client(), &id).await;
        let own = user.get(&format!("/media/{id}/download.mp4")).await.expect(200).body;
        assert_ne!(mixed, own);
        // Another way of mixing is another mix.
        let fields = [("sound", &*sound), ("sound_from_ms", "300"), ("sound_level", "80"), ("own_level", "0")];
        let replaced = uploaded(&world, &user, &fields).await;
        assert_ne!(plays(&world.client(), &replaced).await.len(), mixed.len());
        // How it is mixed is nobody else's, and of what is published nobody's.
        assert_eq!(video(&world.client(), &id).await["mix"], Value::Null);
        leave(&maker, "maker").await;
        assert_eq!(plays(&world.client(), &id).await, own, "at once, before any job has run");
        world.settle().await;
        assert_eq!(told(&user).await, ["sound_gone", "sound_gone"]);
        assert!(world.rows("sound_uses").await.is_empty());
        assert_eq!(world.rows("blobs").await.iter().filter(|row| row.contains("kind=3")).count(), 0);
    }
}

on_both! {
    async fn a_draft_is_mixed_anew_as_its_owner_likes(world: World) {
        let (_, sound) = lender(&world).await;
        let user = world.client().join("user").await;
        let id = uploaded(&world, &user, &[("draft", "true")]).await;
        let place = format!("/api/v1/videos/{id}");
        let own = plays(&user, &id).await;
        assert_eq!(world.rows("sounds").await.len(), 2);
        change(&user, &place, json!({"sound": sound})).await;
        assert_eq!(video(&user, &id).await["state"], "processing");
        assert_eq!(world.rows("sounds").await.len(), 1, "its own is not heard, so it is no sound to be seen");
        world.settle().await;
        assert_eq!(video(&user, &id).await["mix"], json!({"way": "sound", "sound": sound, "from_ms": 0, "sound_level": 100, "own_level": 0}));
        let whole = plays(&user, &id).await;
        assert_ne!(whole, own);
        change(&user, &place, json!({"sound_from_ms": 400, "own_level": 100, "sound_level": 20})).await;
        world.settle().await;
        let shown = video(&user, &id).await;
        assert_eq!((&shown["state"], &shown["mix"]["from_ms"], &shown["mix"]["own_level"]), (&json!("ready"), &json!(400), &json!(100)));
        assert_ne!(plays(&user, &id).await, whole);
        // The same again makes nothing anew.
        change(&user, &place, json!({"sound": sound, "own_level": 100})).await;
        assert_eq!(video(&user, &id).await["state"], "ready");
        for (wrong, code) in [
            (json!({"sound_level": 101}), "invalid_level"),
            (json!({"own_level": -1}), "invalid_level"),
            (json!({"own_level": 0, "sound_level": 0}), "invalid_level"),
            (json!({"sound_from_ms": -1}), "invalid_sound_from"),
            (json!({"sound_from_ms": 60_000}), "invalid_sound_from"),
            (json!({"sound": NO_ID}), "no_such_sound"),
        ] {
            assert_eq!(user.call("PATCH", &place, Some(wrong.clone())).await.expect(422).code(), code, "{wrong}");
        }
        assert_eq!(uses(&world.rows("sound_uses").await), [["400", "100", "20"]], "a refusal changes nothing");
        change(&user, &place, json!({"sound": null})).await;
        world.settle().await;
        assert_eq!((plays(&user, &id).await, video(&user, &id).await["mix"].clone()), (own, Value::Null));
        assert!(world.rows("sound_uses").await.is_empty() && world.rows("sounds").await.len() == 2);
        // Levels of nothing, and of what is published.
        assert_eq!(user.call("PATCH", &place, Some(json!({"own_level": 5}))).await.expect(422).code(), "no_such_sound");
        change(&user, &place, json!({"draft": false})).await;
        assert_eq!(user.call("PATCH", &place, Some(json!({"sound": sound}))).await.expect(409).code(), "not_a_draft");
        assert!(told(&user).await.is_empty());
    }
}

on_both! {
    async fn what_is_said_of_a_mix_is_held_to_its_bounds(world: World) {
        let (_, sound) = lender(&world).await;
        let user = world.client().join("user").await;
        for (field, value, code) in [
            ("sound_from_ms", "soon", "invalid_sound_from"),
            ("sound_from_ms", "-1", "invalid_sound_from"),
            ("sound_from_ms", "5000", "invalid_sound_from"),
            ("sound_level", "101", "invalid_level"),
            ("sound_level", "0", "invalid_level"),
            ("own_level", "1e3", "invalid_level"),
        ] {
            let refused = user.upload(clip(), &[("sound", &sound), (field, value)]).await.expect(422);
            assert_eq!(refused.code(), code, "{field} {value}");
        }
        assert!(world.rows("sound_uses").await.is_empty());
    }
}

/// A song with a cover, as an MP3.
fn song() -> Vec<u8> {
    let made = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "sine=f=660:d=2", "-c:a", "libmp3lame", "-f", "mp3", "pipe:1"])
        .output()
        .unwrap();
    assert!(made.status.success());
    made.stdout
}

on_both! {
    async fn a_song_is_a_sound_like_any_other(world: World) {
        let (maker, user) = (world.client().join("maker").await, world.client().join("user").await);
        let made = maker.upload(&song(), &[("caption", "Two chords\nand the truth")]).await.expect(202).json();
        world.settle().await;
        let from = made["video"]["id"].as_str().unwrap().to_owned();
        let shown = video(&world.client(), &from).await;
        let largest = shown["renditions"].as_array().unwrap().last().unwrap();
        assert_eq!((&shown["state"], &largest["height"]), (&json!("ready"), &json!(1280)));
        let sound = shown["sound"]["id"].as_str().unwrap().to_owned();
        let found = world.client().get(&format!("/api/v1/sounds/{sound}")).await.expect(200).json();
        assert_eq!(found["title"], "Two chords");
        assert!(!found["peaks"].as_str().unwrap().is_empty());
        let id = uploaded(&world, &user, &[("sound", &sound), ("sound_from_ms", "1000")]).await;
        assert_eq!(sound_of(&world.client(), &id).await["id"], json!(sound));
    }
}

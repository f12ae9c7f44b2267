//! Duets and stitches: who makes them, who sees the other in them, and when nobody does any more.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outro_testkit::clip;

use super::*;

/// The way, and the switch of the owner.
const WAYS: [(&str, &str, &str); 2] = [("duet", "duet_of", "duets"), ("stitch", "stitch_of", "stitches")];

async fn ready(world: &World, client: &Client, fields: &[(&str, &str)]) -> String {
    let video = client.upload(clip(), fields).await.expect(202).json();
    world.settle().await;
    video["video"]["id"].as_str().unwrap().to_owned()
}

async fn look(client: &Client, video: &str) -> Value {
    client.get(&format!("/api/v1/videos/{video}")).await.expect(200).json()
}

/// What everyone sees of `video`: the other with it, or its maker's own clip alone.
async fn seen(client: &Client, video: &str) -> (Value, Vec<u8>) {
    (look(client, video).await["joined"].clone(), plays(client, video).await)
}

/// `maker` has a video, and `user` one that is joined with it; with what is alone the user's, and what is of both.
async fn joined(world: &World, (_, field, _): (&str, &str, &str)) -> (Client, Client, String, String) {
    let (maker, user) = (world.client().join("maker").await, world.client().join("user").await);
    let from = ready(world, &maker, &[]).await;
    let video = ready(world, &user, &[(field, &from), ("caption", "both")]).await;
    (maker, user, from, video)
}

on_both! {
    async fn it_is_made_and_seen_and_named(world: World) {
        for way in WAYS {
            let (word, field, _) = way;
            let (maker, user) = (world.client().join(&format!("maker.{word}")).await, world.client().join(&format!("user.{word}")).await);
            let from = ready(&world, &maker, &[]).await;
            assert_eq!(look(&world.client(), &from).await[format!("may_{word}")], true);
            let video = ready(&world, &user, &[(field, &from)]).await;
            let own = user.get(&format!("/media/{video}/download.mp4")).await.expect(200).body;
            let named = json!({"way": word, "video_id": from, "handle": format!("maker.{word}")});
            let mut lengths = vec![];
            for client in [&maker, &user, &world.client(), &world.client().join(&format!("other.{word}")).await] {
                let (name, bytes) = seen(client, &video).await;
                assert_eq!(name, named);
                assert!(bytes != own && bytes.windows(4).any(|four| four == b"moov"), "the two are one picture");
                lengths.push(look(client, &video).await["duration_ms"].as_i64().unwrap());
            }
            // A stitch is longer by what comes first; what is kept as a file holds nothing of another.
            let (first, alone) = (lengths[0], look(&maker, &from).await["duration_ms"].as_i64().unwrap());
            let expected = if word == "stitch" { 2 * alone } else { alone };
            assert!(lengths.iter().all(|one| *one == first) && (first - expected).abs() < 200, "{lengths:?} of {alone}");
            let shown = look(&user, &video).await;
            assert_eq!(shown["sound"], Value::Null, "it is more than a sound");
            assert_eq!(shown["renditions"].as_array().unwrap().len(), 1);
            // It is in no list of what the sound is used in, and there is none to be made of it.
            let sound = sound_of(&maker, &from).await["id"].as_str().unwrap().to_owned();
            let found = user.get(&format!("/api/v1/sounds/{sound}")).await.expect(200).json();
            assert_eq!(found["use_count"], 0);
            let uses = user.get(&format!("/api/v1/sounds/{sound}/videos")).await.expect(200).json();
            assert_eq!(uses["items"], json!([]));
            assert_eq!((&shown["may_duet"], &shown["may_stitch"]), (&json!(false), &json!(false)));
            assert_eq!(maker.upload(clip(), &[(field, &video)]).await.expect(422).code(), "no_such_video");
            for feed in ["/api/v1/feed/for-you".to_owned(), format!("/api/v1/accounts/user.{word}/videos")] {
                let list = world.client().get(&feed).await.expect(200).json();
                let item = list["items"].as_array().unwrap().iter().find(|item| item["id"] == json!(video)).unwrap().clone();
                assert_eq!((&item["joined"], &item["duration_ms"]), (&named, &json!(first)), "{feed}");
            }
        }
    }
}

on_both! {
    async fn what_is_not_lent_is_refused_as_what_never_was_and_leaves_nothing(world: World) {
        let (maker, user) = (world.client().join("maker").await, world.client().join("user").await);
        let from = ready(&world, &maker, &[]).await;
        let (place, before) = (format!("/api/v1/videos/{from}"), world.rows("videos").await.len());
        for (word, field, switch) in WAYS {
            let never = user.upload(clip(), &[(field, NO_ID)]).await.expect(422);
            assert_eq!(never.code(), "no_such_video");
            assert_eq!(user.upload(clip(), &[(field, "no id")]).await.expect(422).json(), never.json());
            for (off, on) in [
                (json!({switch: false}), json!({switch: true})),
                (json!({"audience": "followers"}), json!({"audience": "everyone"})),
                (json!({"age_restricted": true}), json!({"age_restricted": false})),
            ] {
                change(&maker, &place, off.clone()).await;
                assert_eq!(user.upload(clip(), &[(field, &from)]).await.expect(422).json(), never.json(), "{off}");
                let (length, said) = (clip().len().to_string(), format!("{field} {}", STANDARD.encode(&from)));
                let headers = [("upload-length", length.as_str()), ("upload-metadata", said.as_str())];
                let begun = user.tus("POST", "/api/v1/uploads", &headers, Vec::new()).await.expect(422);
                assert_eq!(begun.json(), never.json(), "{off}");
                if word == "duet" {
                    assert_eq!(look(&maker, &from).await["may_duet"], false);
                }
                change(&maker, &place, on).await;
            }
            privacy(&maker, "private_account", true).await;
            assert_eq!(user.upload(clip(), &[(field, &from)]).await.expect(422).json(), never.json());
            privacy(&maker, "private_account", false).await;
            user.call("PUT", "/api/v1/accounts/maker/block", None).await.expect(200);
            assert_eq!(user.upload(clip(), &[(field, &from)]).await.expect(422).json(), never.json());
            user.call("DELETE", "/api/v1/accounts/maker/block", None).await.expect(200);
            assert_eq!(user.upload(clip(), &[(switch, "maybe")]).await.expect(422).code(), format!("invalid_{switch}"));
        }
        let both = [("duet_of", from.as_str()), ("stitch_of", from.as_str())];
        assert_eq!(user.upload(clip(), &both).await.expect(422).code(), "one_at_a_time");
        let late = [("stitch_of", from.as_str()), ("sound_from_ms", "60000")];
        assert_eq!(user.upload(clip(), &late).await.expect(422).code(), "invalid_sound_from");
        // A video without a sound of its own is in no other.
        let mute = world.plant(&maker, b"a picture that is not heard").await;
        assert_eq!(look(&user, &mute).await["may_duet"], false);
        assert_eq!(user.upload(clip(), &[("duet_of", &mute)]).await.expect(422).code(), "no_such_video");
        world.settle().await;
        assert_eq!(world.rows("videos").await.len(), before + 1);
        assert!(world.rows("sound_uses").await.is_empty());
        assert_eq!(world.rows("blobs").await.iter().filter(|row| row.contains("header= ")).count(), 0);
    }
}

// Nothing is encoded for it: the clip alone was made when both were.
on_both! {
    async fn the_other_is_gone_from_it_at_once_and_comes_back(world: World) {
        let (maker, user, from, video) = joined(&world, WAYS[0]).await;
        let own = user.get(&format!("/media/{video}/download.mp4")).await.expect(200).body;
        let (both, place) = (plays(&user, &video).await, format!("/api/v1/videos/{from}"));
        let alone = (Value::Null, own.clone());
        for (what, off, on) in [
            ("permission", json!({"duets": false}), json!({"duets": true})),
            ("audience", json!({"audience": "followers"}), json!({"audience": "everyone"})),
            ("age", json!({"age_restricted": true}), json!({"age_restricted": false})),
        ] {
            change(&maker, &place, off).await;
            for client in [&maker, &user, &world.client()] {
                assert_eq!(seen(client, &video).await, alone, "{what}");
            }
            change(&maker, &place, on).await;
            assert_eq!(plays(&world.client(), &video).await, both, "{what}");
        }
        // What is said of the sound, and of stitches, is something else.
        change(&maker, &place, json!({"sound_reuse": false, "stitches": false})).await;
        assert_eq!(plays(&world.client(), &video).await, both);
        for field in ["private_account", "on_hiatus"] {
            privacy(&maker, field, true).await;
            for client in [&maker, &user, &world.client()] {
                assert_eq!(seen(client, &video).await, alone, "{field}");
            }
            privacy(&maker, field, false).await;
        }
        let viewer = world.client().join("viewer").await;
        for (one, other) in [(&maker, "viewer"), (&viewer, "maker")] {
            one.call("PUT", &format!("/api/v1/accounts/{other}/block"), None).await.expect(200);
            assert_eq!(seen(&viewer, &video).await, alone);
            assert_eq!(plays(&world.client(), &video).await, both, "for nobody else");
            one.call("DELETE", &format!("/api/v1/accounts/{other}/block"), None).await.expect(200);
        }
        maker.call("PUT", "/api/v1/accounts/user/block", None).await.expect(200);
        assert_eq!(seen(&world.client(), &video).await, alone);
        let made_anew = world.rows("jobs").await.into_iter().filter(|row| row.contains("video.encode")).count();
        assert_eq!(made_anew, 0, "nothing is made anew");
    }
}

on_both! {
    async fn when_the_other_goes_for_good_nothing_of_them_is_left(world: World) {
        for (how, way) in [("removed", WAYS[0]), ("left", WAYS[1])] {
            let (maker, user) = (world.client().join(&format!("maker.{how}")).await, world.client().join(&format!("user.{how}")).await);
            let who = world.id_of(&maker).await;
            let from = ready(&world, &maker, &[]).await;
            let video = ready(&world, &user, &[(way.1, &from)]).await;
            let own = user.get(&format!("/media/{video}/download.mp4")).await.expect(200).body;
            assert_ne!(plays(&user, &video).await, own);
            if how == "left" {
                leave(&maker, "maker.left").await;
            } else {
                maker.call("DELETE", &format!("/api/v1/videos/{from}"), None).await.expect(204);
            }
            // Before any job has run.
            assert_eq!(seen(&world.client(), &video).await, (Value::Null, own.clone()), "{how}");
            world.settle().await;
            assert_eq!(seen(&user, &video).await, (Value::Null, own), "{how}");
            assert!(world.rows("sound_uses").await.is_empty());
            assert!(world.rows("blobs").await.iter().all(|row| !row.contains("kind=3")), "the two together are left");
            assert_eq!(told(&user).await, ["sound_gone"], "{how}");
            assert_eq!(sound_of(&user, &video).await["original"], true);
            if how == "left" {
                let (name, shown) = (hex::encode(who.as_bytes()), format!("{who:?}"));
                let left: Vec<_> = world.everything().await;
                let left: Vec<_> = left.iter().filter(|row| row.contains(&name) || row.contains(&shown)).collect();
                assert!(left.is_empty(), "{left:?}");
            }
        }
    }
}

on_both! {
    async fn of_a_draft_it_can_be_taken_out_and_moved(world: World) {
        let (maker, user) = (world.client().join("maker").await, world.client().join("user").await);
        let from = ready(&world, &maker, &[]).await;
        let draft = ready(&world, &user, &[("stitch_of", &from), ("draft", "true"), ("sound_from_ms", "500")]).await;
        let mix = look(&user, &draft).await["mix"].clone();
        assert_eq!((&mix["way"], &mix["from_ms"], &mix["own_level"]), (&json!("stitch"), &json!(500), &json!(100)));
        let whole = look(&user, &draft).await["duration_ms"].as_i64().unwrap();
        let place = format!("/api/v1/videos/{draft}");
        change(&user, &place, json!({"sound_from_ms": 0})).await;
        world.settle().await;
        let moved = look(&user, &draft).await;
        assert_eq!((&moved["joined"]["way"], &moved["mix"]["way"]), (&json!("stitch"), &json!("stitch")));
        assert!(moved["duration_ms"].as_i64().unwrap() >= whole, "no less comes first");
        change(&user, &place, json!({"sound": null})).await;
        world.settle().await;
        let alone = look(&user, &draft).await;
        assert_eq!((&alone["joined"], &alone["mix"], &alone["sound"]["original"]), (&Value::Null, &Value::Null, &json!(true)));
        assert!(world.rows("sound_uses").await.is_empty());
    }
}

// The other takes it back while the two are waiting to be made one: it comes out alone.
on_both! {
    async fn what_is_taken_back_before_the_encode_is_not_in_it(world: World) {
        let (maker, user) = (world.client().join("maker").await, world.client().join("user").await);
        let from = ready(&world, &maker, &[]).await;
        let video = user.upload(clip(), &[("duet_of", &from)]).await.expect(202).json();
        let video = video["video"]["id"].as_str().unwrap().to_owned();
        change(&maker, &format!("/api/v1/videos/{from}"), json!({"duets": false})).await;
        world.settle().await;
        let found = look(&user, &video).await;
        assert_eq!((&found["state"], &found["joined"]), (&json!("ready"), &Value::Null));
        assert!(world.rows("sound_uses").await.is_empty());
        assert_eq!(told(&user).await, ["sound_gone"]);
    }
}

//! The page of a sound, and the videos that use it.

use axum::body::Body;
use axum::http::Request;

use super::*;

async fn ids(client: &Client, path: &str) -> (Vec<String>, Option<String>) {
    let list = client.get(path).await.expect(200).json();
    let ids = list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    (ids, list["next_cursor"].as_str().map(str::to_owned))
}

on_both! {
    async fn a_sound_says_whose_it_is_how_often_it_is_used_and_whether_one_may(world: World) {
        let Pair { maker, user, from, sound, .. } = pair(&world).await;
        let path = format!("/api/v1/sounds/{sound}");
        let found = world.client().get(&path).await.expect(200).json();
        assert_eq!((&found["account"]["handle"], &found["video_id"]), (&json!("maker"), &json!(from)));
        assert_eq!((&found["use_count"], &found["can_use"]), (&json!(1), &json!(false)), "it takes an account");
        assert_eq!(user.get(&path).await.expect(200).json()["can_use"], true);
        privacy(&user, "on_hiatus", true).await;
        let away = user.get(&path).await.expect(200).json();
        assert_eq!((&away["can_use"], &away["use_count"]), (&json!(false), &json!(0)));
        privacy(&user, "on_hiatus", false).await;
        change(&maker, &format!("/api/v1/videos/{from}"), json!({"sound_reuse": false})).await;
        let closed = user.get(&path).await.expect(200).json();
        assert_eq!((&closed["can_use"], &closed["use_count"]), (&json!(false), &json!(0)));
        // Who may not watch the video does not learn that there is a sound.
        change(&maker, &format!("/api/v1/videos/{from}"), json!({"audience": "only_me"})).await;
        for end in ["", "/videos"] {
            let hidden = user.get(&format!("{path}{end}")).await;
            let never = user.get(&format!("/api/v1/sounds/{NO_ID}{end}")).await;
            assert_eq!((hidden.status, hidden.body), (never.status, never.body));
        }
        maker.get(&path).await.expect(200);
    }
}

on_both! {
    async fn its_videos_are_listed_as_far_as_they_may_be_watched(world: World) {
        let Pair { user, sound, video, .. } = pair(&world).await;
        let (other, mut all) = (world.client().join("other").await, vec![video]);
        for _ in 0..3 {
            world.clock.advance_seconds(1);
            let id = world.plant(&other, OWN).await;
            world.plant_mix(&other, &id, &sound, MIX).await;
            all.push(id);
        }
        all.reverse();
        let path = format!("/api/v1/sounds/{sound}/videos");
        let (mut query, mut seen) = ("limit=2".to_owned(), Vec::new());
        loop {
            let (page, next) = ids(&user, &format!("{path}?{query}")).await;
            seen.extend(page);
            let Some(next) = next else { break };
            query = format!("limit=2&cursor={next}");
        }
        assert_eq!(seen, all);
        change(&other, &format!("/api/v1/videos/{}", all[0]), json!({"audience": "only_me"})).await;
        assert_eq!(ids(&user, &path).await.0, all[1..]);
        assert_eq!(ids(&other, &path).await.0, all);
        // Who is away is in no list, and what the two have blocked is heard nowhere.
        user.call("PUT", "/api/v1/accounts/maker/block", None).await.expect(200);
        assert_eq!(ids(&world.client(), &path).await.0, all[1..3]);
        privacy(&other, "on_hiatus", true).await;
        assert_eq!(ids(&world.client(), &path).await.0, Vec::<String>::new());
    }
}

async fn page(client: &Client, path: &str) -> outro_testkit::Reply {
    let mut request = Request::get(path);
    if let Some(token) = &client.token {
        request = request.header("cookie", format!("outro_session={token}"));
    }
    client.anonymous().send(request.body(Body::empty()).unwrap()).await
}

on_both! {
    async fn the_pages_lead_from_a_video_to_its_sound_and_on(world: World) {
        let Pair { maker, user, from, sound, video } = pair(&world).await;
        let shown = page(&user, &format!("/v/{video}")).await.expect(200).text();
        assert!(shown.contains(&format!("/sounds/{sound}")) && shown.contains("@maker"), "{shown}");
        let shown = page(&user, &format!("/v/{from}")).await.expect(200).text();
        assert!(shown.contains("Original sound"));
        let shown = page(&user, &format!("/sounds/{sound}")).await.expect(200).text();
        for part in [format!("/upload?sound={sound}"), format!("/v/{video}"), format!("/v/{from}"), "Used in 1 video".into()] {
            assert!(shown.contains(&part), "{part}");
        }
        let shown = page(&user, &format!("/upload?sound={sound}")).await.expect(200).text();
        assert!(shown.contains(&format!("name=\"sound\" value=\"{sound}\"")) && shown.contains("Keep my own sound"));
        let stranger = page(&world.client(), &format!("/sounds/{sound}")).await.expect(200).text();
        assert!(stranger.contains("/login?next=/upload%3Fsound%3D"), "{stranger}");
        change(&maker, &format!("/api/v1/videos/{from}"), json!({"sound_reuse": false})).await;
        let shown = page(&user, &format!("/sounds/{sound}")).await.expect(200).text();
        assert!(shown.contains("cannot be used") && !shown.contains("/upload?sound="));
        assert_eq!(page(&user, &format!("/upload?sound={sound}")).await.status, 403);
        for gone in [NO_ID, "x"] {
            assert_eq!(page(&user, &format!("/sounds/{gone}")).await.status, 404);
            assert_eq!(page(&user, &format!("/upload?sound={gone}")).await.status, 404);
        }
    }
}

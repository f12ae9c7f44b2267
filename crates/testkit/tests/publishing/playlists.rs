//! Playlists.

use super::*;

async fn make(client: &Client, title: &str) -> String {
    let made = client.post("/api/v1/me/playlists", json!({"title": title})).await.expect(201).json();
    made["id"].as_str().unwrap().to_owned()
}

async fn put(client: &Client, list: &str, video: &str) -> Reply {
    client.call("PUT", &format!("/api/v1/playlists/{list}/videos/{video}"), None).await
}

/// A page as somebody sees it in a browser.
async fn page_of(who: &Client, path: &str) -> String {
    let cookie = format!("outro_session={}", who.token.clone().unwrap_or_default());
    let request = axum::http::Request::get(path).header("cookie", cookie);
    who.anonymous().send(request.body(axum::body::Body::empty()).unwrap()).await.expect(200).text()
}

/// An owner with a playlist of three videos: for everyone, for followers, for everyone.
async fn three(world: &World) -> (Client, String, Vec<String>) {
    let owner = world.client().join("owner").await;
    let list = make(&owner, "Songs").await;
    let mut videos = Vec::new();
    for _ in 0..3 {
        let video = world.plant(&owner, b"bytes").await;
        put(&owner, &list, &video).await.expect(200);
        videos.push(video);
    }
    set(&owner, &videos[1], json!({"audience": "followers"})).await.expect(200);
    (owner, list, videos)
}

on_both! {
    async fn each_video_is_seen_by_those_who_may_see_it(world: World) {
        let (owner, list, videos) = three(&world).await;
        let (fan, nobody) = (world.client().join("fan").await, world.client());
        follow(&fan, "owner").await;
        let path = format!("/api/v1/playlists/{list}");
        for (who, seen) in [(&owner, vec![0, 1, 2]), (&fan, vec![0, 1, 2]), (&nobody, vec![0, 2])] {
            let found = who.get(&path).await.expect(200).json();
            let expected: Vec<String> = seen.iter().map(|at| videos[*at].clone()).collect();
            assert_eq!(ids(&found), expected);
            assert_eq!((&found["playlist"]["title"], &found["playlist"]["video_count"]), (&json!("Songs"), &json!(seen.len())));
            assert_eq!(found["playlist"]["cover_url"], json!(format!("/media/{}/cover.jpg", videos[0])));
            let page = page_of(who, &format!("/playlist/{list}")).await;
            let shown = videos.iter().filter(|video| page.contains(video.as_str())).count();
            assert_eq!((shown, page.contains("Songs")), (seen.len(), true));
        }
        // In pages of one, what is hidden is passed over.
        let first = nobody.get(&format!("{path}?limit=1")).await.expect(200).json();
        let next = nobody.get(&format!("{path}?limit=2&cursor={}", first["next_cursor"].as_str().unwrap())).await.expect(200).json();
        assert_eq!((ids(&first), ids(&next)), (vec![videos[0].clone()], vec![videos[2].clone()]));
        // From one to the next that may be watched.
        let page = nobody.get(&format!("/v/{}?list={list}", videos[0])).await.expect(200).text();
        assert!(page.contains(&format!("/v/{}?list={list}", videos[2])) && !page.contains(&videos[1]));
        nobody.get(&format!("/v/{}?list={NO_ID}", videos[0])).await.expect(200);
    }
}

on_both! {
    async fn whoever_may_not_see_the_profile_finds_no_playlist(world: World) {
        let (owner, list, _) = three(&world).await;
        let (stranger, blocked) = (world.client().join("stranger").await, world.client().join("blocked").await);
        let paths = [format!("/api/v1/playlists/{list}"), "/api/v1/accounts/owner/playlists".to_owned()];
        for path in &paths {
            blocked.get(path).await.expect(200);
        }
        owner.call("PUT", "/api/v1/accounts/blocked/block", None).await.expect(200);
        for path in &paths {
            blocked.get(path).await.expect(404);
            stranger.get(path).await.expect(200);
        }
        for setting in ["private_account", "on_hiatus"] {
            owner.call("PATCH", "/api/v1/me/privacy", Some(json!({setting: true}))).await.expect(200);
            for path in &paths {
                stranger.get(path).await.expect(404);
                owner.get(path).await.expect(200);
            }
            owner.call("PATCH", "/api/v1/me/privacy", Some(json!({setting: false}))).await.expect(200);
        }
    }
}

on_both! {
    async fn nobody_changes_anothers(world: World) {
        let (owner, list, videos) = three(&world).await;
        let other = world.client().join("other").await;
        let (theirs, mine) = (world.plant(&other, b"bytes").await, make(&other, "Mine").await);
        let path = format!("/api/v1/playlists/{list}");
        for (method, body) in [("PATCH", Some(json!({"title": "Not yours"}))), ("DELETE", None)] {
            other.call(method, &path, body).await.expect(404);
        }
        for (list, video) in [(&list, &theirs), (&list, &videos[0]), (&mine, &videos[0]), (&mine, &NO_ID.to_owned())] {
            put(&other, list, video).await.expect(404);
            other.call("DELETE", &format!("/api/v1/playlists/{list}/videos/{video}"), None).await.expect(404);
        }
        assert_eq!(ids(&owner.get(&path).await.expect(200).json()).len(), 3);
        assert_eq!(owner.get(&path).await.expect(200).json()["playlist"]["title"], "Songs");
    }
}

on_both! {
    async fn a_playlist_goes_and_its_videos_stay_and_the_other_way_round(world: World) {
        let (owner, list, videos) = three(&world).await;
        put(&owner, &list, &videos[0]).await.expect(200);
        let path = format!("/api/v1/playlists/{list}");
        owner.call("DELETE", &format!("{path}/videos/{}", videos[0]), None).await.expect(200);
        put(&owner, &list, &videos[0]).await.expect(200);
        let order = [videos[1].clone(), videos[2].clone(), videos[0].clone()];
        assert_eq!(ids(&owner.get(&path).await.expect(200).json()), order);
        owner.call("PATCH", &path, Some(json!({"title": "  Other songs "}))).await.expect(200);
        assert_eq!(owner.get(&path).await.expect(200).json()["playlist"]["title"], "Other songs");
        owner.call("DELETE", &format!("/api/v1/videos/{}", videos[2]), None).await.expect(204);
        world.settle().await;
        assert_eq!(ids(&owner.get(&path).await.expect(200).json()), [videos[1].clone(), videos[0].clone()]);
        owner.call("DELETE", &path, None).await.expect(204);
        owner.get(&path).await.expect(404);
        owner.get(&format!("/api/v1/videos/{}", videos[0])).await.expect(200);
        assert!(world.rows("playlists").await.is_empty() && world.rows("playlist_videos").await.is_empty());
    }
}

on_both! {
    async fn titles_are_one_line_of_sixty(world: World) {
        let owner = world.client().join("owner").await;
        for title in [String::new(), "   ".into(), "two\nlines".into(), "x".repeat(61)] {
            let refused = owner.post("/api/v1/me/playlists", json!({"title": title})).await.expect(422);
            assert_eq!(refused.code(), "invalid_title");
        }
        make(&owner, &"x".repeat(60)).await;
        assert_eq!(listed(&owner, "/api/v1/me/playlists").await.len(), 1);
    }
}

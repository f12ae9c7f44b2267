//! Keeping the account, and being as if one had never been.

use super::*;

const ADULT: &str = "1990-05-05";

/// Every route that takes a handle or an id: method, address, body.
const ROUTES: &[(&str, &str, Option<&str>)] = &[
    ("GET", "/api/v1/accounts/{handle}", None),
    ("GET", "/api/v1/accounts/{handle}/videos", None),
    ("GET", "/api/v1/me/see-as/{handle}", None),
    ("GET", "/api/v1/videos/{id}", None),
    ("PATCH", "/api/v1/videos/{id}", Some(r#"{"caption":"x"}"#)),
    ("DELETE", "/api/v1/videos/{id}", None),
    ("PUT", "/api/v1/videos/{id}/like", None),
    ("DELETE", "/api/v1/videos/{id}/like", None),
    ("POST", "/api/v1/me/videos/audience", Some(r#"{"audience":"only_me","videos":["{id}"]}"#)),
    ("GET", "/media/{id}/video.mp4", None),
    ("HEAD", "/media/{id}/video.mp4", None),
    ("GET", "/media/{id}/480.mp4", None),
    ("GET", "/media/{id}/1080.mp4", None),
    ("GET", "/media/{id}/av1.mp4", None),
    ("GET", "/media/{id}/preview.mp4", None),
    ("GET", "/media/{id}/cover.jpg", None),
    ("GET", "/media/{id}/cover.avif", None),
    ("GET", "/media/{id}/download.mp4", None),
    ("GET", "/media/{id}/original", None),
];

async fn ask(client: &Client, route: &(&str, &str, Option<&str>), handle: &str, id: &str) -> Reply {
    let fill = |text: &str| text.replace("{handle}", handle).replace("{id}", id);
    let body = route.2.map(|body| serde_json::from_str(&fill(body)).unwrap());
    client.call(route.0, &fill(route.1), body).await
}

on_both! {
    async fn who_is_away_answers_as_who_never_was(world: World) {
        let cast = Cast::of(&world).await;
        let id = world.plant_whole(&cast.owner, b"the bytes").await;
        privacy(&cast.owner, json!({"on_hiatus": true})).await.expect(200);
        for (who, client, _) in cast.others() {
            for route in ROUTES {
                let (away, never) = (ask(client, route, "owner", &id).await, ask(client, route, "nobody_here", NO_ID).await);
                assert_eq!(told(&away), told(&never), "{who}: {} {}", route.0, route.1);
            }
            for (away, never) in [("/@owner".to_owned(), "/@nobody_here".to_owned()), (format!("/v/{id}"), format!("/v/{NO_ID}"))] {
                let (left, right) = (page(client, &away).await, page(client, &never).await);
                assert_eq!(left.status, 404, "{who}: {away}");
                assert_eq!(told(&left), told(&right), "{who}: {away}");
            }
            let fed = client.get("/api/v1/feed/for-you").await.expect(200).json();
            assert_eq!(fed["items"], json!([]), "{who}");
        }
        let wrong = |handle: &str| json!({"handle": handle, "password": "not the password"});
        let (away, never) = (cast.anyone.post("/api/v1/sessions", wrong("owner")).await, cast.anyone.post("/api/v1/sessions", wrong("nobody_here")).await);
        assert_eq!(told(&away), told(&never));
    }
}

on_both! {
    async fn the_handle_stays_taken_and_says_no_more_than_any_other(world: World) {
        let owner = world.client().join("owner").await;
        world.client().join("present").await;
        privacy(&owner, json!({"on_hiatus": true})).await.expect(200);
        let join = |handle: &str| json!({"handle": handle, "password": "12345678", "birth_date": ADULT});
        let away = world.client().post("/api/v1/accounts", join("owner")).await.expect(409);
        let present = world.client().post("/api/v1/accounts", join("present")).await;
        assert_eq!(told(&away), told(&present));
    }
}

on_both! {
    async fn who_is_away_looks_and_does_not_act(world: World) {
        let cast = Cast::of(&world).await;
        let (mine, theirs) = (world.plant(&cast.owner, b"mine").await, world.plant(&cast.friend, b"theirs").await);
        privacy(&cast.owner, json!({"on_hiatus": true})).await.expect(200);
        // Signing in works, and so does looking: at oneself and at others.
        let sign_in = json!({"handle": "owner", "password": "owner-password"});
        let token = cast.anyone.post("/api/v1/sessions", sign_in).await.expect(201).json();
        let mut owner = cast.owner.clone();
        owner.token = token["token"].as_str().map(str::to_owned);
        for path in [format!("/media/{mine}/video.mp4"), format!("/media/{theirs}/video.mp4"), "/api/v1/accounts/owner".into(), "/api/v1/accounts/friend".into()] {
            owner.get(&path).await.expect(200);
        }
        let before = world.everything().await;
        for (method, path) in [("PUT", format!("/api/v1/videos/{theirs}/like")), ("DELETE", format!("/api/v1/videos/{theirs}/like")), ("PUT", format!("/api/v1/videos/{mine}/like"))] {
            assert_eq!(owner.call(method, &path, None).await.expect(403).code(), "account_away", "{path}");
        }
        assert_eq!(owner.upload(outro_testkit::clip(), &[]).await.expect(403).code(), "account_away");
        // What is refused to who is here stays as it is to who is away: nothing is there.
        owner.call("PUT", &format!("/api/v1/videos/{NO_ID}/like"), None).await.expect(404);
        assert_eq!(world.everything().await, before);
        // One's own things can still be narrowed and taken away: nobody sees either.
        owner.call("PATCH", &format!("/api/v1/videos/{mine}"), Some(json!({"audience": "only_me"}))).await.expect(200);
    }
}

on_both! {
    async fn every_page_says_so_and_leads_back(world: World) {
        let cast = Cast::of(&world).await;
        let id = world.plant(&cast.friend, b"theirs").await;
        let pages = ["/".to_owned(), format!("/v/{id}"), "/@friend".into(), "/@owner".into(), "/settings".into(), "/settings/privacy".into(), "/upload".into()];
        for away in [false, true, false] {
            privacy(&cast.owner, json!({"on_hiatus": away})).await.expect(200);
            for path in &pages {
                let text = page(&cast.owner, path).await.expect(200).text();
                assert_eq!(text.contains("class=\"away\""), away, "{path}");
                assert!(!away || text.contains("href=\"/settings/privacy/hiatus\""), "{path}");
            }
            assert!(!page(&cast.friend, "/").await.expect(200).text().contains("class=\"away\""));
        }
    }
}

on_both! {
    async fn coming_back_restores_all_of_it(world: World) {
        let cast = Cast::of(&world).await;
        let id = world.plant(&cast.owner, b"the bytes").await;
        cast.follower.call("PUT", &format!("/api/v1/videos/{id}/like"), None).await.expect(200);
        let looks = [format!("/api/v1/videos/{id}"), "/api/v1/accounts/owner".into(), "/api/v1/accounts/owner/videos".into(), format!("/media/{id}/video.mp4"), "/api/v1/feed/for-you".into()];
        let mut before = Vec::new();
        for path in &looks {
            before.push(cast.follower.get(path).await.expect(200).body);
        }
        privacy(&cast.owner, json!({"on_hiatus": true})).await.expect(200);
        world.settle().await;
        privacy(&cast.owner, json!({"on_hiatus": false})).await.expect(200);
        world.settle().await;
        for (path, before) in looks.iter().zip(before) {
            assert_eq!(cast.follower.get(path).await.expect(200).body, before, "{path}");
        }
    }
}

async fn leave(world: &World, who: &Client, handle: &str) {
    let begun = who.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    let proof = json!({"challenge": begun["challenge"], "password": format!("{handle}-password")});
    who.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
    world.settle().await;
}

async fn words(who: &Client, path: &str, field: &str) -> Vec<String> {
    let items = who.get(path).await.expect(200).json()["items"].as_array().unwrap().clone();
    items.iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
}

// What others did meanwhile has happened: what they posted is there, who left is gone, what they took back is
// taken back. All of one's own that nobody touched is as it was.
on_both! {
    async fn what_others_did_meanwhile_is_there_when_one_comes_back(world: World) {
        let cast = Cast::of(&world).await;
        let (owner, goes, turns) = (&cast.owner, world.client().join("goes").await, world.client().join("turns").await);
        for handle in ["goes", "turns", "stranger"] {
            owner.call("PUT", &format!("/api/v1/accounts/{handle}/follow"), None).await.expect(200);
        }
        turns.call("PUT", "/api/v1/accounts/owner/follow", None).await.expect(200);
        let mine = world.plant(owner, b"mine").await;
        let theirs = world.uploaded(&cast.friend, &[]).await;
        let of_goes = world.plant(&goes, b"of who goes").await;
        world.settle().await;
        for video in [&theirs, &of_goes] {
            owner.call("PUT", &format!("/api/v1/videos/{video}/like"), None).await.expect(200);
        }
        cast.follower.call("PUT", &format!("/api/v1/videos/{mine}/like"), None).await.expect(200);
        let comment = async |who: &Client, video: &str, text: &str| {
            let said = who.post(&format!("/api/v1/videos/{video}/comments"), json!({ "text": text })).await.expect(201);
            said.json()["id"].as_str().unwrap().to_owned()
        };
        let kept = comment(owner, &theirs, "I stay").await;
        let removed = comment(&cast.friend, &mine, "I am taken back").await;
        let by_friend = comment(&cast.friend, &mine, "under mine").await;
        let talk = owner.post("/api/v1/conversations", json!({"to": ["friend"], "text": "before"})).await.expect(201).json();
        let talk = format!("/api/v1/conversations/{}/messages", talk["id"].as_str().unwrap());
        let own = ["/api/v1/me".to_owned(), "/api/v1/me/privacy".into(), talk.clone()];
        let mut before = Vec::new();
        for path in &own {
            before.push(owner.get(path).await.expect(200).json());
        }
        privacy(owner, json!({"on_hiatus": true})).await.expect(200);
        world.settle().await;

        world.clock.advance_seconds(60);
        let fresh = world.uploaded(&cast.friend, &[]).await;
        leave(&world, &goes, "goes").await;
        turns.call("PATCH", "/api/v1/me/privacy", Some(json!({"private_account": true}))).await.expect(200);
        owner.call("DELETE", "/api/v1/accounts/stranger/follow", None).await.expect(200);
        cast.friend.call("DELETE", &format!("/api/v1/comments/{removed}"), None).await.expect(204);
        cast.stranger.call("PUT", &format!("/api/v1/videos/{theirs}/like"), None).await.expect(200);
        // Nobody reaches what is not there.
        cast.stranger.call("PUT", &format!("/api/v1/videos/{mine}/like"), None).await.expect(404);
        assert!(!words(&cast.friend, &format!("/api/v1/videos/{theirs}/comments"), "id").await.contains(&kept));
        world.settle().await;

        privacy(owner, json!({"on_hiatus": false})).await.expect(200);
        world.settle().await;
        for (path, before) in own.iter().zip(before) {
            assert_eq!(owner.get(path).await.expect(200).json(), before, "{path}");
        }
        // Posted meanwhile: it stands in Following, the latest first, with what was there.
        let following = words(owner, "/api/v1/feed/following", "id").await;
        assert_eq!(following, [fresh.clone(), theirs.clone()]);
        // Whom one followed: who left is gone, whom one left oneself too, who went private meanwhile is still followed.
        let mut followed = words(owner, "/api/v1/accounts/owner/following", "handle").await;
        followed.sort();
        assert_eq!(followed, ["friend", "turns"]);
        let profile = owner.get("/api/v1/accounts/owner").await.expect(200).json();
        assert_eq!((&profile["following_count"], &profile["follower_count"], &profile["like_count"]), (&json!(2), &json!(3), &json!(1)));
        assert_eq!(words(owner, "/api/v1/accounts/owner/videos", "id").await, std::slice::from_ref(&mine));
        // One's comment stands where it stood; the one that was taken back does not come back.
        assert_eq!(words(&cast.friend, &format!("/api/v1/videos/{theirs}/comments"), "id").await, [kept]);
        assert_eq!(words(&cast.stranger, &format!("/api/v1/videos/{mine}/comments"), "id").await, [by_friend]);
        // Likes: one's own, and the one of meanwhile.
        let video = cast.follower.get(&format!("/api/v1/videos/{theirs}")).await.expect(200).json();
        assert_eq!((&video["like_count"], &video["comment_count"]), (&json!(2), &json!(1)));
        assert_eq!(owner.get(&format!("/api/v1/videos/{theirs}")).await.json()["liked"], true);
        owner.get(&format!("/api/v1/videos/{of_goes}")).await.expect(404);
    }
}

on_both! {
    async fn leaving_works_while_away(world: World) {
        let cast = Cast::of(&world).await;
        privacy(&cast.owner, json!({"on_hiatus": true})).await.expect(200);
        let begun = cast.owner.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
        let proof = json!({"challenge": begun["challenge"], "password": "owner-password"});
        cast.owner.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
        world.settle().await;
        // One account less, and nothing of the away one in the counts of those who stay.
        assert_eq!(world.rows("accounts").await.len(), 4);
        assert!(world.rows("follows").await.is_empty());
        for row in world.rows("counts").await {
            assert!(row.contains("followers=0 following=0"), "{row}");
        }
    }
}

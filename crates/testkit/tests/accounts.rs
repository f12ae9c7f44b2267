//! Joining, signing in, devices, profile, and the private account.

use outro_testkit::{Client, Reply, World, on_both};
use serde_json::{Value, json};

fn join(handle: &str, password: &str, birth_date: &str) -> Value {
    json!({"handle": handle, "password": password, "birth_date": birth_date})
}

/// Joins with everything right but the handle.
async fn take(world: &World, handle: &str) -> Reply {
    world.client().post("/api/v1/accounts", join(handle, "a good password", "1990-01-01")).await
}

async fn sign_in(world: &World, handle: &str, password: &str) -> Reply {
    world.client().post("/api/v1/sessions", json!({"handle": handle, "password": password})).await
}

/// Everything of an answer but what changes with the moment.
fn told(reply: &Reply) -> (u16, Vec<(String, String)>, String) {
    let headers = reply.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let mut headers: Vec<_> = headers.filter(|(name, _)| name != "date").collect();
    headers.sort();
    (reply.status.as_u16(), headers, reply.text())
}

/// The date of the world's clock, some years and days before.
fn born(world: &World, years: i64, days_more: i64) -> String {
    let today = outro_model::Clock::now(&*world.clock).plus_seconds(-days_more * 86_400).rfc3339();
    let (year, rest) = today.split_at(4);
    format!("{:04}{}", year.parse::<i64>().unwrap() - years, &rest[..6])
}

/// A day on which neither yesterday nor tomorrow is the 29th of February.
fn to_midsummer(world: &World) {
    for _ in 0..366 {
        if outro_model::Clock::now(&*world.clock).rfc3339().contains("-06-15") {
            return;
        }
        world.clock.advance_seconds(86_400);
    }
    panic!("a year without a summer");
}

on_both! {
    async fn age_decides_at_the_birthday(world: World) {
        to_midsummer(&world);
        for (handle, years, days_more, answer) in [
            ("too_young", 13, -1, Err("too_young")),
            ("thirteen", 13, 0, Ok(true)),
            ("nearly_sixteen", 16, -1, Ok(true)),
            ("sixteen", 16, 0, Ok(false)),
            ("not_born", 0, -2, Err("too_young")),
            ("very_old", 131, 1, Err("too_young")),
        ] {
            let reply = world.client().post("/api/v1/accounts", join(handle, "a good password", &born(&world, years, days_more))).await;
            match answer {
                Err(code) => assert_eq!(reply.expect(422).code(), code, "{handle}"),
                Ok(private) => {
                    let client = world.client().with_token(&reply.expect(201).json());
                    let me = client.get("/api/v1/me").await.expect(200).json();
                    assert_eq!(me["settings"]["private_account"], private, "{handle}");
                }
            }
        }
    }
}

on_both! {
    async fn birth_dates_that_are_none_are_refused(world: World) {
        for date in ["", "2001-02-29", "2001-2-3", "01.02.2001", "2001-02-03T00:00:00Z", "yesterday", "0000-00-00"] {
            let reply = world.client().post("/api/v1/accounts", join("somebody", "a good password", date)).await;
            assert_eq!(reply.expect(422).code(), "birth_date_invalid", "{date}");
        }
        assert!(world.rows("accounts").await.is_empty());
    }
}

on_both! {
    async fn handles_are_folded(world: World) {
        let joined = take(&world, "Ada.Love_1").await.expect(201).json();
        assert_eq!(joined["account"]["handle"], "ada.love_1");
        assert_eq!(take(&world, "ADA.LOVE_1").await.expect(409).code(), "handle_unavailable");
        sign_in(&world, "aDa.LoVe_1", "a good password").await.expect(201);
        let profile = world.client().get("/api/v1/accounts/ADA.love_1").await.expect(200).json();
        assert_eq!(profile["handle"], "ada.love_1");
    }
}

on_both! {
    async fn handles_of_another_form_are_refused(world: World) {
        for handle in ["ab", "", "a b", "ada!", "ädä", "...", "___", "a\u{0}b", "аda", &"a".repeat(25), "ada/../root"] {
            assert_eq!(take(&world, handle).await.expect(422).code(), "handle_invalid", "{handle:?}");
        }
        for handle in ["abc", "a.b", "123", &"a".repeat(24)] {
            take(&world, handle).await.expect(201);
        }
    }
}

on_both! {
    async fn live_reserved_and_erased_handles_answer_alike(world: World) {
        world.client().join("live").await;
        let leaver = world.client().join("leaver").await;
        let begun = leaver.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
        let proof = json!({"challenge": begun["challenge"], "password": "leaver-password"});
        leaver.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
        let leaving = told(&take(&world, "leaver").await);
        world.settle().await;
        let live = told(&take(&world, "live").await);
        assert_eq!(live.0, 409);
        for other in ["admin", "Settings", "leaver", "LEAVER"] {
            assert_eq!(told(&take(&world, other).await), live, "{other}");
        }
        assert_eq!(leaving, live, "while the erasure runs");
        // What was refused has left no key, no home, no row behind.
        assert_eq!(world.rows("accounts").await.len(), 1);
        assert_eq!(world.app.vault.account_ids(None, 10).await.unwrap().len(), 1);
        assert_eq!(world.app.blobs.owners(None, 10).await.unwrap().len(), 1);
    }
}

on_both! {
    async fn passwords_have_bounds(world: World) {
        for (handle, password, code) in [
            ("seven", "1234567".to_owned(), Some("password_too_short")),
            ("seven_wide", "é".repeat(7), Some("password_too_short")),
            ("eight", "12345678".to_owned(), None),
            ("most", "x".repeat(128), None),
            ("most_wide", "é".repeat(128), None),
            ("too_long", "x".repeat(129), Some("password_too_long")),
        ] {
            let reply = world.client().post("/api/v1/accounts", join(handle, &password, "1990-01-01")).await;
            match code {
                Some(code) => assert_eq!(reply.expect(422).code(), code, "{handle}"),
                None => {
                    reply.expect(201);
                    sign_in(&world, handle, &password).await.expect(201);
                    sign_in(&world, handle, &password[..password.len() - 2]).await.expect(401);
                }
            }
        }
    }
}

on_both! {
    async fn a_wrong_password_and_nobody_answer_alike(world: World) {
        world.client().join("ada").await;
        let wrong = told(&sign_in(&world, "ada", "a wrong password").await);
        assert_eq!(wrong.0, 401);
        for (handle, password) in
            [("nobody", "a wrong password"), ("nobody", "ada-password"), ("ada", ""), ("a b", "x"), ("admin", "12345678"), ("", "")]
        {
            assert_eq!(told(&sign_in(&world, handle, password).await), wrong, "{handle:?}");
        }
        sign_in(&world, "ada", "ada-password").await.expect(201);
        sign_in(&world, "ada", "ada-password ").await.expect(401);
        sign_in(&world, "ada", "ADA-password").await.expect(401);
    }
}

on_both! {
    async fn failed_sign_ins_are_limited_alike(world: World) {
        world.to_a_new_day();
        world.client().join("ada").await;
        for (handle, tries) in [("ada", 30), ("nobody", 30)] {
            for _ in 0..tries {
                sign_in(&world, handle, "a wrong password").await.expect(401);
            }
        }
        let refused = sign_in(&world, "ada", "ada-password").await.expect(429);
        assert!(refused.headers["retry-after"].to_str().unwrap().parse::<i64>().unwrap() > 0);
        assert_eq!(told(&sign_in(&world, "nobody", "x").await), told(&refused));
        world.clock.advance_seconds(86_400);
        sign_in(&world, "ada", "ada-password").await.expect(201);
    }
}

on_both! {
    async fn without_limits_nobody_is_held_up(world: World) {
        let world = world.with_settings(|settings| settings.rate_limits = false);
        world.client().join("ada").await;
        for _ in 0..31 {
            sign_in(&world, "ada", "wrong").await.expect(401);
        }
        sign_in(&world, "ada", "ada-password").await.expect(201);
    }
}

async fn devices(client: &Client) -> Vec<Value> {
    client.get("/api/v1/me/sessions").await.expect(200).json()["items"].as_array().unwrap().clone()
}

on_both! {
    async fn devices_are_listed_and_signed_out(world: World) {
        let first = world.client().join("ada").await;
        world.clock.advance_seconds(60);
        let second = world.client().with_token(&sign_in(&world, "ada", "ada-password").await.json());
        world.client().join("other").await;
        let list = devices(&first).await;
        let current: Vec<bool> = list.iter().map(|device| device["current"] == true).collect();
        assert_eq!(current, [false, true], "the last used stands first");
        let id = list[0]["id"].as_str().unwrap();
        first.call("DELETE", &format!("/api/v1/me/sessions/{id}"), None).await.expect(204);
        second.get("/api/v1/me").await.expect(401);
        first.call("DELETE", &format!("/api/v1/me/sessions/{id}"), None).await.expect(404);
        assert_eq!(devices(&first).await.len(), 1);
        first.call("DELETE", "/api/v1/sessions/current", None).await.expect(204);
        first.get("/api/v1/me").await.expect(401);
        assert_eq!(world.rows("sessions").await.len(), 1, "the other's alone");
    }
}

on_both! {
    async fn nobody_signs_somebody_else_out(world: World) {
        let (ada, eve) = (world.client().join("ada").await, world.client().join("eve").await);
        let id = devices(&ada).await[0]["id"].as_str().unwrap().to_owned();
        eve.call("DELETE", &format!("/api/v1/me/sessions/{id}"), None).await.expect(404);
        ada.get("/api/v1/me").await.expect(200);
    }
}

on_both! {
    async fn a_session_ends_after_ninety_days_without_use(world: World) {
        let client = world.client().join("ada").await;
        world.clock.advance_seconds(90 * 86_400 - 1);
        // A look that says nothing of its use.
        assert_eq!(world.rows("sessions").await.len(), 1);
        world.clock.advance_seconds(1);
        client.get("/api/v1/me").await.expect(401);
        client.get("/api/v1/feed/for-you").await.expect(401);
    }
}

// `SESSION_SECONDS` in app/src/viewer.rs: how long a session lasts without being used.
on_both! {
    async fn a_session_that_is_used_goes_on(world: World) {
        let client = world.client().join("ada").await;
        for _ in 0..4 {
            world.clock.advance_seconds(30 * 86_400);
            client.get("/api/v1/me").await.expect(200);
        }
    }
}

on_both! {
    async fn the_last_use_of_a_device_is_noted(world: World) {
        let client = world.client().join("ada").await;
        let before = devices(&client).await[0]["seen_at"].clone();
        world.clock.advance_seconds(3601);
        assert_ne!(devices(&client).await[0]["seen_at"], before);
    }
}

on_both! {
    async fn a_token_cannot_be_changed(world: World) {
        let client = world.client().join("ada").await;
        let token = client.token.clone().unwrap();
        for at in [0, 10, 21, 30, token.len() - 1] {
            let mut letters: Vec<char> = token.chars().collect();
            letters[at] = if letters[at] == 'A' { 'E' } else { 'A' };
            let other: String = letters.into_iter().collect();
            client.with_token(&json!(other)).get("/api/v1/me").await.expect(401);
        }
        for other in ["", "x", &token[1..], &format!("{token}A")] {
            client.with_token(&json!(other)).get("/api/v1/me").await.expect(401);
        }
        assert!(!world.everything().await.concat().contains(&token), "the token is stored");
    }
}

on_both! {
    async fn the_profile_is_changed_field_by_field(world: World) {
        let client = world.client().join("ada").await;
        let patch = async |body: Value| client.call("PATCH", "/api/v1/me", Some(body)).await;
        let me = patch(json!({"display_name": "  Ada L. 🎬 "})).await.expect(200).json();
        assert_eq!((&me["display_name"], &me["bio"]), (&json!("Ada L. 🎬"), &json!("")));
        let me = patch(json!({"bio": "one\r\ntwo"})).await.expect(200).json();
        assert_eq!((&me["display_name"], &me["bio"]), (&json!("Ada L. 🎬"), &json!("one\ntwo")));
        assert_eq!(client.get("/api/v1/me").await.json(), me);
        for (body, code) in [
            (json!({"display_name": "x".repeat(51)}), "display_name_too_long"),
            (json!({"display_name": "two\nlines"}), "display_name_too_long"),
            (json!({"bio": "x".repeat(301)}), "bio_too_long"),
            (json!({"bio": "a\u{0}b"}), "bio_too_long"),
        ] {
            assert_eq!(patch(body).await.expect(422).code(), code);
        }
        assert_eq!(client.get("/api/v1/me").await.json(), me, "what was refused has changed something");
        patch(json!({"display_name": "é".repeat(50), "bio": "é".repeat(300)})).await.expect(200);
        let seen = world.client().get("/api/v1/accounts/ada").await.expect(200).json();
        assert_eq!(seen["bio"], "é".repeat(300));
    }
}

on_both! {
    async fn a_private_account_shows_its_card_alone(world: World) {
        let (owner, stranger) = (world.client().join("owner").await, world.client().join("stranger").await);
        owner.call("PATCH", "/api/v1/me", Some(json!({"display_name": "Card", "bio": "Content"}))).await.expect(200);
        let id = world.plant(&owner, b"the bytes").await;
        let content = [
            format!("/api/v1/videos/{id}"),
            format!("/media/{id}/video.mp4"),
            format!("/media/{id}/cover.jpg"),
            "/api/v1/accounts/owner/videos".to_owned(),
        ];
        let everyone = [world.client(), stranger.clone()];
        for (private, status) in [(false, 200), (true, 404), (false, 200), (true, 404)] {
            owner.call("PATCH", "/api/v1/me/privacy", Some(json!({"private_account": private}))).await.expect(200);
            for client in &everyone {
                for path in &content {
                    assert_eq!(client.get(path).await.status.as_u16(), status, "{path}, private: {private}");
                }
                let fed = client.get("/api/v1/feed/for-you").await.expect(200).json();
                assert_eq!(fed["items"].as_array().unwrap().is_empty(), private);
                let card = client.get("/api/v1/accounts/owner").await.expect(200).json();
                assert_eq!((&card["display_name"], card["private_account"] == true), (&json!("Card"), private));
                assert_eq!(card["bio"].is_null() && card["video_count"].is_null() && card["like_count"].is_null(), private);
            }
            let like = stranger.call("PUT", &format!("/api/v1/videos/{id}/like"), None).await;
            assert_eq!(like.status.as_u16(), status);
        }
        for path in &content {
            owner.get(path).await.expect(200);
        }
        assert_eq!(owner.get("/api/v1/accounts/owner").await.json()["bio"], "Content");
    }
}

on_both! {
    async fn hidden_content_answers_as_what_never_was(world: World) {
        let (owner, stranger) = (world.client().join("owner").await, world.client().join("stranger").await);
        let id = world.plant(&owner, b"the bytes").await;
        owner.call("PATCH", "/api/v1/me/privacy", Some(json!({"private_account": true}))).await.expect(200);
        for client in [world.client(), stranger] {
            for (method, path) in [("GET", "/api/v1/videos/{}"), ("PUT", "/api/v1/videos/{}/like"), ("DELETE", "/api/v1/videos/{}"), ("DELETE", "/api/v1/videos/{}/like")] {
                let hidden = client.call(method, &path.replace("{}", &id), None).await;
                let never = client.call(method, &path.replace("{}", "AAAAAAAAAAAAAAAAAAAAAA"), None).await;
                assert_eq!(told(&hidden), told(&never), "{method} {path}");
            }
            let hidden = client.get("/api/v1/accounts/owner/videos").await;
            assert_eq!(told(&hidden), told(&client.get("/api/v1/accounts/nobody/videos").await));
        }
    }
}

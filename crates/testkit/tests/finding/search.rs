//! Search and hashtags.

use super::*;

on_both! {
    async fn people_are_found_by_handle_and_name_with_slips(world: World) {
        let nora = world.client().join("nora_sings").await;
        nora.call("PATCH", "/api/v1/me", Some(json!({"display_name": "Élodie Müller نُورا"}))).await.expect(200);
        finding::catch_up(&world.app).await.unwrap();
        let anybody = world.client();
        for typed in ["nora", "NORA_SINGS", "norasings", "nroa", "elodie", "ÉLODIE", "muller", "moeler", "نورا", "sing"] {
            // Two slips in six letters are one too many.
            let found: &[&str] = if typed == "moeler" { &[] } else { &["nora_sings"] };
            assert_eq!(people(&anybody, typed).await, found, "{typed}");
        }
        assert_eq!(people(&anybody, "nor nobody").await, [""; 0]);
        assert_eq!(people(&anybody, "???").await, [""; 0]);
    }
}

on_both! {
    async fn videos_are_found_by_their_captions_and_hashtags(world: World) {
        let nora = world.client().join("nora").await;
        let id = planted(&world, &nora, "Saxophone under the bridge #NightMusic @nobody_there").await;
        planted(&world, &nora, "موسيقى الليل #موسيقى").await;
        let anybody = world.client();
        assert_eq!(captions(&anybody, "saxophne brige").await.len(), 1);
        assert_eq!(captions(&anybody, "موسيقي").await.len(), 1);
        let found = search(&anybody, "#nightmusic").await;
        assert_eq!((found["hashtags"].clone(), found["videos"][0]["id"].clone()), (json!(["nightmusic"]), json!(id)));
        let tag = |tag: &str| format!("/api/v1/tags/{}/videos", escaped(tag));
        let list = anybody.get(&tag("NIGHTMUSIC")).await.expect(200).json();
        assert_eq!(texts(&list["items"], "id"), std::slice::from_ref(&id));
        assert_eq!(anybody.get(&tag("موسيقى")).await.expect(200).json()["items"].as_array().unwrap().len(), 1);
        anybody.get(&tag("no tag")).await.expect(404);
        // A caption that was changed is not found by what it said, not even before the index follows.
        nora.call("PATCH", &format!("/api/v1/videos/{id}"), Some(json!({"caption": "Quiet now"}))).await.expect(200);
        assert_eq!(captions(&anybody, "saxophone").await, [""; 0]);
        assert_eq!(anybody.get(&tag("nightmusic")).await.expect(200).json()["items"], json!([]));
        finding::catch_up(&world.app).await.unwrap();
        assert_eq!(captions(&anybody, "quiet").await.len(), 1);
        nora.call("DELETE", &format!("/api/v1/videos/{id}"), None).await.expect(204);
        assert_eq!(captions(&anybody, "quiet").await, [""; 0]);
    }
}

on_both! {
    async fn hashtags_go_page_by_page_past_what_is_hidden(world: World) {
        let (nora, vera) = (world.client().join("nora").await, world.client().join("vera").await);
        let mut open = Vec::new();
        for number in 0..12 {
            let owner = if number % 3 == 0 { &vera } else { &nora };
            world.clock.advance_seconds(1);
            let id = planted(&world, owner, "The #same").await;
            if number % 3 != 0 {
                open.insert(0, id);
            }
        }
        let viewer = world.client().join("viewer").await;
        block(&vera, "viewer").await;
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = viewer.get(&format!("/api/v1/tags/same/videos?limit=3{cursor}")).await.expect(200).json();
            let ids = texts(&page["items"], "id");
            assert!(ids.len() == 3 || page["next_cursor"].is_null(), "hidden ones leave no hole");
            seen.extend(ids);
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, open);
    }
}

on_both! {
    async fn what_may_not_be_seen_is_not_found_on_the_very_next_request(world: World) {
        let (nora, other) = (world.client().join("nora").await, world.client().join("other").await);
        let id = planted(&world, &nora, "A rare word: xylophone").await;
        let found = async || (people(&other, "nora").await.len(), captions(&other, "xylophone").await.len());
        assert_eq!(found().await, (1, 1));
        // The index is not told of any of these: the policy is asked of the rows.
        change(&world, &nora, PrivacyChange { searchable: Some(false), ..PrivacyChange::default() }).await;
        assert_eq!(found().await, (0, 1), "not by name; the video is still for everyone");
        change(&world, &nora, PrivacyChange { searchable: Some(true), private_account: Some(true), ..PrivacyChange::default() }).await;
        assert_eq!(found().await, (1, 0), "the card stays");
        change(&world, &nora, PrivacyChange { private_account: Some(false), on_hiatus: Some(true), ..PrivacyChange::default() }).await;
        assert_eq!(found().await, (0, 0));
        change(&world, &nora, PrivacyChange { on_hiatus: Some(false), ..PrivacyChange::default() }).await;
        block(&nora, "other").await;
        assert_eq!(found().await, (0, 0));
        assert_eq!(people(&world.client(), "nora").await.len(), 1, "nobody else is kept from it");
        nora.call("PATCH", &format!("/api/v1/videos/{id}"), Some(json!({"audience": "only_me"}))).await.expect(200);
        assert_eq!(captions(&world.client(), "xylophone").await, [""; 0]);
    }
}

// Whoever is not to be found by their handle is not found by way of what others wrote either.
on_both! {
    async fn a_handle_leads_to_no_video_that_mentions_it(world: World) {
        let (nora, vera) = (world.client().join("qwendolin").await, world.client().join("vera").await);
        planted(&world, &vera, "Marimba with @qwendolin at #night").await;
        let found = async |client: &Client, typed: &str| (people(client, typed).await, captions(client, typed).await.len());
        let steps = [
            (PrivacyChange::default(), 1),
            (PrivacyChange { searchable: Some(false), ..PrivacyChange::default() }, 0),
            (PrivacyChange { searchable: Some(true), ..PrivacyChange::default() }, 1),
            (PrivacyChange { on_hiatus: Some(true), ..PrivacyChange::default() }, 0),
            (PrivacyChange { on_hiatus: Some(false), ..PrivacyChange::default() }, 1),
        ];
        for (step, people) in steps {
            change(&world, &nora, step).await;
            finding::go_over(&world.app, 500).await.unwrap();
            for typed in ["qwendolin", "@qwendolin", "qwendolim", "qwend"] {
                let (named, videos) = found(&vera, typed).await;
                assert_eq!((named.len(), videos), (people, 0), "{typed} {step:?}");
            }
            assert_eq!(found(&world.client(), "qwendolin").await.1, 0, "{step:?}");
            assert_eq!(found(&vera, "marimba night").await.1, 1, "what it says leads to it");
            assert_eq!(found(&vera, "marimba qwendolin").await.1, 0);
        }
        block(&nora, "vera").await;
        assert_eq!(found(&vera, "qwendolin").await, (vec![], 0));
        assert_eq!(found(&world.client(), "qwendolin").await.0, ["qwendolin"], "nobody else is kept from it");
        // Nothing of the mention is in the index: the account's own entry is what holds the word.
        change(&world, &nora, PrivacyChange { searchable: Some(false), ..PrivacyChange::default() }).await;
        finding::go_over(&world.app, 500).await.unwrap();
        finding::tidy(&world.app).await.unwrap();
        assert!(!world.app.finder.dictionary().unwrap().iter().any(|word| word == "qwendolin"));
    }
}

// What is not for everyone is not even in the index: neither order nor time of an answer can tell of it.
on_both! {
    async fn only_what_everyone_may_see_is_in_the_index(world: World) {
        let nora = world.client().join("nora").await;
        let id = planted(&world, &nora, "zither").await;
        let holds = |word: &str| world.app.finder.dictionary().unwrap().iter().any(|term| term == word);
        assert!(holds("zither") && holds("nora"));
        for audience in ["followers", "friends", "only_me"] {
            say(&world, &nora, &id, json!({"audience": audience})).await;
            // Joined with others, segment by segment, its words go; going over everybody puts nothing back.
            finding::go_over(&world.app, 500).await.unwrap();
            assert_eq!(captions(&nora, "zither").await, [""; 0], "{audience}");
        }
        say(&world, &nora, &id, json!({"audience": "everyone"})).await;
        private(&nora, true).await;
        finding::catch_up(&world.app).await.unwrap();
        assert_eq!(captions(&nora, "zither").await, [""; 0]);
        private(&nora, false).await;
        finding::catch_up(&world.app).await.unwrap();
        assert_eq!(captions(&nora, "zither").await.len(), 1);
    }
}

// Every use case says what it changed: the index follows at once, without going over everybody.
on_both! {
    async fn the_index_follows_every_change_at_once(world: World) {
        let nora = world.client().join("qwendolin").await;
        let id = planted(&world, &nora, "zither").await;
        let privacy = |name: &str, value: bool| ("PATCH", "/api/v1/me/privacy".to_owned(), json!({ name: value }));
        let all = |word: &str| ("POST", "/api/v1/me/videos/audience".to_owned(), json!({"audience": word, "all": true}));
        let video = format!("/api/v1/videos/{id}");
        let steps = [
            (privacy("searchable", false), (false, true)),
            (privacy("searchable", true), (true, true)),
            (privacy("private_account", true), (true, false)),
            (privacy("private_account", false), (true, true)),
            (privacy("on_hiatus", true), (false, false)),
            (privacy("on_hiatus", false), (true, true)),
            (all("only_me"), (true, false)),
            (all("everyone"), (true, true)),
            (("PATCH", video.clone(), json!({"caption": "quiet"})), (true, false)),
            (("PATCH", video.clone(), json!({"caption": "zither"})), (true, true)),
            (("DELETE", video, json!(null)), (true, false)),
        ];
        for ((method, path, body), there) in steps {
            let reply = nora.call(method, &path, Some(body.clone())).await;
            assert!(reply.status.is_success(), "{path} {body} {}", reply.status);
            finding::catch_up(&world.app).await.unwrap();
            finding::tidy(&world.app).await.unwrap();
            let words = world.app.finder.dictionary().unwrap();
            let holds = |word: &str| words.iter().any(|term| term == word);
            assert_eq!((holds("qwendolin"), holds("zither")), there, "{path} {body}");
        }
    }
}

on_both! {
    async fn a_damaged_text_keeps_nobody_else_from_being_found(world: World) {
        let (nora, other) = (world.client().join("nora").await, world.client().join("other").await);
        planted(&world, &nora, "zither").await;
        let mut tx = world.app.db.write().await.unwrap();
        let damage = Statement::new("damage", "UPDATE accounts SET display_name = ?2 WHERE id = ?1");
        tx.execute(&damage, params![world.id_of(&other).await, b"nothing that opens".as_slice()]).await.unwrap();
        tx.commit().await.unwrap();
        let again = world.restart().await;
        assert_eq!(people(&again.client(), "nora").await, ["nora"]);
        assert_eq!(captions(&again.client(), "zither").await, ["zither"]);
        assert_eq!(people(&again.client(), "other").await, [""; 0]);
    }
}

on_both! {
    async fn an_erasure_leaves_no_word_in_the_index(world: World) {
        let (nora, stays) = (world.client().join("qwendolin").await, world.client().join("stayer").await);
        nora.call("PATCH", "/api/v1/me", Some(json!({"display_name": "Zebulon"}))).await.expect(200);
        planted(&world, &nora, "theremin #glockenspiel").await;
        planted(&world, &stays, "a bassoon").await;
        let holds = |word: &str| world.app.finder.dictionary().unwrap().iter().any(|term| term == word);
        let words = ["qwendolin", "zebulon", "theremin", "glockenspiel"];
        assert!(words.iter().all(|word| holds(word)));
        let receipt = leave(&world, &nora, "qwendolin").await;
        let state = world.client().get(&format!("/api/v1/receipts/{receipt}")).await.expect(200).json();
        assert_eq!(state["state"], "complete");
        for word in words {
            assert!(!holds(word), "{word}");
        }
        assert!(holds("bassoon") && holds("stayer"));
        assert_eq!(captions(&world.client(), "bassoon").await.len(), 1);
    }
}

on_both! {
    async fn the_index_is_built_again_at_start_and_follows_other_processes(world: World) {
        let nora = world.client().join("nora").await;
        planted(&world, &nora, "marimba").await;
        let other = world.restart().await;
        assert_eq!(captions(&other.client(), "marimba").await.len(), 1);
        // What this process changes the other one sees when it has gone over everybody.
        planted(&world, &nora, "vibraphone").await;
        world.client().join("newcomer").await;
        finding::go_over(&other.app, 500).await.unwrap();
        assert_eq!(captions(&other.client(), "vibraphone").await.len(), 1);
        assert_eq!(people(&other.client(), "newcomer").await.len(), 1);
        leave(&world, &nora, "nora").await;
        finding::go_over(&other.app, 1).await.unwrap();
        finding::go_over(&other.app, 500).await.unwrap();
        finding::go_over(&other.app, 500).await.unwrap();
        assert_eq!(people(&other.client(), "nora").await, [""; 0]);
    }
}

on_both! {
    async fn what_cannot_be_looked_for_is_told(world: World) {
        let client = world.client();
        for path in ["/api/v1/search", "/api/v1/search?q=", "/api/v1/search?q=%20", "/api/v1/search?q=a&limit=0"] {
            client.get(path).await.expect(422);
        }
        client.get(&format!("/api/v1/search?q={}", "a".repeat(101))).await.expect(422);
        client.get(&format!("/api/v1/search?q={}", "a".repeat(100))).await.expect(200);
        // Nothing is said to be missing while the index is not there yet.
        let mut starting = world.with_settings(|_| {});
        starting.app.finder = std::sync::Arc::new(outro_app::Finder::new().unwrap());
        for path in ["/api/v1/search?q=a", "/api/v1/tags/night/videos"] {
            assert_eq!(starting.client().get(path).await.expect(503).code(), "search_warming_up");
        }
    }
}

on_both! {
    async fn who_is_not_signed_in_searches_only_so_often(world: World) {
        world.to_a_new_day();
        let nora = world.client().join("nora").await;
        for _ in 0..60 {
            world.client().get("/api/v1/search?q=nora").await.expect(200);
        }
        let limited = world.client().get("/api/v1/search?q=nora").await.expect(429);
        let wait: i64 = limited.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        let form = axum::http::Request::post("/search").header("content-type", "application/x-www-form-urlencoded");
        let form = form.header("origin", "http://outro.test").body(axum::body::Body::from("q=nora")).unwrap();
        world.client().send(form).await.expect(429);
        nora.get("/api/v1/search?q=nora").await.expect(200);
        world.clock.advance_seconds(wait);
        world.client().get("/api/v1/search?q=nora").await.expect(200);
    }
}

on_both! {
    async fn a_search_from_a_page_stands_in_no_address(world: World) {
        world.client().join("nora").await;
        finding::catch_up(&world.app).await.unwrap();
        let form = axum::http::Request::post("/search").header("content-type", "application/x-www-form-urlencoded");
        let form = form.header("origin", "http://outro.test").body(axum::body::Body::from("q=nora")).unwrap();
        let page = world.client().send(form).await.expect(200).text();
        assert!(page.contains("/@nora") && page.contains("method=\"post\""));
        assert!(!world.client().get("/search?q=nora").await.expect(200).text().contains("/@nora"));
    }
}

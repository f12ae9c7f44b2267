//! The library: what is heard most, what is new, what is looked for; and nothing that may not be used.

use outro_app::finding;

use super::*;

async fn listed(client: &Client, query: &str) -> Vec<String> {
    let list = client.get(&format!("/api/v1/sounds?{query}")).await.expect(200).json();
    list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// A video with its sound, and so many others that use it.
async fn used(world: &World, maker: &Client, users: &[&Client]) -> (String, String) {
    world.clock.advance_seconds(1);
    let from = world.plant(maker, b"where the sound comes from").await;
    let sound = world.plant_sound(maker, &from).await;
    for user in users {
        let video = world.plant(user, OWN).await;
        world.plant_mix(user, &video, &sound, MIX).await;
    }
    (from, sound)
}

on_both! {
    async fn what_most_people_use_comes_first_and_what_is_new_is_there_too(world: World) {
        let (maker, one) = (world.client().join("maker").await, world.client().join("one.user").await);
        let (two, three) = (world.client().join("two.user").await, world.client().join("three.user").await);
        let (_, loved) = used(&world, &maker, &[&one, &two, &three]).await;
        // Who uses a sound often counts once.
        let (_, often) = used(&world, &maker, &[&one, &one, &one, &one]).await;
        let (_, pair) = used(&world, &two, &[&one, &three]).await;
        let (_, unused) = used(&world, &three, &[]).await;
        let anyone = world.client();
        assert_eq!(listed(&anyone, "").await, [&*loved, &pair, &often]);
        assert_eq!(listed(&anyone, "sort=trending").await, [&*loved, &pair, &often]);
        assert_eq!(listed(&anyone, "sort=new").await, [&*unused, &pair, &often, &loved]);
        for sort in ["trending", "new"] {
            let (mut query, mut seen) = (format!("sort={sort}&limit=1"), Vec::new());
            loop {
                let page = anyone.get(&format!("/api/v1/sounds?{query}")).await.expect(200).json();
                seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
                let Some(next) = page["next_cursor"].as_str() else { break };
                query = format!("sort={sort}&limit=1&cursor={next}");
            }
            assert_eq!(seen, listed(&anyone, &format!("sort={sort}")).await);
        }
        // What was used long ago is no trend.
        world.clock.advance_seconds(8 * 86_400);
        assert_eq!(listed(&anyone, "").await, Vec::<String>::new());
        assert_eq!(listed(&anyone, "sort=new").await.len(), 4);
        for wrong in ["sort=best", "limit=0", "cursor=x", "q=", "q=%20"] {
            anyone.get(&format!("/api/v1/sounds?{wrong}")).await.expect(422);
        }
    }
}

on_both! {
    async fn what_may_not_be_heard_or_used_is_in_no_list(world: World) {
        let Pair { maker, user, from, sound, video } = pair(&world).await;
        change(&maker, &format!("/api/v1/videos/{from}"), json!({"caption": "Rain on tin"})).await;
        let viewer = world.client().join("viewer").await;
        let expect = async |there: bool, about: &str| {
            finding::catch_up(&world.app).await.unwrap();
            for query in ["", "sort=new", "q=rain", "q=maker"] {
                for client in [&viewer, &world.client()] {
                    let found = listed(client, query).await.contains(&sound);
                    assert_eq!(found, there, "{about}: {query:?} as {:?}", client.token.is_some());
                }
            }
        };
        expect(true, "at first").await;
        let place = format!("/api/v1/videos/{from}");
        for (off, on) in [
            (json!({"sound_reuse": false}), json!({"sound_reuse": true})),
            (json!({"audience": "followers"}), json!({"audience": "everyone"})),
        ] {
            change(&maker, &place, off.clone()).await;
            expect(false, &off.to_string()).await;
            change(&maker, &place, on).await;
        }
        for field in ["private_account", "on_hiatus"] {
            privacy(&maker, field, true).await;
            expect(false, field).await;
            privacy(&maker, field, false).await;
        }
        expect(true, "back again").await;
        for (one, other) in [(&maker, "viewer"), (&viewer, "maker")] {
            one.call("PUT", &format!("/api/v1/accounts/{other}/block"), None).await.expect(200);
            for query in ["", "sort=new", "q=rain"] {
                assert_eq!(listed(&viewer, query).await, Vec::<String>::new(), "a block: {query}");
            }
            one.call("DELETE", &format!("/api/v1/accounts/{other}/block"), None).await.expect(200);
        }
        // A use that nobody may watch is no use.
        change(&user, &format!("/api/v1/videos/{video}"), json!({"audience": "only_me"})).await;
        assert_eq!(listed(&viewer, "").await, Vec::<String>::new());
        leave(&maker, "maker").await;
        assert_eq!(listed(&viewer, "sort=new").await, Vec::<String>::new(), "before any job has run");
        world.settle().await;
        expect(false, "left").await;
    }
}

async fn posted(client: &Client, q: &str) -> String {
    let form = axum::http::Request::post("/sounds").header("content-type", "application/x-www-form-urlencoded");
    let form = form.header("origin", "http://outro.test").body(axum::body::Body::from(format!("q={q}"))).unwrap();
    client.send(form).await.expect(200).text()
}

on_both! {
    async fn the_page_lists_them_and_what_is_looked_for_stands_in_no_address(world: World) {
        let Pair { maker, from, sound, .. } = pair(&world).await;
        change(&maker, &format!("/api/v1/videos/{from}"), json!({"caption": "Rain on tin\nsecond line"})).await;
        finding::catch_up(&world.app).await.unwrap();
        let anyone = world.client();
        for place in ["/sounds", "/sounds?sort=new"] {
            let page = anyone.get(place).await.expect(200).text();
            assert!(page.contains(&format!("/sounds/{sound}")) && page.contains("Rain on tin") && page.contains("@maker"));
            assert!(!page.contains("second line") && page.contains("Used in 1 video"), "{page}");
            assert!(page.contains("/login?next="), "who has no account is led to sign in");
        }
        assert!(posted(&anyone, "rain").await.contains(&format!("/sounds/{sound}")));
        let none = posted(&anyone, "thunder").await;
        assert!(none.contains("No sounds here") && none.contains("method=\"post\""));
        assert!(!anyone.get("/sounds?q=thunder").await.expect(200).text().contains("thunder"));
        let found = anyone.get(&format!("/api/v1/sounds/{sound}")).await.expect(200).json();
        assert_eq!((&found["title"], &found["peaks"]), (&json!("Rain on tin"), &json!("")));
    }
}

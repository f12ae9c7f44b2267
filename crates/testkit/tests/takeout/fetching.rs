//! Asking for an archive, fetching it, and its end.

use super::*;

on_both! {
    async fn an_archive_is_fetched_in_parts_and_goes_on_where_it_was(world: World) {
        let ada = world.client().join("ada").await;
        world.plant(&ada, &[7; 300_000]).await;
        let id = asked(&world, &ada).await;
        let path = download(&id);
        let whole = ada.get(&path).await.expect(200);
        assert_eq!(whole.headers[header::CONTENT_TYPE], "application/zip");
        assert_eq!(whole.headers[header::CACHE_CONTROL], "private, no-cache");
        let etag = whole.headers[header::ETAG].to_str().unwrap().to_owned();
        let with = |range: &str, tag: &str| {
            let request = Request::get(&path).header(header::RANGE, range).header(header::IF_RANGE, tag);
            request.body(Body::empty()).unwrap()
        };
        let cut = whole.body.len() / 3;
        let first = ada.send(with(&format!("bytes=0-{}", cut - 1), &etag)).await.expect(206);
        let rest = ada.send(with(&format!("bytes={cut}-"), &etag)).await.expect(206);
        assert_eq!([first.body, rest.body].concat(), whole.body);
        // Of another archive a part is of no use: then all of it comes.
        assert_eq!(ada.send(with("bytes=5-9", "\"another\"")).await.expect(200).body, whole.body);
        assert_eq!(ada.get_range(&path, "bytes=999999999-").await.status, 416);
        let known = Request::get(&path).header(header::IF_NONE_MATCH, &etag).body(Body::empty()).unwrap();
        assert_eq!(ada.send(known).await.status, 304);
        assert!(ada.call("HEAD", &path, None).await.expect(200).body.is_empty());
    }
}

on_both! {
    async fn one_is_made_at_a_time_and_takes_the_place_of_the_one_before(world: World) {
        let ada = world.client().join("ada").await;
        let first = asked(&world, &ada).await;
        world.clock.advance_seconds(1);
        ada.call("POST", TAKEOUTS, None).await.expect(202);
        assert_eq!(ada.call("POST", TAKEOUTS, None).await.expect(409).code(), "takeout_under_way");
        // Until the new one is made the old one is there.
        ada.get(&download(&first)).await.expect(200);
        let making = ada.get(TAKEOUTS).await.expect(200).json();
        assert_eq!((&making["items"][0]["state"], &making["items"][0]["download_url"]), (&json!("making"), &Value::Null));
        world.run_jobs().await;
        ada.get(&download(&first)).await.expect(404);
        let list = ada.get(TAKEOUTS).await.expect(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        assert_eq!(list["items"][0]["progress"], 1.0);
        world.clock.advance_seconds(901);
        assert_eq!(ada.call("POST", TAKEOUTS, None).await.expect(403).code(), "password_needed");
    }
}

on_both! {
    async fn an_archive_is_its_owners_alone(world: World) {
        let (ada, bob) = (world.client().join("ada").await, world.client().join("bob").await);
        let id = asked(&world, &ada).await;
        let never = "AAAAAAAAAAAAAAAAAAAAAA";
        for (method, path) in [("GET", ""), ("DELETE", ""), ("GET", "/download")] {
            let hidden = bob.call(method, &format!("{TAKEOUTS}/{id}{path}"), None).await.expect(404);
            let nothing = bob.call(method, &format!("{TAKEOUTS}/{never}{path}"), None).await.expect(404);
            assert_eq!((hidden.body, hidden.headers), (nothing.body, nothing.headers));
            world.client().call(method, &format!("{TAKEOUTS}/{id}{path}"), None).await.expect(401);
        }
        ada.call("DELETE", &format!("{TAKEOUTS}/{id}"), None).await.expect(204);
        ada.get(&download(&id)).await.expect(404);
        assert!(world.app.blobs.list(world.id_of(&ada).await).await.unwrap().is_empty());
    }
}

on_both! {
    async fn what_is_taken_back_while_it_is_made_does_not_come(world: World) {
        let ada = world.client().join("ada").await;
        let id = ada.call("POST", TAKEOUTS, None).await.expect(202).json()["id"].as_str().unwrap().to_owned();
        ada.call("DELETE", &format!("{TAKEOUTS}/{id}"), None).await.expect(204);
        world.run_jobs().await;
        assert_eq!(ada.get(TAKEOUTS).await.json()["items"], json!([]));
        assert!(world.app.blobs.list(world.id_of(&ada).await).await.unwrap().is_empty());
    }
}

on_both! {
    async fn an_archive_goes_by_itself(world: World) {
        let ada = world.client().join("ada").await;
        let id = asked(&world, &ada).await;
        outro_app::housekeeping::schedule(&world.app).await.unwrap();
        world.run_jobs().await;
        ada.get(&download(&id)).await.expect(200);
        world.clock.advance_seconds(7 * 86_400 + 1);
        // At once for whoever asks, and from the disk within the hour.
        ada.get(&download(&id)).await.expect(404);
        assert_eq!(ada.get(TAKEOUTS).await.json()["items"], json!([]));
        world.run_jobs().await;
        assert!(world.rows("takeouts").await.is_empty());
        assert!(world.app.blobs.list(world.id_of(&ada).await).await.unwrap().is_empty());
    }
}

on_both! {
    async fn an_archive_is_gone_with_its_owner_and_one_that_is_made_too(world: World) {
        let ada = world.client().join("ada").await;
        let account = world.id_of(&ada).await;
        let id = asked(&world, &ada).await;
        ada.call("POST", TAKEOUTS, None).await.expect(202);
        let begun = ada.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
        let proof = json!({"challenge": begun["challenge"], "password": "ada-password"});
        ada.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
        ada.get(&download(&id)).await.expect(401);
        world.settle().await;
        assert!(world.rows("takeouts").await.is_empty());
        assert!(!world.app.blobs.home_exists(account).await.unwrap());
    }
}

//! What stands first on a profile.

use super::*;

async fn pin(client: &Client, video: &str) -> Reply {
    client.call("PUT", &format!("/api/v1/videos/{video}/pin"), None).await
}

on_both! {
    async fn three_stand_first_and_no_more(world: World) {
        let (owner, nobody) = (world.client().join("owner").await, world.client());
        let mut videos = Vec::new();
        for _ in 0..5 {
            videos.push(world.plant(&owner, b"bytes").await);
            world.clock.advance_seconds(1);
        }
        for video in &videos[..3] {
            pin(&owner, video).await.expect(200);
            pin(&owner, video).await.expect(200);
            world.clock.advance_seconds(1);
        }
        assert_eq!(pin(&owner, &videos[3]).await.expect(409).code(), "too_many_pins");
        let last_first: Vec<String> = videos[..3].iter().rev().cloned().collect();
        assert_eq!(listed(&nobody, "/api/v1/accounts/owner/pins").await, last_first);
        // The page has each once, those that stand first before the others.
        let page = nobody.get("/@owner").await.expect(200).text();
        let place = |id: &str| page.find(&format!("/v/{id}\"")).unwrap();
        let order = [&videos[2], &videos[1], &videos[0], &videos[4], &videos[3]];
        assert!(order.map(|id| place(id)).is_sorted(), "{order:?}");
        assert_eq!(page.matches("badge pin").count(), 3);
        owner.call("DELETE", &format!("/api/v1/videos/{}/pin", videos[1]), None).await.expect(200);
        pin(&owner, &videos[3]).await.expect(200);
        // What is taken away makes room, and what only some may see stands first for them alone.
        owner.call("DELETE", &format!("/api/v1/videos/{}", videos[3]), None).await.expect(204);
        pin(&owner, &videos[4]).await.expect(200);
        set(&owner, &videos[4], json!({"audience": "followers"})).await.expect(200);
        assert_eq!(listed(&nobody, "/api/v1/accounts/owner/pins").await, [videos[2].clone(), videos[0].clone()]);
        assert_eq!(listed(&owner, "/api/v1/accounts/owner/pins").await.len(), 3);
        world.settle().await;
    }
}

on_both! {
    async fn of_many_at_once_three_get_their_place(world: World) {
        let owner = world.client().join("owner").await;
        let mut videos = Vec::new();
        for _ in 0..6 {
            videos.push(world.plant(&owner, b"bytes").await);
        }
        let asked = videos.iter().map(|video| {
            let (owner, video) = (owner.clone(), video.clone());
            tokio::spawn(async move { pin(&owner, &video).await.status.as_u16() })
        });
        let mut answers = Vec::new();
        for one in asked.collect::<Vec<_>>() {
            answers.push(one.await.unwrap());
        }
        answers.sort_unstable();
        assert_eq!(answers, [200, 200, 200, 409, 409, 409]);
    }
}

on_both! {
    async fn nobody_pins_what_is_not_theirs_or_not_out(world: World) {
        let (owner, other) = (world.client().join("owner").await, world.client().join("other").await);
        let video = world.plant(&owner, b"bytes").await;
        pin(&other, &video).await.expect(404);
        pin(&world.client(), &video).await.expect(401);
        let draft = world.plant_draft(&owner).await;
        assert_eq!(pin(&owner, &draft).await.expect(409).code(), "still_a_draft");
        assert!(world.rows("videos").await.iter().all(|row| row.contains("pinned_at=0")));
    }
}

//! A media address that was handed out is good for as long as the policy says, and no request longer.

use super::*;

async fn assert_plays(client: &Client, id: &str) {
    for part in ["video.mp4", "cover.jpg"] {
        client.get(&format!("/media/{id}/{part}")).await.expect(200);
    }
    client.get_range(&format!("/media/{id}/video.mp4"), "bytes=1-2").await.expect(206);
    client.get(&format!("/api/v1/videos/{id}")).await.expect(200);
}

/// Exactly what they would get for an id that never was.
async fn assert_never_was(client: &Client, id: &str) {
    for template in ["/media/{id}/video.mp4", "/media/{id}/cover.jpg", "/api/v1/videos/{id}"] {
        let hidden = client.get(&template.replace("{id}", id)).await;
        let never = client.get(&template.replace("{id}", "AAAAAAAAAAAAAAAAAAAAAA")).await;
        assert_eq!(never.status, 404, "{template}");
        assert_eq!(told(&hidden), told(&never), "{template}");
    }
    let hidden = page(client, &format!("/v/{id}")).await;
    assert_eq!(told(&hidden), told(&page(client, "/v/AAAAAAAAAAAAAAAAAAAAAA").await.expect(404)));
    let ranged = client.get_range(&format!("/media/{id}/video.mp4"), "bytes=1-2").await;
    assert_eq!(ranged.status, 404);
}

on_both! {
    async fn going_private_closes_old_addresses_to_all_but_followers(world: World) {
        let (ben, fan, stranger) = (world.client().join("ben").await, world.client().join("fan").await, world.client().join("stranger").await);
        let id = world.plant(&ben, b"the bytes").await;
        follow(&fan, "ben").await;
        for client in [&world.client(), &stranger, &fan, &ben] {
            assert_plays(client, &id).await;
        }
        private(&ben, true).await;
        for client in [&world.client(), &stranger] {
            assert_never_was(client, &id).await;
        }
        for client in [&fan, &ben] {
            assert_plays(client, &id).await;
        }
    }
}

on_both! {
    async fn a_request_opens_nothing_until_it_is_accepted(world: World) {
        let (ben, ana) = (world.client().join("ben").await, world.client().join("ana").await);
        let id = world.plant(&ben, b"the bytes").await;
        private(&ben, true).await;
        follow(&ana, "ben").await;
        assert_never_was(&ana, &id).await;
        answer(&ben, "DELETE", "ana").await.expect(204);
        assert_never_was(&ana, &id).await;
        follow(&ana, "ben").await;
        answer(&ben, "PUT", "ana").await.expect(204);
        assert_plays(&ana, &id).await;
    }
}

on_both! {
    async fn unfollowing_removal_and_block_each_close_at_once(world: World) {
        let (ben, ana) = (world.client().join("ben").await, world.client().join("ana").await);
        let id = world.plant(&ben, b"the bytes").await;
        private(&ben, true).await;
        for end in ["unfollow", "removal", "block", "block by the other"] {
            assert_eq!(follow(&ana, "ben").await, "requested", "{end}");
            answer(&ben, "PUT", "ana").await.expect(204);
            assert_plays(&ana, &id).await;
            match end {
                "unfollow" => take_back(&ana, "ben", "follow").await.expect(200),
                "removal" => ben.call("DELETE", "/api/v1/me/followers/ana", None).await.expect(204),
                "block" => put(&ana, "ben", "block").await.expect(200),
                _ => put(&ben, "ana", "block").await.expect(200),
            };
            assert_never_was(&ana, &id).await;
            take_back(&ana, "ben", "block").await;
            take_back(&ben, "ana", "block").await;
            assert_never_was(&ana, &id).await;
        }
    }
}

on_both! {
    async fn a_public_video_is_closed_to_the_blocked_both_ways(world: World) {
        let (ben, ana) = (world.client().join("ben").await, world.client().join("ana").await);
        let (of_ben, of_ana) = (world.plant(&ben, b"of ben").await, world.plant(&ana, b"of ana").await);
        put(&ben, "ana", "block").await.expect(200);
        assert_never_was(&ana, &of_ben).await;
        assert_never_was(&ben, &of_ana).await;
        assert_plays(&world.client(), &of_ben).await;
        take_back(&ben, "ana", "block").await.expect(200);
        assert_plays(&ana, &of_ben).await;
        assert_plays(&ben, &of_ana).await;
    }
}

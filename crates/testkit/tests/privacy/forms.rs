//! Forms about people: answering requests, removing a follower, leaving a group, who may comment.

use super::*;

async fn follows(world: &World, follower: &Client, followed: &Client) -> bool {
    let (follower, followed) = (world.id_of(follower).await, world.id_of(followed).await);
    graph::standing(&mut world.app.db.read().await.unwrap(), follower, followed).await.unwrap().ties.follows
}

/// A private account, and three who have asked to follow it.
async fn asked(world: &World) -> (Client, [Client; 3]) {
    let owner = world.client().join("owner").await;
    privacy(&owner, json!({"private_account": true})).await.expect(200);
    let fans = [world.client().join("ada").await, world.client().join("bob").await, world.client().join("cat").await];
    for fan in &fans {
        fan.call("PUT", "/api/v1/accounts/owner/follow", None).await.expect(200);
    }
    (owner, fans)
}

fn location(reply: &Reply) -> &str {
    reply.headers["location"].to_str().unwrap()
}

on_both! {
    async fn one_request_is_answered_on_the_list(world: World) {
        let (owner, [ada, bob, cat]) = asked(&world).await;
        let list = page(&owner, "/requests").await.expect(200).text();
        for handle in ["ada", "bob", "cat"] {
            assert!(list.contains(&format!("name=\"handle\" value=\"{handle}\"")), "{handle}");
        }
        let accepted = send_form(&owner, "/requests", "handle=ada&accept=true").await.expect(303);
        assert_eq!(location(&accepted), "/requests?done=request_accepted");
        let declined = send_form(&owner, "/requests", "handle=bob&accept=false").await.expect(303);
        assert_eq!(location(&declined), "/requests?done=request_declined");
        assert_eq!((follows(&world, &ada, &owner).await, follows(&world, &bob, &owner).await), (true, false));
        // Taken back meanwhile, or never made: the list says so.
        cat.call("DELETE", "/api/v1/accounts/owner/follow", None).await.expect(200);
        assert_eq!(location(&send_form(&owner, "/requests", "handle=cat&accept=true").await.expect(303)), "/requests");
        assert!(!follows(&world, &cat, &owner).await);
        let before = world.everything().await;
        assert_eq!(send_form(&owner, "/requests", "handle=ada&accept=perhaps").await.status, 422);
        assert_eq!(world.everything().await, before);
    }
}

on_both! {
    async fn all_requests_are_answered_at_once(world: World) {
        let (owner, fans) = asked(&world).await;
        let declined = send_form(&owner, "/requests/all", "accept=false").await.expect(303);
        assert_eq!(location(&declined), "/requests?done=requests_declined");
        world.settle().await;
        for fan in &fans {
            assert!(!follows(&world, fan, &owner).await);
            fan.call("PUT", "/api/v1/accounts/owner/follow", None).await.expect(200);
        }
        let accepted = send_form(&owner, "/requests/all", "accept=true").await.expect(303);
        assert_eq!(location(&accepted), "/requests?done=requests_accepted");
        assert!(page(&owner, "/requests").await.text().contains("No requests"));
        world.settle().await;
        for fan in &fans {
            assert!(follows(&world, fan, &owner).await);
        }
    }
}

// Who is told of a request is led to where it is answered, and so is who looks at the profile.
on_both! {
    async fn a_request_is_answered_from_its_notification_and_on_the_profile(world: World) {
        let (owner, [ada, bob, _]) = asked(&world).await;
        let activity = page(&owner, "/activity").await.expect(200).text();
        assert!(activity.contains("href=\"/requests\"") && !activity.contains("href=\"/@ada\""), "{activity}");
        let profile = page(&owner, "/@ada").await.expect(200).text();
        assert!(profile.contains("They have asked to follow you."));
        assert_eq!(owner.get("/api/v1/accounts/ada").await.expect(200).json()["asks_me"], true);
        for (handle, accept, done) in [("ada", true, "request_accepted"), ("bob", false, "request_declined")] {
            let fields = format!("handle={handle}&accept={accept}&back=/@{handle}");
            let reply = send_form(&owner, "/requests", &fields).await.expect(303);
            assert_eq!(location(&reply), format!("/@{handle}?done={done}"));
            assert!(!page(&owner, &format!("/@{handle}")).await.text().contains("They have asked to follow you."));
        }
        assert_eq!((follows(&world, &ada, &owner).await, follows(&world, &bob, &owner).await), (true, false));
        // Nobody else learns of it, and it stands on nobody's profile but that of who asks.
        assert!(!page(&ada, "/@cat").await.text().contains("They have asked to follow you."));
        assert_eq!(ada.get("/api/v1/accounts/cat").await.expect(200).json()["asks_me"], false);
        // Another site is not gone to.
        let reply = send_form(&owner, "/requests", "handle=cat&accept=true&back=//evil.example").await.expect(303);
        assert_eq!(location(&reply), "/requests?done=request_accepted");
    }
}

on_both! {
    async fn a_follower_is_removed_without_a_word(world: World) {
        let cast = Cast::of(&world).await;
        let list = page(&cast.owner, "/@owner/followers").await.expect(200).text();
        assert!(list.contains("action=\"/accounts/follower/remove\""));
        let reply = send_form(&cast.owner, "/accounts/follower/remove", "back=/@owner/followers").await.expect(303);
        assert_eq!(location(&reply), "/@owner/followers?done=follower_removed");
        assert!(!follows(&world, &cast.follower, &cast.owner).await && follows(&world, &cast.friend, &cast.owner).await);
        assert!(!page(&cast.owner, "/@owner/followers").await.text().contains("/accounts/follower/remove"));
        assert_eq!(cast.follower.get("/api/v1/me/notifications").await.expect(200).json()["items"], json!([]));
        send_form(&cast.owner, "/accounts/nobody_here/remove", "").await.expect(404);
    }
}

on_both! {
    async fn a_group_is_left_by_its_form(world: World) {
        let cast = Cast::of(&world).await;
        let opened = json!({"to": ["friend", "stranger"], "text": "welcome"});
        let talk = cast.owner.post("/api/v1/conversations", opened).await.expect(201).json()["id"].as_str().unwrap().to_owned();
        let address = format!("/inbox/{talk}/leave");
        let chat = page(&cast.stranger, &format!("/inbox/{talk}")).await.expect(200).text();
        assert!(chat.contains(&format!("action=\"{address}\"")) && chat.contains("Somebody who is not your friend is in it."));
        assert_eq!(location(&send_form(&cast.stranger, &address, "").await.expect(303)), "/inbox");
        assert_eq!(page(&cast.stranger, &format!("/inbox/{talk}")).await.status, 404);
        assert_eq!(world.rows("members").await.len(), 2);
        send_form(&cast.stranger, &address, "").await.expect(404);
        send_form(&cast.follower, &address, "").await.expect(404);
        // Of two people nobody leaves.
        let pair = cast.owner.post("/api/v1/conversations", json!({"to": ["friend"]})).await.expect(201).json();
        let pair = pair["id"].as_str().unwrap();
        assert_eq!(send_form(&cast.owner, &format!("/inbox/{pair}/leave"), "").await.status, 409);
    }
}

// A video may take fewer comments than its owner does, and never more.
on_both! {
    async fn a_video_of_its_own_takes_comments_from_fewer(world: World) {
        let cast = Cast::of(&world).await;
        let id = world.plant(&cast.owner, b"the bytes").await;
        let near = |circle: &str| ["everyone", "followers", "friends", "no_one"].iter().position(|word| *word == circle).unwrap();
        for of_account in ["everyone", "followers", "friends", "no_one"] {
            privacy(&cast.owner, json!({"comments_from": of_account})).await.expect(200);
            for of_video in ["everyone", "followers", "friends", "no_one"] {
                let change = json!({"comments_from": of_video});
                cast.owner.call("PATCH", &format!("/api/v1/videos/{id}"), Some(change)).await.expect(200);
                for (who, client, close) in cast.others() {
                    let about = format!("{who}: account {of_account}, video {of_video}");
                    let reply = client.post(&format!("/api/v1/videos/{id}/comments"), json!({"text": "hello"})).await;
                    if client.token.is_none() {
                        assert_eq!(reply.status, 401, "{about}");
                        continue;
                    }
                    let may = usize::from(close) >= near(of_account).max(near(of_video));
                    assert_eq!(reply.status.as_u16(), if may { 201 } else { 403 }, "{about}");
                    assert!(may || reply.code() == "comments_closed", "{about}");
                    let text = page(client, &format!("/v/{id}/comments")).await.expect(200).text();
                    assert_eq!(text.contains(&format!("action=\"/v/{id}/comments\"")), may, "{about}");
                }
                world.clock.advance_seconds(60);
            }
        }
    }
}

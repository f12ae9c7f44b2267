//! Going public again asks what becomes of open follow requests.

use super::*;

/// Sends the form of the page.
async fn sent(client: &Client, fields: &str) -> Reply {
    send_form(client, "/settings/privacy", fields).await
}

async fn step(client: &Client) -> String {
    page(client, "/settings/privacy/private").await.expect(200).text()
}

async fn step_back(client: &Client) -> String {
    page(client, "/settings/privacy/hiatus").await.expect(200).text()
}

const ASKS: &str = "name=\"follow_requests\" value=\"accept\"";

/// A private account, and somebody who has asked to follow it.
async fn asked(world: &World) -> (Client, Client) {
    let (owner, fan) = (world.client().join("owner").await, world.client().join("fan").await);
    privacy(&owner, json!({"private_account": true})).await.expect(200);
    fan.call("PUT", "/api/v1/accounts/owner/follow", None).await.expect(200);
    (owner, fan)
}

async fn follows(world: &World, fan: &Client, owner: &Client) -> bool {
    let (fan, owner) = (world.id_of(fan).await, world.id_of(owner).await);
    graph::standing(&mut world.app.db.read().await.unwrap(), fan, owner).await.unwrap().ties.follows
}

async fn waiting(owner: &Client) -> i64 {
    owner.get("/api/v1/me/privacy").await.expect(200).json()["waiting_follow_requests"].as_i64().unwrap()
}

on_both! {
    async fn open_requests_are_accepted_declined_or_wait(world: World) {
        for (round, (answer, follows, waits)) in [("keep", false, 1), ("decline", false, 0), ("accept", true, 0)].into_iter().enumerate() {
            let (owner, fan) = (world.client().join(&format!("owner{round}")).await, world.client().join(&format!("fan{round}")).await);
            privacy(&owner, json!({"private_account": true})).await.expect(200);
            fan.call("PUT", &format!("/api/v1/accounts/owner{round}/follow"), None).await.expect(200);
            assert!(step(&owner).await.contains("name=\"follow_requests\" value=\"accept\""), "{answer}");
            sent(&owner, &format!("private_account=false&follow_requests={answer}")).await.expect(303);
            world.settle().await;
            let now = owner.get("/api/v1/me/privacy").await.json();
            assert_eq!(now["private_account"], false);
            let open = owner.get("/api/v1/me/follow-requests").await.expect(200).json();
            assert_eq!(open["items"].as_array().unwrap().len(), waits, "{answer}");
            let (fan, owner) = (world.id_of(&fan).await, world.id_of(&owner).await);
            let standing = graph::standing(&mut world.app.db.read().await.unwrap(), fan, owner).await.unwrap();
            assert_eq!(standing.ties.follows, follows, "{answer}");
        }
    }
}

on_both! {
    async fn nobody_is_asked_about_what_is_not_there(world: World) {
        let (owner, fan) = (world.client().join("owner").await, world.client().join("fan").await);
        privacy(&owner, json!({"private_account": true})).await.expect(200);
        assert!(!step(&owner).await.contains("name=\"follow_requests\""));
        fan.call("PUT", "/api/v1/accounts/owner/follow", None).await.expect(200);
        let wrong = sent(&owner, "private_account=false&follow_requests=perhaps").await;
        assert_eq!(wrong.status, 422);
        assert_eq!(owner.get("/api/v1/me/privacy").await.json()["private_account"], true);
    }
}

// A program can ask as the page does: it is told how many wait, and answers in the same call.
on_both! {
    async fn a_program_is_told_who_waits_and_answers_in_the_same_call(world: World) {
        for (answer, accepted, waits) in [("keep", false, 1), ("decline", false, 0), ("accept", true, 0)] {
            let (owner, fan) = (format!("owner.{answer}"), format!("fan.{answer}"));
            let follow = format!("/api/v1/accounts/{owner}/follow");
            let (owner, fan) = (world.client().join(&owner).await, world.client().join(&fan).await);
            privacy(&owner, json!({"private_account": true})).await.expect(200);
            fan.call("PUT", &follow, None).await.expect(200);
            assert_eq!(waiting(&owner).await, 1);
            let change = json!({"private_account": false, "follow_requests": answer});
            let now = privacy(&owner, change).await.expect(200).json();
            assert_eq!((&now["private_account"], &now["waiting_follow_requests"]), (&json!(false), &json!(waits)), "{answer}");
            world.settle().await;
            assert_eq!((waiting(&owner).await, follows(&world, &fan, &owner).await), (waits, accepted), "{answer}");
        }
    }
}

on_both! {
    async fn without_an_answer_requests_wait_on(world: World) {
        let (owner, fan) = asked(&world).await;
        let now = privacy(&owner, json!({"private_account": false})).await.expect(200).json();
        assert_eq!(now["waiting_follow_requests"], 1);
        world.settle().await;
        assert!(!follows(&world, &fan, &owner).await);
        assert_eq!(waiting(&owner).await, 1);
    }
}

// One wrong field: nobody is accepted, nothing is changed.
on_both! {
    async fn it_is_done_whole_or_not_at_all(world: World) {
        let (owner, fan) = asked(&world).await;
        let before = world.everything().await;
        let fields = "private_account=false&follow_requests=accept&comments_from=nobody";
        assert_eq!(sent(&owner, fields).await.status, 422);
        let fields = json!({"private_account": false, "follow_requests": "accept", "messages_from": "followers"});
        privacy(&owner, fields).await.expect(422);
        let problem = privacy(&owner, json!({"private_account": false, "follow_requests": "perhaps"})).await.expect(422).json();
        assert_eq!(problem["errors"][0]["field"], "follow_requests");
        world.run_jobs().await;
        assert_eq!(world.everything().await, before);
        assert!(!follows(&world, &fan, &owner).await);
    }
}

// Who is away sees nobody who asks: the question waits until they are back, and is asked then.
on_both! {
    async fn going_public_while_away_is_asked_about_when_coming_back(world: World) {
        let (owner, fan) = asked(&world).await;
        privacy(&owner, json!({"on_hiatus": true})).await.expect(200);
        let text = step(&owner).await;
        assert!(!text.contains(ASKS) && text.contains("You are asked about that when you come back."), "{text}");
        // Nobody is accepted unseen, and the rest of such a change is not made either.
        let refused = privacy(&owner, json!({"private_account": false, "follow_requests": "accept"})).await;
        assert_eq!(refused.expect(403).code(), "account_away");
        assert_eq!(owner.get("/api/v1/me/privacy").await.json()["private_account"], true);
        // A private account's requests wait as they did before: there is nothing to ask.
        assert!(!step_back(&owner).await.contains(ASKS));
        sent(&owner, "private_account=false").await.expect(303);
        assert!(step_back(&owner).await.contains(ASKS));
        sent(&owner, "on_hiatus=false&follow_requests=accept").await.expect(303);
        world.settle().await;
        assert!(follows(&world, &fan, &owner).await);
        assert_eq!(waiting(&owner).await, 0);
    }
}

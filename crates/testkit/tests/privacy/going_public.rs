//! Going public again asks what becomes of open follow requests.

use super::*;

/// Sends the form of the page as a browser does, with the token that stands in it.
async fn send_form(client: &Client, fields: &str) -> Reply {
    let text = page(client, "/settings/privacy/private").await.expect(200).text();
    let token = text.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let session = client.token.as_ref().unwrap();
    let request = Request::post("/settings/privacy")
        .header("cookie", format!("outro_session={session}"))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("csrf={token}&{fields}")));
    client.anonymous().send(request.unwrap()).await
}

async fn step(client: &Client) -> String {
    page(client, "/settings/privacy/private").await.expect(200).text()
}

on_both! {
    async fn open_requests_are_accepted_declined_or_wait(world: World) {
        for (round, (answer, follows, waits)) in [("wait", false, 1), ("decline", false, 0), ("accept", true, 0)].into_iter().enumerate() {
            let (owner, fan) = (world.client().join(&format!("owner{round}")).await, world.client().join(&format!("fan{round}")).await);
            privacy(&owner, json!({"private_account": true})).await.expect(200);
            fan.call("PUT", &format!("/api/v1/accounts/owner{round}/follow"), None).await.expect(200);
            assert!(step(&owner).await.contains("name=\"requests\" value=\"accept\""), "{answer}");
            send_form(&owner, &format!("private_account=false&requests={answer}")).await.expect(303);
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
        assert!(!step(&owner).await.contains("name=\"requests\""));
        fan.call("PUT", "/api/v1/accounts/owner/follow", None).await.expect(200);
        let wrong = send_form(&owner, "private_account=false&requests=perhaps").await;
        assert_eq!(wrong.status, 422);
        assert_eq!(owner.get("/api/v1/me/privacy").await.json()["private_account"], true);
    }
}

//! The part of the walk that is about who follows whom.

use outro_model::AccountId;
use outro_store::accounts::{self, PrivacyChange};

use super::scenario::Walk;
use super::*;

/// `client` is signed in as `walker`; the one who stays to the end is `reader`.
pub(super) async fn walk(walk: &mut Walk, client: &Client) {
    let reader = walk.reader.clone();
    for what in ["follow", "block", "mute"] {
        let route = format!("/api/v1/accounts/{{handle}}/{what}");
        for method in ["PUT", "DELETE"] {
            for (handle, status) in [("reader", 200), ("nobody", 404), ("walker", 409)] {
                walk.ask(client, (method, &route, handle), None, status).await;
            }
        }
    }
    for list in ["followers", "following"] {
        let route = format!("/api/v1/accounts/{{handle}}/{list}");
        walk.ask(client, ("PUT", "/api/v1/accounts/{handle}/follow", "reader"), None, 200).await;
        walk.ask(client, ("GET", &route, "reader"), None, 200).await;
        walk.ask(client, ("GET", &route, "nobody"), None, 404).await;
        let reply = client.get(&format!("/api/v1/accounts/reader/{list}?cursor=x")).await;
        walk.described.hold("GET", &route, 422, &reply);
    }
    requests(walk, client, &reader).await;
    for list in ["/api/v1/me/follow-requests", "/api/v1/me/blocked", "/api/v1/me/muted"] {
        walk.ask(client, ("GET", list, ""), None, 200).await;
        let reply = client.get(&format!("{list}?limit=0")).await;
        walk.described.hold("GET", list, 422, &reply);
    }
    away(walk, client).await;
}

async fn requests(walk: &mut Walk, client: &Client, reader: &Client) {
    let (one, all) = ("/api/v1/me/follow-requests/{handle}", "/api/v1/me/follow-requests/all");
    let removal = "/api/v1/me/followers/{handle}";
    for (handle, status) in [("walker", 204), ("nobody", 404), ("reader", 409)] {
        walk.ask(reader, ("DELETE", removal, handle), None, status).await;
    }
    reader.call("PATCH", "/api/v1/me/privacy", Some(json!({"private_account": true}))).await.expect(200);
    let asked = walk.ask(client, ("PUT", "/api/v1/accounts/{handle}/follow", "reader"), None, 200).await;
    assert_eq!(asked.json()["state"], "requested");
    walk.ask(reader, ("GET", "/api/v1/me/follow-requests", ""), None, 200).await;
    for method in ["PUT", "DELETE"] {
        for (handle, status) in [("walker", 204), ("nobody", 404), ("reader", 409)] {
            walk.ask(reader, (method, one, handle), None, status).await;
        }
    }
    walk.ask(reader, ("POST", all, ""), Some(json!({"accept": true})), 202).await;
    walk.ask(reader, ("POST", all, ""), Some(json!({"accept": "yes"})), 422).await;
    walk.world.run_jobs().await;
    reader.call("PATCH", "/api/v1/me/privacy", Some(json!({"private_account": false}))).await.expect(200);
}

/// What others would notice is refused while one is away.
async fn away(walk: &mut Walk, client: &Client) {
    let id = walk.world.id_of(client).await;
    set_away(&walk.world, id, true).await;
    walk.ask(client, ("PUT", "/api/v1/accounts/{handle}/follow", "reader"), None, 403).await;
    walk.ask(client, ("POST", "/api/v1/me/follow-requests/all", ""), Some(json!({"accept": true})), 403).await;
    // Whom one does not have as a follower one would accept.
    walk.ask(client, ("PUT", "/api/v1/me/follow-requests/{handle}", "reader"), None, 403).await;
    set_away(&walk.world, id, false).await;
}

async fn set_away(world: &World, account: AccountId, on_hiatus: bool) {
    let mut tx = world.app.db.write().await.unwrap();
    let change = PrivacyChange { on_hiatus: Some(on_hiatus), ..PrivacyChange::default() };
    assert!(accounts::set_privacy(&mut tx, account, change).await.unwrap());
    tx.commit().await.unwrap();
}

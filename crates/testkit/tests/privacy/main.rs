//! Who may see, find and do what, over HTTP: every setting for every relation, hiatus, audiences of many
//! videos, and looking at oneself with the eyes of others.

mod audiences;
mod away;
mod checkup;
mod forms;
mod going_public;
mod hiatus;
mod pace;
mod recount;
mod see_as;
mod settings;
mod streams;

use axum::body::Body;
use axum::http::Request;
use outro_model::AccountId;
use outro_store::graph;
use outro_testkit::{Client, Reply, World, on_both};
use serde_json::{Value, json};

/// An id in the right form that nothing has.
const NO_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// An owner, and one of each relation to them.
struct Cast {
    owner: Client,
    anyone: Client,
    stranger: Client,
    requested: Client,
    follower: Client,
    friend: Client,
}

impl Cast {
    async fn of(world: &World) -> Self {
        let client = world.client();
        let cast = Self {
            owner: client.join("owner").await,
            anyone: client.clone(),
            stranger: client.join("stranger").await,
            requested: client.join("requested").await,
            follower: client.join("follower").await,
            friend: client.join("friend").await,
        };
        let owner = world.id_of(&cast.owner).await;
        let (follower, friend) = (world.id_of(&cast.follower).await, world.id_of(&cast.friend).await);
        follow(world, follower, owner).await;
        follow(world, friend, owner).await;
        follow(world, owner, friend).await;
        let requested = world.id_of(&cast.requested).await;
        let mut tx = world.app.db.write().await.unwrap();
        assert!(graph::ask(&mut tx, requested, owner, outro_model::Timestamp(1)).await.unwrap());
        tx.commit().await.unwrap();
        cast
    }

    /// Everybody but the owner, each with how close they are: 0 a stranger, 1 a follower, 2 a friend.
    fn others(&self) -> [(&'static str, &Client, u8); 5] {
        [
            ("anyone", &self.anyone, 0),
            ("stranger", &self.stranger, 0),
            ("requested", &self.requested, 0),
            ("follower", &self.follower, 1),
            ("friend", &self.friend, 2),
        ]
    }
}

async fn follow(world: &World, follower: AccountId, followed: AccountId) {
    let mut tx = world.app.db.write().await.unwrap();
    assert!(graph::follow(&mut tx, follower, followed, outro_model::Timestamp(1)).await.unwrap());
    tx.commit().await.unwrap();
}

/// Status, headers and body: all that tells one answer from another.
fn told(reply: &Reply) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let headers = reply.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let mut headers: Vec<_> = headers.collect();
    headers.sort();
    (reply.status.as_u16(), headers, reply.body.clone())
}

async fn privacy(client: &Client, body: Value) -> Reply {
    client.call("PATCH", "/api/v1/me/privacy", Some(body)).await
}

/// Asks for a page with the session as a cookie, as browsers do.
async fn page(client: &Client, path: &str) -> Reply {
    let mut request = Request::builder().uri(path);
    if let Some(token) = &client.token {
        request = request.header("cookie", format!("outro_session={token}"));
    }
    client.anonymous().send(request.body(Body::empty()).unwrap()).await
}

/// The token that the forms of a session carry.
async fn csrf(client: &Client) -> String {
    let text = page(client, "/settings").await.expect(200).text();
    text.split("name=\"csrf\" content=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// Sends a form as a browser does.
async fn send_form(client: &Client, address: &str, fields: &str) -> Reply {
    let (token, session) = (csrf(client).await, client.token.as_ref().unwrap());
    let request = Request::post(address)
        .header("cookie", format!("outro_session={session}"))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("csrf={token}&{fields}")));
    client.anonymous().send(request.unwrap()).await
}

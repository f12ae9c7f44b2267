//! The feeds: what comes, in which order, how often, and what stops coming at once.

mod costs;
mod following;
mod for_you;
mod taste;

use outro_jobs::{Lane, NewJob};
use outro_model::{AccountId, JobId, VideoId};
use outro_store::graph;
use outro_testkit::{Client, World, on_both};
use serde_json::{Value, json};

const FOLLOWING: &str = "/api/v1/feed/following";
const FRIENDS: &str = "/api/v1/feed/friends";
const FOR_YOU: &str = "/api/v1/feed/for-you";

/// Makes one follow another, as the use case does it.
async fn follow(world: &World, one: &Client, other: &Client) {
    let (one, other) = (world.id_of(one).await, world.id_of(other).await);
    let mut tx = world.app.db.write().await.unwrap();
    assert!(graph::follow(&mut tx, one, other, outro_model::Clock::now(&*world.clock)).await.unwrap());
    tx.commit().await.unwrap();
}

async fn unfollow(world: &World, one: &Client, other: &Client) {
    let (one, other) = (world.id_of(one).await, world.id_of(other).await);
    let mut tx = world.app.db.write().await.unwrap();
    assert!(graph::unfollow(&mut tx, one, other).await.unwrap());
    tx.commit().await.unwrap();
}

async fn set(world: &World, sql: &'static str, account: AccountId) {
    let mut tx = world.app.db.write().await.unwrap();
    let statement = outro_db::Statement::built("set".into(), sql.into());
    assert_eq!(tx.execute(&statement, outro_db::params![account]).await.unwrap(), 1);
    tx.commit().await.unwrap();
}

/// Publishes a video a second after the one before it, with the job that an encode leaves.
async fn publish(world: &World, owner: &Client) -> String {
    world.clock.advance_seconds(1);
    let id = world.plant(owner, b"bytes").await;
    let account = world.id_of(owner).await;
    let mut tx = world.app.db.write().await.unwrap();
    outro_app::feed::announce(&world.app, &mut tx, account, id.parse().unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn page(who: &Client, route: &str, limit: usize, cursor: Option<&str>) -> Value {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    who.get(&format!("{route}?limit={limit}{cursor}")).await.expect(200).json()
}

/// A whole visit, page by page: each page's items.
async fn visit(who: &Client, route: &str, limit: usize) -> Vec<Vec<Value>> {
    let (mut pages, mut cursor) = (Vec::new(), None::<String>);
    for _ in 0..200 {
        let found = page(who, route, limit, cursor.as_deref()).await;
        pages.push(found["items"].as_array().unwrap().clone());
        match found["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return pages,
        }
    }
    panic!("the visit does not end");
}

async fn all(who: &Client, route: &str, limit: usize) -> Vec<String> {
    let pages = visit(who, route, limit).await;
    pages.into_iter().flatten().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn watch(who: &Client, video: &str, watched_ms: i64, completed: bool) {
    let body = json!({ "watched_ms": watched_ms, "completed": completed });
    who.post(&format!("/api/v1/videos/{video}/watches"), body).await.expect(204);
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}

//! How a video is published: whether others may keep it, who is old enough for it, what stands first, playlists.

mod ages;
mod downloads;
mod pins;
mod playlists;

use outro_testkit::{Client, Reply, World, on_both};
use serde_json::{Value, json};

/// An id in the right form that nothing has.
const NO_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";

async fn set(client: &Client, video: &str, change: Value) -> Reply {
    client.call("PATCH", &format!("/api/v1/videos/{video}"), Some(change)).await
}

async fn follow(client: &Client, handle: &str) {
    client.call("PUT", &format!("/api/v1/accounts/{handle}/follow"), None).await.expect(200);
}

/// The ids of what a list holds.
fn ids(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn listed(client: &Client, path: &str) -> Vec<String> {
    ids(&client.get(path).await.expect(200).json())
}

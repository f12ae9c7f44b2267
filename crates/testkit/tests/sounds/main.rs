//! Sounds: using that of another, who hears it and when it falls silent, what is left of it after an erasure.

mod duets;
mod ending;
mod heard;
mod library;
mod lists;
mod made;
mod mixed;
mod suggested;

use outro_model::BlobKind;
use outro_store::blobs;
use outro_testkit::{Client, World, on_both};
use serde_json::{Value, json};

const OWN: &[u8] = b"the video with its own sound";
const MIX: &[u8] = b"the same with the sound of another";

/// An id in the right form that nothing has.
const NO_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// `maker` has a sound, and `user` a video that plays it.
struct Pair {
    maker: Client,
    user: Client,
    from: String,
    sound: String,
    video: String,
}

async fn pair(world: &World) -> Pair {
    let (maker, user) = (world.client().join("maker").await, world.client().join("user").await);
    let from = world.plant(&maker, b"where the sound comes from").await;
    let sound = world.plant_sound(&maker, &from).await;
    let video = world.plant(&user, OWN).await;
    world.plant_mix(&user, &video, &sound, MIX).await;
    Pair { maker, user, from, sound, video }
}

/// What plays for somebody.
async fn plays(client: &Client, video: &str) -> Vec<u8> {
    client.get(&format!("/media/{video}/video.mp4")).await.expect(200).body
}

async fn change(client: &Client, path: &str, change: Value) {
    client.call("PATCH", path, Some(change)).await.expect(200);
}

async fn privacy(client: &Client, field: &str, on: bool) {
    change(client, "/api/v1/me/privacy", json!({ field: on })).await;
}

async fn sound_of(client: &Client, video: &str) -> Value {
    client.get(&format!("/api/v1/videos/{video}")).await.expect(200).json()["sound"].clone()
}

/// Leaves for good, by the password where no phone is linked.
async fn leave(client: &Client, handle: &str) {
    let begun = client.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
    let proof = json!({"challenge": begun["challenge"], "password": format!("{handle}-password")});
    client.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
}

/// The kinds of what somebody was told, the latest first.
async fn told(client: &Client) -> Vec<String> {
    let list = client.get("/api/v1/me/notifications").await.expect(200).json();
    list["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap().to_owned()).collect()
}

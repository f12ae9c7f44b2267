//! Making a video: uploads that come bit by bit, drafts, and whose turn it is.

mod clips;
mod drafts;
mod edit;
mod framing;
mod resuming;
mod statistics;
mod turns;

use axum::body::Body;
use axum::http::header;
use outro_testkit::{Client, Reply, World, clip, on_both};
use serde_json::{Value, json};

/// An id in the right form that nothing has.
const NO_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";

fn text<'a>(reply: &'a Reply, name: &str) -> Option<&'a str> {
    reply.headers.get(name).map(|value| value.to_str().unwrap())
}

/// How far an upload is, and how long its file.
async fn far(client: &Client, upload: &str) -> (usize, usize) {
    let reply = client.tus("HEAD", upload, &[], Body::empty()).await.expect(200);
    let number = |name| text(&reply, name).unwrap().parse().unwrap();
    (number("upload-offset"), number("upload-length"))
}

/// The video that an upload becomes.
fn video_of(upload: &str) -> String {
    upload.replace("/uploads/", "/videos/")
}

/// Uploads a clip that stays a draft, and has it made; the address of the video.
async fn draft(world: &World, client: &Client, said: &[(&str, &str)]) -> String {
    let upload = client.begin_upload(clip().len(), &[said, &[("draft", "true")]].concat()).await;
    client.add_piece(&upload, 0, clip()).await.expect(204);
    world.settle().await;
    video_of(&upload)
}

async fn patch(client: &Client, path: &str, body: Value) -> Reply {
    client.call("PATCH", path, Some(body)).await
}

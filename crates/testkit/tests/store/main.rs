//! The conformance suite of the store: every statement and every function, on both engines.

mod account_rows;
mod code_rows;
mod comment_rows;
mod engine;
mod erased_handles;
mod plans;
mod schema;
mod statements;
mod video_rows;
mod walk_rows;

use outro_db::Tx;
use outro_model::{
    AccountId, AccountState, Audience, BlobId, BlobKind, Clock as _, Reframe, Timestamp, VideoId, VideoState,
};
use outro_store::accounts;
use outro_store::blobs::Blob;
use outro_store::videos;
use outro_testkit::rows::{account_row, video_row};
use outro_testkit::{World, on_both};
use outro_vault::SystemRandom;

/// A transaction to write in.
async fn write(world: &World) -> Tx {
    world.app.db.write().await.unwrap()
}

/// A snapshot.
async fn read(world: &World) -> Tx {
    world.app.db.read().await.unwrap()
}

fn now(world: &World) -> Timestamp {
    world.clock.now()
}

/// Adds an account.
async fn add_account(tx: &mut Tx) -> AccountId {
    let account = account_row();
    accounts::insert(tx, &account).await.unwrap();
    account.id
}

/// Adds a video that is being made.
async fn add_video(tx: &mut Tx, owner: AccountId, created_at: i64) -> VideoId {
    let video = video_row(owner, Timestamp(created_at));
    videos::insert(tx, &video).await.unwrap();
    video.id
}

/// A row for an object that is about to be written.
fn blob_row(owner: AccountId, video: VideoId, kind: BlobKind, created_at: i64) -> Blob {
    let (id, created_at) = (BlobId::random(&SystemRandom), Timestamp(created_at));
    Blob { owner, id, video, kind, header: None, length: 0, width: 0, height: 0, created_at }
}

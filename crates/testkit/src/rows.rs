//! Rows as the store keeps them, never sealed: the store does not look into what it keeps.

use outro_model::{AccountId, Reframe, Timestamp, VideoId};
use outro_policy::{OwnerFacts, VideoFacts};
use outro_store::accounts::Account;
use outro_store::videos::Video;
use outro_vault::SystemRandom;

/// An open account that joined at 1.
pub fn account_row() -> Account {
    Account {
        id: AccountId::random(&SystemRandom),
        facts: OwnerFacts::OPEN,
        created_at: Timestamp(1),
        handle: b"h".to_vec(),
        display_name: b"d".to_vec(),
        bio: b"b".to_vec(),
        birth_date: b"1".to_vec(),
        password_hash: b"p".to_vec(),
        phone: None,
        handle_tag: b"t".to_vec(),
        adult: true,
    }
}

/// A video that is being made.
pub fn video_row(owner: AccountId, created_at: Timestamp) -> Video {
    let id = VideoId::random(&SystemRandom);
    Video { caption: b"c".to_vec(), ..Video::processing(owner, id, VideoFacts::OPEN, Reframe::Crop, created_at) }
}

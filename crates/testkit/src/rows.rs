//! Rows as the store keeps them, never sealed: the store does not look into what it keeps.

use outro_model::{AccountId, Reframe, Timestamp, VideoId, VideoState};
use outro_policy::{OwnerFacts, VideoFacts};
use outro_store::accounts::Account;
use outro_store::sounds::Sounds;
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
    }
}

/// A video that is being made.
pub fn video_row(owner: AccountId, created_at: Timestamp) -> Video {
    Video {
        owner,
        id: VideoId::random(&SystemRandom),
        facts: VideoFacts { state: VideoState::Processing, ..VideoFacts::OPEN },
        reframe: Reframe::Crop,
        caption: b"c".to_vec(),
        created_at,
        published_at: Timestamp(0),
        duration_ms: 0,
        progress: 0,
        failure: None,
        like_count: 0,
        view_count: 0,
        comment_count: 0,
        sounds: Sounds::default(),
    }
}

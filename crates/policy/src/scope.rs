//! Which videos may stand in a feed, as conditions that a query can carry.

use outro_model::{AccountState, Audience, VideoState};

/// What a video and its owner must be to stand in the For You feed. `store` turns it into SQL in one
/// place; a property test holds that place against [`crate::decide`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedScope {
    /// The state of the video.
    pub video: VideoState,
    /// Its audience.
    pub audience: Audience,
    /// The state of the owner.
    pub owner: AccountState,
    /// Whether the owner's account may be private.
    pub private_account: bool,
}

/// The scope of For You. It is the same for everyone: what a viewer may see beyond it (their own
/// hidden videos) does not belong in a feed of others.
pub const fn feed_scope() -> FeedScope {
    FeedScope {
        video: VideoState::Ready,
        audience: Audience::Everyone,
        owner: AccountState::Active,
        private_account: false,
    }
}

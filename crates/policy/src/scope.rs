//! Which videos may stand in a feed, and which accounts in a list, as conditions that a query can carry.

use outro_model::{AccountState, Audience, VideoState};

/// What a video and its owner must be to stand in the For You feed. `store` turns it into SQL in one
/// place; a property test holds that place against [`crate::decide`]. Beyond what is said here the
/// owner is neither private nor on hiatus nor suspended, the video is not hidden by a moderator, and
/// neither of owner and viewer has blocked the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedScope {
    /// The state of the video.
    pub video: VideoState,
    /// Its audience.
    pub audience: Audience,
    /// The state of the owner.
    pub owner: AccountState,
}

/// The scope of For You: what every stranger may watch. What a viewer may see beyond it (their own
/// hidden videos, those of friends) does not belong in a feed for everyone.
pub const fn feed_scope() -> FeedScope {
    FeedScope { video: VideoState::Ready, audience: Audience::Everyone, owner: AccountState::Active }
}

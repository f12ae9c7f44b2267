//! Which videos may stand in a feed, and which accounts in a list, as conditions that a query can carry.

use outro_model::{AccountState, Audience, VideoState};

use crate::{Facts, Relation};

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

/// What a video and its owner must be to stand in the feed of somebody who follows the owner: [`Self::admits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FollowedScope {
    /// The state of the video.
    pub video: VideoState,
    /// The audiences that every follower is part of.
    pub to_followers: [Audience; 2],
    /// The audience that takes being followed back.
    pub to_friends: Audience,
    /// The state of the owner.
    pub owner: AccountState,
}

impl FollowedScope {
    /// Whether a video may stand there: its owner is followed and neither on hiatus nor suspended, it is not hidden by a
    /// moderator, nobody has blocked the other, and the viewer is old enough. Whether the account is private is nothing to
    /// its followers.
    pub fn admits(&self, facts: &Facts) -> bool {
        let Some(video) = facts.video else { return false };
        let friend = match facts.relation {
            Relation::Friend => true,
            Relation::Follower => false,
            _ => return false,
        };
        video.state == self.video
            && (self.to_followers.contains(&video.audience) || friend && video.audience == self.to_friends)
            && !video.hidden
            && (!video.age_restricted || facts.viewer_adult)
            && facts.owner.state == self.owner
            && !facts.owner.on_hiatus
            && !facts.owner.suspended
    }
}

/// The scope of Following and of Friends: what those may watch who follow the owner.
pub const fn followed_scope() -> FollowedScope {
    FollowedScope {
        video: VideoState::Ready,
        to_followers: [Audience::Everyone, Audience::Followers],
        to_friends: Audience::Friends,
        owner: AccountState::Active,
    }
}

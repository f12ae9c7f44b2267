//! What the policy is told.

use outro_model::{AccountId, AccountState, Audience, VideoState};

/// What the viewer is to the owner of the thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// Not signed in.
    Anonymous,
    /// Signed in, and nothing to the owner.
    Stranger,
    /// The owner.
    Owner,
}

impl Relation {
    /// Every relation.
    pub const ALL: &'static [Self] = &[Self::Anonymous, Self::Stranger, Self::Owner];

    /// What `viewer` is to `owner`.
    pub fn between(viewer: Option<AccountId>, owner: AccountId) -> Self {
        match viewer {
            None => Self::Anonymous,
            Some(account) if account == owner => Self::Owner,
            Some(_) => Self::Stranger,
        }
    }
}

/// What is known of the owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnerFacts {
    /// The state of the account.
    pub state: AccountState,
    /// Whether strangers see the card only.
    pub private_account: bool,
}

/// What is known of the video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoFacts {
    /// How far it has come.
    pub state: VideoState,
    /// Who may see it.
    pub audience: Audience,
}

/// All facts of one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What the viewer is to the owner.
    pub relation: Relation,
    /// The owner.
    pub owner: OwnerFacts,
    /// The video, when the question is about one.
    pub video: Option<VideoFacts>,
}

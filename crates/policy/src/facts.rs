//! What the policy is told.

use outro_model::{AccountId, AccountState, Audience, Circle, VideoState};

/// What stands between a viewer and an owner, as it is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ties {
    /// The viewer follows the owner, who accepted it where that was needed.
    pub follows: bool,
    /// The owner follows the viewer.
    pub followed: bool,
    /// The viewer has asked to follow, and waits.
    pub requested: bool,
    /// The viewer has blocked the owner.
    pub blocks: bool,
    /// The owner has blocked the viewer.
    pub blocked: bool,
}

/// What the viewer is to the owner of the thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// Not signed in.
    Anonymous,
    /// Signed in, and nothing to the owner.
    Stranger,
    /// Has asked to follow the owner, and waits.
    Requested,
    /// Follows the owner.
    Follower,
    /// Follows the owner and is followed back.
    Friend,
    /// The owner.
    Owner,
    /// One of the two has blocked the other.
    Blocked,
    /// Looks at what was reported, as a moderator. Nowhere else is a moderator anything but a person.
    Moderator,
}

impl Relation {
    /// Every relation.
    pub const ALL: &'static [Self] = &[
        Self::Anonymous,
        Self::Stranger,
        Self::Requested,
        Self::Follower,
        Self::Friend,
        Self::Owner,
        Self::Blocked,
        Self::Moderator,
    ];

    /// A stable word, for the owner.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Stranger => "stranger",
            Self::Requested => "requested",
            Self::Follower => "follower",
            Self::Friend => "friend",
            Self::Owner => "owner",
            Self::Blocked => "blocked",
            Self::Moderator => "moderator",
        }
    }

    /// What `viewer` is to `owner`, given what stands between them. A block outranks every other tie.
    pub fn of(viewer: Option<AccountId>, owner: AccountId, ties: Ties) -> Self {
        match viewer {
            None => Self::Anonymous,
            Some(account) if account == owner => Self::Owner,
            Some(_) if ties.blocks || ties.blocked => Self::Blocked,
            Some(_) if ties.follows && ties.followed => Self::Friend,
            Some(_) if ties.follows => Self::Follower,
            Some(_) if ties.requested => Self::Requested,
            Some(_) => Self::Stranger,
        }
    }

    /// Whether it lies within a circle. Owners and moderators lie within none: rules of their own hold for them.
    pub(crate) const fn is_within(self, circle: Circle) -> bool {
        match circle {
            Circle::Everyone => !matches!(self, Self::Blocked),
            Circle::Followers => matches!(self, Self::Follower | Self::Friend),
            Circle::Friends => matches!(self, Self::Friend),
            Circle::NoOne => false,
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
    /// Whether the owner keeps the account and is invisible.
    pub on_hiatus: bool,
    /// Whether a moderator has closed the account to others.
    pub suspended: bool,
    /// "Allow others to find me": whether the account may be suggested.
    pub discoverable: bool,
    /// Whether the account may be found by searching for its name.
    pub searchable: bool,
    /// Who may send messages.
    pub messages_from: Circle,
    /// Who may comment.
    pub comments_from: Circle,
}

impl OwnerFacts {
    /// An account as it is when an adult has just joined: open.
    pub const OPEN: Self = Self {
        state: AccountState::Active,
        private_account: false,
        on_hiatus: false,
        suspended: false,
        discoverable: true,
        searchable: true,
        messages_from: Circle::Everyone,
        comments_from: Circle::Everyone,
    };
}

/// What is known of the video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoFacts {
    /// How far it has come.
    pub state: VideoState,
    /// Who may see it. The account's privacy is a ceiling.
    pub audience: Audience,
    /// Who may comment. The account's setting is a ceiling.
    pub comments_from: Circle,
    /// Whether a moderator has hidden it.
    pub hidden: bool,
    /// Whether its owner lets others use its sound.
    pub sound_reuse: bool,
    /// Whether its owner lets others download it.
    pub downloads: bool,
    /// Whether its owner lets others put it beside theirs.
    pub duets: bool,
    /// Whether its owner lets others begin theirs with a piece of it.
    pub stitches: bool,
    /// Whether it is for adults alone.
    pub age_restricted: bool,
}

impl VideoFacts {
    /// A video that everyone may watch.
    pub const OPEN: Self = Self {
        state: VideoState::Ready,
        audience: Audience::Everyone,
        comments_from: Circle::Everyone,
        hidden: false,
        sound_reuse: true,
        downloads: true,
        duets: true,
        stitches: true,
        age_restricted: false,
    };
}

/// All facts of one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What the viewer is to the owner.
    pub relation: Relation,
    /// Whether the viewer's own account is on hiatus or suspended: it may look, and not act.
    pub viewer_away: bool,
    /// Whether the viewer is known to be 18 or older: never, where nobody is signed in.
    pub viewer_adult: bool,
    /// The owner.
    pub owner: OwnerFacts,
    /// The video, when the question is about one.
    pub video: Option<VideoFacts>,
}

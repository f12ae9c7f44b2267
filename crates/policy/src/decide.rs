//! The decision.

use outro_model::{AccountState, Audience, VideoState};

use crate::{Facts, Relation, VideoFacts};

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// See that the account exists: its card, with handle, name and picture.
    SeeCard,
    /// See the profile's content: bio, counts, list of videos.
    SeeProfile,
    /// See a video's page: caption, counts, state.
    SeeVideo,
    /// Read bytes of a rendition.
    ReadBytes,
    /// See the cover.
    SeeCover,
    /// Like, or take a like back.
    Like,
    /// Download the original or a rendition as a file.
    Download,
    /// Change audience or caption.
    ChangeVideo,
    /// Take the video away.
    RemoveVideo,
}

impl Action {
    /// Every action.
    pub const ALL: &'static [Self] = &[
        Self::SeeCard,
        Self::SeeProfile,
        Self::SeeVideo,
        Self::ReadBytes,
        Self::SeeCover,
        Self::Like,
        Self::Download,
        Self::ChangeVideo,
        Self::RemoveVideo,
    ];

    const fn is_about_a_video(self) -> bool {
        !matches!(self, Self::SeeCard | Self::SeeProfile)
    }

    const fn is_the_owners_alone(self) -> bool {
        matches!(self, Self::Download | Self::ChangeVideo | Self::RemoveVideo)
    }
}

/// Why a decision was taken. Only the owner is ever told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It is the viewer's own.
    Own,
    /// It is open to everyone.
    Public,
    /// The owner is leaving or has left.
    OwnerLeaving,
    /// The account is private.
    PrivateAccount,
    /// The video is for its owner only.
    OnlyMe,
    /// The video cannot be watched: not yet, or not any more.
    NotReady,
    /// The owner takes the video away.
    Removing,
    /// Only the owner may.
    OwnersAlone,
    /// It takes an account.
    NeedsAccount,
    /// The question names no video, or nothing allows it.
    Nothing,
}

/// Yes or no, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may be done.
    pub allowed: bool,
    /// Why.
    pub reason: Reason,
}

impl Decision {
    const fn yes(reason: Reason) -> Self {
        Self { allowed: true, reason }
    }

    const fn no(reason: Reason) -> Self {
        Self { allowed: false, reason }
    }

    /// Whether the surface must answer as for what never existed. The one refusal that may be said is
    /// that a thing which the viewer can see takes an account to act on.
    pub const fn hidden(self) -> bool {
        !self.allowed && !matches!(self.reason, Reason::NeedsAccount)
    }
}

/// Decides whether `facts` allow `action`.
pub fn decide(action: Action, facts: &Facts) -> Decision {
    if let Some(reason) = denied(action, facts) {
        return Decision::no(reason);
    }
    match facts.relation {
        Relation::Owner => Decision::yes(Reason::Own),
        _ if action.is_the_owners_alone() => Decision::no(Reason::OwnersAlone),
        Relation::Anonymous if action == Action::Like => Decision::no(Reason::NeedsAccount),
        Relation::Anonymous | Relation::Stranger => Decision::yes(Reason::Public),
    }
}

/// The rules that deny, the strongest first. None of them can be overruled.
fn denied(action: Action, facts: &Facts) -> Option<Reason> {
    if facts.owner.state == AccountState::Leaving {
        return Some(Reason::OwnerLeaving);
    }
    let own = facts.relation == Relation::Owner;
    if facts.owner.private_account && !own && action != Action::SeeCard {
        return Some(Reason::PrivateAccount);
    }
    if !action.is_about_a_video() {
        return None;
    }
    facts.video.map_or(Some(Reason::Nothing), |video| denied_by_video(action, &video, own))
}

fn denied_by_video(action: Action, video: &VideoFacts, own: bool) -> Option<Reason> {
    if video.state == VideoState::Removing {
        return Some(Reason::Removing);
    }
    if video.audience == Audience::OnlyMe && !own {
        return Some(Reason::OnlyMe);
    }
    let watched = matches!(action, Action::ReadBytes | Action::SeeCover | Action::Like);
    let unfinished = video.state != VideoState::Ready;
    (unfinished && (watched || !own)).then_some(Reason::NotReady)
}

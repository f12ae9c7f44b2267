//! The decision.

use outro_model::{AccountState, Audience, Circle, VideoState};

use crate::{Facts, Relation, VideoFacts};

/// What somebody wants to do. Of `Notify` and `Suggest` the viewer is who would be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// See that the account exists: its card, with handle, name and picture.
    SeeCard,
    /// See the profile's content: bio, counts, list of videos.
    SeeProfile,
    /// See who follows the account, and whom it follows.
    SeeLists,
    /// Follow the account, or ask to.
    Follow,
    /// Send the account a message.
    Message,
    /// Have the account suggested.
    Suggest,
    /// Find the account by searching for its name.
    Find,
    /// Be told of what the account does.
    Notify,
    /// Take everything along: ask for a takeout, and read its bytes.
    TakeOut,
    /// See a video's page: caption, counts, state.
    SeeVideo,
    /// Read bytes of a rendition.
    ReadBytes,
    /// See the cover.
    SeeCover,
    /// Like, or take a like back.
    Like,
    /// See the comments on a video.
    SeeComments,
    /// Comment on a video.
    Comment,
    /// Hear the sound of a video in the video of somebody who uses it.
    HearSound,
    /// Use the sound of a video in one's own.
    UseSound,
    /// See a video beside that of somebody who has put it there.
    SeeDuet,
    /// Put a video beside one's own.
    Duet,
    /// See a piece of a video before that of somebody who begins with it.
    SeeStitch,
    /// Begin one's own video with a piece of another.
    Stitch,
    /// Give coins for a video.
    Gift,
    /// Download the rendition as a file, without anything of others in it.
    Download,
    /// Download the file as it was uploaded.
    TakeOriginal,
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
        Self::SeeLists,
        Self::Follow,
        Self::Message,
        Self::Suggest,
        Self::Find,
        Self::Notify,
        Self::TakeOut,
        Self::SeeVideo,
        Self::ReadBytes,
        Self::SeeCover,
        Self::Like,
        Self::SeeComments,
        Self::Comment,
        Self::HearSound,
        Self::UseSound,
        Self::SeeDuet,
        Self::Duet,
        Self::SeeStitch,
        Self::Stitch,
        Self::Gift,
        Self::Download,
        Self::TakeOriginal,
        Self::ChangeVideo,
        Self::RemoveVideo,
    ];

    /// Whether the question is about a video.
    pub const fn is_about_a_video(self) -> bool {
        match self {
            Self::SeeCard
            | Self::SeeProfile
            | Self::SeeLists
            | Self::Follow
            | Self::Message
            | Self::Suggest
            | Self::Find
            | Self::Notify
            | Self::TakeOut => false,
            Self::SeeVideo
            | Self::ReadBytes
            | Self::SeeCover
            | Self::Like
            | Self::SeeComments
            | Self::Comment
            | Self::HearSound
            | Self::UseSound
            | Self::SeeDuet
            | Self::Duet
            | Self::SeeStitch
            | Self::Stitch
            | Self::Gift
            | Self::Download
            | Self::TakeOriginal
            | Self::ChangeVideo
            | Self::RemoveVideo => true,
        }
    }

    /// Whether it shows content, which privacy hides; the card stays.
    const fn shows_content(self) -> bool {
        self.is_about_a_video() || matches!(self, Self::SeeProfile | Self::SeeLists | Self::TakeOut)
    }

    /// Whether it takes a video that can be watched.
    const fn takes_a_ready_video(self) -> bool {
        use Action::{Comment, Gift, HearSound, Like, ReadBytes, SeeComments, SeeCover, UseSound};
        self.joins()
            || matches!(self, ReadBytes | SeeCover | Like | SeeComments | Comment | HearSound | UseSound | Gift)
    }

    /// Whether a video is in another one, or comes into it.
    const fn joins(self) -> bool {
        matches!(self, Self::SeeDuet | Self::Duet | Self::SeeStitch | Self::Stitch)
    }

    const fn is_the_owners_alone(self) -> bool {
        matches!(self, Self::TakeOut | Self::TakeOriginal | Self::ChangeVideo | Self::RemoveVideo)
    }

    /// What nobody does to themselves.
    const fn is_towards_others(self) -> bool {
        matches!(self, Self::Follow | Self::Message | Self::Suggest | Self::Notify | Self::Gift)
    }

    /// Whether others notice it: it takes an account that is not away.
    const fn acts(self) -> bool {
        use Action::{Comment, Duet, Follow, Gift, Like, Message, Stitch, UseSound};
        matches!(self, Follow | Message | Like | Comment | UseSound | Duet | Stitch | Gift)
    }

    /// What is for people who are signed in: acting, and being told of somebody.
    const fn takes_an_account(self) -> bool {
        self.acts() || matches!(self, Self::Suggest | Self::Notify)
    }

    /// What a moderator may do with what was reported: look.
    const fn looks(self) -> bool {
        use Action::{ReadBytes, SeeCard, SeeComments, SeeCover, SeeProfile, SeeVideo};
        matches!(self, SeeCard | SeeProfile | SeeVideo | ReadBytes | SeeCover | SeeComments)
    }
}

/// Why a decision was taken. Only the owner is ever told, but for what [`Decision::hidden`] lets be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It is the viewer's own.
    Own,
    /// It is open to this viewer.
    Open,
    /// It was reported, and a moderator looks.
    Moderation,
    /// The owner is leaving or has left.
    OwnerLeaving,
    /// One has blocked the other.
    Blocked,
    /// The owner is on hiatus.
    OnHiatus,
    /// A moderator has closed the account.
    Suspended,
    /// The account is private.
    PrivateAccount,
    /// The video is for fewer people.
    Audience,
    /// The video is for adults, and the viewer is not known to be one.
    AgeRestricted,
    /// The video cannot be watched: not yet, or not any more.
    NotReady,
    /// The owner takes the video away.
    Removing,
    /// A moderator has hidden the video.
    HiddenByModerator,
    /// The account is in nobody's suggestions.
    NotDiscoverable,
    /// The account is not found by its name.
    NotSearchable,
    /// Only the owner may.
    OwnersAlone,
    /// It takes an account.
    NeedsAccount,
    /// The viewer's own account is on hiatus or suspended.
    ViewerAway,
    /// Comments are not taken from this viewer.
    CommentsClosed,
    /// Messages are not taken from this viewer.
    MessagesClosed,
    /// The sound is not lent: its owner says no, or not everyone may hear it where it comes from.
    SoundClosed,
    /// The video is not to be downloaded: its owner says no, or not everyone may watch it.
    DownloadsClosed,
    /// The video is not to be joined with another: its owner says no, or not everyone may watch it.
    JoiningClosed,
    /// Nobody does this to themselves.
    Oneself,
    /// The question names no video, or nothing allows it.
    Nothing,
}

impl Reason {
    /// A stable word, for the owner.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Open => "open",
            Self::Moderation => "moderation",
            Self::OwnerLeaving => "owner_leaving",
            Self::Blocked => "blocked",
            Self::OnHiatus => "on_hiatus",
            Self::Suspended => "suspended",
            Self::PrivateAccount => "private_account",
            Self::Audience => "audience",
            Self::AgeRestricted => "age_restricted",
            Self::NotReady => "not_ready",
            Self::Removing => "removing",
            Self::HiddenByModerator => "hidden_by_moderator",
            Self::NotDiscoverable => "not_discoverable",
            Self::NotSearchable => "not_searchable",
            Self::OwnersAlone => "owners_alone",
            Self::NeedsAccount => "needs_account",
            Self::ViewerAway => "viewer_away",
            Self::CommentsClosed => "comments_closed",
            Self::MessagesClosed => "messages_closed",
            Self::SoundClosed => "sound_closed",
            Self::DownloadsClosed => "downloads_closed",
            Self::JoiningClosed => "joining_closed",
            Self::Oneself => "oneself",
            Self::Nothing => "nothing",
        }
    }
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

    /// Whether the surface must answer as for what never existed. What may be said is said of things
    /// that the viewer can see, and tells nothing of who else may do what.
    pub fn hidden(self) -> bool {
        use Reason::{CommentsClosed, MessagesClosed, NeedsAccount, Oneself, SoundClosed, ViewerAway};
        let said = [NeedsAccount, ViewerAway, CommentsClosed, MessagesClosed, SoundClosed, Oneself];
        !self.allowed && !said.contains(&self.reason)
    }
}

/// Decides whether `facts` allow `action`. The rules that hide come first, so that what may be said is
/// said only of what can be seen.
pub fn decide(action: Action, facts: &Facts) -> Decision {
    let denied = existence(facts).or_else(|| content(action, facts)).or_else(|| switches(action, facts));
    match denied.or_else(|| limits(action, facts)) {
        Some(reason) => Decision::no(reason),
        None => granted(action, facts.relation),
    }
}

/// What grants; whatever is not named here is denied.
const fn granted(action: Action, relation: Relation) -> Decision {
    match relation {
        Relation::Owner => Decision::yes(Reason::Own),
        Relation::Moderator if action.looks() => Decision::yes(Reason::Moderation),
        Relation::Anonymous | Relation::Stranger | Relation::Requested | Relation::Follower | Relation::Friend => {
            Decision::yes(Reason::Open)
        }
        Relation::Moderator | Relation::Blocked => Decision::no(Reason::Nothing),
    }
}

/// Whether the viewer may know of the owner at all.
fn existence(facts: &Facts) -> Option<Reason> {
    let past = matches!(facts.relation, Relation::Owner | Relation::Moderator);
    let owner = &facts.owner;
    if owner.state == AccountState::Leaving {
        Some(Reason::OwnerLeaving)
    } else if facts.relation == Relation::Blocked {
        Some(Reason::Blocked)
    } else if owner.on_hiatus && !past {
        Some(Reason::OnHiatus)
    } else {
        (owner.suspended && !past).then_some(Reason::Suspended)
    }
}

/// Whether the viewer may see what the action is about.
fn content(action: Action, facts: &Facts) -> Option<Reason> {
    let past = matches!(facts.relation, Relation::Owner | Relation::Moderator);
    if facts.owner.private_account && action.shows_content() && !past && !facts.relation.is_within(Circle::Followers) {
        return Some(Reason::PrivateAccount);
    }
    if !action.is_about_a_video() {
        let own = facts.relation == Relation::Owner;
        return (action.is_the_owners_alone() && !own).then_some(Reason::OwnersAlone);
    }
    facts.video.map_or(Some(Reason::Nothing), |video| of_video(action, &video, facts))
}

fn of_video(action: Action, video: &VideoFacts, facts: &Facts) -> Option<Reason> {
    let relation = facts.relation;
    let own = relation == Relation::Owner;
    let past = own || relation == Relation::Moderator;
    if video.state == VideoState::Removing {
        return Some(Reason::Removing);
    }
    if !past && !relation.is_within(circle(video.audience)) {
        return Some(Reason::Audience);
    }
    if !past && video.age_restricted && !facts.viewer_adult {
        return Some(Reason::AgeRestricted);
    }
    if !past && video.hidden {
        return Some(Reason::HiddenByModerator);
    }
    let unfinished = video.state != VideoState::Ready;
    if unfinished && (action.takes_a_ready_video() || !own) {
        return Some(Reason::NotReady);
    }
    (action.is_the_owners_alone() && !own).then_some(Reason::OwnersAlone)
}

const fn circle(audience: Audience) -> Circle {
    match audience {
        Audience::Everyone => Circle::Everyone,
        Audience::Followers => Circle::Followers,
        Audience::Friends => Circle::Friends,
        Audience::OnlyMe => Circle::NoOne,
    }
}

/// What the owner has switched off. Lists leave it out without a word.
fn switches(action: Action, facts: &Facts) -> Option<Reason> {
    let own = facts.relation == Relation::Owner;
    match action {
        Action::Suggest if !facts.owner.discoverable => Some(Reason::NotDiscoverable),
        Action::Find if !facts.owner.searchable && !own => Some(Reason::NotSearchable),
        Action::Download if !own && !downloads(facts) => Some(Reason::DownloadsClosed),
        // As with a sound, it ends for its owner too, so that nobody mistakes what others see.
        Action::SeeDuet | Action::Duet if !joins(facts, |video| video.duets) => Some(Reason::JoiningClosed),
        Action::SeeStitch | Action::Stitch if !joins(facts, |video| video.stitches) => Some(Reason::JoiningClosed),
        _ => None,
    }
}

/// What may be said of a thing that the viewer can see.
fn limits(action: Action, facts: &Facts) -> Option<Reason> {
    let own = facts.relation == Relation::Owner;
    if own && action.is_towards_others() {
        return Some(Reason::Oneself);
    }
    if facts.relation == Relation::Anonymous && action.takes_an_account() {
        return Some(Reason::NeedsAccount);
    }
    if facts.viewer_away && action.acts() {
        return Some(Reason::ViewerAway);
    }
    let outside = |circle: Circle| !own && !facts.relation.is_within(circle);
    match action {
        Action::Message if outside(facts.owner.messages_from) => Some(Reason::MessagesClosed),
        Action::Comment => {
            let of_video = facts.video.map_or(Circle::NoOne, |video| video.comments_from);
            outside(facts.owner.comments_from.narrower(of_video)).then_some(Reason::CommentsClosed)
        }
        Action::HearSound | Action::UseSound if !lends(facts) => Some(Reason::SoundClosed),
        _ => None,
    }
}

/// Whether a sound may be heard elsewhere at all: only while everyone may hear it where it comes from, or what
/// is for few would be heard by all in the video of somebody who uses it. So it falls silent there for its owner too.
fn lends(facts: &Facts) -> bool {
    facts.video.is_some_and(|video| video.sound_reuse) && is_for_everyone(facts)
}

/// Whether others may keep the video as a file: what is for few stays where it is.
fn downloads(facts: &Facts) -> bool {
    facts.video.is_some_and(|video| video.downloads) && is_for_everyone(facts)
}

/// Whether the video may be in that of another, where its owner lets it.
fn joins(facts: &Facts, lets: impl FnOnce(VideoFacts) -> bool) -> bool {
    facts.video.is_some_and(lets) && is_for_everyone(facts)
}

/// Whether there is nobody in the world who may not watch the video, but for those who are blocked.
fn is_for_everyone(facts: &Facts) -> bool {
    let owner = &facts.owner;
    let open = !owner.private_account && !owner.on_hiatus && !owner.suspended;
    let of_all = |video: VideoFacts| video.audience == Audience::Everyone && !video.hidden && !video.age_restricted;
    open && facts.video.is_some_and(of_all)
}

//! What may be seen and done, a second time: written from the words of the issue and of the brief, by other eyes than the
//! policy's, and sharing no line with it. It imports nothing of ours on purpose.
//!
//! Where the words leave a choice, the reading is written beside the rule as "Reading:".

use std::collections::BTreeSet;

/// An account, by its place in [`World::accounts`].
pub type Id = usize;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    Live,
    /// Suspended by a moderator.
    Suspended,
    /// Gone for good, or going.
    Erased,
}

/// Who may comment, who may message: `followers` only where it fits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Circle {
    Everyone,
    Followers,
    Friends,
    NoOne,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Audience {
    Everyone,
    Followers,
    Friends,
    OnlyMe,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Processing,
    Ready,
    Failed,
    /// Hidden by a moderator.
    Withheld,
    /// Deleted by its owner, or being so.
    Removed,
}

#[derive(Clone, Debug)]
pub struct Account {
    pub standing: Standing,
    pub private: bool,
    pub hiatus: bool,
    /// "Allow others to find me".
    pub discoverable: bool,
    /// The second switch: search by name.
    pub searchable: bool,
    pub messages_from: Circle,
    pub comments_from: Circle,
    pub moderator: bool,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            standing: Standing::Live,
            private: false,
            hiatus: false,
            discoverable: true,
            searchable: true,
            messages_from: Circle::Friends,
            comments_from: Circle::Everyone,
            moderator: false,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Video {
    pub owner: Id,
    pub audience: Audience,
    pub state: State,
    /// Narrower than the account's, if set.
    pub comments_from: Option<Circle>,
}

/// What is asked. A video is its place in [`World::videos`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ask {
    Exists(Id),
    Card(Id),
    Profile(Id),
    Followers(Id),
    Following(Id),
    Follow(Id),
    Message(Id),
    Suggested(Id),
    Found(Id),
    NotifiedOf(Id),
    Video(usize),
    Bytes(usize),
    Cover(usize),
    Like(usize),
    Comment(usize),
    Comments(usize),
    Download(usize),
    Gift(usize),
}

/// The answer that a viewer gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    Yes,
    /// Refused, and saying so tells nothing that the viewer may not know.
    Refused,
    /// Answered as what never existed.
    Hidden,
}

#[derive(Clone, Default, Debug)]
pub struct World {
    pub accounts: Vec<Account>,
    pub videos: Vec<Video>,
    /// (who follows, who is followed)
    pub follows: BTreeSet<(Id, Id)>,
    /// (who asks, who is asked)
    pub requests: BTreeSet<(Id, Id)>,
    /// (who blocks, who is blocked)
    pub blocks: BTreeSet<(Id, Id)>,
    /// (who mutes, who is muted)
    pub mutes: BTreeSet<(Id, Id)>,
}

impl World {
    // ---- relations ----

    pub fn follower(&self, a: Id, b: Id) -> bool {
        self.follows.contains(&(a, b))
    }

    /// "Friends" are two accounts that follow each other.
    pub fn friends(&self, a: Id, b: Id) -> bool {
        self.follower(a, b) && self.follower(b, a)
    }

    pub fn blocked_either_way(&self, a: Id, b: Id) -> bool {
        self.blocks.contains(&(a, b)) || self.blocks.contains(&(b, a))
    }

    // ---- existence ----

    /// Existence is hidden by a block (from the blocked), hiatus, erasure. Reading: a suspension too, since a suspended account is
    /// taken off the service, and from everybody but itself and moderators; and a hiatus is for moderators as for all: "completely
    /// invisible". Whoever blocked someone still sees that the blocked exists: they must be able to take the block back.
    fn exists(&self, viewer: Option<Id>, owner: Id) -> bool {
        let it = &self.accounts[owner];
        if it.standing == Standing::Erased {
            return false;
        }
        let Some(me) = viewer else { return it.standing == Standing::Live && !it.hiatus };
        if me == owner {
            return true;
        }
        if it.hiatus {
            return false;
        }
        if self.moderates(me) {
            return true;
        }
        it.standing == Standing::Live && !self.blocks.contains(&(owner, me))
    }

    /// Reading: a moderator's eyes go past blocks, privacy and audiences, for reports could not be judged otherwise; a moderator's
    /// hands do not: acting asks what it asks of anybody.
    fn moderates(&self, me: Id) -> bool {
        self.accounts[me].moderator && self.may_act(me)
    }

    /// On hiatus one "can look around but not act". Reading: nor can who is suspended.
    fn may_act(&self, me: Id) -> bool {
        let me = &self.accounts[me];
        me.standing == Standing::Live && !me.hiatus
    }

    // ---- content ----

    /// What a private account keeps for its followers: profile, lists, videos. The card stays.
    fn content(&self, viewer: Option<Id>, owner: Id) -> bool {
        if !self.exists(viewer, owner) {
            return false;
        }
        match viewer {
            None => !self.accounts[owner].private,
            Some(me) if me == owner => true,
            Some(me) if self.moderates(me) => true,
            Some(me) if self.blocked_either_way(me, owner) => false,
            Some(me) => !self.accounts[owner].private || self.follower(me, owner),
        }
    }

    /// The account's privacy is a ceiling over the audience. Reading: owners see their videos in any state until they deleted
    /// them; a withheld one is shown to its owner, who was told why, and to moderators.
    fn video(&self, viewer: Option<Id>, video: usize) -> bool {
        let it = &self.videos[video];
        if it.state == State::Removed || !self.content(viewer, it.owner) {
            return false;
        }
        let Some(me) = viewer else { return it.state == State::Ready && it.audience == Audience::Everyone };
        if me == it.owner {
            return true;
        }
        if self.moderates(me) {
            return matches!(it.state, State::Ready | State::Withheld);
        }
        it.state == State::Ready
            && match it.audience {
                Audience::Everyone => true,
                Audience::Followers => self.follower(me, it.owner),
                Audience::Friends => self.friends(me, it.owner),
                Audience::OnlyMe => false,
            }
    }

    /// Acting on a video asks to see it as anybody would, not as a moderator.
    fn video_without_office(&self, me: Id, video: usize) -> bool {
        let it = &self.videos[video];
        let seen = self.video(Some(me), video);
        if !self.moderates(me) || me == it.owner || !seen {
            return seen;
        }
        let mut plain = self.clone();
        plain.accounts[me].moderator = false;
        plain.video(Some(me), video)
    }

    fn in_circle(&self, me: Id, owner: Id, circle: Circle) -> bool {
        match circle {
            Circle::Everyone => true,
            Circle::Followers => self.follower(me, owner),
            Circle::Friends => self.friends(me, owner),
            Circle::NoOne => false,
        }
    }

    // ---- the one question ----

    pub fn may(&self, viewer: Option<Id>, ask: Ask) -> Answer {
        match ask {
            Ask::Exists(a) | Ask::Card(a) => seen(self.exists(viewer, a)),
            Ask::Profile(a) | Ask::Followers(a) | Ask::Following(a) => self.behind_card(viewer, a, self.content(viewer, a)),
            Ask::Follow(a) => self.deed(viewer, a, |me| me != a && !self.blocked_either_way(me, a)),
            Ask::Message(a) => self.deed(viewer, a, |me| {
                me != a
                    && !self.blocked_either_way(me, a)
                    && self.in_circle(me, a, self.accounts[a].messages_from)
            }),
            Ask::Suggested(a) => self.listed(viewer, a, self.accounts[a].discoverable, false),
            Ask::Found(a) => self.listed(viewer, a, self.accounts[a].searchable, true),
            Ask::NotifiedOf(a) => self.listed(viewer, a, viewer.is_some_and(|me| !self.mutes.contains(&(me, a))), false),
            Ask::Video(v) | Ask::Comments(v) => seen(self.video(viewer, v)),
            // What is not ready has no bytes and no cover, not for its owner either.
            Ask::Bytes(v) | Ask::Cover(v) | Ask::Download(v) => {
                let has = matches!(self.videos[v].state, State::Ready | State::Withheld);
                seen(has && self.video(viewer, v))
            }
            Ask::Like(v) => self.deed_on_video(viewer, v, |_| true),
            // Reading: owners may always comment below their own videos, "no one" is about others.
            Ask::Comment(v) => self.deed_on_video(viewer, v, |me| {
                let video = &self.videos[v];
                let account = self.accounts[video.owner].comments_from;
                me == video.owner
                    || (self.in_circle(me, video.owner, account)
                        && video.comments_from.is_none_or(|own| self.in_circle(me, video.owner, own)))
            }),
            Ask::Gift(v) => self.deed_on_video(viewer, v, |me| me != self.videos[v].owner),
        }
    }

    /// Refused where the card is to be seen, hidden where it is not.
    fn behind_card(&self, viewer: Option<Id>, a: Id, allowed: bool) -> Answer {
        match (allowed, self.exists(viewer, a)) {
            (true, _) => Answer::Yes,
            (false, true) => Answer::Refused,
            (false, false) => Answer::Hidden,
        }
    }

    /// Doing something to an account: signed in, present, seeing it, and `allowed`.
    fn deed(&self, viewer: Option<Id>, a: Id, allowed: impl Fn(Id) -> bool) -> Answer {
        let exists = self.exists(viewer, a);
        let done = viewer.is_some_and(|me| self.may_act(me) && self.accounts[a].standing == Standing::Live && allowed(me));
        self.behind_card(viewer, a, exists && done)
    }

    fn deed_on_video(&self, viewer: Option<Id>, v: usize, allowed: impl Fn(Id) -> bool) -> Answer {
        if !self.video(viewer, v) {
            return Answer::Hidden;
        }
        let ready = self.videos[v].state == State::Ready;
        match viewer {
            Some(me) if ready && self.may_act(me) && self.video_without_office(me, v) && allowed(me) => Answer::Yes,
            _ => Answer::Refused,
        }
    }

    /// In a list of people, which omits what is not to be there. Whoever blocks is rid of the blocked in every list.
    fn listed(&self, viewer: Option<Id>, a: Id, allowed: bool, anonymous: bool) -> Answer {
        let yes = match viewer {
            None => anonymous,
            Some(me) => me != a && !self.blocked_either_way(me, a),
        };
        seen(allowed && yes && self.exists(viewer, a))
    }

    // ---- what people do ----

    /// Follows, or asks a private account. True when it was granted.
    pub fn follow(&mut self, a: Id, b: Id) -> bool {
        if self.may(Some(a), Ask::Follow(b)) != Answer::Yes {
            return false;
        }
        if self.follower(a, b) {
            return true;
        }
        if self.accounts[b].private {
            self.requests.insert((a, b));
        } else {
            self.requests.remove(&(a, b));
            self.follows.insert((a, b));
        }
        true
    }

    pub fn unfollow(&mut self, a: Id, b: Id) {
        self.follows.remove(&(a, b));
        self.requests.remove(&(a, b));
    }

    /// The asked one takes the asking one in, if the request is still there and seen.
    pub fn accept(&mut self, owner: Id, asking: Id) -> bool {
        let granted = self.requests.contains(&(asking, owner)) && self.may_act(owner) && self.exists(Some(owner), asking);
        if granted {
            self.requests.remove(&(asking, owner));
            self.follows.insert((asking, owner));
        }
        granted
    }

    pub fn decline(&mut self, owner: Id, asking: Id) {
        self.requests.remove(&(asking, owner));
    }

    /// A block ends what was between the two, both ways.
    pub fn block(&mut self, a: Id, b: Id) -> bool {
        if a == b || !self.may_act(a) || !self.exists(Some(a), b) {
            return false;
        }
        self.unfollow(a, b);
        self.unfollow(b, a);
        self.blocks.insert((a, b));
        true
    }

    pub fn unblock(&mut self, a: Id, b: Id) {
        self.blocks.remove(&(a, b));
    }

    pub fn go(&mut self, a: Id, private: bool) {
        self.accounts[a].private = private;
    }

    /// Gone for good: what tied anybody to it goes too.
    pub fn erase(&mut self, a: Id) {
        self.accounts[a].standing = Standing::Erased;
        for ties in [&mut self.follows, &mut self.requests, &mut self.blocks, &mut self.mutes] {
            ties.retain(|(from, to)| *from != a && *to != a);
        }
    }
}

fn seen(yes: bool) -> Answer {
    if yes { Answer::Yes } else { Answer::Hidden }
}

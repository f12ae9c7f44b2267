//! What may be seen and done, a second time: written from the words of the issue and of the brief, by other eyes than the
//! policy's, and sharing no line with it. It imports nothing of ours on purpose.
//!
//! Where the words leave a choice, the reading is written beside the rule as "Reading:".

pub(crate) use crate::edges::{Edges, Talk};

/// An account, by its place in [`World::accounts`].
pub(crate) type Id = usize;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    Live,
    /// Suspended by a moderator.
    Suspended,
    /// Gone for good, or going.
    Erased,
}

/// Who may comment, who may message: `followers` only where it fits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Circle {
    Everyone,
    Followers,
    Friends,
    NoOne,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Audience {
    Everyone,
    Followers,
    Friends,
    OnlyMe,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    Processing,
    Ready,
    Failed,
    /// Hidden by a moderator.
    Withheld,
    /// Deleted by its owner, or being so.
    Removed,
}

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) standing: Standing,
    pub(crate) private: bool,
    pub(crate) hiatus: bool,
    /// "Allow others to find me".
    pub(crate) discoverable: bool,
    /// The second switch: search by name.
    pub(crate) searchable: bool,
    pub(crate) messages_from: Circle,
    pub(crate) comments_from: Circle,
    /// Looks at what was reported, in the moderators' rooms. Elsewhere a moderator is a person like any other.
    pub(crate) moderator: bool,
    /// 18 or older.
    pub(crate) adult: bool,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            standing: Standing::Live,
            private: false,
            hiatus: false,
            discoverable: true,
            searchable: true,
            messages_from: Circle::Everyone,
            comments_from: Circle::Everyone,
            moderator: false,
            adult: true,
        }
    }
}

/// What of another is in a video.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    /// Its sound.
    Sound,
    /// All of it, beside the own.
    Duet,
    /// A piece of it, before the own.
    Stitch,
}

#[derive(Clone, Debug)]
pub(crate) struct Video {
    pub(crate) owner: Id,
    pub(crate) audience: Audience,
    pub(crate) state: State,
    /// Narrower than the account's, if set.
    pub(crate) comments_from: Option<Circle>,
    /// Whether others may use its sound.
    pub(crate) lent: bool,
    /// Whether others may download it.
    pub(crate) kept: bool,
    /// Whether others may put it beside theirs, and begin theirs with it.
    pub(crate) duets: bool,
    pub(crate) stitches: bool,
    /// Whether it is for adults alone.
    pub(crate) for_adults: bool,
    /// The video whose sound it plays in the place of its own, or that is seen in it.
    pub(crate) plays: Option<(usize, Way)>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Comment {
    pub(crate) video: usize,
    pub(crate) author: Id,
    /// Hidden by the owner of the video.
    pub(crate) hidden: bool,
    /// Deleted, or gone with its video or its author.
    pub(crate) gone: bool,
}

/// What is asked. A video is its place in [`World::videos`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ask {
    /// That it exists, which its card shows.
    Card(Id),
    Profile(Id),
    Followers(Id),
    Following(Id),
    Follow(Id),
    Message(Id),
    Suggested(Id),
    Found(Id),
    NotifiedOf(Id),
    Takeout(Id),
    Video(usize),
    Bytes(usize),
    Cover(usize),
    Like(usize),
    Comment(usize),
    Comments(usize),
    Download(usize),
    /// The file as it was uploaded.
    Original(usize),
    Gift(usize),
    /// Its sound, in the video of somebody who uses it; and to use it oneself.
    Hear(usize),
    Use(usize),
    /// It, in the video of somebody who has put it there; and to put it there oneself.
    Within(usize, Way),
    Join(usize, Way),
    Change(usize),
    Remove(usize),
    /// Of a comment, its place in [`World::comments`].
    OneComment(usize),
    LikeComment(usize),
    HideComment(usize),
    RemoveComment(usize),
    /// Of a conversation, its place in [`World::talks`].
    Talk(usize),
    Say(usize),
    Leave(usize),
    ForgetMessage(usize),
}

/// The answer that a viewer gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Answer {
    Yes,
    /// Refused, and saying so tells nothing that the viewer may not know.
    Refused,
    /// Answered as what never existed.
    Hidden,
}

#[derive(Clone, Default, Debug)]
pub(crate) struct World {
    pub(crate) accounts: Vec<Account>,
    pub(crate) videos: Vec<Video>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) talks: Vec<Talk>,
    /// Who follows whom; so with the other edges: who asks, blocks, mutes whom, and does not want whom suggested.
    pub(crate) follows: Edges,
    pub(crate) requests: Edges,
    pub(crate) blocks: Edges,
    pub(crate) mutes: Edges,
    pub(crate) dismissed: Edges,
}

impl World {
    // ---- relations ----

    pub(crate) fn follower(&self, a: Id, b: Id) -> bool {
        self.follows.has(a, b)
    }

    /// "Friends" are two accounts that follow each other.
    pub(crate) fn friends(&self, a: Id, b: Id) -> bool {
        self.follower(a, b) && self.follower(b, a)
    }

    pub(crate) fn blocked_either_way(&self, a: Id, b: Id) -> bool {
        self.blocks.has(a, b) || self.blocks.has(b, a)
    }

    // ---- existence ----

    /// Existence is hidden by a block, hiatus, erasure. Reading: "a block acts both ways at once everywhere", so that it hides
    /// the blocked from the one who blocked too; taking it back, and the list of the blocked, see past one's own block alone.
    /// Reading: a suspended account is hidden like one on hiatus. Reading: who looks at what was reported sees past blocks,
    /// hiatus, suspension and privacy, or going away would be the way out of a report; never past an erasure.
    fn exists(&self, viewer: Option<Id>, owner: Id) -> bool {
        let it = &self.accounts[owner];
        let shown = it.standing == Standing::Live && !it.hiatus;
        match viewer {
            _ if it.standing == Standing::Erased => false,
            None => shown,
            Some(me) if me == owner || self.accounts[me].moderator => true,
            Some(me) => shown && !self.blocked_either_way(me, owner),
        }
    }

    /// Whether one sees the other once one's own block is taken away: for taking it back, and for the list of the blocked.
    pub(crate) fn seen_past_own_block(&self, me: Id, other: Id) -> bool {
        let it = &self.accounts[other];
        it.standing == Standing::Live && !it.hiatus && !self.blocks.has(other, me)
    }

    /// On hiatus one "can look around but not act". Reading: nor can who is suspended.
    pub(crate) fn may_act(&self, me: Id) -> bool {
        let me = &self.accounts[me];
        me.standing == Standing::Live && !me.hiatus
    }

    // ---- content ----

    /// What a private account keeps for its followers: profile, lists, videos. The card stays.
    fn content(&self, viewer: Option<Id>, owner: Id) -> bool {
        let open = !self.accounts[owner].private;
        self.exists(viewer, owner)
            && viewer.map_or(open, |me| open || me == owner || self.accounts[me].moderator || self.follower(me, owner))
    }

    /// The account's privacy is a ceiling over the audience. Reading: owners see their videos in any state until they deleted
    /// them; a withheld one is shown to its owner, who was told why, and to moderators.
    fn video(&self, viewer: Option<Id>, video: usize) -> bool {
        let it = &self.videos[video];
        if it.state == State::Removed || !self.content(viewer, it.owner) {
            return false;
        }
        match viewer {
            Some(me) if me == it.owner => true,
            Some(me) if self.accounts[me].moderator => matches!(it.state, State::Ready | State::Withheld),
            _ if it.state != State::Ready => false,
            // "Age-restricted": for those who are signed in and 18 or older. Reading: for everybody else it never existed.
            _ if it.for_adults && !viewer.is_some_and(|me| self.accounts[me].adult) => false,
            None => it.audience == Audience::Everyone,
            Some(me) => match it.audience {
                Audience::Everyone => true,
                Audience::Followers => self.follower(me, it.owner),
                Audience::Friends => self.friends(me, it.owner),
                Audience::OnlyMe => false,
            },
        }
    }

    /// What is not ready has no bytes, cover, comments or likes, not for its owner either.
    fn watched(&self, viewer: Option<Id>, video: usize) -> bool {
        matches!(self.videos[video].state, State::Ready | State::Withheld) && self.video(viewer, video)
    }

    /// "The owner may say no." Reading: a sound is lent while everybody may hear it where it comes from, or what is for a few
    /// would be heard by all elsewhere; when that ends it is lent to nobody, its owner included.
    fn lends(&self, video: usize) -> bool {
        self.videos[video].lent && self.watched(None, video)
    }

    /// "Duet and stitch where the owner allows it." Reading: as with a sound, and while everybody may watch it.
    pub(crate) fn joins(&self, video: usize, way: Way) -> bool {
        let it = &self.videos[video];
        let allowed = match way {
            Way::Sound => return self.lends(video),
            Way::Duet => it.duets,
            Way::Stitch => it.stitches,
        };
        allowed && self.watched(None, video)
    }

    /// Whether a viewer hears the sound of another, or sees the other, in a video: the viewer, and whoever uses it, must be let to.
    pub(crate) fn heard(&self, viewer: Option<Id>, video: usize) -> bool {
        let it = &self.videos[video];
        it.plays.is_some_and(|(other, way)| {
            let ask = if way == Way::Sound { Ask::Hear(other) } else { Ask::Within(other, way) };
            [viewer, Some(it.owner)].iter().all(|who| self.may(*who, ask) == Answer::Yes)
        })
    }

    fn own(&self, viewer: Option<Id>, video: usize) -> bool {
        viewer == Some(self.videos[video].owner) && self.video(viewer, video)
    }

    fn in_circle(&self, me: Id, owner: Id, circle: Circle) -> bool {
        match circle {
            Circle::Everyone | Circle::NoOne => circle == Circle::Everyone,
            Circle::Followers => self.follower(me, owner),
            Circle::Friends => self.friends(me, owner),
        }
    }

    /// "A block acts both ways at once everywhere, old comments included"; what the owner hid is left to its author and the owner.
    /// Reading: an owner does not host what they cannot see, for they could not hide it either.
    fn comment(&self, viewer: Option<Id>, comment: usize) -> bool {
        let Comment { video, author, hidden, gone } = self.comments[comment];
        let owner = self.videos[video].owner;
        let mine = viewer == Some(author);
        !gone
            && self.watched(viewer, video)
            && self.exists(viewer, author)
            && (mine || self.exists(Some(owner), author))
            && (!hidden || mine || viewer == Some(owner))
    }

    // ---- the one question ----

    pub(crate) fn may(&self, viewer: Option<Id>, ask: Ask) -> Answer {
        match ask {
            Ask::Card(a) => seen(self.exists(viewer, a)),
            // "The card stays, every content id answers 404": of what a private account keeps, nothing is said but the card.
            Ask::Profile(a) => seen(self.content(viewer, a)),
            // Reading: lists of people are nothing that a moderator looks at.
            Ask::Followers(a) | Ask::Following(a) => seen(!self.office(viewer, a) && self.content(viewer, a)),
            Ask::Follow(a) => self.deed(viewer, a, |_| true),
            Ask::Message(a) => self.deed(viewer, a, |me| self.in_circle(me, a, self.accounts[a].messages_from)),
            Ask::Suggested(a) => self.listed(viewer, a, self.accounts[a].discoverable),
            Ask::NotifiedOf(a) => self.listed(viewer, a, viewer.is_some_and(|me| !self.mutes.has(me, a))),
            // Reading: one finds oneself; who is not signed in may search.
            Ask::Found(a) => {
                let found = viewer == Some(a) || self.accounts[a].searchable;
                seen(found && !self.office(viewer, a) && self.exists(viewer, a))
            }
            // What one has here is for oneself to take along, and for nobody else.
            Ask::Takeout(a) => seen(viewer == Some(a) && self.exists(viewer, a)),
            Ask::Video(v) => seen(self.video(viewer, v)),
            Ask::Bytes(v) | Ask::Cover(v) | Ask::Comments(v) => seen(self.watched(viewer, v)),
            // Row 7, "take your videos first". Reading: as it was uploaded, ready or not, and nobody else's to take.
            Ask::Original(v) | Ask::Change(v) | Ask::Remove(v) => seen(self.own(viewer, v)),
            // "Downloads allowed or not." Reading: where it is allowed, by whoever may watch it, while everybody may; a refusal
            // says nothing.
            Ask::Download(v) if self.own(viewer, v) => Answer::Yes,
            Ask::Download(v) => {
                let open = self.videos[v].kept && self.watched(None, v);
                seen(open && !self.office(viewer, self.videos[v].owner) && self.watched(viewer, v))
            }
            Ask::Like(v) => self.deed_on_video(viewer, v, |_| true),
            Ask::Use(v) => self.deed_on_video(viewer, v, |_| self.lends(v)),
            Ask::Hear(v) if self.office(viewer, self.videos[v].owner) || !self.watched(viewer, v) => Answer::Hidden,
            Ask::Hear(v) if self.lends(v) => Answer::Yes,
            Ask::Hear(_) => Answer::Refused,
            // What is closed is told to nobody.
            Ask::Within(v, way) => {
                let office = self.office(viewer, self.videos[v].owner);
                seen(!office && self.watched(viewer, v) && self.joins(v, way))
            }
            Ask::Join(v, way) if !self.joins(v, way) => Answer::Hidden,
            Ask::Join(v, _) => self.deed_on_video(viewer, v, |_| true),
            // Reading: owners may always comment below their own videos, "no one" is about others.
            Ask::Comment(v) => self.deed_on_video(viewer, v, |me| {
                let video = &self.videos[v];
                let account = self.accounts[video.owner].comments_from;
                me == video.owner
                    || (self.in_circle(me, video.owner, account)
                        && video.comments_from.is_none_or(|own| self.in_circle(me, video.owner, own)))
            }),
            Ask::OneComment(c) => seen(self.comment(viewer, c)),
            Ask::LikeComment(c) if !self.comment(viewer, c) => Answer::Hidden,
            Ask::LikeComment(_) => self.acting(viewer),
            Ask::HideComment(c) => seen(self.comment(viewer, c) && self.own(viewer, self.comments[c].video)),
            // What one wrote oneself one may take away, also where one may not look any more.
            Ask::RemoveComment(c) => {
                let own = viewer == Some(self.comments[c].author) && !self.comments[c].gone;
                seen(own || self.may(viewer, Ask::HideComment(c)) == Answer::Yes)
            }
            // Whoever is in a conversation keeps it, whatever is between the two; it is nobody else's.
            Ask::Talk(t) => seen(self.place(viewer, t).is_some()),
            Ask::Say(t) => match self.place(viewer, t) {
                None => Answer::Hidden,
                Some(_) if self.talks[t].group => self.acting(viewer),
                Some(mine) => match self.talks[t].people[1 - mine].map(|other| self.may(viewer, Ask::Message(other))) {
                    Some(Answer::Yes) => Answer::Yes,
                    _ => Answer::Refused,
                },
            },
            Ask::Leave(t) if self.talks[t].group || self.place(viewer, t).is_none() => self.may(viewer, Ask::Talk(t)),
            Ask::Leave(_) => Answer::Refused,
            Ask::ForgetMessage(t) => seen(self.place(viewer, t).is_some_and(|mine| !self.unheard(t, mine))),
            Ask::Gift(v) => self.deed_on_video(viewer, v, |me| me != self.videos[v].owner),
        }
    }

    /// Whether the last message is not there for one of them. In a group nothing passes between two with a block.
    fn unheard(&self, talk: usize, mine: usize) -> bool {
        let Talk { group, said_by, people, forgotten } = &self.talks[talk];
        let blocked = said_by.zip(people[mine]).is_some_and(|(one, me)| self.blocked_either_way(one, me));
        forgotten[mine] || (*group && blocked)
    }

    fn acting(&self, viewer: Option<Id>) -> Answer {
        if viewer.is_some_and(|me| self.may_act(me)) { Answer::Yes } else { Answer::Refused }
    }

    /// The place of a viewer among those who talk.
    pub(crate) fn place(&self, viewer: Option<Id>, talk: usize) -> Option<usize> {
        self.talks[talk].people.iter().position(|one| one.is_some() && *one == viewer)
    }

    /// Whether one looks at somebody else as a moderator: that is for looking, and for nothing else.
    fn office(&self, viewer: Option<Id>, owner: Id) -> bool {
        viewer.is_some_and(|me| me != owner && self.accounts[me].moderator)
    }

    /// Doing something to somebody else: signed in, present, seeing them, and `allowed`. Who sees them is told of a refusal.
    fn deed(&self, viewer: Option<Id>, a: Id, allowed: impl Fn(Id) -> bool) -> Answer {
        if self.office(viewer, a) || !self.exists(viewer, a) {
            return Answer::Hidden;
        }
        match viewer {
            Some(me) if me != a && self.may_act(me) && allowed(me) => Answer::Yes,
            _ => Answer::Refused,
        }
    }

    fn deed_on_video(&self, viewer: Option<Id>, v: usize, allowed: impl Fn(Id) -> bool) -> Answer {
        if self.office(viewer, self.videos[v].owner) || !self.watched(viewer, v) {
            return Answer::Hidden;
        }
        match viewer {
            Some(me) if self.may_act(me) && allowed(me) => Answer::Yes,
            _ => Answer::Refused,
        }
    }

    /// Somebody else in a list that is made for the viewer.
    fn listed(&self, viewer: Option<Id>, a: Id, allowed: bool) -> Answer {
        seen(allowed && viewer.is_some_and(|me| me != a) && !self.office(viewer, a) && self.exists(viewer, a))
    }

    // ---- what people do: each answers as it would be answered ----

    /// Follows, or asks a private account.
    pub(crate) fn follow(&mut self, a: Id, b: Id) -> Answer {
        let answer = self.may(Some(a), Ask::Follow(b));
        if answer == Answer::Yes && !self.follower(a, b) {
            let asks = self.accounts[b].private;
            self.requests.set(a, b, asks);
            self.follows.set(a, b, !asks);
        }
        answer
    }

    /// Ties to somebody one sees may be cut, also while one is away: it takes nothing from others.
    fn reach(&self, a: Id, b: Id) -> Answer {
        match self.exists(Some(a), b) {
            false => Answer::Hidden,
            true if a == b => Answer::Refused,
            true => Answer::Yes,
        }
    }

    fn reaching(&mut self, a: Id, b: Id, deed: impl FnOnce(&mut Self) -> bool) -> Answer {
        let answer = self.reach(a, b);
        if answer == Answer::Yes {
            deed(self);
        }
        answer
    }

    pub(crate) fn unfollow(&mut self, a: Id, b: Id) -> Answer {
        self.reaching(a, b, |it| it.follows.set(a, b, false) | it.requests.set(a, b, false))
    }

    pub(crate) fn remove_follower(&mut self, owner: Id, follower: Id) -> Answer {
        self.reaching(owner, follower, |it| it.follows.set(follower, owner, false))
    }

    /// The asked one takes the asking one in. Where there is no request there is nothing; done again, it changes nothing.
    pub(crate) fn accept(&mut self, owner: Id, asking: Id) -> Answer {
        match self.reach(owner, asking) {
            Answer::Yes if self.follower(asking, owner) => Answer::Yes,
            Answer::Yes if !self.may_act(owner) => Answer::Refused,
            Answer::Yes if self.requests.set(asking, owner, false) => {
                self.follows.set(asking, owner, true);
                Answer::Yes
            }
            Answer::Yes => Answer::Hidden,
            other => other,
        }
    }

    pub(crate) fn decline(&mut self, owner: Id, asking: Id) -> Answer {
        self.reaching(owner, asking, |it| it.requests.set(asking, owner, false))
    }

    /// For good. Reading: it is nothing that is done to anybody, so one may while away.
    pub(crate) fn dismiss(&mut self, a: Id, b: Id) -> Answer {
        self.reaching(a, b, |it| it.dismissed.set(a, b, true))
    }

    pub(crate) fn mute(&mut self, a: Id, b: Id, muted: bool) -> Answer {
        self.reaching(a, b, |it| it.mutes.set(a, b, muted))
    }

    /// A block ends what was between the two, both ways. Taking it back begins nothing again. Reading: one may keep somebody away
    /// while on hiatus; it shows nothing of oneself.
    pub(crate) fn block(&mut self, a: Id, b: Id, blocked: bool) -> Answer {
        if a == b {
            return Answer::Refused;
        }
        if !self.seen_past_own_block(a, b) {
            return Answer::Hidden;
        }
        self.blocks.set(a, b, blocked);
        if blocked {
            for (one, other) in [(a, b), (b, a)] {
                self.follows.set(one, other, false);
                self.requests.set(one, other, false);
            }
        }
        Answer::Yes
    }

    /// Gone for good: what tied anybody to it goes too.
    pub(crate) fn erase(&mut self, a: Id) {
        self.accounts[a].standing = Standing::Erased;
        for ties in [&mut self.follows, &mut self.requests, &mut self.blocks, &mut self.mutes, &mut self.dismissed] {
            ties.forget(a);
        }
        let theirs: Vec<usize> = (0..self.videos.len()).filter(|&one| self.videos[one].owner == a).collect();
        theirs.into_iter().for_each(|video| self.remove(video));
        let named = self.talks.iter_mut().flat_map(|talk| talk.people.iter_mut().chain([&mut talk.said_by]));
        named.filter(|one| **one == Some(a)).for_each(|one| *one = None);
        self.comments.iter_mut().filter(|comment| comment.author == a).for_each(|comment| comment.gone = true);
    }

    /// A video is taken away, and what stood under it.
    pub(crate) fn remove(&mut self, video: usize) {
        self.videos[video].state = State::Removed;
        self.videos
            .iter_mut()
            .filter(|other| other.plays.is_some_and(|(from, _)| from == video))
            .for_each(|other| other.plays = None);
        self.comments.iter_mut().filter(|comment| comment.video == video).for_each(|comment| comment.gone = true);
    }
}

fn seen(yes: bool) -> Answer {
    if yes { Answer::Yes } else { Answer::Hidden }
}

//! Histories: what people do, drawn from a seed. People are named by their place, and things by the step that made
//! them, so that a step says the same in both worlds.

/// Xorshift64*: for tests alone.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) const fn new(seed: u64) -> Self {
        let mixed = (seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xd1b5_4a32_d192_ed03);
        Self((mixed ^ (mixed >> 29)) | 1)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Less than `end`.
    pub(crate) const fn below(&mut self, end: usize) -> usize {
        ((self.next() >> 16) % end as u64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() { None } else { Some(from[self.below(from.len())]) }
    }
}

/// The place of a person.
pub(crate) type Who = usize;
/// The place of the step that made a thing.
pub(crate) type Made = usize;

/// What somebody can set, by its name and its values.
const SETTINGS: &[(&str, &[&str])] = &[
    ("private_account", &["true", "false", "true", "false"]),
    ("on_hiatus", &["true", "false"]),
    ("discoverable", &["false", "true"]),
    ("searchable", &["false", "true"]),
    ("messages_from", &["\"everyone\"", "\"friends\"", "\"no_one\""]),
    ("comments_from", &["\"everyone\"", "\"followers\"", "\"friends\"", "\"no_one\""]),
];
const AUDIENCES: &[&str] = &["everyone", "followers", "friends", "only_me"];
const DECISIONS: &[&str] = &["look", "hide", "unhide", "dismiss", "suspend", "unsuspend"];

/// What is done to another person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Follow,
    Unfollow,
    RemoveFollower,
    Accept,
    Decline,
    Block,
    Unblock,
    Mute,
    Unmute,
    Dismiss,
}

const DEEDS: &[Deed] = &[
    Deed::Follow,
    Deed::Follow,
    Deed::Follow,
    Deed::Follow,
    Deed::Accept,
    Deed::Accept,
    Deed::Decline,
    Deed::Unfollow,
    Deed::RemoveFollower,
    Deed::Block,
    Deed::Unblock,
    Deed::Mute,
    Deed::Unmute,
    Deed::Dismiss,
];

/// What is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    Account(Who),
    Video(Made),
    Comment(Made),
}

/// One act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Profile(usize),
    Set(&'static str, &'static str),
    To(Deed, Who),
    AnswerAll(bool),
    /// A video that is ready, with the sound of another video or its own.
    Post(Option<Made>),
    Caption(Made, Option<Who>),
    Audience(Made, &'static str),
    DeleteVideo(Made),
    Like(Made, bool),
    Watch(Made, i64),
    /// A link to the video goes out.
    PassOn(Made),
    Gift(Made),
    Buy,
    Comment {
        video: Made,
        reply: Option<Made>,
        calls: Option<Who>,
    },
    LikeComment(Made, bool),
    DeleteComment(Made),
    HideComment(Made, bool),
    Filter,
    Personalised(bool),
    ForgetFeed,
    /// A conversation with one or several, in which something is said at once.
    Talk(Vec<Who>),
    Say(Made),
    Share(Made, Made),
    Read(Made),
    TakeOn(Made),
    Clear(Made),
    LeaveTalk(Made),
    ForgetMessage(Made, Made),
    Report(Thing),
    Decide(Made, &'static str),
    Seen,
    Phone,
    Device,
    SignOut,
    Takeout,
    Look,
    /// The workers do what is due.
    Work,
    /// What a history that is made smaller has in the place of an act.
    Rest,
}

/// Who does what.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) by: Who,
    pub(crate) act: Act,
}

/// A history, and who is erased at its end. The first of the people moderates, and is never the one.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) seed: u64,
    pub(crate) people: usize,
    pub(crate) gone: Who,
    pub(crate) steps: Vec<Step>,
}

/// What came of the steps in the world that everybody was in.
#[derive(Default)]
pub(crate) struct Was {
    /// Whether each was done.
    pub(crate) done: Vec<bool>,
    /// Whether it made a video with the sound of the one who leaves.
    pub(crate) lent: Vec<bool>,
    /// Videos whose views were counted when the one who leaves saw them, by the step.
    pub(crate) views: Vec<(Made, Made)>,
    /// What each step has made.
    pub(crate) made: Vec<Option<String>>,
}

/// What becomes of a step in the world in which one person never was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Kept,
    Dropped,
    /// It is done without what named them, if it was done at all.
    Changed(Act),
}

impl History {
    /// The history of a seed: 3 to 8 people.
    pub(crate) fn drawn(seed: u64) -> Self {
        let rng = &mut Rng::new(seed);
        let people = 3 + rng.below(6).min(rng.below(6));
        let gone = 1 + rng.below(people - 1);
        let mut history = Self { seed, people, gone, steps: vec![] };
        let length = 16 + rng.below(25);
        while history.steps.len() < length {
            let by = if rng.below(3) == 0 { gone } else { rng.below(people) };
            if let Some(act) = history.draw(rng, by) {
                history.steps.push(Step { by, act });
            }
        }
        history
    }

    /// The steps so far whose act is such.
    fn made(&self, such: impl Fn(&Act) -> bool) -> Vec<Made> {
        (0..self.steps.len()).filter(|at| such(&self.steps[*at].act)).collect()
    }

    fn other(&self, rng: &mut Rng, by: Who) -> Who {
        // Every other time it is about the one who leaves.
        if by != self.gone && rng.below(5) < 2 {
            return self.gone;
        }
        (by + 1 + rng.below(self.people - 1)) % self.people
    }

    fn draw(&self, rng: &mut Rng, by: Who) -> Option<Act> {
        let videos = self.made(|act| matches!(act, Act::Post(_)));
        let comments = self.made(|act| matches!(act, Act::Comment { .. }));
        let talks = self.made(|act| matches!(act, Act::Talk(_)));
        let mine = |from: &[Made]| from.iter().copied().filter(|at| self.steps[*at].by == by).collect::<Vec<_>>();
        let on = rng.below(4) > 0;
        Some(match rng.below(100) {
            0..=9 => {
                // A sound is taken from the video that it is of: one that only plays it has none to give.
                let lent = self.made(|act| *act == Act::Post(None));
                Act::Post(if rng.below(4) == 0 { rng.pick(&lent) } else { None })
            }
            10..=27 => Act::To(rng.pick(DEEDS)?, self.other(rng, by)),
            28..=35 => Act::Like(rng.pick(&videos)?, on),
            36..=39 if rng.below(4) == 0 => Act::PassOn(rng.pick(&videos)?),
            36..=39 => Act::Watch(rng.pick(&videos)?, [500, 2_000, 60_000][rng.below(3)]),
            40..=49 => self.comment(rng, by, &videos, &comments)?,
            50..=54 => Act::LikeComment(rng.pick(&comments)?, on),
            55 => Act::DeleteComment(rng.pick(&comments)?),
            56 | 57 => Act::HideComment(rng.pick(&comments)?, on),
            58..=62 => {
                let (name, values) = rng.pick(SETTINGS)?;
                Act::Set(name, rng.pick(values)?)
            }
            63..=66 => self.talk(rng, by),
            67..=71 => Act::Say(rng.pick(&talks)?),
            72 => Act::Share(rng.pick(&talks)?, rng.pick(&videos)?),
            73 => Act::Read(rng.pick(&talks)?),
            74 => Act::TakeOn(rng.pick(&talks)?),
            75 => Act::Clear(rng.pick(&talks)?),
            76 => Act::LeaveTalk(rng.pick(&talks)?),
            77 => {
                let talk = rng.pick(&talks)?;
                Act::ForgetMessage(talk, rng.pick(&self.made(|act| *act == Act::Say(talk)))?)
            }
            78..=80 => self.report(rng, by, &videos, &comments)?,
            81..=83 => self.decision(rng, by)?,
            84 => Act::Caption(rng.pick(&mine(&videos))?, (rng.below(2) == 0).then(|| self.other(rng, by))),
            85 => Act::Audience(rng.pick(&mine(&videos))?, rng.pick(AUDIENCES)?),
            86 => Act::DeleteVideo(rng.pick(&mine(&videos))?),
            87 | 88 => self.coins(rng, by, &videos)?,
            89 => Act::Profile(rng.below(3)),
            90 => Act::AnswerAll(on),
            91 => Act::Filter,
            92 => Act::Personalised(!on),
            93 => Act::ForgetFeed,
            94 => Act::Seen,
            95 => {
                if rng.below(3) == 0 {
                    Act::Takeout
                } else {
                    Act::Phone
                }
            }
            96 => {
                if on {
                    Act::Device
                } else {
                    Act::SignOut
                }
            }
            97 => Act::Look,
            _ => Act::Work,
        })
    }

    fn comment(&self, rng: &mut Rng, by: Who, videos: &[Made], comments: &[Made]) -> Option<Act> {
        let calls = (rng.below(4) == 0).then(|| self.other(rng, by));
        let reply = if rng.below(2) == 0 { rng.pick(comments) } else { None };
        let video = reply.map_or_else(|| rng.pick(videos), |reply| Some(self.video_of(reply)))?;
        Some(Act::Comment { video, reply, calls })
    }

    fn talk(&self, rng: &mut Rng, by: Who) -> Act {
        let mut with = vec![self.other(rng, by)];
        for _ in 0..[0, 0, 1, 2][rng.below(4)] {
            with.push(self.other(rng, by));
        }
        with.sort_unstable();
        with.dedup();
        Act::Talk(with)
    }

    fn report(&self, rng: &mut Rng, by: Who, videos: &[Made], comments: &[Made]) -> Option<Act> {
        Some(Act::Report(match rng.below(3) {
            0 => Thing::Account(self.other(rng, by)),
            1 => Thing::Video(rng.pick(videos)?),
            _ => Thing::Comment(rng.pick(comments)?),
        }))
    }

    /// What a moderator decides about somebody stays when whoever reported it leaves, or when what they reported stood
    /// under something of the one who leaves: everything after it would be another history. It has its own tests.
    fn decision(&self, rng: &mut Rng, by: Who) -> Option<Act> {
        let report = rng.pick(&self.made(|act| matches!(act, Act::Report(_))))?;
        let Step { by: reporter, act: Act::Report(thing) } = self.steps[report].clone() else { return None };
        let subject = match thing {
            Thing::Account(who) => who,
            Thing::Video(made) | Thing::Comment(made) => self.steps[made].by,
        };
        let fits = reporter != self.gone && (subject == self.gone || !self.is_gones(thing));
        (by == 0 && fits).then(|| Act::Decide(report, DECISIONS[rng.below(DECISIONS.len())]))
    }

    /// Coins are given of what was bought oneself: what was received may be gone in the other world.
    fn coins(&self, rng: &mut Rng, by: Who, videos: &[Made]) -> Option<Act> {
        let mine = |act: &Act| self.made(|one| one == act).iter().filter(|at| self.steps[**at].by == by).count();
        let gifts = self.made(|act| matches!(act, Act::Gift(_)));
        let given = gifts.iter().filter(|at| self.steps[**at].by == by).count();
        if mine(&Act::Buy) == 0 || rng.below(4) == 0 {
            return Some(Act::Buy);
        }
        (given < 8).then(|| rng.pick(videos)).flatten().map(Act::Gift)
    }

    /// The video that a comment stands under.
    pub(crate) fn video_of(&self, comment: Made) -> Made {
        match self.steps[comment].act {
            Act::Comment { video, .. } => video,
            _ => comment,
        }
    }

    /// The comment at the head of a comment's thread.
    pub(crate) fn head_of(&self, comment: Made) -> Made {
        match self.steps[comment].act {
            Act::Comment { reply: Some(above), .. } => self.head_of(above),
            _ => comment,
        }
    }

    fn is_gones(&self, thing: Thing) -> bool {
        match thing {
            Thing::Account(who) => who == self.gone,
            Thing::Video(video) => self.steps[video].by == self.gone,
            Thing::Comment(comment) => {
                let places = [comment, self.video_of(comment), self.head_of(comment)];
                places.iter().any(|at| self.steps[*at].by == self.gone)
            }
        }
    }

    /// What becomes of a step where the one who is erased never was. What they did is not done, and neither is what
    /// others did to them or to what was theirs; of what others did to several, the rest is.
    pub(crate) fn fate(&self, at: Made, was: &Was) -> Fate {
        let Step { by, act } = &self.steps[at];
        if *by == self.gone && !matches!(act, Act::Work | Act::Rest) {
            return Fate::Dropped;
        }
        let kept = |is: bool| if is { Fate::Kept } else { Fate::Dropped };
        let changed = |act: Act| if was.done[at] { Fate::Changed(act) } else { Fate::Dropped };
        let of_video = |video: Made| kept(!self.is_gones(Thing::Video(video)));
        let of_comment = |comment: Made| kept(!self.is_gones(Thing::Comment(comment)));
        let same = |made: Made| kept(self.fate(made, was) != Fate::Dropped);
        match act {
            Act::To(_, who) => kept(*who != self.gone),
            Act::Post(_) if was.lent[at] => changed(Act::Post(None)),
            Act::Like(video, _) | Act::Watch(video, _) | Act::PassOn(video) | Act::Gift(video) => of_video(*video),
            Act::Comment { video, reply: Some(reply), calls } => {
                let head = self.head_of(*reply);
                if of_video(*video) == Fate::Dropped || of_comment(head) == Fate::Dropped {
                    Fate::Dropped
                } else if self.steps[*reply].by == self.gone {
                    // It stands in the thread, and of what was replied to nothing is kept.
                    changed(Act::Comment { video: *video, reply: Some(head), calls: *calls })
                } else {
                    Fate::Kept
                }
            }
            Act::Comment { video, .. } => of_video(*video),
            Act::LikeComment(comment, _) | Act::HideComment(comment, _) | Act::DeleteComment(comment) => {
                of_comment(*comment)
            }
            Act::Talk(with) if with.contains(&self.gone) => {
                let rest: Vec<Who> = with.iter().copied().filter(|who| *who != self.gone).collect();
                if rest.len() > 1 { changed(Act::Talk(rest)) } else { Fate::Dropped }
            }
            Act::Say(talk) | Act::Read(talk) | Act::TakeOn(talk) | Act::Clear(talk) | Act::LeaveTalk(talk) => {
                same(*talk)
            }
            Act::Share(talk, video) => {
                if of_video(*video) == Fate::Dropped {
                    Fate::Dropped
                } else {
                    same(*talk)
                }
            }
            Act::ForgetMessage(talk, message) => {
                if same(*message) == Fate::Dropped {
                    Fate::Dropped
                } else {
                    same(*talk)
                }
            }
            Act::Report(thing) => kept(!self.is_gones(*thing)),
            Act::Decide(report, _) => same(*report),
            _ => Fate::Kept,
        }
    }
}

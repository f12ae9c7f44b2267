//! The privacy check-up: who may do what, and what each switch would change of it before it is thrown. Both are
//! found by asking the policy itself for each relation, as it is and as it would be.

use outro_db::Tx;
use outro_model::{AccountId, Audience, Circle};
use outro_policy::{Action, Facts, OwnerFacts, Relation, VideoFacts, decide};
use outro_store::{accounts, graph, videos};

use super::audiences::{Audiences, in_order};
use super::settings::COUNTED;
use crate::{App, AppError, Signed, viewer};

/// How many friends are counted at most.
const FRIENDS: i64 = 1000;

/// What is asked about an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Who knows that it is here: the card.
    Card,
    /// Who sees the profile, and videos that are for everyone.
    Videos,
    /// Who sees its followers, and whom it follows.
    Lists,
    /// Who may follow it, or ask to.
    Follow,
    /// To whom it may be suggested.
    Suggest,
    /// Who finds it by its name.
    Find,
    /// Who may send messages.
    Message,
    /// Who may comment on videos that are for everyone.
    Comment,
}

impl Question {
    /// Every question, in the order of the page.
    pub const ALL: &'static [Self] =
        &[Self::Card, Self::Videos, Self::Lists, Self::Follow, Self::Suggest, Self::Find, Self::Message, Self::Comment];

    /// A stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Videos => "videos",
            Self::Lists => "lists",
            Self::Follow => "follow",
            Self::Suggest => "suggest",
            Self::Find => "find",
            Self::Message => "message",
            Self::Comment => "comment",
        }
    }

    /// What must be allowed, all of it.
    const fn asks(self) -> &'static [Action] {
        match self {
            Self::Card => &[Action::SeeCard],
            Self::Videos => &[Action::SeeProfile, Action::SeeVideo, Action::ReadBytes, Action::SeeCover],
            Self::Lists => &[Action::SeeLists],
            Self::Follow => &[Action::Follow],
            Self::Suggest => &[Action::Suggest],
            Self::Find => &[Action::Find],
            Self::Message => &[Action::Message],
            Self::Comment => &[Action::Comment],
        }
    }
}

/// How far something reaches. Who is closer may never less, so that the farthest says it all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Everybody, also without an account.
    Everyone,
    /// Everybody who has an account.
    Accounts,
    /// Followers.
    Followers,
    /// Friends: those who follow and are followed.
    Friends,
    /// Nobody but oneself.
    NoOne,
}

impl Reach {
    /// A stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Accounts => "accounts",
            Self::Followers => "followers",
            Self::Friends => "friends",
            Self::NoOne => "no_one",
        }
    }

    fn of(question: Question, owner: OwnerFacts) -> Self {
        let allowed = |relation| {
            let facts =
                Facts { relation, viewer_away: false, viewer_adult: false, owner, video: Some(VideoFacts::OPEN) };
            question.asks().iter().all(|&action| decide(action, &facts).allowed)
        };
        [
            (Relation::Anonymous, Self::Everyone),
            (Relation::Stranger, Self::Accounts),
            (Relation::Follower, Self::Followers),
            (Relation::Friend, Self::Friends),
        ]
        .into_iter()
        .find(|(relation, _)| allowed(*relation))
        .map_or(Self::NoOne, |(_, reach)| reach)
    }
}

/// How many people, and videos, what is said is about; where it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// How many followers, or friends, it reaches.
    pub people: Option<i64>,
    /// How many videos are for everyone.
    pub videos: Option<i64>,
}

/// One line of the check-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// What is asked.
    pub question: Question,
    /// How far it reaches.
    pub reach: Reach,
    /// Of how many that is said.
    pub about: About,
}

/// What a change of settings changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// What is asked.
    pub question: Question,
    /// How far it reaches now.
    pub before: Reach,
    /// How far it would reach.
    pub after: Reach,
    /// Of how many that is said, afterwards.
    pub about: About,
}

impl Effect {
    /// Whether more people may afterwards.
    pub fn widens(&self) -> bool {
        self.after < self.before
    }
}

/// A setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Whether strangers see the card only.
    PrivateAccount,
    /// Whether the account is kept and invisible.
    OnHiatus,
    /// Whether the account may be suggested.
    Discoverable,
    /// Whether the account may be found by its name.
    Searchable,
    /// Who may send messages.
    MessagesFrom,
    /// Who may comment.
    CommentsFrom,
}

impl Setting {
    /// Every setting, in the order of the page.
    pub const ALL: &'static [Self] = &[
        Self::PrivateAccount,
        Self::OnHiatus,
        Self::Discoverable,
        Self::Searchable,
        Self::MessagesFrom,
        Self::CommentsFrom,
    ];

    /// The name of its field.
    pub const fn word(self) -> &'static str {
        match self {
            Self::PrivateAccount => "private_account",
            Self::OnHiatus => "on_hiatus",
            Self::Discoverable => "discoverable",
            Self::Searchable => "searchable",
            Self::MessagesFrom => "messages_from",
            Self::CommentsFrom => "comments_from",
        }
    }

    /// What it can be.
    const fn values(self) -> &'static [Value] {
        use Circle::{Everyone, Followers, Friends, NoOne};
        match self {
            Self::PrivateAccount | Self::OnHiatus | Self::Discoverable | Self::Searchable => {
                &[Value::Switch(true), Value::Switch(false)]
            }
            // Following somebody is one-sided: it earns nobody a way to write to them.
            Self::MessagesFrom => &[Value::From(Everyone), Value::From(Friends), Value::From(NoOne)],
            Self::CommentsFrom => {
                &[Value::From(Everyone), Value::From(Followers), Value::From(Friends), Value::From(NoOne)]
            }
        }
    }

    /// The account with this setting at this value.
    const fn at(self, value: Value, now: OwnerFacts) -> OwnerFacts {
        match (self, value) {
            (Self::PrivateAccount, Value::Switch(on)) => OwnerFacts { private_account: on, ..now },
            (Self::OnHiatus, Value::Switch(on)) => OwnerFacts { on_hiatus: on, ..now },
            (Self::Discoverable, Value::Switch(on)) => OwnerFacts { discoverable: on, ..now },
            (Self::Searchable, Value::Switch(on)) => OwnerFacts { searchable: on, ..now },
            (Self::MessagesFrom, Value::From(circle)) => OwnerFacts { messages_from: circle, ..now },
            (Self::CommentsFrom, Value::From(circle)) => OwnerFacts { comments_from: circle, ..now },
            (_, Value::Switch(_) | Value::From(_)) => now,
        }
    }
}

/// What a setting can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// On, or off.
    Switch(bool),
    /// From whom something is taken.
    From(Circle),
}

impl Value {
    /// The word that forms send.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Switch(true) => "true",
            Self::Switch(false) => "false",
            Self::From(circle) => circle.word(),
        }
    }
}

/// A change that can be made, and what it would change for others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What would be changed.
    pub setting: Setting,
    /// To what.
    pub value: Value,
    /// What would be otherwise; empty where nothing would, for anybody.
    pub effects: Vec<Effect>,
}

/// Who may do what with one's account, and what each change would change of it.
#[derive(Clone, Debug)]
pub struct Checkup {
    /// Who may do what.
    pub checks: Vec<Check>,
    /// Every change that can be made.
    pub changes: Vec<Change>,
    /// How many videos one has for each audience.
    pub audiences: Audiences,
    /// How many follow requests are open: 100 at most are counted.
    pub waiting_requests: i64,
}

/// The numbers that are known of an account.
struct Numbers {
    followers: i64,
    friends: i64,
    audiences: Audiences,
}

impl Numbers {
    async fn of(tx: &mut Tx, me: AccountId) -> Result<Self, AppError> {
        let followers = graph::counts(tx, me).await?.followers;
        let friends = graph::friends(tx, me, FRIENDS).await?;
        Ok(Self { followers, friends, audiences: in_order(&videos::audiences(tx, me).await?) })
    }

    fn about(&self, question: Question, reach: Reach) -> About {
        let people = match reach {
            Reach::Followers => Some(self.followers),
            Reach::Friends => Some(self.friends),
            Reach::Everyone | Reach::Accounts | Reach::NoOne => None,
        };
        let everyone = self.audiences.iter().find(|(audience, _)| *audience == Audience::Everyone);
        let videos = everyone.filter(|_| question == Question::Videos).map(|(_, count)| *count);
        About { people, videos }
    }

    /// What would be otherwise, if the account were as `then`.
    fn effects(&self, now: OwnerFacts, then: OwnerFacts) -> Vec<Effect> {
        let effect = |&question: &Question| {
            let (before, after) = (Reach::of(question, now), Reach::of(question, then));
            Effect { question, before, after, about: self.about(question, after) }
        };
        Question::ALL.iter().map(effect).filter(|effect| effect.before != effect.after).collect()
    }
}

/// Who may do what with one's account, and what would change it.
pub async fn checkup(app: &App, signed: &Signed) -> Result<Checkup, AppError> {
    let mut tx = app.db.read().await?;
    let me = viewer::still(app, &mut tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    let now = accounts::by_id(&mut tx, me).await?.ok_or(AppError::SignInNeeded)?.facts;
    let numbers = Numbers::of(&mut tx, me).await?;
    let check = |&question: &Question| {
        let reach = Reach::of(question, now);
        Check { question, reach, about: numbers.about(question, reach) }
    };
    let mut changes = Vec::new();
    for &setting in Setting::ALL {
        for &value in setting.values() {
            let then = setting.at(value, now);
            if then != now {
                changes.push(Change { setting, value, effects: numbers.effects(now, then) });
            }
        }
    }
    Ok(Checkup {
        checks: Question::ALL.iter().map(check).collect(),
        changes,
        waiting_requests: graph::waiting_requests(&mut tx, me, COUNTED).await?,
        audiences: numbers.audiences,
    })
}

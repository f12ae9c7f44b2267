//! The privacy check-up: who may do what, found by asking the policy itself for each relation.

use outro_policy::{Action, Facts, OwnerFacts, Relation, VideoFacts, decide};
use outro_store::accounts;

use super::settings::{PrivacyChoice, read};
use crate::{App, AppError, Signed};

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
            let facts = Facts { relation, viewer_away: false, owner, video: Some(VideoFacts::OPEN) };
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

/// One line of the check-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// What is asked.
    pub question: Question,
    /// How far it reaches.
    pub reach: Reach,
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
}

async fn facts(app: &App, signed: &Signed) -> Result<OwnerFacts, AppError> {
    let account = accounts::by_id(&mut app.db.read().await?, signed.account).await?;
    Ok(account.ok_or(AppError::SignInNeeded)?.facts)
}

/// Who may do what with one's account.
pub async fn checkup(app: &App, signed: &Signed) -> Result<Vec<Check>, AppError> {
    let facts = facts(app, signed).await?;
    let check = |&question: &Question| Check { question, reach: Reach::of(question, facts) };
    Ok(Question::ALL.iter().map(check).collect())
}

/// What a change of settings would change, before it is made.
pub async fn effects(app: &App, signed: &Signed, choice: &PrivacyChoice) -> Result<Vec<Effect>, AppError> {
    let (change, now) = (read(choice)?, facts(app, signed).await?);
    let then = OwnerFacts {
        private_account: change.private_account.unwrap_or(now.private_account),
        discoverable: change.discoverable.unwrap_or(now.discoverable),
        searchable: change.searchable.unwrap_or(now.searchable),
        messages_from: change.messages_from.unwrap_or(now.messages_from),
        comments_from: change.comments_from.unwrap_or(now.comments_from),
        on_hiatus: change.on_hiatus.unwrap_or(now.on_hiatus),
        ..now
    };
    let effect = |&question: &Question| {
        let (before, after) = (Reach::of(question, now), Reach::of(question, then));
        Effect { question, before, after }
    };
    Ok(Question::ALL.iter().map(effect).filter(|effect| effect.before != effect.after).collect())
}

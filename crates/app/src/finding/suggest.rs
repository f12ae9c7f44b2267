//! People whom one may know, from the graph alone.

use outro_model::AccountId;
use outro_policy::{Action, Facts, Relation, decide, feed_scope};
use outro_store::finding::{self, Suggested};

use crate::graph::CardView;
use crate::graph::lists::view;
use crate::{App, AppError, Signed, viewer};

/// Why somebody is suggested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// They follow the viewer, who does not follow them back.
    FollowsYou,
    /// People whom the viewer follows follow them.
    FriendsOfFriends,
    /// They used the same sounds as the viewer.
    SameSounds,
}

impl Because {
    /// A stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::FollowsYou => "follows_you",
            Self::FriendsOfFriends => "friends_of_friends",
            Self::SameSounds => "same_sounds",
        }
    }
}

/// Somebody whom the viewer may know.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// The account.
    pub card: CardView,
    /// Why it is suggested.
    pub because: Because,
    /// How many of those whom the viewer follows follow it, as far as the viewer may know: each of these
    /// edges stands in a list that the viewer may see.
    pub known_by: i64,
}

/// People whom the viewer may know: first those who follow the viewer, the latest first, then those whom most
/// of the people follow whom the viewer follows, then those who used the most of the sounds that the viewer used.
/// What a list hides from the viewer, and a use that not everyone may watch, counts for nothing here.
pub async fn suggestions(app: &App, signed: &Signed, limit: i64) -> Result<Vec<Suggestion>, AppError> {
    let mut tx = app.db.read().await?;
    let me = viewer::still(app, &mut tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    let followers = finding::not_followed_back(&mut tx, me, limit).await?;
    let friends = finding::friends_of_friends(&mut tx, me, limit).await?;
    let sounds = finding::same_sounds(&mut tx, feed_scope(), me, limit).await?;
    drop(tx);
    let found = merged(followers, friends, sounds).into_iter().filter(|(_, one)| may_be_suggested(me, one));
    let found: Vec<_> = found.take(limit as usize).collect();
    let ids: Vec<AccountId> = found.iter().map(|(_, one)| one.card.account).collect();
    let keys = app.vault.accounts(&ids).await?;
    let mut suggestions = Vec::with_capacity(found.len());
    for (because, Suggested { card, known: known_by }) in found {
        let card = view(&keys, Some(me), &card)?;
        suggestions.extend(card.map(|card| Suggestion { card, because, known_by }));
    }
    Ok(suggestions)
}

/// The lists as one: who stands in several is suggested once, for the first reason.
fn merged(followers: Vec<Suggested>, friends: Vec<Suggested>, sounds: Vec<Suggested>) -> Vec<(Because, Suggested)> {
    let mut all: Vec<_> = followers.into_iter().map(|one| (Because::FollowsYou, one)).collect();
    for friend in friends {
        match all.iter_mut().find(|(_, one)| one.card.account == friend.card.account) {
            Some((_, one)) => one.known = friend.known,
            None => all.push((Because::FriendsOfFriends, friend)),
        }
    }
    for one in sounds {
        if all.iter().all(|(_, other)| other.card.account != one.card.account) {
            // How many sounds it is says nothing of whom the viewer follows.
            all.push((Because::SameSounds, Suggested { known: 0, ..one }));
        }
    }
    all
}

fn may_be_suggested(me: AccountId, one: &Suggested) -> bool {
    let relation = Relation::of(Some(me), one.card.account, one.card.ties);
    // Whether the viewer may act changes nothing about who may be suggested.
    decide(
        Action::Suggest,
        &Facts { relation, viewer_away: false, viewer_adult: false, owner: one.card.facts, video: None },
    )
    .allowed
}

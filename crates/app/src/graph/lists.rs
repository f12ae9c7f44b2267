//! Lists of accounts: followers, following, and one's own: requests, blocked, muted.
//!
//! Being in the list of somebody whom one follows is no finding. But a list can be walked by strangers, so that
//! "Allow others to find me" off holds there too: for those it has nothing to do with, the account is left out of
//! other people's lists. The numbers above them stay: who is left out cannot be told from a number.

use std::collections::HashMap;

use outro_datamap::ACCOUNT_DISPLAY_NAME;
use outro_model::{AccountId, Handle, Timestamp};
use outro_policy::{Action, Facts, Relation, Ties, decide};
use outro_store::graph::{self, Card, Edges};
use outro_vault::AccountKeys;

use super::FollowState;
use crate::account::{Found, by_handle, open_handle};
use crate::{App, AppError, Signed, Viewer, standing, viewer};

/// Where a list that counts down begins: later than everything.
pub(crate) const FIRST: (Timestamp, AccountId) = (Timestamp(i64::MAX), AccountId::from_bytes([0xff; 16]));

/// An account in a list, as the viewer may see it.
#[derive(Clone, Debug)]
pub struct CardView {
    /// The handle.
    pub handle: String,
    /// The display name; empty when none was chosen.
    pub display_name: String,
    /// Whether the account is the viewer's own.
    pub is_me: bool,
    /// Whether strangers see the card only.
    pub private_account: bool,
    /// How far the viewer has come with following it.
    pub follow: FollowState,
    /// Whether it follows the viewer.
    pub follows_me: bool,
}

/// A page of a list, the latest first. What is hidden is left out, so a page may be shorter than was asked
/// for and still have a next one.
pub struct CardPage {
    /// The accounts.
    pub items: Vec<CardView>,
    /// Where the next page begins; none at the end.
    pub next: Option<(Timestamp, AccountId)>,
}

/// Which page of a list: where it begins, and how many at most.
type Place = (Option<(Timestamp, AccountId)>, i64);

/// Those who follow a handle.
pub async fn followers(app: &App, who: &Viewer, handle: &str, place: Place) -> Result<CardPage, AppError> {
    of_account(app, who, handle, Edges::Followers, place).await
}

/// Those whom a handle follows.
pub async fn following(app: &App, who: &Viewer, handle: &str, place: Place) -> Result<CardPage, AppError> {
    of_account(app, who, handle, Edges::Following, place).await
}

/// Those who have asked to follow one and wait for an answer.
pub async fn requests(app: &App, signed: &Signed, place: Place) -> Result<CardPage, AppError> {
    own(app, signed, Edges::Requests, place).await
}

/// Those whom one has blocked.
pub async fn blocked(app: &App, signed: &Signed, place: Place) -> Result<CardPage, AppError> {
    own(app, signed, Edges::Blocked, place).await
}

/// Those whom one has muted.
pub async fn muted(app: &App, signed: &Signed, place: Place) -> Result<CardPage, AppError> {
    own(app, signed, Edges::Muted, place).await
}

async fn of_account(app: &App, who: &Viewer, handle: &str, edges: Edges, place: Place) -> Result<CardPage, AppError> {
    let handle: Handle = handle.parse().map_err(|_| AppError::NotFound)?;
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let Found { account, .. } = by_handle(app, &mut tx, &handle).await?.ok_or(AppError::NotFound)?;
    standing::ask(Action::SeeLists, &standing::facts(&mut tx, asking, &account).await?)?;
    let (before, limit) = (place.0.unwrap_or(FIRST), place.1);
    let cards = graph::list(&mut tx, edges, asking, account.id, before, limit).await?;
    drop(tx);
    opened(app, (asking, account.id), edges, cards, limit).await
}

async fn own(app: &App, signed: &Signed, edges: Edges, place: Place) -> Result<CardPage, AppError> {
    let mut tx = app.db.read().await?;
    let me = viewer::still(app, &mut tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    let (before, limit) = (place.0.unwrap_or(FIRST), place.1);
    let cards = graph::list(&mut tx, edges, Some(me), me, before, limit).await?;
    drop(tx);
    opened(app, (Some(me), me), edges, cards, limit).await
}

/// Asks the policy of each, and opens the names of those that may be seen.
async fn opened(
    app: &App,
    (asking, whose): (Option<AccountId>, AccountId),
    edges: Edges,
    cards: Vec<Card>,
    limit: i64,
) -> Result<CardPage, AppError> {
    let next = (cards.len() as i64 == limit).then(|| cards.last().map(|card| (card.since, card.account))).flatten();
    let ids: Vec<AccountId> = cards.iter().map(|card| card.account).collect();
    let keys = app.vault.accounts(&ids).await?;
    let mut items = Vec::with_capacity(cards.len());
    for card in cards.iter().filter(|card| may_see(asking, edges, card) && may_find(asking, whose, card)) {
        items.extend(view(&keys, asking, card)?);
    }
    Ok(CardPage { items, next })
}

fn may_see(asking: Option<AccountId>, edges: Edges, card: &Card) -> bool {
    // In the list of the blocked, one's own block is what is shown.
    let ties = if edges == Edges::Blocked { Ties { blocks: false, ..card.ties } } else { card.ties };
    let relation = Relation::of(asking, card.account, ties);
    // Whether the viewer may act changes nothing about whose card may be seen.
    decide(
        Action::SeeCard,
        &Facts { relation, viewer_away: false, viewer_adult: false, owner: card.facts, video: None },
    )
    .allowed
}

/// Whether a card may be come upon in this list: in one's own, of oneself, of whom one has to do with, or of
/// whom the policy lets a stranger have suggested.
fn may_find(asking: Option<AccountId>, whose: AccountId, card: &Card) -> bool {
    let known = asking == Some(whose) || asking == Some(card.account) || card.ties.follows || card.ties.followed;
    let stranger =
        Facts { relation: Relation::Stranger, viewer_away: false, viewer_adult: false, owner: card.facts, video: None };
    known || decide(Action::Suggest, &stranger).allowed
}

/// The card with its names; none when its owner's key is gone.
pub(crate) fn view(
    keys: &HashMap<AccountId, AccountKeys>,
    asking: Option<AccountId>,
    card: &Card,
) -> Result<Option<CardView>, AppError> {
    let Some(keys) = keys.get(&card.account) else { return Ok(None) };
    Ok(Some(CardView {
        handle: open_handle(keys, card.account, &card.handle)?,
        display_name: keys.open_text(ACCOUNT_DISPLAY_NAME, card.account.as_bytes(), &card.display_name)?,
        is_me: asking == Some(card.account),
        private_account: card.facts.private_account,
        follow: FollowState::of(card.ties),
        follows_me: card.ties.followed,
    }))
}

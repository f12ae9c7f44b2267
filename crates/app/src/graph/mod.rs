//! Who follows whom, who asked to, and who is kept away.
//!
//! Whatever adds or ends a follow, a request or a block is decided twice in its transaction: once before it
//! holds anything, so that who is refused keeps nobody waiting, and once more after `graph::hold` of both
//! accounts, by facts that cannot change any more.

mod accept;
mod answer_all;
mod block;
mod decline;
mod follow;
pub(crate) mod lists;
mod mute;
mod remove_follower;
mod unfollow;

use outro_db::{DbError, Tx};
use outro_model::{AccountId, Handle};
use outro_policy::{Action, Facts, Relation, Ties};
use outro_store::accounts::{self, Account};
use outro_store::graph;

use crate::account::{Found, by_handle};
use crate::{App, AppError, standing};

pub use accept::accept;
pub use answer_all::answer_all;
pub(crate) use answer_all::{JOB as ANSWER_JOB, note_answer, run as run_answer};
pub use block::{block, unblock};
pub use decline::decline;
pub use follow::follow;
pub use lists::{CardPage, CardView, blocked, followers, following, muted, requests};
pub use mute::{mute, unmute};
pub use remove_follower::remove_follower;
pub use unfollow::unfollow;

/// How far the viewer has come with following an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FollowState {
    /// Not at all.
    #[default]
    None,
    /// Has asked, and waits.
    Requested,
    /// Follows.
    Following,
}

impl FollowState {
    /// A stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Requested => "requested",
            Self::Following => "following",
        }
    }

    pub(crate) const fn of(ties: Ties) -> Self {
        match ties {
            Ties { follows: true, .. } => Self::Following,
            Ties { requested: true, .. } => Self::Requested,
            _ => Self::None,
        }
    }
}

/// The account of a handle, for what follows in a transaction of its own: the keyring is asked here, while
/// nothing is held. Whether the account may be seen is asked there.
pub(crate) async fn named(app: &App, handle: &str) -> Result<AccountId, AppError> {
    let handle: Handle = handle.parse().map_err(|_| AppError::NotFound)?;
    let found = by_handle(app, &mut app.db.read().await?, &handle).await?;
    let Found { account, .. } = found.ok_or(AppError::NotFound)?;
    Ok(account.id)
}

/// Somebody else, and what stands between them and the one who acts.
pub(crate) struct Other {
    account: Account,
    facts: Facts,
    ties: Ties,
}

impl Other {
    pub(crate) async fn read(tx: &mut Tx, me: AccountId, id: AccountId) -> Result<Self, AppError> {
        let account = accounts::by_id(tx, id).await?.ok_or(AppError::NotFound)?;
        let (facts, ties) = standing::facts_and_ties(tx, Some(me), &account).await?;
        Ok(Self { account, facts, ties })
    }

    /// As they would be without one's own block, which hides them from oneself too.
    fn but_for_own_block(mut self, me: AccountId) -> Self {
        self.ties.blocks = false;
        self.facts.relation = Relation::of(Some(me), self.account.id, self.ties);
        self
    }

    /// Refuses when they may not be seen, or are oneself.
    pub(crate) fn seen(self) -> Result<Self, AppError> {
        standing::ask(Action::SeeCard, &self.facts)?;
        if self.facts.relation == Relation::Owner { Err(standing::oneself()) } else { Ok(self) }
    }
}

/// Holds one's own account for a change, also while it is away.
pub(crate) async fn hold_live(tx: &mut Tx, me: AccountId) -> Result<(), AppError> {
    if accounts::lock_live(tx, me).await? { Ok(()) } else { Err(AppError::SignInNeeded) }
}

/// Somebody whose card may be seen, with what stands between the two held until the transaction ends.
async fn held(tx: &mut Tx, me: AccountId, id: AccountId) -> Result<Other, AppError> {
    hold_live(tx, me).await?;
    Other::read(tx, me, id).await?.seen()?;
    graph::hold(tx, &[me, id]).await?;
    Other::read(tx, me, id).await?.seen()
}

/// An edge to an account whose row has just gone is refused by its foreign key: it is not there.
pub(crate) fn or_gone(error: DbError) -> AppError {
    if matches!(error, DbError::Constraint(_)) { AppError::NotFound } else { error.into() }
}

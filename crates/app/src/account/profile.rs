//! The profile of an account, as a viewer may see it.

use outro_datamap::{ACCOUNT_BIO, ACCOUNT_DISPLAY_NAME};
use outro_db::Tx;
use outro_model::{AccountId, Audience, Handle};
use outro_policy::{Action, Facts, Reason, Relation, Ties, decide};
use outro_store::accounts::Account;
use outro_store::graph::{self, Edges};
use outro_store::videos;
use outro_vault::AccountKeys;

use super::{Found, by_handle, open_handle};
use crate::graph::{FollowState, lists};
use crate::{App, AppError, Viewer, standing, viewer};

/// A profile: the card, and the content where the viewer may see it.
#[derive(Clone)]
pub struct Profile {
    /// The id.
    pub id: AccountId,
    /// The handle.
    pub handle: String,
    /// The display name; empty when none was chosen.
    pub display_name: String,
    /// Whether the viewer is the owner.
    pub is_me: bool,
    /// Whether strangers see the card only.
    pub private_account: bool,
    /// Whether the viewer may write to them; nothing where it is not said.
    pub takes_messages: Option<bool>,
    /// How far the viewer has come with following it.
    pub follow: FollowState,
    /// Whether it follows the viewer.
    pub follows_me: bool,
    /// Whether it has asked to follow the viewer, and waits for an answer.
    pub asks_me: bool,
    /// Whether the viewer has muted it.
    pub muted: bool,
    /// Whether somebody waits for the viewer's answer; always false on others' profiles.
    pub requests_wait: bool,
    /// How many drafts the viewer has, where it is their own profile; else 0.
    pub drafts: i64,
    /// What only those may see who see the profile.
    pub content: Option<ProfileContent>,
}

/// The content of a profile.
#[derive(Clone)]
pub struct ProfileContent {
    /// The bio.
    pub bio: String,
    /// How many videos the viewer may watch.
    pub video_count: i64,
    /// How many likes those have.
    pub like_count: i64,
    /// How many follow it.
    pub follower_count: i64,
    /// How many it follows.
    pub following_count: i64,
}

/// The profile of a handle. What is hidden answers as what never was.
pub async fn profile(app: &App, who: &Viewer, handle: &str) -> Result<Profile, AppError> {
    let handle: Handle = handle.parse().map_err(|_| AppError::NotFound)?;
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let found = by_handle(app, &mut tx, &handle).await?.ok_or(AppError::NotFound)?;
    let (facts, ties) = standing::facts_and_ties(&mut tx, asking, &found.account).await?;
    profile_seen(&mut tx, &found, &facts, ties, asking).await
}

/// The profile as somebody sees it to whom these facts apply. `muter` is whose mutes, and open
/// requests, are told of: theirs alone, so that nobody else ever learns of one.
pub(crate) async fn profile_seen(
    tx: &mut Tx,
    Found { account, keys }: &Found,
    facts: &Facts,
    ties: Ties,
    muter: Option<AccountId>,
) -> Result<Profile, AppError> {
    standing::ask(Action::SeeCard, facts)?;
    let is_me = facts.relation == Relation::Owner;
    let content = content(tx, facts, account, keys).await?;
    let (muted, asks_me) = match muter {
        Some(viewer) => {
            (graph::is_muted(tx, viewer, account.id).await?, graph::has_asked(tx, viewer, account.id).await?)
        }
        None => (false, false),
    };
    Ok(Profile {
        id: account.id,
        handle: open_handle(keys, account.id, &account.handle)?,
        display_name: keys.open_text(ACCOUNT_DISPLAY_NAME, account.id.as_bytes(), &account.display_name)?,
        is_me,
        private_account: account.facts.private_account,
        takes_messages: takes_messages(facts),
        follow: FollowState::of(ties),
        follows_me: ties.followed,
        asks_me,
        muted,
        requests_wait: is_me && requests_wait(tx, account.id).await?,
        drafts: if is_me { videos::count_drafts(tx, account.id).await? } else { 0 },
        content,
    })
}

fn takes_messages(facts: &Facts) -> Option<bool> {
    let decision = decide(Action::Message, facts);
    let said = decision.allowed || decision.reason == Reason::MessagesClosed;
    said.then_some(decision.allowed)
}

async fn content(
    tx: &mut Tx,
    facts: &Facts,
    account: &Account,
    keys: &AccountKeys,
) -> Result<Option<ProfileContent>, AppError> {
    if !decide(Action::SeeProfile, facts).allowed {
        return Ok(None);
    }
    // One count over the owner's own videos, by the audience that the viewer belongs to: what stands in the
    // list below it, without asking of each.
    let (video_count, like_count) =
        videos::seen_counts(tx, account.id, narrowest(facts.relation), facts.viewer_adult).await?;
    let counts = graph::counts(tx, account.id).await?;
    Ok(Some(ProfileContent {
        bio: keys.open_text(ACCOUNT_BIO, account.id.as_bytes(), &account.bio)?,
        video_count,
        like_count,
        follower_count: counts.followers,
        following_count: counts.following,
    }))
}

/// The narrowest audience whose videos somebody may watch, so that a number says what they see.
pub(crate) const fn narrowest(relation: Relation) -> Audience {
    match relation {
        Relation::Owner | Relation::Moderator => Audience::OnlyMe,
        Relation::Friend => Audience::Friends,
        Relation::Follower => Audience::Followers,
        Relation::Anonymous | Relation::Stranger | Relation::Requested | Relation::Blocked => Audience::Everyone,
    }
}

async fn requests_wait(tx: &mut Tx, me: AccountId) -> Result<bool, AppError> {
    Ok(!graph::list(tx, Edges::Requests, Some(me), me, lists::FIRST, 1).await?.is_empty())
}

//! The profile of an account, as a viewer may see it.

use outro_datamap::{ACCOUNT_BIO, ACCOUNT_DISPLAY_NAME};
use outro_model::{AccountId, Audience, Handle};
use outro_policy::{Action, Facts, Reason, Relation, decide};
use outro_store::videos;

use super::{Found, by_handle, open_handle};
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
    /// What only those may see who see the profile.
    pub content: Option<ProfileContent>,
}

/// The content of a profile.
#[derive(Clone)]
pub struct ProfileContent {
    /// The bio.
    pub bio: String,
    /// How many videos everyone may see.
    pub video_count: i64,
    /// How many likes those have.
    pub like_count: i64,
}

/// The profile of a handle. What is hidden answers as what never was.
pub async fn profile(app: &App, who: &Viewer, handle: &str) -> Result<Profile, AppError> {
    let handle: Handle = handle.parse().map_err(|_| AppError::NotFound)?;
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let Found { account, keys } = by_handle(app, &mut tx, &handle).await?.ok_or(AppError::NotFound)?;
    let facts = standing::facts(&mut tx, asking, &account).await?;
    standing::ask(Action::SeeCard, &facts)?;
    let row = account.id.as_bytes();
    let content = if decide(Action::SeeProfile, &facts).allowed {
        let (video_count, like_count) = videos::public_counts(&mut tx, account.id, Audience::Everyone).await?;
        Some(ProfileContent { bio: keys.open_text(ACCOUNT_BIO, row, &account.bio)?, video_count, like_count })
    } else {
        None
    };
    Ok(Profile {
        id: account.id,
        handle: open_handle(&keys, account.id, &account.handle)?,
        display_name: keys.open_text(ACCOUNT_DISPLAY_NAME, row, &account.display_name)?,
        is_me: facts.relation == Relation::Owner,
        private_account: account.facts.private_account,
        takes_messages: takes_messages(&facts),
        content,
    })
}

fn takes_messages(facts: &Facts) -> Option<bool> {
    let decision = decide(Action::Message, facts);
    let said = decision.allowed || decision.reason == Reason::MessagesClosed;
    said.then_some(decision.allowed)
}

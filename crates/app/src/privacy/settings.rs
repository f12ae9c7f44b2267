//! The settings, and changing them: all in one transaction, held from the next request on.

use outro_model::Circle;
use outro_policy::OwnerFacts;
use outro_store::accounts::{self, PrivacyChange};

use super::recount;
use crate::{App, AppError, FieldError, Signed};

/// Who may see, find, message and comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Privacy {
    /// Whether strangers see the card only.
    pub private_account: bool,
    /// Whether the account may be suggested.
    pub discoverable: bool,
    /// Whether the account may be found by searching for its name.
    pub searchable: bool,
    /// Who may send messages.
    pub messages_from: Circle,
    /// Who may comment.
    pub comments_from: Circle,
    /// Whether the account is kept and invisible.
    pub on_hiatus: bool,
}

impl From<&OwnerFacts> for Privacy {
    fn from(facts: &OwnerFacts) -> Self {
        let OwnerFacts { private_account, discoverable, searchable, messages_from, comments_from, on_hiatus, .. } =
            *facts;
        Self { private_account, discoverable, searchable, messages_from, comments_from, on_hiatus }
    }
}

/// What is changed, as it was given; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct PrivacyChoice {
    /// Whether strangers see the card only.
    pub private_account: Option<bool>,
    /// Whether the account may be suggested.
    pub discoverable: Option<bool>,
    /// Whether the account may be found by searching for its name.
    pub searchable: Option<bool>,
    /// `everyone`, `friends` or `no_one`.
    pub messages_from: Option<String>,
    /// `everyone`, `followers`, `friends` or `no_one`.
    pub comments_from: Option<String>,
    /// Whether the account is kept and invisible.
    pub on_hiatus: Option<bool>,
}

/// From whom comments are taken.
pub(crate) fn read_comments_from(word: &str) -> Result<Circle, AppError> {
    let wrong = "Choose everyone, followers, friends or no_one.";
    word.parse().map_err(|_| AppError::invalid("comments_from", "invalid_comments_from", wrong))
}

fn read_messages_from(word: &str) -> Result<Circle, AppError> {
    // Following somebody is one-sided: it earns nobody a way to write to them.
    let found = word.parse().ok().filter(|circle| *circle != Circle::Followers);
    let wrong = "Choose everyone, friends or no_one.";
    found.ok_or_else(|| AppError::invalid("messages_from", "invalid_messages_from", wrong))
}

/// Reads all fields, so that all that is wrong is said at once.
pub(crate) fn read(choice: &PrivacyChoice) -> Result<PrivacyChange, AppError> {
    let mut errors: Vec<FieldError> = Vec::new();
    let mut circle =
        |word: &Option<String>, read: fn(&str) -> Result<Circle, AppError>| match word.as_deref().map(read).transpose()
        {
            Ok(circle) => circle,
            Err(AppError::Invalid(wrong)) => {
                errors.extend(wrong);
                None
            }
            Err(_) => None,
        };
    let messages_from = circle(&choice.messages_from, read_messages_from);
    let comments_from = circle(&choice.comments_from, read_comments_from);
    let PrivacyChoice { private_account, discoverable, searchable, on_hiatus, .. } = *choice;
    let change = PrivacyChange { private_account, discoverable, searchable, messages_from, comments_from, on_hiatus };
    if errors.is_empty() { Ok(change) } else { Err(AppError::Invalid(errors)) }
}

/// The settings.
pub async fn settings(app: &App, signed: &Signed) -> Result<Privacy, AppError> {
    let account = accounts::by_id(&mut app.db.read().await?, signed.account).await?;
    account.map(|account| Privacy::from(&account.facts)).ok_or(AppError::SignInNeeded)
}

/// Changes the settings; the settings as they are then. It costs the same whatever the account holds:
/// every surface asks for them anew. Counts elsewhere follow by a job when somebody goes away or comes back.
pub async fn change(app: &App, signed: &Signed, choice: &PrivacyChoice) -> Result<Privacy, AppError> {
    let change = read(choice)?;
    let mut tx = app.db.write().await?;
    let before = accounts::by_id(&mut tx, signed.account).await?.ok_or(AppError::SignInNeeded)?;
    if !accounts::set_privacy(&mut tx, signed.account, change).await? {
        return Err(AppError::SignInNeeded);
    }
    let after = accounts::by_id(&mut tx, signed.account).await?.ok_or(AppError::SignInNeeded)?;
    // Of changes at one moment each sees what was before them all; the later look sees what came of them.
    if before.facts.on_hiatus != after.facts.on_hiatus {
        recount::enqueue(app, &mut tx, signed.account).await?;
    }
    tx.commit().await?;
    app.finder.account_changed(signed.account);
    app.queue.wake();
    Ok(Privacy::from(&after.facts))
}

//! The settings, and changing them: all in one transaction, held from the next request on. What becomes of
//! follow requests that wait is answered in the same transaction, so that going public is done whole or not at all.

use outro_db::Tx;
use outro_model::{AccountId, Circle};
use outro_policy::OwnerFacts;
use outro_store::accounts::{self, PrivacyChange};
use outro_store::graph;

use super::recount;
use crate::graph::note_answer;
use crate::{App, AppError, FieldError, Signed, standing};

/// How many follow requests are counted at most.
pub(super) const COUNTED: i64 = 100;

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

/// The settings, and how many wait for an answer to a follow request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrivacyNow {
    /// The settings.
    pub privacy: Privacy,
    /// How many follow requests are open: 100 at most are counted.
    pub waiting_requests: i64,
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
    /// What becomes of follow requests that wait: `accept`, `decline` or `keep`.
    pub follow_requests: Option<String>,
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

/// Whether requests that wait are accepted or declined; none where they wait on.
fn read_answer(word: &str) -> Result<Option<bool>, AppError> {
    match word {
        "accept" => Ok(Some(true)),
        "decline" => Ok(Some(false)),
        "keep" => Ok(None),
        _ => {
            let wrong = "Choose accept, decline or keep.";
            Err(AppError::invalid("follow_requests", "invalid_follow_requests", wrong))
        }
    }
}

/// What is wrong with each field, so that all of it is said at once.
#[derive(Default)]
struct Wrong(Vec<FieldError>);

impl Wrong {
    fn read<T>(&mut self, word: Option<&String>, read: fn(&str) -> Result<T, AppError>) -> Option<T> {
        match word.map(|word| read(word)).transpose() {
            Ok(read) => read,
            Err(error) => {
                if let AppError::Invalid(wrong) = error {
                    self.0.extend(wrong);
                }
                None
            }
        }
    }
}

/// Reads all fields: the change, and the answer to follow requests that wait.
fn read(choice: &PrivacyChoice) -> Result<(PrivacyChange, Option<bool>), AppError> {
    let mut wrong = Wrong::default();
    let messages_from = wrong.read(choice.messages_from.as_ref(), read_messages_from);
    let comments_from = wrong.read(choice.comments_from.as_ref(), read_comments_from);
    let answer = wrong.read(choice.follow_requests.as_ref(), read_answer).flatten();
    let PrivacyChoice { private_account, discoverable, searchable, on_hiatus, .. } = *choice;
    let change = PrivacyChange { private_account, discoverable, searchable, messages_from, comments_from, on_hiatus };
    if wrong.0.is_empty() { Ok((change, answer)) } else { Err(AppError::Invalid(wrong.0)) }
}

async fn now(tx: &mut Tx, me: AccountId, facts: &OwnerFacts) -> Result<PrivacyNow, AppError> {
    let waiting_requests = graph::waiting_requests(tx, me, COUNTED).await?;
    Ok(PrivacyNow { privacy: Privacy::from(facts), waiting_requests })
}

/// The settings.
pub async fn settings(app: &App, signed: &Signed) -> Result<PrivacyNow, AppError> {
    let mut tx = app.db.read().await?;
    let account = accounts::by_id(&mut tx, signed.account).await?.ok_or(AppError::SignInNeeded)?;
    now(&mut tx, signed.account, &account.facts).await
}

/// Changes the settings; the settings as they are then. It costs the same whatever the account holds:
/// every surface asks for them anew. Counts elsewhere follow by a job when somebody goes away or comes back,
/// and so does the answer to each follow request, where one is given. Who is away afterwards sees nobody who
/// asks, and accepts nobody unseen: then nothing is changed.
pub async fn change(app: &App, signed: &Signed, choice: &PrivacyChoice) -> Result<PrivacyNow, AppError> {
    let (change, answer) = read(choice)?;
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
    if let Some(accept) = answer {
        if accept && after.is_away() {
            return Err(standing::away());
        }
        note_answer(app, &mut tx, signed.account, accept).await?;
    }
    let now = now(&mut tx, signed.account, &after.facts).await?;
    tx.commit().await?;
    app.finder.account_changed(signed.account);
    app.queue.wake();
    Ok(now)
}

//! Opening a conversation. Two people have one: it is found, or made without a race.

use std::collections::BTreeMap;

use outro_db::{DbError, Tx};
use outro_model::{AccountId, ConversationId, Handle};
use outro_policy::{Action, Relation};
use outro_store::accounts;
use outro_store::messages::{self as rows, ConversationKind, MemberState};

use super::list::conversation;
use super::send::{checked, send};
use super::uninvited;
use super::{Content, Conversation, GROUP};
use crate::account::by_handle;
use crate::budget::{self, Budget, Tagged};
use crate::{App, AppError, Signed, standing};

/// How many people who are no friends one may begin to write to in a day.
const STRANGERS_A_DAY: i64 = 30;
/// How many groups one may open in a day, also of friends alone: each has a key of its own.
const GROUPS_A_DAY: i64 = 50;
/// How often it is tried when somebody else opens the same conversation at the same moment.
const TRIES: usize = 3;

/// A conversation that was found or made.
pub struct Opened {
    /// The conversation.
    pub conversation: Conversation,
    /// Whether it is new.
    pub created: bool,
}

/// Opens a conversation with one or several, and says something in it when there is something to say.
pub async fn open(app: &App, signed: &Signed, to: &[String], first: Option<Content>) -> Result<Opened, AppError> {
    let first = first.map(checked).transpose()?;
    let to = addressees(app, signed, to).await?;
    let (id, created) = find_or_make(app, signed.account, &to).await?;
    if let Some(content) = first {
        send(app, signed, id, content).await?;
    }
    Ok(Opened { conversation: conversation(app, signed, id).await?, created })
}

/// The accounts of handles. What is hidden answers as what never was.
async fn addressees(app: &App, signed: &Signed, to: &[String]) -> Result<Vec<AccountId>, AppError> {
    let wrong = || AppError::invalid("to", "to_invalid", format!("Name 1 to {} others by their handles.", GROUP - 1));
    if to.is_empty() || to.len() >= GROUP {
        return Err(wrong());
    }
    let mut tx = app.db.read().await?;
    let mut found = BTreeMap::new();
    for handle in to {
        let handle: Handle = handle.trim().trim_start_matches('@').parse().map_err(|_| AppError::NotFound)?;
        let account = by_handle(app, &mut tx, &handle).await?.ok_or(AppError::NotFound)?.account;
        standing::ask(Action::SeeCard, &standing::facts(&mut tx, Some(signed.account), &account).await?)?;
        found.insert(account.id, ());
    }
    Ok(found.into_keys().collect())
}

async fn find_or_make(app: &App, me: AccountId, to: &[AccountId]) -> Result<(ConversationId, bool), AppError> {
    for _ in 0..TRIES {
        if let [other] = to
            && let Some(id) = rows::of_pair(&mut app.db.read().await?, me, *other).await?
        {
            return Ok((id, false));
        }
        let id = ConversationId::random(&*app.random);
        app.vault.create_conversation(id).await?;
        match make(app, me, to, id).await {
            Ok(()) => {
                // Should the keyring not answer now, housekeeping sees that the conversation is there.
                if let Err(error) = app.vault.opened(id).await {
                    tracing::warn!(%error, "a key could not be noted as opened yet");
                }
                return Ok((id, true));
            }
            Err(error) => {
                undo(app, id).await?;
                let raced = matches!(&error, AppError::Internal(error)
                    if matches!(error.downcast_ref(), Some(DbError::Constraint(_))));
                if !raced {
                    return Err(error);
                }
            }
        }
    }
    // Those who were there a moment ago are not there any more.
    Err(AppError::NotFound)
}

/// Takes the key back, unless the conversation is there after all: a commit may be made whose answer was lost.
async fn undo(app: &App, id: ConversationId) -> Result<(), AppError> {
    if !rows::exists(&mut app.db.read().await?, id).await? {
        app.vault.forget_unopened(id).await?;
    }
    Ok(())
}

async fn make(app: &App, me: AccountId, to: &[AccountId], id: ConversationId) -> Result<(), AppError> {
    let limits =
        budget::tagged(app, &[Budget { parts: &[b"strangers", me.as_bytes()], limit: STRANGERS_A_DAY }]).await?;
    let groups = budget::tagged(app, &[Budget { parts: &[b"groups", me.as_bytes()], limit: GROUPS_A_DAY }]).await?;
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    standing::hold_present(&mut tx, me).await?;
    let mut members = vec![(me, MemberState::Accepted)];
    let (kind, pair) = match to {
        [other] => (ConversationKind::Two, Some(*other)),
        _ => (ConversationKind::Group, None),
    };
    for &other in to {
        let state = state_for(app, &mut tx, me, other, &limits).await?;
        // In a group it takes more than a friend who opens it.
        members.push((other, if kind == ConversationKind::Group { MemberState::Request } else { state }));
    }
    if kind == ConversationKind::Group && app.settings.rate_limits {
        budget::spend(app, &mut tx, &groups).await?;
    }
    rows::open(&mut tx, id, kind, now).await?;
    // Always in the order of ids: of two who open the same conversation one waits, and then finds it.
    members.sort_unstable_by_key(|(account, _)| *account);
    for (account, state) in members {
        let other = pair.map(|other| if account == me { other } else { me });
        rows::join(&mut tx, account, id, other, state, now).await?;
    }
    if kind == ConversationKind::Group {
        uninvited::admit(&mut tx, me, to, id).await?;
    }
    Ok(tx.commit().await?)
}

/// Asks whether somebody takes messages, and where this one will stand for them.
async fn state_for(
    app: &App,
    tx: &mut Tx,
    me: AccountId,
    other: AccountId,
    limits: &[Tagged],
) -> Result<MemberState, AppError> {
    let account = accounts::by_id(tx, other).await?.ok_or(AppError::NotFound)?;
    let facts = standing::facts(tx, Some(me), &account).await?;
    standing::ask(Action::Message, &facts)?;
    if facts.relation == Relation::Friend {
        return Ok(MemberState::Accepted);
    }
    if app.settings.rate_limits {
        budget::spend(app, tx, limits).await?;
    }
    Ok(MemberState::Request)
}

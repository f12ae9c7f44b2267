//! Saying something in a conversation.

use outro_datamap::MESSAGE_TEXT;
use outro_db::{DbError, Tx};
use outro_model::{AccountId, ConversationId, EventKind, MessageId, VideoId, bounded_text};
use outro_policy::{Action, Facts, Relation};
use outro_store::accounts;
use outro_store::events;
use outro_store::messages::{self as rows, ConversationKind, MemberState, Membership};
use outro_vault::ConversationKeys;

use super::LONGEST;
use super::uninvited::{self, Stand};
use super::view::{MaySend, Message, Read, may_send, opened};
use crate::budget::{self, Budget, Tagged};
use crate::{App, AppError, RefusalKind, Signed, standing, video};

/// How many messages a day may wait among other people's requests.
const TO_STRANGERS_A_DAY: i64 = 100;
/// How often it is tried when somebody's leaving came in between.
const TRIES: usize = 3;

/// What is said.
#[derive(Clone, Debug)]
pub enum Content {
    /// A text of 1 to 2,000 characters.
    Text(String),
    /// A video that the sender may see.
    Video(VideoId),
}

/// A text as it is kept.
pub(super) fn checked(content: Content) -> Result<Content, AppError> {
    let Content::Text(text) = content else { return Ok(content) };
    let kept = bounded_text(&text, LONGEST).ok().filter(|text| !text.is_empty());
    let wrong = || AppError::invalid("text", "message_invalid", "Write 1 to 2000 characters.");
    kept.map(Content::Text).ok_or_else(wrong)
}

/// Says something. When this returns, it stands for all who are in the conversation.
pub async fn send(app: &App, signed: &Signed, id: ConversationId, content: Content) -> Result<Message, AppError> {
    let content = checked(content)?;
    // A conversation whose key is gone is over.
    let keys = app.vault.conversation(id).await?.ok_or(AppError::NotFound)?;
    let limits = [Budget { parts: &[b"to-strangers", signed.account.as_bytes()], limit: TO_STRANGERS_A_DAY }];
    let limits = budget::tagged(app, &limits).await?;
    for _ in 1..TRIES {
        match say(app, signed.account, &keys, &content, &limits).await {
            // Somebody's row went meanwhile: then they are a recipient no more.
            Err(AppError::Internal(error)) if matches!(error.downcast_ref(), Some(DbError::Constraint(_))) => {}
            said => return said,
        }
    }
    say(app, signed.account, &keys, &content, &limits).await
}

async fn say(
    app: &App,
    me: AccountId,
    keys: &ConversationKeys,
    content: &Content,
    limits: &[Tagged],
) -> Result<Message, AppError> {
    let (id, now) = (keys.conversation(), app.clock.now());
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, me).await? {
        return Err(AppError::SignInNeeded);
    }
    let membership = rows::membership(&mut tx, me, id).await?.ok_or(AppError::NotFound)?;
    // Of one's own being away is told only where one is in the conversation.
    standing::hold_present(&mut tx, me).await?;
    let welcome = welcome(&mut tx, me, &membership).await?;
    let message = MessageId::random(&*app.random);
    let content = seal(&mut tx, me, keys, message, content).await?;
    // From here on the conversation is held: messages get their numbers one after the other.
    let seq = rows::next_seq(&mut tx, id).await?.ok_or(AppError::NotFound)?;
    let row = rows::Message { conversation: id, seq, id: message, sender: Some(me), content, created_at: now };
    rows::say(&mut tx, &row, me).await?;
    let (mut told, mut waits) = (Vec::new(), false);
    for account in rows::recipients(&mut tx, id, me).await? {
        rows::received(&mut tx, account, id, now).await?;
        let stand = stand(&mut tx, account, id, welcome).await?;
        waits |= matches!(stand, Some(Stand::Waits | Stand::Refused));
        if stand == Some(Stand::AmongFriends) {
            rows::set_state(&mut tx, account, id, MemberState::Accepted).await?;
        }
        if stand != Some(Stand::Refused) {
            told.push(account);
        }
    }
    if waits && app.settings.rate_limits {
        budget::spend(app, &mut tx, limits).await?;
    }
    // One's own other devices are told too. Always in the order of ids, so that no two senders wait for
    // each other.
    told.push(me);
    told.sort_unstable();
    for &account in &told {
        events::note(&mut tx, account, EventKind::Message, (Some(id), Some(message)), now).await?;
    }
    let membership = rows::membership(&mut tx, me, id).await?.ok_or(AppError::NotFound)?;
    let read = Read::of(&mut tx, (me, false), membership, vec![row]).await?;
    tx.commit().await?;
    app.live.wake(&told);
    let said = opened(app, vec![read]).await?.pop().and_then(|(_, mut messages)| messages.pop());
    said.ok_or(AppError::NotFound)
}

/// How a message is met.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Welcome {
    /// By a friend: it comes to the inbox.
    Friend,
    /// By somebody else.
    Other,
    /// In a group by those who have taken it on; by each of the others as it stands with them.
    Group,
}

/// How a conversation stands with somebody who has not taken it on; none where they have.
async fn stand(
    tx: &mut Tx,
    account: AccountId,
    id: ConversationId,
    welcome: Welcome,
) -> Result<Option<Stand>, AppError> {
    let waits = rows::membership(tx, account, id).await?.is_some_and(|one| one.state == MemberState::Request);
    Ok(match welcome {
        _ if !waits => None,
        Welcome::Friend => Some(Stand::AmongFriends),
        Welcome::Other => Some(Stand::Waits),
        Welcome::Group => Some(uninvited::read(tx, account, id).await?),
    })
}

/// Asks whether the other of two takes a message. In a group being in it is enough: what has not been taken on
/// waits for each by itself.
async fn welcome(tx: &mut Tx, me: AccountId, membership: &Membership) -> Result<Welcome, AppError> {
    if membership.kind == ConversationKind::Group {
        return Ok(Welcome::Group);
    }
    let other = membership.other.ok_or_else(unavailable)?;
    let account = accounts::by_id(tx, other).await?.ok_or_else(unavailable)?;
    let facts: Facts = standing::facts(tx, Some(me), &account).await?;
    if may_send(&facts) == MaySend::Unavailable {
        return Err(unavailable());
    }
    standing::ask(Action::Message, &facts)?;
    Ok(if facts.relation == Relation::Friend { Welcome::Friend } else { Welcome::Other })
}

/// One answer for all who are not there any more, for whatever reason.
fn unavailable() -> AppError {
    let detail = "This account is not available. What was said stays.";
    AppError::refused(RefusalKind::Forbidden, "account_unavailable", detail)
}

/// What is said, as it is stored. A video must be one that the sender may see.
async fn seal(
    tx: &mut Tx,
    me: AccountId,
    keys: &ConversationKeys,
    message: MessageId,
    content: &Content,
) -> Result<rows::Content, AppError> {
    match content {
        Content::Text(text) => Ok(rows::Content::Text(keys.seal_text(MESSAGE_TEXT, message.as_bytes(), text))),
        Content::Video(id) => {
            let missing = || AppError::invalid("video_id", "video_missing", "There is no such video.");
            match video::find(tx, Some(me), Action::ReadBytes, *id).await {
                Ok(found) => Ok(rows::Content::Video(Some((found.video.owner, *id)))),
                Err(AppError::Internal(error)) => Err(AppError::Internal(error)),
                Err(_) => Err(missing()),
            }
        }
    }
}

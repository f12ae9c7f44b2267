//! One's conversations, and what was said in one.

use outro_db::Tx;
use outro_model::{AccountId, ConversationId, MessageId, Timestamp};
use outro_store::accounts;
use outro_store::messages::{self as rows, ConversationKind, MemberState, Membership};

use super::uninvited::{self, Stand};
use super::view::{Conversation, Message, Read, opened};
use crate::{App, AppError, Signed, viewer};

/// Before every place of a list.
const FIRST: (Timestamp, ConversationId) = (Timestamp(i64::MAX), ConversationId::from_bytes([0xff; 16]));

/// Which conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folder {
    /// Those that were taken on.
    Inbox,
    /// Those that wait: from people who are no friends.
    Requests,
}

/// A page of conversations, the latest first. What is refused meanwhile is left out, so a page may be shorter than
/// was asked for and still have a next one.
pub struct Page {
    /// The conversations.
    pub items: Vec<Conversation>,
    /// Where the next page begins; none at the end.
    pub next: Option<(Timestamp, ConversationId)>,
}

/// Where in a conversation a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// With the latest message, going back.
    Latest,
    /// Before this message, going back.
    Before(MessageId),
    /// After this message, going on.
    After(MessageId),
}

/// A page of messages: going back the latest first, going on the earliest first.
pub struct Messages {
    /// The conversation.
    pub conversation: Conversation,
    /// The messages.
    pub items: Vec<Message>,
    /// The last of the page, when there may be more in its direction.
    pub next: Option<MessageId>,
}

/// Who asks, as they are now: still signed in, and whether they are away.
async fn asker(app: &App, tx: &mut Tx, signed: &Signed) -> Result<(AccountId, bool), AppError> {
    let id = viewer::still(app, tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    let account = accounts::by_id(tx, id).await?.ok_or(AppError::SignInNeeded)?;
    Ok((id, account.is_away()))
}

/// Whether it stands in the folder: a group that one was put into does not, while one of it could not write
/// to one.
async fn stands(tx: &mut Tx, me: AccountId, membership: &Membership) -> Result<bool, AppError> {
    let waits = membership.kind == ConversationKind::Group && membership.state == MemberState::Request;
    Ok(!waits || uninvited::read(tx, me, membership.conversation).await? != Stand::Refused)
}

/// A page of the inbox or of the requests.
pub async fn inbox(
    app: &App,
    signed: &Signed,
    folder: Folder,
    before: Option<(Timestamp, ConversationId)>,
    limit: i64,
) -> Result<Page, AppError> {
    let state = match folder {
        Folder::Inbox => MemberState::Accepted,
        Folder::Requests => MemberState::Request,
    };
    let mut tx = app.db.read().await?;
    let asker = asker(app, &mut tx, signed).await?;
    let found = rows::inbox(&mut tx, asker.0, state, before.unwrap_or(FIRST), limit).await?;
    let full = found.len() as i64 == limit;
    let next = found.last().filter(|_| full).map(|last| (last.last_at, last.conversation));
    let mut read = Vec::with_capacity(found.len());
    for membership in found {
        if !stands(&mut tx, asker.0, &membership).await? {
            continue;
        }
        let last = rows::older(&mut tx, asker.0, membership.conversation, i64::MAX, 1).await?;
        read.push(Read::of(&mut tx, asker, membership, last).await?);
    }
    drop(tx);
    let with_last = |(conversation, messages): (Conversation, Vec<Message>)| Conversation {
        last: messages.into_iter().next(),
        ..conversation
    };
    Ok(Page { items: opened(app, read).await?.into_iter().map(with_last).collect(), next })
}

/// How many conversations wait among the requests; 50 at most are counted.
pub async fn requests(app: &App, signed: &Signed) -> Result<i64, AppError> {
    let mut tx = app.db.read().await?;
    let mut count = 0;
    for membership in rows::inbox(&mut tx, signed.account, MemberState::Request, FIRST, 50).await? {
        count += i64::from(stands(&mut tx, signed.account, &membership).await?);
    }
    Ok(count)
}

/// How many messages in the inbox were not read; requests do not count.
pub async fn unread(app: &App, signed: &Signed) -> Result<i64, AppError> {
    Ok(rows::unread(&mut app.db.read().await?, signed.account).await?)
}

/// A conversation with its last message.
pub async fn conversation(app: &App, signed: &Signed, id: ConversationId) -> Result<Conversation, AppError> {
    let found = messages(app, signed, id, Place::Latest, 1).await?;
    Ok(Conversation { last: found.items.into_iter().next(), ..found.conversation })
}

/// A page of what was said in a conversation.
pub async fn messages(
    app: &App,
    signed: &Signed,
    id: ConversationId,
    place: Place,
    limit: i64,
) -> Result<Messages, AppError> {
    let mut tx = app.db.read().await?;
    let asker = asker(app, &mut tx, signed).await?;
    let membership = rows::membership(&mut tx, asker.0, id).await?.ok_or(AppError::NotFound)?;
    let found = match place {
        Place::Latest => rows::older(&mut tx, asker.0, id, i64::MAX, limit).await?,
        Place::Before(message) => {
            let seq = seq(&mut tx, asker.0, id, message).await?;
            rows::older(&mut tx, asker.0, id, seq, limit).await?
        }
        Place::After(message) => {
            let seq = seq(&mut tx, asker.0, id, message).await?;
            rows::newer(&mut tx, asker.0, id, seq, limit).await?
        }
    };
    let full = found.len() as i64 == limit;
    let next = found.last().filter(|_| full).map(|last| last.id);
    let read = Read::of(&mut tx, asker, membership, found).await?;
    drop(tx);
    let (conversation, items) = opened(app, vec![read]).await?.pop().ok_or(AppError::NotFound)?;
    Ok(Messages { conversation, items, next })
}

async fn seq(tx: &mut Tx, viewer: AccountId, id: ConversationId, message: MessageId) -> Result<i64, AppError> {
    let found = rows::one(tx, viewer, id, message).await?;
    let wrong = || AppError::invalid("cursor", "invalid_cursor", "Give the id of a message of this conversation.");
    found.map(|message| message.seq).ok_or_else(wrong)
}

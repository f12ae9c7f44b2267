//! Conversations, who is in them, and what was said; texts are still sealed.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, ConversationId, MessageId, Timestamp, VideoId};
use outro_policy::{OwnerFacts, Ties};

use crate::changed;
use crate::visibility::{OWNER, TIES, message_in_scope, owner_columns, owner_facts, ties, ties_columns};

/// What kind of conversation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversationKind {
    /// Of two people; a pair has one.
    Two,
    /// Of several.
    Group,
}

impl ConversationKind {
    const fn code(self) -> i64 {
        match self {
            Self::Two => 0,
            Self::Group => 1,
        }
    }
}

/// What a conversation is to one who is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberState {
    /// It stands in the inbox.
    Accepted,
    /// It waits among the requests.
    Request,
    /// It was left, and ends with the one who left.
    Left,
}

impl MemberState {
    const fn code(self) -> i64 {
        match self {
            Self::Accepted => 0,
            Self::Request => 1,
            Self::Left => 2,
        }
    }

    const fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Accepted,
            1 => Self::Request,
            _ => Self::Left,
        }
    }
}

/// A conversation, as one who is in it has it.
#[derive(Clone, Copy, Debug)]
pub struct Membership {
    /// The conversation.
    pub conversation: ConversationId,
    /// Whether it is of two people or of several.
    pub kind: ConversationKind,
    /// The other one of two; none in a group, and when the other is gone.
    pub other: Option<AccountId>,
    /// In the inbox, or among the requests.
    pub state: MemberState,
    /// The number of the last message that was read.
    pub last_read: i64,
    /// When the last message came; 0 when there is nothing to show.
    pub last_at: Timestamp,
    /// How many messages were not read.
    pub unread: i64,
    /// The number of the last message.
    pub last_seq: i64,
}

/// A message; its text is sealed.
#[derive(Debug)]
pub struct Message {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its number there.
    pub seq: i64,
    /// The id.
    pub id: MessageId,
    /// Who sent it; none when they are gone.
    pub sender: Option<AccountId>,
    /// What it holds.
    pub content: Content,
    /// When it was sent.
    pub created_at: Timestamp,
}

/// What a message holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Content {
    /// A text, sealed under the conversation's key.
    Text(Vec<u8>),
    /// A video; nothing of it when its owner is gone.
    Video(Option<(AccountId, VideoId)>),
}

/// Somebody in a conversation: what their card shows, still sealed, and what the policy asks.
#[derive(Debug)]
pub struct Person {
    /// The account.
    pub account: AccountId,
    /// What the policy asks of it.
    pub facts: OwnerFacts,
    /// What stands between the viewer and it.
    pub ties: Ties,
    /// The handle, sealed.
    pub handle: Vec<u8>,
    /// The display name, sealed.
    pub display_name: Vec<u8>,
}

statements! {
    OPEN = "INSERT INTO conversations (id, kind, created_at, last_seq) VALUES (?1, ?2, ?3, 0)";
    JOIN = "INSERT INTO members (account_id, conversation_id, other_id, state, last_read, cleared_before, last_at,
        unread, created_at) VALUES (?1, ?2, ?3, ?4, 0, 0, 0, 0, ?5)";
    EXISTS = "SELECT id FROM conversations WHERE id = ?1";
    HOLD = "SELECT last_seq FROM conversations WHERE id = ?1 {for_update}";
    OF_PAIR = "SELECT conversation_id FROM members WHERE account_id = ?1 AND other_id = ?2";
    MEMBERSHIP = "SELECT m.conversation_id, c.kind, m.other_id, m.state, m.last_read, m.last_at, m.unread, c.last_seq
        FROM members m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.account_id = ?1 AND m.conversation_id = ?2 AND m.state <> 2";
    INBOX = "SELECT m.conversation_id, c.kind, m.other_id, m.state, m.last_read, m.last_at, m.unread, c.last_seq
        FROM members m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.account_id = ?1 AND m.state = ?2 AND m.last_at > 0 AND (m.last_at, m.conversation_id) < (?3, ?4)
        ORDER BY m.last_at DESC, m.conversation_id DESC LIMIT ?5";
    PEOPLE = concat!("SELECT ", owner_columns!(), ", ", ties_columns!(), ", a.id, a.handle, a.display_name
        FROM members m JOIN accounts a ON a.id = m.account_id
        WHERE m.conversation_id = ?2 AND m.account_id <> ?1 AND m.state <> 2 ORDER BY m.account_id");
    PERSON = concat!("SELECT ", owner_columns!(), ", ", ties_columns!(), ", a.id, a.handle, a.display_name
        FROM accounts a WHERE a.id = ?2");
    NEXT_SEQ = "UPDATE conversations SET last_seq = last_seq + 1 WHERE id = ?1 RETURNING last_seq";
    SAY = "INSERT INTO messages (conversation_id, seq, id, sender_id, kind, text, video_owner_id, video_id, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    RECIPIENTS = "SELECT m.account_id FROM members m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.conversation_id = ?1 AND m.account_id <> ?2 AND m.state <> 2 AND (c.kind = 0
            OR NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = ?2 AND b.blocked_id = m.account_id)
            AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = m.account_id AND b.blocked_id = ?2))
        ORDER BY m.account_id";
    RECEIVED = "UPDATE members SET unread = unread + 1, last_at = ?3 WHERE account_id = ?1 AND conversation_id = ?2";
    SENT = "UPDATE members SET unread = 0, last_read = ?3, last_at = ?4, state = 0
        WHERE account_id = ?1 AND conversation_id = ?2";
    SET_STATE = "UPDATE members SET state = ?3 WHERE account_id = ?1 AND conversation_id = ?2 AND state <> ?3";
    READ = "UPDATE members SET last_read = ?3, unread = ?4 WHERE account_id = ?1 AND conversation_id = ?2";
    COUNT_AFTER = concat!("SELECT COUNT(*) FROM messages x JOIN conversations c ON c.id = x.conversation_id
        JOIN members m ON m.account_id = ?1 AND m.conversation_id = x.conversation_id
        WHERE x.conversation_id = ?2 AND x.seq > ?3 AND (x.sender_id IS NULL OR x.sender_id <> ?1) AND ", message_in_scope!());
    CLEAR = "UPDATE members SET cleared_before = ?3, last_read = ?3, unread = 0, last_at = 0
        WHERE account_id = ?1 AND conversation_id = ?2";
    HIDE = "INSERT INTO hidden_messages (account_id, conversation_id, message_id) VALUES (?1, ?2, ?3)
        ON CONFLICT DO NOTHING";
    FORGET_HIDDEN = "DELETE FROM hidden_messages WHERE account_id = ?1 AND conversation_id = ?2";
    OLDER = concat!("SELECT x.conversation_id, x.seq, x.id, x.sender_id, x.kind, x.text, x.video_owner_id, x.video_id,
            x.created_at
        FROM messages x JOIN conversations c ON c.id = x.conversation_id
        JOIN members m ON m.account_id = ?1 AND m.conversation_id = x.conversation_id
        WHERE x.conversation_id = ?2 AND x.seq < ?3 AND ", message_in_scope!(), " ORDER BY x.seq DESC LIMIT ?4");
    NEWER = concat!("SELECT x.conversation_id, x.seq, x.id, x.sender_id, x.kind, x.text, x.video_owner_id, x.video_id,
            x.created_at
        FROM messages x JOIN conversations c ON c.id = x.conversation_id
        JOIN members m ON m.account_id = ?1 AND m.conversation_id = x.conversation_id
        WHERE x.conversation_id = ?2 AND x.seq > ?3 AND ", message_in_scope!(), " ORDER BY x.seq LIMIT ?4");
    ONE = concat!("SELECT x.conversation_id, x.seq, x.id, x.sender_id, x.kind, x.text, x.video_owner_id, x.video_id,
            x.created_at
        FROM messages x JOIN conversations c ON c.id = x.conversation_id
        JOIN members m ON m.account_id = ?1 AND m.conversation_id = x.conversation_id
        WHERE x.conversation_id = ?2 AND x.id = ?3 AND ", message_in_scope!());
    UNREAD = "SELECT CAST(COALESCE(SUM(unread), 0) AS BIGINT) FROM members
        WHERE account_id = ?1 AND state = 0 AND unread > 0";
    LEFT_ALONE = "SELECT conversation_id FROM members WHERE account_id = ?1 AND state = 2 ORDER BY last_at,
        conversation_id LIMIT 100";
}

/// Opens a conversation; who is in it is said by [`join`].
pub async fn open(tx: &mut Tx, id: ConversationId, kind: ConversationKind, now: Timestamp) -> Result<(), DbError> {
    tx.execute(&OPEN, params![id, kind.code(), now]).await.map(|_| ())
}

/// Puts somebody into a conversation; of two people, `other` is the other one.
pub async fn join(
    tx: &mut Tx,
    account: AccountId,
    id: ConversationId,
    other: Option<AccountId>,
    state: MemberState,
    now: Timestamp,
) -> Result<(), DbError> {
    tx.execute(&JOIN, params![account, id, other, state.code(), now]).await.map(|_| ())
}

/// Whether a conversation is there.
pub async fn exists(tx: &mut Tx, id: ConversationId) -> Result<bool, DbError> {
    Ok(tx.query_opt(&EXISTS, params![id]).await?.is_some())
}

/// Holds a conversation as it is until the transaction ends; the number of its last message.
pub async fn hold(tx: &mut Tx, id: ConversationId) -> Result<Option<i64>, DbError> {
    tx.query_opt(&HOLD, params![id]).await?.map(|row| row.get(0)).transpose()
}

/// The conversation of two people.
pub async fn of_pair(tx: &mut Tx, one: AccountId, other: AccountId) -> Result<Option<ConversationId>, DbError> {
    tx.query_opt(&OF_PAIR, params![one, other]).await?.map(|row| row.get(0)).transpose()
}

/// A conversation as `account` has it; none when they are not in it.
pub async fn membership(tx: &mut Tx, account: AccountId, id: ConversationId) -> Result<Option<Membership>, DbError> {
    tx.query_opt(&MEMBERSHIP, params![account, id]).await?.as_ref().map(read_membership).transpose()
}

/// Conversations of `account` in which something can be shown, the latest first, those before `before`.
pub async fn inbox(
    tx: &mut Tx,
    account: AccountId,
    state: MemberState,
    before: (Timestamp, ConversationId),
    limit: i64,
) -> Result<Vec<Membership>, DbError> {
    let state = state.code();
    tx.query(&INBOX, params![account, state, before.0, before.1, limit]).await?.iter().map(read_membership).collect()
}

fn read_membership(row: &Row) -> Result<Membership, DbError> {
    let kind = if row.get::<i64>(1)? == 0 { ConversationKind::Two } else { ConversationKind::Group };
    Ok(Membership {
        conversation: row.get(0)?,
        kind,
        other: row.get(2)?,
        state: MemberState::from_code(row.get(3)?),
        last_read: row.get(4)?,
        last_at: row.get(5)?,
        unread: row.get(6)?,
        last_seq: row.get(7)?,
    })
}

/// The others in a conversation.
pub async fn people(tx: &mut Tx, viewer: AccountId, id: ConversationId) -> Result<Vec<Person>, DbError> {
    tx.query(&PEOPLE, params![viewer, id]).await?.iter().map(read_person).collect()
}

/// Somebody who has said something and is not in the conversation any more.
pub async fn person(tx: &mut Tx, viewer: AccountId, account: AccountId) -> Result<Option<Person>, DbError> {
    tx.query_opt(&PERSON, params![viewer, account]).await?.as_ref().map(read_person).transpose()
}

fn read_person(row: &Row) -> Result<Person, DbError> {
    const AT: usize = OWNER + TIES;
    Ok(Person {
        facts: owner_facts(row, 0)?,
        ties: ties(row, OWNER)?,
        account: row.get(AT)?,
        handle: row.get(AT + 1)?,
        display_name: row.get(AT + 2)?,
    })
}

/// The number of the next message. The conversation is held from here on.
pub async fn next_seq(tx: &mut Tx, id: ConversationId) -> Result<Option<i64>, DbError> {
    tx.query_opt(&NEXT_SEQ, params![id]).await?.map(|row| row.get(0)).transpose()
}

/// Adds a message, and notes it for its sender: they have read all, and have taken the conversation on.
pub async fn say(tx: &mut Tx, message: &Message, sender: AccountId) -> Result<(), DbError> {
    let Message { conversation, seq, id, content, created_at, sender: _ } = message;
    let (kind, text, video) = match content {
        Content::Text(text) => (0i64, Some(text), None),
        Content::Video(video) => (1, None, *video),
    };
    let (owner, video) = (video.map(|video| video.0), video.map(|video| video.1));
    tx.execute(&SAY, params![conversation, seq, id, sender, kind, text, owner, video, created_at]).await?;
    tx.execute(&SENT, params![sender, conversation, seq, created_at]).await.map(|_| ())
}

/// Those who get what `sender` says: the others, but for those in a group with a block between the two.
pub async fn recipients(tx: &mut Tx, id: ConversationId, sender: AccountId) -> Result<Vec<AccountId>, DbError> {
    tx.query(&RECIPIENTS, params![id, sender]).await?.iter().map(|row| row.get(0)).collect()
}

/// Notes that a message has come for `account`.
pub async fn received(tx: &mut Tx, account: AccountId, id: ConversationId, now: Timestamp) -> Result<(), DbError> {
    tx.execute(&RECEIVED, params![account, id, now]).await.map(|_| ())
}

/// Moves a conversation to the inbox or away from it; `false` when it was there.
pub async fn set_state(
    tx: &mut Tx,
    account: AccountId,
    id: ConversationId,
    state: MemberState,
) -> Result<bool, DbError> {
    changed(tx, &SET_STATE, params![account, id, state.code()]).await
}

/// Notes that all up to `seq` was read, and counts what was not. The conversation must be held.
pub async fn read(tx: &mut Tx, account: AccountId, id: ConversationId, seq: i64) -> Result<i64, DbError> {
    let row = tx.query_opt(&COUNT_AFTER, params![account, id, seq]).await?;
    let unread: i64 = row.map_or(Ok(0), |row| row.get(0))?;
    tx.execute(&READ, params![account, id, seq, unread]).await?;
    Ok(unread)
}

/// Clears a conversation for one alone: all up to `seq` is gone for them.
pub async fn clear(tx: &mut Tx, account: AccountId, id: ConversationId, seq: i64) -> Result<(), DbError> {
    tx.execute(&FORGET_HIDDEN, params![account, id]).await?;
    tx.execute(&CLEAR, params![account, id, seq]).await.map(|_| ())
}

/// Hides a message from one alone.
pub async fn hide(tx: &mut Tx, account: AccountId, id: ConversationId, message: MessageId) -> Result<(), DbError> {
    tx.execute(&HIDE, params![account, id, message]).await.map(|_| ())
}

/// Forgets which messages of a conversation somebody has hidden.
pub async fn forget_hidden(tx: &mut Tx, account: AccountId, id: ConversationId) -> Result<(), DbError> {
    tx.execute(&FORGET_HIDDEN, params![account, id]).await.map(|_| ())
}

/// Messages before number `seq` as `viewer` may see them, the latest first.
pub async fn older(
    tx: &mut Tx,
    viewer: AccountId,
    id: ConversationId,
    seq: i64,
    limit: i64,
) -> Result<Vec<Message>, DbError> {
    tx.query(&OLDER, params![viewer, id, seq, limit]).await?.iter().map(read_message).collect()
}

/// Messages after number `seq` as `viewer` may see them, the earliest first.
pub async fn newer(
    tx: &mut Tx,
    viewer: AccountId,
    id: ConversationId,
    seq: i64,
    limit: i64,
) -> Result<Vec<Message>, DbError> {
    tx.query(&NEWER, params![viewer, id, seq, limit]).await?.iter().map(read_message).collect()
}

/// One message, when `viewer` may see it.
pub async fn one(
    tx: &mut Tx,
    viewer: AccountId,
    id: ConversationId,
    message: MessageId,
) -> Result<Option<Message>, DbError> {
    tx.query_opt(&ONE, params![viewer, id, message]).await?.as_ref().map(read_message).transpose()
}

fn read_message(row: &Row) -> Result<Message, DbError> {
    let content = match (row.get::<i64>(4)?, row.get::<Option<Vec<u8>>>(5)?) {
        (0, Some(text)) => Content::Text(text),
        _ => Content::Video(row.get::<Option<AccountId>>(6)?.zip(row.get::<Option<VideoId>>(7)?)),
    };
    Ok(Message {
        conversation: row.get(0)?,
        seq: row.get(1)?,
        id: row.get(2)?,
        sender: row.get(3)?,
        content,
        created_at: row.get(8)?,
    })
}

/// How many messages in the inbox were not read; requests do not count.
pub async fn unread(tx: &mut Tx, account: AccountId) -> Result<i64, DbError> {
    tx.query_opt(&UNREAD, params![account]).await?.map_or(Ok(0), |row| row.get(0))
}

/// Conversations that `account` has left as the last one, and that are to end.
pub async fn left_alone(tx: &mut Tx, account: AccountId) -> Result<Vec<ConversationId>, DbError> {
    tx.query(&LEFT_ALONE, params![account]).await?.iter().map(|row| row.get(0)).collect()
}

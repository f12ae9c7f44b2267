//! A conversation and what was said in it, as one who is in it may see it.

use std::collections::{BTreeMap, HashMap};

use outro_datamap::{ACCOUNT_DISPLAY_NAME, MESSAGE_TEXT};
use outro_db::Tx;
use outro_model::{AccountId, ConversationId, MessageId};
use outro_policy::{Action, Facts, Reason, Relation, decide};
use outro_store::messages::{self, Content, ConversationKind, Membership};
use outro_vault::{AccountKeys, ConversationKeys};

use crate::account::{open_handle, since};
use crate::video::{FoundVideo, VideoView, find, view_of};
use crate::{App, AppError};

/// A conversation.
#[derive(Clone)]
pub struct Conversation {
    /// The id.
    pub id: ConversationId,
    /// Whether it is of several.
    pub group: bool,
    /// The others; none for each who may not be seen.
    pub people: Vec<Option<Person>>,
    /// Whether it waits among the requests.
    pub request: bool,
    /// How many messages were not read.
    pub unread: i64,
    /// The last message that may be seen.
    pub last: Option<Message>,
    /// Whether something can be said here.
    pub may_send: MaySend,
}

/// Whether something can be said in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaySend {
    /// It can.
    Yes,
    /// The other does not take messages from this viewer.
    Closed,
    /// The other is not there, for this viewer.
    Unavailable,
    /// The viewer's own account is on hiatus or suspended.
    Away,
}

/// Somebody, by their card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The handle.
    pub handle: String,
    /// The display name; empty when none was chosen.
    pub display_name: String,
}

/// A message.
#[derive(Clone)]
pub struct Message {
    /// The id.
    pub id: MessageId,
    /// Whether it is one's own.
    pub mine: bool,
    /// Who sent it; none for oneself, and for who may not be seen.
    pub sender: Option<Person>,
    /// What it holds.
    pub body: Body,
    /// When it was sent, RFC 3339.
    pub created_at: String,
}

/// What a message holds.
#[derive(Clone)]
pub enum Body {
    /// A text.
    Text(String),
    /// A video; none when the viewer may not see it, or it is gone.
    Video(Option<Box<VideoView>>),
}

/// What was read of a conversation in one snapshot; texts are still sealed.
pub(super) struct Read {
    pub(super) membership: Membership,
    viewer: AccountId,
    viewer_away: bool,
    people: Vec<messages::Person>,
    /// Who has said something and is in it no more.
    former: Vec<messages::Person>,
    messages: Vec<(messages::Message, Option<FoundVideo>)>,
}

impl Read {
    /// Reads the others, and what goes with these messages.
    pub(super) async fn of(
        tx: &mut Tx,
        viewer: (AccountId, bool),
        membership: Membership,
        found: Vec<messages::Message>,
    ) -> Result<Self, AppError> {
        let (viewer, viewer_away) = viewer;
        let people = messages::people(tx, viewer, membership.conversation).await?;
        let (mut former, mut messages) = (Vec::<messages::Person>::new(), Vec::with_capacity(found.len()));
        for message in found {
            let known = |sender: &AccountId| people.iter().chain(&former).any(|person| person.account == *sender);
            if let Some(sender) = message.sender.filter(|sender| *sender != viewer && !known(sender)) {
                former.extend(messages::person(tx, viewer, sender).await?);
            }
            let video = match message.content {
                Content::Video(Some((_, video))) => shown(find(tx, Some(viewer), Action::SeeVideo, video).await)?,
                _ => None,
            };
            messages.push((message, video));
        }
        Ok(Self { membership, viewer, viewer_away, people, former, messages })
    }

    fn facts(&self, person: &messages::Person) -> Facts {
        let relation = Relation::of(Some(self.viewer), person.account, person.ties);
        Facts { relation, viewer_away: self.viewer_away, viewer_adult: false, owner: person.facts, video: None }
    }

    fn is_seen(&self, person: &messages::Person) -> bool {
        decide(Action::SeeCard, &self.facts(person)).allowed
    }

    pub(super) fn may_send(&self) -> MaySend {
        if self.membership.kind == ConversationKind::Group {
            return if self.viewer_away { MaySend::Away } else { MaySend::Yes };
        }
        let other = self.membership.other.and_then(|other| self.people.iter().find(|one| one.account == other));
        other.map_or(MaySend::Unavailable, |other| may_send(&self.facts(other)))
    }

    /// The accounts whose names are shown.
    fn named(&self) -> impl Iterator<Item = AccountId> {
        self.people.iter().chain(&self.former).filter(|person| self.is_seen(person)).map(|person| person.account)
    }
}

/// What may not be seen is left out; what went wrong is not.
fn shown(found: Result<FoundVideo, AppError>) -> Result<Option<FoundVideo>, AppError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(AppError::Internal(error)) => Err(AppError::Internal(error)),
        Err(_) => Ok(None),
    }
}

/// Whether one of two may write to the other.
pub(super) fn may_send(facts: &Facts) -> MaySend {
    let decision = decide(Action::Message, facts);
    match decision.reason {
        _ if decision.allowed => MaySend::Yes,
        Reason::MessagesClosed => MaySend::Closed,
        Reason::ViewerAway => MaySend::Away,
        _ => MaySend::Unavailable,
    }
}

/// The keys that open what was read.
struct Keys {
    accounts: HashMap<AccountId, AccountKeys>,
    conversations: HashMap<ConversationId, ConversationKeys>,
}

/// Opens what was read. A conversation whose key is gone is over, and left out.
pub(super) async fn opened(app: &App, read: Vec<Read>) -> Result<Vec<(Conversation, Vec<Message>)>, AppError> {
    let accounts: Vec<AccountId> = read.iter().flat_map(Read::named).collect();
    let ids: Vec<ConversationId> = read.iter().map(|one| one.membership.conversation).collect();
    let keys =
        Keys { accounts: app.vault.accounts(&accounts).await?, conversations: app.vault.conversations(&ids).await? };
    let mut out = Vec::with_capacity(read.len());
    for one in read {
        if let Some(sealed) = keys.conversations.get(&one.membership.conversation) {
            out.push(open(app, one, &keys.accounts, sealed).await?);
        }
    }
    Ok(out)
}

async fn open(
    app: &App,
    mut read: Read,
    accounts: &HashMap<AccountId, AccountKeys>,
    keys: &ConversationKeys,
) -> Result<(Conversation, Vec<Message>), AppError> {
    let mut names = BTreeMap::new();
    for person in read.people.iter().chain(&read.former).filter(|person| read.is_seen(person)) {
        if let Some(keys) = accounts.get(&person.account) {
            names.insert(person.account, name(keys, person)?);
        }
    }
    let mut messages = Vec::with_capacity(read.messages.len());
    for (message, video) in std::mem::take(&mut read.messages) {
        messages.push(open_message(app, read.viewer, &names, keys, message, video).await?);
    }
    let membership = &read.membership;
    let conversation = Conversation {
        id: membership.conversation,
        group: membership.kind == ConversationKind::Group,
        people: people_of(&read, &names),
        request: membership.state == messages::MemberState::Request,
        unread: membership.unread,
        last: None,
        may_send: read.may_send(),
    };
    Ok((conversation, messages))
}

/// The others: of two people always one, also when nothing is known of them any more.
fn people_of(read: &Read, names: &BTreeMap<AccountId, Person>) -> Vec<Option<Person>> {
    if read.membership.kind == ConversationKind::Two {
        return vec![read.membership.other.and_then(|other| names.get(&other).cloned())];
    }
    read.people.iter().map(|person| names.get(&person.account).cloned()).collect()
}

fn name(keys: &AccountKeys, person: &messages::Person) -> Result<Person, AppError> {
    Ok(Person {
        handle: open_handle(keys, person.account, &person.handle)?,
        display_name: keys.open_text(ACCOUNT_DISPLAY_NAME, person.account.as_bytes(), &person.display_name)?,
    })
}

async fn open_message(
    app: &App,
    viewer: AccountId,
    names: &BTreeMap<AccountId, Person>,
    keys: &ConversationKeys,
    message: messages::Message,
    video: Option<FoundVideo>,
) -> Result<Message, AppError> {
    let body = match (message.content, video) {
        (Content::Text(sealed), _) => Body::Text(keys.open_text(MESSAGE_TEXT, message.id.as_bytes(), &sealed)?),
        (Content::Video(_), None) => Body::Video(None),
        (Content::Video(_), Some(found)) => match view_of(app, Some(viewer), found).await {
            Err(AppError::NotFound) => Body::Video(None),
            view => Body::Video(Some(Box::new(view?))),
        },
    };
    Ok(Message {
        id: message.id,
        mine: message.sender == Some(viewer),
        sender: message.sender.and_then(|sender| names.get(&sender).cloned()),
        body,
        created_at: since(message.created_at),
    })
}

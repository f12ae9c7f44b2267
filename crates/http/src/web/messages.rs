//! Messages: the inbox, a conversation, writing to somebody, sending a video on.

use axum::http::Uri;
use axum::response::Response;
use outro_app::message::{self, Body, Content, Conversation, Folder, MaySend, Message, Person, Place};
use outro_app::video::{self, Part};
use outro_app::{AppError, Signed};
use outro_model::{ConversationId, MessageId, VideoId};
use outro_pages::{
    Bubble, ChatPage, FieldError, FormState, Held, InboxPage, MayWrite, Named as Name, NewMessagePage, SendToPage, Talk,
};
use serde::Deserialize;

use super::cards::part;
use super::place::{self, go};
use super::render::{Answer, OrPage as _, Stop, failed, html};
use super::visit::{Member, Named, Posted, Visit};
use super::words::{onto, say as in_words};
use crate::cursor;
use crate::extract::read_id;

/// Conversations of one page.
const TALKS: i64 = 20;
/// Messages of one page.
const BUBBLES: i64 = 40;

/// What is said.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SayForm {
    text: String,
}

/// To whom, and what. `open` is the button of a profile, which says nothing yet.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct NewForm {
    to: String,
    text: String,
    open: String,
}

/// Where a video is sent on to.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SendForm {
    to: String,
    talk: String,
}

/// A message to be deleted for oneself.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ForgetForm {
    message: String,
}

/// A form with no field of its own.
#[derive(Deserialize)]
pub(super) struct NoFields {}

fn name(person: Option<Person>) -> Name {
    person.map_or_else(Name::default, |person| Name { handle: person.handle, name: person.display_name })
}

fn bubble(message: Message) -> Bubble {
    let held = match message.body {
        Body::Text(text) => Held::Text(text),
        Body::Video(None) => Held::Gone,
        Body::Video(Some(video)) => Held::Video {
            href: format!("/v/{}", video.id),
            cover_url: part(&video, Part::Cover),
            caption: video.caption.clone(),
            handle: video.handle.clone(),
        },
    };
    Bubble {
        id: message.id.to_string(),
        mine: message.mine,
        sender: name(message.sender),
        held,
        at: message.created_at,
    }
}

fn talk(conversation: Conversation) -> Talk {
    Talk {
        id: conversation.id.to_string(),
        people: conversation.people.into_iter().map(name).collect(),
        last: conversation.last.map(bubble),
        unread: conversation.unread,
    }
}

/// `GET /inbox`.
pub(super) async fn inbox(member: Member, uri: Uri) -> Answer {
    list(member, &uri, Folder::Inbox).await
}

/// `GET /inbox/requests`.
pub(super) async fn requests(member: Member, uri: Uri) -> Answer {
    list(member, &uri, Folder::Requests).await
}

async fn list(Member { visit, signed, .. }: Member, uri: &Uri, folder: Folder) -> Answer {
    let app = &visit.server.app;
    let before = place::before(uri).or_page(&visit)?;
    let found = message::inbox(app, &signed, folder, before, TALKS).await.or_page(&visit)?;
    let requests = folder == Folder::Requests;
    let request_count = if requests { 0 } else { message::requests(app, &signed).await.or_page(&visit)? };
    let path = if requests { "/inbox/requests" } else { "/inbox" };
    let next_href = found.next.map(|next| format!("{path}?cursor={}", cursor::write(next)));
    let talks = found.items.into_iter().map(talk).collect();
    Ok(html(InboxPage { chrome: visit.chrome, requests, request_count, talks, next_href }.render()))
}

/// `GET /inbox/{id}`. Whoever looks at the latest messages has read them.
pub(super) async fn chat(
    Member { mut visit, signed, .. }: Member,
    Named(id): Named<ConversationId>,
    uri: Uri,
) -> Answer {
    let id = id.or_page(&visit)?;
    let before = before(&uri).or_page(&visit)?;
    if before.is_none() {
        let read = message::read(&visit.server.app, &signed, id, None).await;
        visit.chrome.unread = read.or_page(&visit)?;
    }
    let page = chat_page(&visit, &signed, id, before).await?;
    Ok(html(ChatPage { chrome: visit.chrome, ..page }.render()))
}

/// The message before which a page of a conversation ends.
fn before(uri: &Uri) -> Result<Option<MessageId>, AppError> {
    let pairs = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    let before = pairs.into_iter().find(|(name, _)| *name == "before").map(|(_, value)| value.parse());
    before.transpose().map_err(|_| AppError::NotFound)
}

async fn chat_page(
    visit: &Visit,
    signed: &Signed,
    id: ConversationId,
    before: Option<MessageId>,
) -> Result<ChatPage, Stop> {
    let place = before.map_or(Place::Latest, Place::Before);
    let found = message::messages(&visit.server.app, signed, id, place, BUBBLES).await;
    let found = match found {
        // A message that is not there (any more) is an address that leads nowhere.
        Err(AppError::Invalid(_)) => Err(AppError::NotFound),
        found => found,
    };
    let found = found.or_page(visit)?;
    let conversation = found.conversation;
    Ok(ChatPage {
        chrome: visit.chrome.clone(),
        id: id.to_string(),
        people: conversation.people.into_iter().map(name).collect(),
        group: conversation.group,
        request: conversation.request,
        may_write: match conversation.may_send {
            MaySend::Yes => MayWrite::Yes,
            MaySend::Closed => MayWrite::Closed,
            MaySend::Unavailable => MayWrite::Unavailable,
            MaySend::Away => MayWrite::Away,
        },
        older_href: found.next.map(|message| format!("/inbox/{id}?before={message}")),
        bubbles: found.items.into_iter().rev().map(bubble).collect(),
        latest: before.is_none(),
        form: FormState::default(),
        draft: String::new(),
    })
}

/// `POST /inbox/{id}`.
pub(super) async fn say(Named(id): Named<ConversationId>, Posted { member, form }: Posted<SayForm>) -> Answer {
    let Member { visit, signed, .. } = member;
    let id = id.or_page(&visit)?;
    let said = message::send(&visit.server.app, &signed, id, Content::Text(form.text.clone())).await;
    let Err(error) = said else { return Ok(go(&format!("/inbox/{id}#end"))) };
    let (state, error) = visit.form_of(error)?;
    let page = chat_page(&visit, &signed, id, None).await?;
    Ok(failed(&error, ChatPage { form: state, draft: form.text, ..page }.render()))
}

/// `POST /inbox/{id}/accept`.
pub(super) async fn accept(Named(id): Named<ConversationId>, Posted { member, .. }: Posted<NoFields>) -> Answer {
    let id = id.or_page(&member.visit)?;
    message::accept(&member.visit.server.app, &member.signed, id).await.or_page(&member.visit)?;
    Ok(go(&format!("/inbox/{id}#end")))
}

/// `POST /inbox/{id}/delete`: for oneself alone.
pub(super) async fn delete(Named(id): Named<ConversationId>, Posted { member, .. }: Posted<NoFields>) -> Answer {
    let id = id.or_page(&member.visit)?;
    message::clear(&member.visit.server.app, &member.signed, id).await.or_page(&member.visit)?;
    Ok(go("/inbox?done=talk_deleted"))
}

/// `POST /inbox/{id}/leave`.
pub(super) async fn leave(Named(id): Named<ConversationId>, Posted { member, .. }: Posted<NoFields>) -> Answer {
    let id = id.or_page(&member.visit)?;
    message::leave(&member.visit.server.app, &member.signed, id).await.or_page(&member.visit)?;
    Ok(go("/inbox"))
}

/// `POST /inbox/{id}/forget`: one message, for oneself alone.
pub(super) async fn forget(Named(id): Named<ConversationId>, Posted { member, form }: Posted<ForgetForm>) -> Answer {
    let Member { visit, signed, .. } = member;
    let id = id.or_page(&visit)?;
    let one = read_id(&form.message).or_page(&visit)?;
    message::hide(&visit.server.app, &signed, id, one).await.or_page(&visit)?;
    Ok(go(&format!("/inbox/{id}#end")))
}

/// `GET /inbox/new`.
pub(super) async fn new_page(Member { visit, .. }: Member) -> Answer {
    let (to, text, form) = (String::new(), String::new(), FormState::default());
    Ok(html(NewMessagePage { chrome: visit.chrome, to, text, form }.render()))
}

/// Handles as people write them: with or without `@`, with spaces or commas between them.
fn handles(text: &str) -> Vec<String> {
    let apart = |letter: char| letter.is_whitespace() || matches!(letter, ',' | '،' | ';');
    text.split(apart).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// `POST /inbox/new`.
pub(super) async fn new(Posted { member, form }: Posted<NewForm>) -> Answer {
    let Member { visit, signed, .. } = member;
    let first = (form.open.is_empty()).then(|| Content::Text(form.text.clone()));
    match message::open(&visit.server.app, &signed, &handles(&form.to), first).await {
        Ok(opened) => Ok(go(&format!("/inbox/{}#end", opened.conversation.id))),
        Err(error) => {
            let (state, error) = shown_at_to(&visit, error)?;
            let page = NewMessagePage { chrome: visit.chrome, to: form.to, text: form.text, form: state };
            Ok(failed(&error, page.render()))
        }
    }
}

/// What was wrong, at the field of the handle; what is no matter of the form ends the handler.
fn shown_at_to(visit: &Visit, error: AppError) -> Result<(FormState, AppError), Stop> {
    if matches!(error, AppError::NotFound) {
        let message = in_words(visit.chrome.lang, "to_unknown", "There is nobody of this handle.");
        let errors = vec![FieldError { field: "to".into(), message }];
        return Ok((FormState { message: None, errors }, error));
    }
    visit.form_of(error).map(|(form, error)| (onto("to", form), error))
}

/// `GET /inbox/send/{video}`.
pub(super) async fn send_page(Member { visit, signed, .. }: Member, Named(id): Named<VideoId>) -> Answer {
    let id = id.or_page(&visit)?;
    let page = send_to(&visit, &signed, id, String::new(), FormState::default()).await?;
    Ok(html(page.render()))
}

async fn send_to(visit: &Visit, signed: &Signed, id: VideoId, to: String, form: FormState) -> Result<SendToPage, Stop> {
    let app = &visit.server.app;
    let video = video::get(app, &visit.viewer, id).await.or_page(visit)?;
    let recent = message::inbox(app, signed, Folder::Inbox, None, TALKS).await.or_page(visit)?;
    let open = recent.items.into_iter().filter(|one| one.may_send == MaySend::Yes);
    Ok(SendToPage {
        chrome: visit.chrome.clone(),
        video: id.to_string(),
        cover_url: part(&video, Part::Cover),
        caption: video.caption,
        talks: open.map(talk).collect(),
        to,
        form,
    })
}

/// `POST /inbox/send/{video}`.
pub(super) async fn send(Named(id): Named<VideoId>, Posted { member, form }: Posted<SendForm>) -> Answer {
    let Member { visit, signed, .. } = member;
    let id = id.or_page(&visit)?;
    match pass_on(&visit, &signed, id, &form).await {
        Ok(response) => Ok(response),
        Err(error) => {
            let (state, error) = shown_at_to(&visit, error)?;
            let page = send_to(&visit, &signed, id, form.to, state).await?;
            Ok(failed(&error, page.render()))
        }
    }
}

async fn pass_on(visit: &Visit, signed: &Signed, id: VideoId, form: &SendForm) -> Result<Response, AppError> {
    let (app, content) = (&visit.server.app, Content::Video(id));
    let conversation = if form.talk.is_empty() {
        message::open(app, signed, &handles(&form.to), Some(content)).await?.conversation.id
    } else {
        let conversation = read_id(&form.talk)?;
        message::send(app, signed, conversation, content).await?;
        conversation
    };
    Ok(go(&format!("/inbox/{conversation}#end")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_read_as_people_write_them() {
        assert_eq!(handles(" @ada, bob\u{60c} cat;dan "), ["@ada", "bob", "cat", "dan"]);
        assert!(handles(" , ").is_empty());
    }
}

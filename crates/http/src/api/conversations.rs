//! `conversations`: messages between people.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use outro_app::AppError;
use outro_app::message::{self, Body as Held, Content, Conversation, Folder, MaySend, Message, Person, Place};
use outro_model::MessageId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::views::{Page, VideoJson};
use crate::Server;
use crate::cursor::{self, PageQuery};
use crate::extract::{Body, Path, Query, read_id};
use crate::problem::{ApiError, Problem};
use crate::who::Me;

/// What stands in the place of a name that may not be told.
const UNAVAILABLE: &str = "Unavailable account";

/// Somebody in a conversation. Who is gone, on hiatus, suspended or blocked has no handle here and is
/// called "Unavailable account".
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonJson {
    /// The handle; null for an account that is not available.
    handle: Option<String>,
    /// The display name; empty when none was chosen.
    display_name: String,
}

impl From<Option<Person>> for PersonJson {
    fn from(person: Option<Person>) -> Self {
        match person {
            Some(person) => Self { handle: Some(person.handle), display_name: person.display_name },
            None => Self { handle: None, display_name: UNAVAILABLE.into() },
        }
    }
}

/// A message.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageJson {
    /// The id.
    id: String,
    /// Whether it is one's own.
    mine: bool,
    /// Who sent it; null for one's own.
    sender: Option<PersonJson>,
    /// `text` or `video`.
    kind: &'static str,
    /// What it says; null for a video.
    text: Option<String>,
    /// The video; null for a text, and for a video that the one who asks may not see or that is gone.
    video: Option<VideoJson>,
    /// When it was sent, RFC 3339.
    created_at: String,
}

impl From<Message> for MessageJson {
    fn from(message: Message) -> Self {
        let (kind, text, video) = match message.body {
            Held::Text(text) => ("text", Some(text), None),
            Held::Video(video) => ("video", None, video.map(|video| VideoJson::from(*video))),
        };
        Self {
            id: message.id.to_string(),
            mine: message.mine,
            sender: (!message.mine).then(|| message.sender.into()),
            kind,
            text,
            video,
            created_at: message.created_at,
        }
    }
}

/// A conversation.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConversationJson {
    /// The id.
    id: String,
    /// Whether it is of several.
    group: bool,
    /// The others.
    people: Vec<PersonJson>,
    /// Whether it waits among the requests.
    request: bool,
    /// How many messages were not read.
    unread_count: i64,
    /// The last message; null when there is none to be seen.
    last_message: Option<MessageJson>,
    /// `yes`, `closed` (the other does not take messages from you), `unavailable` (the other is not
    /// available) or `away` (your own account is on hiatus or suspended).
    may_send: &'static str,
}

impl From<Conversation> for ConversationJson {
    fn from(conversation: Conversation) -> Self {
        Self {
            id: conversation.id.to_string(),
            group: conversation.group,
            people: conversation.people.into_iter().map(PersonJson::from).collect(),
            request: conversation.request,
            unread_count: conversation.unread,
            last_message: conversation.last.map(MessageJson::from),
            may_send: match conversation.may_send {
                MaySend::Yes => "yes",
                MaySend::Closed => "closed",
                MaySend::Unavailable => "unavailable",
                MaySend::Away => "away",
            },
        }
    }
}

/// With whom to talk, and what to say first.
#[derive(Deserialize, ToSchema)]
pub(crate) struct OpenBody {
    /// 1 to 15 handles: one other, or a group. Each of a group must be one who may write to each of the others,
    /// and it waits among the requests of whoever is not a friend of all of them.
    to: Vec<String>,
    /// What to say first, 1 to 2000 characters.
    text: Option<String>,
    /// A video to send first, instead of a text.
    video_id: Option<String>,
}

/// What to say: a text or a video.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SayBody {
    /// 1 to 2000 characters.
    text: Option<String>,
    /// The id of a video that the sender may watch. Who reads sees it when they may watch it too.
    video_id: Option<String>,
}

/// How far one has read.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ReadBody {
    /// The id of the last message that was read; all there is when left out.
    up_to: Option<String>,
}

/// What was not read.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnreadMessages {
    /// Messages in the inbox that were not read. Requests do not count.
    unread_count: i64,
    /// Conversations that wait among the requests; 50 at most are counted.
    request_count: i64,
}

/// Which page of a conversation.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MessagesQuery {
    /// Items wanted, 1 to 50; 20 when not given.
    limit: Option<String>,
    /// The id of a message, as `next_cursor` gives it: those before it follow, the latest first.
    cursor: Option<String>,
    /// The id of a message: those after it follow, the earliest first.
    after: Option<String>,
}

fn content(text: Option<String>, video: Option<String>) -> Result<Option<Content>, AppError> {
    let both = || AppError::invalid("text", "message_invalid", "Send a text or a video, not both.");
    let missing = |_| AppError::invalid("video_id", "video_missing", "There is no such video.");
    match (text, video) {
        (Some(_), Some(_)) => Err(both()),
        (Some(text), None) => Ok(Some(Content::Text(text))),
        (None, Some(video)) => Ok(Some(Content::Video(video.parse().map_err(missing)?))),
        (None, None) => Ok(None),
    }
}

async fn listed(server: &Server, signed: &outro_app::Signed, folder: Folder, page: &PageQuery) -> Listed {
    let found = message::inbox(&server.app, signed, folder, page.before()?, page.limit()?).await?;
    let next = found.next.map(cursor::write);
    let items = found.items.into_iter().map(ConversationJson::from).collect();
    Ok(Json(Page { items, next_cursor: next }))
}

type Listed = Result<Json<Page<ConversationJson>>, ApiError>;

/// One's conversations, the latest first. Requests stand apart.
#[utoipa::path(get, path = "/api/v1/conversations", tag = "messages", security(("bearer" = [])), params(PageQuery),
    responses(
    (status = 200, description = "The conversations", body = Page<ConversationJson>),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn list(State(server): State<Server>, Me(signed): Me, Query(page): Query<PageQuery>) -> Listed {
    listed(&server, &signed, Folder::Inbox, &page).await
}

/// Conversations that people who are no friends have begun, the latest first. Nobody is told that they
/// were seen.
#[utoipa::path(get, path = "/api/v1/me/message-requests", tag = "messages", security(("bearer" = [])),
    params(PageQuery), responses(
    (status = 200, description = "The requests", body = Page<ConversationJson>),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn requests(State(server): State<Server>, Me(signed): Me, Query(page): Query<PageQuery>) -> Listed {
    listed(&server, &signed, Folder::Requests, &page).await
}

/// How many messages were not read.
#[utoipa::path(get, path = "/api/v1/me/unread", tag = "messages", security(("bearer" = [])), responses(
    (status = 200, description = "The counts", body = UnreadMessages),
    (status = 401, description = "Not signed in", body = Problem)))]
pub(crate) async fn unread(State(server): State<Server>, Me(signed): Me) -> Result<Json<UnreadMessages>, ApiError> {
    let unread_count = message::unread(&server.app, &signed).await?;
    Ok(Json(UnreadMessages { unread_count, request_count: message::requests(&server.app, &signed).await? }))
}

/// Opens a conversation. Two people have one: it is found when it is there. What is said first is sent
/// with it.
#[utoipa::path(post, path = "/api/v1/conversations", tag = "messages", request_body = OpenBody,
    security(("bearer" = [])), responses(
    (status = 200, description = "It was there", body = ConversationJson),
    (status = 201, description = "It is new", body = ConversationJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "Somebody does not take messages from you, or your account is away", body = Problem),
    (status = 404, description = "There is nobody of such a name", body = Problem),
    (status = 409, description = "It is your own account", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem),
    (status = 429, description = "Too many", body = Problem)))]
pub(crate) async fn open(
    State(server): State<Server>,
    Me(signed): Me,
    Body(body): Body<OpenBody>,
) -> Result<(StatusCode, Json<ConversationJson>), ApiError> {
    let first = content(body.text, body.video_id)?;
    let opened = message::open(&server.app, &signed, &body.to, first).await?;
    let status = if opened.created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(opened.conversation.into())))
}

/// A conversation.
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "messages", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the conversation")), responses(
    (status = 200, description = "The conversation", body = ConversationJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn get(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<Json<ConversationJson>, ApiError> {
    Ok(Json(message::conversation(&server.app, &signed, read_id(&id)?).await?.into()))
}

/// Deletes a conversation for oneself alone. It comes back, empty, with the next message.
#[utoipa::path(delete, path = "/api/v1/conversations/{id}", tag = "messages", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the conversation")), responses(
    (status = 204, description = "Cleared"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn clear(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    message::clear(&server.app, &signed, read_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was said, going back from the latest message, or going on after one.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/messages", tag = "messages", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the conversation"), MessagesQuery), responses(
    (status = 200, description = "The messages", body = Page<MessageJson>),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn messages(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
    Query(query): Query<MessagesQuery>,
) -> Result<Json<Page<MessageJson>>, ApiError> {
    let id = read_id(&id)?;
    let wrong = |_| AppError::invalid("cursor", "invalid_cursor", "Give the id of a message of this conversation.");
    let place = match (query.cursor, query.after) {
        (Some(cursor), _) => Place::Before(cursor.parse().map_err(wrong)?),
        (None, Some(after)) => Place::After(after.parse().map_err(wrong)?),
        (None, None) => Place::Latest,
    };
    let limit = PageQuery::of_limit(query.limit).limit()?;
    let found = message::messages(&server.app, &signed, id, place, limit).await?;
    let items = found.items.into_iter().map(MessageJson::from).collect();
    Ok(Json(Page { items, next_cursor: found.next.map(|id| id.to_string()) }))
}

/// Says something.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages", tag = "messages", request_body = SayBody,
    security(("bearer" = [])), params(("id" = String, Path, description = "The id of the conversation")), responses(
    (status = 201, description = "Said", body = MessageJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 403, description = "The other does not take messages from you, or one of the two is not available",
        body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem),
    (status = 429, description = "Too many", body = Problem)))]
pub(crate) async fn say(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
    Body(body): Body<SayBody>,
) -> Result<(StatusCode, Json<MessageJson>), ApiError> {
    let id = read_id(&id)?;
    let nothing = || AppError::invalid("text", "message_invalid", "Write 1 to 2000 characters.");
    let content = content(body.text, body.video_id)?.ok_or_else(nothing)?;
    Ok((StatusCode::CREATED, Json(message::send(&server.app, &signed, id, content).await?.into())))
}

/// Deletes a message for oneself alone.
#[utoipa::path(delete, path = "/api/v1/conversations/{id}/messages/{message}", tag = "messages",
    security(("bearer" = [])), params(
        ("id" = String, Path, description = "The id of the conversation"),
        ("message" = String, Path, description = "The id of the message")), responses(
    (status = 204, description = "Deleted"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn hide(
    State(server): State<Server>,
    Me(signed): Me,
    Path((id, one)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let one: MessageId = read_id(&one)?;
    message::hide(&server.app, &signed, read_id(&id)?, one).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Notes how far one has read. Nobody else is told.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/read", tag = "messages", request_body = ReadBody,
    security(("bearer" = [])), params(("id" = String, Path, description = "The id of the conversation")), responses(
    (status = 200, description = "Noted", body = UnreadMessages),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn read(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
    Body(body): Body<ReadBody>,
) -> Result<Json<UnreadMessages>, ApiError> {
    let up_to = body.up_to.as_deref().map(read_id).transpose()?;
    let unread_count = message::read(&server.app, &signed, read_id(&id)?, up_to).await?;
    Ok(Json(UnreadMessages { unread_count, request_count: message::requests(&server.app, &signed).await? }))
}

/// Takes a request on: the conversation moves to the inbox. Doing it again changes nothing.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/accept", tag = "messages", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the conversation")), responses(
    (status = 204, description = "In the inbox"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem)))]
pub(crate) async fn accept(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    message::accept(&server.app, &signed, read_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leaves a group. What one has said stays for the others; with the last one out all of it is erased.
#[utoipa::path(delete, path = "/api/v1/conversations/{id}/membership", tag = "messages", security(("bearer" = [])),
    params(("id" = String, Path, description = "The id of the conversation")), responses(
    (status = 204, description = "Left"),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "It is no group", body = Problem)))]
pub(crate) async fn leave(
    State(server): State<Server>,
    Me(signed): Me,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    message::leave(&server.app, &signed, read_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! `notifications`: what one is told of others.

use axum::Json;
use axum::extract::State;
use outro_app::notify::{self, Notice};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::views::{AccountRef, Page};
use crate::Server;
use crate::cursor::{self, PageQuery};
use crate::extract::{Body, Query, read_id};
use crate::problem::{ApiError, Problem};
use crate::who::Me;

/// Something that one is told. Likes of one thing on one day are told as one.
#[derive(Serialize, ToSchema)]
pub(crate) struct NotificationJson {
    /// The id: of a group, that of its latest.
    id: String,
    /// `like`, `comment`, `reply`, `mention`, `comment_like`, `follow`, `follow_request`,
    /// `request_accepted`, `gift`, `decision` (about oneself, see `/api/v1/me/decisions`), `report_decided` (see
    /// `/api/v1/me/reports`), `sound_gone` (one's video plays its own sound again) or `leaving` (one's account goes by
    /// itself, see `/api/v1/me/deletion`).
    kind: &'static str,
    /// Who did it, the latest first: three at most. None where it was a moderator, a sound is gone, or one's account is leaving.
    actors: Vec<AccountRef>,
    /// How many did it, on this page of the list.
    count: i64,
    /// The video that it is about; null for follows and for what moderators decided.
    video_id: Option<String>,
    /// The comment that it is about.
    comment: Option<QuotedJson>,
    /// When it happened, RFC 3339.
    created_at: String,
    /// Whether it is new since one looked last.
    unread: bool,
}

/// A comment that a notification is about.
#[derive(Serialize, ToSchema)]
pub(crate) struct QuotedJson {
    /// Its id.
    id: String,
    /// What was written.
    text: String,
    /// Whether it is held back until one shows it.
    hidden: bool,
}

impl From<Notice> for NotificationJson {
    fn from(notice: Notice) -> Self {
        let actor = |actor: notify::Actor| AccountRef { handle: actor.handle, display_name: actor.display_name };
        let quoted = |comment: notify::Quoted| QuotedJson {
            id: comment.id.to_string(),
            text: comment.text,
            hidden: comment.hidden,
        };
        Self {
            id: notice.id.to_string(),
            kind: notice.kind.word(),
            actors: notice.actors.into_iter().map(actor).collect(),
            count: notice.count,
            video_id: notice.video.map(|id| id.to_string()),
            comment: notice.comment.map(quoted),
            created_at: notice.created_at,
            unread: notice.unread,
        }
    }
}

/// How many are new.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnreadView {
    /// How many are new since one looked last, counted up to 99.
    unread_count: i64,
}

/// Up to where one has looked.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SeenBody {
    /// The id of the latest notification that was looked at; up to now when not given.
    until: Option<String>,
}

/// What one is told, the latest first.
#[utoipa::path(get, path = "/api/v1/me/notifications", tag = "notifications", security(("bearer" = [])),
    params(PageQuery), responses(
    (status = 200, description = "The notifications", body = Page<NotificationJson>),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn list(
    State(server): State<Server>,
    Me(signed): Me,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<NotificationJson>>, ApiError> {
    let found = notify::list(&server.app, &signed, page.before()?, page.limit()?).await?;
    let items = found.items.into_iter().map(NotificationJson::from).collect();
    Ok(Json(Page { items, next_cursor: found.next.map(cursor::write) }))
}

/// How many are new since one looked last.
#[utoipa::path(get, path = "/api/v1/me/notifications/unread", tag = "notifications", security(("bearer" = [])),
    responses(
    (status = 200, description = "How many", body = UnreadView),
    (status = 401, description = "Not signed in", body = Problem)))]
pub(crate) async fn unread(State(server): State<Server>, Me(signed): Me) -> Result<Json<UnreadView>, ApiError> {
    Ok(Json(UnreadView { unread_count: notify::unread(&server.app, &signed).await? }))
}

/// Notes that one has looked; what is new after that is unread.
#[utoipa::path(post, path = "/api/v1/me/notifications/seen", tag = "notifications", request_body = SeenBody,
    security(("bearer" = [])), responses(
    (status = 200, description = "Noted", body = UnreadView),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "No such notification", body = Problem)))]
pub(crate) async fn seen(
    State(server): State<Server>,
    Me(signed): Me,
    Body(body): Body<SeenBody>,
) -> Result<Json<UnreadView>, ApiError> {
    let until = body.until.as_deref().map(read_id).transpose()?;
    Ok(Json(UnreadView { unread_count: notify::seen(&server.app, &signed, until).await? }))
}

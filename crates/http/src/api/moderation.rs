//! Reports, what moderators do about them, and what people are told of both.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use outro_app::moderation::{
    self, Decide, DecisionView, Hand, LogLine, Looked, Named, NewReport, OwnReport, QueueView, Reasons, Which,
};
use outro_app::{AppError, Signed};
use outro_model::{ModerationAct, ReportState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::views::{Page, VideoJson};
use crate::Server;
use crate::cursor::{self, PageQuery};
use crate::extract::{Body, Path, Query, read_id};
use crate::problem::{ApiError, Problem};
use crate::who::Me;

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(report))
        .routes(routes!(reports))
        .routes(routes!(decisions))
        .routes(routes!(queue))
        .routes(routes!(decide))
        .routes(routes!(log))
}

/// A moderator. Anybody else is answered as if nothing were there, whatever they sent.
pub(crate) struct Moderator(Signed);

impl FromRequestParts<Server> for Moderator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, ApiError> {
        let Me(signed) = Me::from_request_parts(parts, server).await?;
        let is = moderation::is_moderator(&server.app, &signed).await?;
        if is { Ok(Self(signed)) } else { Err(AppError::NotFound.into()) }
    }
}

/// What is reported, one of the three, and why.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ReportBody {
    /// The handle of an account.
    account: Option<String>,
    /// The id of a video.
    video: Option<String>,
    /// The id of a comment.
    comment: Option<String>,
    /// `spam`, `harassment`, `hate`, `violence`, `sexual`, `child_safety`, `self_harm`, `private_matters`,
    /// `impersonation`, `illegal` or `other`.
    reason: String,
    /// What else is to be said, at most 500 characters.
    note: Option<String>,
}

/// What a moderator does about a report.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ActBody {
    /// `look`, `hide`, `unhide`, `dismiss`, `suspend` or `unsuspend`.
    act: String,
    /// Why, by the word of a reason; the report's own when not given.
    reason: Option<String>,
    /// What it rests on: `law` or `rules`. When not given, `law` if the reason is `illegal`, else `rules`.
    ground: Option<String>,
    /// The law or the rule by name, at most 200 characters: needed to hide and to suspend by `law`.
    provision: Option<String>,
    /// What the person is told, at most 1,000 characters: needed for `hide` and `suspend`.
    statement: Option<String>,
}

/// Which reports of the queue.
#[derive(Deserialize)]
pub(crate) struct StateQuery {
    state: Option<String>,
}

/// One's own report.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnReportJson {
    /// The id.
    id: String,
    /// What was reported: `account`, `video` or `comment`.
    kind: &'static str,
    /// Why.
    reason: &'static str,
    /// What one wrote along with it.
    note: String,
    /// `open`, `dismissed` or `acted`.
    state: &'static str,
    /// What has come of it, in plain words.
    outcome: &'static str,
    /// When, RFC 3339.
    created_at: String,
}

impl From<OwnReport> for OwnReportJson {
    fn from(report: OwnReport) -> Self {
        let outcome = match report.state {
            ReportState::Open => "A moderator has not decided yet.",
            ReportState::Dismissed => "A moderator has looked at it and left it as it is.",
            ReportState::Acted => "A moderator has looked at it and acted on it.",
        };
        Self {
            id: report.id.to_string(),
            kind: report.kind.word(),
            reason: report.reason.word(),
            note: report.note,
            state: report.state.word(),
            outcome,
            created_at: report.created_at,
        }
    }
}

/// What was decided about oneself, with its reasons (Digital Services Act, Art. 17).
#[derive(Serialize, ToSchema)]
pub(crate) struct DecisionJson {
    /// The id.
    id: String,
    /// `hide` or `unhide` (a video or a comment), `suspend` or `unsuspend` (the account).
    decision: &'static str,
    /// The id of the video that it is about; null when it is about the account or a comment.
    video: Option<String>,
    /// The id of the comment that it is about; null when it is about the account or a video.
    comment: Option<String>,
    /// Why, by the word of a reason.
    reason: &'static str,
    /// What it rests on: `law`, or `rules`: what this site asks of everybody.
    ground: &'static str,
    /// The law or the rule by name; may be empty.
    provision: String,
    /// What it followed: `notice`, a report of somebody who is not named; or `own_initiative` of whoever runs the
    /// site.
    source: &'static str,
    /// Where it holds: `everywhere`; null where something was given back.
    territory: Option<&'static str>,
    /// How long it holds: `until_taken_back`; null where something was given back.
    duration: Option<&'static str>,
    /// What the moderator wrote about it.
    statement: String,
    /// Whether a program found or decided it: never.
    automated: bool,
    /// How to object.
    objection: &'static str,
    /// Where to object: an e-mail address, or the address of a page; null where whoever runs the site has set none.
    contact: Option<String>,
    /// When, RFC 3339.
    created_at: String,
}

impl DecisionJson {
    fn of(decision: DecisionView, contact: Option<String>) -> Self {
        let takes = matches!(decision.act, ModerationAct::Hide | ModerationAct::Suspend);
        Self {
            id: decision.id.to_string(),
            decision: decision.act.word(),
            video: decision.video.map(|video| video.to_string()),
            comment: decision.comment.map(|comment| comment.id.to_string()),
            reason: decision.reason.word(),
            ground: decision.ground.word(),
            provision: decision.provision,
            source: decision.source.word(),
            territory: takes.then_some("everywhere"),
            duration: takes.then_some("until_taken_back"),
            statement: decision.statement,
            automated: false,
            objection: "Write to whoever runs this site within six months; you can also turn to a certified body \
                for out-of-court settlement, or to a court.",
            contact,
            created_at: decision.created_at,
        }
    }
}

/// A report, as a moderator sees it. Who reported it is told to nobody.
#[derive(Serialize, ToSchema)]
pub(crate) struct QueuedJson {
    /// The id.
    id: String,
    /// What was reported: `account`, `video` or `comment`.
    kind: &'static str,
    /// Why.
    reason: &'static str,
    /// What the reporter wrote along with it.
    note: String,
    /// `open`, `dismissed` or `acted`.
    state: &'static str,
    /// When, RFC 3339.
    created_at: String,
    /// How many open reports there are of the same thing, at most 100.
    open_reports: i64,
    /// Whether the account is suspended.
    suspended: bool,
    /// Whether the video, or the comment, is hidden by a moderator.
    hidden: bool,
    /// Whether the one who asks looks at it.
    looked: bool,
}

impl From<QueueView> for QueuedJson {
    fn from(queued: QueueView) -> Self {
        Self {
            id: queued.id.to_string(),
            kind: queued.kind.word(),
            reason: queued.reason.word(),
            note: queued.note,
            state: queued.state.word(),
            created_at: queued.created_at,
            open_reports: queued.open,
            suspended: queued.suspended,
            hidden: queued.hidden,
            looked: queued.looked,
        }
    }
}

/// Whose it is that was reported.
#[derive(Serialize, ToSchema)]
pub(crate) struct LookedAccount {
    /// The handle.
    handle: String,
    /// The display name; empty when none was chosen.
    display_name: String,
    /// The bio.
    bio: String,
}

/// A report after something was done about it.
#[derive(Serialize, ToSchema)]
pub(crate) struct LookedJson {
    /// The report.
    report: QueuedJson,
    /// Whose it is; null unless the one who asks looks at it.
    account: Option<LookedAccount>,
    /// The video; null unless one was reported, can be watched, and the one who asks looks at it. Its media can
    /// be read for as long as the report is open.
    video: Option<VideoJson>,
    /// What the comment says; null unless one was reported, is still there, and the one who asks looks at it.
    comment: Option<String>,
}

impl From<Looked> for LookedJson {
    fn from(looked: Looked) -> Self {
        let Looked { report, seen } = looked;
        let (account, video, comment) = match seen {
            None => (None, None, None),
            Some(seen) => {
                let account = LookedAccount { handle: seen.handle, display_name: seen.display_name, bio: seen.bio };
                (Some(account), seen.video.map(VideoJson::from), seen.comment)
            }
        };
        Self { report: report.into(), account, video, comment }
    }
}

/// One line of the log of moderation.
#[derive(Serialize, ToSchema)]
pub(crate) struct LogJson {
    /// The id.
    id: String,
    /// What was done: `look`, `hide`, `unhide`, `dismiss`, `suspend`, `unsuspend`, `grant` or `revoke`.
    act: &'static str,
    /// What kind of thing it was done to: `account`, `video` or `comment`.
    kind: &'static str,
    /// The id of the thing.
    thing: String,
    /// The id of the report by which it was done; null when there was none, or it is gone.
    report: Option<String>,
    /// The handle of the account that was given or lost the right to moderate; null for everything else, and where
    /// one may not see the account.
    account: Option<String>,
    /// Who did it: `moderator`, `left` (a moderator who has left: nothing is kept of who it was), or `operator`, whoever
    /// runs the site.
    by: &'static str,
    /// The id of the moderator; null when it is none, or has left.
    moderator: Option<String>,
    /// Their handle; null where one may not see their account.
    moderator_handle: Option<String>,
    /// Why, by the word of a reason; null where a right was given or taken.
    reason: Option<&'static str>,
    /// When, RFC 3339.
    created_at: String,
}

impl From<LogLine> for LogJson {
    fn from(line: LogLine) -> Self {
        let (by, moderator, moderator_handle) = match line.by {
            Hand::Moderator(id, handle) => ("moderator", Some(id.to_string()), handle),
            Hand::Left => ("left", None, None),
            Hand::Operator => ("operator", None, None),
        };
        Self {
            id: line.id.to_string(),
            act: line.act.word(),
            kind: line.kind.word(),
            thing: line.thing,
            report: line.report.map(|report| report.to_string()),
            account: line.account,
            by,
            moderator,
            moderator_handle,
            reason: line.reason.map(|reason| reason.word()),
            created_at: line.created_at,
        }
    }
}

/// Reports an account, a video or a comment that one can see. Who is reported never learns by whom. Doing it again while
/// the report is open changes nothing.
#[utoipa::path(post, path = "/api/v1/reports", tag = "reports", request_body = ReportBody,
    security(("bearer" = [])), responses(
    (status = 201, description = "Reported", body = OwnReportJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "It is one's own", body = Problem),
    (status = 429, description = "Too many reports today", body = Problem)))]
pub(crate) async fn report(
    State(server): State<Server>,
    Me(signed): Me,
    Body(body): Body<ReportBody>,
) -> Result<(StatusCode, Json<OwnReportJson>), ApiError> {
    let of = match (body.account, body.video, body.comment) {
        (Some(handle), None, None) => Named::Account(handle),
        (None, Some(id), None) => Named::Video(read_id(&id)?),
        (None, None, Some(id)) => Named::Comment(read_id(&id)?),
        _ => {
            let detail = "Name an account, a video or a comment, one of them.";
            return Err(AppError::invalid("account", "one_thing", detail).into());
        }
    };
    let new = NewReport { of, reason: body.reason, note: body.note.unwrap_or_default() };
    let made = moderation::report(&server.app, &signed, new).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// One's own reports and what has come of them, the latest first.
#[utoipa::path(get, path = "/api/v1/me/reports", tag = "reports", security(("bearer" = [])), params(PageQuery),
    responses(
    (status = 200, description = "The reports", body = Page<OwnReportJson>),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn reports(
    State(server): State<Server>,
    Me(signed): Me,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<OwnReportJson>>, ApiError> {
    let found = moderation::reports(&server.app, &signed, page.before()?, page.limit()?).await?;
    let items = found.items.into_iter().map(OwnReportJson::from).collect();
    Ok(Json(Page { items, next_cursor: found.next.map(cursor::write) }))
}

/// What moderators decided about oneself and why, the latest first.
#[utoipa::path(get, path = "/api/v1/me/decisions", tag = "reports", security(("bearer" = [])), params(PageQuery),
    responses(
    (status = 200, description = "The decisions", body = Page<DecisionJson>),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn decisions(
    State(server): State<Server>,
    Me(signed): Me,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<DecisionJson>>, ApiError> {
    let found = moderation::decisions(&server.app, &signed, page.before()?, page.limit()?).await?;
    let contact = &server.config.contact;
    let items = found.items.into_iter().map(|one| DecisionJson::of(one, contact.clone())).collect();
    Ok(Json(Page { items, next_cursor: found.next.map(cursor::write) }))
}

/// What was reported: what waits, each thing once, the oldest first; or what was decided, the latest first.
/// Only for moderators; for anybody else there is nothing here.
#[utoipa::path(get, path = "/api/v1/moderation/reports", tag = "moderation", security(("bearer" = [])),
    params(PageQuery, ("state" = Option<String>, Query, description = "`open`, the default, or `decided`")),
    responses(
    (status = 200, description = "The reports", body = Page<QueuedJson>),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn queue(
    State(server): State<Server>,
    Moderator(signed): Moderator,
    Query(page): Query<PageQuery>,
    Query(state): Query<StateQuery>,
) -> Result<Json<Page<QueuedJson>>, ApiError> {
    let which = match state.state.as_deref() {
        None | Some("open") => Which::Open,
        Some("decided") => Which::Decided,
        Some(_) => return Err(AppError::invalid("state", "invalid_state", "Choose open or decided.").into()),
    };
    let place = (page.before()?, page.limit()?);
    let found = moderation::queue(&server.app, &signed, which, place).await?;
    let items = found.items.into_iter().map(QueuedJson::from).collect();
    Ok(Json(Page { items, next_cursor: found.next.map(cursor::write) }))
}

/// Does something about a report. Looking is noted, and is what lets a moderator see what was reported for as
/// long as the report is open; hiding, dismissing and suspending close every open report of the same thing.
/// Only for moderators; for anybody else there is nothing here.
#[utoipa::path(post, path = "/api/v1/moderation/reports/{id}", tag = "moderation", request_body = ActBody,
    security(("bearer" = [])), params(("id" = String, Path, description = "The id of the report")), responses(
    (status = 200, description = "Done", body = LookedJson),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 409, description = "It does not fit what is there, or was decided already", body = Problem)))]
pub(crate) async fn decide(
    State(server): State<Server>,
    Moderator(signed): Moderator,
    Path(id): Path<String>,
    Body(body): Body<ActBody>,
) -> Result<Json<LookedJson>, ApiError> {
    let id = read_id(&id)?;
    let ActBody { act, reason, ground, provision, statement } = body;
    let (provision, statement) = (provision.unwrap_or_default(), statement.unwrap_or_default());
    let what = Decide { act, why: Reasons { reason, ground, provision, statement } };
    let report = moderation::decide(&server.app, &signed, id, what).await?;
    Ok(Json(Looked::of(&server.app, &signed, report).await?.into()))
}

/// What moderators and whoever runs the site did, the latest first: looking, hiding, leaving as it is, suspending,
/// taking those back, and giving and taking the right to moderate. What was done about oneself is left out, but for
/// that right. Only for moderators; for anybody else there is nothing here.
#[utoipa::path(get, path = "/api/v1/moderation/log", tag = "moderation", security(("bearer" = [])), params(PageQuery),
    responses(
    (status = 200, description = "The log", body = Page<LogJson>),
    (status = 401, description = "Not signed in", body = Problem),
    (status = 404, description = "Nothing here", body = Problem),
    (status = 422, description = "A field cannot be used", body = Problem)))]
pub(crate) async fn log(
    State(server): State<Server>,
    Moderator(signed): Moderator,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<LogJson>>, ApiError> {
    let found = moderation::log(&server.app, &signed, page.before()?, page.limit()?).await?;
    let items = found.items.into_iter().map(LogJson::from).collect();
    Ok(Json(Page { items, next_cursor: found.next.map(cursor::write) }))
}

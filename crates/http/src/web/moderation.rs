//! Reporting, what came of it, what was decided about oneself, and the queue of moderators.

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use outro_app::moderation::{
    self, Decide, DecisionView, Hand, LogLine, Looked, Named as Of, NewReport, OwnReport, QueueView, Reasons, Which,
};
use outro_app::{AppError, Signed};
use outro_model::{ActSource, CommentId, ModerationAct, ReportId, ReportState, ReportedKind, VideoId};
use outro_pages::{
    Case, CasePage, CaseSeen, Chrome, Decision, DecisionRow, DecisionsPage, FormState, LogHand, LogPage, LogRow,
    ModerationPage, ReportPage, ReportRow, ReportedKind as Kind, ReportsPage,
};
use serde::Deserialize;

use super::cards::card;
use super::place::{before, go};
use super::render::{Answer, OrPage as _, Stop, html};
use super::visit::{Member, Named, Posted, Visit};
use crate::Server;
use crate::cursor;
use crate::routes::{Routes, get};

/// Rows of one page.
const LIMIT: i64 = 20;

/// The routes of this file.
pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/accounts/{handle}/report", get(report_account).post(send_account))
        .route("/videos/{id}/report", get(report_video).post(send_video))
        .route("/comments/{id}/report", get(report_comment).post(send_comment))
        .route("/settings/reports", get(reports))
        .route("/settings/decisions", get(decisions))
        .route("/moderation", get(waiting))
        .route("/moderation/decided", get(decided))
        .route("/moderation/log", get(log))
        .route("/moderation/{id}", get(case).post(decide))
}

/// A moderator's visit. For anybody else, signed in or not, there is nothing here.
struct Moderator(Member);

impl FromRequestParts<Server> for Moderator {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Stop> {
        let visit = Visit::from_request_parts(parts, server).await?;
        let (Some(signed), Some(me)) = (visit.viewer.clone(), visit.me.clone()) else {
            return Err(visit.stop(AppError::NotFound));
        };
        let is = moderation::is_moderator(&server.app, &signed).await.or_page(&visit)?;
        if is { Ok(Self(Member { visit, signed, me })) } else { Err(visit.stop(AppError::NotFound)) }
    }
}

/// What is wrong, and what else is to be said.
#[derive(Deserialize, Default)]
#[serde(default)]
struct ReportForm {
    reason: String,
    note: String,
}

/// What is reported, and the page it stands on.
struct Target {
    of: Of,
    handle: String,
    action: String,
    back: String,
}

impl Target {
    fn account(handle: &str) -> Self {
        let handle = handle.to_ascii_lowercase();
        let (action, back) = (format!("/accounts/{handle}/report"), format!("/@{handle}"));
        Self { of: Of::Account(handle.clone()), handle, action, back }
    }

    fn video(id: VideoId) -> Self {
        let (action, back) = (format!("/videos/{id}/report"), format!("/v/{id}"));
        Self { of: Of::Video(id), handle: String::new(), action, back }
    }

    fn comment(id: CommentId) -> Self {
        let action = format!("/comments/{id}/report");
        Self { of: Of::Comment(id), handle: String::new(), action, back: String::new() }
    }

    /// What is reported can be: it leads back to where it stands.
    async fn checked(self, visit: &Visit, signed: &Signed) -> Result<Self, AppError> {
        let under = moderation::reportable(&visit.server.app, signed, self.of.clone()).await?;
        let back = under.map_or(self.back, |video| format!("/v/{video}/comments"));
        Ok(Self { back, ..self })
    }

    fn page(self, chrome: Chrome, form: FormState, given: ReportForm) -> String {
        let Self { of, handle, action, back } = self;
        let of = match of {
            Of::Account(_) => Kind::Account,
            Of::Video(_) => Kind::Video,
            Of::Comment(_) => Kind::Comment,
        };
        ReportPage { chrome, form, of, action, back, handle, reason: given.reason, note: given.note }.render()
    }
}

/// `GET /accounts/{handle}/report`.
async fn report_account(member: Member, Named(handle): Named<String>) -> Answer {
    let handle = handle.or_page(&member.visit)?;
    show(member, Target::account(&handle)).await
}

/// `GET /videos/{id}/report`.
async fn report_video(member: Member, Named(id): Named<VideoId>) -> Answer {
    let id = id.or_page(&member.visit)?;
    show(member, Target::video(id)).await
}

/// `GET /comments/{id}/report`.
async fn report_comment(member: Member, Named(id): Named<CommentId>) -> Answer {
    let id = id.or_page(&member.visit)?;
    show(member, Target::comment(id)).await
}

async fn show(Member { visit, signed, .. }: Member, target: Target) -> Answer {
    let target = target.checked(&visit, &signed).await.or_page(&visit)?;
    Ok(html(target.page(visit.chrome, FormState::default(), ReportForm::default())))
}

/// `POST /accounts/{handle}/report`.
async fn send_account(Named(handle): Named<String>, posted: Posted<ReportForm>) -> Answer {
    let handle = handle.or_page(&posted.member.visit)?;
    send(posted, Target::account(&handle)).await
}

/// `POST /videos/{id}/report`.
async fn send_video(Named(id): Named<VideoId>, posted: Posted<ReportForm>) -> Answer {
    let id = id.or_page(&posted.member.visit)?;
    send(posted, Target::video(id)).await
}

/// `POST /comments/{id}/report`.
async fn send_comment(Named(id): Named<CommentId>, posted: Posted<ReportForm>) -> Answer {
    let id = id.or_page(&posted.member.visit)?;
    send(posted, Target::comment(id)).await
}

async fn send(Posted { member, form }: Posted<ReportForm>, target: Target) -> Answer {
    let Member { visit, signed, .. } = member;
    let new = NewReport { of: target.of.clone(), reason: form.reason.clone(), note: form.note.clone() };
    match moderation::report(&visit.server.app, &signed, new).await {
        Ok(_) => Ok(go("/settings/reports?done=reported")),
        // Not looked at again: to find what is hidden twice takes longer than to find nothing.
        Err(error @ AppError::NotFound) => Err(visit.stop(error)),
        Err(error) => {
            let target = target.checked(&visit, &signed).await.or_page(&visit)?;
            visit.again(error, |chrome, state| target.page(chrome, state, form))
        }
    }
}

const fn kind(of: ReportedKind) -> Kind {
    match of {
        ReportedKind::Account => Kind::Account,
        ReportedKind::Video => Kind::Video,
        ReportedKind::Comment => Kind::Comment,
    }
}

const fn state(of: ReportState) -> outro_pages::ReportState {
    match of {
        ReportState::Open => outro_pages::ReportState::Open,
        ReportState::Dismissed => outro_pages::ReportState::Dismissed,
        ReportState::Acted => outro_pages::ReportState::Acted,
    }
}

/// `GET /settings/reports`.
async fn reports(Member { visit, signed, .. }: Member, uri: Uri) -> Answer {
    let before = before(&uri).or_page(&visit)?;
    let found = moderation::reports(&visit.server.app, &signed, before, LIMIT).await.or_page(&visit)?;
    let next_href = found.next.map(|next| format!("/settings/reports?cursor={}", cursor::write(next)));
    let row = |report: OwnReport| ReportRow {
        id: report.id.to_string(),
        of: kind(report.kind),
        reason: report.reason.word().to_owned(),
        note: report.note,
        state: state(report.state),
        created_at: report.created_at,
    };
    let items = found.items.into_iter().map(row).collect();
    Ok(html(ReportsPage { chrome: visit.chrome, items, next_href }.render()))
}

/// `GET /settings/decisions`.
async fn decisions(Member { visit, signed, .. }: Member, uri: Uri) -> Answer {
    let before = before(&uri).or_page(&visit)?;
    let found = moderation::decisions(&visit.server.app, &signed, before, LIMIT).await.or_page(&visit)?;
    let next_href = found.next.map(|next| format!("/settings/decisions?cursor={}", cursor::write(next)));
    let items = found.items.into_iter().filter_map(decision_row).collect();
    // The page itself says what the banner would lead to.
    let chrome = Chrome { suspended: false, ..visit.chrome };
    Ok(html(DecisionsPage { chrome, items, next_href }.render()))
}

fn decision_row(decision: DecisionView) -> Option<DecisionRow> {
    Some(DecisionRow {
        decision: match decision.act {
            ModerationAct::Hide => Decision::Hide,
            ModerationAct::Unhide => Decision::Unhide,
            ModerationAct::Suspend => Decision::Suspend,
            ModerationAct::Unsuspend => Decision::Unsuspend,
            ModerationAct::Look | ModerationAct::Dismiss | ModerationAct::Grant | ModerationAct::Revoke => return None,
        },
        of_comment: decision.comment.is_some(),
        href: match (decision.video, decision.comment.as_ref().and_then(|said| said.video.zip(Some(said.id)))) {
            (Some(video), _) => format!("/v/{video}"),
            (None, Some((video, comment))) => format!("/v/{video}/comments?thread={comment}"),
            (None, None) => String::new(),
        },
        quote: decision.comment.map(|said| said.text).unwrap_or_default(),
        reason: decision.reason.word().to_owned(),
        ground: decision.ground.word().to_owned(),
        provision: decision.provision,
        by_notice: decision.source == ActSource::Notice,
        statement: decision.statement,
        created_at: decision.created_at,
    })
}

/// `GET /moderation`.
async fn waiting(moderator: Moderator, uri: Uri) -> Answer {
    list(moderator, uri, Which::Open).await
}

/// `GET /moderation/decided`.
async fn decided(moderator: Moderator, uri: Uri) -> Answer {
    list(moderator, uri, Which::Decided).await
}

async fn list(Moderator(Member { visit, signed, .. }): Moderator, uri: Uri, which: Which) -> Answer {
    let place = (before(&uri).or_page(&visit)?, LIMIT);
    let found = moderation::queue(&visit.server.app, &signed, which, place).await.or_page(&visit)?;
    let decided = which == Which::Decided;
    let address = if decided { "/moderation/decided" } else { "/moderation" };
    let next_href = found.next.map(|next| format!("{address}?cursor={}", cursor::write(next)));
    let items = found.items.into_iter().map(case_row).collect();
    Ok(html(ModerationPage { chrome: visit.chrome, decided, items, next_href }.render()))
}

/// `GET /moderation/log`.
async fn log(Moderator(Member { visit, signed, .. }): Moderator, uri: Uri) -> Answer {
    let before = before(&uri).or_page(&visit)?;
    let found = moderation::log(&visit.server.app, &signed, before, LIMIT).await.or_page(&visit)?;
    let next_href = found.next.map(|next| format!("/moderation/log?cursor={}", cursor::write(next)));
    let items = found.items.into_iter().map(log_row).collect();
    Ok(html(LogPage { chrome: visit.chrome, items, next_href }.render()))
}

fn log_row(line: LogLine) -> LogRow {
    LogRow {
        id: line.id.to_string(),
        act: line.act.word().to_owned(),
        of: kind(line.kind),
        thing: line.thing,
        href: line.report.map(|report| format!("/moderation/{report}")).unwrap_or_default(),
        account: line.account.unwrap_or_default(),
        by: match line.by {
            Hand::Moderator(_, Some(handle)) => LogHand::Moderator { handle },
            Hand::Moderator(id, None) => LogHand::Unseen { id: id.to_string() },
            Hand::Left => LogHand::Left,
            Hand::Operator => LogHand::Operator,
        },
        reason: line.reason.map(|reason| reason.word().to_owned()).unwrap_or_default(),
        created_at: line.created_at,
    }
}

fn case_row(queued: QueueView) -> Case {
    Case {
        report: ReportRow {
            id: queued.id.to_string(),
            of: kind(queued.kind),
            reason: queued.reason.word().to_owned(),
            note: queued.note,
            state: state(queued.state),
            created_at: queued.created_at,
        },
        open: queued.open,
        suspended: queued.suspended,
        hidden: queued.hidden,
    }
}

/// What is done about a report, why, and what the person is told.
#[derive(Deserialize, Default)]
#[serde(default)]
struct ActForm {
    act: String,
    reason: String,
    ground: String,
    provision: String,
    statement: String,
}

/// `GET /moderation/{id}`.
async fn case(Moderator(member): Moderator, Named(id): Named<ReportId>) -> Answer {
    let id = id.or_page(&member.visit)?;
    let Member { visit, signed, .. } = member;
    let report = moderation::by_id(&visit.server.app, &signed, id).await.or_page(&visit)?;
    let looked = Looked::of(&visit.server.app, &signed, report).await.or_page(&visit)?;
    Ok(html(case_page(visit.chrome, FormState::default(), looked, ActForm::default())))
}

fn case_page(chrome: Chrome, form: FormState, looked: Looked, given: ActForm) -> String {
    let lang = chrome.lang;
    let seen = looked.seen.map(|seen| CaseSeen {
        handle: seen.handle,
        display_name: seen.display_name,
        bio: seen.bio,
        video: seen.video.map(|video| card(lang, true, &video)),
        comment: seen.comment,
    });
    let case = case_row(looked.report);
    let ActForm { reason, ground, provision, statement, .. } = given;
    let reason = if reason.is_empty() { case.report.reason.clone() } else { reason };
    CasePage { chrome, form, case, seen, reason, ground, provision, statement }.render()
}

/// `POST /moderation/{id}`.
async fn decide(
    Moderator(_): Moderator,
    Named(id): Named<ReportId>,
    Posted { member, form }: Posted<ActForm>,
) -> Answer {
    let Member { visit, signed, .. } = member;
    let id = id.or_page(&visit)?;
    let app = visit.server.app.clone();
    let chosen = |word: &String| Some(word.clone()).filter(|word| !word.is_empty());
    let (provision, statement) = (form.provision.clone(), form.statement.clone());
    let why = Reasons { reason: chosen(&form.reason), ground: chosen(&form.ground), provision, statement };
    let what = Decide { act: form.act.clone(), why };
    match moderation::decide(&app, &signed, id, what).await {
        Ok(_) if form.act == ModerationAct::Look.word() => Ok(go(&format!("/moderation/{id}"))),
        Ok(_) => Ok(go("/moderation?done=decided")),
        Err(AppError::NotFound) => Err(visit.stop(AppError::NotFound)),
        Err(error) => {
            let report = moderation::by_id(&app, &signed, id).await.or_page(&visit)?;
            let looked = Looked::of(&app, &signed, report).await.or_page(&visit)?;
            visit.again(error, |chrome, state| case_page(chrome, state, looked, form))
        }
    }
}

//! Reporting, and what came of it.

use outro_datamap::REPORT_NOTE;
use outro_model::{CommentId, VideoId, bounded_text};
use outro_policy::{Action, Relation};
use outro_store::{accounts, videos};
use outro_vault::AccountKeys;

use super::*;
use crate::account::since;
use crate::budget::{Budget, spend, tagged};
use crate::graph::named;
use crate::{comment, standing};

/// The longest note, in characters.
const NOTE: usize = 500;
/// Reports that one account may make in a day.
const DAILY: i64 = 30;

/// What is reported, as people name it.
#[derive(Clone, Debug)]
pub enum Named {
    /// An account, by its handle.
    Account(String),
    /// A video.
    Video(VideoId),
    /// A comment.
    Comment(CommentId),
}

/// A report that is made.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// What is reported.
    pub of: Named,
    /// The word of a [`ReportReason`].
    pub reason: String,
    /// What the person wants to say, at most 500 characters.
    pub note: String,
}

/// One's own report.
#[derive(Clone, Debug)]
pub struct OwnReport {
    /// The id.
    pub id: ReportId,
    /// What kind of thing was reported. Which one is not repeated: one may not be able to see it any more.
    pub kind: ReportedKind,
    /// Why.
    pub reason: ReportReason,
    /// What one wrote along with it.
    pub note: String,
    /// What has come of it.
    pub state: ReportState,
    /// When, RFC 3339.
    pub created_at: String,
}

/// A page of one's own reports, the latest first.
pub struct OwnReports {
    /// The reports.
    pub items: Vec<OwnReport>,
    /// Where the next page begins; none at the end.
    pub next: Option<(Timestamp, ReportId)>,
}

/// Whose it is that is named: the account is found while nothing is held.
enum Target {
    Account(AccountId),
    Video(VideoId),
    Comment(CommentId),
}

async fn target(app: &App, of: Named) -> Result<Target, AppError> {
    match of {
        Named::Account(handle) => Ok(Target::Account(named(app, &handle).await?)),
        Named::Video(id) => Ok(Target::Video(id)),
        Named::Comment(id) => Ok(Target::Comment(id)),
    }
}

/// The thing, where `me` may see it and it is not their own.
async fn seen(tx: &mut Tx, me: AccountId, target: &Target) -> Result<Thing, AppError> {
    let thing = match target {
        Target::Account(id) => {
            let account = accounts::by_id(tx, *id).await?.ok_or(AppError::NotFound)?;
            let facts = standing::facts(tx, Some(me), &account).await?;
            standing::ask(Action::SeeCard, &facts)?;
            if facts.relation == Relation::Owner {
                return Err(standing::oneself());
            }
            Thing::Account(*id)
        }
        Target::Video(id) => {
            let video = videos::by_id(tx, *id).await?.ok_or(AppError::NotFound)?;
            let owner = accounts::by_id(tx, video.owner).await?.ok_or(AppError::NotFound)?;
            standing::ask_of_video(tx, Some(me), Action::SeeVideo, (&owner, &video)).await?;
            Thing::Video(video.owner, *id)
        }
        Target::Comment(id) => {
            let said = comment::find(tx, Some(me), *id).await?.listed.comment;
            Thing::Comment { author: said.author, owner: said.owner, video: said.video, id: *id }
        }
    };
    if thing.subject() == me { Err(standing::oneself()) } else { Ok(thing) }
}

/// Refuses what cannot be reported: it is hidden from the one who asks, or is their own. The video that a
/// comment stands under; none of anything else.
pub async fn reportable(app: &App, signed: &Signed, of: Named) -> Result<Option<VideoId>, AppError> {
    let target = target(app, of).await?;
    Ok(match seen(&mut app.db.read().await?, signed.account, &target).await? {
        Thing::Comment { video, .. } => Some(video),
        Thing::Account(_) | Thing::Video(..) => None,
    })
}

/// Reports what one can see, also while one's own account is away. Doing it again while the report is open
/// changes nothing. At most 30 a day.
pub async fn report(app: &App, signed: &Signed, new: NewReport) -> Result<OwnReport, AppError> {
    let (me, id, now) = (signed.account, ReportId::random(&*app.random), app.clock.now());
    let reason = read_reason(&new.reason)?;
    let note = bounded_text(&new.note, NOTE)
        .map_err(|_| AppError::invalid("note", "note_too_long", format!("Use at most {NOTE} characters.")))?;
    let keys = signed.keys(app).await?;
    let target = target(app, new.of).await?;
    // Looked at before anything is held: of what is hidden it is said as soon as of what never was.
    seen(&mut app.db.read().await?, me, &target).await?;
    let limits = tagged(app, &[Budget { parts: &[b"report", me.as_bytes()], limit: DAILY }]).await?;
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, me).await? {
        return Err(AppError::SignInNeeded);
    }
    let thing = seen(&mut tx, me, &target).await?;
    if let Some(earlier) = moderation::open_of(&mut tx, me, &thing).await? {
        return own(&keys, &earlier);
    }
    if app.settings.rate_limits {
        spend(app, &mut tx, &limits).await?;
    }
    let note = keys.seal_text(REPORT_NOTE, id.as_bytes(), &note);
    let state = ReportState::Open;
    let made = moderation::Report { reporter: me, id, thing, reason, note, state, created_at: now, closed_at: None };
    // Nobody else's row is held: what went just now is refused by the foreign keys.
    let made = if moderation::put(&mut tx, &made).await.map_err(or_gone)? {
        made
    } else {
        moderation::open_of(&mut tx, me, &thing).await?.ok_or(AppError::NotFound)?
    };
    tx.commit().await?;
    own(&keys, &made)
}

fn own(keys: &AccountKeys, report: &moderation::Report) -> Result<OwnReport, AppError> {
    Ok(OwnReport {
        id: report.id,
        kind: report.thing.kind(),
        reason: report.reason,
        note: keys.open_text(REPORT_NOTE, report.id.as_bytes(), &report.note)?,
        state: report.state,
        created_at: since(report.created_at),
    })
}

/// One's own reports and what came of them, the latest first, at most `limit`.
pub async fn reports(
    app: &App,
    signed: &Signed,
    before: Option<(Timestamp, ReportId)>,
    limit: i64,
) -> Result<OwnReports, AppError> {
    let keys = signed.keys(app).await?;
    let mut tx = app.db.read().await?;
    let me = viewer::still(app, &mut tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    let before = before.unwrap_or((LAST, ReportId::from_bytes([0xff; 16])));
    let rows = moderation::of_reporter(&mut tx, me, before, limit).await?;
    let next = (rows.len() as i64 == limit).then(|| rows.last().map(|row| (row.created_at, row.id))).flatten();
    let items = rows.iter().map(|row| own(&keys, row)).collect::<Result<_, _>>()?;
    Ok(OwnReports { items, next })
}

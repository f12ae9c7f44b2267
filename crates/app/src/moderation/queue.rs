//! The queue: what was reported, each thing once, the oldest first.

use outro_datamap::REPORT_NOTE;

use super::*;
use crate::account::since;

/// Which reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that wait, the oldest first, each thing once.
    Open,
    /// Those that were decided, the latest first.
    Decided,
}

/// A report, as a moderator sees it. Who reported is not told, nor whose thing it is before it is looked at.
#[derive(Clone, Debug)]
pub struct QueueView {
    /// The id.
    pub id: ReportId,
    /// What kind of thing was reported.
    pub kind: ReportedKind,
    /// Why.
    pub reason: ReportReason,
    /// What the reporter wrote along with it.
    pub note: String,
    /// What has come of it.
    pub state: ReportState,
    /// When it was reported, RFC 3339.
    pub created_at: String,
    /// How many open reports there are of the same thing, at most 100.
    pub open: i64,
    /// Whether the account is suspended.
    pub suspended: bool,
    /// Whether the video, or the comment, is hidden by a moderator.
    pub hidden: bool,
    /// Whether the moderator who asks looks at it.
    pub looked: bool,
}

/// A page of the queue.
pub struct QueuePage {
    /// The reports.
    pub items: Vec<QueueView>,
    /// Where the next page begins; none at the end.
    pub next: Option<(Timestamp, ReportId)>,
}

/// A page of the queue, for moderators alone.
pub async fn queue(
    app: &App,
    signed: &Signed,
    which: Which,
    place: (Option<(Timestamp, ReportId)>, i64),
) -> Result<QueuePage, AppError> {
    let mut tx = app.db.read().await?;
    let me = moderator(app, &mut tx, signed).await?;
    let (from, limit) = place;
    let rows = match which {
        Which::Open => {
            let first = (Timestamp(i64::MIN), ReportId::from_bytes([0; 16]));
            moderation::open(&mut tx, me, from.unwrap_or(first), limit).await?
        }
        Which::Decided => {
            let last = (LAST, ReportId::from_bytes([0xff; 16]));
            moderation::decided(&mut tx, me, from.unwrap_or(last), limit).await?
        }
    };
    drop(tx);
    let next = (rows.len() as i64 == limit).then(|| rows.last().map(|row| place_of(row, which))).flatten();
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {
        items.push(view(app, row).await?);
    }
    Ok(QueuePage { items, next })
}

fn place_of(Queued { report, .. }: &Queued, which: Which) -> (Timestamp, ReportId) {
    match which {
        Which::Open => (report.created_at, report.id),
        Which::Decided => (report.closed_at.unwrap_or(report.created_at), report.id),
    }
}

/// One report, for moderators alone. Reports on oneself are not there.
pub async fn by_id(app: &App, signed: &Signed, id: ReportId) -> Result<QueueView, AppError> {
    let mut tx = app.db.read().await?;
    let me = moderator(app, &mut tx, signed).await?;
    let row = moderation::by_id(&mut tx, me, id).await?.ok_or(AppError::NotFound)?;
    drop(tx);
    view(app, &row).await
}

pub(super) async fn view(app: &App, row: &Queued) -> Result<QueueView, AppError> {
    let Queued { report, open, suspended, hidden, looked } = row;
    // A reporter whose key is gone is leaving: what they wrote cannot be read, and goes in a moment.
    let note = match app.vault.account(report.reporter).await? {
        Some(keys) => keys.open_text(REPORT_NOTE, report.id.as_bytes(), &report.note)?,
        None => String::new(),
    };
    Ok(QueueView {
        id: report.id,
        kind: report.thing.kind(),
        reason: report.reason,
        note,
        state: report.state,
        created_at: since(report.created_at),
        open: *open,
        suspended: *suspended,
        hidden: *hidden,
        looked: *looked && report.state == ReportState::Open,
    })
}

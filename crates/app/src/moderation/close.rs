//! Closing what was reported, once it is decided, and telling those who reported it: the first of them with the
//! decision, the rest by a job, in batches. Stopped anywhere, it goes on with those that are left.

use outro_jobs::{Job, Lane, NewJob, Outcome};
use outro_model::JobId;
use outro_store::moderation::Reported;

use super::*;
use crate::notify::Told;

/// The kind of the job that closes the rest.
pub(crate) const JOB: &str = "moderation.close";
/// Reports that one transaction closes of those that nobody looks by.
const BATCH: i64 = 100;

/// What becomes of the open reports of a thing.
pub(super) const fn closes(act: ModerationAct) -> Option<ReportState> {
    match act {
        ModerationAct::Dismiss => Some(ReportState::Dismissed),
        ModerationAct::Hide | ModerationAct::Suspend => Some(ReportState::Acted),
        ModerationAct::Look
        | ModerationAct::Unhide
        | ModerationAct::Unsuspend
        | ModerationAct::Grant
        | ModerationAct::Revoke => None,
    }
}

/// Closes the report by which a thing was decided about, every one by which a moderator looks at it, so that
/// nobody may any more, and the first of the others. Where there are more, a job closes them.
pub(super) async fn close(
    app: &App,
    tx: &mut Tx,
    told: &mut Told,
    act: &Act,
    by: Option<Reported>,
) -> Result<(), AppError> {
    let Some(state) = closes(act.act) else { return Ok(()) };
    let first = moderation::open_until(tx, act.thing.id(), act.created_at, BATCH).await?;
    let rest = first.len() as i64 == BATCH;
    let mut reports = moderation::looked_at(tx, &act.thing).await?;
    reports.extend(by);
    reports.extend(first);
    close_each(app, tx, told, reports, (state, act.created_at)).await?;
    if rest {
        let id = JobId::random(&*app.random);
        let account = Some(act.thing.subject());
        let job = NewJob { id, kind: JOB, lane: Lane::Prompt, account, video: None, run_at: app.clock.now() };
        outro_jobs::enqueue(tx, &job).await?;
    }
    Ok(())
}

async fn close_each(
    app: &App,
    tx: &mut Tx,
    told: &mut Told,
    mut reports: Vec<Reported>,
    (state, at): (ReportState, Timestamp),
) -> Result<(), AppError> {
    // Each once, and in one order whoever closes.
    reports.sort_unstable();
    reports.dedup();
    for (reporter, report) in reports {
        if moderation::close(tx, (reporter, report), state, at).await? {
            told.report_decided(app, tx, reporter, report).await?;
        }
    }
    Ok(())
}

/// Closes what was left open of all that was decided about the account of a job.
pub(crate) async fn run(app: &App, job: &Job) -> Outcome {
    let Some(subject) = job.account else { return Outcome::Done };
    match walk(app, subject).await {
        Ok(()) => Outcome::Done,
        Err(error) => {
            tracing::error!(%error, "closing reports was held up; it goes on");
            Outcome::Again("held_up")
        }
    }
}

async fn walk(app: &App, subject: AccountId) -> Result<(), AppError> {
    for closing in moderation::closings(&mut app.db.read().await?, subject).await? {
        let Some(state) = closes(closing.act) else { continue };
        loop {
            let (mut tx, mut told) = (app.db.write().await?, Told::default());
            let some = moderation::open_until(&mut tx, &closing.thing, closing.at, BATCH).await?;
            let last = (some.len() as i64) < BATCH;
            close_each(app, &mut tx, &mut told, some, (state, closing.at)).await?;
            told.commit(app, tx).await?;
            if last {
                break;
            }
        }
    }
    Ok(())
}

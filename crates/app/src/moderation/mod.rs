//! Reports, what moderators do about them, and what people are told of both.
//!
//! Who is reported never learns by whom, and neither do moderators: they see the reason and the note. What
//! moderators do is noted in the transaction that does it, looking included. Who is no moderator is answered
//! as if none of it existed.

mod close;
mod decide;
mod decisions;
mod operator;
mod queue;
mod report;

use outro_db::Tx;
use outro_model::{
    AccountId, ActId, ModerationAct, ReportId, ReportReason, ReportState, ReportedKind, Timestamp, bounded_text,
};
use outro_store::moderation::{self, Act, Queued, Thing};

use crate::graph::or_gone;
use crate::notify::Told;
use crate::{App, AppError, Signed, viewer};

pub(crate) use close::{JOB as CLOSE_JOB, run as run_close};
pub use decide::{Decide, Looked, Seen, decide};
pub use decisions::{DecidedComment, DecisionPage, DecisionView, decisions};
pub use operator::{set_moderator, suspend, unsuspend};
pub use queue::{QueuePage, QueueView, Which, by_id, queue};
pub use report::{Named, NewReport, OwnReport, OwnReports, report, reportable, reports};

/// The longest statement of reasons, in characters.
const STATEMENT: usize = 1000;

/// Where a list that counts down begins: later than everything.
const LAST: Timestamp = Timestamp(i64::MAX);

/// Refuses, as if nothing were there, whoever is no moderator just now.
async fn moderator(app: &App, tx: &mut Tx, signed: &Signed) -> Result<AccountId, AppError> {
    let me = viewer::still(app, tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    if moderation::is_moderator(tx, me).await? { Ok(me) } else { Err(AppError::NotFound) }
}

/// Whether somebody is a moderator just now. Who is suspended or on hiatus is none.
pub async fn is_moderator(app: &App, signed: &Signed) -> Result<bool, AppError> {
    match moderator(app, &mut app.db.read().await?, signed).await {
        Ok(_) => Ok(true),
        Err(AppError::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

fn read_reason(word: &str) -> Result<ReportReason, AppError> {
    word.parse().map_err(|_| AppError::invalid("reason", "invalid_reason", "Choose one of the reasons."))
}

fn read_statement(text: &str, needed: bool) -> Result<String, AppError> {
    let long = format!("Use at most {STATEMENT} characters.");
    let text = bounded_text(text, STATEMENT).map_err(|_| AppError::invalid("statement", "statement_too_long", long))?;
    if needed && text.is_empty() {
        let detail = "Say what was decided and why: the person reads it.";
        return Err(AppError::invalid("statement", "statement_missing", detail));
    }
    Ok(text)
}

/// Whether an act is told to the person it is about.
const fn is_told(act: ModerationAct) -> bool {
    !matches!(act, ModerationAct::Look | ModerationAct::Dismiss)
}

/// Notes an act, and tells the person whom it is about unless it changes nothing for them.
async fn note(app: &App, tx: &mut Tx, told: &mut Told, act: &Act) -> Result<(), AppError> {
    moderation::note(tx, act).await.map_err(or_gone)?;
    if is_told(act.act) { told.decision(app, tx, act.thing.subject()).await } else { Ok(()) }
}

/// What is noted of an act, the statement sealed under the key of the person whom it is about.
async fn sealed_act(
    app: &App,
    act: ModerationAct,
    thing: Thing,
    reason: ReportReason,
    statement: &str,
) -> Result<Act, AppError> {
    let id = ActId::random(&*app.random);
    // Gone keys mean that the person is gone: there is nobody to decide about.
    let keys = app.vault.account(thing.subject()).await?.ok_or(AppError::NotFound)?;
    let statement =
        if is_told(act) { keys.seal_text(outro_datamap::ACT_STATEMENT, id.as_bytes(), statement) } else { Vec::new() };
    Ok(Act { id, act, thing, reason, statement, created_at: app.clock.now() })
}

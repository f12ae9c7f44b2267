//! Reports, what moderators do about them, and what people are told of both.
//!
//! Who is reported never learns by whom, and neither do moderators: they see the reason and the note. What
//! moderators do is noted in the transaction that does it, looking included. Who is no moderator is answered
//! as if none of it existed.

mod close;
mod decide;
mod decisions;
mod log;
mod operator;
mod queue;
mod report;

use outro_db::Tx;
use outro_model::{
    AccountId, ActId, ActSource, Ground, ModerationAct, ReportId, ReportReason, ReportState, ReportedKind, Timestamp,
    bounded_line, bounded_text,
};
use outro_store::moderation::{self, Act, Queued, Thing};

use crate::graph::or_gone;
use crate::notify::Told;
use crate::{App, AppError, Signed, viewer};

pub(crate) use close::{JOB as CLOSE_JOB, run as run_close};
pub use decide::{Decide, Looked, Seen, decide};
pub use decisions::{DecidedComment, DecisionPage, DecisionView, decisions};
pub use log::{Hand, LogLine, LogPage, log, log_of_ids};
pub use operator::{set_moderator, suspend, unsuspend};
pub use queue::{QueuePage, QueueView, Which, by_id, queue};
pub use report::{Named, NewReport, OwnReport, OwnReports, report, reportable, reports};

/// The longest statement of reasons, in characters.
const STATEMENT: usize = 1000;
/// The longest name of a law or a rule, in characters.
const PROVISION: usize = 200;

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

/// Why something is decided, as it was given.
#[derive(Clone, Debug, Default)]
pub struct Reasons {
    /// The word of a [`ReportReason`]. The report's own where none is given.
    pub reason: Option<String>,
    /// The word of a [`Ground`]: what the decision rests on. Where none is given, the law if the reason is that it
    /// is against the law, else the rules of this site.
    pub ground: Option<String>,
    /// The law or the rule by name, at most 200 characters: needed for what rests on the law and takes something
    /// from the person.
    pub provision: String,
    /// What the person is told: needed to hide and to suspend. At most 1,000 characters.
    pub statement: String,
}

/// Why something is decided (Digital Services Act, Art. 17(3)).
struct Why {
    reason: ReportReason,
    ground: Ground,
    provision: String,
    source: ActSource,
    statement: String,
}

impl Why {
    /// Reads what was given. What takes something from somebody needs a statement, and the law by name where it
    /// rests on it.
    fn read(given: &Reasons, own: Option<ReportReason>, act: ModerationAct) -> Result<Self, AppError> {
        let takes = matches!(act, ModerationAct::Hide | ModerationAct::Suspend);
        let reason = match (given.reason.as_deref(), own) {
            (None, Some(own)) => own,
            (word, _) => read_reason(word.unwrap_or_default())?,
        };
        let ground = match given.ground.as_deref() {
            None if reason == ReportReason::Illegal => Ground::Law,
            None => Ground::Rules,
            Some(word) => {
                let wrong = |_| AppError::invalid("ground", "invalid_ground", "Choose law or rules.");
                word.parse().map_err(wrong)?
            }
        };
        let provision = read_provision(&given.provision, takes && ground == Ground::Law)?;
        let statement = read_statement(&given.statement, takes)?;
        // With a report of its own it follows that.
        let source = if own.is_some() { ActSource::Notice } else { ActSource::OwnInitiative };
        Ok(Self { reason, ground, provision, source, statement })
    }
}

fn read_provision(text: &str, needed: bool) -> Result<String, AppError> {
    let long = format!("Use one line of at most {PROVISION} characters.");
    let text = bounded_line(text, PROVISION).map_err(|_| AppError::invalid("provision", "provision_too_long", long))?;
    if needed && text.is_empty() {
        let detail = "Name the law that it is against: the person reads it.";
        return Err(AppError::invalid("provision", "provision_missing", detail));
    }
    Ok(text)
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
    use ModerationAct::{Hide, Suspend, Unhide, Unsuspend};
    matches!(act, Hide | Unhide | Suspend | Unsuspend)
}

/// Notes an act, and tells the person whom it is about unless it changes nothing for them.
async fn note(app: &App, tx: &mut Tx, told: &mut Told, act: &Act) -> Result<(), AppError> {
    moderation::note(tx, act).await.map_err(or_gone)?;
    if is_told(act.act) { told.decision(app, tx, act.thing.subject()).await } else { Ok(()) }
}

/// What is noted of an act, what is written sealed under the key of the person whom it is about.
async fn sealed_act(app: &App, act: ModerationAct, thing: Thing, why: Why) -> Result<Act, AppError> {
    let id = ActId::random(&*app.random);
    // Gone keys mean that the person is gone: there is nobody to decide about.
    let keys = app.vault.account(thing.subject()).await?.ok_or(AppError::NotFound)?;
    let Why { reason, ground, provision, source, statement } = why;
    let told = is_told(act);
    let sealed = || keys.seal_text(outro_datamap::ACT_STATEMENT, id.as_bytes(), &statement);
    let statement = if told { sealed() } else { Vec::new() };
    let named = told && !provision.is_empty();
    let provision = named.then(|| keys.seal_text(outro_datamap::ACT_PROVISION, id.as_bytes(), &provision));
    Ok(Act { id, act, thing, reason, ground, provision, source, statement, created_at: app.clock.now() })
}

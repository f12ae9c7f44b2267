//! Leaving after a wait, while every channel says so: by password and recovery code where the linked phone is lost, by the
//! password where no message can be sent to it, and by a phone that took another's place.

use outro_db::Tx;
use outro_jobs::{Job, Lane, NewJob, Outcome};
use outro_model::{AccountId, JobId, Timestamp};
use outro_store::pending_leaves::{self, PendingLeave};
use outro_store::{accounts, departures, recovery_codes, replaced_phones};

use super::begin::{Begun, by_password, coins_given_up};
use super::confirm::{Allowed, Confirmed, Leave, now, promise};
use crate::codes::{self, Proof, Proved, Purpose};
use crate::notify::{self, About, Kind, Told};
use crate::{App, AppError, RefusalKind, Signed, phone};

/// The kind of the job by which an account goes once the wait is over.
pub(crate) const LEAVE_JOB: &str = "leave.pending";
/// The kind of the job that tells the linked phone.
pub(crate) const NOTICE_JOB: &str = "leave.notice";

/// That an account goes by itself, unless that is stopped.
#[derive(Clone, Copy, Debug)]
pub struct Pending {
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When the account goes.
    pub leaves_at: Timestamp,
}

/// What one has asked for and may still stop.
pub async fn pending(app: &App, signed: &Signed) -> Result<Option<Pending>, AppError> {
    let found = pending_leaves::get(&mut app.db.read().await?, signed.account).await?;
    Ok(found.map(|PendingLeave { asked_at, leaves_at, .. }| Pending { asked_at, leaves_at }))
}

/// Begins leaving without the linked phone. Where none is linked, or no message can be sent, the password alone is the
/// proof, as ever.
pub async fn begin_without_phone(app: &App, signed: &Signed, forfeit_coins: bool) -> Result<Begun, AppError> {
    coins_given_up(app, signed, forfeit_coins).await?;
    let mut tx = app.db.read().await?;
    let account = accounts::by_id(&mut tx, signed.account).await?.ok_or(AppError::SignInNeeded)?;
    if account.phone.is_none() || !app.courier.works() {
        drop(tx);
        let challenge = codes::without_code(app, signed.account, Purpose::Leave).await?;
        return Ok(by_password(app, &account, &challenge));
    }
    if pending_leaves::get(&mut tx, signed.account).await?.is_some() {
        return Err(under_way());
    }
    if recovery_codes::count(&mut tx, signed.account).await? == 0 {
        let detail =
            "You have no recovery code. Link another phone, or ask whoever runs this site to erase the account.";
        return Err(AppError::refused(RefusalKind::Conflict, "no_recovery_codes", detail));
    }
    drop(tx);
    let challenge = codes::without_code(app, signed.account, Purpose::LostPhone).await?;
    let wait_hours = app.settings.lost_phone_hours;
    Ok(Begun::Recovery { challenge: challenge.id, expires_at: challenge.expires_at, wait_hours })
}

fn under_way() -> AppError {
    let detail = "You leave already, once the wait is over. Stop that first to ask anew.";
    AppError::refused(RefusalKind::Conflict, "leaving_already", detail)
}

/// Leaves without the linked phone once the wait that the operator has set is over; when that is. What the leaver takes
/// along is handed out now. In the same transaction the code is used up, the job of leaving and the one that tells the
/// phone are enqueued, and all sessions are told.
pub async fn leave_without_phone(
    app: &App,
    signed: &Signed,
    (challenge, password, code): (&str, &str, &str),
) -> Result<(Confirmed, Timestamp), AppError> {
    let proof = Proof::Recovery { password, code };
    let proved = codes::check(app, signed.keys(app).await?, Purpose::LostPhone, challenge, proof).await?;
    let leaves_at = app.after_the_wait();
    Ok((leave_later(app, signed.account, proved, leaves_at).await?, leaves_at))
}

/// Leaves at a moment, unless that is stopped before.
pub(super) async fn leave_later(
    app: &App,
    account: AccountId,
    proved: Proved,
    leaves_at: Timestamp,
) -> Result<Confirmed, AppError> {
    // A client that hangs up must not stop this half way: what is handed out is handed out once.
    tokio::spawn(promise_later(app.clone(), account, proved, leaves_at)).await.map_err(AppError::internal)?
}

async fn promise_later(
    app: App,
    account: AccountId,
    proved: Proved,
    leaves_at: Timestamp,
) -> Result<Confirmed, AppError> {
    let (app, asked_at) = (&app, app.clock.now());
    let keys = app.vault.account(account).await?.ok_or(AppError::SignInNeeded)?;
    let promised = promise(app, &keys).await?;
    drop(keys);
    let receipt_id = super::sheet::seal(app, account, &promised.receipt_id);
    let leave = PendingLeave { account, asked_at, leaves_at, receipt_id, commitment: promised.commitment };
    let (mut tx, mut told) = (app.db.write().await?, Told::default());
    // Alone: of two ways of leaving that are asked for at once, the later one has to find the earlier.
    if !accounts::lock_alone(&mut tx, account).await? {
        return Err(AppError::SignInNeeded);
    }
    proved.use_up(app, &mut tx).await?;
    if !pending_leaves::put(&mut tx, &leave).await? {
        return Err(under_way());
    }
    // What was asked for last holds.
    departures::delete(&mut tx, account).await?;
    for (kind, run_at) in [(LEAVE_JOB, leaves_at), (NOTICE_JOB, asked_at)] {
        outro_jobs::enqueue(&mut tx, &of_account(app, kind, account, run_at)).await?;
    }
    told.leaving(app, &mut tx, account).await?;
    told.commit(app, tx).await?;
    app.queue.wake();
    Ok(promised.confirmed(account, false))
}

/// Takes back that somebody leaves by itself, and all that says so; whether they would have.
pub(crate) async fn stop(tx: &mut Tx, account: AccountId) -> Result<bool, AppError> {
    if !pending_leaves::delete(tx, account).await? {
        return Ok(false);
    }
    notify::take_back(tx, Kind::Leaving, account, account, About::default()).await?;
    for kind in [LEAVE_JOB, NOTICE_JOB] {
        outro_jobs::cancel(tx, account, kind).await?;
    }
    Ok(true)
}

/// A job about an account.
pub(crate) fn of_account(app: &App, kind: &'static str, account: AccountId, run_at: Timestamp) -> NewJob {
    let id = JobId::random(&*app.random);
    NewJob { id, kind, lane: Lane::Prompt, account: Some(account), video: None, run_at }
}

/// Leaves, once the wait is over. Who has stopped it stays.
pub(crate) async fn run_leave(app: &App, job: &Job) -> Outcome {
    let Some(account) = job.account else { return Outcome::Done };
    match leave(app, account).await {
        Ok(Some(later)) => Outcome::At(later),
        Ok(None) | Err(AppError::NotFound | AppError::SignInNeeded) => Outcome::Done,
        Err(error) => {
            tracing::error!(%error, "somebody whose wait is over could not leave yet");
            Outcome::Again("leave")
        }
    }
}

/// When to come again, where the wait is not over.
async fn leave(app: &App, account: AccountId) -> Result<Option<Timestamp>, AppError> {
    let found = pending_leaves::get(&mut app.db.read().await?, account).await?;
    let Some(found) = found else { return Ok(None) };
    if app.clock.now() < found.leaves_at {
        return Ok(Some(found.leaves_at));
    }
    let receipt_id = super::sheet::open(app, account, &found.receipt_id)?;
    let leave = Leave { account, receipt_id, commitment: found.commitment };
    now(app, leave, Allowed::Waited).await.map(|_| None)
}

/// Tells the linked phone. It is tried for as long as there is something to stop; that it cannot be sent keeps nobody.
pub(crate) async fn run_notice(app: &App, job: &Job) -> Outcome {
    let Some(account) = job.account else { return Outcome::Done };
    match notice(app, account).await {
        Ok(true) => Outcome::Done,
        Ok(false) => Outcome::At(app.clock.now().plus_seconds(codes::TOLD_LATER_SECONDS)),
        Err(error) => {
            tracing::error!(%error, "a phone could not be told yet that its account is leaving");
            codes::tell_again(app, job, "notice")
        }
    }
}

/// Whether there is nothing more to tell.
async fn notice(app: &App, account: AccountId) -> Result<bool, AppError> {
    let Some(found) = pending_leaves::get(&mut app.db.read().await?, account).await? else { return Ok(true) };
    let numbers = phone::told_numbers(app, account).await?;
    let (host, at) = (&app.settings.host, codes::minute(found.leaves_at));
    let text = format!(
        "Outro: an account on {host} that has or had this number is to be DELETED on {at} UTC. Not you? Sign in on {host} \
         and press Stop in Settings."
    );
    codes::tell_all(app, &numbers, &text).await
}

/// After a restore: whoever has stopped it since the backup must not go by that, nor by a phone that they have linked no
/// more since. Everybody has the whole wait again, and is told anew. It may be done again.
pub(crate) async fn put_off_restored(app: &App) -> Result<(), AppError> {
    let (now, mut after) = (app.clock.now(), AccountId::from_bytes([0; 16]));
    let mut tx = app.db.write().await?;
    let until = app.after_the_wait();
    pending_leaves::put_off(&mut tx, until).await?;
    replaced_phones::put_off(&mut tx, until).await?;
    tx.commit().await?;
    loop {
        let mut tx = app.db.write().await?;
        let page = pending_leaves::page(&mut tx, after, RESTORED_PAGE).await?;
        for &account in &page {
            outro_jobs::enqueue(&mut tx, &of_account(app, NOTICE_JOB, account, now)).await?;
        }
        tx.commit().await?;
        match page.last() {
            Some(&last) => after = last,
            None => break,
        }
    }
    let mut after = AccountId::from_bytes([0; 16]);
    loop {
        let mut tx = app.db.write().await?;
        let page = replaced_phones::page(&mut tx, after, RESTORED_PAGE).await?;
        for &account in &page {
            phone::tell_replaced(app, &mut tx, account).await?;
        }
        tx.commit().await?;
        match page.last() {
            Some(&last) => after = last,
            None => return Ok(()),
        }
    }
}

/// How many one transaction of [`put_off_restored`] tells.
const RESTORED_PAGE: i64 = 500;

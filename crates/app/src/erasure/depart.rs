//! Leaving as soon as a takeout is downloaded: proved once, then nothing more is asked.

use outro_db::Tx;
use outro_jobs::{Job, Outcome};
use outro_model::{AccountId, TakeoutId};
use outro_store::accounts;
use outro_store::departures::{self, Departure};
use outro_store::takeouts::{self, State};

use super::confirm::{Allowed, Confirmed, Leave, now, promise, prove, waits_until};
use super::lost_phone::{self, of_account};
use crate::{App, AppError, RefusalKind, Signed, takeout};

/// The kind of the job by which somebody leaves who has downloaded all.
pub(crate) const DEPART_JOB: &str = "departure";

/// That somebody leaves once a takeout is downloaded.
#[derive(Clone, Copy, Debug)]
pub struct Departing {
    /// The takeout.
    pub takeout: TakeoutId,
    /// Whether it went before it was downloaded: nothing is waited for any more.
    pub lapsed: bool,
}

/// Leaves once the archive that was asked for last is downloaded whole; one is asked for when there is none, `arabic` or
/// not. The proof is the one of leaving, given now; so is what the leaver takes along.
pub async fn leave_when_downloaded(
    app: &App,
    signed: &Signed,
    (challenge, code, password): (&str, Option<&str>, Option<&str>),
    arabic: bool,
) -> Result<Confirmed, AppError> {
    let proved = prove(app, signed, challenge, code, password).await?;
    if waits_until(app, &proved, signed.account).await?.is_some() {
        let detail = "This way you leave after a wait only. You can download your takeout meanwhile.";
        return Err(AppError::refused(RefusalKind::Conflict, "wait_only", detail));
    }
    let keys = signed.keys(app).await?;
    let promised = promise(app, &keys).await?;
    drop(keys);
    let account = signed.account;
    let mut tx = app.db.write().await?;
    // Alone: of two ways of leaving that are asked for at once, the later one has to find the earlier.
    if !accounts::lock_alone(&mut tx, account).await? {
        return Err(AppError::SignInNeeded);
    }
    proved.use_up(app, &mut tx).await?;
    let takeout = waiting_for(&mut tx, app, account, arabic).await?;
    let (asked_at, commitment) = (app.clock.now(), promised.commitment);
    let receipt_id = super::sheet::seal(app, account, &promised.receipt_id);
    let departure = Departure { account, takeout, lapsed: false, asked_at, receipt_id, commitment };
    departures::put(&mut tx, &departure).await?;
    // What was asked for last holds.
    lost_phone::stop(&mut tx, account).await?;
    // What was downloaded before counts from now on only: the last of it is what the person does to leave.
    takeouts::set_taken(&mut tx, account, takeout, "").await?;
    tx.commit().await?;
    app.queue.wake();
    Ok(promised.confirmed(account, false))
}

/// The archive that is waited for: the latest that is being made, or is there, or else a new one.
async fn waiting_for(tx: &mut Tx, app: &App, account: AccountId, arabic: bool) -> Result<TakeoutId, AppError> {
    let now = app.clock.now();
    let found = takeouts::list(tx, account).await?;
    let found = found.into_iter().filter(|one| one.state != State::Failed && one.expires_at > now);
    if let Some(latest) = found.max_by_key(|one| one.created_at) {
        return Ok(latest.id);
    }
    let made = takeout::insert(app, tx, account, arabic).await?;
    made.map(|made| made.id).ok_or_else(|| AppError::internal("an archive is being made whose time is over"))
}

/// What one waits for to leave.
pub async fn departing(app: &App, signed: &Signed) -> Result<Option<Departing>, AppError> {
    let found = departures::get(&mut app.db.read().await?, signed.account).await?;
    Ok(found.map(|found| Departing { takeout: found.takeout, lapsed: found.lapsed }))
}

/// Stays after all, whatever one would have left by. Nothing happens when one would not have.
pub async fn stay(app: &App, signed: &Signed) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, signed.account).await? {
        return Err(AppError::SignInNeeded);
    }
    departures::delete(&mut tx, signed.account).await?;
    lost_phone::stop(&mut tx, signed.account).await?;
    Ok(tx.commit().await?)
}

/// All of an archive has gone out: who waits for that leaves by a job, so that a stop in between changes nothing.
pub(crate) async fn all_is_taken(
    app: &App,
    tx: &mut Tx,
    account: AccountId,
    takeout: TakeoutId,
) -> Result<(), AppError> {
    let found = departures::get(tx, account).await?;
    if found.is_none_or(|one| one.takeout != takeout || one.lapsed) {
        return Ok(());
    }
    Ok(outro_jobs::enqueue(tx, &of_account(app, DEPART_JOB, account, app.clock.now())).await?)
}

/// Leaves, as it was asked for. Who has changed their mind meanwhile stays.
pub(crate) async fn run(app: &App, job: &Job) -> Outcome {
    let Some(account) = job.account else { return Outcome::Done };
    match depart(app, account).await {
        Ok(()) | Err(AppError::NotFound | AppError::SignInNeeded) => Outcome::Done,
        Err(error) => {
            tracing::error!(%error, "somebody who has downloaded all could not leave yet");
            Outcome::Again("depart")
        }
    }
}

async fn depart(app: &App, account: AccountId) -> Result<(), AppError> {
    let found = departures::get(&mut app.db.read().await?, account).await?;
    let Some(found) = found.filter(|one| !one.lapsed) else { return Ok(()) };
    let receipt_id = super::sheet::open(app, account, &found.receipt_id)?;
    let leave = Leave { account, receipt_id, commitment: found.commitment };
    now(app, leave, Allowed::Departing(found.takeout)).await.map(|_| ())
}

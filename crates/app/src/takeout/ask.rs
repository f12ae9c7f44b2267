//! Asking for an archive, and taking it back.

use outro_db::Tx;
use outro_jobs::{Lane, NewJob};
use outro_model::{AccountId, JobId, TakeoutId, Timestamp};
use outro_policy::Action;
use outro_store::takeouts::{self, State, Takeout};
use outro_store::{accounts, departures};

use super::show::{TakeoutView, view};
use super::{JOB, KEPT_SECONDS, object};
use crate::{App, AppError, RefusalKind, Signed, standing};

/// Asks for an archive of everything; `arabic` is the language of its pages. Takes a recent password. One is
/// made at a time, and it takes the place of the one before.
pub async fn begin(app: &App, signed: &Signed, arabic: bool) -> Result<TakeoutView, AppError> {
    signed.recent_password(app)?;
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, signed.account).await? {
        return Err(AppError::SignInNeeded);
    }
    let under_way = || {
        let detail = "An archive is being made already.";
        AppError::refused(RefusalKind::Conflict, "takeout_under_way", detail)
    };
    let takeout = insert(app, &mut tx, signed.account, arabic).await?.ok_or_else(under_way)?;
    tx.commit().await?;
    app.queue.wake();
    Ok(view(&takeout))
}

/// Notes that an archive is to be made, and its job; none when one is being made already. The account is held.
pub(crate) async fn insert(
    app: &App,
    tx: &mut Tx,
    account: AccountId,
    arabic: bool,
) -> Result<Option<Takeout>, AppError> {
    let now = app.clock.now();
    let takeout = Takeout {
        account,
        id: TakeoutId::random(&*app.random),
        state: State::Making,
        progress: 0,
        arabic,
        created_at: now,
        // The time of an archive that is never whole is over too.
        expires_at: now.plus_seconds(KEPT_SECONDS),
        header: None,
        length: 0,
        taken: String::new(),
    };
    may_take_out(tx, account).await?;
    if !takeouts::insert(tx, &takeout).await? {
        return Ok(None);
    }
    enqueue(app, tx, account, now).await?;
    Ok(Some(takeout))
}

async fn enqueue(app: &App, tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<(), AppError> {
    let id = JobId::random(&*app.random);
    let job = NewJob { id, kind: JOB, lane: Lane::Archive, account: Some(account), video: None, run_at: now };
    Ok(outro_jobs::enqueue(tx, &job).await?)
}

/// Asks the policy whether an account may take its things along: its own, as long as it is not leaving.
pub(super) async fn may_take_out(tx: &mut Tx, account: AccountId) -> Result<(), AppError> {
    let row = accounts::by_id(tx, account).await?.ok_or(AppError::SignInNeeded)?;
    standing::ask(Action::TakeOut, &standing::facts(tx, Some(account), &row).await?)
}

/// Takes an archive back: it goes now. What is being made of it ends within a second; leaving that waited for
/// it does not come.
pub async fn remove(app: &App, signed: &Signed, id: TakeoutId) -> Result<(), AppError> {
    takeouts::get(&mut app.db.read().await?, signed.account, id).await?.ok_or(AppError::NotFound)?;
    discard(app, signed.account, id).await
}

/// Removes an archive: the row, by which it is found and read, after the file.
pub(super) async fn discard(app: &App, account: AccountId, id: TakeoutId) -> Result<(), AppError> {
    app.blobs.delete(account, object(id)).await?;
    let mut tx = app.db.write().await?;
    departures::lapse(&mut tx, account, id).await?;
    takeouts::delete(&mut tx, account, id).await?;
    tx.commit().await?;
    // Whoever had just made it whole has found no row, or its file is here now.
    Ok(app.blobs.delete(account, object(id)).await?)
}

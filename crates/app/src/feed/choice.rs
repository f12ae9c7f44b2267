//! What a person chooses for their feed: whether it is personalised, and beginning anew.

use outro_db::Tx;
use outro_jobs::{Job, Lane, NewJob, Outcome};
use outro_model::{AccountId, JobId, Timestamp, VideoId};
use outro_store::{accounts, watches};

use crate::{App, AppError, Signed};

/// The kind of the job that forgets.
pub(crate) const JOB: &str = "feed.forget";

/// What a person has chosen for their feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedChoice {
    /// Whether the ranking uses what they watch, like and follow.
    pub personalised: bool,
}

/// What is chosen.
pub async fn choice(app: &App, signed: &Signed) -> Result<FeedChoice, AppError> {
    let found = watches::choice(&mut app.db.read().await?, signed.account).await?;
    let found = found.ok_or(AppError::SignInNeeded)?;
    Ok(FeedChoice { personalised: found.personalised })
}

/// Switches personalisation on or off; it holds from the next page on. Switched off, how long videos were
/// watched is forgotten: that they were seen stays, so that they do not come again soon.
pub async fn set_personalised(app: &App, signed: &Signed, personalised: bool) -> Result<FeedChoice, AppError> {
    let mut tx = app.db.write().await?;
    if !watches::set_personalised(&mut tx, signed.account, personalised).await? {
        return Err(AppError::SignInNeeded);
    }
    if !personalised {
        enqueue(app, &mut tx, signed.account).await?;
    }
    tx.commit().await?;
    app.queue.wake();
    Ok(FeedChoice { personalised })
}

/// Begins anew: what was watched until now is forgotten, and likes from before count for nothing in the
/// ranking. It holds from the next page on, however much there is; the rows go by a job.
pub async fn reset(app: &App, signed: &Signed) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, signed.account).await? {
        return Err(AppError::SignInNeeded);
    }
    watches::reset(&mut tx, signed.account, app.clock.now()).await?;
    enqueue(app, &mut tx, signed.account).await?;
    tx.commit().await?;
    app.queue.wake();
    Ok(())
}

async fn enqueue(app: &App, tx: &mut Tx, account: AccountId) -> Result<(), AppError> {
    let id = JobId::random(&*app.random);
    let (account, run_at) = (Some(account), app.clock.now());
    Ok(outro_jobs::enqueue(tx, &NewJob { id, kind: JOB, lane: Lane::Prompt, account, video: None, run_at }).await?)
}

/// Does what was chosen to the rows that are there. Every step may be done again.
pub(crate) async fn run(app: &App, job: &Job) -> Outcome {
    let Some(account) = job.account else { return Outcome::Done };
    match forget(app, account).await {
        Ok(()) => Outcome::Done,
        Err(error) => {
            tracing::warn!(%error, "what was seen could not be forgotten yet; it goes on");
            Outcome::Again("held_up")
        }
    }
}

async fn forget(app: &App, account: AccountId) -> Result<(), AppError> {
    let Some(choice) = watches::choice(&mut app.db.read().await?, account).await? else { return Ok(()) };
    loop {
        let mut tx = app.db.write().await?;
        let gone = watches::forget(&mut tx, account, choice.reset_at).await?;
        tx.commit().await?;
        if (gone as i64) < watches::BATCH {
            break;
        }
    }
    let mut after = Some((Timestamp(i64::MIN), VideoId::from_bytes([0; 16])));
    while let Some(from) = after.filter(|_| !choice.personalised) {
        let mut tx = app.db.write().await?;
        after = watches::blank(&mut tx, account, from).await?;
        tx.commit().await?;
    }
    Ok(())
}

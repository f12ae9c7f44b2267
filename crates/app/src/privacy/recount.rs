//! The counts of others, after somebody went away or came back: a job that brings each follow and like
//! into line with how the account stands when it looks, in batches. It may be stopped and done again.

use outro_db::Tx;
use outro_jobs::{Job, Lane, NewJob, Outcome};
use outro_model::{AccountId, JobId, Timestamp};
use outro_store::accounts;
use outro_store::recount::{Part, Place, batch};

use crate::{App, AppError};

/// The kind of the job that moves counts.
pub(crate) const JOB: &str = "privacy.recount";

/// When it is looked again, in seconds. A follow or a like that began just before the switch was thrown
/// may be written after the first look; no transaction lasts this long.
const LATER_SECONDS: i64 = 60;

/// Enqueues both looks, in the transaction of the change, which holds the account. Of each one waits at most,
/// however often the switch is thrown.
pub(crate) async fn enqueue(app: &App, tx: &mut Tx, account: AccountId) -> Result<(), AppError> {
    let now = app.clock.now();
    let later = now.plus_seconds(LATER_SECONDS);
    if !outro_jobs::is_due(tx, account, JOB, now).await? {
        add(app, tx, account, now).await?;
    }
    if !outro_jobs::put_off(tx, account, JOB, now, later).await? {
        add(app, tx, account, later).await?;
    }
    Ok(())
}

async fn add(app: &App, tx: &mut Tx, account: AccountId, run_at: Timestamp) -> Result<(), AppError> {
    let id = JobId::random(&*app.random);
    let job = NewJob { id, kind: JOB, lane: Lane::Prompt, account: Some(account), video: None, run_at };
    Ok(outro_jobs::enqueue(tx, &job).await?)
}

/// Does the counting of a job.
pub(crate) async fn run(app: &App, job: &Job) -> Outcome {
    let Some(account) = job.account else { return Outcome::Done };
    match walk(app, account).await {
        Ok(()) => Outcome::Done,
        Err(error) => {
            tracing::warn!(%error, "counting was held up; it goes on");
            Outcome::Again("held_up")
        }
    }
}

async fn walk(app: &App, account: AccountId) -> Result<(), AppError> {
    for &part in Part::ALL {
        let mut place = Some(Place::START);
        while let Some(after) = place {
            let mut tx = app.db.write().await?;
            // Held for one batch, so that what it goes by is so until it is written. Who leaves is erased,
            // and that puts the counts right.
            if !accounts::lock_live(&mut tx, account).await? {
                return Ok(());
            }
            place = batch(&mut tx, account, part, after).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

//! Workers: lease, run, settle.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::time::Duration;

use outro_db::DbError;
use tokio::sync::watch;

use crate::queue::{LEASE_SECONDS, Lease, Queue};
use crate::{Job, Lane};

/// How a run of a job ended. It says so itself, always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is done: the job goes.
    Done,
    /// Something outside was in the way: run again, later each time. The word is for the log.
    Again(&'static str),
    /// Run again at this moment, or later.
    At(outro_model::Timestamp),
}

/// Runs jobs. What it does must bear being done twice, and being stopped at any point.
pub trait Runner: Send + Sync + 'static {
    /// Runs one job.
    fn run(&self, job: &Job) -> impl Future<Output = Outcome> + Send;
}

/// How often an idle worker looks; a wake comes at once.
const IDLE: Duration = Duration::from_millis(1000);

/// Returns when `stop` turns true; never, when nobody is left to turn it.
async fn told_to(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending().await
    }
}

/// Runs a job. A panic ends this run alone, as an error does, and not the worker. On the heap: some runs are large.
async fn guarded<R: Runner>(runner: &R, job: &Job) -> Outcome {
    let mut run = Box::pin(runner.run(job));
    poll_fn(|context| {
        // What was left half done stands in the database, and bears being done again.
        let polled = catch_unwind(AssertUnwindSafe(|| run.as_mut().poll(context)));
        polled.unwrap_or(Poll::Ready(Outcome::Again("panicked")))
    })
    .await
}

impl Queue {
    /// Works on a lane until `stop` turns true. A job that runs then is cut off and handed back: whoever
    /// comes next does it from the beginning, and the stop does not count against it.
    pub async fn work<R: Runner>(&self, lane: Lane, runner: &R, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let woken = self.wakes.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            match self.work_until(lane, runner, stop.clone()).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::error!(lane = lane.word(), %error, "the queue cannot be read"),
            }
            tokio::select! {
                () = woken => {}
                () = tokio::time::sleep(IDLE) => {}
                () = told_to(&mut stop) => {}
            }
        }
    }

    /// Runs one due job; `false` when none is due.
    pub async fn work_once<R: Runner>(&self, lane: Lane, runner: &R) -> Result<bool, DbError> {
        // Without a sender nothing ever stops it.
        let (_never, stop) = watch::channel(false);
        self.work_until(lane, runner, stop).await
    }

    async fn work_until<R: Runner>(
        &self,
        lane: Lane,
        runner: &R,
        mut stop: watch::Receiver<bool>,
    ) -> Result<bool, DbError> {
        let Some((job, lease)) = self.lease(lane).await? else { return Ok(false) };
        let outcome = tokio::select! {
            // A run that has ended is settled, also when the stop comes at the same moment.
            biased;
            outcome = guarded(runner, &job) => outcome,
            () = self.hold(&lease) => {
                tracing::warn!(kind = job.kind, "the lease was lost: another worker has the job");
                return Ok(true);
            }
            () = told_to(&mut stop) => {
                self.hand_back(&lease).await?;
                return Ok(true);
            }
        };
        match outcome {
            Outcome::Done => self.done(&lease).await?,
            Outcome::Again(word) => {
                tracing::warn!(kind = job.kind, errors = job.errors + 1, reason = word, "the job runs again");
                let wait = (2i64 << job.errors.clamp(0, 8)).min(300);
                self.again(&lease, self.clock.now().plus_seconds(wait), word).await?;
            }
            Outcome::At(moment) => self.later(&lease, moment).await?,
        }
        Ok(true)
    }

    /// Extends a lease for as long as this is awaited; returns when it is lost.
    async fn hold(&self, lease: &Lease) {
        loop {
            tokio::time::sleep(Duration::from_secs(LEASE_SECONDS as u64 / 3)).await;
            match self.extend(lease).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::warn!(%error, "the lease could not be extended; it is tried again"),
            }
        }
    }
}

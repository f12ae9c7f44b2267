//! The job that brings a new video into the timelines of its owner's followers.
//!
//! Every video is spread once, when it is published, whoever may watch it: the scope hides it until its
//! owner lets it be seen, and then it is there. So a change of audience costs nothing, however often.

use outro_db::Tx;
use outro_jobs::{Job, Lane, NewJob, Outcome};
use outro_model::{AccountId, JobId, VideoId, VideoState};
use outro_store::{timeline, videos};

use crate::{App, AppError};

/// The kind of the job that spreads.
pub(crate) const JOB: &str = "feed.fan_out";
/// Batches of one run; then others have their turn, so that no erasure waits for a star's followers.
const BATCHES: usize = 20;

/// Sees to it that a video which is published now comes to its followers, in the same transaction.
pub async fn announce(app: &App, tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<(), AppError> {
    let id = JobId::random(&*app.random);
    let (account, video, run_at) = (Some(owner), Some(video), app.clock.now());
    Ok(outro_jobs::enqueue(tx, &NewJob { id, kind: JOB, lane: Lane::Prompt, account, video, run_at }).await?)
}

/// Spreads the video of a job. Every step may be done again.
pub(crate) async fn run(app: &App, job: &Job) -> Outcome {
    let (Some(owner), Some(video)) = (job.account, job.video) else { return Outcome::Done };
    match spread(app, owner, video).await {
        Ok(true) => Outcome::Done,
        Ok(false) => Outcome::At(app.clock.now()),
        Err(error) => {
            tracing::warn!(%error, "a video was held up on its way to the followers; it goes on");
            Outcome::Again("held_up")
        }
    }
}

/// Whether it has reached everybody, or nobody is to be reached any more.
async fn spread(app: &App, owner: AccountId, video: VideoId) -> Result<bool, AppError> {
    let mut tx = app.db.write().await?;
    let row = videos::by_id(&mut tx, video).await?;
    if row.is_none_or(|row| row.facts.state != VideoState::Ready) {
        return Ok(true);
    }
    let Some(mut reached) = timeline::begin(&mut tx, owner, video).await? else { return Ok(true) };
    tx.commit().await?;
    for _ in 0..BATCHES {
        let mut tx = app.db.write().await?;
        let (followers, last) = timeline::spread(&mut tx, owner, video, reached).await?;
        for follower in followers.iter().filter(|follower| is_due(**follower, video)) {
            timeline::prune(&mut tx, *follower).await?;
        }
        let done = (followers.len() as i64) < timeline::BATCH;
        if done {
            timeline::end(&mut tx, owner, video).await?;
        }
        tx.commit().await?;
        if done {
            return Ok(true);
        }
        reached = last;
    }
    Ok(false)
}

/// One in 256 is pruned with each video: a timeline then never grows far beyond its bound, and nobody pays
/// for it with each entry.
fn is_due(follower: AccountId, video: VideoId) -> bool {
    follower.as_bytes()[0] == video.as_bytes()[0]
}

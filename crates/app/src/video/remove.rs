//! Taking a video away: hidden at once, its files and rows by a job that follows the data map.

use outro_jobs::{Job, Lane, NewJob, Outcome};
use outro_model::{AccountId, JobId, VideoId};
use outro_policy::Action;
use outro_store::{accounts, blobs, videos};

use super::view::find;
use crate::{App, AppError, Signed, sound};

/// The kind of the job that removes.
pub(crate) const JOB: &str = "video.remove";

/// Takes one's own video away. When this returns, nobody sees or plays it any more.
pub async fn remove(app: &App, signed: &Signed, id: VideoId) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, signed.account).await? {
        return Err(AppError::SignInNeeded);
    }
    find(&mut tx, Some(signed.account), Action::RemoveVideo, id).await?;
    videos::set_removing(&mut tx, signed.account, id).await?;
    let job = NewJob {
        id: JobId::random(&*app.random),
        kind: JOB,
        lane: Lane::Prompt,
        account: Some(signed.account),
        video: Some(id),
        run_at: app.clock.now(),
    };
    outro_jobs::enqueue(&mut tx, &job).await?;
    tx.commit().await?;
    app.finder.video_changed(signed.account, id);
    app.queue.wake();
    Ok(())
}

/// Removes what belongs to the video of a job. Every step may be done again.
pub(crate) async fn run(app: &App, job: &Job) -> Outcome {
    let (Some(owner), Some(video)) = (job.account, job.video) else { return Outcome::Done };
    match walk(app, owner, video).await {
        Ok(true) => Outcome::Done,
        Ok(false) => Outcome::Again("residue"),
        Err(error) => {
            tracing::error!(%error, "a removal was held up; it goes on");
            Outcome::Again("held_up")
        }
    }
}

async fn walk(app: &App, owner: AccountId, video: VideoId) -> Result<bool, AppError> {
    sound::let_go(app, owner, video).await?;
    let found = blobs::all_of_video(&mut app.db.read().await?, owner, video).await?;
    for id in found {
        app.blobs.delete(owner, id).await?;
    }
    loop {
        let mut tx = app.db.write().await?;
        let done = app.plan.delete_video_batch(&mut tx, owner, video).await?;
        tx.commit().await?;
        if done {
            break;
        }
    }
    Ok(app.plan.video_residue(&mut app.db.read().await?, owner, video).await?.is_empty())
}

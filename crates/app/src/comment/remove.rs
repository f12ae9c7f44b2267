//! Taking a comment away: out of every list at once, with its text; its rows, likes and replies by a job.

use outro_jobs::{Job, Lane, NewJob, Outcome};
use outro_model::{AccountId, CommentId, JobId, VideoId, VideoState};
use outro_policy::{Action, Facts};
use outro_store::{accounts, comments, notifications, videos};

use super::find::find;
use crate::{App, AppError, Signed, standing};

/// The kind of the job that removes.
pub(crate) const JOB: &str = "comment.remove";
/// Rows that one transaction removes at most.
const BATCH: i64 = 500;

/// Takes away a comment: one's own, or one under one's own video. Its replies go with it. One's own goes
/// also where one may not look any more.
pub async fn remove(app: &App, signed: &Signed, id: CommentId) -> Result<(), AppError> {
    let me = signed.account;
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, me).await? {
        return Err(AppError::SignInNeeded);
    }
    let Some(comment) = comments::by_id(&mut tx, id).await? else {
        // As many reads as for one that is hidden.
        videos::by_id(&mut tx, VideoId::from_bytes(*id.as_bytes())).await?;
        find(&mut tx, Some(me), id).await?;
        return Err(AppError::NotFound);
    };
    // It goes with its video, of which there is nothing any more.
    let under = videos::by_id(&mut tx, comment.video).await?;
    under.filter(|video| video.facts.state != VideoState::Removing).ok_or(AppError::NotFound)?;
    if comment.author != me {
        let video = find(&mut tx, Some(me), id).await?.video;
        let owner = accounts::by_id(&mut tx, video.owner).await?.ok_or(AppError::NotFound)?;
        let facts = Facts { video: Some(video.facts), ..standing::facts(&mut tx, Some(me), &owner).await? };
        standing::ask(Action::ChangeVideo, &facts)?;
    }
    if !comments::set_removing(&mut tx, &comment).await? {
        return Err(AppError::NotFound);
    }
    let job = NewJob {
        id: JobId::random(&*app.random),
        kind: JOB,
        lane: Lane::Prompt,
        account: Some(comment.owner),
        video: Some(comment.video),
        run_at: app.clock.now(),
    };
    outro_jobs::enqueue(&mut tx, &job).await.map_err(super::find::late)?;
    tx.commit().await?;
    app.queue.wake();
    Ok(())
}

/// Removes what was taken away under the video of a job. Every step may be done again.
pub(crate) async fn run(app: &App, job: &Job) -> Outcome {
    let (Some(owner), Some(video)) = (job.account, job.video) else { return Outcome::Done };
    match walk(app, (owner, video)).await {
        Ok(()) => Outcome::Done,
        Err(error) => {
            tracing::error!(%error, "a comment is not gone yet; it goes on");
            Outcome::Again("held_up")
        }
    }
}

async fn walk(app: &App, place: (AccountId, VideoId)) -> Result<(), AppError> {
    loop {
        let mut tx = app.db.read().await?;
        if videos::by_id(&mut tx, place.1).await?.is_none() {
            return Ok(());
        }
        let Some(top) = comments::removing(&mut tx, place.0, place.1).await? else { return Ok(()) };
        drop(tx);
        loop {
            let replies = comments::reply_ids(&mut app.db.read().await?, place, top, BATCH).await?;
            if replies.is_empty() {
                break;
            }
            for reply in replies {
                remove_one(app, place, reply).await?;
            }
        }
        remove_one(app, place, top).await?;
    }
}

/// Removes one comment that has no replies: its likes in batches, then itself.
async fn remove_one(app: &App, place: (AccountId, VideoId), id: CommentId) -> Result<(), AppError> {
    loop {
        let mut tx = app.db.write().await?;
        let gone = comments::drop_likes(&mut tx, place, id, BATCH).await?;
        if (gone as i64) < BATCH {
            notifications::drop_of_comment(&mut tx, place, id).await?;
            comments::drop_row(&mut tx, place, id).await?;
            return Ok(tx.commit().await?);
        }
        tx.commit().await?;
    }
}

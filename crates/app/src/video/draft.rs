//! Drafts: videos that their owner alone sees until they are published, by hand or at a time that was set.

use outro_db::Tx;
use outro_jobs::{Job, Lane, NewJob, Outcome};
use outro_model::{AccountId, Editing, JobId, Timestamp, VideoId, VideoState};
use outro_store::accounts;
use outro_store::videos::{self, Draft, Video};

use super::encode::{announce, named_in_caption};
use super::list::VideoPage;
use super::list::own_views;
use crate::account::Found;
use crate::notify::Told;
use crate::{App, AppError, RefusalKind, Signed, standing, viewer};

/// The kind of the job that publishes at a set time.
pub(crate) const JOB: &str = "video.publish";
/// How long it is until it is looked again whether somebody is back, in seconds.
const AWAY: i64 = 1800;
/// How far ahead a time may be set, in seconds: a year.
const AHEAD: i64 = 366 * 86_400;

/// What is changed of a draft; what is `None` stays.
#[derive(Clone, Copy, Default)]
pub(super) struct DraftChange {
    /// When it is published by itself; 0 when it is not.
    pub(super) publish_at: Option<Timestamp>,
    /// How it becomes upright.
    pub(super) reframe: Option<outro_model::Reframe>,
    /// Whether it is made anew in any case.
    pub(super) anew: bool,
    /// Whether it is published now.
    pub(super) publish: bool,
}

fn not_a_draft() -> AppError {
    let detail = "This video is published: that cannot be changed any more.";
    AppError::refused(RefusalKind::Conflict, "not_a_draft", detail)
}

fn failed() -> AppError {
    let detail = "This video could not be made ready, so it cannot be published. Discard it, and upload it again.";
    AppError::refused(RefusalKind::Conflict, "video_failed", detail)
}

fn edit_failed() -> AppError {
    let detail = "The last edit of this video could not be made. Change it, or leave it, before you publish.";
    AppError::refused(RefusalKind::Conflict, "edit_failed", detail)
}

/// Reads a time that a draft is to be published at.
pub(super) fn read_publish_at(app: &App, text: &str) -> Result<Timestamp, AppError> {
    let wrong = |detail| AppError::invalid("publish_at", "invalid_publish_at", detail);
    let at = Timestamp::parse(text).ok_or_else(|| wrong("Give a time, such as 2030-05-17T18:00:00Z."))?;
    let now = app.clock.now();
    if at <= now || at > now.plus_seconds(AHEAD) {
        return Err(wrong("Choose a time from now on, within a year."));
    }
    Ok(at)
}

/// Changes a draft, in the caller's transaction; whether it was published.
pub(super) async fn change(
    app: &App,
    tx: &mut Tx,
    told: &mut Told,
    row: &Video,
    (change, named): (DraftChange, &[AccountId]),
) -> Result<bool, AppError> {
    let (owner, id) = (row.owner, row.id);
    let Some(draft) = row.draft else {
        let is_late = change.publish_at.is_some_and(|at| at.0 > 0)
            || change.anew
            || change.reframe.is_some_and(|to| to != row.reframe);
        return if is_late { Err(not_a_draft()) } else { Ok(false) };
    };
    let is_timed = change.publish_at.is_some_and(|at| at.0 > 0);
    let reframe = change.reframe.filter(|to| change.anew || *to != row.reframe);
    // One that was made before can be made in another way, whatever came of the last one.
    let is_lost = reframe.is_some() && row.duration_ms == 0;
    if row.facts.state == VideoState::Failed && (change.publish || is_timed || is_lost) {
        return Err(failed());
    }
    if row.editing == Editing::Failed && (change.publish || is_timed) {
        return Err(edit_failed());
    }
    if change.publish || reframe.is_some() {
        standing::hold_present(tx, owner).await?;
    }
    if let Some(publish_at) = change.publish_at.filter(|at| *at != draft.publish_at) {
        videos::set_publish_at(tx, owner, id, publish_at).await?;
        outro_jobs::cancel_of_video(tx, owner, id, JOB).await?;
        if publish_at.0 > 0 {
            set_out(app, tx, (owner, id), publish_at).await?;
        }
    }
    if let Some(reframe) = reframe
        && videos::make_anew(tx, owner, id, reframe).await?
    {
        // Whoever makes it just now sees by themselves that it is to be another. What waits to be made in the way of
        // before may have failed at that: it begins anew.
        let waited = outro_jobs::cancel_of_video(tx, owner, id, super::encode::JOB).await?;
        if waited || !row.is_being_made() {
            super::upload::enqueue(app, tx, owner, id).await?;
        }
    }
    if change.publish { publish(app, tx, told, (owner, id), named).await } else { Ok(false) }
}

/// Has a draft published at a time.
async fn set_out(app: &App, tx: &mut Tx, (owner, id): (AccountId, VideoId), run_at: Timestamp) -> Result<(), AppError> {
    let (job, account, video) = (JobId::random(&*app.random), Some(owner), Some(id));
    Ok(outro_jobs::enqueue(tx, &NewJob { id: job, kind: JOB, lane: Lane::Prompt, account, video, run_at }).await?)
}

/// Publishes a draft, in the caller's transaction; `false` when it is none any more. One that is not ready is told of once
/// it is, and so is one whose edit is being made: what was made before is nobody's to see.
async fn publish(
    app: &App,
    tx: &mut Tx,
    told: &mut Told,
    (owner, id): (AccountId, VideoId),
    named: &[AccountId],
) -> Result<bool, AppError> {
    videos::await_edit(tx, owner, id).await?;
    if !videos::publish(tx, owner, id, app.clock.now()).await? {
        return Ok(false);
    }
    if videos::by_id(tx, id).await?.is_some_and(|row| row.facts.state == VideoState::Ready) {
        announce(app, tx, told, (owner, id), named).await?;
    }
    Ok(true)
}

/// Publishes the draft of a job, if its time has come. One that was set to another time has another job; one that could
/// not be made stays a draft.
pub(crate) async fn run(app: &App, job: &Job) -> Outcome {
    let (Some(owner), Some(id)) = (job.account, job.video) else { return Outcome::Done };
    match at_its_time(app, owner, id).await {
        Ok(true) => Outcome::Done,
        Ok(false) => Outcome::At(app.clock.now().plus_seconds(AWAY)),
        Err(error) => {
            tracing::warn!(%error, "a draft was held up on its way out; it goes on");
            Outcome::Again("held_up")
        }
    }
}

/// `false` when the time has come, and its owner is away: nobody would be told of it.
async fn at_its_time(app: &App, owner: AccountId, id: VideoId) -> Result<bool, AppError> {
    let named = match named_in_caption(app, owner, id).await {
        Err(AppError::NotFound) => return Ok(true),
        named => named?,
    };
    let mut told = Told::default();
    let mut tx = app.db.write().await?;
    let is_due = |draft: Draft| draft.publish_at.0 > 0 && draft.publish_at <= app.clock.now();
    let due = accounts::lock_deciding(&mut tx, owner).await?
        && videos::by_id(&mut tx, id).await?.and_then(|row| row.draft).is_some_and(is_due);
    if due && accounts::by_id(&mut tx, owner).await?.is_some_and(|account| account.is_away()) {
        return Ok(false);
    }
    if !due {
        return Ok(true);
    }
    if !publish(app, &mut tx, &mut told, (owner, id), &named).await? {
        // It could not be made: whoever has it made in another way sets another time.
        videos::set_publish_at(&mut tx, owner, id, Timestamp(0)).await?;
    }
    told.commit(app, tx).await?;
    app.finder.video_changed(owner, id);
    app.queue.wake();
    Ok(true)
}

/// One's own drafts, the newest first.
pub async fn drafts(
    app: &App,
    signed: &Signed,
    before: Option<(Timestamp, VideoId)>,
    limit: i64,
) -> Result<VideoPage, AppError> {
    let keys = signed.keys(app).await?;
    let mut tx = app.db.read().await?;
    let me = viewer::still(app, &mut tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    let account = accounts::by_id(&mut tx, me).await?.ok_or(AppError::SignInNeeded)?;
    let found = Found { account, keys };
    let rows = videos::drafts(&mut tx, signed.account, before.unwrap_or(crate::feed::FIRST), limit).await?;
    let next = (rows.len() as i64 == limit).then(|| rows.last().map(|row| (row.created_at, row.id))).flatten();
    Ok(VideoPage { items: own_views(app, &mut tx, &found, rows).await?, next })
}

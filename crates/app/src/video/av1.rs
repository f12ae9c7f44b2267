//! A video that is watched much, made in AV1 too: an extra, for which nobody waits. Only where it plays its own sound.

use std::fs::File;
use std::ops::ControlFlow;
use std::time::Duration;

use outro_db::Tx;
use outro_jobs::{Job, Lane, NewJob, Outcome};
use outro_media::{Outcome as Encoded, Plan, Probe, RunError, Scene, Scratch};
use outro_model::{AccountId, BlobKind, JobId, Reframe, VideoId, VideoState};
use outro_store::accounts;
use outro_store::blobs;
use outro_store::videos::{self, Video};

use super::edit;
use super::encode::{Failed, of_run, reframe, seal};
use super::scene;
use super::source::unseal;
use super::upload::discard;
use crate::runner::when_back;
use crate::{App, AppError};

/// The kind of the job that makes it.
pub(crate) const JOB: &str = "video.av1";
/// How many tries may end in an error, and how many may be begun and never end, before it is left.
const ERRORS: i64 = 3;
const BEGINNINGS: i64 = 6;
/// How often it is asked whether to go on.
const STEP: Duration = Duration::from_millis(500);

/// Has a video made in AV1, in the transaction that counted its `views`-th view, where it is time for that; whether it was.
/// It is asked again at each multiple: what was not made before may be made then.
pub(crate) async fn watched(
    app: &App,
    tx: &mut Tx,
    (owner, video): (AccountId, VideoId),
    views: i64,
) -> Result<bool, AppError> {
    let after = app.settings.av1_after_views;
    if after <= 0 || views % after != 0 || !app.tools.makes_av1() {
        return Ok(false);
    }
    let (id, run_at) = (JobId::random(&*app.random), app.clock.now());
    let job = NewJob { id, kind: JOB, lane: Lane::Idle, account: Some(owner), video: Some(video), run_at };
    outro_jobs::enqueue(tx, &job).await?;
    Ok(true)
}

/// How a run ended that had no error.
enum Ended {
    /// It is made, or not wanted any more.
    Done,
    /// An encode is waiting: it comes again after that.
    Yielded,
}

/// Makes the AV1 rendition of a job's video. Every step may be done again.
pub(crate) async fn run(app: &App, job: &Job) -> Outcome {
    let (Some(owner), Some(video)) = (job.account, job.video) else { return Outcome::Done };
    if job.errors >= ERRORS || job.attempts > BEGINNINGS {
        tracing::warn!("a video is left without AV1: it could not be made");
        return Outcome::Done;
    }
    match make(app, owner, video).await {
        Ok(Ended::Done) | Err(Failed::Gone | Failed::Give(_)) => Outcome::Done,
        Ok(Ended::Yielded) => Outcome::At(app.clock.now()),
        Err(Failed::Again(error)) if error.is_away() => when_back(app),
        Err(Failed::Again(error)) => {
            tracing::warn!(%error, errors = job.errors, "an AV1 encode did not succeed");
            Outcome::Again("av1")
        }
    }
}

/// The video, where AV1 is wanted of it and is not there: it can be watched, and plays its own sound.
async fn wanting(tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<Option<Video>, AppError> {
    let row = videos::by_id(tx, video).await?.filter(|row| row.owner == owner);
    let row = row.filter(|row| row.facts.state == VideoState::Ready && row.sounds.borrowed.is_none());
    let there = blobs::of_video(tx, owner, video, BlobKind::Av1).await?;
    Ok(row.filter(|_| there.is_none()))
}

async fn make(app: &App, owner: AccountId, video: VideoId) -> Result<Ended, Failed> {
    let mut tx = app.db.read().await?;
    let row = wanting(&mut tx, owner, video).await?.ok_or(Failed::Gone)?;
    let original = blobs::of_video(&mut tx, owner, video, BlobKind::Original).await?.ok_or(Failed::Gone)?;
    drop(tx);
    // It would be made of the original as it is.
    if edit::stored(app, owner, video).await?.next().changes_what_plays() {
        return Ok(Ended::Done);
    }
    let input = unseal(app, &original).await?.ok_or(Failed::Gone)?;
    let limits = app.limits();
    let probe = outro_media::probe(&app.tools, &input, &limits).await.map_err(of_run)?;
    let Some(scene) = unless_encodes_wait(app, &row, look(app, &row, &input, &probe)).await? else {
        return Ok(Ended::Yielded);
    };
    std::io::Seek::rewind(&mut &input)?;
    let options = outro_media::Options { max_duration: limits.max_duration, ..app.tools.options() };
    let plan = outro_media::av1_plan(&probe, reframe(row.reframe), &scene?, &options);
    let output = Scratch::new(plan.size_hint(), &app.settings.scratch)?;
    let encode = encode(app, input, output.try_clone()?, &plan);
    let Some(made) = unless_encodes_wait(app, &row, encode).await? else { return Ok(Ended::Yielded) };
    let made = made.map_err(of_run)?;
    let size = (made.width, made.height);
    let blob = seal(app, (owner, video), BlobKind::Av1, output.into_file(), size).await?;
    let mut tx = app.db.write().await?;
    let live = accounts::lock_live(&mut tx, owner).await?;
    let wanted = wanting(&mut tx, owner, video).await?.is_some_and(|now| now.remakes == row.remakes);
    if live && wanted && blobs::finish(&mut tx, &blob).await? {
        tx.commit().await?;
    } else {
        drop(tx);
        discard(app, owner, blob.id).await?;
    }
    Ok(Ended::Done)
}

/// What is known of the picture. As when it was first made, bars are looked for where nothing was kept of them.
async fn look(app: &App, row: &Video, input: &File, probe: &Probe) -> Result<Scene, Failed> {
    if let Some(framing) = scene::stored(app, row.owner, row.id).await? {
        return Ok(framing.scene);
    }
    if row.reframe == Reframe::Follow {
        return Ok(Scene::default());
    }
    let bars = outro_media::bars(&app.tools, input, probe, &app.limits(), |_| ControlFlow::Continue(())).await;
    match bars.map_err(of_run) {
        Ok(bars) => Ok(Scene { bars, path: None }),
        Err(Failed::Gone) => Err(Failed::Gone),
        // As when it was first made: all of it is shown then.
        Err(Failed::Give(_) | Failed::Again(_)) => Ok(Scene::default()),
    }
}

async fn encode(app: &App, input: File, output: File, plan: &Plan) -> Result<Encoded, RunError> {
    let go_on = |_| ControlFlow::Continue(());
    outro_media::transcode_idle(&app.tools, input, output, plan, &app.limits(), go_on).await
}

/// What comes of `work`; none where an encode waits meanwhile: with the work dropped, its tool is ended. It ends too when
/// the video is not there any more, as it was.
async fn unless_encodes_wait<T>(app: &App, row: &Video, work: impl Future<Output = T>) -> Result<Option<T>, Failed> {
    tokio::pin!(work);
    loop {
        tokio::select! {
            ended = &mut work => return Ok(Some(ended)),
            () = tokio::time::sleep(STEP) => {
                let mut tx = app.db.read().await?;
                if outro_jobs::encodes_wait(&mut tx, app.clock.now()).await? {
                    return Ok(None);
                }
                if wanting(&mut tx, row.owner, row.id).await?.is_none_or(|now| now.remakes != row.remakes) {
                    return Err(Failed::Gone);
                }
            }
        }
    }
}

//! The job that makes a video: sealed original → unnamed scratch → ffmpeg → sealed rendition and
//! cover → one last transaction that asks again whether anybody is leaving.

use std::fs::File;
use std::ops::ControlFlow;

use outro_db::Tx;
use outro_jobs::{Job, Outcome};
use outro_media::{Outcome as Encoded, RunError, Scene, Scratch};
use outro_model::{AccountId, BlobKind, Reframe, VideoId, VideoState};
use outro_store::blobs::{self, Blob};
use outro_store::videos::{self, Video};
use outro_store::{accounts, sounds};
use outro_vault::AccountKeys;

use super::making::Making;
use super::source::source;
use super::upload::{discard, enqueue, new_blob};
use crate::sound::Mixed;
use crate::{App, AppError, notify, sound};

/// The kind of the job that encodes.
pub(crate) const JOB: &str = "video.encode";
/// How many encodes of a file may end in an error before it is held to be the file's fault.
const ERRORS: i64 = 4;
/// How often an encode may be begun and never end, because this process died meanwhile: more, and the
/// file may be what kills it. Stops and restarts alone stay far below.
const BEGINNINGS: i64 = 12;
/// The word for a file that we could not make a video of, though nothing is known to be wrong with it.
const TOO_HARD: &str = "too_hard";

/// Makes the video of a job. A video that is not being made any more is left alone.
pub(crate) async fn run(app: &App, job: &Job) -> Outcome {
    let (Some(owner), Some(video)) = (job.account, job.video) else { return Outcome::Done };
    let remakes = match remakes(app, video).await {
        Ok(Some(remakes)) => remakes,
        Ok(None) => return Outcome::Done,
        Err(error) => {
            tracing::error!(%error, "a video that is to be made cannot be read");
            return Outcome::Again("read");
        }
    };
    let too_hard = job.errors >= ERRORS || job.attempts > BEGINNINGS;
    let made = if too_hard { Err(Failed::Give(TOO_HARD.to_owned())) } else { make_as_wanted(app, owner, video).await };
    let word = match made {
        Ok(()) | Err(Failed::Gone) => return Outcome::Done,
        Err(Failed::Give(word)) => word,
        Err(Failed::Again(error)) => {
            tracing::warn!(%error, errors = job.errors, "an encode did not succeed");
            return Outcome::Again("encode");
        }
    };
    match give_up(app, (owner, video), &word, remakes).await {
        Ok(()) => Outcome::Done,
        Err(error) => {
            tracing::error!(%error, "a failed video could not be noted");
            Outcome::Again("give_up")
        }
    }
}

/// How often a video was to be made in another way; none where there is no such video.
async fn remakes(app: &App, video: VideoId) -> Result<Option<i64>, AppError> {
    Ok(videos::by_id(&mut app.db.read().await?, video).await?.map(|row| row.remakes))
}

pub(super) enum Failed {
    /// The video or its owner is gone, or going.
    Gone,
    /// It is the file's fault; the word says which.
    Give(String),
    /// It is ours.
    Again(AppError),
}

impl<E: Into<AppError>> From<E> for Failed {
    fn from(error: E) -> Self {
        match error.into() {
            AppError::NotFound | AppError::SignInNeeded => Self::Gone,
            error => Self::Again(error),
        }
    }
}

pub(super) fn of_run(error: RunError) -> Failed {
    match error {
        RunError::Refused(refusal) => Failed::Give(refusal.code().to_owned()),
        RunError::TooMuch(_) => Failed::Give("too_large".to_owned()),
        RunError::Cancelled => Failed::Gone,
        error => Failed::Again(AppError::internal(error)),
    }
}

/// Makes the video. Where it is to become another by now, it is made anew in a job of its own, whose turn comes after
/// all else of its owner's: else who changes their mind often would keep everybody waiting.
async fn make_as_wanted(app: &App, owner: AccountId, video: VideoId) -> Result<(), Failed> {
    let row = videos::by_id(&mut app.db.read().await?, video).await?.ok_or(Failed::Gone)?;
    let remakes = row.remakes;
    let made = make(app, owner, row).await;
    if matches!(made, Err(Failed::Gone | Failed::Give(_))) {
        let mut tx = app.db.write().await?;
        let live = accounts::lock_live(&mut tx, owner).await?;
        let now = videos::by_id(&mut tx, video).await?;
        let is_another = |now: Video| now.facts.state == VideoState::Processing && now.remakes != remakes;
        if live && now.is_some_and(is_another) {
            enqueue(app, &mut tx, owner, video).await?;
            tx.commit().await?;
            return Ok(());
        }
    }
    made
}

async fn make(app: &App, owner: AccountId, row: Video) -> Result<(), Failed> {
    let video = row.id;
    match (row.facts.state, row.failure) {
        (VideoState::Processing, _) => {}
        // It was given up, and the stop came before its files went.
        (VideoState::Failed, Some(word)) => return Err(Failed::Give(word)),
        _ => return Err(Failed::Gone),
    }
    let making = Making { app, owner, video, remakes: row.remakes };
    // What was made before it was to be made in another way: nobody sees a video that is being made.
    making.clear(&[BlobKind::Rendition, BlobKind::Cover, BlobKind::Mix]).await?;
    let (input, probe) = source(&making).await?;
    let limits = app.limits();
    let options = outro_media::Options { max_duration: limits.max_duration, ..app.tools.options() };
    let scene = making.scene(row.reframe, &input, &probe).await?;
    std::io::Seek::rewind(&mut &input)?;
    let plan = outro_media::plan(&probe, reframe(row.reframe), &scene, &options);
    let output = Scratch::new(plan.size_hint(), &app.settings.scratch)?;
    let encoded = making.encode(input, output.try_clone()?, &plan, row.reframe).await?;
    let cover = Scratch::new(0, &app.settings.scratch)?;
    outro_media::cover(&app.tools, output.try_clone()?, cover.try_clone()?, &limits).await.map_err(of_run)?;
    let picture = output.try_clone()?;
    let size = (encoded.width, encoded.height);
    let rendition = seal(app, (owner, video), BlobKind::Rendition, output.into_file(), size).await?;
    let cover = match seal(app, (owner, video), BlobKind::Cover, cover.into_file(), size).await {
        Ok(cover) => cover,
        Err(failed) => {
            discard(app, owner, rendition.id).await?;
            return Err(failed);
        }
    };
    // What is played when the sound of another is gone is made first, and is there in any case.
    let mixed = match sound::mix(app, owner, video, picture, &encoded).await {
        Ok(mixed) => mixed,
        Err(error) => {
            for blob in [rendition, cover] {
                discard(app, owner, blob.id).await?;
            }
            return Err(error.into());
        }
    };
    publish(&making, &encoded, [rendition, cover], mixed).await
}

fn reframe(reframe: Reframe) -> outro_media::Reframe {
    match reframe {
        Reframe::Fit => outro_media::Reframe::Fit,
        Reframe::Crop => outro_media::Reframe::Crop,
        Reframe::Follow => outro_media::Reframe::Follow,
    }
}

/// Seals a file, whose picture has this size. The row is there before the file.
pub(super) async fn seal(
    app: &App,
    (owner, video): (AccountId, VideoId),
    kind: BlobKind,
    mut source: File,
    (width, height): (u32, u32),
) -> Result<Blob, Failed> {
    let keys: AccountKeys = app.vault.account(owner).await?.ok_or(Failed::Gone)?;
    let blob = new_blob(app, owner, video, kind);
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, owner).await? {
        return Err(Failed::Gone);
    }
    blobs::begin(&mut tx, &blob).await?;
    tx.commit().await?;
    std::io::Seek::rewind(&mut source)?;
    match app.blobs.copy_in(&keys, blob.id, kind, source).await {
        Ok(sealed) => {
            let (width, height) = (i64::from(width), i64::from(height));
            Ok(Blob { header: Some(sealed.header), length: sealed.length as i64, width, height, ..blob })
        }
        Err(error) => {
            discard(app, owner, blob.id).await?;
            Err(error.into())
        }
    }
}

/// The last transaction: neither the video nor its owner is leaving, and it is not made already.
async fn publish(making: &Making<'_>, encoded: &Encoded, made: [Blob; 2], mixed: Mixed) -> Result<(), Failed> {
    let (app, owner) = (making.app, making.owner);
    // Where it stays unsaid whether it was published, nothing may go: what came to nothing is found by its rows.
    let published = commit(making, encoded, &made, &mixed).await?;
    if matches!(published, Published::Not) {
        for blob in &made {
            discard(app, owner, blob.id).await?;
        }
    }
    if let (Mixed::Made(blob), false) = (&mixed, matches!(published, Published::Mixed)) {
        discard(app, owner, blob.id).await?;
    }
    match published {
        Published::Not => Err(Failed::Gone),
        Published::OwnSound | Published::Mixed => Ok(()),
    }
}

/// How a video came out.
enum Published {
    /// Not at all: the video or its owner is gone.
    Not,
    /// With its own sound.
    OwnSound,
    /// With the sound of another.
    Mixed,
}

async fn commit(
    making: &Making<'_>,
    encoded: &Encoded,
    made: &[Blob; 2],
    mixed: &Mixed,
) -> Result<Published, AppError> {
    let &Making { app, owner, video, .. } = making;
    let row = videos::by_id(&mut app.db.read().await?, video).await?;
    // What was published elsewhere long ago is no news here.
    let news = row.is_none_or(|row| row.published_at.0 == 0);
    let named = if news { named_in_caption(app, owner, video).await? } else { vec![] };
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, owner).await? || !making.is_wanted_so(&mut tx).await? {
        return Ok(Published::Not);
    }
    for blob in made {
        if !blobs::finish(&mut tx, blob).await? {
            return Ok(Published::Not);
        }
    }
    let duration = encoded.duration.as_millis() as i64;
    if !videos::set_ready(&mut tx, owner, video, duration, app.clock.now()).await? {
        return Ok(Published::Not);
    }
    let mut told = notify::Told::default();
    let is_mixed = settle_sound(app, &mut tx, &mut told, (owner, video), encoded, mixed).await?;
    // A draft is nobody's to see before it is published.
    let is_draft = videos::by_id(&mut tx, video).await?.is_some_and(|row| row.draft.is_some());
    if news && !is_draft {
        announce(app, &mut tx, &mut told, (owner, video), &named).await?;
    }
    told.commit(app, tx).await?;
    app.finder.video_changed(owner, video);
    app.queue.wake();
    Ok(if is_mixed { Published::Mixed } else { Published::OwnSound })
}

/// Says which sound a video comes out with: whether it is the mix. Its own is one that others can see only where it
/// is the one that is heard.
async fn settle_sound(
    app: &App,
    tx: &mut Tx,
    told: &mut notify::Told,
    (owner, video): (AccountId, VideoId),
    encoded: &Encoded,
    mixed: &Mixed,
) -> Result<bool, AppError> {
    if let Mixed::Made(blob) = mixed
        && sounds::set_mixed(tx, owner, video, encoded.has_sound).await?
        && blobs::finish(tx, blob).await?
    {
        return Ok(true);
    }
    if sounds::drop_use(tx, owner, video).await? {
        sound::plays_its_own(app, tx, told, (owner, video), encoded.has_sound).await?;
    } else if encoded.has_sound {
        sound::offer(app, tx, owner, video).await?;
    }
    Ok(false)
}

/// Tells of a video that can be watched from now on: those who follow, and those whom its caption mentions.
pub(super) async fn announce(
    app: &App,
    tx: &mut Tx,
    told: &mut notify::Told,
    (owner, video): (AccountId, VideoId),
    named: &[AccountId],
) -> Result<(), AppError> {
    crate::feed::announce(app, tx, owner, video).await?;
    notify::call_mentioned(app, tx, told, (owner, video), named).await
}

/// Whom the caption mentions: they are told once there is something to see.
pub(super) async fn named_in_caption(app: &App, owner: AccountId, id: VideoId) -> Result<Vec<AccountId>, AppError> {
    let row = videos::by_id(&mut app.db.read().await?, id).await?;
    let (Some(row), Some(keys)) = (row, app.vault.account(owner).await?) else { return Ok(vec![]) };
    let caption = keys.open_text(outro_datamap::VIDEO_CAPTION, id.as_bytes(), &row.caption)?;
    notify::mentioned(app, &caption).await
}

/// Says to the owner why there is no video. Of a file that is at fault nothing is kept; where the fault
/// may be ours, the original is, so that its owner can still take it along.
async fn give_up(app: &App, (owner, video): (AccountId, VideoId), word: &str, remakes: i64) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    if accounts::lock_live(&mut tx, owner).await?
        && !videos::set_failed(&mut tx, owner, video, word, remakes).await?
        && videos::by_id(&mut tx, video).await?.is_some_and(|row| row.facts.state == VideoState::Processing)
    {
        // It is to be another by now, which was not tried.
        enqueue(app, &mut tx, owner, video).await?;
        return Ok(tx.commit().await?);
    }
    tx.commit().await?;
    let mut tx = app.db.read().await?;
    // A video that was made after all, or that is taken away, is not ours to clear.
    let failed = videos::by_id(&mut tx, video).await?.filter(|row| row.facts.state == VideoState::Failed);
    let Some(failed) = failed else { return Ok(()) };
    let left = blobs::all_of_video(&mut tx, owner, video).await?;
    let original = blobs::of_video(&mut tx, owner, video, BlobKind::Original).await?;
    let parts = blobs::parts(&mut tx, owner, video).await?;
    drop(tx);
    // A file that a video was made of before is not at fault.
    let is_kept = failed.failure.as_deref() == Some(TOO_HARD) || failed.duration_ms > 0;
    let kept: Vec<_> = match (original, is_kept) {
        (_, false) => vec![],
        (Some(original), true) => vec![original.id],
        (None, true) => parts.into_iter().map(|(part, _)| part.id).collect(),
    };
    for id in left.into_iter().filter(|id| !kept.contains(id)) {
        discard(app, owner, id).await?;
    }
    Ok(())
}

/// The arguments that ffmpeg would be given for a file, for comparing by hand.
pub async fn plan_args(
    tools: &outro_media::Tools,
    file: &File,
    reframe_word: Reframe,
) -> Result<Vec<String>, RunError> {
    let limits = outro_media::Limits::default();
    let probe = outro_media::probe(tools, file, &limits).await?;
    let scene = match reframe_word {
        Reframe::Follow => outro_media::watch(tools, file, &probe, &limits, |_| ControlFlow::Continue(())).await?,
        Reframe::Fit | Reframe::Crop => Scene::default(),
    };
    Ok(outro_media::plan(&probe, reframe(reframe_word), &scene, &tools.options()).args)
}

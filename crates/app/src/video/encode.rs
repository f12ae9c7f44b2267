//! The job that makes a video: sealed original → unnamed scratch → ffmpeg → sealed renditions and
//! covers → one last transaction that asks again whether anybody is leaving.

use std::fs::File;
use std::ops::ControlFlow;

use outro_datamap::VIDEO_PLACEHOLDER;
use outro_db::Tx;
use outro_jobs::{Job, Outcome};
use outro_media::{Ladder, NothingLeft, Options, Outcome as Encoded, RunError, Scene, Scratch, Size};
use outro_model::edit::Edit;
use outro_model::{AccountId, BlobId, BlobKind, Editing, Reframe, VideoId, VideoState};
use outro_store::blobs::{self, Blob};
use outro_store::videos::{self, Video};
use outro_store::{accounts, renditions, sounds};
use outro_vault::AccountKeys;

use super::dress::dress;
use super::edit::{self, Edits};
use super::footage::{Source, clips_of};
use super::making::{Making, Rung};
use super::renditions::{MADE, kinds, told};
use super::source::source;
use super::upload::{discard, enqueue, new_blob};
use crate::runner::when_back;
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
    let row = match read(app, video).await {
        Ok(Some(row)) => row,
        Ok(None) => return Outcome::Done,
        Err(error) => {
            tracing::error!(%error, "a video that is to be made cannot be read");
            return Outcome::Again("read");
        }
    };
    let remakes = row.remakes;
    let too_hard = job.errors >= ERRORS || job.attempts > BEGINNINGS;
    let made = if too_hard { Err(Failed::Give(TOO_HARD.to_owned())) } else { make_as_wanted(app, owner, row).await };
    let word = match made {
        Ok(()) | Err(Failed::Gone) => return Outcome::Done,
        Err(Failed::Give(word)) => word,
        // The video is acknowledged: however long its store stays away, that is not held against it.
        Err(Failed::Again(error)) if error.is_away() => {
            return when_back(app);
        }
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

/// A video as it is now; none where there is no such video.
async fn read(app: &App, video: VideoId) -> Result<Option<Video>, AppError> {
    Ok(videos::by_id(&mut app.db.read().await?, video).await?)
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
async fn make_as_wanted(app: &App, owner: AccountId, row: Video) -> Result<(), Failed> {
    let (video, remakes) = (row.id, row.remakes);
    let made = make(app, owner, row).await;
    if matches!(made, Err(Failed::Gone | Failed::Give(_))) {
        let mut tx = app.db.write().await?;
        let live = accounts::lock_live(&mut tx, owner).await?;
        let now = videos::by_id(&mut tx, video).await?;
        let is_another = |now: Video| now.is_being_made() && now.remakes != remakes;
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
    // An edit is made while what was made before is still seen; it takes its place in the last transaction.
    let is_seen = row.facts.state == VideoState::Ready;
    match (row.facts.state, row.failure) {
        (VideoState::Processing, _) => {}
        (VideoState::Ready, _) if row.editing == Editing::Rendering => {}
        // It was given up, and the stop came before its files went.
        (VideoState::Failed, Some(word)) => return Err(Failed::Give(word)),
        _ => return Err(Failed::Gone),
    }
    let making = Making::new(app, (owner, video), row.remakes);
    if !is_seen {
        // What was made before it was to be made in another way: nobody sees a video that is being made.
        making.clear(MADE).await?;
    }
    let edits = edit::stored(app, owner, video).await?;
    let (input, probe) = source(&making).await?;
    let (heard, scene) = tokio::try_join!(making.listen(&input, &probe), making.scene(row.reframe, &input, &probe))?;
    std::io::Seek::rewind(&mut &input)?;
    let original = Source { clip: None, file: input, probe, scene, level: heard.level };
    let clips = clips_of(&making, edits.next()).await?;
    let (ladder, written) = planned(app, (&original, &clips), row.reframe, edits.next())?;
    // What is written over the picture is read before the clips.
    let beside = written.into_iter().chain(clips.into_iter().map(|clip| clip.file)).collect();
    let rungs = making.encode((original.file, beside), &ladder, row.reframe).await?;
    let usual = rungs.iter().find(|rung| rung.size == Size::Usual).ok_or(Failed::Gone)?;
    let dressed = dress(app, usual, rungs.first().unwrap_or(usual), edits.next().cover_ms).await?;
    let size = (usual.made.width, usual.made.height);
    let mut files = vec![(BlobKind::Cover, dressed.cover, size)];
    files.extend(dressed.avif.map(|avif| (BlobKind::Avif, avif, size)));
    files.extend(dressed.preview.map(|(preview, size)| (BlobKind::Preview, preview, size)));
    for rung in &rungs {
        files.push((kinds(rung.size).0, rung.file()?, (rung.made.width, rung.made.height)));
    }
    let blobs = seal_all(app, (owner, video), files).await?;
    // What is played when the sound of another is gone is made first, and is there in any case.
    let mixed = match mix(app, (owner, video), &rungs).await {
        Ok(mixed) => mixed,
        Err(error) => {
            discard_all(app, owner, &blobs).await?;
            return Err(error.into());
        }
    };
    let placeholder = dressed.placeholder.as_deref().map(told);
    let done = Done { encoded: &usual.made, blobs, mixed, placeholder, peaks: heard.peaks, edits: &edits };
    publish(&making, &done).await
}

/// How files are made by an edit, and what is written over the picture; without one the original is made as it is.
fn planned(
    app: &App,
    (original, clips): (&Source, &[Source]),
    as_wanted: Reframe,
    edit: &Edit,
) -> Result<(Ladder, Option<File>), Failed> {
    let Source { probe, scene, level, .. } = original;
    let options = Options { max_duration: app.limits().max_duration, level: *level, ..app.tools.options() };
    if !edit.changes_what_plays() {
        return Ok((outro_media::ladder(probe, reframe(as_wanted), scene, &options), None));
    }
    let footage: Vec<_> = std::iter::once(original).chain(clips).map(|source| source.footage(as_wanted)).collect();
    let made = outro_media::edit_ladder(&footage, edit, &options);
    let (ladder, subtitles) = made.map_err(|NothingLeft| Failed::Give(edit::NOTHING_LEFT.to_owned()))?;
    let Some(text) = subtitles else { return Ok((ladder, None)) };
    let scratch = Scratch::new(text.len() as u64, &app.settings.scratch)?;
    std::io::Write::write_all(&mut scratch.file(), text.as_bytes())?;
    scratch.rewind()?;
    Ok((ladder, Some(scratch.into_file())))
}

/// Every rung with the sound of another, where one was chosen: what is heard does not depend on the size.
async fn mix(app: &App, (owner, video): (AccountId, VideoId), rungs: &[Rung]) -> Result<Mixed, AppError> {
    let picture = |rung: &Rung| Ok((kinds(rung.size).1, rung.file()?, rung.made.clone()));
    sound::mix(app, owner, video, rungs.iter().map(picture).collect::<Result<_, AppError>>()?).await
}

pub(super) fn reframe(reframe: Reframe) -> outro_media::Reframe {
    match reframe {
        Reframe::Fit => outro_media::Reframe::Fit,
        Reframe::Crop => outro_media::Reframe::Crop,
        Reframe::Follow => outro_media::Reframe::Follow,
    }
}

/// Seals files, whose pictures have these sizes. Where one cannot be, nothing of the others is left.
async fn seal_all(
    app: &App,
    place: (AccountId, VideoId),
    files: Vec<(BlobKind, File, (u32, u32))>,
) -> Result<Vec<Blob>, Failed> {
    let mut blobs = Vec::with_capacity(files.len());
    for (kind, file, size) in files {
        match seal(app, place, kind, file, size).await {
            Ok(blob) => blobs.push(blob),
            Err(failed) => {
                discard_all(app, place.0, &blobs).await?;
                return Err(failed);
            }
        }
    }
    Ok(blobs)
}

async fn discard_all(app: &App, owner: AccountId, blobs: &[Blob]) -> Result<(), AppError> {
    for blob in blobs {
        discard(app, owner, blob.id).await?;
    }
    Ok(())
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

/// All that was made of a video; the objects have rows that are not finished.
struct Done<'a> {
    /// The usual rendition.
    encoded: &'a Encoded,
    /// What is there whatever is heard.
    blobs: Vec<Blob>,
    mixed: Mixed,
    placeholder: Option<String>,
    /// The waveform of its own sound.
    peaks: Vec<u8>,
    /// By which edit it was made.
    edits: &'a Edits,
}

/// The last transaction: neither the video nor its owner is leaving, and it is not made already.
async fn publish(making: &Making<'_>, done: &Done<'_>) -> Result<(), Failed> {
    let (app, owner) = (making.app, making.owner);
    // Where it stays unsaid whether it was published, nothing may go: what came to nothing is found by its rows.
    let (published, replaced) = commit(making, done).await?;
    for id in replaced {
        discard(app, owner, id).await?;
    }
    if matches!(published, Published::Not) {
        discard_all(app, owner, &done.blobs).await?;
    }
    if let (Mixed::Made(blobs, _), false) = (&done.mixed, matches!(published, Published::Mixed)) {
        discard_all(app, owner, blobs).await?;
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

/// How it came out, and what of before it took the place of.
async fn commit(making: &Making<'_>, done: &Done<'_>) -> Result<(Published, Vec<BlobId>), AppError> {
    let &Making { app, owner, video, .. } = making;
    let Done { encoded, blobs: made, mixed, placeholder, peaks, edits } = done;
    let made_by = edit::made_by(app, owner, video, edits).await?;
    let Some(keys) = app.vault.account(owner).await? else { return Ok((Published::Not, vec![])) };
    let sealed = placeholder.as_ref().map(|told| keys.seal_text(VIDEO_PLACEHOLDER, video.as_bytes(), told));
    let row = videos::by_id(&mut app.db.read().await?, video).await?;
    // What was published elsewhere long ago is no news here.
    let news = row.is_none_or(|row| row.published_at.0 == 0);
    let named = if news { named_in_caption(app, owner, video).await? } else { vec![] };
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, owner).await? || !making.is_wanted_so(&mut tx).await? {
        return Ok((Published::Not, vec![]));
    }
    let mut replaced = Vec::new();
    for kind in MADE {
        replaced.extend(blobs::retire(&mut tx, owner, video, *kind).await?);
    }
    if !finish_all(&mut tx, made).await? {
        return Ok((Published::Not, vec![]));
    }
    renditions::set_placeholder(&mut tx, owner, video, sealed.as_deref()).await?;
    let duration = encoded.duration.as_millis() as i64;
    if !videos::set_ready(&mut tx, owner, video, duration, app.clock.now()).await? {
        return Ok((Published::Not, vec![]));
    }
    if let Some(sealed) = &made_by {
        videos::set_edited(&mut tx, owner, video, (sealed, edits.next().is_captioned())).await?;
    }
    sound::keep_peaks(&mut tx, &keys, (owner, video), peaks).await?;
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
    Ok((if is_mixed { Published::Mixed } else { Published::OwnSound }, replaced))
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
    if let Mixed::Made(blobs, lasts_ms) = mixed
        && sounds::set_mixed(tx, (owner, video), (encoded.has_sound, *lasts_ms)).await?
        && finish_all(tx, blobs).await?
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

/// Notes that all of these are whole; `false` when a row is gone.
async fn finish_all(tx: &mut Tx, blobs: &[Blob]) -> Result<bool, AppError> {
    for blob in blobs {
        if !blobs::finish(tx, blob).await? {
            return Ok(false);
        }
    }
    Ok(true)
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
        && !videos::set_edit_failed(&mut tx, owner, video, word, remakes).await?
        && videos::by_id(&mut tx, video).await?.is_some_and(|row| row.is_being_made())
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
    let clips = blobs::of_kind(&mut tx, owner, video, BlobKind::Clip).await?;
    drop(tx);
    // A file that a video was made of before is not at fault.
    let is_kept = failed.failure.as_deref() == Some(TOO_HARD) || failed.duration_ms > 0;
    let kept: Vec<_> = match (original, is_kept) {
        (_, false) => vec![],
        (Some(original), true) => vec![original.id],
        (None, true) => parts.into_iter().map(|(part, _)| part.id).collect(),
    };
    // Clips were looked at when they came, and are their owner's to remove.
    for id in left.into_iter().filter(|id| !kept.contains(id) && !clips.contains(id)) {
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
    Ok(outro_media::ladder(&probe, reframe(reframe_word), &scene, &tools.options()).args)
}

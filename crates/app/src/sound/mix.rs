//! Making a video with the sound of another: renditions of its own, sealed so that they take the keys of both.

use std::fs::File;
use std::ops::ControlFlow;
use std::time::Duration;

use outro_media::{Blend, Joins, Level, Limits, Outcome as Encoded, RunError, Scratch, mix_plan};
use outro_model::{AccountId, BlobKind, Mixing, SoundId, VideoId, Way};
use outro_store::blobs::{self, Blob};
use outro_store::sounds::Borrowed;
use outro_store::{accounts, sounds};

use super::find::{Lender, audible};
use crate::video::{discard, new_blob, unseal};
use crate::{App, AppError};

/// How often it is asked whether the sound may still be used.
const STEP: Duration = Duration::from_millis(500);

/// What came of it.
pub(crate) enum Mixed {
    /// The video plays no sound of another.
    NotAsked,
    /// The sound is gone, or closed, or cannot be used: the video plays its own.
    Silent,
    /// The mixes are sealed, and have rows that are not finished; and how long they are in milliseconds, 0 where that is as
    /// long as the video is alone.
    Made(Vec<Blob>, i64),
}

/// A sound that is lent to a video, and how it is played there.
struct Lent {
    id: SoundId,
    way: Way,
    maker: AccountId,
    sound: File,
    blend: Blend,
    level: Level,
}

/// Mixes the sound that a video is to play into each of its renditions: what its object is to hold, its file, what it is.
/// With all of them, or with none: what is heard does not depend on the size. The sound is asked about before, while and
/// after: who leaves while it is being mixed is not in it.
pub(crate) async fn mix(
    app: &App,
    owner: AccountId,
    video: VideoId,
    renditions: Vec<(BlobKind, File, Encoded)>,
) -> Result<Mixed, AppError> {
    let (id, mixing) = match sounds::borrowed(&mut app.db.read().await?, owner, video).await? {
        Borrowed::Nothing => return Ok(Mixed::NotAsked),
        Borrowed::Gone => return Ok(Mixed::Silent),
        Borrowed::Sound(id, mixing) => (id, mixing),
    };
    let Some((lender, rendition)) = source(app, owner, (id, mixing.way)).await? else { return Ok(Mixed::Silent) };
    let Some(sound) = unseal(app, &rendition).await? else { return Ok(Mixed::Silent) };
    let blend = blend(mixing, lender.duration_ms);
    let mut lent = Lent { id, way: mixing.way, maker: lender.sound.owner, sound, blend, level: Level::default() };
    // Every size has the same sound: it is listened to once.
    let Some((_, made, encoded)) = renditions.first() else { return Ok(Mixed::Silent) };
    let (limits, heard) = (limits(app, &lent.blend), (made, &lent.sound));
    let listening =
        outro_media::listen_to_mix(&app.tools, heard, (encoded, &lent.blend), &limits, |_| ControlFlow::Continue(()));
    lent.level = match while_lent(app, (owner, (id, mixing.way)), listening).await? {
        Some(Ok(level)) => level,
        Some(Err(error)) => return silent(error),
        None => return Ok(Mixed::Silent),
    };
    let (mut all, mut lasts_ms) = (Vec::with_capacity(renditions.len()), 0);
    for (kind, made, encoded) in renditions {
        match mix_into(app, (owner, video, kind), &lent, made, &encoded).await {
            Ok(Mixed::Made(mut one, lasts)) => {
                all.append(&mut one);
                lasts_ms = lasts;
            }
            otherwise => {
                for blob in all {
                    discard(app, owner, blob.id).await?;
                }
                return otherwise;
            }
        }
    }
    Ok(Mixed::Made(all, lasts_ms))
}

/// What comes first makes it longer than a video may be alone.
fn limits(app: &App, blend: &Blend) -> Limits {
    let limits = app.limits();
    Limits { max_duration: limits.max_duration + blend.adds(), ..limits }
}

/// Mixes a sound into one rendition.
async fn mix_into(
    app: &App,
    place: (AccountId, VideoId, BlobKind),
    lent: &Lent,
    made: File,
    encoded: &Encoded,
) -> Result<Mixed, AppError> {
    for mut file in [&made, &lent.sound] {
        std::io::Seek::rewind(&mut file)?;
    }
    let limits = limits(app, &lent.blend);
    let options = outro_media::Options { max_duration: limits.max_duration, level: lent.level, ..app.tools.options() };
    let plan = mix_plan(encoded, &lent.blend, &options);
    let output = Scratch::new(plan.size_hint(), &app.settings.scratch)?;
    let inputs = (made, lent.sound.try_clone()?);
    let mixing =
        outro_media::mix(&app.tools, inputs, output.try_clone()?, &plan, &limits, |_| ControlFlow::Continue(()));
    match while_lent(app, (place.0, (lent.id, lent.way)), mixing).await? {
        None => Ok(Mixed::Silent),
        Some(Ok(made)) => seal(app, place, lent, output.into_file(), &made).await,
        Some(Err(error)) => silent(error),
    }
}

/// What cannot be mixed plays its own; what failed for another reason is tried again.
fn silent(error: RunError) -> Result<Mixed, AppError> {
    match error {
        RunError::Refused(_) | RunError::TooMuch(_) | RunError::Cancelled => Ok(Mixed::Silent),
        error => Err(AppError::internal(error)),
    }
}

fn blend(mixing: Mixing, lasts_ms: i64) -> Blend {
    let percent = |level: i64| u8::try_from(level.clamp(0, 100)).unwrap_or(100);
    let millis = |ms: i64| Duration::from_millis(ms.max(0).unsigned_abs());
    let (own, other) = (percent(mixing.own), percent(mixing.sound));
    let joins = match mixing.way {
        Way::Sound => Joins::Nowhere,
        Way::Duet => Joins::Beside,
        Way::Stitch => Joins::Before,
    };
    Blend { from: millis(mixing.from_ms), lasts: millis(lasts_ms), own, other, joins }
}

/// Runs a tool while the sound may be used; none when it may not any more. Dropped here, the tool is ended.
async fn while_lent<T>(
    app: &App,
    (owner, id): (AccountId, (SoundId, Way)),
    running: impl Future<Output = Result<T, RunError>>,
) -> Result<Option<Result<T, RunError>>, AppError> {
    tokio::pin!(running);
    loop {
        tokio::select! {
            ended = &mut running => return Ok(Some(ended)),
            () = tokio::time::sleep(STEP) => if source(app, owner, id).await?.is_none() { return Ok(None) },
        }
    }
}

/// The rendition that the sound is taken from, while whoever uses it may.
async fn source(app: &App, borrower: AccountId, id: (SoundId, Way)) -> Result<Option<(Lender, Blob)>, AppError> {
    let mut tx = app.db.read().await?;
    let Some(lender) = audible(&mut tx, &[Some(borrower)], id).await? else { return Ok(None) };
    let found = blobs::of_video(&mut tx, lender.sound.owner, lender.sound.video, BlobKind::Rendition).await?;
    Ok(found.map(|rendition| (lender, rendition)))
}

/// Seals the mix under both keys. The row is there before the file.
async fn seal(
    app: &App,
    (owner, video, kind): (AccountId, VideoId, BlobKind),
    &Lent { maker, id, way, .. }: &Lent,
    mut mixed: File,
    encoded: &Encoded,
) -> Result<Mixed, AppError> {
    let blob = new_blob(app, owner, video, kind);
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, owner).await? {
        return Err(AppError::NotFound);
    }
    blobs::begin(&mut tx, &blob).await?;
    tx.commit().await?;
    let keys = app.vault.accounts(&[owner, maker]).await?;
    let sealed = match (keys.get(&owner), keys.get(&maker)) {
        (Some(own), Some(lent)) if source(app, owner, (id, way)).await?.is_some() => {
            std::io::Seek::rewind(&mut mixed)?;
            app.blobs.copy_in_with(own, lent, blob.id, blob.kind, mixed).await.map_err(AppError::from).map(Some)
        }
        _ => Ok(None),
    };
    match sealed {
        Ok(Some(sealed)) => {
            let (width, height) = (i64::from(encoded.width), i64::from(encoded.height));
            let length = sealed.length as i64;
            let lasts_ms = if way == Way::Sound { 0 } else { encoded.duration.as_millis() as i64 };
            Ok(Mixed::Made(vec![Blob { header: Some(sealed.header), length, width, height, ..blob }], lasts_ms))
        }
        Ok(None) => {
            discard(app, owner, blob.id).await?;
            Ok(Mixed::Silent)
        }
        Err(error) => {
            discard(app, owner, blob.id).await?;
            Err(error)
        }
    }
}

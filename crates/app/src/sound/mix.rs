//! Making a video with the sound of another: a rendition of its own, sealed so that it takes the keys of both.

use std::fs::File;
use std::ops::ControlFlow;
use std::time::Duration;

use outro_media::{Outcome as Encoded, RunError, Scratch, mix_plan};
use outro_model::{AccountId, BlobKind, SoundId, VideoId};
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
    /// The mix is sealed, and has a row that is not finished.
    Made(Box<Blob>),
}

/// Mixes the sound that a video is to play into `made`, the rendition of it. The sound is asked about before,
/// while and after: who leaves while it is being mixed is not in it.
pub(crate) async fn mix(
    app: &App,
    owner: AccountId,
    video: VideoId,
    made: File,
    encoded: &Encoded,
) -> Result<Mixed, AppError> {
    let id = match sounds::borrowed(&mut app.db.read().await?, owner, video).await? {
        Borrowed::Nothing => return Ok(Mixed::NotAsked),
        Borrowed::Gone => return Ok(Mixed::Silent),
        Borrowed::Sound(id) => id,
    };
    let Some((lender, rendition)) = source(app, owner, id).await? else { return Ok(Mixed::Silent) };
    let Some(sound) = unseal(app, &rendition).await? else { return Ok(Mixed::Silent) };
    let options = app.tools.options();
    let plan = mix_plan(encoded, &outro_media::Options { max_duration: app.limits().max_duration, ..options });
    let (output, limits) = (Scratch::new(plan.size_hint(), &app.settings.scratch)?, app.limits());
    let mixing =
        outro_media::mix(&app.tools, (made, sound), output.try_clone()?, &plan, &limits, |_| ControlFlow::Continue(()));
    tokio::pin!(mixing);
    let mixed = loop {
        tokio::select! {
            ended = &mut mixing => break ended,
            // Dropped with this function, the tool is ended.
            () = tokio::time::sleep(STEP) => if source(app, owner, id).await?.is_none() { return Ok(Mixed::Silent) },
        }
    };
    match mixed {
        Ok(_) => seal(app, (owner, video), (lender.sound.owner, id), output.into_file(), encoded).await,
        Err(RunError::Refused(_) | RunError::TooMuch(_) | RunError::Cancelled) => Ok(Mixed::Silent),
        Err(error) => Err(AppError::internal(error)),
    }
}

/// The rendition that the sound is taken from, while whoever uses it may.
async fn source(app: &App, borrower: AccountId, id: SoundId) -> Result<Option<(Lender, Blob)>, AppError> {
    let mut tx = app.db.read().await?;
    let Some(lender) = audible(&mut tx, &[Some(borrower)], id).await? else { return Ok(None) };
    let found = blobs::of_video(&mut tx, lender.sound.owner, lender.sound.video, BlobKind::Rendition).await?;
    Ok(found.map(|rendition| (lender, rendition)))
}

/// Seals the mix under both keys. The row is there before the file.
async fn seal(
    app: &App,
    (owner, video): (AccountId, VideoId),
    (maker, id): (AccountId, SoundId),
    mut mixed: File,
    encoded: &Encoded,
) -> Result<Mixed, AppError> {
    let blob = new_blob(app, owner, video, BlobKind::Mix);
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, owner).await? {
        return Err(AppError::NotFound);
    }
    blobs::begin(&mut tx, &blob).await?;
    tx.commit().await?;
    let keys = app.vault.accounts(&[owner, maker]).await?;
    let sealed = match (keys.get(&owner), keys.get(&maker)) {
        (Some(own), Some(lent)) if source(app, owner, id).await?.is_some() => {
            std::io::Seek::rewind(&mut mixed)?;
            app.blobs.copy_in_with(own, lent, blob.id, blob.kind, mixed).await.map_err(AppError::from).map(Some)
        }
        _ => Ok(None),
    };
    match sealed {
        Ok(Some(sealed)) => {
            let (width, height) = (i64::from(encoded.width), i64::from(encoded.height));
            let length = sealed.length as i64;
            Ok(Mixed::Made(Box::new(Blob { header: Some(sealed.header), length, width, height, ..blob })))
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

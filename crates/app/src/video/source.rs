//! The file that a video is made from: as it was uploaded, sealed as one object or in pieces.

use std::fs::File;

use outro_media::{Probe, Scratch};
use outro_model::BlobKind;
use outro_store::blobs::{self, Blob};

use super::encode::{Failed, of_run, seal};
use super::making::Making;
use super::upload::discard;
use crate::{App, AppError};

/// The file as it was uploaded, in scratch, and what it is. Where it came in pieces, they become one object, and go.
pub(super) async fn source(making: &Making<'_>) -> Result<(File, Probe), Failed> {
    let &Making { app, owner, video, .. } = making;
    let mut tx = app.db.read().await?;
    let original = blobs::of_video(&mut tx, owner, video, BlobKind::Original).await?;
    let parts = blobs::parts(&mut tx, owner, video).await?;
    drop(tx);
    let input = match &original {
        Some(original) => unseal(app, original).await?,
        None => joined(app, &parts).await?,
    };
    let input = match input {
        Some(input) => input,
        None if app.vault.account(owner).await?.is_none() => return Err(Failed::Gone),
        // Another worker may have put it together at this very moment.
        None => return Err(Failed::Again(AppError::internal("the file of a video is not where it was"))),
    };
    let probe = outro_media::probe(&app.tools, &input, &app.limits()).await.map_err(of_run)?;
    if original.is_none() {
        let whole = seal(app, (owner, video), BlobKind::Original, input.try_clone()?, (0, 0)).await?;
        let mut tx = app.db.write().await?;
        if !(making.goes_on(&mut tx, 0).await? && blobs::finish(&mut tx, &whole).await?) {
            drop(tx);
            discard(app, owner, whole.id).await?;
            return Err(Failed::Gone);
        }
        tx.commit().await?;
    }
    // Those too that a stop left here.
    if !parts.is_empty() {
        making.clear(&[BlobKind::Part]).await?;
    }
    std::io::Seek::rewind(&mut &input)?;
    Ok((input, probe))
}

/// The pieces of an upload, one after the other, in scratch; none where there are none, or the key is gone.
async fn joined(app: &App, parts: &[(Blob, i64)]) -> Result<Option<File>, AppError> {
    let Some(keys) = (match parts.first() {
        Some((first, _)) => app.vault.account(first.owner).await?,
        None => None,
    }) else {
        return Ok(None);
    };
    let length: i64 = parts.iter().map(|(part, _)| part.length).sum();
    let (scratch, mut at) = (Scratch::new(length as u64, &app.settings.scratch)?, 0);
    for (part, start) in parts {
        let header = part.header.as_deref().unwrap_or_default();
        let Some(reader) = app.blobs.reader(&keys, part.id, part.kind, header).await? else { return Ok(None) };
        if *start != at {
            return Err(AppError::internal("the pieces of an upload do not follow on each other"));
        }
        reader.copy_out(scratch.try_clone()?).await?;
        at += part.length;
    }
    scratch.rewind()?;
    Ok(Some(scratch.into_file()))
}

/// A sealed object, opened into scratch that has no name; none when it, or its key, is gone.
pub(crate) async fn unseal(app: &App, blob: &Blob) -> Result<Option<File>, AppError> {
    let (Some(keys), Some(header)) = (app.vault.account(blob.owner).await?, blob.header.as_deref()) else {
        return Ok(None);
    };
    let Some(reader) = app.blobs.reader(&keys, blob.id, blob.kind, header).await? else { return Ok(None) };
    let scratch = Scratch::new(blob.length as u64, &app.settings.scratch)?;
    reader.copy_out(scratch.try_clone()?).await?;
    scratch.rewind()?;
    Ok(Some(scratch.into_file()))
}

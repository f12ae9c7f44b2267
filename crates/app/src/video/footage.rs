//! The files of which an edit has pieces: the original, and the clips that it uses.

use std::fs::File;

use outro_media::{Footage, Level, Probe, Scene};
use outro_model::edit::Edit;
use outro_model::{ClipId, Reframe};
use outro_store::clips;

use super::encode::{Failed, of_run, reframe};
use super::making::Making;
use super::source::unseal;
use crate::AppError;

/// A file, and what is known of it.
pub(super) struct Source {
    /// Of which clip it is; none where it is the original.
    pub(super) clip: Option<ClipId>,
    pub(super) file: File,
    pub(super) probe: Probe,
    pub(super) scene: Scene,
    pub(super) level: Level,
}

impl Source {
    /// As a part of what is made.
    pub(super) fn footage(&self, as_wanted: Reframe) -> Footage<'_> {
        let Self { clip, probe, scene, level, .. } = self;
        // Nobody looks for what a window would follow in a clip, so none goes astray in it: all of it is shown.
        let way = if clip.is_some() && as_wanted == Reframe::Follow { Reframe::Fit } else { as_wanted };
        Footage { clip: *clip, probe, scene, reframe: reframe(way), level: *level }
    }
}

/// The clips of which an edit has pieces, in scratch.
pub(super) async fn clips_of(making: &Making<'_>, edit: &Edit) -> Result<Vec<Source>, Failed> {
    let mut sources = Vec::new();
    for clip in edit.clips() {
        sources.push(clip_of(making, clip).await?);
    }
    Ok(sources)
}

async fn clip_of(making: &Making<'_>, clip: ClipId) -> Result<Source, Failed> {
    let &Making { app, owner, video, .. } = making;
    let blob = clips::file(&mut app.db.read().await?, owner, video, clip).await?;
    let file = match blob {
        Some(blob) => unseal(app, &blob).await?,
        None => None,
    };
    let file = match file {
        Some(file) => file,
        None if app.vault.account(owner).await?.is_none() => return Err(Failed::Gone),
        // Its edit was left at this very moment, and it was removed: what is to be made is another by now.
        None => {
            let mut tx = app.db.write().await?;
            if !making.goes_on(&mut tx, 0).await? {
                return Err(Failed::Gone);
            }
            return Err(Failed::Again(AppError::internal("the file of a clip is not where it was")));
        }
    };
    let probe = outro_media::probe(&app.tools, &file, &app.limits()).await.map_err(of_run)?;
    let (heard, scene) = tokio::try_join!(making.listen(&file, &probe), making.bars(&file, &probe))?;
    std::io::Seek::rewind(&mut &file)?;
    Ok(Source { clip: Some(clip), file, probe, scene, level: heard.level })
}

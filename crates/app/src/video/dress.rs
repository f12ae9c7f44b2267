//! What is shown of a video before it plays: its cover, the same as AVIF, a few seconds in motion, and a placeholder.

use std::fs::File;
use std::time::Duration;

use outro_media::{RunError, Scratch};

use super::encode::{Failed, of_run};
use super::making::Rung;
use crate::App;

/// What is shown of a video before it plays.
pub(super) struct Dressed {
    pub(super) cover: File,
    /// None where this ffmpeg makes none.
    pub(super) avif: Option<File>,
    /// None where none could be made. With its size.
    pub(super) preview: Option<(File, (u32, u32))>,
    /// A ThumbHash of the cover.
    pub(super) placeholder: Option<Vec<u8>>,
}

/// Makes all of it: the cover from `usual`, of the moment `cover_ms` where one was chosen; what moves from `smallest`.
pub(super) async fn dress(app: &App, usual: &Rung, smallest: &Rung, cover_ms: Option<u32>) -> Result<Dressed, Failed> {
    let stills = async {
        let cover = Scratch::new(0, &app.settings.scratch)?;
        let (file, output, limits) = (usual.file()?, cover.try_clone()?, app.limits());
        let made = match cover_ms {
            Some(ms) => {
                outro_media::cover_at(&app.tools, file, output, Duration::from_millis(ms.into()), &limits).await
            }
            None => outro_media::cover(&app.tools, file, output, &limits).await,
        };
        made.map_err(of_run)?;
        let avif = Scratch::new(0, &app.settings.scratch)?;
        let size = (usual.made.width, usual.made.height);
        let made = outro_media::stills(&app.tools, cover.file(), avif.try_clone()?, size, &app.limits()).await;
        let (avif, placeholder) = match optional(made)? {
            Some(made) => (made.avif.then(|| avif.into_file()), Some(made.placeholder)),
            None => (None, None),
        };
        Ok::<_, Failed>((cover.into_file(), avif, placeholder))
    };
    let moving = async {
        let output = Scratch::new(0, &app.settings.scratch)?;
        let (file, limits) = (smallest.file()?, app.limits());
        let made = outro_media::preview(&app.tools, file, output.try_clone()?, &smallest.made, &limits).await;
        Ok::<_, Failed>(optional(made)?.map(|size| (output.into_file(), size)))
    };
    let ((cover, avif, placeholder), preview) = tokio::try_join!(stills, moving)?;
    Ok(Dressed { cover, avif, preview, placeholder })
}

/// A video without it is a video all the same.
fn optional<T>(made: Result<T, RunError>) -> Result<Option<T>, Failed> {
    match made {
        Ok(made) => Ok(Some(made)),
        Err(RunError::Cancelled) => Err(Failed::Gone),
        Err(error) => {
            tracing::warn!(reason = error.code(), "something that is shown of a video could not be made");
            Ok(None)
        }
    }
}

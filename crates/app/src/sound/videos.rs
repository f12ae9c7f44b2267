//! The videos that use a sound.

use outro_model::{SoundId, Timestamp, VideoId};
use outro_policy::Action;
use outro_store::sounds;

use super::find::find;
use crate::video::{self, VideoView, view_of};
use crate::{App, AppError, Viewer, viewer};

/// A page of the videos that use a sound.
pub struct SoundVideos {
    /// The videos, the latest first.
    pub items: Vec<VideoView>,
    /// Where the next page begins; none at the end.
    pub next: Option<(Timestamp, VideoId)>,
}

/// The videos that use a sound, as far as the viewer may watch them and hears it there. What is hidden is left
/// out, so a page may be shorter than was asked for and still have a next one.
pub async fn videos(
    app: &App,
    who: &Viewer,
    id: SoundId,
    before: Option<(Timestamp, VideoId)>,
    limit: i64,
) -> Result<SoundVideos, AppError> {
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let (sound, _) = find(&mut tx, asking, id).await?;
    let rows = sounds::uses(&mut tx, &sound, before.unwrap_or(crate::feed::FIRST), limit).await?;
    let next = (rows.len() as i64 == limit).then(|| rows.last().map(|(_, video, at)| (*at, *video))).flatten();
    let mut found = Vec::with_capacity(rows.len());
    for (_, video, _) in rows {
        match video::find(&mut tx, asking, Action::ReadBytes, video).await {
            Ok(one) if one.plays(id) => found.push(one),
            Ok(_) => {}
            Err(error @ AppError::Internal(_)) => return Err(error),
            Err(_) => {}
        }
    }
    drop(tx);
    let mut items = Vec::with_capacity(found.len());
    for one in found {
        match view_of(app, asking, one).await {
            Ok(view) => items.push(view),
            // Its owner's key is gone.
            Err(AppError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(SoundVideos { items, next })
}

//! What comes before and after a video in a playlist.

use outro_db::Tx;
use outro_model::{AccountId, PlaylistId, VideoId};
use outro_policy::Action;
use outro_store::playlists;

use super::PlaylistView;
use super::change::VIDEOS;
use super::find::find;
use crate::{App, AppError, Viewer, video, viewer};

/// How many hidden videos are passed over.
const REACH: usize = 50;

/// A place in a playlist.
pub struct Around {
    /// The playlist.
    pub playlist: PlaylistView,
    /// The video before, as far as the viewer may watch one.
    pub previous: Option<VideoId>,
    /// The video after.
    pub next: Option<VideoId>,
}

/// Where a video stands in a playlist. One that does not stand there answers as one that never was.
pub async fn around(app: &App, who: &Viewer, id: PlaylistId, video: VideoId) -> Result<Around, AppError> {
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let found = find(&mut tx, asking, id).await?;
    let all = playlists::videos(&mut tx, found.playlist.owner, id, 0, VIDEOS).await?;
    let here = all.iter().position(|(one, _)| *one == video).ok_or(AppError::NotFound)?;
    let (before, after) = all.split_at(here);
    let previous = first_seen(&mut tx, asking, before.iter().rev().map(|(one, _)| *one)).await?;
    let next = first_seen(&mut tx, asking, after.iter().skip(1).map(|(one, _)| *one)).await?;
    drop(tx);
    Ok(Around { playlist: found.opened(app).await?, previous, next })
}

async fn first_seen(
    tx: &mut Tx,
    asking: Option<AccountId>,
    videos: impl Iterator<Item = VideoId>,
) -> Result<Option<VideoId>, AppError> {
    for one in videos.take(REACH) {
        match video::find(tx, asking, Action::ReadBytes, one).await {
            Ok(_) => return Ok(Some(one)),
            Err(error @ AppError::Internal(_)) => return Err(error),
            Err(_) => {}
        }
    }
    Ok(None)
}

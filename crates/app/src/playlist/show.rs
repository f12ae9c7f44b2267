//! A playlist, and the videos in it.

use outro_model::PlaylistId;
use outro_policy::Action;
use outro_store::playlists;

use super::PlaylistView;
use super::find::find;
use crate::video::{self, VideoView, view_of};
use crate::{App, AppError, Viewer, viewer};

/// A playlist, and a page of its videos in its order.
pub struct PlaylistVideos {
    /// The playlist.
    pub playlist: PlaylistView,
    /// The videos.
    pub items: Vec<VideoView>,
    /// The place after which the next page begins; none at the end.
    pub next: Option<u64>,
}

/// The playlist with this id, and its videos after a place, as far as the viewer may see them. What is hidden is left out,
/// so a page may be shorter than was asked for and still have a next one.
pub async fn show(
    app: &App,
    who: &Viewer,
    id: PlaylistId,
    after: Option<u64>,
    limit: i64,
) -> Result<PlaylistVideos, AppError> {
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let found = find(&mut tx, asking, id).await?;
    let after = after.and_then(|place| i64::try_from(place).ok()).unwrap_or_default();
    let rows = playlists::videos(&mut tx, found.playlist.owner, id, after, limit).await?;
    let next = (rows.len() as i64 == limit).then(|| rows.last().map(|(_, place)| place.unsigned_abs())).flatten();
    let mut seen = Vec::with_capacity(rows.len());
    for (video, _) in rows {
        match video::find(&mut tx, asking, Action::SeeVideo, video).await {
            Ok(one) => seen.push(one),
            Err(error @ AppError::Internal(_)) => return Err(error),
            Err(_) => {}
        }
    }
    drop(tx);
    let playlist = found.opened(app).await?;
    let mut items = Vec::with_capacity(seen.len());
    for one in seen {
        items.push(view_of(app, asking, one).await?);
    }
    Ok(PlaylistVideos { playlist, items, next })
}

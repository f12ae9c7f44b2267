//! The videos of a profile.

use outro_model::{Handle, Timestamp, VideoId};
use outro_policy::{Action, decide};
use outro_store::videos;

use super::view::{VideoView, opened, with_parts};
use crate::account::{Found, by_handle};
use crate::graph::FollowState;
use crate::{App, AppError, Viewer, standing, viewer};

/// A page of videos, the newest first.
pub struct VideoPage {
    /// The videos.
    pub items: Vec<VideoView>,
    /// Where the next page begins; none at the end.
    pub next: Option<(Timestamp, VideoId)>,
}

/// The videos of a handle that the viewer may see. What is hidden is left out, so a page may be
/// shorter than was asked for and still have a next one.
pub async fn of_profile(
    app: &App,
    who: &Viewer,
    handle: &str,
    before: Option<(Timestamp, VideoId)>,
    limit: i64,
) -> Result<VideoPage, AppError> {
    let handle: Handle = handle.parse().map_err(|_| AppError::NotFound)?;
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let Found { account, keys } = by_handle(app, &mut tx, &handle).await?.ok_or(AppError::NotFound)?;
    let (mut facts, ties) = standing::facts_and_ties(&mut tx, asking, &account).await?;
    standing::ask(Action::SeeProfile, &facts)?;
    let before = before.unwrap_or(crate::feed::FIRST);
    let rows = videos::of_owner(&mut tx, account.id, before, limit).await?;
    let next = (rows.len() as i64 == limit).then(|| rows.last().map(|video| (video.created_at, video.id))).flatten();
    let mut items = Vec::with_capacity(rows.len());
    for video in rows {
        facts.video = Some(video.facts);
        if decide(Action::SeeVideo, &facts).allowed {
            let owner = outro_store::accounts::by_id(&mut tx, account.id).await?.ok_or(AppError::NotFound)?;
            let found = with_parts(&mut tx, asking, video, owner, FollowState::of(ties)).await?;
            items.push(opened(&keys, asking, &found)?);
        }
    }
    Ok(VideoPage { items, next })
}

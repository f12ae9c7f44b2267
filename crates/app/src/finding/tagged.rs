//! Hashtags: the videos of one.

use outro_search::{tag_of, tags};

use super::search::{opened, watchable};
use crate::video::VideoView;
use crate::{App, AppError, Viewer, viewer};

/// How often the index is asked for one page at most, however many of its answers are hidden.
const ROUNDS: usize = 5;

/// A page of the videos of a hashtag.
pub struct TagPage {
    /// The hashtag in its one form, without `#`.
    pub tag: String,
    /// The videos, the newest first.
    pub videos: Vec<VideoView>,
    /// Where the next page begins; none at the end.
    pub next: Option<u64>,
}

/// The videos of a hashtag that everyone may watch, those before the place `before`. A hashtag that nobody
/// used and one whose videos are hidden answer alike: with none.
pub async fn tagged(app: &App, who: &Viewer, tag: &str, before: Option<u64>, limit: i64) -> Result<TagPage, AppError> {
    let tag = tag_of(tag).ok_or(AppError::NotFound)?;
    app.finder.ready()?;
    let (limit, mut place, mut videos) = (limit as usize, before, Vec::new());
    for _ in 0..ROUNDS {
        let (name, missing) = (tag.clone(), limit - videos.len());
        let hits = app.finder.with_index(move |index| index.tagged(&name, place, missing)).await?;
        place = hits.last().filter(|_| hits.len() == missing).map(|hit| hit.place);
        let ids: Vec<_> = hits.iter().map(|hit| hit.video).collect();
        let mut tx = app.db.read().await?;
        let asking = viewer::still(app, &mut tx, who).await?;
        let found = watchable(&mut tx, asking, &ids, ids.len()).await?;
        drop(tx);
        let still = |video: &VideoView| tags(&video.caption).contains(&tag);
        videos.extend(opened(app, asking, found).await?.into_iter().filter(still));
        if place.is_none() || videos.len() == limit {
            break;
        }
    }
    Ok(TagPage { tag, videos, next: place })
}

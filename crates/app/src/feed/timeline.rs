//! Following and Friends: videos of those whom one follows, the newest first.

use outro_model::{Timestamp, VideoId};
use outro_policy::followed_scope;
use outro_store::feed;

use super::FIRST;
use super::item::{self, Seen};
use crate::video::{VideoView, Why};
use crate::{App, AppError, Signed, viewer};

/// Of whom a feed in the order of time is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circle {
    /// All whom the viewer follows.
    Following,
    /// Those of them who follow back.
    Friends,
}

impl Circle {
    const fn asked(self) -> (feed::Circle, Why) {
        match self {
            Self::Following => (feed::Circle::Following, Why::YouFollow),
            Self::Friends => (feed::Circle::Friends, Why::Friend),
        }
    }
}

/// A page of a feed in the order of time.
pub struct FeedPage {
    /// The videos.
    pub items: Vec<VideoView>,
    /// Where the next page begins; none at the end.
    pub next: Option<(Timestamp, VideoId)>,
}

/// A page of those whom one follows, or of the friends among them. The query carries the policy's scope,
/// and each item is asked about again; the timeline that it goes along grants nothing.
pub async fn timeline(
    app: &App,
    signed: &Signed,
    circle: Circle,
    before: Option<(Timestamp, VideoId)>,
    limit: i64,
) -> Result<FeedPage, AppError> {
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    let (before, (circle, why)) = (before.unwrap_or(FIRST), circle.asked());
    let rows = feed::timeline(&mut tx, followed_scope(), asking, circle, before, limit).await?;
    let next = (rows.len() as i64 == limit).then(|| rows.last().map(|item| (item.published_at, item.video))).flatten();
    let seen = Seen::all(&mut tx, Some(asking), rows.into_iter().map(|item| (item, why)).collect()).await?;
    drop(tx);
    let items = item::open_all(app, Some(asking), seen).await?;
    Ok(FeedPage { items, next })
}

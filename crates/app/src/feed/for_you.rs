//! For You: what everyone may see, the newest first.

use std::collections::HashMap;

use outro_datamap::{ACCOUNT_DISPLAY_NAME, VIDEO_CAPTION};
use outro_model::{AccountId, Reframe, Timestamp, VideoId};
use outro_policy::{Action, Facts, Relation, decide, feed_scope};
use outro_store::feed::{self, Item};
use outro_vault::AccountKeys;

use super::FIRST;
use crate::account::{open_handle, since};
use crate::video::{VideoView, Why};
use crate::{App, AppError, Viewer, viewer};

/// A page of a feed.
pub struct FeedPage {
    /// The videos.
    pub items: Vec<VideoView>,
    /// Where the next page begins; none at the end.
    pub next: Option<(Timestamp, VideoId)>,
}

/// A page of For You. The query carries the policy's scope, and each item is asked about again.
pub async fn for_you(
    app: &App,
    who: &Viewer,
    before: Option<(Timestamp, VideoId)>,
    limit: i64,
) -> Result<FeedPage, AppError> {
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let rows = feed::for_you(&mut tx, feed_scope(), asking, before.unwrap_or(FIRST), limit).await?;
    drop(tx);
    let next = (rows.len() as i64 == limit).then(|| rows.last().map(|item| (item.published_at, item.video))).flatten();
    let owners: Vec<AccountId> = rows.iter().map(|item| item.owner).collect();
    let keys = app.vault.accounts(&owners).await?;
    let mut items = Vec::with_capacity(rows.len());
    for item in rows {
        if allowed(&item, asking) {
            items.extend(opened(&keys, asking, item)?);
        }
    }
    Ok(FeedPage { items, next })
}

fn allowed(item: &Item, asking: Option<AccountId>) -> bool {
    let relation = Relation::of(asking, item.owner, item.ties);
    // Whether the viewer may act changes nothing about what may be watched.
    let facts = Facts { relation, viewer_away: false, owner: item.owner_facts, video: Some(item.video_facts) };
    decide(Action::ReadBytes, &facts).allowed
}

/// The item with its texts; none when its owner's key is gone.
fn opened(
    keys: &HashMap<AccountId, AccountKeys>,
    asking: Option<AccountId>,
    item: Item,
) -> Result<Option<VideoView>, AppError> {
    let Some(keys) = keys.get(&item.owner) else { return Ok(None) };
    let row = item.owner.as_bytes();
    Ok(Some(VideoView {
        id: item.video,
        handle: open_handle(keys, item.owner, &item.handle)?,
        display_name: keys.open_text(ACCOUNT_DISPLAY_NAME, row, &item.display_name)?,
        caption: keys.open_text(VIDEO_CAPTION, item.video.as_bytes(), &item.caption)?,
        audience: item.video_facts.audience,
        reframe: Reframe::Fit,
        state: item.video_facts.state,
        progress: 1000,
        failure: None,
        created_at: since(item.created_at),
        duration_ms: item.duration_ms,
        width: item.width,
        height: item.height,
        size_bytes: item.size_bytes,
        like_count: item.like_count,
        comment_count: item.comment_count,
        liked: item.liked,
        is_mine: asking == Some(item.owner),
        why: Some(Why::New),
    }))
}

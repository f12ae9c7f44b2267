//! One item of a feed: asked about, then opened.

use std::collections::HashMap;

use outro_datamap::{ACCOUNT_DISPLAY_NAME, VIDEO_CAPTION};
use outro_db::Tx;
use outro_model::{AccountId, Reframe};
use outro_policy::{Action, Facts, Relation, decide};
use outro_store::feed::Item;
use outro_vault::AccountKeys;

use crate::account::{open_handle, since};
use crate::graph::FollowState;
use crate::sound::{Credit, makers};
use crate::video::{VideoView, Why};
use crate::{App, AppError, sound};

/// Whether the viewer may watch it: the same question that its bytes are asked for with.
fn allowed(item: &Item, asking: Option<AccountId>) -> bool {
    let relation = Relation::of(asking, item.owner, item.ties);
    // Whether the viewer may act changes nothing about what may be watched.
    let facts = Facts { relation, viewer_away: false, owner: item.owner_facts, video: Some(item.video_facts) };
    decide(Action::ReadBytes, &facts).allowed
}

/// Opens what may be watched, in order. The owners' keys are found in one look-up; one without a key is gone.
pub(super) async fn open_all(
    app: &App,
    asking: Option<AccountId>,
    found: Vec<Seen>,
) -> Result<Vec<VideoView>, AppError> {
    let owners = found.iter().map(|seen| seen.item.owner);
    let all: Vec<AccountId> = owners.chain(makers(found.iter().map(|seen| &seen.credit))).collect();
    let keys = app.vault.accounts(&all).await?;
    let mut views = Vec::with_capacity(found.len());
    for seen in found {
        if allowed(&seen.item, asking) {
            views.extend(opened(&keys, asking, seen)?);
        }
    }
    Ok(views)
}

/// An item, why it is shown, and whose sound is heard in it.
pub(super) struct Seen {
    item: Item,
    why: Why,
    credit: Option<Credit>,
}

impl Seen {
    /// Asks whose sound it is in the snapshot that the item was read in.
    pub(super) async fn of(tx: &mut Tx, asking: Option<AccountId>, item: Item, why: Why) -> Result<Self, AppError> {
        let credit = sound::credit(tx, asking, item.owner, item.sounds).await?;
        Ok(Self { item, why, credit })
    }
}

fn opened(
    keys: &HashMap<AccountId, AccountKeys>,
    asking: Option<AccountId>,
    Seen { item, why, credit }: Seen,
) -> Result<Option<VideoView>, AppError> {
    let Some(own) = keys.get(&item.owner) else { return Ok(None) };
    let handle = open_handle(own, item.owner, &item.handle)?;
    let sound = credit.map_or(Ok(None), |credit| credit.line(keys, &handle))?;
    let (keys, row) = (own, item.owner.as_bytes());
    Ok(Some(VideoView {
        // A feed has none: those are for their owner alone.
        draft: None,
        id: item.video,
        sound,
        sound_reuse: item.video_facts.sound_reuse,
        handle,
        display_name: keys.open_text(ACCOUNT_DISPLAY_NAME, row, &item.display_name)?,
        caption: keys.open_text(VIDEO_CAPTION, item.video.as_bytes(), &item.caption)?,
        audience: item.video_facts.audience,
        comments_from: item.video_facts.comments_from,
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
        view_count: item.view_count,
        comment_count: item.comment_count,
        liked: item.liked,
        is_mine: asking == Some(item.owner),
        follow: FollowState::of(item.ties),
        why: Some(why),
    }))
}

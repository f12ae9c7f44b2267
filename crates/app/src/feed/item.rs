//! One item of a feed: asked about, then opened.

use std::collections::HashMap;

use outro_datamap::{ACCOUNT_DISPLAY_NAME, VIDEO_CAPTION};
use outro_db::Tx;
use outro_model::{AccountId, BlobKind, Reframe, Way};
use outro_policy::{Action, decide};
use outro_store::feed::Item;
use outro_store::renditions::{self, Look};
use outro_vault::AccountKeys;

use crate::account::{open_handle, since};
use crate::graph::FollowState;
use crate::sound::{Credit, makers};
use crate::video::{Shown, VideoView, Why, may_download, may_join};
use crate::{App, AppError, sound};

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
        // The same question that its bytes are asked for with.
        if decide(Action::ReadBytes, &seen.item.facts(asking)).allowed {
            views.extend(opened(&keys, asking, seen)?);
        }
    }
    Ok(views)
}

/// An item, why it is shown, whose sound is heard in it, and what there is of it to be looked at.
pub(super) struct Seen {
    item: Item,
    why: Why,
    credit: Option<Credit>,
    look: Look,
}

impl Seen {
    /// Asks of each whose sound it is, and what there is of it, in the snapshot that the items were read in.
    pub(super) async fn all(
        tx: &mut Tx,
        asking: Option<AccountId>,
        items: Vec<(Item, Why)>,
    ) -> Result<Vec<Self>, AppError> {
        let ids: Vec<_> = items.iter().map(|(item, _)| (item.owner, item.video)).collect();
        let looks = renditions::looks(tx, &ids).await?;
        let mut all = Vec::with_capacity(items.len());
        for ((item, why), look) in items.into_iter().zip(looks) {
            let credit = sound::credit(tx, asking, item.owner, item.sounds).await?;
            all.push(Self { item, why, credit, look });
        }
        Ok(all)
    }
}

fn opened(
    keys: &HashMap<AccountId, AccountKeys>,
    asking: Option<AccountId>,
    Seen { item, why, credit, look }: Seen,
) -> Result<Option<VideoView>, AppError> {
    let Some(own) = keys.get(&item.owner) else { return Ok(None) };
    let handle = open_handle(own, item.owner, &item.handle)?;
    let sound = credit.as_ref().map_or(Ok(None), |credit| credit.line(keys, &handle))?;
    let joined = Credit::joined(&credit, keys)?;
    let (keys, row) = (own, item.owner.as_bytes());
    let duration_ms = Credit::lasts_ms(&credit).unwrap_or(item.duration_ms);
    let shown = Shown::of(&look, keys, (item.video, duration_ms), Credit::borrows(&credit))?;
    let together = look.of(BlobKind::Mix).filter(|_| Credit::joins(&credit));
    let (width, height, size_bytes) =
        together.map_or((item.width, item.height, item.size_bytes), |made| (made.width, made.height, made.length));
    let may_join = |way| may_join(way, item.owner_facts, (item.video_facts, item.sounds.own));
    Ok(Some(VideoView {
        // A feed has none: those are for their owner alone.
        draft: None,
        mix: None,
        joined,
        duets: item.video_facts.duets,
        stitches: item.video_facts.stitches,
        may_duet: may_join(Way::Duet),
        may_stitch: may_join(Way::Stitch),
        id: item.video,
        sound,
        sound_reuse: item.video_facts.sound_reuse,
        downloads: item.video_facts.downloads,
        may_download: may_download(asking == Some(item.owner), item.owner_facts, item.video_facts),
        age_restricted: item.video_facts.age_restricted,
        pinned: item.pinned,
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
        duration_ms,
        width,
        height,
        size_bytes,
        shown,
        like_count: item.like_count,
        view_count: item.view_count,
        comment_count: item.comment_count,
        captioned: item.captioned,
        liked: item.liked,
        is_mine: asking == Some(item.owner),
        follow: FollowState::of(item.ties),
        why: Some(why),
    }))
}

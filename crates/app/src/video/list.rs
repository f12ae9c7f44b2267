//! The videos of a profile.

use outro_db::Tx;
use outro_model::{AccountId, Handle, Timestamp, VideoId};
use outro_policy::{Action, Facts, Reason, Relation, Ties, decide};
use outro_store::videos::{self, Video};

use super::view::{FoundVideo, VideoView, opened, with_parts};
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
    let found = by_handle(app, &mut tx, &handle).await?.ok_or(AppError::NotFound)?;
    let (facts, ties) = standing::facts_and_ties(&mut tx, asking, &found.account).await?;
    standing::ask(Action::SeeProfile, &facts)?;
    let (rows, next) = listed(app, &mut tx, &found, (facts, ties), asking, before, limit).await?;
    let shown = |row| if let Listed::Shown(view) = row { Some(*view) } else { None };
    Ok(VideoPage { items: rows.into_iter().filter_map(shown).collect(), next })
}

/// A video of a list: shown, or left out and why.
pub(crate) enum Listed {
    /// It may be seen.
    Shown(Box<VideoView>),
    /// It may not.
    Hidden(Box<Video>, Reason),
}

/// A page of an owner's videos as somebody sees them to whom these facts and ties apply, each asked about by itself.
/// `liker` is whose likes are shown.
pub(crate) async fn listed(
    app: &App,
    tx: &mut Tx,
    found: &Found,
    (facts, ties): (Facts, Ties),
    liker: Option<AccountId>,
    before: Option<(Timestamp, VideoId)>,
    limit: i64,
) -> Result<(Vec<Listed>, Option<(Timestamp, VideoId)>), AppError> {
    let before = before.unwrap_or(crate::feed::FIRST);
    let rows = videos::of_owner(tx, found.account.id, before, limit).await?;
    let next = (rows.len() as i64 == limit).then(|| rows.last().map(|video| (video.created_at, video.id))).flatten();
    let (mut seen, mut places) = (Vec::new(), Vec::new());
    // A draft is no video of the profile yet, also for its owner.
    for video in rows.into_iter().filter(|video| video.draft.is_none()) {
        let decision = decide(Action::SeeVideo, &Facts { video: Some(video.facts), ..facts });
        if decision.allowed {
            seen.push(video);
            places.push(None);
        } else {
            places.push(Some(Listed::Hidden(Box::new(video), decision.reason)));
        }
    }
    let views = shown(app, tx, found, (facts.relation, ties), liker, seen).await?;
    let mut views = views.into_iter().map(|view| Listed::Shown(Box::new(view)));
    Ok((places.into_iter().filter_map(|hidden| hidden.or_else(|| views.next())).collect(), next))
}

/// Videos that the viewer may see, in their order.
pub(crate) async fn shown(
    app: &App,
    tx: &mut Tx,
    found: &Found,
    (relation, ties): (Relation, Ties),
    liker: Option<AccountId>,
    videos: Vec<Video>,
) -> Result<Vec<VideoView>, AppError> {
    let parts = with_parts(tx, liker, videos, &found.account, FollowState::of(ties)).await?;
    opened_of(app, found, relation, &parts).await
}

/// Videos of one's own, as one sees them oneself, in their order.
pub(crate) async fn own_views(
    app: &App,
    tx: &mut Tx,
    found: &Found,
    videos: Vec<Video>,
) -> Result<Vec<VideoView>, AppError> {
    let parts = with_parts(tx, Some(found.account.id), videos, &found.account, FollowState::None).await?;
    opened_of(app, found, Relation::Owner, &parts).await
}

/// The keys of the owner are there; those of whose sounds they play are asked for in one look-up.
async fn opened_of(
    app: &App,
    found: &Found,
    relation: Relation,
    all: &[FoundVideo],
) -> Result<Vec<VideoView>, AppError> {
    let makers: Vec<AccountId> = all.iter().flat_map(FoundVideo::makers).collect();
    let mut keys = app.vault.accounts(&makers).await?;
    keys.insert(found.account.id, found.keys.clone());
    all.iter().map(|parts| opened(&keys, relation, parts)).collect()
}

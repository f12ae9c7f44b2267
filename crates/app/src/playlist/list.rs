//! Which playlists there are.

use outro_model::{Handle, PlaylistId, Timestamp, VideoId};
use outro_policy::{Action, decide};
use outro_store::{accounts, playlists};

use super::PlaylistView;
use super::change::MOST;
use super::find::with_parts;
use crate::account::{Found, by_handle};
use crate::{App, AppError, Signed, Viewer, standing, video, viewer};

/// Where the first page begins.
pub(crate) const FIRST: (Timestamp, PlaylistId) = (Timestamp(i64::MAX), PlaylistId::from_bytes([0xff; 16]));

/// A page of playlists, the newest first.
pub struct PlaylistPage {
    /// The playlists.
    pub items: Vec<PlaylistView>,
    /// Where the next page begins; none at the end.
    pub next: Option<(Timestamp, PlaylistId)>,
}

/// The playlists of a handle.
pub async fn of_profile(
    app: &App,
    who: &Viewer,
    handle: &str,
    before: Option<(Timestamp, PlaylistId)>,
    limit: i64,
) -> Result<PlaylistPage, AppError> {
    let handle: Handle = handle.parse().map_err(|_| AppError::NotFound)?;
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let found = by_handle(app, &mut tx, &handle).await?.ok_or(AppError::NotFound)?;
    let facts = standing::facts(&mut tx, asking, &found.account).await?;
    standing::ask(Action::SeeProfile, &facts)?;
    page(&mut tx, &found, facts, before, limit).await
}

/// One's own playlists.
pub async fn own(
    app: &App,
    signed: &Signed,
    before: Option<(Timestamp, PlaylistId)>,
    limit: i64,
) -> Result<PlaylistPage, AppError> {
    let keys = signed.keys(app).await?;
    let mut tx = app.db.read().await?;
    let me = viewer::still(app, &mut tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    let account = accounts::by_id(&mut tx, me).await?.ok_or(AppError::SignInNeeded)?;
    let facts = standing::facts(&mut tx, Some(me), &account).await?;
    if !decide(Action::SeeProfile, &facts).allowed {
        return Err(AppError::SignInNeeded);
    }
    page(&mut tx, &Found { account, keys }, facts, before, limit).await
}

async fn page(
    tx: &mut outro_db::Tx,
    found: &Found,
    facts: outro_policy::Facts,
    before: Option<(Timestamp, PlaylistId)>,
    limit: i64,
) -> Result<PlaylistPage, AppError> {
    let rows = playlists::of_owner(tx, found.account.id, before.unwrap_or(FIRST), limit).await?;
    let next = (rows.len() as i64 == limit).then(|| rows.last().map(|row| (row.created_at, row.id))).flatten();
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(with_parts(tx, row, found.account.clone(), facts).await?.open(&found.keys)?);
    }
    Ok(PlaylistPage { items, next })
}

/// All of one's own playlists, each with whether one's own video stands in it.
pub async fn holding(app: &App, signed: &Signed, id: VideoId) -> Result<Vec<(PlaylistView, bool)>, AppError> {
    let mut tx = app.db.read().await?;
    let me = viewer::still(app, &mut tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    video::find(&mut tx, Some(me), Action::ChangeVideo, id).await?;
    let there = playlists::holding(&mut tx, me, id).await?;
    drop(tx);
    let all = own(app, signed, None, MOST).await?.items;
    Ok(all.into_iter().map(|view| (view.clone(), there.contains(&view.id))).collect())
}

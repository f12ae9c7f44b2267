//! What is known of a video's picture, and where a window looks that follows what is in it.

use outro_datamap::VIDEO_SCENE;
use outro_media::{Key, Path, Scene};
use outro_model::{AccountId, Reframe, VideoId};
use outro_policy::Action;
use outro_store::{accounts, videos};
use outro_vault::AccountKeys;
use serde::{Deserialize, Serialize};

use super::draft::{DraftChange, change};
use super::view::{VideoView, find, view_of};
use crate::notify::Told;
use crate::{App, AppError, Signed, viewer};

/// How a video is framed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Framing {
    /// Bars that are cut off, and where the window looks; none where one window cannot hold what matters.
    #[serde(flatten)]
    pub scene: Scene,
    /// Whether its owner has said where the window looks.
    pub by_hand: bool,
}

/// What is kept of a video's picture; none where nobody has looked, or its owner is gone.
pub(super) async fn stored(app: &App, owner: AccountId, id: VideoId) -> Result<Option<Framing>, AppError> {
    let sealed = videos::scene(&mut app.db.read().await?, owner, id).await?;
    let (Some(sealed), Some(keys)) = (sealed, app.vault.account(owner).await?) else { return Ok(None) };
    opened(&keys, id, &sealed).map(Some)
}

/// What was found of a picture, sealed.
pub(super) fn sealed(keys: &AccountKeys, id: VideoId, framing: &Framing) -> Result<Vec<u8>, AppError> {
    let text = serde_json::to_string(framing).map_err(AppError::internal)?;
    Ok(keys.seal_text(VIDEO_SCENE, id.as_bytes(), &text))
}

fn opened(keys: &AccountKeys, id: VideoId, sealed: &[u8]) -> Result<Framing, AppError> {
    let text = keys.open_text(VIDEO_SCENE, id.as_bytes(), sealed)?;
    serde_json::from_str(&text).map_err(AppError::internal)
}

/// How a video of one's own is framed; nothing is found where it was not looked at.
pub async fn framing(app: &App, signed: &Signed, id: VideoId) -> Result<Framing, AppError> {
    let mut tx = app.db.read().await?;
    let me = viewer::still(app, &mut tx, &Some(signed.clone())).await?;
    find(&mut tx, me, Action::ChangeVideo, id).await?;
    drop(tx);
    Ok(stored(app, signed.account, id).await?.unwrap_or_default())
}

/// Says where the window of a draft looks, or, with `None`, has that found again: it is made anew, following.
pub async fn set_framing(
    app: &App,
    signed: &Signed,
    id: VideoId,
    path: Option<Vec<Key>>,
) -> Result<VideoView, AppError> {
    let unusable = |error: outro_media::BadPath| {
        AppError::invalid("path", "invalid_path", format!("Check the key points: {error}."))
    };
    let path = path.map(|keys| Path::new(keys).map_err(unusable)).transpose()?;
    let keys = signed.keys(app).await?;
    let mut told = Told::default();
    let mut tx = app.db.write().await?;
    if !accounts::lock_deciding(&mut tx, signed.account).await? {
        return Err(AppError::SignInNeeded);
    }
    let row = find(&mut tx, Some(signed.account), Action::ChangeVideo, id).await?.video;
    let follow = DraftChange { reframe: Some(Reframe::Follow), anew: true, ..DraftChange::default() };
    change(app, &mut tx, &mut told, &row, (follow, &[])).await?;
    let before =
        videos::scene(&mut tx, signed.account, id).await?.map(|sealed| opened(&keys, id, &sealed)).transpose()?;
    let bars = before.and_then(|framing| framing.scene.bars);
    let scene = match path {
        Some(path) => Some(sealed(&keys, id, &Framing { scene: Scene { bars, path: Some(path) }, by_hand: true })?),
        None => None,
    };
    videos::set_scene(&mut tx, signed.account, id, scene.as_deref()).await?;
    let after = find(&mut tx, Some(signed.account), Action::SeeVideo, id).await?;
    told.commit(app, tx).await?;
    app.queue.wake();
    view_of(app, Some(signed.account), after).await
}

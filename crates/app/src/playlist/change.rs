//! Making playlists, and changing one's own.

use outro_datamap::PLAYLIST_TITLE;
use outro_db::Tx;
use outro_model::{AccountId, PlaylistId, VideoId, bounded_line};
use outro_policy::Action;
use outro_store::accounts;
use outro_store::playlists::{self, Playlist};

use super::PlaylistView;
use super::find::{find, own};
use crate::{App, AppError, RefusalKind, Signed, video};

/// The longest title, in characters.
const TITLE: usize = 60;
/// How many playlists one account may have.
pub(crate) const MOST: i64 = 100;
/// How many videos one playlist may have.
pub(crate) const VIDEOS: i64 = 500;

/// Reads what a playlist is called.
pub(crate) fn read_title(text: &str) -> Result<String, AppError> {
    let wrong = || AppError::invalid("title", "invalid_title", format!("Use 1 to {TITLE} characters, in one line."));
    bounded_line(text, TITLE).ok().filter(|title| !title.is_empty()).ok_or_else(wrong)
}

/// Holds one's own account: of two changes at the same moment each sees the other.
async fn hold(tx: &mut Tx, me: AccountId) -> Result<(), AppError> {
    if accounts::lock_deciding(tx, me).await? { Ok(()) } else { Err(AppError::SignInNeeded) }
}

async fn view(app: &App, mut tx: Tx, me: AccountId, id: PlaylistId) -> Result<PlaylistView, AppError> {
    let found = find(&mut tx, Some(me), id).await?;
    tx.commit().await?;
    found.opened(app).await
}

/// Makes a playlist, with nothing in it yet.
pub async fn make(app: &App, signed: &Signed, title: &str) -> Result<PlaylistView, AppError> {
    let title = read_title(title)?;
    let (keys, me, id) = (signed.keys(app).await?, signed.account, PlaylistId::random(&*app.random));
    let title = keys.seal_text(PLAYLIST_TITLE, id.as_bytes(), &title);
    drop(keys);
    let mut tx = app.db.write().await?;
    hold(&mut tx, me).await?;
    if playlists::count(&mut tx, me).await? >= MOST {
        let detail = format!("At most {MOST} playlists are kept. Delete one of them first.");
        return Err(AppError::refused(RefusalKind::Conflict, "too_many_playlists", detail));
    }
    playlists::insert(&mut tx, &Playlist { owner: me, id, title, created_at: app.clock.now() }).await?;
    view(app, tx, me, id).await
}

/// Calls one's own playlist something else.
pub async fn rename(app: &App, signed: &Signed, id: PlaylistId, title: &str) -> Result<PlaylistView, AppError> {
    let title = read_title(title)?;
    let (keys, me) = (signed.keys(app).await?, signed.account);
    let title = keys.seal_text(PLAYLIST_TITLE, id.as_bytes(), &title);
    drop(keys);
    let mut tx = app.db.write().await?;
    hold(&mut tx, me).await?;
    own(&mut tx, me, id).await?;
    playlists::set_title(&mut tx, me, id, &title).await?;
    view(app, tx, me, id).await
}

/// Takes one's own playlist away. Its videos stay.
pub async fn remove(app: &App, signed: &Signed, id: PlaylistId) -> Result<(), AppError> {
    let me = signed.account;
    let mut tx = app.db.write().await?;
    hold(&mut tx, me).await?;
    own(&mut tx, me, id).await?;
    playlists::delete(&mut tx, me, id).await?;
    Ok(tx.commit().await?)
}

/// Puts one's own video at the end of one's own playlist. Doing it again changes nothing.
pub async fn put(app: &App, signed: &Signed, id: PlaylistId, video: VideoId) -> Result<PlaylistView, AppError> {
    let me = signed.account;
    let mut tx = app.db.write().await?;
    hold(&mut tx, me).await?;
    own(&mut tx, me, id).await?;
    video::find(&mut tx, Some(me), Action::ChangeVideo, video).await?;
    let (count, last) = playlists::last(&mut tx, me, id).await?;
    if count >= VIDEOS && !playlists::holding(&mut tx, me, video).await?.contains(&id) {
        let detail = format!("At most {VIDEOS} videos stand in one playlist.");
        return Err(AppError::refused(RefusalKind::Conflict, "playlist_full", detail));
    }
    playlists::put(&mut tx, me, id, video, last + 1).await?;
    view(app, tx, me, id).await
}

/// Takes a video out of one's own playlist. Doing it again changes nothing.
pub async fn take(app: &App, signed: &Signed, id: PlaylistId, video: VideoId) -> Result<PlaylistView, AppError> {
    let me = signed.account;
    let mut tx = app.db.write().await?;
    hold(&mut tx, me).await?;
    own(&mut tx, me, id).await?;
    video::find(&mut tx, Some(me), Action::ChangeVideo, video).await?;
    playlists::take(&mut tx, me, id, video).await?;
    view(app, tx, me, id).await
}

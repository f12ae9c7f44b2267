//! Looking at a sound.

use outro_db::Tx;
use outro_model::{AccountId, SoundId};
use outro_policy::{Action, Facts, decide, feed_scope};
use outro_store::sounds::{self, Sound};

use super::find::{audible, find, to_borrow};
use crate::account::{open_handle, since};
use crate::video::{FoundVideo, VideoView, view_of};
use crate::{App, AppError, Signed, Viewer, standing, viewer};

/// Uses are counted up to here.
const MOST_USES: i64 = 500;

/// A sound, as a viewer may see it.
pub struct SoundView {
    /// The id.
    pub id: SoundId,
    /// The video that it is the sound of.
    pub video: VideoView,
    /// Since when it is a sound, RFC 3339.
    pub created_at: String,
    /// How many of the latest 500 videos that use it everyone may watch.
    pub use_count: i64,
    /// Whether the viewer may use it now.
    pub can_use: bool,
    /// Whether anybody may: its owner lets others use it, and everyone may hear it.
    pub lent: bool,
}

/// The sound with this id. Who may not watch its video does not learn that there is one.
pub async fn get(app: &App, who: &Viewer, id: SoundId) -> Result<SoundView, AppError> {
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let (sound, video) = find(&mut tx, asking, id).await?;
    let can_use = may_use(&mut tx, asking, &video).await?;
    let (lent, use_count) = used(&mut tx, asking, &sound).await?;
    drop(tx);
    let video = view_of(app, asking, video).await?;
    Ok(SoundView { id, video, created_at: since(sound.created_at), use_count, can_use, lent })
}

async fn may_use(tx: &mut Tx, asking: Option<AccountId>, found: &FoundVideo) -> Result<bool, AppError> {
    let facts = Facts { video: Some(found.video.facts), ..standing::facts(tx, asking, &found.owner).await? };
    Ok(decide(Action::UseSound, &facts).allowed)
}

/// Whether it is heard in the videos of others, and in how many.
async fn used(tx: &mut Tx, asking: Option<AccountId>, sound: &Sound) -> Result<(bool, i64), AppError> {
    if audible(tx, &[asking], sound.id).await?.is_none() {
        return Ok((false, 0));
    }
    Ok((true, sounds::count_uses(tx, feed_scope(), asking, sound, MOST_USES).await?))
}

/// A sound that is about to be used.
pub struct Offered {
    /// The id.
    pub id: SoundId,
    /// The handle of whose it is.
    pub handle: String,
}

/// The sound that somebody has chosen for a video of theirs, as long as they may use it.
pub async fn offered(app: &App, signed: &Signed, id: SoundId) -> Result<Offered, AppError> {
    let mut tx = app.db.read().await?;
    let me = viewer::still(app, &mut tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    let sound = to_borrow(&mut tx, me, id).await?;
    let account = outro_store::accounts::by_id(&mut tx, sound.owner).await?.ok_or(AppError::NotFound)?;
    drop(tx);
    let keys = app.vault.account(account.id).await?.ok_or(AppError::NotFound)?;
    Ok(Offered { id, handle: open_handle(&keys, account.id, &account.handle)? })
}

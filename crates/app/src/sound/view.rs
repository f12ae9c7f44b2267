//! Looking at a sound.

use outro_db::Tx;
use outro_model::{AccountId, SoundId, VideoId, Way};
use outro_policy::{Action, Facts, decide, feed_scope};
use outro_store::sounds::{self, Sound};

use super::find::{audible, find, sound_of, to_borrow};
use super::peaks;
use crate::account::{open_handle, since};
use crate::video::{FoundVideo, VideoView, view_of};
use crate::{App, AppError, Signed, Viewer, standing, viewer};

/// Uses are counted up to here.
const MOST_USES: i64 = 500;
/// Characters of a title.
const TITLE: usize = 80;

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
    /// What it is called: the first line of what is written under its video; may be empty.
    pub title: String,
    /// Its waveform: the peak of each of at most 256 equal slices, 255 being the highest. Empty where it is silent, or
    /// nobody has listened yet, and in lists.
    pub peaks: Vec<u8>,
    /// Whether anybody may: its owner lets others use it, and everyone may hear it.
    pub lent: bool,
}

/// The sound with this id. Who may not watch its video does not learn that there is one.
pub async fn get(app: &App, who: &Viewer, id: SoundId) -> Result<SoundView, AppError> {
    let mut tx = app.db.read().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    let (sound, video) = find(&mut tx, asking, id).await?;
    let looked = look(&mut tx, asking, (sound, video)).await?;
    let peaks = sounds::peaks(&mut tx, sound.owner, sound.video).await?;
    drop(tx);
    let view = looked.view(app, asking).await?;
    let peaks = match peaks {
        Some(sealed) => peaks::open(app, &sound, &sealed).await?,
        None => vec![],
    };
    Ok(SoundView { peaks, ..view })
}

/// A sound that the viewer may see, and what was read of it in the same snapshot.
pub(super) struct Looked {
    sound: Sound,
    video: FoundVideo,
    can_use: bool,
    use_count: i64,
    /// Whether anybody may use it.
    pub(super) lent: bool,
}

pub(super) async fn look(
    tx: &mut Tx,
    asking: Option<AccountId>,
    (sound, video): (Sound, FoundVideo),
) -> Result<Looked, AppError> {
    let can_use = may_use(tx, asking, &video).await?;
    let (lent, use_count) = used(tx, asking, &sound).await?;
    Ok(Looked { sound, video, can_use, use_count, lent })
}

impl Looked {
    /// Opens what is sealed of it.
    pub(super) async fn view(self, app: &App, asking: Option<AccountId>) -> Result<SoundView, AppError> {
        let Self { sound, video, can_use, use_count, lent } = self;
        let video = view_of(app, asking, video).await?;
        let (title, created_at) = (title(&video.caption), since(sound.created_at));
        Ok(SoundView { id: sound.id, video, created_at, use_count, can_use, title, peaks: vec![], lent })
    }
}

/// The first line of a caption that says something, cut off where it is long.
fn title(caption: &str) -> String {
    let line = caption.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    match line.char_indices().nth(TITLE) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

async fn may_use(tx: &mut Tx, asking: Option<AccountId>, found: &FoundVideo) -> Result<bool, AppError> {
    let facts = Facts { video: Some(found.video.facts), ..standing::facts(tx, asking, &found.owner).await? };
    Ok(decide(Action::UseSound, &facts).allowed)
}

/// Whether it is heard in the videos of others, and in how many.
async fn used(tx: &mut Tx, asking: Option<AccountId>, sound: &Sound) -> Result<(bool, i64), AppError> {
    if audible(tx, &[asking], (sound.id, Way::Sound)).await?.is_none() {
        return Ok((false, 0));
    }
    Ok((true, sounds::count_uses(tx, feed_scope(), asking, sound, MOST_USES).await?))
}

/// A sound that is about to be used, or a video that is about to be joined.
pub struct Offered {
    /// The id of the sound.
    pub id: SoundId,
    /// The handle of whose it is.
    pub handle: String,
    /// How long it is, in milliseconds.
    pub duration_ms: i64,
    /// The video that it is the sound of.
    pub video: VideoId,
}

/// The sound that somebody has chosen for a video of theirs, as long as they may use it so.
pub async fn offered(app: &App, signed: &Signed, id: SoundId, way: Way) -> Result<Offered, AppError> {
    let mut tx = app.db.read().await?;
    let me = viewer::still(app, &mut tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    open_offer(app, tx, me, (id, way)).await
}

/// The video that somebody has chosen to put into theirs, as long as they may.
pub async fn offered_video(app: &App, signed: &Signed, id: VideoId, way: Way) -> Result<Offered, AppError> {
    let mut tx = app.db.read().await?;
    let me = viewer::still(app, &mut tx, &Some(signed.clone())).await?.ok_or(AppError::SignInNeeded)?;
    let sound = sound_of(&mut tx, id).await?;
    open_offer(app, tx, me, (sound, way)).await
}

async fn open_offer(app: &App, mut tx: Tx, me: AccountId, (id, way): (SoundId, Way)) -> Result<Offered, AppError> {
    let (sound, duration_ms) = to_borrow(&mut tx, me, (id, way)).await?;
    let account = outro_store::accounts::by_id(&mut tx, sound.owner).await?.ok_or(AppError::NotFound)?;
    drop(tx);
    let keys = app.vault.account(account.id).await?.ok_or(AppError::NotFound)?;
    let handle = open_handle(&keys, account.id, &account.handle)?;
    Ok(Offered { id, handle, duration_ms, video: sound.video })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_first_line_that_says_something() {
        assert_eq!(title("  \n Rain on tin #lofi\nmore"), "Rain on tin #lofi");
        assert_eq!(title(""), "");
        let long = "é".repeat(100);
        assert_eq!(title(&long), format!("{}…", "é".repeat(80)));
        assert_eq!(title(&"x".repeat(80)), "x".repeat(80));
    }
}

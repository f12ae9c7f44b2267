//! Sounds by their ids, and whether one is heard.

use outro_db::Tx;
use outro_model::{AccountId, SoundId, VideoId, Way};
use outro_policy::{Action, Facts, decide};
use outro_store::accounts::{self, Account};
use outro_store::sounds::{self, Borrowing, Sound};
use outro_store::videos::{self, Video};

use crate::video::{self, FoundVideo};
use crate::{AppError, standing};

/// The id of no video: ids are drawn at random.
const NO_VIDEO: VideoId = VideoId::from_bytes([0; 16]);

/// A sound that the viewer may hear where it comes from, with its video. It is seen by whoever may watch that:
/// what is hidden answers as what never was, and what never was takes as many reads.
pub(super) async fn find(tx: &mut Tx, asking: Option<AccountId>, id: SoundId) -> Result<(Sound, FoundVideo), AppError> {
    let sound = sounds::by_id(tx, id).await?;
    let video = video::find(tx, asking, Action::ReadBytes, sound.map_or(NO_VIDEO, |sound| sound.video)).await?;
    sound.map(|sound| (sound, video)).ok_or(AppError::NotFound)
}

/// What whoever sees or hears a video asks for, where it is in another in this way.
const fn is_there(way: Way) -> Action {
    match way {
        Way::Sound => Action::HearSound,
        Way::Duet => Action::SeeDuet,
        Way::Stitch => Action::SeeStitch,
    }
}

/// What whoever takes it asks for.
pub(crate) const fn is_taken(way: Way) -> Action {
    match way {
        Way::Sound => Action::UseSound,
        Way::Duet => Action::Duet,
        Way::Stitch => Action::Stitch,
    }
}

/// The sound that somebody wants to use, or whose video they want in theirs, asked about in the transaction that notes it,
/// and how long it is, in milliseconds.
pub(crate) async fn to_borrow(
    tx: &mut Tx,
    asking: AccountId,
    (id, way): (SoundId, Way),
) -> Result<(Sound, i64), AppError> {
    let (sound, FoundVideo { video, owner, .. }) = find(tx, Some(asking), id).await?;
    let facts = Facts { video: Some(video.facts), ..standing::facts(tx, Some(asking), &owner).await? };
    standing::ask(is_taken(way), &facts)?;
    Ok((sound, video.duration_ms))
}

/// The id of no sound.
const NO_SOUND: SoundId = SoundId::from_bytes([0; 16]);

/// The id of the sound of a video, seen or not; where it has none, one that no sound has.
pub(crate) async fn sound_of(tx: &mut Tx, id: VideoId) -> Result<SoundId, AppError> {
    let video = videos::by_id(tx, id).await?;
    Ok(video.and_then(|video| video.sounds.own).unwrap_or(NO_SOUND))
}

/// A sound, with whom and what it is of.
pub(crate) struct Lender {
    pub(crate) sound: Sound,
    pub(crate) account: Account,
    /// How long it is, in milliseconds.
    pub(crate) duration_ms: i64,
}

/// The sound of another that `asking` hears in a video, if any. Both are asked about: the viewer, and whoever
/// uses the sound. A block between either of them and whom it is of, and everything that ends lending, silences it.
pub(crate) async fn heard(tx: &mut Tx, asking: Option<AccountId>, video: &Video) -> Result<Option<Lender>, AppError> {
    match video.sounds.borrowed {
        Some(borrowing) => lent(tx, asking, video.owner, borrowing).await,
        None => Ok(None),
    }
}

/// The same of what a video of `owner` has of another.
pub(super) async fn lent(
    tx: &mut Tx,
    asking: Option<AccountId>,
    owner: AccountId,
    Borrowing { sound, way, .. }: Borrowing,
) -> Result<Option<Lender>, AppError> {
    audible(tx, &[asking, Some(owner)], (sound, way)).await
}

/// The sound, when all of these may hear it in the video of somebody who uses it; in another way, when they may see there
/// what it is the sound of.
pub(super) async fn audible(
    tx: &mut Tx,
    all: &[Option<AccountId>],
    (id, way): (SoundId, Way),
) -> Result<Option<Lender>, AppError> {
    let Some(sound) = sounds::by_id(tx, id).await? else { return Ok(None) };
    let (Some(from), Some(account)) = (videos::by_id(tx, sound.video).await?, accounts::by_id(tx, sound.owner).await?)
    else {
        return Ok(None);
    };
    for &one in all {
        let facts = Facts { video: Some(from.facts), ..standing::facts(tx, one, &account).await? };
        if !decide(is_there(way), &facts).allowed {
            return Ok(None);
        }
    }
    Ok(Some(Lender { sound, account, duration_ms: from.duration_ms }))
}

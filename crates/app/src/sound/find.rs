//! Sounds by their ids, and whether one is heard.

use outro_db::Tx;
use outro_model::{AccountId, SoundId, VideoId};
use outro_policy::{Action, Facts, decide};
use outro_store::accounts::{self, Account};
use outro_store::sounds::{self, Sound};
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

/// The sound that somebody wants to use, asked about in the transaction that notes it.
pub(crate) async fn to_borrow(tx: &mut Tx, asking: AccountId, id: SoundId) -> Result<Sound, AppError> {
    let (sound, FoundVideo { video, owner, .. }) = find(tx, Some(asking), id).await?;
    let facts = Facts { video: Some(video.facts), ..standing::facts(tx, Some(asking), &owner).await? };
    standing::ask(Action::UseSound, &facts)?;
    Ok(sound)
}

/// A sound, with whom and what it is of.
pub(crate) struct Lender {
    pub(crate) sound: Sound,
    pub(crate) account: Account,
}

/// The sound of another that `asking` hears in a video, if any. Both are asked about: the viewer, and whoever
/// uses the sound. A block between either of them and whom it is of, and everything that ends lending, silences it.
pub(crate) async fn heard(tx: &mut Tx, asking: Option<AccountId>, video: &Video) -> Result<Option<Lender>, AppError> {
    match video.sounds.borrowed {
        Some(id) => audible(tx, &[asking, Some(video.owner)], id).await,
        None => Ok(None),
    }
}

/// The sound, when all of these may hear it in the video of somebody who uses it.
pub(super) async fn audible(tx: &mut Tx, all: &[Option<AccountId>], id: SoundId) -> Result<Option<Lender>, AppError> {
    let Some(sound) = sounds::by_id(tx, id).await? else { return Ok(None) };
    let (Some(from), Some(account)) = (videos::by_id(tx, sound.video).await?, accounts::by_id(tx, sound.owner).await?)
    else {
        return Ok(None);
    };
    for &one in all {
        let facts = Facts { video: Some(from.facts), ..standing::facts(tx, one, &account).await? };
        if !decide(Action::HearSound, &facts).allowed {
            return Ok(None);
        }
    }
    Ok(Some(Lender { sound, account }))
}

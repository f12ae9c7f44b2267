//! What a video's foot says of its sound.

use std::collections::HashMap;

use outro_db::Tx;
use outro_model::{AccountId, SoundId, VideoId, Way};
use outro_store::sounds::{Borrowing, Sounds};
use outro_vault::AccountKeys;

use super::find::{Lender, lent};
use crate::AppError;
use crate::account::open_handle;

/// The sound of a video, as a viewer may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoundLine {
    /// Its id.
    pub id: SoundId,
    /// The handle of whose it is.
    pub handle: String,
    /// Whether it is the video's own.
    pub original: bool,
}

/// The video that another is joined with, as a viewer may see it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// How.
    pub way: Way,
    /// Its id.
    pub video: VideoId,
    /// The handle of whose it is.
    pub handle: String,
}

/// The same before its name is opened.
pub(crate) enum Credit {
    /// The video's own.
    Own(SoundId),
    /// That of somebody else's video: what is in it of that, whose it is, their sealed handle, and the other video.
    Borrowed(Borrowing, AccountId, Vec<u8>, VideoId),
}

/// What `asking` hears in a video of `owner`; none where its sound is nobody's to see.
pub(crate) async fn credit(
    tx: &mut Tx,
    asking: Option<AccountId>,
    owner: AccountId,
    sounds: Sounds,
) -> Result<Option<Credit>, AppError> {
    if let Some(borrowing) = sounds.borrowed
        && let Some(Lender { sound, account, .. }) = lent(tx, asking, owner, borrowing).await?
    {
        return Ok(Some(Credit::Borrowed(borrowing, sound.owner, account.handle, sound.video)));
    }
    Ok(sounds.own.map(Credit::Own))
}

/// Whose keys it takes to name these sounds, besides those of the videos' own.
pub(crate) fn makers<'a>(credits: impl IntoIterator<Item = &'a Option<Credit>>) -> Vec<AccountId> {
    let maker = |credit: &'a Option<Credit>| match credit {
        Some(Credit::Borrowed(_, maker, ..)) => Some(*maker),
        _ => None,
    };
    credits.into_iter().filter_map(maker).collect()
}

impl Credit {
    /// Whether it is that of somebody else's video.
    pub(crate) const fn borrows(credit: &Option<Self>) -> bool {
        matches!(credit, Some(Self::Borrowed(..)))
    }

    /// How long a video is with what it has of another, in milliseconds; none where it is as long as it is alone.
    pub(crate) fn lasts_ms(credit: &Option<Self>) -> Option<i64> {
        match credit {
            Some(Self::Borrowed(Borrowing { lasts_ms, .. }, ..)) if *lasts_ms > 0 => Some(*lasts_ms),
            _ => None,
        }
    }

    /// Whether the picture of another is in it.
    pub(crate) const fn joins(credit: &Option<Self>) -> bool {
        matches!(credit, Some(Self::Borrowed(Borrowing { way: Way::Duet | Way::Stitch, .. }, ..)))
    }

    /// Whether something of another comes before it.
    pub(crate) const fn is_stitched(credit: &Option<Self>) -> bool {
        matches!(credit, Some(Self::Borrowed(Borrowing { way: Way::Stitch, .. }, ..)))
    }

    /// The video that it is joined with; none when it is with none, or the key of whose that is is gone.
    pub(crate) fn joined(
        credit: &Option<Self>,
        keys: &HashMap<AccountId, AccountKeys>,
    ) -> Result<Option<Joined>, AppError> {
        let Some(Self::Borrowed(Borrowing { way, .. }, maker, sealed, video)) = credit else { return Ok(None) };
        match keys.get(maker).filter(|_| Self::joins(credit)) {
            Some(keys) => Ok(Some(Joined { way: *way, video: *video, handle: open_handle(keys, *maker, sealed)? })),
            None => Ok(None),
        }
    }

    /// The line of a video of `handle`; none where what is heard is not a sound alone, and when the key of whose sound it is is gone.
    pub(crate) fn line(
        &self,
        keys: &HashMap<AccountId, AccountKeys>,
        handle: &str,
    ) -> Result<Option<SoundLine>, AppError> {
        Ok(match self {
            Self::Own(id) => Some(SoundLine { id: *id, handle: handle.to_owned(), original: true }),
            Self::Borrowed(Borrowing { sound, way: Way::Sound, .. }, maker, sealed, _) => match keys.get(maker) {
                Some(keys) => {
                    Some(SoundLine { id: *sound, handle: open_handle(keys, *maker, sealed)?, original: false })
                }
                None => None,
            },
            Self::Borrowed(..) => None,
        })
    }
}

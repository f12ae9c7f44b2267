//! What a video's foot says of its sound.

use std::collections::HashMap;

use outro_db::Tx;
use outro_model::{AccountId, SoundId};
use outro_store::sounds::Sounds;
use outro_vault::AccountKeys;

use super::find::{Lender, audible};
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

/// The same before its name is opened.
pub(crate) enum Credit {
    /// The video's own.
    Own(SoundId),
    /// That of somebody else's video: its id, whose it is, and their sealed handle.
    Borrowed(SoundId, AccountId, Vec<u8>),
}

/// What `asking` hears in a video of `owner`; none where its sound is nobody's to see.
pub(crate) async fn credit(
    tx: &mut Tx,
    asking: Option<AccountId>,
    owner: AccountId,
    sounds: Sounds,
) -> Result<Option<Credit>, AppError> {
    if let Some(id) = sounds.borrowed
        && let Some(Lender { sound, account }) = audible(tx, &[asking, Some(owner)], id).await?
    {
        return Ok(Some(Credit::Borrowed(sound.id, sound.owner, account.handle)));
    }
    Ok(sounds.own.map(Credit::Own))
}

/// Whose keys it takes to name these sounds, besides those of the videos' own.
pub(crate) fn makers<'a>(credits: impl IntoIterator<Item = &'a Option<Credit>>) -> Vec<AccountId> {
    let maker = |credit: &'a Option<Credit>| match credit {
        Some(Credit::Borrowed(_, maker, _)) => Some(*maker),
        _ => None,
    };
    credits.into_iter().filter_map(maker).collect()
}

impl Credit {
    /// The line of a video of `handle`; none when the key of whose sound it is is gone.
    pub(crate) fn line(
        &self,
        keys: &HashMap<AccountId, AccountKeys>,
        handle: &str,
    ) -> Result<Option<SoundLine>, AppError> {
        Ok(match self {
            Self::Own(id) => Some(SoundLine { id: *id, handle: handle.to_owned(), original: true }),
            Self::Borrowed(id, maker, sealed) => match keys.get(maker) {
                Some(keys) => Some(SoundLine { id: *id, handle: open_handle(keys, *maker, sealed)?, original: false }),
                None => None,
            },
        })
    }
}

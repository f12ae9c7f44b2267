//! Choosing another sound for a draft, another stretch of it, or how loud the two are.

use outro_db::Tx;
use outro_model::{Mixing, SoundId, Way};
use outro_store::sounds::{self, Borrowed};
use outro_store::videos::Video;

use super::change::VideoChange;
use super::upload::{Other, borrow, may_borrow, no_such_sound, read_mixing, read_sound};
use crate::{App, AppError};

/// What is changed of what a draft plays; what is `None` stays.
pub(super) struct SoundChange {
    /// The sound of another; `Some(None)` plays the draft's own.
    sound: Option<Option<SoundId>>,
    from_ms: Option<i64>,
    own: Option<i64>,
    level: Option<i64>,
}

impl SoundChange {
    /// Reads what is said of it.
    pub(super) fn read(change: &VideoChange) -> Result<Self, AppError> {
        let sound = change.sound.as_ref().map(|id| read_sound(id.as_deref())).transpose()?;
        let VideoChange { sound_from_ms, own_level, sound_level, .. } = *change;
        Ok(Self { sound, from_ms: sound_from_ms, own: own_level, level: sound_level })
    }

    /// Whether anything is said.
    pub(super) const fn is_any(&self) -> bool {
        self.sound.is_some() || self.from_ms.is_some() || self.own.is_some() || self.level.is_some()
    }

    /// Notes what is to be heard, in the caller's transaction; `true` when that is another than before, so that the
    /// draft has to be made anew. Whether it is a draft is asked by whoever has it made.
    pub(super) async fn apply(&self, app: &App, tx: &mut Tx, row: &Video) -> Result<bool, AppError> {
        if !self.is_any() {
            return Ok(false);
        }
        let before = match sounds::borrowed(tx, row.owner, row.id).await? {
            Borrowed::Sound(id, mixing) => Some((id, mixing)),
            Borrowed::Nothing | Borrowed::Gone => None,
        };
        let wanted = match (self.sound, before) {
            (Some(None), _) => None,
            (Some(Some(id)), Some((known, mixing))) if known == id && mixing.way == Way::Sound => Some((id, mixing)),
            (Some(Some(id)), _) => Some((id, Mixing::default())),
            (None, Some(before)) => Some(before),
            // Levels of nothing.
            (None, None) => return Err(no_such_sound()),
        };
        let wanted = match wanted {
            Some((id, mixing)) => Some((id, read_mixing(self.from_ms, self.own, self.level, mixing)?)),
            None => None,
        };
        if wanted == before {
            return Ok(false);
        }
        if row.draft.is_none() {
            // Refused by whoever is asked to make it anew.
            return Ok(true);
        }
        sounds::drop_use(tx, row.owner, row.id).await?;
        if let Some((id, mixing)) = wanted {
            // The own sound under another is nobody's to see.
            sounds::withdraw(tx, row.owner, row.id).await?;
            let sound = may_borrow(tx, row.owner, (Other::Sound(id), mixing)).await?;
            borrow(app, tx, (row.owner, row.id), (&sound, mixing)).await?;
        }
        Ok(true)
    }
}

//! The waveform of a sound: it says something of what is heard, so it is sealed.

use outro_datamap::VIDEO_PEAKS;
use outro_db::Tx;
use outro_model::{AccountId, VideoId};
use outro_store::sounds::{self, Sound};
use outro_vault::AccountKeys;

use crate::{App, AppError};

/// Keeps the waveform of a video's own sound, in the transaction that makes the video ready; of silence, none.
pub(crate) async fn keep(
    tx: &mut Tx,
    keys: &AccountKeys,
    (owner, video): (AccountId, VideoId),
    peaks: &[u8],
) -> Result<(), AppError> {
    let sealed = (!peaks.is_empty()).then(|| keys.seal_text(VIDEO_PEAKS, video.as_bytes(), &hex::encode(peaks)));
    sounds::set_peaks(tx, owner, video, sealed.as_deref()).await?;
    Ok(())
}

/// Opens it; nothing where its owner is gone.
pub(super) async fn open(app: &App, sound: &Sound, sealed: &[u8]) -> Result<Vec<u8>, AppError> {
    let Some(keys) = app.vault.account(sound.owner).await? else { return Ok(vec![]) };
    let text = keys.open_text(VIDEO_PEAKS, sound.video.as_bytes(), sealed)?;
    hex::decode(&text[..]).map_err(AppError::internal)
}

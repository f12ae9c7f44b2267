//! The log of erasures, as everybody may read it.

use outro_tlog::Tile;

use super::note::log_origin;
use crate::{App, AppError};

/// The signed checkpoint: how many erasures there were, and the hash over all their receipts.
pub async fn log_checkpoint(app: &App) -> Result<String, AppError> {
    Ok(app.vault.log_checkpoint(&log_origin(&app.settings.host)).await?)
}

/// A tile, by the part of its address after `tile/`; none when that is no address, or the log has not grown so far.
pub async fn log_tile(app: &App, path: &str) -> Result<Option<Vec<u8>>, AppError> {
    match Tile::parse(path) {
        Some(tile) => Ok(app.vault.log_tile(tile).await?),
        None => Ok(None),
    }
}

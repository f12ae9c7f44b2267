//! Muting, and taking a mute back.

use outro_store::graph;

use super::{Other, hold_live, named, or_gone};
use crate::{App, AppError, Signed};

/// Mutes a handle: what they do is not brought up any more. They never learn of it, and whoever looks for
/// them finds them. Doing it again changes nothing.
pub async fn mute(app: &App, signed: &Signed, handle: &str) -> Result<(), AppError> {
    set(app, signed, handle, true).await
}

/// Takes a mute back. Doing it again changes nothing.
pub async fn unmute(app: &App, signed: &Signed, handle: &str) -> Result<(), AppError> {
    set(app, signed, handle, false).await
}

async fn set(app: &App, signed: &Signed, handle: &str, muted: bool) -> Result<(), AppError> {
    let (me, them) = (signed.account, named(app, handle).await?);
    let mut tx = app.db.write().await?;
    hold_live(&mut tx, me).await?;
    Other::read(&mut tx, me, them).await?.seen()?;
    if muted {
        graph::mute(&mut tx, me, them, app.clock.now()).await.map_err(or_gone)?;
    } else {
        graph::unmute(&mut tx, me, them).await?;
    }
    Ok(tx.commit().await?)
}

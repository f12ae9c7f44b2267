//! Removing a follower.

use outro_store::graph;

use super::{held, named};
use crate::{App, AppError, Signed};

/// Makes a handle follow one no more. They are not told, and may follow or ask again. Doing it again
/// changes nothing.
pub async fn remove_follower(app: &App, signed: &Signed, handle: &str) -> Result<(), AppError> {
    let (me, them) = (signed.account, named(app, handle).await?);
    let mut tx = app.db.write().await?;
    held(&mut tx, me, them).await?;
    graph::unfollow(&mut tx, them, me).await?;
    Ok(tx.commit().await?)
}

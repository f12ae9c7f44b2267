//! Dismissing a suggestion for good.

use outro_store::finding;

use crate::graph::{Other, hold_live, named, or_gone};
use crate::{App, AppError, Signed};

/// Never suggests a handle again. They never learn of it; whoever looks for them finds them. Doing it again
/// changes nothing.
pub async fn dismiss(app: &App, signed: &Signed, handle: &str) -> Result<(), AppError> {
    let (me, them) = (signed.account, named(app, handle).await?);
    let mut tx = app.db.write().await?;
    hold_live(&mut tx, me).await?;
    Other::read(&mut tx, me, them).await?.seen()?;
    finding::dismiss(&mut tx, me, them, app.clock.now()).await.map_err(or_gone)?;
    Ok(tx.commit().await?)
}

//! Blocking, and taking a block back.

use outro_db::Tx;
use outro_model::AccountId;
use outro_store::graph;

use super::{Other, hold_live, named, or_gone};
use crate::{App, AppError, Signed};

/// Blocks a handle: from the next request on neither sees the other anywhere, and what either followed or
/// asked for is over. Doing it again changes nothing. Whom one cannot see one cannot block.
pub async fn block(app: &App, signed: &Signed, handle: &str) -> Result<(), AppError> {
    let (me, them) = (signed.account, named(app, handle).await?);
    let mut tx = app.db.write().await?;
    hold(&mut tx, me, them).await?;
    graph::block(&mut tx, me, them, app.clock.now()).await.map_err(or_gone)?;
    Ok(tx.commit().await?)
}

/// Takes a block back. What it ended does not begin again. Doing it again changes nothing.
pub async fn unblock(app: &App, signed: &Signed, handle: &str) -> Result<(), AppError> {
    let (me, them) = (signed.account, named(app, handle).await?);
    let mut tx = app.db.write().await?;
    hold(&mut tx, me, them).await?;
    graph::unblock(&mut tx, me, them).await?;
    Ok(tx.commit().await?)
}

/// Holds what stands between the two. One's own block hides the other, and must not keep from being taken back.
async fn hold(tx: &mut Tx, me: AccountId, them: AccountId) -> Result<(), AppError> {
    hold_live(tx, me).await?;
    Other::read(tx, me, them).await?.but_for_own_block(me).seen()?;
    graph::hold(tx, &[me, them]).await?;
    Other::read(tx, me, them).await?.but_for_own_block(me).seen()?;
    Ok(())
}

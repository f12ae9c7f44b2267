//! Declining a follow request.

use outro_store::graph;

use super::{held, named};
use crate::notify::{self, About, Kind};
use crate::{App, AppError, Signed};

/// Declines the request of a handle, who is not told. Doing it again changes nothing.
pub async fn decline(app: &App, signed: &Signed, handle: &str) -> Result<(), AppError> {
    let (me, them) = (signed.account, named(app, handle).await?);
    let mut tx = app.db.write().await?;
    held(&mut tx, me, them).await?;
    if graph::drop_request(&mut tx, them, me).await? {
        notify::take_back(&mut tx, Kind::FollowRequest, me, them, About::default()).await?;
    }
    Ok(tx.commit().await?)
}

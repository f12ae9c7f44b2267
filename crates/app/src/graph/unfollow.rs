//! No longer following, and taking a request back.

use outro_store::graph;

use super::{FollowState, held, named};
use crate::{App, AppError, Signed};

/// Ends following an account, or takes the request back. Doing it again changes nothing. One may do it
/// while one's own account is away: it takes nothing from others.
pub async fn unfollow(app: &App, signed: &Signed, handle: &str) -> Result<FollowState, AppError> {
    let (me, them) = (signed.account, named(app, handle).await?);
    let mut tx = app.db.write().await?;
    held(&mut tx, me, them).await?;
    graph::unfollow(&mut tx, me, them).await?;
    graph::drop_request(&mut tx, me, them).await?;
    tx.commit().await?;
    Ok(FollowState::None)
}

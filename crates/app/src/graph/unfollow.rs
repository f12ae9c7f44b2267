//! No longer following, and taking a request back.

use outro_store::graph;

use super::{FollowState, held, named};
use crate::notify::{self, About, Kind};
use crate::{App, AppError, Signed};

/// Ends following an account, or takes the request back. Doing it again changes nothing. One may do it
/// while one's own account is away: it takes nothing from others.
pub async fn unfollow(app: &App, signed: &Signed, handle: &str) -> Result<FollowState, AppError> {
    let (me, them) = (signed.account, named(app, handle).await?);
    let mut tx = app.db.write().await?;
    held(&mut tx, me, them).await?;
    if graph::unfollow(&mut tx, me, them).await? {
        notify::take_back(&mut tx, Kind::Follow, them, me, About::default()).await?;
    }
    if graph::drop_request(&mut tx, me, them).await? {
        notify::take_back(&mut tx, Kind::FollowRequest, them, me, About::default()).await?;
    }
    tx.commit().await?;
    Ok(FollowState::None)
}

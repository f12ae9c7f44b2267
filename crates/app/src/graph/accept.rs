//! Accepting a follow request.

use outro_store::graph;

use super::{held, named, or_gone};
use crate::notify::{self, About, Kind, Told};
use crate::{App, AppError, Signed, standing};

/// Accepts the request of a handle, who follows from the next request on. Doing it again changes nothing;
/// where there is no request (any more) there is nothing.
pub async fn accept(app: &App, signed: &Signed, handle: &str) -> Result<(), AppError> {
    let (me, them) = (signed.account, named(app, handle).await?);
    let mut tx = app.db.write().await?;
    let other = held(&mut tx, me, them).await?;
    if other.ties.followed {
        return Ok(());
    }
    if other.facts.viewer_away {
        return Err(standing::away());
    }
    if !graph::drop_request(&mut tx, them, me).await? {
        return Err(AppError::NotFound);
    }
    notify::take_back(&mut tx, Kind::FollowRequest, me, them, About::default()).await?;
    let mut told = Told::default();
    if graph::follow(&mut tx, them, me, app.clock.now()).await.map_err(or_gone)? {
        told.tell(app, &mut tx, Kind::RequestAccepted, (them, me), About::default()).await?;
    }
    told.commit(app, tx).await
}

//! Following, and asking to.

use outro_db::Tx;
use outro_model::AccountId;
use outro_policy::Action;
use outro_store::graph;

use super::{FollowState, Other, hold_live, named, or_gone};
use crate::notify::{self, About, Kind, Told};
use crate::{App, AppError, Signed, standing};

/// Follows a public account, asks to follow a private one. Doing it again changes nothing.
pub async fn follow(app: &App, signed: &Signed, handle: &str) -> Result<FollowState, AppError> {
    let (me, them) = (signed.account, named(app, handle).await?);
    let mut tx = app.db.write().await?;
    hold_live(&mut tx, me).await?;
    may_follow(&mut tx, me, them).await?;
    graph::hold(&mut tx, &[me, them]).await?;
    let other = may_follow(&mut tx, me, them).await?;
    if other.ties.follows {
        return Ok(FollowState::Following);
    }
    let (now, mut told) = (app.clock.now(), Told::default());
    let state = if other.account.facts.private_account {
        if graph::ask(&mut tx, me, them, now).await.map_err(or_gone)? {
            told.tell(app, &mut tx, Kind::FollowRequest, (them, me), About::default()).await?;
        }
        FollowState::Requested
    } else {
        // A request is left over where the account was private when it was made.
        if graph::drop_request(&mut tx, me, them).await? {
            notify::take_back(&mut tx, Kind::FollowRequest, them, me, About::default()).await?;
        }
        if graph::follow(&mut tx, me, them, now).await.map_err(or_gone)? {
            told.tell(app, &mut tx, Kind::Follow, (them, me), About::default()).await?;
        }
        FollowState::Following
    };
    told.commit(app, tx).await?;
    Ok(state)
}

/// The policy says of one's own being away only where the other may be seen.
async fn may_follow(tx: &mut Tx, me: AccountId, them: AccountId) -> Result<Other, AppError> {
    let other = Other::read(tx, me, them).await?;
    standing::ask(Action::Follow, &other.facts)?;
    Ok(other)
}

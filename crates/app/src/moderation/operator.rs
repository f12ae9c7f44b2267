//! What whoever runs the server does from its command line.

use outro_store::accounts;

use super::close::close;
use super::decide::{does_not_fit, set_suspended as set};
use super::*;
use crate::graph::named;

/// Makes the account of a handle a moderator's, or not one any more. Doing it again changes nothing, and is not noted.
pub async fn set_moderator(app: &App, handle: &str, moderator: bool) -> Result<(), AppError> {
    let account = named(app, handle).await?;
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, account).await? {
        return Err(AppError::NotFound);
    }
    if moderation::set_moderator(&mut tx, account, moderator).await? {
        moderation::note(&mut tx, &of_right(app, account, moderator)).await.map_err(or_gone)?;
    }
    Ok(tx.commit().await?)
}

/// What is noted of a right that is given or taken. Nothing is written to anybody.
fn of_right(app: &App, account: AccountId, given: bool) -> Act {
    Act {
        id: ActId::random(&*app.random),
        act: if given { ModerationAct::Grant } else { ModerationAct::Revoke },
        thing: Thing::Account(account),
        reason: ReportReason::Other,
        ground: Ground::Rules,
        provision: None,
        source: ActSource::OwnInitiative,
        statement: Vec::new(),
        created_at: app.clock.now(),
    }
}

/// Suspends the account of a handle, for reasons that the person reads.
pub async fn suspend(app: &App, handle: &str, why: &Reasons) -> Result<(), AppError> {
    set_suspended(app, handle, ModerationAct::Suspend, why).await
}

/// Ends the suspension of the account of a handle. The statement may be empty.
pub async fn unsuspend(app: &App, handle: &str, why: &Reasons) -> Result<(), AppError> {
    set_suspended(app, handle, ModerationAct::Unsuspend, why).await
}

async fn set_suspended(app: &App, handle: &str, act: ModerationAct, why: &Reasons) -> Result<(), AppError> {
    let why = Why::read(why, None, act)?;
    let account = named(app, handle).await?;
    let noted = sealed_act(app, act, Thing::Account(account), why).await?;
    let mut tx = app.db.write().await?;
    // Their own row, held as every write does that notes something of an account.
    if !accounts::lock_live(&mut tx, account).await? {
        return Err(AppError::NotFound);
    }
    if !set(app, &mut tx, account, act == ModerationAct::Suspend).await? {
        return Err(does_not_fit());
    }
    let (noted, mut told) = (Act { created_at: app.clock.now(), ..noted }, Told::default());
    close(app, &mut tx, &mut told, &noted, None).await?;
    note(app, &mut tx, &mut told, &noted).await?;
    told.commit(app, tx).await?;
    app.finder.account_changed(account);
    Ok(())
}

//! What whoever runs the server does from its command line.

use outro_store::accounts;

use super::close::close;
use super::decide::{does_not_fit, set_suspended as set};
use super::*;
use crate::graph::named;

/// Makes the account of a handle a moderator's, or not one any more. Doing it again changes nothing.
pub async fn set_moderator(app: &App, handle: &str, moderator: bool) -> Result<(), AppError> {
    let account = named(app, handle).await?;
    let mut tx = app.db.write().await?;
    if !moderation::set_moderator(&mut tx, account, moderator).await? {
        return Err(AppError::NotFound);
    }
    Ok(tx.commit().await?)
}

/// Suspends the account of a handle, for a reason (the word of a [`ReportReason`]) and with a statement that
/// the person reads.
pub async fn suspend(app: &App, handle: &str, reason: &str, statement: &str) -> Result<(), AppError> {
    let statement = read_statement(statement, true)?;
    set_suspended(app, handle, ModerationAct::Suspend, read_reason(reason)?, &statement).await
}

/// Ends the suspension of the account of a handle. The statement may be empty.
pub async fn unsuspend(app: &App, handle: &str, reason: &str, statement: &str) -> Result<(), AppError> {
    let statement = read_statement(statement, false)?;
    set_suspended(app, handle, ModerationAct::Unsuspend, read_reason(reason)?, &statement).await
}

async fn set_suspended(
    app: &App,
    handle: &str,
    act: ModerationAct,
    reason: ReportReason,
    statement: &str,
) -> Result<(), AppError> {
    let account = named(app, handle).await?;
    let noted = sealed_act(app, act, Thing::Account(account), reason, statement).await?;
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

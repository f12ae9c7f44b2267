//! Erasing on request: what whoever runs the site does for those who cannot leave by themselves.

use outro_model::{ActId, EraseReason};
use outro_store::operator_erasures;

use super::confirm::{Allowed, Confirmed, leave_with_promise};
use crate::graph::named;
use crate::{App, AppError};

/// Erases the account of a handle, as if its owner had confirmed it: the same job, the same receipt. That it was done
/// is noted, and not of whom.
pub async fn erase(app: &App, handle: &str, reason: EraseReason) -> Result<Confirmed, AppError> {
    let account = named(app, handle).await?;
    leave_with_promise(app, account, Allowed::Operator(reason)).await.map_err(|error| match error {
        // Gone since it was looked up.
        AppError::SignInNeeded => AppError::NotFound,
        error => error,
    })
}

/// An erasure on request, as it is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperatorErasure {
    /// Which kind of request it was.
    pub reason: EraseReason,
    /// The UTC day, counted from 1970-01-01.
    pub day: i64,
}

/// The erasures on request, the latest first.
pub async fn erasures_on_request(app: &App, limit: i64) -> Result<Vec<OperatorErasure>, AppError> {
    let found = operator_erasures::list(&mut app.db.read().await?, limit).await?;
    Ok(found.into_iter().map(|(reason, day)| OperatorErasure { reason, day }).collect())
}

pub(super) async fn note(app: &App, tx: &mut outro_db::Tx, reason: EraseReason) -> Result<(), AppError> {
    Ok(operator_erasures::put(tx, ActId::random(&*app.random), reason, app.clock.now().day()).await?)
}

/// Forgets what was noted longer ago than it is kept.
pub(crate) async fn drop_old(app: &App) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    operator_erasures::drop_before(&mut tx, app.clock.now().day() - outro_datamap::OPERATOR_LOG_DAYS).await?;
    Ok(tx.commit().await?)
}

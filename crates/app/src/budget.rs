//! Limits on how often something may be asked for in a day.

use outro_db::Tx;
use outro_model::Timestamp;
use outro_store::budgets;

use crate::{App, AppError};

/// One limit: what it counts, and how many a day.
pub(crate) struct Budget<'a> {
    /// What is counted, in parts that are hashed under the day's key.
    pub(crate) parts: &'a [&'a [u8]],
    /// How many a day.
    pub(crate) limit: i64,
}

/// A limit whose tag is made: making it may read the keyring, so it is done before a transaction.
pub(crate) struct Tagged {
    tag: [u8; 16],
    limit: i64,
}

/// Makes the tags of limits.
pub(crate) async fn tagged(app: &App, budgets: &[Budget<'_>]) -> Result<Vec<Tagged>, AppError> {
    let mut out = Vec::with_capacity(budgets.len());
    for budget in budgets {
        out.push(Tagged { tag: app.vault.budget_tag(budget.parts).await?, limit: budget.limit });
    }
    Ok(out)
}

/// Spends one of each limit, in the transaction of what they limit; refuses when one is used up.
pub(crate) async fn spend(app: &App, tx: &mut Tx, limits: &[Tagged]) -> Result<(), AppError> {
    let now = app.clock.now();
    for Tagged { tag, limit } in limits {
        if budgets::spend(tx, tag, now.day()).await? > *limit {
            return Err(used_up(app));
        }
    }
    Ok(())
}

/// Gives back one of each limit: what it was spent for did not come to be.
pub(crate) async fn give_back(tx: &mut Tx, limits: &[Tagged]) -> Result<(), AppError> {
    for Tagged { tag, .. } in limits {
        budgets::give_back(tx, tag).await?;
    }
    Ok(())
}

/// Spends one of each limit in a transaction of its own: a try counts also when nothing comes of it.
/// Whether each of them had one left.
pub(crate) async fn spend_now(app: &App, limits: &[Tagged]) -> Result<bool, AppError> {
    let mut tx = app.db.write().await?;
    let mut left = true;
    for Tagged { tag, limit } in limits {
        left &= budgets::spend(&mut tx, tag, app.clock.now().day()).await? <= *limit;
    }
    tx.commit().await?;
    Ok(left)
}

/// Whether one of the limits is used up; spends nothing.
pub(crate) async fn used(tx: &mut Tx, limits: &[Tagged]) -> Result<bool, AppError> {
    for Tagged { tag, limit } in limits {
        if budgets::spent(tx, tag).await? >= *limit {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The minute of the clock that a moment is in: a part of what is counted by the minute.
pub(crate) const fn minute(now: Timestamp) -> [u8; 8] {
    now.0.div_euclid(60_000).to_be_bytes()
}

/// The refusal of a limit of one minute: its end ends it.
pub(crate) const fn soon(now: Timestamp) -> AppError {
    AppError::TooMany { code: "rate_limited", retry_after_s: (60_000 - now.0.rem_euclid(60_000)) / 1000 + 1 }
}

/// The refusal of a limit that is used up: the day ends it.
pub(crate) fn used_up(app: &App) -> AppError {
    let into_day = app.clock.now().0.rem_euclid(86_400_000);
    AppError::TooMany { code: "rate_limited", retry_after_s: (86_400_000 - into_day) / 1000 + 1 }
}

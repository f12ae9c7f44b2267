//! Messages that nobody asked for: they tell a phone what happens with the account that it was linked to.

use outro_jobs::{Job, Outcome};
use outro_model::{PhoneNumber, Timestamp};

use crate::budget::{self, Budget};
use crate::{App, AppError};

/// Tells a phone something; `false` when its budget is used up for now. Messages that somebody causes again and again cost
/// money, and whoever has that number its peace. None of them names an account: a phone may be in other hands by now.
pub(crate) async fn tell(app: &App, number: &PhoneNumber, text: String) -> Result<bool, AppError> {
    let limits = [
        Budget { parts: &[b"leaving", b"number", number.as_str().as_bytes()], limit: 5 },
        Budget { parts: &[b"leaving", b"prefix", number.prefix().as_bytes()], limit: 100 },
    ];
    let limits = if app.settings.rate_limits { budget::tagged(app, &limits).await? } else { vec![] };
    let mut tx = app.db.write().await?;
    match budget::spend(app, &mut tx, &limits).await {
        Err(AppError::TooMany { .. }) => return Ok(false),
        spent => spent?,
    }
    tx.commit().await?;
    match app.courier.send(number, text, app.clock.now()).await {
        Ok(()) => Ok(true),
        // The gateway was slow to say so: one message too few does less harm than hundreds.
        Err(error) if error.may_have_left() => {
            tracing::warn!(%error, "it is not known whether a phone was told");
            Ok(true)
        }
        Err(error) => {
            let mut tx = app.db.write().await?;
            budget::give_back(&mut tx, &limits).await?;
            tx.commit().await?;
            Err(AppError::internal(error))
        }
    }
}

/// Tells each of these, also where one cannot be told; `false` when the budget of one is used up for now.
pub(crate) async fn tell_all(app: &App, numbers: &[PhoneNumber], text: &str) -> Result<bool, AppError> {
    let mut all_told = Ok(true);
    for number in numbers {
        let told = tell(app, number, text.to_owned()).await;
        all_told = all_told.and_then(|all| told.map(|told| all && told));
    }
    all_told
}

/// How often a message that has not left is tried, each time a little later.
const TRIES: i64 = 8;
/// How much later it is tried from then on, and where a budget is used up.
pub(crate) const TOLD_LATER_SECONDS: i64 = 3600;

/// When a job comes again that could not send its message.
pub(crate) fn tell_again(app: &App, job: &Job, why: &'static str) -> Outcome {
    let soon = job.errors + 1 < TRIES;
    if soon { Outcome::Again(why) } else { Outcome::At(app.clock.now().plus_seconds(TOLD_LATER_SECONDS)) }
}

/// A moment as people read it: day and minute.
pub(crate) fn minute(at: Timestamp) -> String {
    at.rfc3339().get(..16).unwrap_or_default().replace('T', " ")
}

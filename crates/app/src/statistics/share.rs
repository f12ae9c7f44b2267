//! Passing a video on, and what else is counted of a day.

use outro_db::{DbError, Tx};
use outro_model::{AccountId, Numbers, Timestamp, VideoId};
use outro_policy::Action;
use outro_store::statistics::{self, Of};
use outro_store::{accounts, budgets};

use crate::video::find;
use crate::{App, AppError, Origin, Viewer, viewer};

/// Counts that a video was passed on, once a day of each viewer, and not of its owner. Who did is known until the day's
/// end alone, as with views.
pub async fn share(app: &App, who: &Viewer, from: &Origin, id: VideoId) -> Result<(), AppError> {
    let tag = app.vault.budget_tag(&[b"share", &viewer::person(who, from), id.as_bytes()]).await?;
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let asking = viewer::still(app, &mut tx, who).await?;
    if let Some(account) = asking
        && !accounts::lock_live(&mut tx, account).await?
    {
        return Err(AppError::SignInNeeded);
    }
    let owner = find(&mut tx, asking, Action::ReadBytes, id).await?.video.owner;
    if asking != Some(owner) && budgets::spend(&mut tx, &tag, now.day()).await? == 1 {
        let shared = Numbers { shares: 1, ..Numbers::default() };
        let added = statistics::add(&mut tx, Of { owner, video: id }, now.day(), shared).await;
        // A video that is gone meanwhile is refused by the foreign key.
        added
            .map_err(|error| if matches!(error, DbError::Constraint(_)) { AppError::NotFound } else { error.into() })?;
    }
    Ok(tx.commit().await?)
}

/// Counts a comment that is shown, after the count of the video was moved.
pub(crate) async fn count_comment(
    tx: &mut Tx,
    owner: AccountId,
    video: VideoId,
    now: Timestamp,
) -> Result<(), AppError> {
    let said = Numbers { comments: 1, ..Numbers::default() };
    Ok(statistics::add(tx, Of { owner, video }, now.day(), said).await?)
}

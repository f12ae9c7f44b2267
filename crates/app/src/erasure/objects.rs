//! Objects in a bucket that came to stand there after the home of their owner had gone: their writer was killed before it could
//! take them back. Nobody can read them, since the keys under which they were sealed are destroyed; they go all the same.

use outro_blobs::BlobError;
use outro_model::AccountId;

use crate::{App, AppError};

/// How long ago somebody left at least, and at most, for the objects to be looked after once more, in seconds: by then no request of that
/// time is under way, and this comes by each hour; a site that was off for a day finds them as well.
const SETTLED_SECONDS: i64 = 900;
const LOOKED_SECONDS: i64 = 26 * 3600;
/// How many are looked after in a row.
const PAGE: u32 = 500;

/// Removes what is left of those who have left lately.
pub(crate) async fn sweep_objects(app: &App) -> Result<(), AppError> {
    if !app.blobs.in_bucket() {
        return Ok(());
    }
    let now = app.clock.now();
    let span = (now.plus_seconds(-LOOKED_SECONDS), now.plus_seconds(-SETTLED_SECONDS));
    let mut after: Option<AccountId> = None;
    loop {
        let page = app.vault.destroyed_within(span, after, PAGE).await?;
        let Some(&last) = page.last() else { return Ok(()) };
        after = Some(last);
        for account in page {
            match app.blobs.remove_home(account).await {
                // One that cannot be looked after now does not keep the others waiting: it is looked after again.
                Err(error) if !matches!(error, BlobError::Away(_) | BlobError::Gate(_)) => {
                    tracing::warn!(%error, "what may be left of somebody who has left could not be looked after");
                }
                looked => looked?,
            }
        }
    }
}

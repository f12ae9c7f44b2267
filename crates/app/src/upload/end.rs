//! Ending an upload before its end: its pieces go, then its row.

use outro_model::{AccountId, VideoId};
use outro_store::{accounts, blobs, uploads};

use crate::video::discard;
use crate::{App, AppError, Signed};

/// Ends an upload of one's own. When this returns, nothing can be added to it, and nothing of it is left.
pub async fn end(app: &App, signed: &Signed, id: VideoId) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, signed.account).await? {
        return Err(AppError::SignInNeeded);
    }
    // What is over first takes no piece any more: what is cleared away then stays so, and whoever is stopped here
    // leaves it to housekeeping.
    if !uploads::end(&mut tx, signed.account, id, app.clock.now()).await? {
        return Err(AppError::NotFound);
    }
    tx.commit().await?;
    clear(app, signed.account, id).await
}

async fn clear(app: &App, account: AccountId, id: VideoId) -> Result<(), AppError> {
    // One that is just being written belongs to whoever writes it.
    for (piece, _) in blobs::parts(&mut app.db.read().await?, account, id).await? {
        discard(app, account, piece.id).await?;
    }
    let mut tx = app.db.write().await?;
    uploads::delete(&mut tx, account, id).await?;
    Ok(tx.commit().await?)
}

/// Clears away the uploads that are over.
pub(crate) async fn drop_expired(app: &App) -> Result<(), AppError> {
    loop {
        let found = uploads::expired(&mut app.db.read().await?, app.clock.now()).await?;
        if found.is_empty() {
            return Ok(());
        }
        for (account, id) in found {
            let mut tx = app.db.write().await?;
            let over = uploads::expire(&mut tx, account, id, app.clock.now()).await?;
            tx.commit().await?;
            if over {
                clear(app, account, id).await?;
            }
        }
    }
}

//! The devices somebody is signed in on.

use outro_model::SessionId;
use outro_store::{accounts, sessions};

use super::since;
use crate::{App, AppError, Signed};

/// One sign-in.
#[derive(Clone)]
pub struct Device {
    /// The public id of the session.
    pub id: SessionId,
    /// The device, as its browser names it.
    pub device: String,
    /// When the session was opened, RFC 3339.
    pub created_at: String,
    /// When it was used last, to the hour, RFC 3339.
    pub seen_at: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// Every device that is signed in, the last used first.
pub async fn devices(app: &App, signed: &Signed) -> Result<Vec<Device>, AppError> {
    let keys = signed.keys(app).await?;
    let found = sessions::list(&mut app.db.read().await?, signed.account, app.clock.now()).await?;
    let view = |session: sessions::Session| {
        Ok(Device {
            id: session.id,
            device: keys.open_text(outro_datamap::SESSION_DEVICE, session.id.as_bytes(), &session.device)?,
            created_at: since(session.created_at),
            seen_at: since(session.seen_at),
            current: session.id == signed.session,
        })
    };
    found.into_iter().map(view).collect()
}

/// Ends one device's session; it holds from that device's next request on.
pub async fn end_device(app: &App, signed: &Signed, id: SessionId) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, signed.account).await? {
        return Err(AppError::SignInNeeded);
    }
    if !sessions::end_by_id(&mut tx, signed.account, id).await? {
        return Err(AppError::NotFound);
    }
    Ok(tx.commit().await?)
}

/// Ends the session that asks.
pub async fn sign_out(app: &App, signed: &Signed) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    sessions::end(&mut tx, signed.account, &signed.token_hash).await?;
    Ok(tx.commit().await?)
}

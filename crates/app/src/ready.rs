//! Whether this process can serve.

use outro_store::accounts;

use crate::{App, AppError};

/// Asks the database and the keyring something.
pub async fn ready(app: &App) -> Result<(), AppError> {
    accounts::any(&mut app.db.read().await?).await?;
    Ok(app.vault.check().await?)
}

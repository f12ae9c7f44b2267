//! One's own account.

use outro_datamap::{ACCOUNT_BIO, ACCOUNT_DISPLAY_NAME, ACCOUNT_PHONE};
use outro_model::{AccountId, PhoneNumber, bounded_line, bounded_text};
use outro_store::accounts;

use super::{open_handle, since};
use crate::privacy::Privacy;
use crate::{App, AppError, Signed};

/// One's own account, as its owner sees it.
#[derive(Clone)]
pub struct Me {
    /// The id.
    pub id: AccountId,
    /// The handle.
    pub handle: String,
    /// The display name; empty when none was chosen.
    pub display_name: String,
    /// The bio.
    pub bio: String,
    /// The linked phone, masked but for the last two digits.
    pub phone: Option<String>,
    /// When the person joined, RFC 3339.
    pub created_at: String,
    /// Who may see, find, message and comment.
    pub privacy: Privacy,
}

/// What is changed; what is `None` stays.
#[derive(Clone, Default)]
pub struct ProfileChange {
    /// At most 50 characters.
    pub display_name: Option<String>,
    /// At most 300 characters.
    pub bio: Option<String>,
}

/// One's own account.
pub async fn me(app: &App, signed: &Signed) -> Result<Me, AppError> {
    let account = accounts::by_id(&mut app.db.read().await?, signed.account).await?;
    let account = account.ok_or(AppError::SignInNeeded)?;
    let keys = signed.keys(app).await?;
    let row = account.id.as_bytes();
    let phone = account.phone.map(|sealed| keys.open_text(ACCOUNT_PHONE, row, &sealed)).transpose()?;
    Ok(Me {
        id: account.id,
        handle: open_handle(&keys, account.id, &account.handle)?,
        display_name: keys.open_text(ACCOUNT_DISPLAY_NAME, row, &account.display_name)?,
        bio: keys.open_text(ACCOUNT_BIO, row, &account.bio)?,
        phone: phone.and_then(|phone| phone.parse::<PhoneNumber>().ok()).map(|phone| phone.masked()),
        created_at: since(account.created_at),
        privacy: Privacy::from(&account.facts),
    })
}

/// Changes display name and bio.
pub async fn change_profile(app: &App, signed: &Signed, change: ProfileChange) -> Result<Me, AppError> {
    let now = me(app, signed).await?;
    let keys = signed.keys(app).await?;
    let display_name = match change.display_name {
        Some(text) => bounded_line(&text, 50).map_err(|_| {
            AppError::invalid("display_name", "display_name_too_long", "Use one line of at most 50 characters.")
        })?,
        None => now.display_name,
    };
    let bio = match change.bio {
        Some(text) => bounded_text(&text, 300)
            .map_err(|_| AppError::invalid("bio", "bio_too_long", "Use at most 300 characters."))?,
        None => now.bio,
    };
    let row = signed.account.as_bytes();
    let sealed_name = keys.seal_text(ACCOUNT_DISPLAY_NAME, row, &display_name);
    let sealed_bio = keys.seal_text(ACCOUNT_BIO, row, &bio);
    let mut tx = app.db.write().await?;
    if !accounts::set_profile(&mut tx, signed.account, &sealed_name, &sealed_bio).await? {
        return Err(AppError::SignInNeeded);
    }
    tx.commit().await?;
    app.finder.card_changed(signed.account);
    Ok(Me { display_name, bio, ..now })
}

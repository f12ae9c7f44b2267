//! Accounts: joining, signing in, being seen, changing what one is called.

mod change_password;
mod form_token;
mod join;
mod me;
mod of_age;
mod profile;
mod sessions;
mod sign_in;

pub use change_password::{PasswordChanged, PasswordTakes, change_password, password_takes, send_password_code};
pub use form_token::{form_token, form_token_fits};
pub use join::{Join, Joined, join};
pub use me::{Me, ProfileChange, change_profile, me};
pub(crate) use of_age::{grew_up, grew_up_meanwhile};
pub use profile::{Profile, ProfileContent, profile};
pub(crate) use profile::{narrowest, profile_seen};
pub use sessions::{Device, devices, end_device, sign_out};
pub use sign_in::{confirm_password, sign_in};

use outro_db::Tx;
use outro_model::{AccountId, Handle, SessionId, Timestamp};
use outro_store::accounts::{self, Account, HandleEntry};
use outro_store::sessions::Session;
use outro_vault::{AccountKeys, IndexEntry, KeyId};

use crate::{App, AppError, standing, viewer};

/// An account that was found, and the keys that open it.
pub(crate) struct Found {
    pub(crate) account: Account,
    pub(crate) keys: AccountKeys,
}

/// The account of a handle; none when there is none, or when its key is gone. That takes as many reads as to find somebody who is hidden.
pub(crate) async fn by_handle(app: &App, tx: &mut Tx, handle: &Handle) -> Result<Option<Found>, AppError> {
    let Some((id, keys)) = entry_of(app, tx, handle).await? else {
        standing::of_nobody(tx).await?;
        return Ok(None);
    };
    Ok(accounts::by_id(tx, id).await?.map(|account| Found { account, keys }))
}

/// Whom the index of handles names. The key opens the entry, so that a missing key is a missing account.
async fn entry_of(app: &App, tx: &mut Tx, handle: &Handle) -> Result<Option<(AccountId, AccountKeys)>, AppError> {
    let idx = app.vault.handle_index(handle);
    let Some(HandleEntry { idx, key_id, sealed_account }) = accounts::handle_entry(tx, &idx).await? else {
        return Ok(None);
    };
    let entry = IndexEntry { index: idx, key_id: KeyId::from_bytes(key_id), sealed_account };
    Ok(app.vault.open_index(&entry).await?)
}

/// Puts together a session and the token that opens it.
pub(crate) fn new_session(app: &App, keys: &AccountKeys, device: &str) -> (String, Session) {
    let (account, now) = (keys.account(), app.clock.now());
    let id = SessionId::random(&*app.random);
    let (token, token_hash) = viewer::new_token(account, &*app.random);
    let device: String = device.chars().filter(|letter| !letter.is_control()).take(120).collect();
    let session = Session {
        account,
        token_hash,
        id,
        created_at: now,
        seen_at: now,
        expires_at: now.plus_seconds(viewer::SESSION_SECONDS),
        password_at: now,
        device: keys.seal_text(outro_datamap::SESSION_DEVICE, id.as_bytes(), &device),
    };
    (token, session)
}

/// The handle of an account, opened.
pub(crate) fn open_handle(keys: &AccountKeys, id: AccountId, sealed: &[u8]) -> Result<String, AppError> {
    Ok(keys.open_text(outro_datamap::ACCOUNT_HANDLE, id.as_bytes(), sealed)?)
}

/// What `GET /me` and the settings pages say of times.
pub(crate) fn since(moment: Timestamp) -> String {
    moment.rfc3339()
}

/// Whether anybody has joined.
pub async fn any(app: &App) -> Result<bool, AppError> {
    Ok(accounts::any(&mut app.db.read().await?).await?)
}

//! Joining: a handle, a password, a birth date.

use outro_datamap::{
    ACCOUNT_BIO, ACCOUNT_BIRTH_DATE, ACCOUNT_DISPLAY_NAME, ACCOUNT_HANDLE, ACCOUNT_HANDLE_TAG, ACCOUNT_PASSWORD_HASH,
};
use outro_model::{AccountId, AccountState, AgeRule, BirthDate, Handle};
use outro_store::accounts::{self, Account, HandleEntry};
use outro_store::sessions;
use outro_vault::AccountKeys;

use super::new_session;
use crate::budget::{self, Budget};
use crate::{App, AppError, FieldError, Origin, RefusalKind, password};

/// What a person joins with.
#[derive(Clone)]
pub struct Join {
    /// `[a-z0-9_.]{3,24}`, case-insensitive.
    pub handle: String,
    /// 8 to 128 characters.
    pub password: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// The device, as its browser names it.
    pub device: String,
}

/// A new account, signed in.
#[derive(Clone)]
pub struct Joined {
    /// The id.
    pub id: AccountId,
    /// The handle in its stored form.
    pub handle: String,
    /// The token of the first session.
    pub token: String,
}

/// How many accounts one place may open a day.
const JOINS_A_DAY: i64 = 30;

/// Opens an account. Whether a handle is live, hidden, reserved or erased, the answer is one.
pub async fn join(app: &App, join: &Join, origin: &Origin) -> Result<Joined, AppError> {
    let (handle, birth_date, age) = read(app, join)?;
    let place = origin.place();
    let limits = budget::tagged(app, &[Budget { parts: &[b"join", &place], limit: JOINS_A_DAY }]).await?;
    // Both slow hashes are made before anything is looked up, so that time tells nothing.
    let tag = password::handle_tag(app, &handle).await?;
    let hash = password::hash(app, &join.password).await?;
    let id = AccountId::random(&*app.random);
    let keys = app.vault.create_account(id).await?;
    let account = sealed(app, &keys, &handle, &birth_date, &hash, tag, age);
    let written = match app.blobs.create_home(id).await {
        Ok(()) => write(app, &keys, &handle, &account, tag, limits, &join.device).await,
        Err(error) => Err(error.into()),
    };
    match written {
        Ok(token) => Ok(Joined { id, handle: handle.as_str().to_owned(), token }),
        Err(error) => {
            app.vault.forget_unjoined(id).await?;
            app.blobs.remove_home(id).await?;
            Err(error)
        }
    }
}

/// Reads all fields, so that all that is wrong is said at once.
fn read(app: &App, join: &Join) -> Result<(Handle, BirthDate, AgeRule), AppError> {
    let mut errors = Vec::new();
    let mut wrong = |field, code, message: &str| errors.push(FieldError { field, code, message: message.into() });
    let handle = join.handle.parse::<Handle>();
    if handle.is_err() {
        wrong("handle", "handle_invalid", "Use 3 to 24 letters, digits, dots or underscores.");
    }
    match join.password.chars().count() {
        0..8 => wrong("password", "password_too_short", "Use 8 to 128 characters."),
        8..=128 => {}
        _ => wrong("password", "password_too_long", "Use 8 to 128 characters."),
    }
    let birth_date = join.birth_date.parse::<BirthDate>();
    let age = birth_date.map(|date| date.rule_at(app.clock.now()));
    match age {
        Err(_) => wrong("birth_date", "birth_date_invalid", "Give your date of birth."),
        Ok(AgeRule::Refused) => wrong("birth_date", "too_young", "You must be at least 13 to join."),
        Ok(_) => {}
    }
    match (handle, birth_date, age) {
        (Ok(handle), Ok(birth_date), Ok(age)) if errors.is_empty() => Ok((handle, birth_date, age)),
        _ => Err(AppError::Invalid(errors)),
    }
}

fn sealed(
    app: &App,
    keys: &AccountKeys,
    handle: &Handle,
    birth_date: &BirthDate,
    hash: &[u8],
    tag: u64,
    age: AgeRule,
) -> Account {
    let id = keys.account();
    let row = id.as_bytes();
    Account {
        id,
        state: AccountState::Active,
        created_at: app.clock.now(),
        private_account: age == AgeRule::StartsPrivate,
        handle: keys.seal_text(ACCOUNT_HANDLE, row, handle.as_str()),
        display_name: keys.seal_text(ACCOUNT_DISPLAY_NAME, row, ""),
        bio: keys.seal_text(ACCOUNT_BIO, row, ""),
        birth_date: keys.seal_text(ACCOUNT_BIRTH_DATE, row, &birth_date.to_text()),
        password_hash: keys.seal(ACCOUNT_PASSWORD_HASH, row, hash),
        phone: None,
        handle_tag: keys.seal(ACCOUNT_HANDLE_TAG, row, &tag.to_be_bytes()),
    }
}

async fn write(
    app: &App,
    keys: &AccountKeys,
    handle: &Handle,
    account: &Account,
    tag: u64,
    limits: Vec<budget::Tagged>,
    device: &str,
) -> Result<String, AppError> {
    let index = app.vault.seal_index(keys, &app.vault.handle_index(handle));
    let entry =
        HandleEntry { idx: index.index, key_id: *index.key_id.as_bytes(), sealed_account: index.sealed_account };
    let (token, session) = new_session(app, keys, device);
    let mut tx = app.db.write().await?;
    if app.settings.rate_limits {
        budget::spend(app, &mut tx, &limits).await?;
    }
    // The handle is taken first and the erased ones are asked after second: when an erasure lets it go
    // at this very moment, the second question sees what it left.
    let free = accounts::claim_handle(&mut tx, &entry).await? && !accounts::is_erased(&mut tx, tag).await?;
    if !free || handle.is_reserved() {
        let detail = "This handle is not available. Please choose another.";
        return Err(AppError::refused(RefusalKind::Conflict, "handle_unavailable", detail));
    }
    accounts::insert(&mut tx, account).await?;
    sessions::insert(&mut tx, &session).await?;
    tx.commit().await?;
    Ok(token)
}

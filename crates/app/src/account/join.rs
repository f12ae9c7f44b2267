//! Joining: a handle, a password, a birth date.

use outro_datamap::{
    ACCOUNT_BIO, ACCOUNT_BIRTH_DATE, ACCOUNT_DISPLAY_NAME, ACCOUNT_HANDLE, ACCOUNT_HANDLE_TAG, ACCOUNT_PASSWORD_HASH,
};
use outro_model::{AccountId, AgeRule, BirthDate, Circle, Handle};
use outro_policy::OwnerFacts;
use outro_store::accounts::{self, Account, HandleEntry};
use outro_store::sessions;
use outro_vault::AccountKeys;

use super::new_session;
use crate::budget::{self, Budget};
use crate::password::{self, Turn};
use crate::{App, AppError, FieldError, Origin, RefusalKind};

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

/// How often one place may try to join a day, whatever comes of it.
const JOINS_A_DAY: i64 = 30;

/// Opens an account. Whether a handle is live, hidden, reserved or erased, the answer is one.
pub async fn join(app: &App, join: &Join, origin: &Origin) -> Result<Joined, AppError> {
    let (handle, birth_date, age) = read(app, join)?;
    let turn = spend(app, origin).await?;
    // Both slow hashes are made before anything is looked up, so that time tells nothing.
    let tag = turn.handle_tag(app, &handle).await?;
    let hash = turn.hash(app, &join.password).await?;
    drop(turn);
    let new = New { handle, birth_date, age, tag, hash, device: join.device.clone() };
    // A client that hangs up must not leave a key and a home without an account: from here on it runs
    // to its end by itself.
    let opening = tokio::spawn(open(app.clone(), new));
    opening.await.map_err(AppError::internal)?
}

/// Counts the try, and takes a turn for the slow hashes. What is used up is refused before any work.
async fn spend(app: &App, origin: &Origin) -> Result<Turn, AppError> {
    let place = origin.place();
    let limits = budget::tagged(app, &[Budget { parts: &[b"join", &place], limit: JOINS_A_DAY }]).await?;
    if app.settings.rate_limits && budget::used(&mut app.db.read().await?, &limits).await? {
        return Err(budget::used_up(app));
    }
    let turn = password::turn(&password::ENTRY)?;
    // Asked again, for those who asked at the same moment.
    if app.settings.rate_limits && !budget::spend_now(app, &limits).await? {
        return Err(budget::used_up(app));
    }
    Ok(turn)
}

/// What an account is opened with, read and hashed.
struct New {
    handle: Handle,
    birth_date: BirthDate,
    age: AgeRule,
    tag: u64,
    hash: Vec<u8>,
    device: String,
}

/// Makes the key, the home and the rows; what did not come to be is taken back.
async fn open(app: App, new: New) -> Result<Joined, AppError> {
    let id = AccountId::random(&*app.random);
    let keys = app.vault.create_account(id).await?;
    let written = match app.blobs.create_home(id).await {
        Ok(()) => write(&app, &keys, &new).await,
        Err(error) => Err(error.into()),
    };
    match written {
        Ok(token) => {
            // Should the keyring not answer now, housekeeping sees that the account is there.
            if let Err(error) = app.vault.joined(id).await {
                tracing::warn!(%error, "a key could not be noted as joined yet");
            }
            app.finder.card_changed(id);
            Ok(Joined { id, handle: new.handle.as_str().to_owned(), token })
        }
        Err(error) => {
            undo(&app, id).await?;
            Err(error)
        }
    }
}

/// Takes key and home back, unless the account is there after all: a commit may be made whose answer was lost.
async fn undo(app: &App, id: AccountId) -> Result<(), AppError> {
    if accounts::by_id(&mut app.db.read().await?, id).await?.is_none() {
        // As long as the key is known as unjoined, housekeeping comes back for both.
        app.blobs.remove_home(id).await?;
        app.vault.forget_unjoined(id).await?;
    }
    Ok(())
}

/// Reads all fields, so that all that is wrong is said at once.
fn read(app: &App, join: &Join) -> Result<(Handle, BirthDate, AgeRule), AppError> {
    let mut errors = Vec::new();
    let mut wrong = |field, code, message: &str| errors.push(FieldError { field, code, message: message.into() });
    let handle = join.handle.parse::<Handle>();
    if handle.is_err() {
        wrong("handle", "handle_invalid", "Use 3 to 24 letters, digits, dots or underscores.");
    }
    if let Some((code, message)) = password::out_of_bounds(&join.password) {
        wrong("password", code, message);
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

/// The young start private, with messages from no one.
fn first_settings(age: AgeRule) -> OwnerFacts {
    let young = age == AgeRule::StartsPrivate;
    let messages_from = if young { Circle::NoOne } else { OwnerFacts::OPEN.messages_from };
    OwnerFacts { private_account: young, messages_from, ..OwnerFacts::OPEN }
}

fn sealed(app: &App, keys: &AccountKeys, new: &New) -> Account {
    let id = keys.account();
    let row = id.as_bytes();
    Account {
        id,
        facts: first_settings(new.age),
        created_at: app.clock.now(),
        handle: keys.seal_text(ACCOUNT_HANDLE, row, new.handle.as_str()),
        display_name: keys.seal_text(ACCOUNT_DISPLAY_NAME, row, ""),
        bio: keys.seal_text(ACCOUNT_BIO, row, ""),
        birth_date: keys.seal_text(ACCOUNT_BIRTH_DATE, row, &new.birth_date.to_text()),
        password_hash: keys.seal(ACCOUNT_PASSWORD_HASH, row, &new.hash),
        phone: None,
        handle_tag: keys.seal(ACCOUNT_HANDLE_TAG, row, &new.tag.to_be_bytes()),
        adult: new.birth_date.is_adult_at(app.clock.now()),
    }
}

async fn write(app: &App, keys: &AccountKeys, new: &New) -> Result<String, AppError> {
    let index = app.vault.seal_index(keys, &app.vault.handle_index(&new.handle));
    let entry =
        HandleEntry { idx: index.index, key_id: *index.key_id.as_bytes(), sealed_account: index.sealed_account };
    let (token, session) = new_session(app, keys, &new.device);
    let account = sealed(app, keys, new);
    let mut tx = app.db.write().await?;
    // The handle is taken first and the erased ones are asked after second: when an erasure lets it go
    // at this very moment, the second question sees what it left.
    let free = accounts::claim_handle(&mut tx, &entry).await? && !accounts::is_erased(&mut tx, new.tag).await?;
    if !free || new.handle.is_reserved() {
        let detail = "This handle is not available. Please choose another.";
        return Err(AppError::refused(RefusalKind::Conflict, "handle_unavailable", detail));
    }
    accounts::insert(&mut tx, &account).await?;
    sessions::insert(&mut tx, &session).await?;
    tx.commit().await?;
    Ok(token)
}

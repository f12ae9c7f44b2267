//! Signing in, and giving the password again.

use outro_datamap::ACCOUNT_PASSWORD_HASH;
use outro_db::Tx;
use outro_model::{AccountState, Handle};
use outro_store::accounts::{self, Account};
use outro_store::sessions;

use super::{Found, entry_of, grew_up, new_session};
use crate::budget::{self, Budget};
use crate::password::{self, Turn};
use crate::{App, AppError, Origin, RefusalKind, Signed, standing};

/// Failed sign-ins a day of one handle from one place, and of one place for all handles.
const FAILURES_A_HANDLE: i64 = 30;
const FAILURES_A_PLACE: i64 = 300;

/// Opens a session; its token. A wrong password and a handle that never was get one answer, after
/// the same work.
pub async fn sign_in(app: &App, handle: &str, given: &str, device: &str, origin: &Origin) -> Result<String, AppError> {
    let (place, parsed) = (origin.place(), handle.parse::<Handle>().ok());
    let index = parsed.as_ref().map_or([0; 32], |handle| app.vault.handle_index(handle));
    let of_handle = Budget { parts: &[b"sign-in", &place, &index], limit: FAILURES_A_HANDLE };
    let of_place = Budget { parts: &[b"sign-in", &place], limit: FAILURES_A_PLACE };
    let limits = budget::tagged(app, &[of_handle, of_place]).await?;
    let mut tx = app.db.read().await?;
    if app.settings.rate_limits && budget::used(&mut tx, &limits).await? {
        return Err(budget::used_up(app));
    }
    let turn = password::turn(&password::ENTRY)?;
    let found = match &parsed {
        Some(handle) => known(app, &mut tx, handle).await?,
        None => None,
    };
    let found = found.filter(|found| found.account.facts.state == AccountState::Active);
    drop(tx);
    // Only what is needed is taken along: nobody's keys are held while this waits its turn.
    let open_hash = |Found { account, keys }: Found| {
        let hash = keys.open(ACCOUNT_PASSWORD_HASH, account.id.as_bytes(), &account.password_hash);
        hash.map(|hash| (account, hash))
    };
    let found = found.map(open_hash).transpose()?;
    let right = turn.verify(given, found.as_ref().map(|(_, hash)| hash.as_slice())).await?;
    match found {
        Some((account, _)) if right => open(app, &account, device).await,
        _ => {
            fail(app, limits).await?;
            Err(wrong())
        }
    }
}

fn wrong() -> AppError {
    let detail = "That handle and password do not fit together.";
    AppError::refused(RefusalKind::WrongCredentials, "credentials_wrong", detail)
}

/// The account of a handle, with as many reads where there is none.
async fn known(app: &App, tx: &mut Tx, handle: &Handle) -> Result<Option<Found>, AppError> {
    let entry = entry_of(app, tx, handle).await?;
    let account = accounts::by_id(tx, entry.as_ref().map_or(standing::NOBODY, |(id, _)| *id)).await?;
    Ok(entry.zip(account).map(|((_, keys), account)| Found { account, keys }))
}

async fn open(app: &App, account: &Account, device: &str) -> Result<String, AppError> {
    let keys = app.vault.account(account.id).await?.ok_or_else(wrong)?;
    let (token, session) = new_session(app, &keys, device);
    let grew_up = grew_up(app, account, &keys)?;
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, account.id).await? {
        return Err(wrong());
    }
    // Changed while this one was being looked at, it opens nothing any more.
    let now = accounts::by_id(&mut tx, account.id).await?;
    if now.is_none_or(|now| now.password_hash != account.password_hash) {
        return Err(wrong());
    }
    sessions::insert(&mut tx, &session).await?;
    if grew_up {
        accounts::set_adult(&mut tx, account.id).await?;
    }
    tx.commit().await?;
    Ok(token)
}

async fn fail(app: &App, limits: Vec<budget::Tagged>) -> Result<(), AppError> {
    if !app.settings.rate_limits {
        return Ok(());
    }
    // What is used up here is refused at the next try, not at this one.
    budget::spend_now(app, &limits).await?;
    Ok(())
}

/// Notes that the person gave the password again, for what asks for a recent one; the session as it is then.
pub async fn confirm_password(app: &App, signed: &Signed, given: &str) -> Result<Signed, AppError> {
    let (_, turn) = right_password(app, signed, given).await?;
    drop(turn);
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let session = sessions::get(&mut tx, signed.account, &signed.token_hash, now).await?;
    sessions::password_given(&mut tx, &session.ok_or(AppError::SignInNeeded)?, now).await?;
    tx.commit().await?;
    Ok(Signed { password_at: now, ..signed.clone() })
}

/// Holds the password that somebody signed in gives against theirs: their row, whose hash it fits, and the turn among the slow
/// hashes, for who makes another one. A wrong one counts.
pub(super) async fn right_password(app: &App, signed: &Signed, given: &str) -> Result<(Account, Turn), AppError> {
    let keys = signed.keys(app).await?;
    // Each session has its own tries: whoever holds a stolen one must not use up those of its owner, and the password alone
    // opens another.
    let parts: &[&[u8]] = &[b"password", signed.account.as_bytes(), &signed.token_hash];
    let limits = [Budget { parts, limit: FAILURES_A_HANDLE }];
    let limits = budget::tagged(app, &limits).await?;
    let mut tx = app.db.read().await?;
    if app.settings.rate_limits && budget::used(&mut tx, &limits).await? {
        return Err(budget::used_up(app));
    }
    let account = accounts::by_id(&mut tx, signed.account).await?.ok_or(AppError::SignInNeeded)?;
    drop(tx);
    let turn = password::turn(&password::ENTRY)?;
    let hash = keys.open(ACCOUNT_PASSWORD_HASH, signed.account.as_bytes(), &account.password_hash)?;
    drop(keys);
    if !turn.verify(given, Some(&hash)).await? {
        fail(app, limits).await?;
        return Err(wrong_password());
    }
    Ok((account, turn))
}

/// Refuses a password that is not the one of who is signed in.
pub(super) fn wrong_password() -> AppError {
    AppError::invalid("password", "password_wrong", "That is not your password.")
}

//! Changing the password.

use outro_db::Tx;
use outro_model::{AccountId, Timestamp};
use outro_store::accounts::{self, Account};
use outro_store::{challenges, departures, sessions};

use super::new_session;
use super::sign_in::{right_password, wrong_password};
use crate::codes::{self, Pending, Proof, Proved, Purpose, SentCode};
use crate::{App, AppError, FieldError, Origin, RefusalKind, Signed, erasure, password, phone};

/// How it is once the password is changed.
#[derive(Clone, Debug)]
pub struct PasswordChanged {
    /// The token of the one session that there is now.
    pub token: String,
    /// How many other devices are signed out by it.
    pub signed_out: u64,
    /// Whether the account would have gone by itself, which this has stopped.
    pub stays: bool,
}

/// What it takes to change the password, besides the one so far.
#[derive(Clone, Debug)]
pub enum PasswordTakes {
    /// Nothing: no phone is linked, or this server sends no messages.
    Nothing,
    /// A code that is sent to the linked phone.
    Code {
        /// The number, masked.
        linked: String,
        /// The code that was sent last, while it can be used.
        sent: Option<SentCode>,
    },
    /// Patience: the linked phone took another's place a short time ago.
    Wait(Timestamp),
}

/// What the page asks for.
pub async fn password_takes(app: &App, signed: &Signed) -> Result<PasswordTakes, AppError> {
    let keys = signed.keys(app).await?;
    let mut tx = app.db.read().await?;
    let account = accounts::by_id(&mut tx, signed.account).await?.ok_or(AppError::SignInNeeded)?;
    let settles_at = phone::settles_at(app, &mut tx, signed.account).await?;
    drop(tx);
    let Some(number) = codes::linked_number(&keys, &account)?.filter(|_| app.courier.works()) else {
        return Ok(PasswordTakes::Nothing);
    };
    if let Some(at) = settles_at {
        return Ok(PasswordTakes::Wait(at));
    }
    let sent = match codes::pending(app, &keys, Purpose::Password).await? {
        Some(Pending::Code(sent)) => Some(sent),
        _ => None,
    };
    Ok(PasswordTakes::Code { linked: number.masked(), sent })
}

/// Sends the code that changing the password takes.
pub async fn send_password_code(app: &App, signed: &Signed, origin: &Origin) -> Result<SentCode, AppError> {
    match password_takes(app, signed).await? {
        PasswordTakes::Nothing => {
            Err(AppError::refused(RefusalKind::Conflict, "code_not_needed", "No code is needed."))
        }
        PasswordTakes::Wait(_) => Err(settling()),
        PasswordTakes::Code { .. } => phone::to_linked(app, signed, Purpose::Password, origin).await,
    }
}

/// Changes the password. Whoever does so thinks that another may know the old one: every other device is signed out, this
/// one gets another token, and what was asked for with the old password is taken back, also that the account goes by itself.
///
/// Whoever has the old password alone must not keep the owner from coming back. So where a phone is linked, its code is
/// given too; and where it took another's place a short time ago, the password stays until the owner had time to object.
pub async fn change_password(
    app: &App,
    signed: &Signed,
    (given, new): (&str, &str),
    code: Option<(&str, &str)>,
) -> Result<PasswordChanged, AppError> {
    check_new(given, new)?;
    match password_takes(app, signed).await? {
        PasswordTakes::Wait(_) => return Err(settling()),
        PasswordTakes::Code { .. } if code.is_none() => {
            let detail = "A code that is sent to the linked phone is needed too.";
            return Err(AppError::refused(RefusalKind::Conflict, "code_needed", detail));
        }
        PasswordTakes::Code { .. } | PasswordTakes::Nothing => {}
    }
    let (account, turn) = right_password(app, signed, given).await?;
    let hash = turn.hash(app, new).await?;
    drop(turn);
    let proved = match code {
        Some((challenge, code)) => {
            let keys = signed.keys(app).await?;
            Some(codes::check(app, keys, Purpose::Password, challenge, Proof::Code(code)).await?)
        }
        None => None,
    };
    put(app, signed, &account, &hash, proved).await
}

async fn put(
    app: &App,
    signed: &Signed,
    before: &Account,
    hash: &[u8],
    proved: Option<Proved>,
) -> Result<PasswordChanged, AppError> {
    let (account, keys) = (signed.account, signed.keys(app).await?);
    let sealed = keys.seal(outro_datamap::ACCOUNT_PASSWORD_HASH, account.as_bytes(), hash);
    let mut tx = app.db.write().await?;
    // Alone: what is asked for with the old password at this moment either is there to be taken back, or comes too late.
    if !accounts::lock_alone(&mut tx, account).await? {
        return Err(AppError::SignInNeeded);
    }
    let session = sessions::get(&mut tx, account, &signed.token_hash, app.clock.now()).await?;
    let session = session.ok_or(AppError::SignInNeeded)?;
    let row = accounts::by_id(&mut tx, account).await?.ok_or(AppError::SignInNeeded)?;
    if row.password_hash != before.password_hash {
        return Err(wrong_password());
    }
    if row.phone != before.phone || phone::settles_at(app, &mut tx, account).await?.is_some() {
        return Err(settling());
    }
    if let Some(proved) = proved {
        proved.use_up(app, &mut tx).await?;
    }
    accounts::set_password(&mut tx, account, &sealed).await?;
    let device = keys.open_text(outro_datamap::SESSION_DEVICE, session.id.as_bytes(), &session.device)?;
    let (token, session) = new_session(app, &keys, &device);
    let ended = sessions::end_all(&mut tx, account).await?;
    sessions::insert(&mut tx, &session).await?;
    let stays = take_back(&mut tx, account).await?;
    tx.commit().await?;
    Ok(PasswordChanged { token, signed_out: ended - 1, stays })
}

/// What was asked for with the old password; whether the account would have gone by itself.
async fn take_back(tx: &mut Tx, account: AccountId) -> Result<bool, AppError> {
    for purpose in [Purpose::LinkPhone, Purpose::Leave, Purpose::LostPhone] {
        // The waits go on: else messages could be had sent without end.
        challenges::drop_purpose(tx, account, purpose.code()).await?;
    }
    let departs = departures::get(tx, account).await?.is_some_and(|departure| !departure.lapsed);
    departures::delete(tx, account).await?;
    Ok(erasure::stop(tx, account).await? || departs)
}

fn check_new(given: &str, new: &str) -> Result<(), AppError> {
    if let Some((code, message)) = password::out_of_bounds(new) {
        return Err(AppError::Invalid(vec![FieldError { field: "new_password", code, message: message.into() }]));
    }
    if given == new {
        return Err(AppError::invalid("new_password", "password_same", "That is the password you have already."));
    }
    Ok(())
}

fn settling() -> AppError {
    let detail =
        "A phone was linked in the place of another a short time ago. Until that has settled the password stays.";
    AppError::refused(RefusalKind::Conflict, "phone_settling", detail)
}

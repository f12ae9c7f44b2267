//! Linking a phone, and the recovery codes that come with it.

mod recovery;
mod replaced;

use outro_model::{AccountId, PhoneNumber};
use outro_store::{accounts, departures};

use crate::codes::{self, Pending, Proof, Proved, Purpose, SentCode};
use crate::notify::Told;
use crate::{App, AppError, Origin, RefusalKind, Signed, erasure};

pub(crate) use recovery::recovery_code;
pub use recovery::recovery_codes_left;
pub(crate) use replaced::{REPLACED_JOB, before, run as run_replaced, settles_at, tell_replaced, told_numbers};

/// A number that was linked.
#[derive(Clone)]
pub struct Linked {
    /// The number, masked but for the last two digits.
    pub masked: String,
    /// New recovery codes, which end those from before. They are shown this once.
    pub recovery_codes: Vec<String>,
    /// Whether the account would have gone by itself, which this has stopped.
    pub stays: bool,
}

/// Sends a code to a number that is to be linked. Takes a recent password.
pub async fn link(app: &App, signed: &Signed, number: &str, origin: &Origin) -> Result<SentCode, AppError> {
    signed.recent_password(app)?;
    let wrong = "Write the number with its country, such as +49 151 2345678.";
    let number: PhoneNumber = number.parse().map_err(|_| AppError::invalid("number", "number_invalid", wrong))?;
    if !app.courier.works() {
        let detail = "This server has no way to send text messages.";
        return Err(AppError::refused(RefusalKind::Unavailable, "no_gateway", detail));
    }
    let keys = signed.keys(app).await?;
    codes::send(app, keys, Purpose::LinkPhone, &number, origin).await?.ok_or_else(not_sent)
}

fn not_sent() -> AppError {
    let detail = "The code could not be sent. Please try again in a few minutes.";
    AppError::refused(RefusalKind::Unavailable, "send_failed", detail)
}

/// Sends another code to the number that a challenge's code went to. Takes a recent password.
pub async fn resend(app: &App, signed: &Signed, challenge: &str, origin: &Origin) -> Result<SentCode, AppError> {
    signed.recent_password(app)?;
    let keys = signed.keys(app).await?;
    let number = codes::number_of(app, &keys, Purpose::LinkPhone, challenge).await?;
    codes::send(app, keys, Purpose::LinkPhone, &number, origin).await?.ok_or_else(not_sent)
}

/// The code that was sent last, while it can be used: a page that is shown again says where it went.
pub async fn pending(app: &App, signed: &Signed) -> Result<Option<SentCode>, AppError> {
    let pending = codes::pending(app, &signed.keys(app).await?, Purpose::LinkPhone).await?;
    Ok(pending.and_then(|pending| if let Pending::Code(sent) = pending { Some(sent) } else { None }))
}

/// Sends a code to the number that is linked already: who gives it back gets new recovery codes. Takes a recent
/// password.
pub async fn renew_codes(app: &App, signed: &Signed, origin: &Origin) -> Result<SentCode, AppError> {
    signed.recent_password(app)?;
    to_linked(app, signed, Purpose::LinkPhone, origin).await
}

/// Sends a code to the number that is linked already.
pub(crate) async fn to_linked(
    app: &App,
    signed: &Signed,
    purpose: Purpose,
    origin: &Origin,
) -> Result<SentCode, AppError> {
    let keys = signed.keys(app).await?;
    let account = accounts::by_id(&mut app.db.read().await?, signed.account).await?.ok_or(AppError::SignInNeeded)?;
    let none = || AppError::refused(RefusalKind::Conflict, "no_phone", "Link a phone first: the codes come with it.");
    let number = codes::linked_number(&keys, &account)?.ok_or_else(none)?;
    codes::send(app, keys, purpose, &number, origin).await?.ok_or_else(not_sent)
}

/// Links the number that a code went to. Whoever has the phone in hand stays: a leave without it is taken back.
pub async fn verify(app: &App, signed: &Signed, challenge: &str, code: &str) -> Result<Linked, AppError> {
    let keys = signed.keys(app).await?;
    let proved = codes::check(app, keys, Purpose::LinkPhone, challenge, Proof::Code(code)).await?;
    // A client that hangs up must not stop this half way: the new codes end the old ones.
    tokio::spawn(put(app.clone(), signed.account, proved)).await.map_err(AppError::internal)?
}

async fn put(app: App, account: AccountId, proved: Proved) -> Result<Linked, AppError> {
    let app = &app;
    let keys = app.vault.account(account).await?.ok_or(AppError::SignInNeeded)?;
    let number = proved.number.as_ref().ok_or_else(|| AppError::internal("a proof without a number"))?;
    let sealed = keys.seal_text(outro_datamap::ACCOUNT_PHONE, account.as_bytes(), number.as_str());
    let made = recovery::make(app, &keys);
    let (mut tx, mut told) = (app.db.write().await?, Told::default());
    if !accounts::lock_alone(&mut tx, account).await? {
        return Err(AppError::SignInNeeded);
    }
    proved.use_up(app, &mut tx).await?;
    let before = accounts::by_id(&mut tx, account).await?.ok_or(AppError::SignInNeeded)?;
    let linked = codes::linked_number(&keys, &before)?;
    if linked.as_ref() != Some(number) {
        // A code for leaving that went to the number before proves nothing from here on, nor does what was asked for without it.
        codes::forget(&mut tx, account, Purpose::Leave).await?;
        departures::delete(&mut tx, account).await?;
    }
    if !accounts::set_phone(&mut tx, account, &sealed).await? {
        return Err(AppError::SignInNeeded);
    }
    if let Some(linked) = linked.filter(|linked| linked != number) {
        replaced::replace(app, (&mut tx, &mut told), &keys, &linked, number).await?;
    }
    made.put(app, &mut tx, &keys).await?;
    let stays = erasure::stop(&mut tx, account).await?;
    told.commit(app, tx).await?;
    app.queue.wake();
    Ok(Linked { masked: number.masked(), recovery_codes: made.codes, stays })
}

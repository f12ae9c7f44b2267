//! Sending a code: the wait and the budgets first, then the message, then its challenge.

use outro_model::{AccountId, PhoneNumber, Timestamp};
use outro_store::accounts;
use outro_store::challenges::{self, Challenge};
use outro_vault::AccountKeys;

use super::{Purpose, SentCode, linked_number, six_digits, with_number};
use crate::budget::{self, Budget, Tagged};
use crate::{App, AppError, Origin, phone};

/// The first wait before another code is sent, in seconds; each further one is twice as long.
const FIRST_WAIT_SECONDS: i64 = 30;
/// How often the wait doubles at most: 16 minutes.
const WAIT_DOUBLINGS: i64 = 5;

/// Sends a code to a number, in the place of earlier ones of the purpose; none when it could not be
/// sent: then all is as it was before. The keys are given up here: the gateway may take its time, and
/// nobody's are held meanwhile.
pub(crate) async fn send(
    app: &App,
    keys: AccountKeys,
    purpose: Purpose,
    number: &PhoneNumber,
    origin: &Origin,
) -> Result<Option<SentCode>, AppError> {
    let code = six_digits(&*app.random);
    let challenge = with_number(app, &keys, purpose, number, &code);
    let held = held(app, &keys, number).await?;
    drop(keys);
    let limits = send_limits(app, challenge.account, purpose, number, held, origin).await?;
    let text = purpose.text(&code, &app.settings.host);
    let sending = Sending { purpose, challenge, limits, number: number.clone(), text };
    // A client that hangs up must not stop this between a message that left and its challenge.
    tokio::spawn(deliver(app.clone(), sending)).await.map_err(AppError::internal)?
}

/// A code on its way.
struct Sending {
    purpose: Purpose,
    challenge: Challenge,
    limits: Vec<Tagged>,
    number: PhoneNumber,
    text: String,
}

/// The wait and the budgets are spent first, so that two at once do not send two; the challenge is
/// stored when the message has left, so that one that did not takes the place of none.
async fn deliver(app: App, sending: Sending) -> Result<Option<SentCode>, AppError> {
    let noted = note_sending(&app, &sending).await?;
    let Sending { purpose, challenge, limits, number, text } = sending;
    if let Err(error) = app.courier.send(&number, text, app.clock.now()).await {
        tracing::error!(%error, "a code could not be sent");
        // Whoever leaves gets back what they spent; a message to a number that is only claimed may have
        // left although nothing was heard, and counts.
        if purpose == Purpose::Leave || !error.may_have_left() {
            take_back(&app, &challenge, &limits, noted).await?;
        }
        return Ok(None);
    }
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, challenge.account).await? {
        return Err(AppError::SignInNeeded);
    }
    challenges::replace(&mut tx, &challenge).await?;
    tx.commit().await?;
    let Challenge { id, expires_at, .. } = challenge;
    Ok(Some(SentCode { challenge: id, sent_to: number.masked(), expires_at, resend_at: noted.next_at }))
}

/// What a sending changed of the waits.
#[derive(Clone, Copy)]
struct Noted {
    /// The count and the next time before it; none where there was no wait.
    before: Option<(i64, Timestamp)>,
    /// How many were sent, this one counted.
    sent: i64,
    /// When the next may be.
    next_at: Timestamp,
}

/// Refuses what comes before the wait is over, or when a budget is used up; the next wait is twice as long.
async fn note_sending(app: &App, sending: &Sending) -> Result<Noted, AppError> {
    let (account, purpose, now) = (sending.challenge.account, sending.purpose.code(), app.clock.now());
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, account).await? {
        return Err(AppError::SignInNeeded);
    }
    let before = challenges::resend(&mut tx, account, purpose).await?;
    let (sent, next_at) = before.unwrap_or((0, now));
    if app.settings.rate_limits && now < next_at {
        let retry_after_s = (next_at.millis_since(now) + 999) / 1000;
        return Err(AppError::TooMany { code: "resend_too_soon", retry_after_s });
    }
    let next_at = now.plus_seconds(FIRST_WAIT_SECONDS << sent.min(WAIT_DOUBLINGS));
    let noted = Noted { before, sent: sent + 1, next_at };
    challenges::set_resend(&mut tx, account, purpose, noted.sent, next_at).await?;
    if app.settings.rate_limits {
        budget::spend(app, &mut tx, &sending.limits).await?;
    }
    tx.commit().await?;
    Ok(noted)
}

/// Gives back the wait and the budgets of a message that did not leave.
async fn take_back(app: &App, challenge: &Challenge, limits: &[Tagged], noted: Noted) -> Result<(), AppError> {
    let Challenge { account, purpose, .. } = *challenge;
    let mut tx = app.db.write().await?;
    challenges::take_back_resend(&mut tx, account, purpose, noted.sent, noted.before).await?;
    if app.settings.rate_limits {
        budget::give_back(&mut tx, limits).await?;
    }
    Ok(tx.commit().await?)
}

/// What an account knows of a number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    /// Nothing: it is only claimed.
    Claimed,
    /// It is linked.
    Linked,
    /// It was linked until another took its place a short time ago.
    Before,
}

async fn held(app: &App, keys: &AccountKeys, number: &PhoneNumber) -> Result<Held, AppError> {
    let mut tx = app.db.read().await?;
    let account = accounts::by_id(&mut tx, keys.account()).await?;
    let linked = account.map(|account| linked_number(keys, &account)).transpose()?.flatten();
    if linked.as_ref() == Some(number) {
        return Ok(Held::Linked);
    }
    let before = phone::before(&mut tx, keys).await?;
    Ok(if before.as_ref() == Some(number) { Held::Before } else { Held::Claimed })
}

/// What its owner asks for of a number that they verified has a budget that nobody else can use up:
/// strangers who try to link it spend another one. Of the number that another took the place of, not even who is signed in to
/// the account with other numbers can.
async fn send_limits(
    app: &App,
    account: AccountId,
    purpose: Purpose,
    number: &PhoneNumber,
    held: Held,
    origin: &Origin,
) -> Result<Vec<Tagged>, AppError> {
    let kind: &[u8] = match purpose {
        Purpose::LinkPhone => b"link",
        Purpose::Password => b"new password",
        Purpose::Leave | Purpose::LostPhone => b"leave",
    };
    let place = origin.place();
    let own = Budget { parts: &[kind, b"account", account.as_bytes()], limit: 10 };
    let of_number = Budget { parts: &[kind, b"number", number.as_str().as_bytes()], limit: 5 };
    let of_place = Budget { parts: &[kind, b"place", &place], limit: 50 };
    let of_prefix = Budget { parts: &[kind, b"prefix", number.prefix().as_bytes()], limit: 100 };
    let back = Budget { parts: &[kind, b"back", account.as_bytes()], limit: 10 };
    match purpose {
        Purpose::LinkPhone if held == Held::Linked => budget::tagged(app, &[own, of_place]).await,
        Purpose::LinkPhone if held == Held::Before => budget::tagged(app, &[back, of_place]).await,
        Purpose::LinkPhone => budget::tagged(app, &[own, of_number, of_place, of_prefix]).await,
        Purpose::Password => budget::tagged(app, &[own, of_place]).await,
        Purpose::Leave | Purpose::LostPhone => budget::tagged(app, &[own]).await,
    }
}

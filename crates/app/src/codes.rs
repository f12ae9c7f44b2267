//! One-time codes by text message, after NIST SP 800-63B-4: six random digits, stored as a keyed hash
//! bound to account, purpose and number, single use, five minutes, five tries.

use outro_db::Tx;
use outro_model::{AccountId, ChallengeId, PhoneNumber, Random, Timestamp, random_bytes};
use outro_store::accounts;
use outro_store::challenges::{self, Challenge};
use outro_vault::{AccountKeys, MacPurpose, constant_time_eq};

use crate::budget::{self, Budget, Tagged};
use crate::{App, AppError, Origin, RefusalKind, password};

/// How long a code can be used, in seconds.
const VALID_SECONDS: i64 = 300;
/// The first wait before another code is sent, in seconds; each further one is twice as long.
const FIRST_WAIT_SECONDS: i64 = 30;
/// How often the wait doubles at most: 16 minutes.
const WAIT_DOUBLINGS: i64 = 5;
/// Tries of codes that an account has a day, whatever else is lifted.
const TRIES_A_DAY: i64 = 50;

/// What a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Linking a phone.
    LinkPhone,
    /// Leaving for good.
    Leave,
}

impl Purpose {
    pub(crate) const fn code(self) -> i64 {
        match self {
            Self::LinkPhone => 1,
            Self::Leave => 2,
        }
    }

    /// What the message says. It ends with the origin-bound line that browsers fill in by
    /// (WICG "SMS one-time codes").
    fn text(self, code: &str, host: &str) -> String {
        let what = match self {
            Self::LinkPhone => "links this phone to your account",
            Self::Leave => "DELETES your account for good",
        };
        // A port is not part of the line's host.
        let bound = host.split(':').next().unwrap_or(host);
        format!("Outro: {code} {what} on {host}. Not you? Ignore this and tell nobody the code.\n\n@{bound} #{code}")
    }
}

/// A code that was sent.
#[derive(Clone, Debug)]
pub struct SentCode {
    /// What to give back with the code.
    pub challenge: ChallengeId,
    /// The number it went to, masked.
    pub sent_to: String,
    /// Until when it can be used.
    pub expires_at: Timestamp,
    /// When another may be asked for.
    pub resend_at: Timestamp,
}

/// Sends a code to a number, in the place of earlier ones of the purpose.
pub(crate) async fn send(
    app: &App,
    keys: &AccountKeys,
    purpose: Purpose,
    number: &PhoneNumber,
    origin: &Origin,
) -> Result<SentCode, AppError> {
    let (account, now) = (keys.account(), app.clock.now());
    let code = six_digits(&*app.random);
    let challenge = new_challenge(app, keys, purpose, Some((number, &code)));
    let limits = send_limits(app, account, purpose, number, origin).await?;
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, account).await? {
        return Err(AppError::SignInNeeded);
    }
    let resend_at = note_sending(app, &mut tx, account, purpose).await?;
    if app.settings.rate_limits {
        budget::spend(app, &mut tx, &limits).await?;
    }
    challenges::replace(&mut tx, &challenge).await?;
    tx.commit().await?;
    let text = purpose.text(&code, &app.settings.host);
    if let Err(error) = app.courier.send(number, text, now).await {
        tracing::error!(%error, "a code could not be sent");
        withdraw(app, &challenge).await?;
        let detail = "The code could not be sent. Please try again in a few minutes.";
        return Err(AppError::refused(RefusalKind::Unavailable, "send_failed", detail));
    }
    let Challenge { id, expires_at, .. } = challenge;
    Ok(SentCode { challenge: id, sent_to: number.masked(), expires_at, resend_at })
}

/// The code that was sent last for a purpose, while it can be used.
pub(crate) async fn pending(app: &App, keys: &AccountKeys, purpose: Purpose) -> Result<Option<SentCode>, AppError> {
    let (account, now) = (keys.account(), app.clock.now());
    let mut tx = app.db.read().await?;
    let Some(open) = challenges::open(&mut tx, account, purpose.code(), now).await? else { return Ok(None) };
    let resend = challenges::next_sending(&mut tx, account, purpose.code()).await?;
    drop(tx);
    let Some(number) = open_number(keys, &open)? else { return Ok(None) };
    let Challenge { id, expires_at, .. } = open;
    Ok(Some(SentCode { challenge: id, sent_to: number.masked(), expires_at, resend_at: resend.unwrap_or(now) }))
}

/// The number that a challenge's code went to.
fn open_number(keys: &AccountKeys, challenge: &Challenge) -> Result<Option<PhoneNumber>, AppError> {
    let open = |sealed: &Vec<u8>| keys.open_text(outro_datamap::CHALLENGE_NUMBER, challenge.id.as_bytes(), sealed);
    Ok(challenge.number.as_ref().map(open).transpose()?.and_then(|number| number.parse().ok()))
}

/// The number that a challenge of a purpose went to, also when its time is over: to send another code.
pub(crate) async fn number_of(
    app: &App,
    keys: &AccountKeys,
    purpose: Purpose,
    challenge: &str,
) -> Result<PhoneNumber, AppError> {
    let id: ChallengeId = challenge.parse().map_err(|_| code_over())?;
    let found = challenges::get(&mut app.db.read().await?, keys.account(), id).await?;
    let found = found.filter(|found| found.purpose == purpose.code()).ok_or_else(code_over)?;
    open_number(keys, &found)?.ok_or_else(code_over)
}

/// A challenge that a password answers, where no code can be sent.
pub(crate) async fn without_code(app: &App, keys: &AccountKeys, purpose: Purpose) -> Result<Challenge, AppError> {
    let challenge = new_challenge(app, keys, purpose, None);
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, keys.account()).await? {
        return Err(AppError::SignInNeeded);
    }
    challenges::replace(&mut tx, &challenge).await?;
    tx.commit().await?;
    Ok(challenge)
}

fn new_challenge(app: &App, keys: &AccountKeys, purpose: Purpose, sent: Option<(&PhoneNumber, &str)>) -> Challenge {
    let (account, now) = (keys.account(), app.clock.now());
    let id = ChallengeId::random(&*app.random);
    let number =
        sent.map(|(number, _)| keys.seal(outro_datamap::CHALLENGE_NUMBER, id.as_bytes(), number.as_str().as_bytes()));
    let code_mac = sent.map(|(number, code)| mac(app, account, purpose, id, number, code).to_vec());
    Challenge {
        account,
        id,
        purpose: purpose.code(),
        number,
        code_mac: code_mac.unwrap_or_default(),
        created_at: now,
        expires_at: now.plus_seconds(VALID_SECONDS),
    }
}

async fn withdraw(app: &App, challenge: &Challenge) -> Result<(), AppError> {
    let mut tx = app.db.write().await?;
    challenges::withdraw(&mut tx, challenge.account, challenge.id).await?;
    challenges::reset_resend(&mut tx, challenge.account, challenge.purpose).await?;
    Ok(tx.commit().await?)
}

/// Refuses what comes before the wait is over; the next wait is twice as long.
async fn note_sending(app: &App, tx: &mut Tx, account: AccountId, purpose: Purpose) -> Result<Timestamp, AppError> {
    let now = app.clock.now();
    let (sent, next_at) = challenges::resend(tx, account, purpose.code()).await?.unwrap_or((0, now));
    if app.settings.rate_limits && now < next_at {
        let retry_after_s = (next_at.millis_since(now) + 999) / 1000;
        return Err(AppError::TooMany { code: "resend_too_soon", retry_after_s });
    }
    let wait = FIRST_WAIT_SECONDS << sent.min(WAIT_DOUBLINGS);
    let next_at = now.plus_seconds(wait);
    challenges::set_resend(tx, account, purpose.code(), sent + 1, next_at).await?;
    Ok(next_at)
}

/// A number that its owner verified is asked after by its owner alone, and has a budget that nobody
/// else can use up: strangers who try to link it spend another one.
async fn send_limits(
    app: &App,
    account: AccountId,
    purpose: Purpose,
    number: &PhoneNumber,
    origin: &Origin,
) -> Result<Vec<Tagged>, AppError> {
    let kind: &[u8] = if purpose == Purpose::LinkPhone { b"link" } else { b"leave" };
    let place = origin.place();
    let own = Budget { parts: &[kind, b"account", account.as_bytes()], limit: 10 };
    let of_number = Budget { parts: &[kind, b"number", number.as_str().as_bytes()], limit: 5 };
    let of_place = Budget { parts: &[kind, b"place", &place], limit: 50 };
    let of_prefix = Budget { parts: &[kind, b"prefix", number.prefix().as_bytes()], limit: 100 };
    match purpose {
        Purpose::LinkPhone => budget::tagged(app, &[own, of_number, of_place, of_prefix]).await,
        Purpose::Leave => budget::tagged(app, &[own]).await,
    }
}

/// What a person gives to show that it is them.
#[derive(Clone, Copy)]
pub(crate) enum Proof<'a> {
    Code(&'a str),
    Password(&'a str),
}

/// A challenge that was answered rightly. It is used up in the transaction of what it allows.
pub(crate) struct Proved {
    account: AccountId,
    challenge: ChallengeId,
    purpose: Purpose,
    /// The number that the code went to.
    pub(crate) number: Option<PhoneNumber>,
}

impl Proved {
    /// Uses the challenge up, and starts the waits of its purpose anew. Refuses when somebody was faster.
    pub(crate) async fn use_up(&self, app: &App, tx: &mut Tx) -> Result<(), AppError> {
        if !challenges::use_up(tx, self.account, self.challenge, app.clock.now()).await? {
            return Err(code_over());
        }
        Ok(challenges::reset_resend(tx, self.account, self.purpose.code()).await?)
    }
}

/// Holds a proof against a challenge. The try is spent, and stays so, before the two are compared.
pub(crate) async fn check(
    app: &App,
    keys: &AccountKeys,
    purpose: Purpose,
    challenge: &str,
    proof: Proof<'_>,
) -> Result<Proved, AppError> {
    let (account, now) = (keys.account(), app.clock.now());
    let id: ChallengeId = challenge.parse().map_err(|_| code_over())?;
    let limits = [Budget { parts: &[b"tries", account.as_bytes()], limit: TRIES_A_DAY }];
    let limits = budget::tagged(app, &limits).await?;
    let mut tx = app.db.write().await?;
    budget::spend(app, &mut tx, &limits).await?;
    let tried = challenges::spend_try(&mut tx, account, id, purpose.code(), now).await?;
    let stored = accounts::by_id(&mut tx, account).await?.ok_or(AppError::SignInNeeded)?;
    tx.commit().await?;
    let tried = tried.ok_or_else(code_over)?;
    let number = open_number(keys, &tried)?;
    let right = match (proof, &number) {
        (Proof::Code(code), Some(number)) => {
            constant_time_eq(&mac(app, account, purpose, id, number, &digits(code)), &tried.code_mac)
        }
        (Proof::Password(given), None) => {
            let row = account.as_bytes();
            let hash = keys.open(outro_datamap::ACCOUNT_PASSWORD_HASH, row, &stored.password_hash)?;
            password::verify(given, Some(&hash)).await?
        }
        _ => false,
    };
    if right { Ok(Proved { account, challenge: id, purpose, number }) } else { Err(wrong(proof)) }
}

fn wrong(proof: Proof<'_>) -> AppError {
    match proof {
        Proof::Code(_) => AppError::invalid("code", "code_wrong", "That is not the code we sent. Please check it."),
        Proof::Password(_) => AppError::invalid("password", "password_wrong", "That is not your password."),
    }
}

fn code_over() -> AppError {
    let detail = "This code cannot be used any more. Please ask for a new one.";
    AppError::refused(RefusalKind::Conflict, "code_expired", detail)
}

fn mac(
    app: &App,
    account: AccountId,
    purpose: Purpose,
    challenge: ChallengeId,
    number: &PhoneNumber,
    code: &str,
) -> [u8; 32] {
    let purpose = purpose.code().to_be_bytes();
    let parts: &[&[u8]] =
        &[account.as_bytes(), &purpose, challenge.as_bytes(), number.as_str().as_bytes(), code.as_bytes()];
    app.vault.mac(MacPurpose::OneTimeCode, parts)
}

/// A code as people type it: spaces and hyphens are passed over, and digits of any script are digits.
fn digits(code: &str) -> String {
    code.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').map(outro_model::ascii_digit).collect()
}

/// Six digits, each code as likely as any other.
fn six_digits(random: &dyn Random) -> String {
    /// The largest multiple of a million that 32 bits hold.
    const FAIR: u32 = u32::MAX / 1_000_000 * 1_000_000;
    loop {
        let drawn = u32::from_be_bytes(random_bytes(random));
        if drawn < FAIR {
            return format!("{:06}", drawn % 1_000_000);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_ends_with_the_origin_bound_line() {
        let text = Purpose::Leave.text("012345", "video.example:8443");
        assert!(text.contains("DELETES your account"));
        assert!(text.ends_with("\n\n@video.example #012345"), "{text}");
        assert_eq!(digits(" 012-345 "), "012345");
        assert_eq!(digits("٠١٢٣٤٥"), "012345");
    }
}

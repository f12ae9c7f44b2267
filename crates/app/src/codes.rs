//! One-time codes by text message, after NIST SP 800-63B-4: six random digits, stored as a keyed hash
//! bound to account, purpose and number, single use, five minutes, five tries.

mod notice;
mod send;

use outro_db::Tx;
use outro_model::{AccountId, ChallengeId, PhoneNumber, Random, RecoveryCodeId, Timestamp, random_bytes};
use outro_store::accounts::{self, Account};
use outro_store::challenges::{self, Challenge};
use outro_store::recovery_codes;
use outro_vault::{AccountKeys, MacPurpose, constant_time_eq};
use zeroize::Zeroizing;

use crate::budget::{self, Budget};
use crate::{App, AppError, RefusalKind, password, phone};

pub(crate) use notice::{TOLD_LATER_SECONDS, minute, tell, tell_again, tell_all};
pub(crate) use send::send;

/// How long a code can be used, in seconds.
const VALID_SECONDS: i64 = outro_datamap::CODE_SECONDS;
/// Tries of codes that an account has a day, whatever else is lifted.
const TRIES_A_DAY: i64 = 50;
/// What tries of the number are counted under that another took the place of.
const TRIES_BACK: &[u8] = b"tries back";

/// What a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Linking a phone.
    LinkPhone,
    /// Leaving for good.
    Leave,
    /// Leaving without the linked phone, by password and recovery code. No code is sent for it.
    LostPhone,
    /// Changing the password, where a phone is linked.
    Password,
}

impl Purpose {
    pub(crate) const fn code(self) -> i64 {
        match self {
            Self::LinkPhone => 1,
            Self::Leave => 2,
            Self::LostPhone => 3,
            Self::Password => 4,
        }
    }

    /// What tries are counted under: who tries recovery codes does not use up those of the code that is sent.
    const fn tries(self) -> &'static [u8] {
        match self {
            Self::LinkPhone | Self::Leave => b"tries",
            Self::LostPhone => b"lost phone",
            Self::Password => b"password code",
        }
    }

    /// What the message says. It ends with the origin-bound line that browsers fill in by
    /// (WICG "SMS one-time codes").
    fn text(self, code: &str, host: &str) -> String {
        let what = match self {
            Self::LinkPhone => "links this phone to your account",
            Self::Password => "changes the password of your account",
            Self::Leave | Self::LostPhone => "DELETES your account for good",
        };
        let line = dns_name(host).map(|name| format!("\n\n@{name} #{code}")).unwrap_or_default();
        format!("Outro: {code} {what} on {host}. Not you? Ignore this and tell nobody the code.{line}")
    }
}

/// The name in `host`, without the port. An address has none: no browser would fill a code in by it.
fn dns_name(host: &str) -> Option<&str> {
    let name = host.split(':').next()?;
    let is_name = name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.'));
    // The last label of a name is never a number: that is an IPv4 address, however it is written.
    let last = name.rsplit('.').find(|label| !label.is_empty())?;
    (is_name && !last.chars().all(|letter| letter.is_ascii_digit())).then_some(name)
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

/// The number that is linked to an account.
pub(crate) fn linked_number(keys: &AccountKeys, account: &Account) -> Result<Option<PhoneNumber>, AppError> {
    let open = |sealed: &Vec<u8>| keys.open_text(outro_datamap::ACCOUNT_PHONE, account.id.as_bytes(), sealed);
    Ok(account.phone.as_ref().map(open).transpose()?.and_then(|number| number.parse().ok()))
}

/// What was asked for last for a purpose and can still be answered: the challenge, and where its code
/// went, or nothing of that where a password answers it.
pub(crate) enum Pending {
    Code(SentCode),
    Password(Challenge),
}

/// What can still be answered for a purpose; a code before a password.
pub(crate) async fn pending(app: &App, keys: &AccountKeys, purpose: Purpose) -> Result<Option<Pending>, AppError> {
    let (account, now) = (keys.account(), app.clock.now());
    let mut tx = app.db.read().await?;
    let Some(open) = challenges::open(&mut tx, account, purpose.code(), now).await? else { return Ok(None) };
    let resend = challenges::next_sending(&mut tx, account, purpose.code()).await?;
    drop(tx);
    let Some(number) = open_number(keys, &open)? else { return Ok(Some(Pending::Password(open))) };
    let Challenge { id, expires_at, .. } = open;
    let sent = SentCode { challenge: id, sent_to: number.masked(), expires_at, resend_at: resend.unwrap_or(now) };
    Ok(Some(Pending::Code(sent)))
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

/// A challenge that a password answers, where no code can be sent. A code that was sent before and still
/// holds can be given all the same.
pub(crate) async fn without_code(app: &App, account: AccountId, purpose: Purpose) -> Result<Challenge, AppError> {
    let challenge = new_challenge(app, account, purpose);
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, account).await? {
        return Err(AppError::SignInNeeded);
    }
    challenges::add_without_number(&mut tx, &challenge).await?;
    tx.commit().await?;
    Ok(challenge)
}

fn new_challenge(app: &App, account: AccountId, purpose: Purpose) -> Challenge {
    let now = app.clock.now();
    Challenge {
        account,
        id: ChallengeId::random(&*app.random),
        purpose: purpose.code(),
        number: None,
        code_mac: vec![],
        created_at: now,
        expires_at: now.plus_seconds(VALID_SECONDS),
    }
}

fn with_number(app: &App, keys: &AccountKeys, purpose: Purpose, number: &PhoneNumber, code: &str) -> Challenge {
    let new = new_challenge(app, keys.account(), purpose);
    let sealed = keys.seal(outro_datamap::CHALLENGE_NUMBER, new.id.as_bytes(), number.as_str().as_bytes());
    let code_mac = mac(app, new.account, purpose, new.id, number, code).to_vec();
    Challenge { number: Some(sealed), code_mac, ..new }
}

/// What a person gives to show that it is them.
#[derive(Clone, Copy)]
pub(crate) enum Proof<'a> {
    Code(&'a str),
    Password(&'a str),
    /// Both of them, for what is done without the linked phone.
    Recovery {
        password: &'a str,
        code: &'a str,
    },
}

/// Drops what was asked for for a purpose, and begins its waits anew.
pub(crate) async fn forget(tx: &mut Tx, account: AccountId, purpose: Purpose) -> Result<(), AppError> {
    challenges::drop_purpose(tx, account, purpose.code()).await?;
    Ok(challenges::reset_resend(tx, account, purpose.code()).await?)
}

/// A challenge that was answered rightly. It is used up in the transaction of what it allows.
pub(crate) struct Proved {
    account: AccountId,
    challenge: ChallengeId,
    purpose: Purpose,
    /// The number that the code went to.
    pub(crate) number: Option<PhoneNumber>,
    /// The recovery code that was given.
    recovery: Option<RecoveryCodeId>,
}

impl Proved {
    /// Uses the challenge up, and starts the waits of its purpose anew. Refuses when somebody was faster.
    pub(crate) async fn use_up(&self, app: &App, tx: &mut Tx) -> Result<(), AppError> {
        if !challenges::use_up(tx, self.account, self.challenge, app.clock.now()).await? {
            return Err(code_over());
        }
        if let Some(code) = self.recovery
            && !recovery_codes::use_up(tx, self.account, code).await?
        {
            return Err(code_over());
        }
        Ok(challenges::reset_resend(tx, self.account, self.purpose.code()).await?)
    }
}

/// Holds a proof against a challenge. The try is spent, and stays so, before the two are compared. The
/// keys are let go before a password waits its turn: nobody's are held longer than a lease.
pub(crate) async fn check(
    app: &App,
    keys: AccountKeys,
    purpose: Purpose,
    challenge: &str,
    proof: Proof<'_>,
) -> Result<Proved, AppError> {
    let (account, now) = (keys.account(), app.clock.now());
    let over = || if purpose == Purpose::LostPhone { too_slow() } else { code_over() };
    let id: ChallengeId = challenge.parse().map_err(|_| over())?;
    let usual = Budget { parts: &[purpose.tries(), account.as_bytes()], limit: TRIES_A_DAY };
    let back = Budget { parts: &[TRIES_BACK, account.as_bytes()], limit: TRIES_A_DAY };
    let (usual, back) = (budget::tagged(app, &[usual]).await?, budget::tagged(app, &[back]).await?);
    let mut tx = app.db.write().await?;
    // Of what was never asked for, no try is spent.
    let tried = challenges::spend_try(&mut tx, account, id, purpose.code(), now).await?.ok_or_else(over)?;
    let number = open_number(&keys, &tried)?;
    // Whoever tries codes of other numbers does not keep back the one whose place another took.
    let is_back = number.is_some() && number == phone::before(&mut tx, &keys).await?;
    budget::spend(app, &mut tx, if is_back { &back } else { &usual }).await?;
    let stored = accounts::by_id(&mut tx, account).await?.ok_or(AppError::SignInNeeded)?;
    let codes = match proof {
        Proof::Recovery { .. } => recovery_codes::list(&mut tx, account).await?,
        _ => Vec::new(),
    };
    tx.commit().await?;
    // A code that went to a number which is not the person's any more proves nothing.
    if matches!(purpose, Purpose::Leave | Purpose::Password)
        && number.is_some()
        && number != linked_number(&keys, &stored)?
    {
        return Err(code_over());
    }
    let mut recovery = None;
    let right = match (proof, &number) {
        (Proof::Code(code), Some(number)) => {
            constant_time_eq(&mac(app, account, purpose, id, number, &digits(code)), &tried.code_mac)
        }
        (Proof::Password(given), None) => {
            let hash = open_hash(&keys, &stored)?;
            drop(keys);
            password::turn(&password::EXIT)?.verify(given, Some(&hash)).await?
        }
        // Both are looked at whatever the other is: neither the answer nor its time says which was wrong.
        (Proof::Recovery { password, code }, None) => {
            recovery = phone::recovery_code(app, &keys, &codes, code)?;
            let hash = open_hash(&keys, &stored)?;
            drop(keys);
            password::turn(&password::EXIT)?.verify(password, Some(&hash)).await? && recovery.is_some()
        }
        _ => false,
    };
    if right { Ok(Proved { account, challenge: id, purpose, number, recovery }) } else { Err(wrong(proof)) }
}

fn open_hash(keys: &AccountKeys, account: &Account) -> Result<Zeroizing<Vec<u8>>, AppError> {
    Ok(keys.open(outro_datamap::ACCOUNT_PASSWORD_HASH, account.id.as_bytes(), &account.password_hash)?)
}

fn wrong(proof: Proof<'_>) -> AppError {
    match proof {
        Proof::Recovery { .. } => {
            let detail = "Password and recovery code do not fit together, or the code was used before.";
            AppError::invalid("recovery_code", "recovery_wrong", detail)
        }
        Proof::Code(_) => AppError::invalid("code", "code_wrong", "That is not the code we sent. Please check it."),
        Proof::Password(_) => AppError::invalid("password", "password_wrong", "That is not your password."),
    }
}

fn code_over() -> AppError {
    let detail = "This code cannot be used any more. Please ask for a new one.";
    AppError::refused(RefusalKind::Conflict, "code_expired", detail)
}

/// Where nothing was sent that could have expired, the words must not say so of the recovery code.
fn too_slow() -> AppError {
    let detail = "This took too long, or too many tries. Nothing is used up: please enter both once more.";
    AppError::refused(RefusalKind::Conflict, "took_too_long", detail)
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
        for address in ["[2001:db8::1]:8443", "[::1]", "192.0.2.7:8080", "192.0.2.7"] {
            let text = Purpose::Leave.text("012345", address);
            assert!(text.ends_with("tell nobody the code."), "{text}");
        }
        assert_eq!(dns_name("localhost:8080"), Some("localhost"));
        assert_eq!(digits(" 012-345 "), "012345");
        assert_eq!(digits("٠١٢٣٤٥"), "012345");
    }
}

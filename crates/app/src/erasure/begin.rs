//! Asking to leave: the code is sent by itself.

use outro_model::{ChallengeId, Timestamp};
use outro_store::accounts::{self, Account};
use outro_store::challenges::Challenge;

use crate::codes::{self, Pending, Purpose, SentCode};
use crate::{App, AppError, Origin, RefusalKind, Signed, wallet};

/// What is asked for next.
#[derive(Clone, Debug)]
pub enum Begun {
    /// The code that was just sent to the linked phone.
    Code(SentCode),
    /// The password: no phone is linked, or no message can be sent.
    Password {
        /// What to give back with the password.
        challenge: ChallengeId,
        /// Until when it can be used.
        expires_at: Timestamp,
        /// How many hours the account stays after that, where a phone is linked to which no message can be sent just now.
        wait_hours: Option<i64>,
    },
    /// The password and a recovery code, where the phone is lost.
    Recovery {
        /// What to give back with the two.
        challenge: ChallengeId,
        /// Until when it can be used.
        expires_at: Timestamp,
        /// How many hours the account stays after that.
        wait_hours: i64,
    },
}

/// What was asked for last, while it can still be answered: a page that is opened anew shows it again.
pub async fn begun(app: &App, signed: &Signed) -> Result<Option<Begun>, AppError> {
    let keys = signed.keys(app).await?;
    let account = accounts::by_id(&mut app.db.read().await?, signed.account).await?.ok_or(AppError::SignInNeeded)?;
    Ok(codes::pending(app, &keys, Purpose::Leave).await?.map(|pending| match pending {
        Pending::Code(sent) => Begun::Code(sent),
        Pending::Password(challenge) => by_password(app, &account, &challenge),
    }))
}

/// Begins leaving. It is never impossible for want of a phone, nor because no message can be sent: then
/// the password is the proof (after a wait, where a phone is linked: else whoever has the password would only need to keep it unreachable), and a code that was sent before still holds. Who has coins says first that they
/// are given up. Coins that come after that are lost without asking again: nobody is kept by a gift.
pub async fn begin(app: &App, signed: &Signed, origin: &Origin, forfeit_coins: bool) -> Result<Begun, AppError> {
    coins_given_up(app, signed, forfeit_coins).await?;
    let keys = signed.keys(app).await?;
    let account = accounts::by_id(&mut app.db.read().await?, signed.account).await?;
    let account = account.ok_or(AppError::SignInNeeded)?;
    let number = codes::linked_number(&keys, &account)?.filter(|_| app.courier.works());
    if let Some(number) = number
        && let Some(sent) = codes::send(app, keys, Purpose::Leave, &number, origin).await?
    {
        return Ok(Begun::Code(sent));
    }
    let challenge = codes::without_code(app, signed.account, Purpose::Leave).await?;
    Ok(by_password(app, &account, &challenge))
}

/// Refuses who has coins and has not said that they are given up.
pub(super) async fn coins_given_up(app: &App, signed: &Signed, forfeit_coins: bool) -> Result<(), AppError> {
    if !forfeit_coins && wallet::balance(app, signed).await? > 0 {
        let detail = "You have coins. They are lost when you leave, and are not refunded: say that you give them up.";
        return Err(AppError::refused(RefusalKind::Unusable, "coins_left", detail));
    }
    Ok(())
}

pub(super) fn by_password(app: &App, account: &Account, challenge: &Challenge) -> Begun {
    let wait_hours = is_unreachable(app, account).then_some(app.settings.lost_phone_hours);
    Begun::Password { challenge: challenge.id, expires_at: challenge.expires_at, wait_hours }
}

/// Whether there is a phone which should have been asked, where the password alone is given: it could not be reached just now.
pub(super) fn is_unreachable(app: &App, account: &Account) -> bool {
    account.phone.is_some() && app.courier.works()
}

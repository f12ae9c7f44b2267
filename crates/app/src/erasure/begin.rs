//! Asking to leave: the code is sent by itself.

use outro_model::{ChallengeId, PhoneNumber, Timestamp};
use outro_store::accounts;

use crate::codes::{self, Purpose, SentCode};
use crate::{App, AppError, Origin, Signed};

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
    },
}

/// What was asked for last, while it can still be answered: a page that is opened anew shows it again.
pub async fn begun(app: &App, signed: &Signed) -> Result<Option<Begun>, AppError> {
    let keys = signed.keys(app).await?;
    Ok(codes::pending(app, &keys, Purpose::Leave).await?.map(Begun::Code))
}

/// Begins leaving. It is never impossible for want of a phone.
pub async fn begin(app: &App, signed: &Signed, origin: &Origin) -> Result<Begun, AppError> {
    let keys = signed.keys(app).await?;
    let account = accounts::by_id(&mut app.db.read().await?, signed.account).await?;
    let account = account.ok_or(AppError::SignInNeeded)?;
    let sealed = account.phone.filter(|_| app.courier.works());
    let phone = sealed.map(|sealed| keys.open_text(outro_datamap::ACCOUNT_PHONE, account.id.as_bytes(), &sealed));
    let phone: Option<PhoneNumber> = phone.transpose()?.and_then(|phone| phone.parse().ok());
    match phone {
        Some(phone) => Ok(Begun::Code(codes::send(app, &keys, Purpose::Leave, &phone, origin).await?)),
        None => {
            let challenge = codes::without_code(app, &keys, Purpose::Leave).await?;
            Ok(Begun::Password { challenge: challenge.id, expires_at: challenge.expires_at })
        }
    }
}

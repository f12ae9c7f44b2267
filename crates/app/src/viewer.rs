//! Who is asking.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use outro_db::Tx;
use outro_model::{AccountId, Random, SessionId, Timestamp, random_bytes};
use outro_store::accounts;
use outro_store::sessions::{self, Session};
use outro_vault::{AccountKeys, sha256};

use crate::{App, AppError, account};

/// How long the password counts as recent, in seconds.
const RECENT_SECONDS: i64 = 15 * 60;
/// How long a session lasts without being used, in seconds.
pub(crate) const SESSION_SECONDS: i64 = outro_datamap::SESSION_DAYS * 86_400;
/// How fine the last use of a session is noted, in milliseconds: one hour.
const SEEN_STEP_MILLIS: i64 = 3_600_000;

/// Somebody signed in.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The account.
    pub account: AccountId,
    /// The public id of the session.
    pub session: SessionId,
    /// The hash that the session stands under.
    pub token_hash: [u8; 32],
    /// When the password was given last.
    pub password_at: Timestamp,
    /// Whether this very request moved the end of the session: a cookie that holds its token is to be
    /// set anew, so that it lives as long.
    pub renewed: bool,
}

/// Anybody: signed in or not.
pub type Viewer = Option<Signed>;

/// Where a request comes from, for budgets alone: it is hashed under a key of the day and kept nowhere.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The address of the client.
    pub address: std::net::IpAddr,
}

impl Origin {
    /// What counts as one place: an IPv4 address, or the /64 that one IPv6 customer has.
    pub(crate) fn place(&self) -> Vec<u8> {
        match self.address.to_canonical() {
            std::net::IpAddr::V4(address) => address.octets().to_vec(),
            std::net::IpAddr::V6(address) => address.octets()[..8].to_vec(),
        }
    }
}

/// Who that is, as far as one is told from another: an account, or a place.
pub(crate) fn person(viewer: &Viewer, from: &Origin) -> Vec<u8> {
    viewer.as_ref().map_or_else(|| from.place(), |signed| signed.account.as_bytes().to_vec())
}

/// A new token: the account's id and 32 random bytes, so that the session is found by its owner.
pub(crate) fn new_token(account: AccountId, random: &dyn Random) -> (String, [u8; 32]) {
    let secret: [u8; 32] = random_bytes(random);
    let token = URL_SAFE_NO_PAD.encode([account.as_bytes().as_slice(), &secret].concat());
    (token, sha256(&[&secret]))
}

fn read_token(token: &str) -> Option<(AccountId, [u8; 32])> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (account, secret) = bytes.split_first_chunk::<16>()?;
    let secret: &[u8; 32] = secret.try_into().ok()?;
    Some((AccountId::from_bytes(*account), sha256(&[secret])))
}

/// Whose token this is; `None` when it opens nothing (never issued, ended, expired, its owner gone).
pub async fn authenticate(app: &App, token: &str) -> Result<Viewer, AppError> {
    let Some((account, token_hash)) = read_token(token) else { return Ok(None) };
    let now = app.clock.now();
    let session = sessions::get(&mut app.db.read().await?, account, &token_hash, now).await?;
    let Some(session) = session else { return Ok(None) };
    let renewed = now.millis_since(session.seen_at) > SEEN_STEP_MILLIS;
    if renewed {
        let grew_up = account::grew_up_meanwhile(app, session.account).await?;
        let mut tx = app.db.write().await?;
        sessions::touch(&mut tx, &session, now).await?;
        if grew_up {
            accounts::set_adult(&mut tx, session.account).await?;
        }
        tx.commit().await?;
    }
    let Session { account, token_hash, id: session, password_at, .. } = session;
    Ok(Some(Signed { account, session, token_hash, password_at, renewed }))
}

/// Whether who was signed in when a stream began still is. Asked while it goes on.
pub(crate) async fn still(app: &App, tx: &mut Tx, viewer: &Viewer) -> Result<Option<AccountId>, AppError> {
    let Some(signed) = viewer else { return Ok(None) };
    let session = sessions::get(tx, signed.account, &signed.token_hash, app.clock.now()).await?;
    Ok(session.map(|session| session.account))
}

impl Signed {
    /// Refuses when the password was not given within the last 15 minutes.
    pub(crate) fn recent_password(&self, app: &App) -> Result<(), AppError> {
        let recent = app.clock.now().millis_since(self.password_at) <= RECENT_SECONDS * 1000;
        if recent { Ok(()) } else { Err(AppError::PasswordNeeded) }
    }

    /// Whether the password has to be given again before what asks for a recent one.
    pub fn needs_password(&self, app: &App) -> bool {
        self.recent_password(app).is_err()
    }

    /// The keys of the account. Gone keys mean that it is gone: the session ends here.
    pub(crate) async fn keys(&self, app: &App) -> Result<AccountKeys, AppError> {
        app.vault.account(self.account).await?.ok_or(AppError::SignInNeeded)
    }
}

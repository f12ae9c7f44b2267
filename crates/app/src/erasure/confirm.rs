//! The moment of leaving: one transaction hides and revokes, then the key is destroyed, then the answer.

use outro_datamap::{ACCOUNT_HANDLE, ACCOUNT_HANDLE_TAG};
use outro_jobs::{Lane, NewJob};
use outro_model::{AccountId, Handle, JobId, random_bytes};
use outro_store::receipts::{self, Erasure};
use outro_store::{accounts, sessions};
use outro_vault::{AccountKeys, sha256};

use crate::codes::{self, Proof, Proved, Purpose};
use crate::password::read_tag;
use crate::{App, AppError, Signed, wallet};

use super::JOB;

/// What the leaver takes along. None of it is shown again.
#[derive(Clone)]
pub struct Confirmed {
    /// The unguessable id of the receipt.
    pub receipt_id: String,
    /// With it, the leaver can show that the receipt is theirs. It is stored nowhere.
    pub nonce: String,
    /// The account's id, which the receipt's commitment is made from too.
    pub account_id: AccountId,
    /// The handle, likewise.
    pub handle: String,
    /// Whether the key is destroyed already. Only where the keyring does not answer it is not: then the
    /// account is hidden, and the job destroys the key as soon as it can.
    pub key_destroyed: bool,
}

/// Leaves for good. One of `code` and `password` is the proof that was asked for.
pub async fn confirm(
    app: &App,
    signed: &Signed,
    challenge: &str,
    code: Option<&str>,
    password: Option<&str>,
) -> Result<Confirmed, AppError> {
    let missing = || AppError::invalid("code", "field_required", "Please enter the code.");
    let proof = code.map(Proof::Code).or(password.map(Proof::Password)).ok_or_else(missing)?;
    let proved = codes::check(app, signed.keys(app).await?, Purpose::Leave, challenge, proof).await?;
    // A client that hangs up must not stop this half way: it runs to its end by itself.
    let going = tokio::spawn(go(app.clone(), signed.clone(), proved));
    going.await.map_err(AppError::internal)?
}

async fn go(app: App, signed: Signed, proved: Proved) -> Result<Confirmed, AppError> {
    let (account_id, keys) = (signed.account, signed.keys(&app).await?);
    let nonce: [u8; 32] = random_bytes(&*app.random);
    let receipt_id: [u8; 32] = random_bytes(&*app.random);
    let handle = hide(&app, &keys, &proved, &nonce, receipt_id).await?;
    drop(keys);
    // From here on nothing turns back: should the keyring not answer now, the job goes on trying.
    let key_destroyed = destroy(&app, account_id).await;
    app.queue.wake();
    let (receipt_id, nonce) = (hex::encode(receipt_id), hex::encode(nonce));
    Ok(Confirmed { receipt_id, nonce, account_id, handle: handle.as_str().to_owned(), key_destroyed })
}

/// Destroys the key, and tries again while the keyring is busy; whether it is destroyed now.
async fn destroy(app: &App, account: AccountId) -> bool {
    for pause in [0, 100, 500, 2000] {
        tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
        match app.vault.destroy(account).await {
            Ok(_) => return true,
            Err(error) => tracing::error!(%error, "the key could not be destroyed yet"),
        }
    }
    false
}

/// SHA-256(nonce ‖ account id ‖ handle): names nobody to whom the nonce is not known.
pub(super) fn commitment(nonce: &[u8; 32], account: AccountId, handle: &str) -> [u8; 32] {
    sha256(&[nonce, account.as_bytes(), handle.as_bytes()])
}

/// One transaction: hidden everywhere, sessions revoked, handle let go and kept from others, receipt
/// opened, job enqueued.
async fn hide(
    app: &App,
    keys: &AccountKeys,
    proved: &Proved,
    nonce: &[u8; 32],
    receipt_id: [u8; 32],
) -> Result<Handle, AppError> {
    let (id, now) = (keys.account(), app.clock.now());
    let mut tx = app.db.write().await?;
    proved.use_up(app, &mut tx).await?;
    if !accounts::leave(&mut tx, id).await? {
        return Err(AppError::SignInNeeded);
    }
    let account = accounts::by_id(&mut tx, id).await?.ok_or(AppError::SignInNeeded)?;
    let handle = keys.open_text(ACCOUNT_HANDLE, id.as_bytes(), &account.handle)?;
    let handle: Handle = handle.parse().map_err(|_| AppError::internal("a stored handle is none"))?;
    let tag = keys.open(ACCOUNT_HANDLE_TAG, id.as_bytes(), &account.handle_tag)?;
    sessions::end_all(&mut tx, id).await?;
    accounts::release_handle(&mut tx, &app.vault.handle_index(&handle)).await?;
    accounts::reserve_erased(&mut tx, read_tag(&tag)).await?;
    let job = JobId::random(&*app.random);
    let commitment = commitment(nonce, id, handle.as_str());
    let erased = wallet::forfeit(app, &mut tx, id).await?;
    let id_hash = sha256(&[&receipt_id]);
    let receipt_id = super::sheet::seal(app, id, &receipt_id);
    let erasure = Erasure { account: id, job, id_hash, receipt_id, commitment, started_at: now, erased };
    receipts::begin(&mut tx, &erasure).await?;
    // The job names no account: the walk deletes all jobs that do.
    let job = NewJob { id: job, kind: JOB, lane: Lane::Prompt, account: None, video: None, run_at: now };
    outro_jobs::enqueue(&mut tx, &job).await?;
    tx.commit().await?;
    Ok(handle)
}

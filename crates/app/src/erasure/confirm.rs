//! The moment of leaving: one transaction hides and revokes, then the key is destroyed, then the answer.

use outro_datamap::{ACCOUNT_HANDLE, ACCOUNT_HANDLE_TAG};
use outro_db::Tx;
use outro_jobs::{Lane, NewJob};
use outro_model::{AccountId, EraseReason, Handle, JobId, TakeoutId, Timestamp, random_bytes};
use outro_store::accounts::Account;
use outro_store::receipts::{self, Erasure};
use outro_store::{accounts, departures, pending_leaves, sessions};
use outro_vault::{AccountKeys, KeptErasure, KeptHandle, sha256};

use crate::codes::{self, Proof, Proved, Purpose};
use crate::password::read_tag;
use crate::{App, AppError, Signed, phone, wallet};

use super::begin::is_unreachable;
use super::{JOB, lost_phone};

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

/// Leaves for good; when, where that is not now: another phone was linked a short time ago. One of `code` and `password` is
/// the proof that was asked for.
pub async fn confirm(
    app: &App,
    signed: &Signed,
    challenge: &str,
    code: Option<&str>,
    password: Option<&str>,
) -> Result<(Confirmed, Option<Timestamp>), AppError> {
    let proved = prove(app, signed, challenge, code, password).await?;
    if let Some(leaves_at) = waits_until(app, &proved, signed.account).await? {
        return lost_phone::leave_later(app, signed.account, proved, leaves_at)
            .await
            .map(|left| (left, Some(leaves_at)));
    }
    Ok((leave_with_promise(app, signed.account, Allowed::Proved(proved)).await?, None))
}

/// Until when one stays who has proved it in a way that others may have made possible: by a phone that took another's place, or
/// by the password alone although a phone is linked. Whoever links another one meanwhile ends the proof.
pub(super) async fn waits_until(app: &App, proved: &Proved, account: AccountId) -> Result<Option<Timestamp>, AppError> {
    let mut tx = app.db.read().await?;
    let settles_at = phone::settles_at(app, &mut tx, account).await?;
    let row = accounts::by_id(&mut tx, account).await?.ok_or(AppError::SignInNeeded)?;
    let unreachable = proved.number.is_none() && is_unreachable(app, &row);
    Ok(settles_at.or_else(|| unreachable.then(|| app.after_the_wait())))
}

/// Holds the proof that was asked for against its challenge.
pub(super) async fn prove(
    app: &App,
    signed: &Signed,
    challenge: &str,
    code: Option<&str>,
    password: Option<&str>,
) -> Result<Proved, AppError> {
    let missing = || AppError::invalid("code", "field_required", "Please enter the code.");
    let proof = code.map(Proof::Code).or(password.map(Proof::Password)).ok_or_else(missing)?;
    codes::check(app, signed.keys(app).await?, Purpose::Leave, challenge, proof).await
}

/// Leaves now, with a receipt that is promised now.
pub(super) async fn leave_with_promise(app: &App, account: AccountId, allowed: Allowed) -> Result<Confirmed, AppError> {
    // A client that hangs up must not stop this half way: it runs to its end by itself.
    tokio::spawn(go(app.clone(), account, allowed)).await.map_err(AppError::internal)?
}

async fn go(app: App, account: AccountId, allowed: Allowed) -> Result<Confirmed, AppError> {
    let keys = app.vault.account(account).await?.ok_or(AppError::SignInNeeded)?;
    let promised = promise(&app, &keys).await?;
    drop(keys);
    let leave = Leave { account, receipt_id: promised.receipt_id, commitment: promised.commitment };
    let key_destroyed = now(&app, leave, allowed).await?;
    Ok(promised.confirmed(account, key_destroyed))
}

/// A receipt that is promised to who leaves: its id and the nonce are theirs to keep.
pub(super) struct Promise {
    pub(super) receipt_id: [u8; 32],
    pub(super) nonce: [u8; 32],
    pub(super) commitment: [u8; 32],
    pub(super) handle: Handle,
}

impl Promise {
    /// What is handed out of it.
    pub(super) fn confirmed(&self, account_id: AccountId, key_destroyed: bool) -> Confirmed {
        Confirmed {
            receipt_id: hex::encode(self.receipt_id),
            nonce: hex::encode(self.nonce),
            account_id,
            handle: self.handle.as_str().to_owned(),
            key_destroyed,
        }
    }
}

pub(super) async fn promise(app: &App, keys: &AccountKeys) -> Result<Promise, AppError> {
    let id = keys.account();
    let account = accounts::by_id(&mut app.db.read().await?, id).await?.ok_or(AppError::SignInNeeded)?;
    let handle = open_handle(keys, &account)?;
    let (nonce, receipt_id): ([u8; 32], [u8; 32]) = (random_bytes(&*app.random), random_bytes(&*app.random));
    let commitment = commitment(&nonce, id, handle.as_str());
    Ok(Promise { receipt_id, nonce, commitment, handle })
}

fn open_handle(keys: &AccountKeys, account: &Account) -> Result<Handle, AppError> {
    let handle = keys.open_text(ACCOUNT_HANDLE, account.id.as_bytes(), &account.handle)?;
    handle.parse().map_err(|_| AppError::internal("a stored handle is none"))
}

/// Who leaves, and the receipt that is theirs.
pub(super) struct Leave {
    pub(super) account: AccountId,
    pub(super) receipt_id: [u8; 32],
    pub(super) commitment: [u8; 32],
}

/// What lets an account leave now.
pub(super) enum Allowed {
    /// A proof that was given right now.
    Proved(Proved),
    /// A proof that was given before, for when this takeout is downloaded.
    Departing(TakeoutId),
    /// A proof that was given before, for when the wait is over.
    Waited,
    /// Whoever runs the site, for this reason.
    Operator(EraseReason),
}

/// Leaves now; whether the key is destroyed already.
pub(super) async fn now(app: &App, leave: Leave, allowed: Allowed) -> Result<bool, AppError> {
    let account = leave.account;
    let keys = app.vault.account(account).await?.ok_or(AppError::SignInNeeded)?;
    let kept = hide(app, &keys, leave, allowed).await?;
    drop(keys);
    // From here on nothing turns back: should the keyring not answer now, the job goes on trying.
    let key_destroyed = destroy(app, account, &kept).await;
    app.queue.wake();
    Ok(key_destroyed)
}

/// Destroys the key, and tries again while the keyring is busy; whether it is destroyed now.
async fn destroy(app: &App, account: AccountId, kept: &(KeptErasure, KeptHandle)) -> bool {
    for pause in [0, 100, 500, 2000] {
        tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
        match app.vault.destroy_keeping(account, Some(kept.clone())).await {
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
/// opened, job enqueued. What the keyring is to keep of it too, should the database be restored.
async fn hide(
    app: &App,
    keys: &AccountKeys,
    Leave { account: id, receipt_id, commitment }: Leave,
    allowed: Allowed,
) -> Result<(KeptErasure, KeptHandle), AppError> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    if let Allowed::Proved(proved) = &allowed {
        proved.use_up(app, &mut tx).await?;
    }
    if !accounts::leave(&mut tx, id).await? {
        return Err(AppError::SignInNeeded);
    }
    still_allowed(app, &mut tx, id, &allowed).await?;
    let account = accounts::by_id(&mut tx, id).await?.ok_or(AppError::SignInNeeded)?;
    let handle = open_handle(keys, &account)?;
    let tag = keys.open(ACCOUNT_HANDLE_TAG, id.as_bytes(), &account.handle_tag)?;
    sessions::end_all(&mut tx, id).await?;
    accounts::release_handle(&mut tx, &app.vault.handle_index(&handle)).await?;
    let trace = accounts::reserve_erased(&mut tx, read_tag(&tag)).await?;
    let job = JobId::random(&*app.random);
    let erased = wallet::forfeit(app, &mut tx, id).await?;
    let id_hash = sha256(&[&receipt_id]);
    let receipt_id = super::sheet::seal(app, id, &receipt_id);
    let erasure = Erasure { account: id, job, id_hash, receipt_id, commitment, started_at: now, erased };
    receipts::begin(&mut tx, &erasure).await?;
    // The job names no account: the walk deletes all jobs that do.
    let job = NewJob { id: job, kind: JOB, lane: Lane::Prompt, account: None, video: None, run_at: now };
    outro_jobs::enqueue(&mut tx, &job).await?;
    tx.commit().await?;
    Ok((super::sheet::kept(&erasure), trace))
}

/// What was asked for before still stands: whoever took it back, or asked anew, was not faster.
async fn still_allowed(app: &App, tx: &mut Tx, id: AccountId, allowed: &Allowed) -> Result<(), AppError> {
    let stands = match allowed {
        Allowed::Proved(_) => true,
        Allowed::Departing(takeout) => {
            departures::get(tx, id).await?.is_some_and(|one| one.takeout == *takeout && !one.lapsed)
        }
        Allowed::Waited => pending_leaves::get(tx, id).await?.is_some_and(|one| one.leaves_at <= app.clock.now()),
        Allowed::Operator(reason) => {
            super::operator::note(app, tx, *reason).await?;
            true
        }
    };
    if stands { Ok(()) } else { Err(AppError::NotFound) }
}

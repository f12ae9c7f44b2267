//! Changing the password.

use outro_db::Tx;
use outro_jobs::{Job, Outcome};
use outro_model::AccountId;
use outro_store::{accounts, challenges, departures, sessions};

use super::sign_in::{right_password, wrong_password};
use crate::codes::{self, Purpose};
use crate::{App, AppError, FieldError, Signed, erasure, password, phone};

/// The kind of the job that tells the linked phone.
pub(crate) const PASSWORD_JOB: &str = "password.changed";

/// How it is once the password is changed.
#[derive(Clone, Copy, Debug)]
pub struct PasswordChanged {
    /// How many other devices are signed out by it.
    pub signed_out: u64,
    /// Whether the account would have gone by itself, which this has stopped.
    pub stays: bool,
}

/// Changes the password. Whoever does so thinks that another may know the old one: every other device is signed out, and
/// what was asked for with the old one is taken back, also that the account goes by itself. The linked phone is told, as
/// NIST SP 800-63B-4 §4.6 has it.
pub async fn change_password(app: &App, signed: &Signed, given: &str, new: &str) -> Result<PasswordChanged, AppError> {
    check_new(given, new)?;
    let (stored, turn) = right_password(app, signed, given).await?;
    let hash = turn.hash(app, new).await?;
    drop(turn);
    let keys = signed.keys(app).await?;
    let sealed = keys.seal(outro_datamap::ACCOUNT_PASSWORD_HASH, signed.account.as_bytes(), &hash);
    drop(keys);
    let (account, now) = (signed.account, app.clock.now());
    let mut tx = app.db.write().await?;
    // Alone: what is asked for with the old password at this moment either is there to be taken back, or comes too late.
    if !accounts::lock_alone(&mut tx, account).await? {
        return Err(AppError::SignInNeeded);
    }
    let session = sessions::get(&mut tx, account, &signed.token_hash, now).await?.ok_or(AppError::SignInNeeded)?;
    let row = accounts::by_id(&mut tx, account).await?.ok_or(AppError::SignInNeeded)?;
    if row.password_hash != stored {
        return Err(wrong_password());
    }
    accounts::set_password(&mut tx, account, &sealed).await?;
    let signed_out = sessions::end_others(&mut tx, account, &signed.token_hash).await?;
    sessions::password_given(&mut tx, &session, now).await?;
    let stays = take_back(&mut tx, account).await?;
    outro_jobs::cancel(&mut tx, account, PASSWORD_JOB).await?;
    outro_jobs::enqueue(&mut tx, &erasure::of_account(app, PASSWORD_JOB, account, now)).await?;
    tx.commit().await?;
    app.queue.wake();
    Ok(PasswordChanged { signed_out, stays })
}

/// What was asked for with the old password; whether the account would have gone by itself.
async fn take_back(tx: &mut Tx, account: AccountId) -> Result<bool, AppError> {
    for purpose in [Purpose::Leave, Purpose::LostPhone] {
        // The waits go on: else messages could be had sent without end.
        challenges::drop_purpose(tx, account, purpose.code()).await?;
    }
    let departs = departures::delete(tx, account).await?;
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

/// Tells the linked phone, and the one whose place it took a short time ago: either may be the one in the hand of who did
/// not ask. That they cannot be told keeps nobody.
pub(crate) async fn run_password_changed(app: &App, job: &Job) -> Outcome {
    let Some(account) = job.account else { return Outcome::Done };
    match tell(app, account).await {
        Ok(true) => Outcome::Done,
        Ok(false) => Outcome::At(app.clock.now().plus_seconds(codes::TOLD_LATER_SECONDS)),
        Err(error) => {
            tracing::error!(%error, "a phone could not be told yet that a password was changed");
            if codes::tries_left(job) { Outcome::Again("password") } else { Outcome::Done }
        }
    }
}

async fn tell(app: &App, account: AccountId) -> Result<bool, AppError> {
    if !app.courier.works() {
        return Ok(true);
    }
    let numbers = phone::told_numbers(app, account).await?;
    let host = &app.settings.host;
    let text = format!(
        "Outro: the password of an account on {host} that has or had this number was changed, and its other devices were \
         signed out. Not you? Tell those who run {host}."
    );
    codes::tell_all(app, &numbers, &text).await
}

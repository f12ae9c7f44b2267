//! A number that takes another's place. Linking takes a password alone, so that a lost phone locks nobody out; but what it
//! allows cannot be undone: until the wait that the operator has set is over, one leaves by it after the rest of that
//! wait, and the number from before is told.

use outro_datamap::REPLACED_PHONE;
use outro_db::Tx;
use outro_jobs::{Job, Outcome};
use outro_model::{AccountId, PhoneNumber, Timestamp};
use outro_store::accounts;
use outro_store::replaced_phones::{self, ReplacedPhone};
use outro_vault::AccountKeys;

use crate::notify::{self, About, Kind, Told};
use crate::{App, AppError, codes, erasure};

/// The kind of the job that tells the number from before, and forgets it in the end.
pub(crate) const REPLACED_JOB: &str = "phone.replaced";

/// How long after the wait the number is still told, where it could not be before.
const GIVEN_UP_SECONDS: i64 = 86_400;

/// From when on one leaves at once by the linked number; none where that is now.
pub(crate) async fn settles_at(app: &App, tx: &mut Tx, account: AccountId) -> Result<Option<Timestamp>, AppError> {
    let found = replaced_phones::get(tx, account).await?;
    Ok(found.map(|found| found.settles_at).filter(|at| app.clock.now() < *at))
}

/// The number from before, while it is kept.
pub(crate) async fn before(tx: &mut Tx, keys: &AccountKeys) -> Result<Option<PhoneNumber>, AppError> {
    replaced_phones::get(tx, keys.account()).await?.map(|found| open(keys, &found)).transpose()
}

/// Whom to tell what happens with an account: the linked number, and the one whose place it took a short time ago. Either may
/// be the one in the hand of who did not ask.
pub(crate) async fn told_numbers(app: &App, account: AccountId) -> Result<Vec<PhoneNumber>, AppError> {
    let mut tx = app.db.read().await?;
    let (row, before) = (accounts::by_id(&mut tx, account).await?, replaced_phones::get(&mut tx, account).await?);
    drop(tx);
    let (Some(row), Some(keys)) = (row, app.vault.account(account).await?) else { return Ok(Vec::new()) };
    let mut numbers = Vec::from_iter(codes::linked_number(&keys, &row)?);
    numbers.extend(before.map(|before| open(&keys, &before)).transpose()?);
    Ok(numbers)
}

/// The number of a row.
fn open(keys: &AccountKeys, row: &ReplacedPhone) -> Result<PhoneNumber, AppError> {
    let number = keys.open_text(REPLACED_PHONE, row.account.as_bytes(), &row.phone)?;
    number.parse().map_err(|_| AppError::internal("a stored number is none"))
}

/// Notes that `number` is linked where `linked` was. Of several in a row the first one counts: whoever links a second one
/// must not be the one who is told.
pub(super) async fn replace(
    app: &App,
    (tx, told): (&mut Tx, &mut Told),
    keys: &AccountKeys,
    linked: &PhoneNumber,
    number: &PhoneNumber,
) -> Result<(), AppError> {
    let (account, now) = (keys.account(), app.clock.now());
    let settles_at = app.after_the_wait();
    let found = replaced_phones::get(tx, account).await?.filter(|found| now < found.settles_at);
    let row = match found {
        Some(found) if open(keys, &found)? == *number => {
            replaced_phones::delete(tx, account).await?;
            notify::take_back(tx, Kind::PhoneReplaced, account, account, About::default()).await?;
            return Ok(outro_jobs::cancel(tx, account, REPLACED_JOB).await?);
        }
        Some(found) => ReplacedPhone { settles_at, ..found },
        None => {
            let phone = keys.seal_text(REPLACED_PHONE, account.as_bytes(), linked.as_str());
            ReplacedPhone { account, phone, told: false, settles_at }
        }
    };
    replaced_phones::put(tx, &row).await?;
    told.phone_replaced(app, tx, account).await?;
    tell_replaced(app, tx, account).await
}

/// Has the number from before told, and forgotten in the end.
pub(crate) async fn tell_replaced(app: &App, tx: &mut Tx, account: AccountId) -> Result<(), AppError> {
    outro_jobs::cancel(tx, account, REPLACED_JOB).await?;
    Ok(outro_jobs::enqueue(tx, &erasure::of_account(app, REPLACED_JOB, account, app.clock.now())).await?)
}

/// Tells the number from before, waits, then forgets it. That it cannot be told keeps nobody.
pub(crate) async fn run(app: &App, job: &Job) -> Outcome {
    let Some(account) = job.account else { return Outcome::Done };
    match go_on(app, account).await {
        Ok(None) => Outcome::Done,
        Ok(Some(later)) => Outcome::At(later),
        Err(error) => {
            tracing::error!(%error, "a number could not be told yet that another took its place");
            codes::tell_again(app, job, "replaced")
        }
    }
}

/// When to come again; none when nothing is left to do.
async fn go_on(app: &App, account: AccountId) -> Result<Option<Timestamp>, AppError> {
    let found = replaced_phones::get(&mut app.db.read().await?, account).await?;
    let (Some(found), Some(keys)) = (found, app.vault.account(account).await?) else { return Ok(None) };
    let now = app.clock.now();
    let number = open(&keys, &found)?;
    drop(keys);
    let too_late = now >= found.settles_at.plus_seconds(GIVEN_UP_SECONDS);
    let told = found.told || too_late || codes::tell(app, &number, words(app, found.settles_at)).await?;
    let mut tx = app.db.write().await?;
    if told {
        replaced_phones::set_told(&mut tx, account, &found.phone).await?;
    }
    // Where it could not be told for want of a budget, it is tried for a while longer.
    let over = told && replaced_phones::settle(&mut tx, account, now).await?;
    tx.commit().await?;
    Ok(match (over, told) {
        (true, _) => None,
        (false, true) => Some(found.settles_at),
        (false, false) => Some(now.plus_seconds(codes::TOLD_LATER_SECONDS)),
    })
}

fn words(app: &App, settles_at: Timestamp) -> String {
    let (host, at) = (&app.settings.host, codes::minute(settles_at));
    format!(
        "Outro: an account on {host} had this number; another was linked in its place. From {at} UTC the account can be \
         DELETED by that one. Not you? Sign in on {host}, end the other sessions and link this number again."
    )
}

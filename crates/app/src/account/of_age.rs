//! Whether somebody is an adult: noted when they join, and found out again when they are back. The birth date itself
//! stays sealed; that somebody is 18 or older is all that stands beside it, and never becomes untrue.

use outro_datamap::ACCOUNT_BIRTH_DATE;
use outro_model::{AccountId, BirthDate};
use outro_store::accounts::{self, Account};
use outro_vault::AccountKeys;

use crate::{App, AppError};

/// Whether it is not noted yet that somebody is an adult, and they are by now.
pub(crate) fn grew_up(app: &App, account: &Account, keys: &AccountKeys) -> Result<bool, AppError> {
    if account.adult {
        return Ok(false);
    }
    let born = keys.open_text(ACCOUNT_BIRTH_DATE, account.id.as_bytes(), &account.birth_date)?;
    Ok(born.parse::<BirthDate>().is_ok_and(|born| born.is_adult_at(app.clock.now())))
}

/// The same of somebody who is back after a while. Who is gone has not.
pub(crate) async fn grew_up_meanwhile(app: &App, id: AccountId) -> Result<bool, AppError> {
    let account = accounts::by_id(&mut app.db.read().await?, id).await?;
    let Some(account) = account.filter(|account| !account.adult) else { return Ok(false) };
    match app.vault.account(id).await? {
        Some(keys) => grew_up(app, &account, &keys),
        None => Ok(false),
    }
}

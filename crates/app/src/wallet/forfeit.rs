//! What becomes of coins when somebody leaves: they are entered as forfeited, in the transaction that hides the account.

use outro_db::Tx;
use outro_model::{AccountId, CoinMove, EntryId};
use outro_store::coins::{self, Book, NewEntry, Side};
use outro_store::purchases;

use super::books::year;
use crate::{App, AppError};

/// What somebody who leaves has of coins and purchases.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    /// How many coins.
    pub(crate) coins: i64,
    /// How many payments there are records of.
    pub(crate) payments: i64,
}

/// What somebody has.
pub(crate) async fn left_of(tx: &mut Tx, account: AccountId) -> Result<Left, AppError> {
    let (coins, payments) = (coins::balance(tx, account).await?, purchases::count_paid(tx, account).await?);
    Ok(Left { coins, payments })
}

/// Takes what is left, and says it in the words of a receipt. The wallet is held, and there from now on: a gift that comes
/// at this moment is either in it, or finds that the account is leaving.
pub(crate) async fn forfeit(app: &App, tx: &mut Tx, account: AccountId) -> Result<String, AppError> {
    coins::hold(tx, &[account]).await?;
    let left = left_of(tx, account).await?;
    let mut words = Vec::new();
    if left.coins > 0 {
        let id = EntryId::random(&*app.random);
        let entry = NewEntry { account, id, kind: CoinMove::Forfeited, other: None, request: None };
        let sides = (Side::Wallet(&entry), Side::Book(Book::Forfeited));
        let moved = coins::transfer(tx, sides, left.coins, app.clock.now()).await?;
        moved.map_err(|_| AppError::internal("coins that are there could not be forfeited"))?;
        words.push(format!("coins_forfeited={}", left.coins));
    }
    if left.payments > 0 {
        let until = year(app.clock.now()) + app.settings.coins.accounting_years;
        words.push(format!("kept.accounting_records={}", left.payments));
        words.push(format!("kept.accounting_until_end_of={until}"));
    }
    Ok(words.join(" "))
}

//! Buying coins: the purchase is noted first, then the payment service is asked, with no transaction open, and its page is
//! where the person pays. Coins come when the service reports that it has the money.

use outro_courier::{Order, Session, Stripe};
use outro_datamap::PURCHASE_SESSION;
use outro_db::Tx;
use outro_model::{AccountId, CoinMove, EntryId, PurchaseId, PurchaseState, random_bytes};
use outro_store::accounts;
use outro_store::coins::{self, Book, NewEntry, Side};
use outro_store::purchases::{self, Purchase};
use outro_vault::AccountKeys;

use super::{Pack, checked_key, key_used, tag};
use crate::budget::{self, Budget};
use crate::{App, AppError, RefusalKind, Signed};

/// Purchases that an account begins a day.
const A_DAY: i64 = 50;

/// A purchase, and where it is paid.
#[derive(Clone, Debug)]
pub struct PurchaseView {
    /// The id.
    pub id: PurchaseId,
    /// How far it has come.
    pub state: PurchaseState,
    /// How many coins.
    pub coins: i64,
    /// What they cost, in the smallest unit of the currency.
    pub amount: i64,
    /// The currency.
    pub currency: String,
    /// Where it is paid, while it can be.
    pub checkout_url: Option<String>,
}

/// Begins a purchase of a pack. Asked again under the same key, it is the same purchase.
pub async fn buy(app: &App, signed: &Signed, pack: &str, key: Option<&str>) -> Result<PurchaseView, AppError> {
    let sold = &app.settings.coins;
    if !sold.are_sold() {
        let detail = "Coins cannot be bought here.";
        return Err(AppError::refused(RefusalKind::Conflict, "coins_not_sold", detail));
    }
    let pack = sold.packs.iter().find(|one| one.coins.to_string() == pack);
    let pack = *pack.ok_or_else(|| AppError::invalid("pack", "no_such_pack", "Choose one of the packs."))?;
    let key = key.map(checked_key).transpose()?.map(|key| key.as_bytes().to_vec());
    let key = key.unwrap_or_else(|| random_bytes::<32>(&*app.random).to_vec());
    let purchase = begin(app, signed.account, pack, &key).await?;
    let keys = signed.keys(app).await?;
    match (&sold.stripe, purchase.state) {
        (Some(stripe), PurchaseState::Opening) => open(app, stripe, &keys, purchase).await,
        _ => view(&keys, purchase),
    }
}

/// Notes the purchase, or finds the one that was noted under this key.
async fn begin(app: &App, account: AccountId, pack: Pack, key: &[u8]) -> Result<Purchase, AppError> {
    let new = Purchase {
        account,
        id: PurchaseId::random(&*app.random),
        request_key: tag(app, "purchase", &[account.as_bytes(), key]),
        coins: pack.coins,
        amount: pack.amount,
        currency: app.settings.coins.currency.clone(),
        state: PurchaseState::Opening,
        session: None,
        created_at: app.clock.now(),
    };
    let limits = budget::tagged(app, &[Budget { parts: &[b"purchases", account.as_bytes()], limit: A_DAY }]).await?;
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, account).await? {
        return Err(AppError::SignInNeeded);
    }
    if let Some(found) = purchases::by_key(&mut tx, account, &new.request_key).await? {
        return same(found, pack);
    }
    if app.settings.rate_limits {
        budget::spend(app, &mut tx, &limits).await?;
    }
    if !purchases::add(&mut tx, &new).await? {
        // Another try under this key was faster.
        let found = purchases::by_key(&mut tx, account, &new.request_key).await?.ok_or_else(key_used)?;
        return same(found, pack);
    }
    let mut state = new.state;
    if app.settings.coins.stripe.is_none() {
        // For development: nobody pays.
        purchases::paid(&mut tx, account, new.id, app.clock.now()).await?;
        credit(app, &mut tx, &new).await?;
        state = PurchaseState::Paid;
    }
    tx.commit().await?;
    Ok(Purchase { state, ..new })
}

fn same(found: Purchase, pack: Pack) -> Result<Purchase, AppError> {
    let same = Pack { coins: found.coins, amount: found.amount } == pack;
    if same { Ok(found) } else { Err(key_used()) }
}

/// Issues the coins of a purchase that was just noted as paid.
pub(super) async fn credit(app: &App, tx: &mut Tx, purchase: &Purchase) -> Result<(), AppError> {
    coins::hold(tx, &[purchase.account]).await?;
    let entry = NewEntry {
        account: purchase.account,
        id: EntryId::random(&*app.random),
        kind: CoinMove::Purchase,
        other: None,
        request: None,
    };
    let sides = (Side::Book(Book::Issued), Side::Wallet(&entry));
    let moved = coins::transfer(tx, sides, purchase.coins, app.clock.now()).await?;
    moved.map_err(|_| AppError::internal("coins that were bought could not be issued"))
}

/// Asks the payment service for a page. No transaction is open meanwhile; asked again, it gives the same.
async fn open(app: &App, stripe: &Stripe, keys: &AccountKeys, purchase: Purchase) -> Result<PurchaseView, AppError> {
    let order = Order {
        reference: purchase.id.to_string(),
        label: format!("{} coins", purchase.coins),
        amount: purchase.amount,
        currency: purchase.currency.clone(),
        back: app.settings.coins.back.clone(),
    };
    let Session { id, url } = stripe.open(order).await.map_err(|error| {
        tracing::warn!(%error, "a purchase could not be opened");
        let detail = "The payment service does not answer. Nothing was paid. Please try again in a moment.";
        AppError::refused(RefusalKind::Unavailable, "payments_unavailable", detail)
    })?;
    let sealed = keys.seal_text(PURCHASE_SESSION, purchase.id.as_bytes(), &format!("{id} {url}"));
    let mut tx = app.db.write().await?;
    if !accounts::lock_live(&mut tx, purchase.account).await? {
        return Err(AppError::SignInNeeded);
    }
    purchases::opened(&mut tx, purchase.account, purchase.id, &sealed).await?;
    let after = purchases::by_id(&mut tx, purchase.id).await?.unwrap_or(purchase);
    tx.commit().await?;
    view(keys, after)
}

fn view(keys: &AccountKeys, purchase: Purchase) -> Result<PurchaseView, AppError> {
    let Purchase { id, state, coins, amount, currency, session, .. } = purchase;
    let sealed = session.filter(|_| state == PurchaseState::Open);
    let opened = sealed.map(|sealed| keys.open_text(PURCHASE_SESSION, id.as_bytes(), &sealed)).transpose()?;
    let checkout_url = opened.and_then(|text| text.split_once(' ').map(|(_, url)| url.to_owned()));
    Ok(PurchaseView { id, state, coins, amount, currency, checkout_url })
}

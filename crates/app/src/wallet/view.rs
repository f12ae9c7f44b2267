//! One's coins: how many, and where they came from and went.

use std::collections::HashMap;

use outro_datamap::ACCOUNT_DISPLAY_NAME;
use outro_db::Tx;
use outro_model::{AccountId, CoinMove, EntryId, Timestamp};
use outro_policy::{Action, decide};
use outro_store::accounts::{self, Account};
use outro_store::coins::{self, Entry};

use super::Pack;
use crate::account::{open_handle, since};
use crate::notify::Actor;
use crate::{App, AppError, Signed, standing};

/// Later than everything.
const LATEST: (Timestamp, EntryId) = (Timestamp(i64::MAX), EntryId::from_bytes([0xff; 16]));

/// One's coins.
pub struct Wallet {
    /// How many.
    pub balance: i64,
    /// Whether any can be bought here.
    pub are_sold: bool,
    /// What can be bought.
    pub packs: Vec<Pack>,
    /// The currency of the prices.
    pub currency: String,
    /// Where they came from and went, the latest first.
    pub items: Vec<EntryView>,
    /// Where the next page of that begins; none at the end.
    pub next: Option<(Timestamp, EntryId)>,
}

/// Coins that came or went.
pub struct EntryView {
    /// The id.
    pub id: EntryId,
    /// Why.
    pub kind: CoinMove,
    /// How many more, or below zero how many fewer.
    pub coins: i64,
    /// How many there were then.
    pub balance: i64,
    /// From whom, or to whom; none when there is nobody who may be seen.
    pub other: Option<Actor>,
    /// When, RFC 3339.
    pub created_at: String,
}

/// How many coins one has.
pub async fn balance(app: &App, signed: &Signed) -> Result<i64, AppError> {
    Ok(coins::balance(&mut app.db.read().await?, signed.account).await?)
}

/// One's coins, with a page of where they came from and went.
pub async fn wallet(
    app: &App,
    signed: &Signed,
    before: Option<(Timestamp, EntryId)>,
    limit: i64,
) -> Result<Wallet, AppError> {
    let me = signed.account;
    let mut tx = app.db.read().await?;
    let balance = coins::balance(&mut tx, me).await?;
    let entries = coins::history(&mut tx, me, before.unwrap_or(LATEST), limit).await?;
    let next = (entries.len() as i64 == limit).then(|| entries.last().map(|entry| (entry.created_at, entry.id)));
    let others = seen(&mut tx, me, &entries).await?;
    drop(tx);
    let named = named(app, others).await?;
    let sold = &app.settings.coins;
    let packs = if sold.are_sold() { sold.packs.clone() } else { vec![] };
    Ok(Wallet {
        balance,
        are_sold: sold.are_sold(),
        packs,
        currency: sold.currency.clone(),
        items: entries.into_iter().map(|entry| view(entry, &named)).collect(),
        next: next.flatten(),
    })
}

fn view(entry: Entry, named: &HashMap<AccountId, Actor>) -> EntryView {
    EntryView {
        id: entry.id,
        kind: entry.kind,
        coins: entry.amount,
        balance: entry.balance,
        other: entry.other.and_then(|other| named.get(&other).cloned()),
        created_at: since(entry.created_at),
    }
}

/// Those of them who may be seen.
async fn seen(tx: &mut Tx, me: AccountId, entries: &[Entry]) -> Result<Vec<Account>, AppError> {
    let mut others: Vec<AccountId> = entries.iter().filter_map(|entry| entry.other).collect();
    others.sort_unstable();
    others.dedup();
    let mut seen = Vec::with_capacity(others.len());
    for other in others {
        let Some(account) = accounts::by_id(tx, other).await? else { continue };
        if decide(Action::SeeCard, &standing::facts(tx, Some(me), &account).await?).allowed {
            seen.push(account);
        }
    }
    Ok(seen)
}

/// What they are called; whose key is gone is left out.
async fn named(app: &App, others: Vec<Account>) -> Result<HashMap<AccountId, Actor>, AppError> {
    let ids: Vec<AccountId> = others.iter().map(|account| account.id).collect();
    let keys = app.vault.accounts(&ids).await?;
    let mut named = HashMap::with_capacity(others.len());
    for account in others {
        let Some(keys) = keys.get(&account.id) else { continue };
        let handle = open_handle(keys, account.id, &account.handle)?;
        let display_name = keys.open_text(ACCOUNT_DISPLAY_NAME, account.id.as_bytes(), &account.display_name)?;
        named.insert(account.id, Actor { handle, display_name });
    }
    Ok(named)
}

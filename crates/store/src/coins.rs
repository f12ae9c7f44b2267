//! The ledger of coins. Coins are only ever moved from one side to another, so that what all wallets and the site's books
//! hold together is nothing, always. Whoever moves some holds the wallets first, in the order of their ids.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, CoinMove, EntryId, Timestamp};

/// A book of the site is kept in this many rows, so that those who buy at one moment do not wait for each other.
const SHARDS: u8 = 16;

/// The site's books: the other side of what people hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Book {
    /// Coins that were issued: as many below zero as there are.
    Issued,
    /// Coins that were left by those who left.
    Forfeited,
}

impl Book {
    const fn code(self) -> i64 {
        match self {
            Self::Issued => 0,
            Self::Forfeited => 1,
        }
    }
}

/// One side of a move: somebody's wallet, with the entry that tells of it, or a book.
#[derive(Clone, Copy, Debug)]
pub enum Side<'a> {
    /// A wallet that is held.
    Wallet(&'a NewEntry),
    /// A book of the site.
    Book(Book),
}

/// What an entry tells besides the amount.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// Whose it is.
    pub account: AccountId,
    /// The id: of a gift that was given, made from its key.
    pub id: EntryId,
    /// Why.
    pub kind: CoinMove,
    /// From whom, or to whom.
    pub other: Option<AccountId>,
    /// A hash of what was asked for under the key.
    pub request: Option<[u8; 32]>,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The id.
    pub id: EntryId,
    /// Why.
    pub kind: CoinMove,
    /// How many more, or below zero how many fewer.
    pub amount: i64,
    /// How many there were then.
    pub balance: i64,
    /// From whom, or to whom; none when they have left.
    pub other: Option<AccountId>,
    /// A hash of what was asked for under the key.
    pub request: Option<[u8; 32]>,
    /// When.
    pub created_at: Timestamp,
}

/// There are not as many coins as are to be moved. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotEnough;

statements! {
    MAKE = "INSERT INTO wallets (account_id, balance) VALUES (?1, 0) ON CONFLICT DO NOTHING";
    HOLD = "SELECT balance FROM wallets WHERE account_id = ?1 {for_update}";
    BALANCE = "SELECT balance FROM wallets WHERE account_id = ?1";
    TAKE = "UPDATE wallets SET balance = balance - ?2 WHERE account_id = ?1 AND balance >= ?2 RETURNING balance";
    GIVE = "UPDATE wallets SET balance = balance + ?2 WHERE account_id = ?1 RETURNING balance";
    ENTER = "INSERT INTO coin_entries (account_id, id, kind, amount, balance, other_id, request, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    POST = "INSERT INTO books (book, shard, balance) VALUES (?1, ?2, ?3)
        ON CONFLICT (book, shard) DO UPDATE SET balance = books.balance + ?3";
    ENTRY = "SELECT id, kind, amount, balance, other_id, request, created_at FROM coin_entries
        WHERE account_id = ?1 AND id = ?2";
    HISTORY = "SELECT id, kind, amount, balance, other_id, request, created_at FROM coin_entries
        WHERE account_id = ?1 AND (created_at, id) < (?2, ?3) ORDER BY created_at DESC, id DESC LIMIT ?4";
    BOOK = "SELECT balance FROM books WHERE book = ?1 AND shard < ?2";
}

/// Holds wallets until the transaction ends, and makes those that are not there.
pub async fn hold(tx: &mut Tx, accounts: &[AccountId]) -> Result<(), DbError> {
    let mut accounts = accounts.to_vec();
    accounts.sort_unstable();
    accounts.dedup();
    for account in accounts {
        tx.execute(&MAKE, params![account]).await?;
        tx.query(&HOLD, params![account]).await?;
    }
    Ok(())
}

/// How many coins somebody has.
pub async fn balance(tx: &mut Tx, account: AccountId) -> Result<i64, DbError> {
    tx.query_opt(&BALANCE, params![account]).await?.map_or(Ok(0), |row| row.get(0))
}

/// Moves coins from one side to the other, the one way in which any balance changes. An amount that is not above
/// nothing is [`NotEnough`] too: there is no such move.
pub async fn transfer(
    tx: &mut Tx,
    (from, to): (Side<'_>, Side<'_>),
    coins: i64,
    now: Timestamp,
) -> Result<Result<(), NotEnough>, DbError> {
    if coins < 1 {
        return Ok(Err(NotEnough));
    }
    // What can refuse comes first.
    if let Side::Wallet(entry) = from {
        let Some(row) = tx.query_opt(&TAKE, params![entry.account, coins]).await? else { return Ok(Err(NotEnough)) };
        enter(tx, entry, -coins, row.get(0)?, now).await?;
    }
    if let Side::Wallet(entry) = to {
        // A wallet that is not held is not there.
        let Some(row) = tx.query_opt(&GIVE, params![entry.account, coins]).await? else { return Ok(Err(NotEnough)) };
        enter(tx, entry, coins, row.get(0)?, now).await?;
    }
    let shard = [from, to].iter().find_map(Side::shard).unwrap_or_default();
    for (side, amount) in [(from, -coins), (to, coins)] {
        if let Side::Book(book) = side {
            tx.execute(&POST, params![book.code(), shard, amount]).await?;
        }
    }
    Ok(Ok(()))
}

impl Side<'_> {
    /// The part of a book that goes with a wallet's entry.
    fn shard(&self) -> Option<i64> {
        match self {
            Self::Wallet(entry) => Some(i64::from(entry.id.as_bytes()[15] % SHARDS)),
            Self::Book(_) => None,
        }
    }
}

async fn enter(tx: &mut Tx, entry: &NewEntry, amount: i64, balance: i64, now: Timestamp) -> Result<(), DbError> {
    let NewEntry { account, id, kind, other, request } = entry;
    let (kind, request) = (kind.code(), request.as_ref().map(|hash| hash.as_slice()));
    let values = params![account, id, kind, amount, balance, other, request, now];
    tx.execute(&ENTER, values).await.map(|_| ())
}

/// One's entry with this id.
pub async fn entry(tx: &mut Tx, account: AccountId, id: EntryId) -> Result<Option<Entry>, DbError> {
    tx.query_opt(&ENTRY, params![account, id]).await?.as_ref().map(read).transpose()
}

/// One's entries, the latest first: those before `before`, at most `limit`.
pub async fn history(
    tx: &mut Tx,
    account: AccountId,
    before: (Timestamp, EntryId),
    limit: i64,
) -> Result<Vec<Entry>, DbError> {
    tx.query(&HISTORY, params![account, before.0, before.1, limit]).await?.iter().map(read).collect()
}

/// What stands in a book.
pub async fn book(tx: &mut Tx, book: Book) -> Result<i64, DbError> {
    let mut sum = 0;
    for row in tx.query(&BOOK, params![book.code(), i64::from(SHARDS)]).await? {
        sum += row.get::<i64>(0)?;
    }
    Ok(sum)
}

fn read(row: &Row) -> Result<Entry, DbError> {
    Ok(Entry {
        id: row.get(0)?,
        kind: CoinMove::from_code(row.get(1)?).ok_or(DbError::Shape { column: 1 })?,
        amount: row.get(2)?,
        balance: row.get(3)?,
        other: row.get(4)?,
        request: row.get(5)?,
        created_at: row.get(6)?,
    })
}

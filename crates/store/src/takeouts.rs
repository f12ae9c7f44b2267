//! Archives that people take along: how far each is, and how much of it went out.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, TakeoutId, Timestamp};

use crate::changed;

/// How far an archive is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is being made.
    Making,
    /// It can be downloaded.
    Ready,
    /// It could not be made.
    Failed,
}

impl State {
    const fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Making,
            1 => Self::Ready,
            _ => Self::Failed,
        }
    }

    /// The word of interfaces.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Making => "making",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }
}

/// A row of `takeouts`.
#[derive(Clone, Debug)]
pub struct Takeout {
    /// Whose it is.
    pub account: AccountId,
    /// The id, which is that of its sealed object too.
    pub id: TakeoutId,
    /// How far it is.
    pub state: State,
    /// How far its making has come, 0 to 1000.
    pub progress: i64,
    /// Whether its pages are in Arabic; else they are in English.
    pub arabic: bool,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it goes.
    pub expires_at: Timestamp,
    /// The sealed header; none until it is whole.
    pub header: Option<Vec<u8>>,
    /// Its length in bytes.
    pub length: i64,
    /// Which ranges of it went out whole, as `from-to` with commas between.
    pub taken: String,
}

statements! {
    INSERT = "INSERT INTO takeouts (account_id, id, state, progress, arabic, created_at, expires_at, length, taken)
        VALUES (?1, ?2, 0, 0, ?3, ?4, ?5, 0, '') ON CONFLICT DO NOTHING";
    LIST = "SELECT account_id, id, state, progress, arabic, created_at, expires_at, header, length, taken
        FROM takeouts WHERE account_id = ?1 ORDER BY id";
    GET = "SELECT account_id, id, state, progress, arabic, created_at, expires_at, header, length, taken
        FROM takeouts WHERE account_id = ?1 AND id = ?2";
    HOLD = "SELECT account_id, id, state, progress, arabic, created_at, expires_at, header, length, taken
        FROM takeouts WHERE account_id = ?1 AND id = ?2 {for_update}";
    PROGRESS = "UPDATE takeouts SET progress = ?3 WHERE account_id = ?1 AND id = ?2 AND state = 0";
    READY = "UPDATE takeouts SET state = 1, progress = 1000, header = ?3, length = ?4, expires_at = ?5
        WHERE account_id = ?1 AND id = ?2 AND state = 0";
    FAILED = "UPDATE takeouts SET state = 2 WHERE account_id = ?1 AND id = ?2 AND state = 0";
    TAKEN = "UPDATE takeouts SET taken = ?3 WHERE account_id = ?1 AND id = ?2";
    DELETE = "DELETE FROM takeouts WHERE account_id = ?1 AND id = ?2";
    EXPIRED = "SELECT account_id, id FROM takeouts WHERE expires_at <= ?1 ORDER BY expires_at LIMIT 100";
}

/// Notes that an archive is asked for; `false` when one is being made already.
pub async fn insert(tx: &mut Tx, takeout: &Takeout) -> Result<bool, DbError> {
    let Takeout { account, id, arabic, created_at, expires_at, .. } = takeout;
    changed(tx, &INSERT, params![account, id, arabic, created_at, expires_at]).await
}

/// The archives of an account.
pub async fn list(tx: &mut Tx, account: AccountId) -> Result<Vec<Takeout>, DbError> {
    tx.query(&LIST, params![account]).await?.iter().map(read).collect()
}

/// One archive of an account.
pub async fn get(tx: &mut Tx, account: AccountId, id: TakeoutId) -> Result<Option<Takeout>, DbError> {
    tx.query_opt(&GET, params![account, id]).await?.as_ref().map(read).transpose()
}

/// The same, held until the transaction ends.
pub async fn hold(tx: &mut Tx, account: AccountId, id: TakeoutId) -> Result<Option<Takeout>, DbError> {
    tx.query_opt(&HOLD, params![account, id]).await?.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Takeout, DbError> {
    Ok(Takeout {
        account: row.get(0)?,
        id: row.get(1)?,
        state: State::from_code(row.get(2)?),
        progress: row.get(3)?,
        arabic: row.get(4)?,
        created_at: row.get(5)?,
        expires_at: row.get(6)?,
        header: row.get(7)?,
        length: row.get(8)?,
        taken: row.get(9)?,
    })
}

/// Notes how far the making has come; `false` when it is not being made any more.
pub async fn set_progress(tx: &mut Tx, account: AccountId, id: TakeoutId, permille: i64) -> Result<bool, DbError> {
    changed(tx, &PROGRESS, params![account, id, permille]).await
}

/// Notes that an archive is whole; `false` when it is not being made any more.
pub async fn set_ready(
    tx: &mut Tx,
    account: AccountId,
    id: TakeoutId,
    (header, length): (&[u8], i64),
    expires_at: Timestamp,
) -> Result<bool, DbError> {
    changed(tx, &READY, params![account, id, header, length, expires_at]).await
}

/// Notes that an archive could not be made.
pub async fn set_failed(tx: &mut Tx, account: AccountId, id: TakeoutId) -> Result<bool, DbError> {
    changed(tx, &FAILED, params![account, id]).await
}

/// Notes which ranges went out.
pub async fn set_taken(tx: &mut Tx, account: AccountId, id: TakeoutId, taken: &str) -> Result<bool, DbError> {
    changed(tx, &TAKEN, params![account, id, taken]).await
}

/// Removes a row. Its file is gone before.
pub async fn delete(tx: &mut Tx, account: AccountId, id: TakeoutId) -> Result<bool, DbError> {
    changed(tx, &DELETE, params![account, id]).await
}

/// Archives whose time is over.
pub async fn expired(tx: &mut Tx, now: Timestamp) -> Result<Vec<(AccountId, TakeoutId)>, DbError> {
    let rows = tx.query(&EXPIRED, params![now]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

//! Archives that people bring from elsewhere, and what came with them that has no place of its own here.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, Id, ImportId, Timestamp};

use crate::changed;

/// How far an archive is on its way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its bytes are coming in.
    Receiving,
    /// It is looked through; nothing of it is here yet.
    Checking,
    /// It is sound, and what is in it is made here.
    Bringing,
    /// All of it is here.
    Done,
    /// It is none, or not sound: nothing of it is here.
    Refused,
}

impl State {
    const ALL: [Self; 5] = [Self::Receiving, Self::Checking, Self::Bringing, Self::Done, Self::Refused];

    fn from_code(code: i64) -> Self {
        usize::try_from(code).ok().and_then(|place| Self::ALL.get(place)).copied().unwrap_or(Self::Refused)
    }

    /// The word of interfaces.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Checking => "checking",
            Self::Bringing => "bringing",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

/// A row of `imports`.
#[derive(Clone, Debug)]
pub struct Import {
    /// Whose it is.
    pub account: AccountId,
    /// The id, which is that of its sealed object too.
    pub id: ImportId,
    /// How far it is.
    pub state: State,
    /// How many of its videos are here.
    pub done: i64,
    /// How many there are; 0 until it is known.
    pub videos: i64,
    /// When it was begun.
    pub created_at: Timestamp,
    /// The sealed header; none before it is whole, and once it is not needed any more.
    pub header: Option<Vec<u8>>,
    /// Its length in bytes.
    pub length: i64,
    /// The word for why it was refused.
    pub failure: Option<String>,
}

/// What kind of thing came along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What one wrote elsewhere under others' videos.
    Comment,
    /// Whom one followed elsewhere.
    Follow,
}

impl Kind {
    const fn code(self) -> i64 {
        match self {
            Self::Comment => 0,
            Self::Follow => 1,
        }
    }
}

/// Something that came along; its text is sealed.
#[derive(Clone, Debug)]
pub struct Brought {
    /// Its number among those of its kind.
    pub seq: i64,
    /// The id, to which the text is bound.
    pub id: Id<()>,
    /// The text.
    pub text: Vec<u8>,
}

statements! {
    BEGIN = "INSERT INTO imports (account_id, id, state, done, videos, created_at, length)
        VALUES (?1, ?2, 0, 0, 0, ?3, 0) ON CONFLICT DO NOTHING";
    LIST = "SELECT account_id, id, state, done, videos, created_at, header, length, failure FROM imports
        WHERE account_id = ?1 ORDER BY id";
    WHOLE = "UPDATE imports SET state = 1, header = ?3, length = ?4 WHERE account_id = ?1 AND id = ?2 AND state = 0";
    SOUND = "UPDATE imports SET state = 2, videos = ?3 WHERE account_id = ?1 AND id = ?2 AND state = 1";
    MADE = "UPDATE imports SET done = ?3 WHERE account_id = ?1 AND id = ?2 AND state = 2 AND done = ?3 - 1";
    END = "UPDATE imports SET state = 3, header = NULL WHERE account_id = ?1 AND id = ?2 AND state = 2";
    REFUSE = "UPDATE imports SET state = 4, header = NULL, failure = ?3 WHERE account_id = ?1 AND id = ?2 AND state < 3";
    DELETE = "DELETE FROM imports WHERE account_id = ?1 AND id = ?2";
    UNFINISHED = "SELECT account_id, id FROM imports WHERE state = 0 AND created_at < ?1 ORDER BY created_at LIMIT 100";
    PUT = "INSERT INTO brought (account_id, kind, seq, id, text) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
    BROUGHT = "SELECT seq, id, text FROM brought WHERE account_id = ?1 AND kind = ?2 AND seq > ?3 ORDER BY seq LIMIT ?4";
}

/// Notes that an archive is about to come in; `false` when one is on its way, or was brought before.
pub async fn begin(tx: &mut Tx, account: AccountId, id: ImportId, now: Timestamp) -> Result<bool, DbError> {
    changed(tx, &BEGIN, params![account, id, now]).await
}

/// The archives of an account.
pub async fn list(tx: &mut Tx, account: AccountId) -> Result<Vec<Import>, DbError> {
    tx.query(&LIST, params![account]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Import, DbError> {
    Ok(Import {
        account: row.get(0)?,
        id: row.get(1)?,
        state: State::from_code(row.get(2)?),
        done: row.get(3)?,
        videos: row.get(4)?,
        created_at: row.get(5)?,
        header: row.get(6)?,
        length: row.get(7)?,
        failure: row.get(8)?,
    })
}

/// Notes that an archive is whole; `false` when its row is gone.
pub async fn set_whole(
    tx: &mut Tx,
    account: AccountId,
    id: ImportId,
    (header, length): (&[u8], i64),
) -> Result<bool, DbError> {
    changed(tx, &WHOLE, params![account, id, header, length]).await
}

/// Notes that an archive is sound, and how many videos it has.
pub async fn set_sound(tx: &mut Tx, account: AccountId, id: ImportId, videos: i64) -> Result<bool, DbError> {
    changed(tx, &SOUND, params![account, id, videos]).await
}

/// Notes that one more of its videos is here; `false` when that was noted before.
pub async fn set_made(tx: &mut Tx, account: AccountId, id: ImportId, done: i64) -> Result<bool, DbError> {
    changed(tx, &MADE, params![account, id, done]).await
}

/// Notes that all of it is here.
pub async fn set_done(tx: &mut Tx, account: AccountId, id: ImportId) -> Result<bool, DbError> {
    changed(tx, &END, params![account, id]).await
}

/// Notes that nothing of it will come, and why.
pub async fn refuse(tx: &mut Tx, account: AccountId, id: ImportId, why: &str) -> Result<bool, DbError> {
    changed(tx, &REFUSE, params![account, id, why]).await
}

/// Removes a row. Its file is gone before.
pub async fn delete(tx: &mut Tx, account: AccountId, id: ImportId) -> Result<bool, DbError> {
    changed(tx, &DELETE, params![account, id]).await
}

/// Archives that began to come in before `before` and never were whole.
pub async fn unfinished(tx: &mut Tx, before: Timestamp) -> Result<Vec<(AccountId, ImportId)>, DbError> {
    let rows = tx.query(&UNFINISHED, params![before]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Puts something away that came along.
pub async fn put(tx: &mut Tx, account: AccountId, kind: Kind, brought: &Brought) -> Result<(), DbError> {
    let Brought { seq, id, text } = brought;
    tx.execute(&PUT, params![account, kind.code(), seq, id, text]).await.map(|_| ())
}

/// What came along of one kind, after number `after`.
pub async fn brought(
    tx: &mut Tx,
    account: AccountId,
    kind: Kind,
    after: i64,
    limit: i64,
) -> Result<Vec<Brought>, DbError> {
    let rows = tx.query(&BROUGHT, params![account, kind.code(), after, limit]).await?;
    rows.iter().map(|row| Ok(Brought { seq: row.get(0)?, id: row.get(1)?, text: row.get(2)? })).collect()
}

//! Uploads that come bit by bit. What has come of the file are objects of the kind `part`, whose order is where each
//! of them begins.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, Timestamp, VideoId};

use crate::changed;

/// A row of `uploads`; what was said of the file is still sealed.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Whose it is.
    pub account: AccountId,
    /// The id, which is that of the video that it becomes.
    pub id: VideoId,
    /// How many bytes the file has.
    pub length: i64,
    /// How many of them are here.
    pub received: i64,
    /// Sealed: what the file is called and what was said of it.
    pub about: Vec<u8>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it is held to be over, unless more of it comes.
    pub expires_at: Timestamp,
}

statements! {
    INSERT = "INSERT INTO uploads (account_id, id, length, received, about, created_at, expires_at)
        VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6)";
    FIND = "SELECT account_id, id, length, received, about, created_at, expires_at FROM uploads
        WHERE account_id = ?1 AND id = ?2 AND expires_at > ?3";
    OF_ACCOUNT = "SELECT account_id, id, length, received, about, created_at, expires_at FROM uploads
        WHERE account_id = ?1 AND expires_at > ?2 ORDER BY created_at DESC, id";
    COUNT = "SELECT COUNT(*) FROM uploads WHERE account_id = ?1";
    ADVANCE = "UPDATE uploads SET received = ?4, expires_at = ?5
        WHERE account_id = ?1 AND id = ?2 AND received = ?3 AND expires_at > ?6";
    END = "UPDATE uploads SET expires_at = 0 WHERE account_id = ?1 AND id = ?2 AND expires_at > ?3";
    EXPIRE = "UPDATE uploads SET expires_at = 0 WHERE account_id = ?1 AND id = ?2 AND expires_at <= ?3";
    DELETE = "DELETE FROM uploads WHERE account_id = ?1 AND id = ?2";
    EXPIRED = "SELECT account_id, id FROM uploads WHERE expires_at <= ?1 ORDER BY expires_at LIMIT 100";
}

/// Adds an upload of which nothing is here yet.
pub async fn insert(tx: &mut Tx, upload: &Upload) -> Result<(), DbError> {
    let Upload { account, id, length, about, created_at, expires_at, .. } = upload;
    tx.execute(&INSERT, params![account, id, length, about, created_at, expires_at]).await.map(|_| ())
}

/// The upload with this id, while it goes on.
pub async fn find(tx: &mut Tx, account: AccountId, id: VideoId, now: Timestamp) -> Result<Option<Upload>, DbError> {
    tx.query_opt(&FIND, params![account, id, now]).await?.as_ref().map(read).transpose()
}

/// The uploads of an account that go on, the newest first. There are never many.
pub async fn of_account(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Vec<Upload>, DbError> {
    tx.query(&OF_ACCOUNT, params![account, now]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Upload, DbError> {
    Ok(Upload {
        account: row.get(0)?,
        id: row.get(1)?,
        length: row.get(2)?,
        received: row.get(3)?,
        about: row.get(4)?,
        created_at: row.get(5)?,
        expires_at: row.get(6)?,
    })
}

/// How many uploads an account has, those counted that are over and not cleared away yet.
pub async fn count(tx: &mut Tx, account: AccountId) -> Result<i64, DbError> {
    tx.query(&COUNT, params![account]).await?.first().map_or(Ok(0), |row| row.get(0))
}

/// Notes that an upload has come from `from` to `to`; `false` when it is over, or has come elsewhere meanwhile.
pub async fn advance(
    tx: &mut Tx,
    (account, id): (AccountId, VideoId),
    (from, to): (i64, i64),
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<bool, DbError> {
    changed(tx, &ADVANCE, params![account, id, from, to, expires_at, now]).await
}

/// Ends an upload: nothing is added to it any more. `false` when it was over.
pub async fn end(tx: &mut Tx, account: AccountId, id: VideoId, now: Timestamp) -> Result<bool, DbError> {
    changed(tx, &END, params![account, id, now]).await
}

/// Removes a row. Its pieces are gone before, or belong to a video.
pub async fn delete(tx: &mut Tx, account: AccountId, id: VideoId) -> Result<(), DbError> {
    tx.execute(&DELETE, params![account, id]).await.map(|_| ())
}

/// Ends an upload that is over for good: it takes no piece any more, whatever the clock of another says. `false` when it
/// goes on after all.
pub async fn expire(tx: &mut Tx, account: AccountId, id: VideoId, now: Timestamp) -> Result<bool, DbError> {
    changed(tx, &EXPIRE, params![account, id, now]).await
}

/// Uploads that are over.
pub async fn expired(tx: &mut Tx, now: Timestamp) -> Result<Vec<(AccountId, VideoId)>, DbError> {
    let rows = tx.query(&EXPIRED, params![now]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

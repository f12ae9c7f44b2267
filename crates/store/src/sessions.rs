//! Sessions: a token's hash, when it was used, on which device.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, SessionId, Timestamp};

use crate::changed;

/// A row of `sessions`.
#[derive(Debug)]
pub struct Session {
    /// Whose it is.
    pub account: AccountId,
    /// SHA-256 of the token's secret.
    pub token_hash: [u8; 32],
    /// The public id.
    pub id: SessionId,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was used last, to the hour.
    pub seen_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When the password was given last.
    pub password_at: Timestamp,
    /// The device, sealed.
    pub device: Vec<u8>,
}

statements! {
    INSERT = "INSERT INTO sessions (account_id, token_hash, id, created_at, seen_at, expires_at, password_at, device)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    GET = "SELECT s.account_id, s.token_hash, s.id, s.created_at, s.seen_at, s.expires_at, s.password_at, s.device
        FROM sessions s JOIN accounts a ON a.id = s.account_id
        WHERE s.account_id = ?1 AND s.token_hash = ?2 AND s.expires_at > ?3 AND a.state = 0";
    LIST = "SELECT account_id, token_hash, id, created_at, seen_at, expires_at, password_at, device
        FROM sessions WHERE account_id = ?1 AND expires_at > ?2 ORDER BY seen_at DESC, id";
    SEEN = "UPDATE sessions SET seen_at = ?3, expires_at = expires_at - seen_at + ?3
        WHERE account_id = ?1 AND token_hash = ?2";
    PASSWORD = "UPDATE sessions SET password_at = ?3 WHERE account_id = ?1 AND token_hash = ?2";
    END = "DELETE FROM sessions WHERE account_id = ?1 AND token_hash = ?2";
    END_BY_ID = "DELETE FROM sessions WHERE account_id = ?1 AND id = ?2";
    END_ALL = "DELETE FROM sessions WHERE account_id = ?1";
    END_EXPIRED = "DELETE FROM sessions WHERE expires_at <= ?1";
}

/// Opens a session.
pub async fn insert(tx: &mut Tx, session: &Session) -> Result<(), DbError> {
    let Session { account, token_hash, id, created_at, seen_at, expires_at, password_at, device } = session;
    let values = params![account, token_hash, id, created_at, seen_at, expires_at, password_at, device];
    tx.execute(&INSERT, values).await.map(|_| ())
}

/// The open session of a token, of an account that is open itself.
pub async fn get(
    tx: &mut Tx,
    account: AccountId,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Session>, DbError> {
    tx.query_opt(&GET, params![account, token_hash, now]).await?.as_ref().map(read).transpose()
}

/// The open sessions of an account, the last used first.
pub async fn list(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Vec<Session>, DbError> {
    tx.query(&LIST, params![account, now]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Session, DbError> {
    Ok(Session {
        account: row.get(0)?,
        token_hash: row.get(1)?,
        id: row.get(2)?,
        created_at: row.get(3)?,
        seen_at: row.get(4)?,
        expires_at: row.get(5)?,
        password_at: row.get(6)?,
        device: row.get(7)?,
    })
}

/// Notes that a session was used: its end moves by as much as its last use.
pub async fn touch(tx: &mut Tx, session: &Session, now: Timestamp) -> Result<(), DbError> {
    tx.execute(&SEEN, params![session.account, session.token_hash, now]).await.map(|_| ())
}

/// Notes that the password was given in a session.
pub async fn password_given(tx: &mut Tx, session: &Session, now: Timestamp) -> Result<(), DbError> {
    tx.execute(&PASSWORD, params![session.account, session.token_hash, now]).await.map(|_| ())
}

/// Ends a session by its token.
pub async fn end(tx: &mut Tx, account: AccountId, token_hash: &[u8; 32]) -> Result<bool, DbError> {
    changed(tx, &END, params![account, token_hash]).await
}

/// Ends one of an account's sessions by its public id.
pub async fn end_by_id(tx: &mut Tx, account: AccountId, id: SessionId) -> Result<bool, DbError> {
    changed(tx, &END_BY_ID, params![account, id]).await
}

/// Ends every session of an account.
pub async fn end_all(tx: &mut Tx, account: AccountId) -> Result<u64, DbError> {
    tx.execute(&END_ALL, params![account]).await
}

/// Removes sessions that ended by themselves.
pub async fn end_expired(tx: &mut Tx, now: Timestamp) -> Result<u64, DbError> {
    tx.execute(&END_EXPIRED, params![now]).await
}

//! One-time codes that were sent, and how soon one may be sent again.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, ChallengeId, Timestamp};

use crate::changed;

/// A row of `challenges`.
#[derive(Debug)]
pub struct Challenge {
    /// Whose it is.
    pub account: AccountId,
    /// The id.
    pub id: ChallengeId,
    /// What the code is for.
    pub purpose: i64,
    /// The number it went to, sealed; none where the password stands in for a code.
    pub number: Option<Vec<u8>>,
    /// The keyed hash of the code, bound to account, purpose and number.
    pub code_mac: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// Tries that a challenge allows (NIST SP 800-63B-4 §3.2.2 asks for a limit; the brief sets five).
pub const TRIES: i64 = 5;

statements! {
    INSERT = "INSERT INTO challenges (account_id, id, purpose, number, code_mac, created_at, expires_at, tries)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)";
    TRY = "UPDATE challenges SET tries = tries + 1
        WHERE account_id = ?1 AND id = ?2 AND purpose = ?3 AND used_at IS NULL AND expires_at > ?4 AND tries < ?5
        RETURNING id, purpose, number, code_mac, created_at, expires_at";
    GET = "SELECT id, purpose, number, code_mac, created_at, expires_at FROM challenges
        WHERE account_id = ?1 AND id = ?2";
    OPEN = "SELECT id, purpose, number, code_mac, created_at, expires_at FROM challenges
        WHERE account_id = ?1 AND purpose = ?2 AND used_at IS NULL AND expires_at > ?3 AND tries < ?4
        ORDER BY CASE WHEN number IS NULL THEN 1 ELSE 0 END, created_at DESC LIMIT 1";
    NEXT_SENDING = "SELECT next_at FROM resends WHERE account_id = ?1 AND purpose = ?2";
    USE = "UPDATE challenges SET used_at = ?3 WHERE account_id = ?1 AND id = ?2 AND used_at IS NULL AND expires_at > ?3";
    DROP_PURPOSE = "DELETE FROM challenges WHERE account_id = ?1 AND purpose = ?2";
    DROP_WITHOUT_NUMBER = "DELETE FROM challenges WHERE account_id = ?1 AND purpose = ?2 AND number IS NULL";
    DROP_EXPIRED = "DELETE FROM challenges WHERE expires_at <= ?1";
    RESEND_GET = "SELECT sent, next_at FROM resends WHERE account_id = ?1 AND purpose = ?2 {for_update}";
    RESEND_PUT = "INSERT INTO resends (account_id, purpose, sent, next_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (account_id, purpose) DO UPDATE SET sent = ?3, next_at = ?4";
    RESEND_BACK = "UPDATE resends SET sent = ?4, next_at = ?5 WHERE account_id = ?1 AND purpose = ?2 AND sent = ?3";
    RESEND_UNDO = "DELETE FROM resends WHERE account_id = ?1 AND purpose = ?2 AND sent = ?3";
    RESEND_RESET = "DELETE FROM resends WHERE account_id = ?1 AND purpose = ?2";
}

/// Adds a challenge in the place of the earlier ones of its purpose: only the last code sent counts.
pub async fn replace(tx: &mut Tx, challenge: &Challenge) -> Result<(), DbError> {
    drop_purpose(tx, challenge.account, challenge.purpose).await?;
    insert(tx, challenge).await
}

/// Adds a challenge that a password answers, beside a code that was sent and still holds.
pub async fn add_without_number(tx: &mut Tx, challenge: &Challenge) -> Result<(), DbError> {
    tx.execute(&DROP_WITHOUT_NUMBER, params![challenge.account, challenge.purpose]).await?;
    insert(tx, challenge).await
}

/// Removes the challenges of a purpose: none of them can be answered any more.
pub async fn drop_purpose(tx: &mut Tx, account: AccountId, purpose: i64) -> Result<(), DbError> {
    tx.execute(&DROP_PURPOSE, params![account, purpose]).await.map(|_| ())
}

async fn insert(tx: &mut Tx, challenge: &Challenge) -> Result<(), DbError> {
    let Challenge { account, id, purpose, number, code_mac, created_at, expires_at } = challenge;
    tx.execute(&INSERT, params![account, id, purpose, number, code_mac, created_at, expires_at]).await.map(|_| ())
}

fn read(account: AccountId, row: &Row) -> Result<Challenge, DbError> {
    Ok(Challenge {
        account,
        id: row.get(0)?,
        purpose: row.get(1)?,
        number: row.get(2)?,
        code_mac: row.get(3)?,
        created_at: row.get(4)?,
        expires_at: row.get(5)?,
    })
}

/// A challenge of an account, also one that is over.
pub async fn get(tx: &mut Tx, account: AccountId, id: ChallengeId) -> Result<Option<Challenge>, DbError> {
    tx.query_opt(&GET, params![account, id]).await?.map(|row| read(account, &row)).transpose()
}

/// The challenge of a purpose that can still be answered: a code that was sent before one that a password answers.
pub async fn open(tx: &mut Tx, account: AccountId, purpose: i64, now: Timestamp) -> Result<Option<Challenge>, DbError> {
    let row = tx.query_opt(&OPEN, params![account, purpose, now, TRIES]).await?;
    row.map(|row| read(account, &row)).transpose()
}

/// When the next code of a purpose may be sent.
pub async fn next_sending(tx: &mut Tx, account: AccountId, purpose: i64) -> Result<Option<Timestamp>, DbError> {
    tx.query_opt(&NEXT_SENDING, params![account, purpose]).await?.map(|row| row.get(0)).transpose()
}

/// Spends one try; none when the challenge is unknown, used, expired, of another purpose, or out of tries.
/// Commit before comparing the code: a try that was made stays spent.
pub async fn spend_try(
    tx: &mut Tx,
    account: AccountId,
    id: ChallengeId,
    purpose: i64,
    now: Timestamp,
) -> Result<Option<Challenge>, DbError> {
    let row = tx.query_opt(&TRY, params![account, id, purpose, now, TRIES]).await?;
    row.map(|row| read(account, &row)).transpose()
}

/// Uses a challenge up; `false` when somebody was faster, or its time is over.
pub async fn use_up(tx: &mut Tx, account: AccountId, id: ChallengeId, now: Timestamp) -> Result<bool, DbError> {
    changed(tx, &USE, params![account, id, now]).await
}

/// Removes challenges whose time is over.
pub async fn drop_expired(tx: &mut Tx, now: Timestamp) -> Result<u64, DbError> {
    tx.execute(&DROP_EXPIRED, params![now]).await
}

/// How many codes were sent for a purpose since one was used, and when the next may be.
pub async fn resend(tx: &mut Tx, account: AccountId, purpose: i64) -> Result<Option<(i64, Timestamp)>, DbError> {
    let row = tx.query_opt(&RESEND_GET, params![account, purpose]).await?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// Notes that a code was sent, and when the next may be.
pub async fn set_resend(
    tx: &mut Tx,
    account: AccountId,
    purpose: i64,
    sent: i64,
    next_at: Timestamp,
) -> Result<(), DbError> {
    tx.execute(&RESEND_PUT, params![account, purpose, sent, next_at]).await.map(|_| ())
}

/// Takes back that a code was sent, for the `sent`th time, as if it had not been asked for. Waits that
/// began anew meanwhile are left alone.
pub async fn take_back_resend(
    tx: &mut Tx,
    account: AccountId,
    purpose: i64,
    sent: i64,
    before: Option<(i64, Timestamp)>,
) -> Result<(), DbError> {
    match before {
        Some((before, next_at)) => tx.execute(&RESEND_BACK, params![account, purpose, sent, before, next_at]).await,
        None => tx.execute(&RESEND_UNDO, params![account, purpose, sent]).await,
    }
    .map(|_| ())
}

/// Starts the waits of a purpose from the beginning.
pub async fn reset_resend(tx: &mut Tx, account: AccountId, purpose: i64) -> Result<(), DbError> {
    tx.execute(&RESEND_RESET, params![account, purpose]).await.map(|_| ())
}

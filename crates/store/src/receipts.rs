//! Receipts of erasures, and the work sheets of those that run.

use outro_db::{DbError, Row, Tx, params, statements};
use outro_model::{AccountId, JobId, Timestamp};

/// A row of `receipts`.
#[derive(Debug)]
pub struct Receipt {
    /// Whether the erasure is complete.
    pub complete: bool,
    /// How far it has come, 0 to 1000.
    pub progress: i64,
    /// The note, sealed under the receipt's id, once signed.
    pub note: Option<Vec<u8>>,
}

/// A row of `erasures`: the work sheet of one that runs.
#[derive(Debug)]
pub struct Erasure {
    /// Who leaves.
    pub account: AccountId,
    /// The job that does it.
    pub job: JobId,
    /// SHA-256 of the receipt's id.
    pub id_hash: [u8; 32],
    /// The unguessable id of the receipt, sealed under a key of the service; it goes with the work sheet.
    pub receipt_id: Vec<u8>,
    /// SHA-256(nonce ‖ account id ‖ handle).
    pub commitment: [u8; 32],
    /// When leaving was confirmed.
    pub started_at: Timestamp,
    /// What was erased so far, by kind and count, as `kind=count` pairs.
    pub erased: String,
}

statements! {
    OPEN = "INSERT INTO receipts (id_hash, state, progress) VALUES (?1, 0, 0)";
    GET = "SELECT state, progress, note FROM receipts WHERE id_hash = ?1";
    PROGRESS = "UPDATE receipts SET progress = ?2 WHERE id_hash = ?1 AND state = 0 AND progress < ?2";
    SIGNED = "UPDATE receipts SET note = ?2 WHERE id_hash = ?1 AND state = 0 AND note IS NULL";
    COMPLETE = "UPDATE receipts SET state = 1, progress = 1000 WHERE id_hash = ?1 AND state = 0";
    BEGIN = "INSERT INTO erasures (account_id, job_id, id_hash, receipt_id, commitment, started_at, erased)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    BY_JOB = "SELECT account_id, job_id, id_hash, receipt_id, commitment, started_at, erased FROM erasures WHERE job_id = ?1";
    BY_ACCOUNT = "SELECT account_id, job_id, id_hash, receipt_id, commitment, started_at, erased FROM erasures WHERE account_id = ?1";
    TALLY = "UPDATE erasures SET erased = ?2 WHERE account_id = ?1";
    END = "DELETE FROM erasures WHERE account_id = ?1";
}

/// Opens a receipt and the work sheet of its erasure.
pub async fn begin(tx: &mut Tx, erasure: &Erasure) -> Result<(), DbError> {
    let Erasure { account, job, id_hash, receipt_id, commitment, started_at, erased } = erasure;
    tx.execute(&OPEN, params![id_hash]).await?;
    tx.execute(&BEGIN, params![account, job, id_hash, receipt_id, commitment, started_at, erased]).await.map(|_| ())
}

/// The receipt under the hash of its id.
pub async fn get(tx: &mut Tx, id_hash: &[u8; 32]) -> Result<Option<Receipt>, DbError> {
    let row = tx.query_opt(&GET, params![id_hash]).await?;
    row.map(|row| Ok(Receipt { complete: row.get(0)?, progress: row.get(1)?, note: row.get(2)? })).transpose()
}

/// The erasure that a job does; none once it is complete.
pub async fn erasure_of_job(tx: &mut Tx, job: JobId) -> Result<Option<Erasure>, DbError> {
    tx.query_opt(&BY_JOB, params![job]).await?.as_ref().map(read).transpose()
}

/// The erasure of an account; none once it is complete.
pub async fn erasure_of(tx: &mut Tx, account: AccountId) -> Result<Option<Erasure>, DbError> {
    tx.query_opt(&BY_ACCOUNT, params![account]).await?.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Erasure, DbError> {
    Ok(Erasure {
        account: row.get(0)?,
        job: row.get(1)?,
        id_hash: row.get(2)?,
        receipt_id: row.get(3)?,
        commitment: row.get(4)?,
        started_at: row.get(5)?,
        erased: row.get(6)?,
    })
}

/// Notes what was erased so far, in the transaction that erased it.
pub async fn tally(tx: &mut Tx, account: AccountId, erased: &str) -> Result<(), DbError> {
    tx.execute(&TALLY, params![account, erased]).await.map(|_| ())
}

/// Notes how far an erasure has come.
pub async fn set_progress(tx: &mut Tx, id_hash: &[u8; 32], permille: i64) -> Result<(), DbError> {
    tx.execute(&PROGRESS, params![id_hash, permille]).await.map(|_| ())
}

/// Keeps the signed note of a receipt, the first one for good.
pub async fn signed(tx: &mut Tx, id_hash: &[u8; 32], note: &[u8]) -> Result<(), DbError> {
    tx.execute(&SIGNED, params![id_hash, note]).await.map(|_| ())
}

/// Completes a receipt that is signed and entered in the log; the work sheet goes with it.
pub async fn complete(tx: &mut Tx, id_hash: &[u8; 32], account: AccountId) -> Result<(), DbError> {
    tx.execute(&COMPLETE, params![id_hash]).await?;
    tx.execute(&END, params![account]).await.map(|_| ())
}

/// Puts a work sheet away whose receipt is complete already; its job then has nothing to do.
pub async fn put_away(tx: &mut Tx, account: AccountId) -> Result<(), DbError> {
    tx.execute(&END, params![account]).await.map(|_| ())
}

//! Leaving as soon as a takeout is downloaded.

use outro_db::{DbError, Tx, params, statements};
use outro_model::{AccountId, TakeoutId, Timestamp};

use crate::changed;

/// A row of `departures`.
#[derive(Clone, Debug)]
pub struct Departure {
    /// Who leaves.
    pub account: AccountId,
    /// The takeout that is waited for.
    pub takeout: TakeoutId,
    /// Whether the takeout went by itself before it was downloaded: then nothing is waited for any more.
    pub lapsed: bool,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// The unguessable id of the receipt, sealed under a key of the service.
    pub receipt_id: Vec<u8>,
    /// SHA-256(nonce ‖ account id ‖ handle).
    pub commitment: [u8; 32],
}

statements! {
    PUT = "INSERT INTO departures (account_id, takeout_id, lapsed, asked_at, receipt_id, commitment)
        VALUES (?1, ?2, 0, ?3, ?4, ?5) ON CONFLICT (account_id) DO UPDATE SET takeout_id = excluded.takeout_id,
            lapsed = 0, asked_at = excluded.asked_at, receipt_id = excluded.receipt_id, commitment = excluded.commitment";
    GET = "SELECT account_id, takeout_id, lapsed, asked_at, receipt_id, commitment FROM departures WHERE account_id = ?1";
    LAPSE = "UPDATE departures SET lapsed = 1 WHERE account_id = ?1 AND takeout_id = ?2";
    DELETE = "DELETE FROM departures WHERE account_id = ?1";
}

/// Notes that somebody leaves once their takeout is downloaded, in the place of what was noted before.
pub async fn put(tx: &mut Tx, departure: &Departure) -> Result<(), DbError> {
    let Departure { account, takeout, asked_at, receipt_id, commitment, .. } = departure;
    tx.execute(&PUT, params![account, takeout, asked_at, receipt_id, commitment]).await.map(|_| ())
}

/// What an account waits for.
pub async fn get(tx: &mut Tx, account: AccountId) -> Result<Option<Departure>, DbError> {
    let row = tx.query_opt(&GET, params![account]).await?;
    row.map(|row| {
        Ok(Departure {
            account: row.get(0)?,
            takeout: row.get(1)?,
            lapsed: row.get(2)?,
            asked_at: row.get(3)?,
            receipt_id: row.get(4)?,
            commitment: row.get(5)?,
        })
    })
    .transpose()
}

/// Notes that a takeout that was waited for is gone.
pub async fn lapse(tx: &mut Tx, account: AccountId, takeout: TakeoutId) -> Result<bool, DbError> {
    changed(tx, &LAPSE, params![account, takeout]).await
}

/// Takes it back.
pub async fn delete(tx: &mut Tx, account: AccountId) -> Result<bool, DbError> {
    changed(tx, &DELETE, params![account]).await
}

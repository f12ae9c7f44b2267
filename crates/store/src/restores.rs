//! Restored backups, and what a backup takes along.

use outro_datamap::TABLES;
use outro_db::portable::Shape;
use outro_db::{DbError, Tx, params, statements};
use outro_model::{AccountId, AccountState, BackupId, BlobId, Timestamp, VideoState};

statements! {
    PUT = "INSERT INTO restores (backup_id, taken_at, restored_at) VALUES (?1, ?2, ?3) ON CONFLICT (backup_id)
        DO UPDATE SET restored_at = ?3, replayed_at = NULL, swept_at = NULL";
    IS_THERE = "SELECT backup_id FROM restores WHERE backup_id = ?1";
    PENDING = "SELECT backup_id FROM restores WHERE replayed_at IS NULL LIMIT 1";
    REPLAYED = "UPDATE restores SET replayed_at = ?1 WHERE replayed_at IS NULL";
    LAST_UNSWEPT = "SELECT MAX(restored_at) FROM restores WHERE swept_at IS NULL";
    SWEPT = "UPDATE restores SET swept_at = ?1 WHERE swept_at IS NULL AND restored_at <= ?2";
    OBJECTS = "SELECT owner_id, id FROM blobs
        WHERE (owner_id, id) > (?1, ?2) AND header IS NOT NULL ORDER BY owner_id, id LIMIT ?3";
    STANDS = "SELECT b.id FROM blobs b JOIN accounts a ON a.id = b.owner_id
        LEFT JOIN videos v ON v.owner_id = b.owner_id AND v.id = b.video_id
        WHERE b.owner_id = ?1 AND b.id = ?2 AND COALESCE(v.state, 0) <> ?3 AND a.state = ?4";
    KEYS_OF_HANDLES = "SELECT key_id FROM handle_index WHERE key_id > ?1 ORDER BY key_id LIMIT ?2";
    DROP_HANDLE = "DELETE FROM handle_index WHERE key_id = ?1";
    MEMBERS = "SELECT account_id FROM members WHERE conversation_id = ?1 ORDER BY account_id";
    KEEP_RECEIPT = "INSERT INTO receipts (id_hash, state, progress, note) VALUES (?1, 1, 1000, ?2)
        ON CONFLICT (id_hash) DO UPDATE SET state = 1, progress = 1000, note = ?2 WHERE receipts.state = 0";
    LAPSE_DEPARTURES = "UPDATE departures SET lapsed = 1";
    REFUSE_IMPORTS = "UPDATE imports SET state = 4, header = NULL, failure = 'file_gone' WHERE state < 3";
}

/// Tables whose rows stay behind: who was signed in, and codes on their way. A session that was ended since
/// must not come back to life. Archives are made anew from what is there, so that their files stay behind too.
const LEFT_BEHIND: [&str; 5] = ["sessions", "challenges", "resends", "budgets", "takeouts"];

/// The tables that a backup takes along, in the order in which they are put back: what is referred to first.
pub fn shapes() -> Vec<Shape> {
    let taken = TABLES.iter().rev().filter(|table| table.name != "migrations" && !LEFT_BEHIND.contains(&table.name));
    taken.map(|table| Shape::new(table.name, table.columns.iter().map(|column| column.name), table.key)).collect()
}

/// The number of the newest step of the schema that this program knows.
pub fn schema() -> i64 {
    crate::MIGRATIONS.last().map_or(0, |step| step.number)
}

/// A whole sealed object, as a row speaks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object {
    /// Whose it is.
    pub owner: AccountId,
    /// The id.
    pub id: BlobId,
}

/// A page of whole objects after one, in order.
pub async fn objects(tx: &mut Tx, after: (AccountId, BlobId), limit: i64) -> Result<Vec<Object>, DbError> {
    let rows = tx.query(&OBJECTS, params![after.0, after.1, limit]).await?;
    rows.iter().map(|row| Ok(Object { owner: row.get(0)?, id: row.get(1)? })).collect()
}

/// Whether an object has to be there: its video is not being taken away, nor its owner leaving.
pub async fn stands(tx: &mut Tx, object: &Object) -> Result<bool, DbError> {
    let (removing, active) = (VideoState::Removing.code(), AccountState::Active.code());
    let values = params![object.owner, object.id, removing, active];
    Ok(tx.query_opt(&STANDS, values).await?.is_some())
}

/// Notes that the database was put back from a backup, in the transaction that does it.
pub async fn put(tx: &mut Tx, backup: BackupId, taken_at: Timestamp, now: Timestamp) -> Result<(), DbError> {
    tx.execute(&PUT, params![backup, taken_at, now]).await.map(|_| ())
}

/// Whether the database was put back from this backup.
pub async fn is_there(tx: &mut Tx, backup: BackupId) -> Result<bool, DbError> {
    Ok(tx.query_opt(&IS_THERE, params![backup]).await?.is_some())
}

/// Whether the ledger is still to be replayed.
pub async fn pending(tx: &mut Tx) -> Result<bool, DbError> {
    Ok(tx.query_opt(&PENDING, &[]).await?.is_some())
}

/// Notes that the ledger was replayed.
pub async fn replayed(tx: &mut Tx, now: Timestamp) -> Result<(), DbError> {
    tx.execute(&REPLAYED, params![now]).await.map(|_| ())
}

/// When the database was last restored, if keys without accounts were not swept since.
pub async fn last_unswept(tx: &mut Tx) -> Result<Option<Timestamp>, DbError> {
    tx.query_opt(&LAST_UNSWEPT, &[]).await?.map_or(Ok(None), |row| row.get(0))
}

/// Notes that keys without accounts were swept after restores up to `until`.
pub async fn swept(tx: &mut Tx, until: Timestamp, now: Timestamp) -> Result<(), DbError> {
    tx.execute(&SWEPT, params![now, until]).await.map(|_| ())
}

/// A page of the names of keys in the index of handles.
pub async fn keys_of_handles(tx: &mut Tx, after: [u8; 16], limit: i64) -> Result<Vec<[u8; 16]>, DbError> {
    tx.query(&KEYS_OF_HANDLES, params![after, limit]).await?.iter().map(|row| row.get(0)).collect()
}

/// Lets the handle of a key go.
pub async fn drop_handle(tx: &mut Tx, key_id: &[u8; 16]) -> Result<(), DbError> {
    tx.execute(&DROP_HANDLE, params![key_id]).await.map(|_| ())
}

/// Who is in a conversation.
pub async fn members(tx: &mut Tx, conversation: outro_model::ConversationId) -> Result<Vec<AccountId>, DbError> {
    tx.query(&MEMBERS, params![conversation]).await?.iter().map(|row| row.get(0)).collect()
}

/// Puts a complete receipt back.
pub async fn keep_receipt(tx: &mut Tx, id_hash: &[u8; 32], note: &[u8]) -> Result<(), DbError> {
    tx.execute(&KEEP_RECEIPT, params![id_hash, note]).await.map(|_| ())
}

/// Says of archives what came of them: those that people wanted to download before they leave, and those that were on
/// their way in, are not there any more.
pub async fn archives_are_gone(tx: &mut Tx) -> Result<(), DbError> {
    tx.execute(&LAPSE_DEPARTURES, &[]).await?;
    tx.execute(&REFUSE_IMPORTS, &[]).await.map(|_| ())
}

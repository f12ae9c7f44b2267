//! Putting a backup back: objects first, then the database in one transaction, with a note that the ledger
//! is still to be replayed. Killed before the end of that transaction, the database is empty, and no server
//! starts on it; the same command goes on.

use std::path::Path;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use outro_blobs::Blobs;
use outro_db::portable::{Record, Shape};
use outro_db::{Db, Tx, Value};
use outro_model::{AccountId, Clock};
use outro_store::{MIGRATIONS, restores};
use outro_vault::{BackupKeys, Vault};

use super::place::{Backups, Entries, Rows};
use super::{About, BackupError, crash};

/// Objects that are put back at once.
const AT_ONCE: usize = 4;

/// Where a backup goes.
pub struct Target<'a> {
    /// An empty database, of either engine.
    pub db: &'a Db,
    /// An empty store of objects.
    pub blobs: &'a Blobs,
    /// The living keyring: it says who is still there.
    pub vault: &'a Vault,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// What was put back.
#[derive(Clone, Debug)]
pub struct Restored {
    /// From which backup.
    pub about: About,
    /// Rows; none when a run before had come so far.
    pub rows: u64,
    /// Objects.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Objects of people who were erased since: they stay behind.
    pub left: u64,
}

/// Puts a backup back.
pub async fn restore(target: &Target<'_>, folder: &Path, name: Option<&str>) -> Result<Restored, BackupError> {
    let place = Backups::open(folder, target.vault, false)?;
    let about = place.find(name)?;
    let keys = target.vault.backup(about.id).await?.ok_or(BackupError::Ended)?;
    let mut restored = Restored { about, rows: 0, objects: 0, bytes: 0, left: 0 };
    if is_whole(target, &restored.about).await? {
        return Ok(restored);
    }
    objects(target, &place, &keys, &mut restored).await?;
    crash::point();
    rows(target, &keys, &mut restored).await?;
    crash::point();
    outro_store::prepare(target.db).await?;
    crash::point();
    Ok(restored)
}

/// Whether a run before came to the end of its transaction. A database that holds anything else is refused.
async fn is_whole(target: &Target<'_>, about: &About) -> Result<bool, BackupError> {
    let live = target.db.columns().await?;
    let mut tx = target.db.read().await?;
    let has = |table: &str| live.iter().any(|column| column.table == table);
    if has("restores") && restores::is_there(&mut tx, about.id).await? {
        drop(tx);
        outro_store::prepare(target.db).await?;
        return Ok(true);
    }
    let mut tables: Vec<_> = live.iter().map(|column| column.table.as_str()).collect();
    tables.dedup();
    for table in tables {
        if table != "migrations" && tx.holds_rows(table).await? {
            return Err(BackupError::NotEmpty);
        }
    }
    Ok(false)
}

async fn objects(
    target: &Target<'_>,
    place: &Backups,
    keys: &BackupKeys,
    restored: &mut Restored,
) -> Result<(), BackupError> {
    let mut entries = Entries::of(&restored.about, keys)?;
    while let Some(page) = entries.next().await? {
        let mut owners: Vec<AccountId> = page.iter().map(|entry| entry.owner).collect();
        owners.dedup();
        let here = target.vault.with_keys(&owners).await?;
        for &owner in &here {
            target.blobs.create_home(owner).await?;
        }
        let there: Vec<_> = page.iter().filter(|entry| entry.there).copied().collect();
        let (kept, left): (Vec<_>, Vec<_>) =
            there.into_iter().partition(|entry| here.binary_search(&entry.owner).is_ok());
        restored.left += left.len() as u64;
        let puts = stream::iter(kept).map(|entry| async move {
            let length = target.blobs.put_back(entry.owner, entry.id, &place.shelf).await?;
            crash::point();
            Ok::<_, BackupError>(length)
        });
        let lengths: Vec<u64> = puts.buffer_unordered(AT_ONCE).try_collect().await?;
        restored.objects += lengths.len() as u64;
        restored.bytes += lengths.iter().sum::<u64>();
    }
    Ok(())
}

async fn rows(target: &Target<'_>, keys: &BackupKeys, restored: &mut Restored) -> Result<(), BackupError> {
    let mut source = Rows::of(&restored.about, keys)?;
    let mut first = source.next().await?.unwrap_or_default().into_iter();
    let Some(Record::Row(head)) = first.next() else { return Err(BackupError::Tampered("rows")) };
    let [Value::Int(schema)] = head[..] else { return Err(BackupError::Tampered("rows")) };
    if schema > restores::schema() {
        return Err(BackupError::Newer);
    }
    // The schema that the backup was made on; `prepare` brings it up to this program's afterwards.
    let known = MIGRATIONS.iter().take_while(|step| step.number <= schema).count();
    target.db.migrate(&MIGRATIONS[..known]).await?;
    let mut tx = target.db.write().await?;
    let (mut into, mut ended) = (None, false);
    let mut records: Vec<Record> = first.collect();
    loop {
        put(target, &mut tx, records, &mut into, &mut ended, restored).await?;
        crash::point();
        let Some(next) = source.next().await? else { break };
        records = next;
    }
    if !ended {
        return Err(BackupError::Tampered("rows"));
    }
    let About { id, taken_at, .. } = restored.about;
    restores::put(&mut tx, id, taken_at, target.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// Puts the rows of a piece into their tables.
async fn put(
    target: &Target<'_>,
    tx: &mut Tx,
    records: Vec<Record>,
    into: &mut Option<Shape>,
    ended: &mut bool,
    restored: &mut Restored,
) -> Result<(), BackupError> {
    let mut rows = Vec::new();
    for record in records {
        match record {
            Record::Row(row) => rows.push(row),
            Record::Table(shape) => {
                flush(target, tx, into.as_ref(), &mut rows, restored).await?;
                *into = Some(shape);
            }
            Record::End => *ended = true,
        }
    }
    flush(target, tx, into.as_ref(), &mut rows, restored).await
}

async fn flush(
    target: &Target<'_>,
    tx: &mut Tx,
    into: Option<&Shape>,
    rows: &mut Vec<Vec<Value>>,
    restored: &mut Restored,
) -> Result<(), BackupError> {
    let Some(shape) = into else { return if rows.is_empty() { Ok(()) } else { Err(BackupError::Tampered("rows")) } };
    if shape.table == "accounts" {
        // Also who has no object yet has a home, as since joining.
        let place = shape.columns.iter().position(|column| column == "id").unwrap_or_default();
        let id = |row: &Vec<Value>| match row.get(place) {
            Some(Value::Bytes(bytes)) => bytes.as_slice().try_into().map(AccountId::from_bytes).ok(),
            _ => None,
        };
        let ids: Vec<_> = rows.iter().filter_map(id).collect();
        for owner in target.vault.with_keys(&ids).await? {
            target.blobs.create_home(owner).await?;
        }
    }
    restored.rows += rows.len() as u64;
    tx.put_rows(shape, rows).await?;
    rows.clear();
    Ok(())
}

//! Making a backup, beside a server that goes on.
//!
//! 1. Objects that are not in the folder yet are copied, in no particular moment.
//! 2. The backup's key is made: from here on receipts reckon with it.
//! 3. The gate of deletions is closed, a snapshot of the database is begun, and what it speaks of and step 1
//!    has not copied is opened; then the gate is open again. What is open stays whole, whoever deletes it. What is in a
//!    bucket cannot be held: there the gate stays closed until that is copied.
//! 4. The snapshot is written out, then what is open is copied.
//! 5. The backup gets its name. Killed before, nothing is there but objects, which the next one needs not copy.

use std::collections::HashSet;
use std::path::Path;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use outro_blobs::{Gate, SealedObject, Shelf, ShelfName};
use outro_db::Tx;
use outro_db::portable::{Record, Walk, write_row};
use outro_model::{AccountId, BackupId, BlobId};
use outro_store::restores::{self, Object};
use outro_vault::BackupKeys;

use super::place::{Backups, Entry, OBJECTS, ROWS, writer};
use super::{About, BackupError, LONGEST_DAYS, crash, prune};
use crate::App;

/// Objects of one page.
const PAGE: i64 = 1000;
/// Objects that are copied at once: each waits for the disk.
const AT_ONCE: usize = 4;
/// Objects that are held open at most. Where more came up, the gate stays closed until they are copied, as it does for a bucket.
const OPEN: usize = 400;

/// How often it is copied ahead again at most, and with how few that were new it is enough.
const AGAIN: usize = 5;
const FEW: u64 = 16;

/// What was made.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The backup.
    pub about: About,
    /// Rows in it.
    pub rows: u64,
    /// Objects in it.
    pub objects: u64,
    /// Objects that were copied now; the others stood in the folder.
    pub copied: u64,
    /// Bytes that were written now.
    pub bytes: u64,
    /// Objects that ought to be there and are not: the data folder is damaged.
    pub missing: u64,
}

/// Makes a backup in a folder, which opens for so many days.
pub async fn take(app: &App, folder: &Path, days: i64) -> Result<Taken, BackupError> {
    let place = Backups::open(folder, &app.vault, true)?;
    if let Err(error) = prune(app, &place).await {
        // An older backup that is damaged is no reason to make none.
        tracing::warn!(%error, "what is of no use in the folder of backups could not be removed");
    }
    let mut count = Count::default();
    let mut known = copy_ahead(app, &place.shelf, &mut count).await?;
    // What came up meanwhile would be copied while nobody can delete: a first copy of much takes hours.
    let (mut new, mut tries) = (count.copied, 0);
    while new > FEW && tries < AGAIN {
        let before = count.copied;
        known = copy_ahead(app, &place.shelf, &mut count).await?;
        (new, tries) = (count.copied - before, tries + 1);
    }
    crash::point();
    let (id, now) = (BackupId::random(&*app.random), app.clock.now());
    let ends_at = now.plus_seconds(days.clamp(1, LONGEST_DAYS) * 86_400);
    let keys = app.vault.create_backup(id, ends_at).await?;
    crash::point();
    let made = write(app, &place, &keys, &known, &mut count).await;
    match made {
        Ok(about) => {
            let Count { rows, objects, copied, bytes, missing } = count;
            Ok(Taken { about, rows, objects, copied, bytes, missing })
        }
        Err(error) => {
            app.vault.end_backup(id).await?;
            Err(error)
        }
    }
}

#[derive(Default)]
struct Count {
    rows: u64,
    objects: u64,
    copied: u64,
    bytes: u64,
    missing: u64,
}

/// The beginning of a walk along all objects.
const FIRST: (AccountId, BlobId) = (AccountId::from_bytes([0; 16]), BlobId::from_bytes([0; 16]));

/// Copies what is not in the folder; the names of all that is there then.
async fn copy_ahead(app: &App, shelf: &Shelf, count: &mut Count) -> Result<HashSet<ShelfName>, BackupError> {
    let (mut after, mut known) = (FIRST, HashSet::new());
    loop {
        // A page at a time, so that no snapshot is held while files are copied.
        let page = restores::objects(&mut app.db.read().await?, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(known) };
        after = (last.owner, last.id);
        let mut fresh = Vec::new();
        for object in &page {
            let name = shelf.name(object.owner, object.id);
            if shelf.holds(&name)? {
                known.insert(name);
            } else {
                fresh.push((name, *object));
            }
        }
        let copies = stream::iter(fresh).map(|(name, object)| async move {
            // What goes meanwhile is not missed: the snapshot decides.
            let Some(file) = app.blobs.sealed(object.owner, object.id).await? else { return Ok(None) };
            let length = shelf.put(name, file).await?;
            crash::point();
            Ok::<_, BackupError>(Some((name, length)))
        });
        let copied: Vec<_> = copies.buffer_unordered(AT_ONCE).try_collect().await?;
        for (name, length) in copied.into_iter().flatten() {
            known.insert(name);
            count.copied += 1;
            count.bytes += length;
        }
    }
}

async fn write(
    app: &App,
    place: &Backups,
    keys: &BackupKeys,
    known: &HashSet<ShelfName>,
    count: &mut Count,
) -> Result<About, BackupError> {
    let unfinished = place.begin(keys.term().id)?;
    crash::point();
    let gate = app.blobs.close_gate().await?;
    let taken_at = app.clock.now();
    let mut tx = app.db.read().await?;
    // It rests while what came up since is asked for.
    tx.may_last().await?;
    let late = list(app, &mut tx, place, &unfinished, keys, known, count).await?;
    // Normally all that came up since is held open, and the gate is closed for a moment only.
    let gate = if late.closed.is_empty() { release(gate) } else { Some(gate) };
    crash::point();
    count.bytes += rows(&mut tx, &unfinished, keys, &mut count.rows).await?;
    drop(tx);
    crash::point();
    for (name, object) in late.closed {
        let file = app.blobs.sealed(object.owner, object.id).await?;
        let file = file.ok_or(BackupError::Tampered("an object went while the gate was closed"))?;
        count.bytes += place.shelf.put(name, file).await?;
        count.copied += 1;
    }
    drop(gate);
    for (name, file) in late.open {
        count.bytes += place.shelf.put(name, file).await?;
        count.copied += 1;
        crash::point();
    }
    let about = place.publish(&unfinished, keys, taken_at)?;
    for object in late.missing {
        // What was just going by itself is gone by now, rows and all.
        count.missing += u64::from(restores::stands(&mut app.db.read().await?, &object).await?);
    }
    crash::point();
    Ok(about)
}

fn release(gate: Gate) -> Option<Gate> {
    drop(gate);
    None
}

/// What the snapshot speaks of and the folder does not hold.
#[derive(Default)]
struct Late {
    open: Vec<(ShelfName, SealedObject)>,
    closed: Vec<(ShelfName, Object)>,
    missing: Vec<Object>,
}

/// Writes the list of objects, while nobody deletes any.
async fn list(
    app: &App,
    tx: &mut Tx,
    place: &Backups,
    unfinished: &Path,
    keys: &BackupKeys,
    known: &HashSet<ShelfName>,
    count: &mut Count,
) -> Result<Late, BackupError> {
    let (mut after, mut late) = (FIRST, Late::default());
    let mut out = writer(unfinished, OBJECTS, keys)?;
    loop {
        let page = restores::objects(tx, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = (last.owner, last.id);
        for object in page {
            let name = place.shelf.name(object.owner, object.id);
            let mut there = known.contains(&name);
            if !there && let Some(file) = app.blobs.sealed(object.owner, object.id).await? {
                there = true;
                if file.is_held() && late.open.len() < OPEN {
                    late.open.push((name, file));
                } else {
                    late.closed.push((name, object));
                }
            }
            if !there && restores::stands(tx, &object).await? {
                late.missing.push(object);
            }
            count.objects += u64::from(there);
            out.put(&Entry { owner: object.owner, id: object.id, there }.write()).await?;
        }
    }
    count.bytes += out.finish().await?;
    Ok(late)
}

/// Writes out every table of the snapshot.
async fn rows(tx: &mut Tx, unfinished: &Path, keys: &BackupKeys, count: &mut u64) -> Result<u64, BackupError> {
    let mut out = writer(unfinished, ROWS, keys)?;
    let mut record = Vec::new();
    Record::Row(vec![outro_db::Value::Int(restores::schema())]).write(&mut record);
    out.put(&record).await?;
    for shape in restores::shapes() {
        record.clear();
        Record::Table(shape.clone()).write(&mut record);
        out.put(&record).await?;
        let mut walk = Walk::new(&shape);
        loop {
            let rows = walk.rows(tx).await?;
            if rows.is_empty() {
                break;
            }
            *count += rows.len() as u64;
            record.clear();
            rows.iter().for_each(|row| write_row(row, &mut record));
            out.put(&record).await?;
        }
    }
    record.clear();
    Record::End.write(&mut record);
    out.put(&record).await?;
    Ok(out.finish().await?)
}

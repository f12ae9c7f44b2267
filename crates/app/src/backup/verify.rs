//! Reading a backup through: every piece, every object.

use std::collections::HashSet;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use outro_db::Value;
use outro_db::portable::Record;

use super::place::{Backups, Entries, Rows};
use super::{About, BackupError};
use crate::App;

/// Objects that are read at once.
const AT_ONCE: usize = 2;

/// What was found whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Rows.
    pub rows: u64,
    /// Objects.
    pub objects: u64,
    /// Bytes of objects.
    pub bytes: u64,
}

/// Opens every piece of a backup, holds every object against its mark, and every row of an object against
/// the list of them.
pub async fn verify(app: &App, place: &Backups, about: &About) -> Result<Verified, BackupError> {
    let keys = app.vault.backup(about.id).await?.ok_or(BackupError::Ended)?;
    let (mut found, mut listed) = (Verified::default(), HashSet::new());
    let mut entries = Entries::of(about, &keys)?;
    while let Some(page) = entries.next().await? {
        listed.extend(page.iter().map(|entry| (*entry.owner.as_bytes(), *entry.id.as_bytes())));
        let names: Vec<_> =
            page.iter().filter(|entry| entry.there).map(|entry| place.shelf.name(entry.owner, entry.id)).collect();
        let checks = stream::iter(names).map(|name| place.shelf.check(name)).buffer_unordered(AT_ONCE);
        let lengths: Vec<u64> = checks.try_collect().await?;
        found.objects += lengths.len() as u64;
        found.bytes += lengths.iter().sum::<u64>();
    }
    let (mut rows, mut ended, mut of_blobs) = (Rows::of(about, &keys)?, false, None);
    while let Some(records) = rows.next().await? {
        for record in records {
            match record {
                Record::Table(shape) => {
                    let column = |name: &str| shape.columns.iter().position(|column| column == name);
                    let places = (column("owner_id"), column("id"), column("header"));
                    of_blobs = if let ("blobs", (Some(owner), Some(id), Some(header))) = (shape.table.as_str(), places)
                    {
                        Some((owner, id, header))
                    } else {
                        None
                    };
                }
                Record::Row(values) => {
                    found.rows += 1;
                    let Some((owner, id, header)) = of_blobs else { continue };
                    if values[header] != Value::Null && !listed.contains(&(bytes(&values[owner])?, bytes(&values[id])?))
                    {
                        return Err(BackupError::Tampered("an object is not listed"));
                    }
                }
                Record::End => ended = true,
            }
        }
    }
    // The first row says which schema it is.
    found.rows = found.rows.saturating_sub(1);
    if ended { Ok(found) } else { Err(BackupError::Tampered("rows")) }
}

fn bytes(value: &Value) -> Result<[u8; 16], BackupError> {
    let Value::Bytes(bytes) = value else { return Err(BackupError::Tampered("rows")) };
    bytes.as_slice().try_into().map_err(|_| BackupError::Tampered("rows"))
}

//! Backups as an audit reads them.

use std::path::Path;

use outro_db::Value;
use outro_db::portable::{Record, Shape};
use outro_model::{BackupId, Random, Timestamp};
use outro_vault::Vault;

use super::place::{Backups, ROWS, Rows, writer};
use super::{About, BackupError};

/// Gives every text and all bytes that stand in a backup to `take`, with the table and the column. `false` when the
/// backup opens to nobody any more.
pub(crate) async fn each_value(
    vault: &Vault,
    about: &About,
    take: &mut (dyn FnMut(&str, &[u8]) + Send),
) -> Result<bool, BackupError> {
    let Some(keys) = vault.backup(about.id).await? else { return Ok(false) };
    let (mut rows, mut columns) = (Rows::of(about, &keys)?, Vec::new());
    while let Some(records) = rows.next().await? {
        for record in records {
            match record {
                Record::Table(shape) => {
                    columns = shape.columns.iter().map(|column| format!("{}.{column}", shape.table)).collect();
                }
                Record::Row(values) => {
                    for (column, value) in columns.iter().zip(&values) {
                        if let Some(bytes) = value.bytes() {
                            take(column, bytes);
                        }
                    }
                }
                Record::End => {}
            }
        }
    }
    Ok(true)
}

/// Makes a backup that holds these values and nothing else, in a new folder of backups.
pub(crate) async fn make_of(
    vault: &Vault,
    folder: &Path,
    values: &[Vec<u8>],
    now: Timestamp,
    random: &dyn Random,
) -> Result<About, BackupError> {
    let (place, id) = (Backups::open(folder, vault, true)?, BackupId::random(random));
    let keys = vault.create_backup(id, now.plus_seconds(3600)).await?;
    let unfinished = place.begin(id)?;
    let mut rows = writer(&unfinished, ROWS, &keys)?;
    let mut bytes = Vec::new();
    Record::Table(Shape::new("planted", ["value"], &["value"])).write(&mut bytes);
    for value in values {
        Record::Row(vec![Value::Bytes(value.clone())]).write(&mut bytes);
    }
    Record::End.write(&mut bytes);
    rows.put(&bytes).await?;
    rows.finish().await?;
    place.publish(&unfinished, &keys, now)
}

//! Removing backups that open to nobody any more, and objects that no backup holds.

use std::collections::HashSet;

use super::place::{Backups, Entries};
use super::{BackupError, crash};
use crate::App;

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Backups that had ended, or were never finished.
    pub backups: u64,
    /// Objects that no backup held.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Removes what is of no use in a folder. Safe to be killed at any point.
pub async fn prune(app: &App, place: &Backups) -> Result<Pruned, BackupError> {
    let mut pruned = Pruned::default();
    for folder in place.unfinished()? {
        place.remove(&folder)?;
        crash::point();
        pruned.backups += 1;
    }
    let mut kept = HashSet::new();
    for about in &place.list()? {
        let Some(keys) = app.vault.backup(about.id).await? else {
            place.remove(&about.folder)?;
            crash::point();
            pruned.backups += 1;
            continue;
        };
        let mut entries = Entries::of(about, &keys)?;
        while let Some(page) = entries.next().await? {
            kept.extend(page.iter().filter(|entry| entry.there).map(|entry| place.shelf.name(entry.owner, entry.id)));
        }
    }
    (pruned.objects, pruned.bytes) = place.shelf.retain(move |name| kept.contains(name)).await?;
    Ok(pruned)
}

//! What was restored from a backup.

/// A restore is pending until the ledger of destructions was replayed: until then nothing is served. Keys of
/// people who joined after the backup are swept when nobody can restore a later one any more.
pub(super) const SQL: &str = "
CREATE TABLE restores (
    backup_id {bytes} PRIMARY KEY,
    taken_at {int} NOT NULL,
    restored_at {int} NOT NULL,
    replayed_at {int},
    swept_at {int}
) {table};
";

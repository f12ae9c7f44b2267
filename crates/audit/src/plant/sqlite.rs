//! Positives in the files of SQLite: pages in use, free pages, the write-ahead log, the rollback journal.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::{PlantError, Positive, Positives};
use crate::report::Kind;

/// What each database is made with: nothing is overwritten, nothing is folded in by itself.
const SETTINGS: &str = "PRAGMA secure_delete = OFF; PRAGMA auto_vacuum = NONE; PRAGMA wal_autocheckpoint = 0;";
const TABLE: &str = "CREATE TABLE planted (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;";

impl Positives<'_> {
    fn database(&self, name: &str, journal: &str) -> Result<(PathBuf, Connection), PlantError> {
        let folder = self.scratch(name);
        fs::create_dir(&folder)?;
        let path = folder.join("planted.db");
        let connection = Connection::open(&path)?;
        connection.execute_batch(SETTINGS)?;
        connection.pragma_update_and_check(None, "journal_mode", journal, |_| Ok(()))?;
        connection.execute_batch(TABLE)?;
        Ok((path, connection))
    }

    fn look_at(&mut self, kind: Kind, all: &[Positive], path: &Path) -> Result<(), PlantError> {
        let mut scanner = self.scanner();
        scanner.source(kind, "a database", &File::open(path)?)?;
        self.check(kind, all, &scanner);
        Ok(())
    }

    /// Rows that are there.
    pub(super) fn pages_in_use(&mut self) -> Result<(), PlantError> {
        let all = self.all();
        let (path, mut connection) = self.database("in use", "DELETE")?;
        insert(&mut connection, &all)?;
        self.look_at(Kind::Database, &all, &path)
    }

    /// Rows of a table that is there no more: all its pages are free, and no page in use holds any.
    pub(super) fn free_pages(&mut self) -> Result<(), PlantError> {
        let all = self.all();
        let (path, mut connection) = self.database("free", "DELETE")?;
        insert(&mut connection, &all)?;
        connection.execute_batch("DROP TABLE planted")?;
        let free: i64 = connection.query_row("PRAGMA freelist_count", [], |row| row.get(0))?;
        let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        if free == 0 || pages - free != 1 {
            return Err(PlantError::Elsewhere("the pages of a dropped table are not free"));
        }
        self.look_at(Kind::Database, &all, &path)
    }

    /// Rows that stand in the log alone.
    pub(super) fn write_ahead_log(&mut self) -> Result<(), PlantError> {
        let all = self.all();
        let (path, mut connection) = self.database("log", "WAL")?;
        insert(&mut connection, &all)?;
        // The connection is open still: at its end the log would be folded in.
        self.look_at(Kind::Journal, &all, &path.with_extension("db-wal"))
    }

    /// Rows that were changed since: the journal keeps the pages as they were.
    pub(super) fn journal(&mut self) -> Result<(), PlantError> {
        let all = self.all();
        let (path, mut connection) = self.database("journal", "PERSIST")?;
        insert(&mut connection, &all)?;
        connection.execute_batch("UPDATE planted SET bytes = zeroblob(length(bytes))")?;
        self.look_at(Kind::Journal, &all, &path.with_extension("db-journal"))
    }
}

fn insert(connection: &mut Connection, all: &[Positive]) -> Result<(), PlantError> {
    let transaction = connection.transaction()?;
    for one in all {
        transaction.execute("INSERT INTO planted (bytes) VALUES (?1)", params![one.bytes])?;
    }
    Ok(transaction.commit()?)
}

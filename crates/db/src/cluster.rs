//! Where PostgreSQL keeps a database in files, and rows that an audit plants there for itself.

use std::collections::BTreeMap;
use std::path::PathBuf;

use outro_model::is_hex;

use crate::{Db, DbError, Engine, Param, Statement, Tx};

/// What a file of PostgreSQL is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// A table, or what belongs to one.
    Table,
    /// An index.
    Index,
}

/// How a database of PostgreSQL stands on the disk. Paths are below the data directory.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// The data directory of the server, on its own machine; none where this role may not know it.
    pub data_directory: Option<PathBuf>,
    /// When the server was started: which server it is.
    pub started: String,
    /// The number of this database: its files are in `base/<number>`.
    pub database: i64,
    /// What the files are of, without the ends of their names (`.1`, `_fsm`).
    pub files: BTreeMap<String, Relation>,
    /// Whether pages in the write-ahead log are compressed.
    pub log_is_compressed: bool,
    /// The size of a page of the write-ahead log, in bytes.
    pub log_page: i64,
}

static SETTINGS: Statement = Statement::new(
    "db::CLUSTER_SETTINGS",
    "SELECT name::text, setting::text FROM pg_settings WHERE name IN ('data_directory', 'wal_compression', 'wal_block_size')",
);
static DATABASE: Statement = Statement::new(
    "db::CLUSTER_DATABASE",
    "SELECT oid::int8, extract(epoch FROM pg_postmaster_start_time())::text FROM pg_database
     WHERE datname = current_database()",
);
static SCHEMAS: Statement = Statement::new(
    "db::CLUSTER_SCHEMAS",
    "SELECT nspname::text FROM pg_namespace WHERE pg_has_role(nspowner, 'USAGE')",
);
static FILES: Statement = Statement::new(
    "db::CLUSTER_FILES",
    "SELECT pg_relation_filepath(oid)::text, relkind::text FROM pg_class
     WHERE relkind IN ('r', 'i', 't', 'm', 'S') AND pg_relation_filepath(oid) IS NOT NULL",
);

impl Db {
    /// How this database stands on the disk; none on SQLite, which is one file.
    pub async fn cluster(&self) -> Result<Option<Cluster>, DbError> {
        if self.engine() == Engine::Sqlite {
            return Ok(None);
        }
        let mut tx = self.read().await?;
        let mut settings = BTreeMap::new();
        for row in tx.query(&SETTINGS, &[]).await? {
            settings.insert(row.get::<String>(0)?, row.get::<String>(1)?);
        }
        let row = tx.query_opt(&DATABASE, &[]).await?;
        let database = row.as_ref().map(|row| row.get::<i64>(0)).transpose()?.unwrap_or_default();
        let started = row.map(|row| row.get::<String>(1)).transpose()?.unwrap_or_default();
        let mut files = BTreeMap::new();
        for row in tx.query(&FILES, &[]).await? {
            let kind = if row.get::<String>(1)? == "i" { Relation::Index } else { Relation::Table };
            files.insert(row.get::<String>(0)?, kind);
        }
        Ok(Some(Cluster {
            data_directory: settings.remove("data_directory").map(PathBuf::from),
            started,
            database,
            files,
            log_is_compressed: settings.get("wal_compression").is_none_or(|set| set != "off"),
            log_page: settings.get("wal_block_size").and_then(|size| size.parse().ok()).unwrap_or_default(),
        }))
    }

    /// Puts values into a table of its own, in a schema of its own, with an index, on PostgreSQL; half of the rows are
    /// deleted again. Then everything is written to the disk, which takes the right to do so (`pg_checkpoint`).
    pub async fn plant(&self, schema: &str, values: &[Vec<u8>]) -> Result<(), DbError> {
        let mut tx = self.write().await?;
        let table = format!(
            "CREATE SCHEMA {schema}; CREATE TABLE {schema}.planted (number BIGINT NOT NULL, value BYTEA NOT NULL);
             CREATE INDEX planted_by_value ON {schema}.planted (value)"
        );
        tx.batch(&table).await?;
        tx.commit().await?;
        let insert = format!("INSERT INTO {schema}.planted (number, value) VALUES (?1, ?2)");
        let insert = Statement::built("db::plant".into(), insert);
        let mut tx = self.write().await?;
        for (number, value) in values.iter().enumerate() {
            tx.execute(&insert, &[Param::Int(number as i64), Param::Bytes(value)]).await?;
        }
        tx.commit().await?;
        let mut tx = self.write().await?;
        tx.batch(&format!("DELETE FROM {schema}.planted WHERE number % 2 = 0")).await?;
        tx.commit().await?;
        let mut tx = self.write().await?;
        tx.batch("SET LOCAL statement_timeout = 0; CHECKPOINT").await?;
        tx.commit().await
    }

    /// Takes away what [`Self::plant`] put there.
    pub async fn unplant(&self, schema: &str) -> Result<(), DbError> {
        let mut tx = self.write().await?;
        tx.batch(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).await?;
        tx.commit().await
    }

    /// Takes away what earlier audits that were stopped left of [`Self::plant`], on PostgreSQL: schemas of this role whose
    /// name is the prefix and 16 hexadecimal digits.
    pub async fn unplant_old(&self, prefix: &str) -> Result<(), DbError> {
        let mut tx = self.read().await?;
        let schemas = tx.query(&SCHEMAS, &[]).await?;
        drop(tx);
        for row in &schemas {
            let schema = row.get::<String>(0)?;
            if is_planted(prefix, &schema) {
                self.unplant(&schema).await?;
            }
        }
        Ok(())
    }
}

fn is_planted(prefix: &str, schema: &str) -> bool {
    schema.strip_prefix(prefix).is_some_and(|digits| is_hex(digits, 16))
}

impl Tx {
    /// Lets what follows in this transaction take its time, and read tables from end to end: for audits alone.
    pub async fn take_time(&mut self) -> Result<(), DbError> {
        if self.engine() == Engine::Postgres {
            let settings = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; \
                SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on";
            self.batch(settings).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_taken_away_that_was_not_planted() {
        assert!(is_planted("audit_", "audit_0123456789abcdef"));
        for other in [
            "audit_",
            "audit_0123456789abcde",
            "audit_0123456789ABCDEF",
            "other_0123456789abcdef",
            "audit_0123456789abcdef0",
        ] {
            assert!(!is_planted("audit_", other), "{other}");
        }
    }
}

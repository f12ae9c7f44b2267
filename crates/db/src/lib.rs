//! The seam over SQLite and PostgreSQL: statements written once, explicit transactions, the runner of
//! migrations. It knows no table of Outro and imports `model` alone.
//!
//! A statement is written with `?N` parameters and, where the engines differ, with one of the named
//! tokens of [`Statement`]. A unit of work is a [`Tx`] value: opened, used, committed; dropped without
//! a commit it leaves nothing behind. Never hold one across slow work.

mod bell;
mod cluster;
mod cost;
mod error;
mod flush;
mod migrate;
mod param;
pub mod portable;
mod postgres;
mod row;
mod schema;
mod sqlite;
mod statement;
mod turn;

use std::sync::Arc;

pub use bell::{Bell, Hearing};
pub use cluster::{Cluster, Relation};
pub use error::DbError;
pub use migrate::Migration;
pub use param::{Param, ToParam};
pub use row::{FromValue, Row, Value};
pub use schema::Column;
pub use statement::Statement;
pub use turn::{Taken, Turn};

use outro_model::{SPANS, stop};
use tracing::field::Empty;

/// Under what each statement that was run is traced, with the number of rows that it found or changed.
pub const WORK: &str = "outro_db::work";

/// Which database engine is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite in a file of this machine.
    Sqlite,
    /// PostgreSQL 15 or later.
    Postgres,
}

/// Whether an address is one of PostgreSQL, which processes on many machines can share.
pub fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// A database: cheap to clone, shared by all.
#[derive(Clone)]
pub struct Db {
    backend: Backend,
}

#[derive(Clone)]
enum Backend {
    Sqlite(Arc<sqlite::Sqlite>),
    Postgres(Arc<postgres::Postgres>),
}

/// A unit of work: one snapshot to read from, or one transaction to write in.
pub struct Tx {
    inner: TxInner,
    /// The first statement that wrote: under it a commit is known where a test stops the process.
    #[cfg(debug_assertions)]
    wrote: Option<String>,
}

enum TxInner {
    Sqlite(sqlite::SqliteTx),
    Postgres(postgres::PostgresTx),
}

impl Db {
    /// Opens the database at `url`: `postgres://…`, `sqlite:PATH`, or a bare path of a SQLite file,
    /// which is made when it is not there.
    pub async fn open(url: &str) -> Result<Self, DbError> {
        let backend = if is_postgres(url) {
            Backend::Postgres(Arc::new(postgres::Postgres::open(url).await?))
        } else {
            let path = url.strip_prefix("sqlite:").unwrap_or(url);
            Backend::Sqlite(Arc::new(sqlite::Sqlite::open(path.as_ref())?))
        };
        Ok(Self { backend })
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self.backend {
            Backend::Sqlite(_) => Engine::Sqlite,
            Backend::Postgres(_) => Engine::Postgres,
        }
    }

    /// Opens a snapshot: everything read through it is of one moment. Writing through it fails.
    pub async fn read(&self) -> Result<Tx, DbError> {
        let inner = match &self.backend {
            Backend::Sqlite(sqlite) => TxInner::Sqlite(sqlite.read().await?),
            Backend::Postgres(postgres) => TxInner::Postgres(postgres.begin(false).await?),
        };
        Ok(Tx::new(inner))
    }

    /// Opens a transaction to write in. On SQLite there is one writer: others wait their turn.
    pub async fn write(&self) -> Result<Tx, DbError> {
        let inner = match &self.backend {
            Backend::Sqlite(sqlite) => TxInner::Sqlite(sqlite.write().await?),
            Backend::Postgres(postgres) => TxInner::Postgres(postgres.begin(true).await?),
        };
        Ok(Tx::new(inner))
    }

    /// Lets go of what the engine keeps of overwritten pages, as far as it can now: on SQLite the
    /// write-ahead log is folded in and cut. `false` when an open reader defers it.
    pub async fn shed(&self) -> Result<bool, DbError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => {
                stop::before("cut the log");
                sqlite.checkpoint().await
            }
            Backend::Postgres(_) => Ok(true),
        }
    }
}

/// What is told of a statement: the name that the code gives it, and later how many rows it found or changed.
fn span(statement: &Statement) -> tracing::Span {
    tracing::trace_span!(target: SPANS, "statement", otel.name = statement.name(), otel.kind = "client", rows = Empty)
}

impl Tx {
    const fn new(inner: TxInner) -> Self {
        Self {
            inner,
            #[cfg(debug_assertions)]
            wrote: None,
        }
    }

    #[cfg(debug_assertions)]
    fn note(&mut self, statement: &Statement) {
        if self.wrote.is_none() && !statement.sql_for(self.engine()).trim_start().starts_with("SELECT") {
            self.wrote = Some(statement.name().to_owned());
        }
    }

    #[cfg(not(debug_assertions))]
    const fn note(&self, _: &Statement) {}

    /// Which engine this runs on.
    pub fn engine(&self) -> Engine {
        match self.inner {
            TxInner::Sqlite(_) => Engine::Sqlite,
            TxInner::Postgres(_) => Engine::Postgres,
        }
    }

    /// All rows of a query.
    pub async fn query(&mut self, statement: &Statement, params: &[Param<'_>]) -> Result<Vec<Row>, DbError> {
        self.note(statement);
        let span = span(statement);
        let rows = match &mut self.inner {
            TxInner::Sqlite(tx) => tx.query(statement, params).await,
            TxInner::Postgres(tx) => tx.query(statement, params).await,
        }?;
        // The name that the code gives it, and a number: nothing of what was asked for or found.
        tracing::trace!(target: WORK, statement = statement.name(), rows = rows.len());
        span.record("rows", rows.len());
        Ok(rows)
    }

    /// The rows of the same query with each of these parameters, in their order. On PostgreSQL all are under way at once: one
    /// round trip instead of one each.
    pub async fn query_each<'a, P>(&mut self, statement: &Statement, all: &'a [P]) -> Result<Vec<Vec<Row>>, DbError>
    where
        P: AsRef<[Param<'a>]>,
    {
        self.note(statement);
        let TxInner::Postgres(tx) = &mut self.inner else {
            let mut found = Vec::with_capacity(all.len());
            for params in all {
                found.push(self.query(statement, params.as_ref()).await?);
            }
            return Ok(found);
        };
        let span = span(statement);
        let found = tx.query_each(statement, all.iter().map(AsRef::as_ref)).await?;
        for rows in &found {
            tracing::trace!(target: WORK, statement = statement.name(), rows = rows.len());
        }
        span.record("rows", found.iter().map(Vec::len).sum::<usize>());
        Ok(found)
    }

    /// The first row of a query, if it has one.
    pub async fn query_opt(&mut self, statement: &Statement, params: &[Param<'_>]) -> Result<Option<Row>, DbError> {
        Ok(self.query(statement, params).await?.into_iter().next())
    }

    /// Runs a statement; the number of rows it changed.
    pub async fn execute(&mut self, statement: &Statement, params: &[Param<'_>]) -> Result<u64, DbError> {
        self.note(statement);
        let span = span(statement);
        let rows = match &mut self.inner {
            TxInner::Sqlite(tx) => tx.execute(statement, params).await,
            TxInner::Postgres(tx) => tx.execute(statement, params).await,
        }?;
        tracing::trace!(target: WORK, statement = statement.name(), rows);
        span.record("rows", rows);
        Ok(rows)
    }

    /// Makes what was written durable. When this returns, it stays, also through a loss of power.
    pub async fn commit(self) -> Result<(), DbError> {
        #[cfg(debug_assertions)]
        if let Some(first) = &self.wrote {
            stop::before(&format!("commit {first}"));
        }
        match self.inner {
            TxInner::Sqlite(tx) => tx.commit().await,
            TxInner::Postgres(tx) => tx.commit().await,
        }
    }

    /// Checks that the engine accepts a statement, without running it.
    pub async fn prepare(&mut self, statement: &Statement) -> Result<(), DbError> {
        match &mut self.inner {
            TxInner::Sqlite(tx) => tx.prepare(statement),
            TxInner::Postgres(tx) => tx.prepare(statement).await,
        }
    }

    /// Says that this is one of many large transactions in a row. A page that several of them change is then written once for all,
    /// until the log is cut ([`Db::shed`]).
    pub fn in_bulk(&mut self) -> Result<(), DbError> {
        match &mut self.inner {
            TxInner::Sqlite(tx) => tx.in_bulk(),
            TxInner::Postgres(_) => Ok(()),
        }
    }

    async fn batch(&mut self, sql: &str) -> Result<(), DbError> {
        match &mut self.inner {
            TxInner::Sqlite(tx) => tx.batch(sql),
            TxInner::Postgres(tx) => tx.batch(sql).await,
        }
    }
}

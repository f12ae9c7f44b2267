//! SQLite in a file: many readers, one writer, and one wait for the disk for all who committed meanwhile ([`flush`](crate::flush)).
//!
//! Statements bounded by an index run where they are called, and so do small commits, which write to memory alone: they take
//! microseconds, less than a hand-over to another thread. What scans, large commits, and whatever waits for the disk run off
//! the async threads.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::flush::Flush;
use crate::{DbError, Engine, Param, Row, Statement, ToParam, Value};

const READERS: usize = 8;
/// Memory for pages.
const USUAL: &str = "PRAGMA cache_size = -8192";
/// Pages in the log before it is folded in: 8 MiB, so that a page which many change is written once for some hundred commits. It
/// stays small, so that little of what was overwritten lingers in it; an erasure cuts it before its receipt is signed.
const USUAL_LOG: usize = 2_000;
/// The same while many large transactions follow each other, until the log is cut: 64 MiB each.
const IN_BULK: &str = "PRAGMA cache_size = -65536";
const LOG_IN_BULK: usize = 16_384;
/// Rows that a transaction may change and still be committed where it is called.
const SMALL: u64 = 100;

pub(crate) struct Sqlite {
    path: PathBuf,
    readers: Arc<Lane>,
    writer: Arc<Lane>,
    log: Arc<Log>,
}

/// The write-ahead log, as the writer leaves it.
struct Log {
    /// Its pages after the last commit that wrote any; 0 before a commit.
    pages: Arc<AtomicUsize>,
    /// With how many it is folded in.
    full: AtomicUsize,
    flush: Flush,
}

/// Connections of one kind, and who may take one.
struct Lane {
    idle: Mutex<Vec<Connection>>,
    places: Arc<Semaphore>,
    /// Where those that write note the length of the log; none where they read.
    pages: Option<Arc<AtomicUsize>>,
}

/// A connection on loan; it goes back when dropped, with nothing left open on it.
struct Loan {
    connection: Option<Connection>,
    lane: Arc<Lane>,
    _place: OwnedSemaphorePermit,
}

pub(crate) struct SqliteTx {
    loan: Option<Loan>,
    /// For one that writes: the log, and how many rows its connection had changed when it began.
    writes: Option<(Arc<Log>, u64)>,
}

impl Sqlite {
    pub(crate) fn open(path: &Path) -> Result<Self, DbError> {
        let pages = Arc::new(AtomicUsize::new(0));
        let writer = connect(path, Some(&pages))?;
        let mut beside = path.as_os_str().to_owned();
        beside.push("-wal");
        let log = Log { pages: pages.clone(), full: AtomicUsize::new(USUAL_LOG), flush: Flush::new(beside.into()) };
        Ok(Self {
            path: path.to_owned(),
            readers: Lane::new(vec![], READERS, None),
            writer: Lane::new(vec![writer], 1, Some(pages)),
            log: Arc::new(log),
        })
    }

    pub(crate) async fn read(&self) -> Result<SqliteTx, DbError> {
        let loan = self.readers.borrow(&self.path).await?;
        SqliteTx::begin(loan, "BEGIN DEFERRED", None)
    }

    pub(crate) async fn write(&self) -> Result<SqliteTx, DbError> {
        self.log.flush.still_works()?;
        let loan = self.writer.borrow(&self.path).await?;
        SqliteTx::begin(loan, "BEGIN IMMEDIATE", Some(self.log.clone()))
    }

    /// Whether all of the log was folded in: a reader of an older moment keeps some of it.
    pub(crate) async fn checkpoint(&self) -> Result<bool, DbError> {
        let loan = self.writer.borrow(&self.path).await?;
        self.log.full.store(USUAL_LOG, Ordering::Relaxed);
        off_thread(loan, |connection| {
            let cut = || -> rusqlite::Result<bool> {
                connection.execute_batch(USUAL)?;
                connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| Ok(row.get::<_, i64>(0)? == 0))
            };
            cut().map_err(|error| DbError::sqlite("checkpoint", &error))
        })
        .await
        .1
    }
}

/// A connection; one that writes notes in `pages` how long the log is after each of its commits.
fn connect(path: &Path, pages: Option<&Arc<AtomicUsize>>) -> Result<Connection, DbError> {
    let opened = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    );
    let mut connection = opened.map_err(|error| DbError::Open(error.to_string()))?;
    connection.set_prepared_statement_cache_capacity(512);
    // A plan belongs to its statement. Otherwise SQLite, which is built with STAT4, prepares a statement anew for every value that a
    // range is bound to: a third of the time of a page of the feed (`sqlite3_db_config`, SQLITE_DBCONFIG_ENABLE_QPSG).
    let stable = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true);
    stable.map_err(|error| DbError::Open(error.to_string()))?;
    // Of another process (a command of the operator) at the same file.
    let waits = connection.busy_timeout(std::time::Duration::from_secs(5));
    waits.map_err(|error| DbError::Open(error.to_string()))?;
    let settings = [
        // Readers see a snapshot while the one writer goes on.
        "PRAGMA journal_mode = WAL",
        // The log is made durable by `Flush`, once for all who wait, before a commit is answered; by SQLite itself before it is
        // folded in, and the file after that.
        "PRAGMA synchronous = NORMAL",
        // Deleted content is overwritten, not left in free pages.
        "PRAGMA secure_delete = ON",
        "PRAGMA foreign_keys = ON",
        // Temporary tables and sorts never touch the disk.
        "PRAGMA temp_store = MEMORY",
        USUAL,
    ];
    let run = |sql: &str| connection.execute_batch(sql).map_err(|error| DbError::Open(error.to_string()));
    settings.into_iter().try_for_each(run)?;
    run(if pages.is_some() { "PRAGMA query_only = OFF" } else { "PRAGMA query_only = ON" })?;
    if let Some(pages) = pages.cloned() {
        // It stands where SQLite would fold the log in by itself, inside of the commit.
        let note = move |_: &mut Wal, length: std::ffi::c_int| {
            pages.store(usize::try_from(length).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        };
        connection.wal_hook(Some(note)).map_err(|error| DbError::Open(error.to_string()))?;
    }
    Ok(connection)
}

impl Lane {
    fn new(idle: Vec<Connection>, places: usize, pages: Option<Arc<AtomicUsize>>) -> Arc<Self> {
        Arc::new(Self { idle: Mutex::new(idle), places: Arc::new(Semaphore::new(places)), pages })
    }

    async fn borrow(self: &Arc<Self>, path: &Path) -> Result<Loan, DbError> {
        let place = self.places.clone().acquire_owned().await;
        let place = place.map_err(|_| DbError::Open("closed".into()))?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect(path, self.pages.as_ref())?,
        };
        Ok(Loan { connection: Some(connection), lane: self.clone(), _place: place })
    }
}

impl Loan {
    fn connection(&mut self) -> Result<&mut Connection, DbError> {
        self.connection.as_mut().ok_or_else(|| DbError::Open("the connection is gone".into()))
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // A connection that cannot be brought back to rest is closed instead.
        if connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok() {
            self.lane.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}

/// Runs `work` on a blocking thread. When the caller gives up waiting, the loan still comes home.
async fn off_thread<T: Send + 'static>(
    mut loan: Loan,
    work: impl FnOnce(&mut Connection) -> Result<T, DbError> + Send + 'static,
) -> (Option<Loan>, Result<T, DbError>) {
    let done = tokio::task::spawn_blocking(move || {
        let result = loan.connection().and_then(work);
        (loan, result)
    });
    match done.await {
        Ok((loan, result)) => (Some(loan), result),
        Err(_) => (None, Err(DbError::Open("the work on the connection was stopped".into()))),
    }
}

impl SqliteTx {
    fn begin(mut loan: Loan, how: &str, log: Option<Arc<Log>>) -> Result<Self, DbError> {
        let connection = loan.connection()?;
        let begun = connection.prepare_cached(how).and_then(|mut begin| begin.execute([]));
        begun.map_err(|error| DbError::sqlite("begin", &error))?;
        let changed = connection.total_changes();
        Ok(Self { loan: Some(loan), writes: log.map(|log| (log, changed)) })
    }

    fn connection(&mut self) -> Result<&mut Connection, DbError> {
        self.loan.as_mut().ok_or_else(|| DbError::Open("the transaction is over".into()))?.connection()
    }

    pub(crate) async fn query(&mut self, statement: &Statement, params: &[Param<'_>]) -> Result<Vec<Row>, DbError> {
        let (name, sql) = (statement.name(), statement.sql_for(Engine::Sqlite));
        if !statement.scans() {
            return query_on(self.connection()?, name, sql, params);
        }
        let (name, sql) = (name.to_owned(), sql.to_owned());
        self.away(params, move |connection, params| query_on(connection, &name, &sql, params)).await
    }

    pub(crate) async fn execute(&mut self, statement: &Statement, params: &[Param<'_>]) -> Result<u64, DbError> {
        let (name, sql) = (statement.name(), statement.sql_for(Engine::Sqlite));
        if !statement.scans() {
            return execute_on(self.connection()?, name, sql, params);
        }
        let (name, sql) = (name.to_owned(), sql.to_owned());
        self.away(params, move |connection, params| execute_on(connection, &name, &sql, params)).await
    }

    async fn away<T: Send + 'static>(
        &mut self,
        params: &[Param<'_>],
        work: impl FnOnce(&mut Connection, &[Param<'_>]) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, DbError> {
        let owned: Vec<Value> = params.iter().map(owned).collect();
        let loan = self.loan.take().ok_or_else(|| DbError::Open("the transaction is over".into()))?;
        let (loan, result) = off_thread(loan, move |connection| {
            let params: Vec<Param<'_>> = owned.iter().map(ToParam::to_param).collect();
            work(connection, &params)
        })
        .await;
        self.loan = loan;
        result
    }

    pub(crate) async fn commit(mut self) -> Result<(), DbError> {
        let mut loan = self.loan.take().ok_or_else(|| DbError::Open("the transaction is over".into()))?;
        let Some((log, changed)) = self.writes.take() else { return commit_on(loan.connection()?) };
        log.pages.store(0, Ordering::Relaxed);
        let connection = loan.connection()?;
        if connection.total_changes() - changed > SMALL {
            let (back, committed) = off_thread(loan, commit_on).await;
            committed?;
            loan = back.ok_or_else(|| DbError::Open("the connection is gone".into()))?;
        } else {
            commit_on(connection)?;
        }
        let pages = log.pages.load(Ordering::Relaxed);
        // Who wrote nothing waits for what others had written: it was read, and an answer may rest on it.
        let ticket = if pages == 0 { log.flush.written() } else { log.flush.ticket() };
        if pages >= log.full.load(Ordering::Relaxed) {
            let fold = |connection: &mut Connection| {
                let folded = connection.wal_checkpoint_v2(None::<&str>, CheckpointMode::PASSIVE);
                folded.map(|_| ()).map_err(|error| DbError::sqlite("fold", &error))
            };
            // It is tried again after the next commit: this one is in the log, whether that was folded in or not.
            if let Err(error) = off_thread(loan, fold).await.1 {
                tracing::warn!(%error, "the log could not be folded in");
            }
        } else {
            // The next one writes while this one waits for the disk.
            drop(loan);
        }
        log.flush.reach(ticket).await
    }

    /// Runs a query to its end; the steps that its program took.
    pub(crate) fn steps(&mut self, statement: &Statement, params: &[Param<'_>]) -> Result<u64, DbError> {
        let sql = statement.sql_for(Engine::Sqlite);
        let connection = self.connection()?;
        let run = || -> rusqlite::Result<u64> {
            let mut prepared = connection.prepare(sql)?;
            let mut rows = prepared.query(rusqlite::params_from_iter(params))?;
            while rows.next()?.is_some() {}
            drop(rows);
            Ok(prepared.get_status(rusqlite::StatementStatus::VmStep) as u64)
        };
        run().map_err(|error| DbError::sqlite(statement.name(), &error))
    }

    pub(crate) fn prepare(&mut self, statement: &Statement) -> Result<(), DbError> {
        let sql = statement.sql_for(Engine::Sqlite);
        let prepared = self.connection()?.prepare(sql).map(|_| ());
        prepared.map_err(|error| DbError::sqlite(statement.name(), &error))
    }

    pub(crate) fn in_bulk(&mut self) -> Result<(), DbError> {
        if let Some((log, _)) = &self.writes {
            log.full.store(LOG_IN_BULK, Ordering::Relaxed);
        }
        self.connection()?.execute_batch(IN_BULK).map_err(|error| DbError::sqlite("bulk", &error))
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), DbError> {
        self.connection()?.execute_batch(sql).map_err(|error| DbError::sqlite("batch", &error))
    }
}

fn commit_on(connection: &mut Connection) -> Result<(), DbError> {
    let committed = connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([]));
    committed.map(|_| ()).map_err(|error| DbError::sqlite("commit", &error))
}

fn query_on(connection: &mut Connection, name: &str, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, DbError> {
    let run = || -> rusqlite::Result<Vec<Row>> {
        let mut prepared = connection.prepare_cached(sql)?;
        let width = prepared.column_count();
        let mut rows = prepared.query(rusqlite::params_from_iter(params))?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let values = (0..width).map(|column| row.get_ref(column).map(Value::from));
            out.push(Row(values.collect::<rusqlite::Result<_>>()?));
        }
        Ok(out)
    };
    run().map_err(|error| DbError::sqlite(name, &error))
}

fn execute_on(connection: &mut Connection, name: &str, sql: &str, params: &[Param<'_>]) -> Result<u64, DbError> {
    let run = || connection.prepare_cached(sql)?.execute(rusqlite::params_from_iter(params));
    run().map(|changed| changed as u64).map_err(|error| DbError::sqlite(name, &error))
}

fn owned(param: &Param<'_>) -> Value {
    match param {
        Param::Null => Value::Null,
        Param::Int(number) => Value::Int(*number),
        Param::Bytes(bytes) => Value::Bytes(bytes.to_vec()),
        Param::Text(text) => Value::Text((*text).to_owned()),
    }
}

//! PostgreSQL through a pool of connections, each statement prepared once a connection.
//!
//! Messages are pipelined where the answer of one decides nothing about the next: the beginning of a transaction goes out with its
//! first statement, and one statement with many parameters goes out as often, before the first answer is back.

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts};
use futures_util::future::try_join_all;
use std::time::Duration;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Config, NoTls};

use crate::{DbError, Engine, Param, Row, Statement, Value};

/// Connections a process keeps at most.
const CONNECTIONS: usize = 16;

/// Both sides ask whether the other is still there: a machine without power says nothing, and must not keep its locks for the two hours
/// that are usual. Bounds on waiting: a transaction that hangs must not hold its locks for ever. And on work: what is asked for is found by
/// an index, row by row. Left to itself the planner reads up to tens of thousands of accounts into a hash to join thirty
/// rows with them, which grows with their number; and it reads all videos of one account to find one of them, taking a page read out of order
/// for four times as dear as on disks that turn. Where there is no index, these are still what it does.
const SESSION: &str = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 \
    -c tcp_user_timeout=30000 -c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=30s \
    -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c random_page_cost=1.1";

pub(crate) struct Postgres {
    pool: Pool,
}

pub(crate) struct PostgresTx {
    client: Option<Object>,
    /// How it begins, as long as it has not: nothing was asked of it yet.
    begin: Option<&'static str>,
}

impl Postgres {
    pub(crate) async fn open(url: &str) -> Result<Self, DbError> {
        // The address may hold a password: what the parser says of it is not passed on.
        let mut config: Config = url.parse().map_err(|_| DbError::Open("the address cannot be read".into()))?;
        let options = config.get_options().map(|given| format!("{given} {SESSION}"));
        config.options(options.unwrap_or_else(|| SESSION.to_owned()));
        config.application_name("outro");
        config
            .keepalives_idle(Duration::from_secs(10))
            .keepalives_interval(Duration::from_secs(5))
            .keepalives_retries(3);
        config.tcp_user_timeout(Duration::from_secs(30));
        let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_config(config, NoTls, manager))
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .timeouts(Timeouts {
                wait: Some(Duration::from_secs(30)),
                create: Some(Duration::from_secs(10)),
                recycle: Some(Duration::from_secs(10)),
            })
            .build()
            .map_err(|error| DbError::Open(error.to_string()))?;
        let this = Self { pool };
        this.begin(false).await?.commit().await?;
        Ok(this)
    }

    pub(crate) async fn begin(&self, writes: bool) -> Result<PostgresTx, DbError> {
        let client = self.pool.get().await.map_err(|error| DbError::Open(error.to_string()))?;
        let how = if writes {
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
        } else {
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        };
        Ok(PostgresTx { client: Some(client), begin: Some(how) })
    }
}

impl PostgresTx {
    fn client(&self) -> Result<&Object, DbError> {
        self.client.as_ref().ok_or_else(|| DbError::Open("the transaction is over".into()))
    }

    async fn prepared(&self, statement: &Statement) -> Result<(&Object, tokio_postgres::Statement), DbError> {
        let client = self.client()?;
        let prepared = client.prepare_cached(statement.sql_for(Engine::Postgres)).await;
        Ok((client, prepared.map_err(|error| DbError::postgres(statement.name(), &error))?))
    }

    pub(crate) async fn query(&mut self, statement: &Statement, params: &[Param<'_>]) -> Result<Vec<Row>, DbError> {
        let begin = self.begin.take();
        let (client, prepared) = self.prepared(statement).await?;
        let rows = begun(client, begin, client.query(&prepared, &bound(params)), statement).await?;
        rows.iter().map(|row| row_of(row, statement.name())).collect()
    }

    pub(crate) async fn query_each<'a>(
        &mut self,
        statement: &Statement,
        all: impl Iterator<Item = &'a [Param<'a>]>,
    ) -> Result<Vec<Vec<Row>>, DbError> {
        let begin = self.begin.take();
        let (client, prepared) = self.prepared(statement).await?;
        let bound: Vec<_> = all.map(bound).collect();
        let asked = try_join_all(bound.iter().map(|params| client.query(&prepared, params)));
        let found = begun(client, begin, asked, statement).await?;
        let read = |rows: &Vec<_>| rows.iter().map(|row| row_of(row, statement.name())).collect();
        found.iter().map(read).collect()
    }

    pub(crate) async fn execute(&mut self, statement: &Statement, params: &[Param<'_>]) -> Result<u64, DbError> {
        let begin = self.begin.take();
        let (client, prepared) = self.prepared(statement).await?;
        begun(client, begin, client.execute(&prepared, &bound(params)), statement).await
    }

    pub(crate) async fn commit(mut self) -> Result<(), DbError> {
        let client = self.client()?;
        if self.begin.is_some() {
            return Ok(());
        }
        client.batch_execute("COMMIT").await.map_err(|error| DbError::postgres("commit", &error))?;
        self.client = None;
        Ok(())
    }

    pub(crate) async fn prepare(&mut self, statement: &Statement) -> Result<(), DbError> {
        self.prepared(statement).await.map(|_| ())
    }

    pub(crate) async fn batch(&mut self, sql: &str) -> Result<(), DbError> {
        let begin = self.begin.take().map_or(String::new(), |begin| format!("{begin};"));
        let done = self.client()?.batch_execute(&format!("{begin}{sql}")).await;
        done.map_err(|error| DbError::postgres("batch", &error))
    }
}

impl Drop for PostgresTx {
    /// What was not committed is rolled back; until then the connection serves nobody else.
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        if self.begin.is_some() {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            drop(Object::take(client));
            return;
        };
        runtime.spawn(async move {
            if client.batch_execute("ROLLBACK").await.is_err() {
                drop(Object::take(client));
            }
        });
    }
}

/// Waits for what is asked for, behind the beginning of the transaction where that is still to be said: both go out at once.
async fn begun<T>(
    client: &Object,
    begin: Option<&'static str>,
    asked: impl Future<Output = Result<T, tokio_postgres::Error>>,
    statement: &Statement,
) -> Result<T, DbError> {
    let answer = match begin {
        None => asked.await,
        Some(begin) => {
            let (begun, answer) = tokio::join!(biased; client.batch_execute(begin), asked);
            begun.map_err(|error| DbError::postgres("begin", &error))?;
            answer
        }
    };
    answer.map_err(|error| DbError::postgres(statement.name(), &error))
}

fn bound<'a>(params: &'a [Param<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}

fn row_of(row: &tokio_postgres::Row, name: &str) -> Result<Row, DbError> {
    let values = (0..row.len()).map(|column| row.try_get::<_, Value>(column));
    let values: Result<_, _> = values.collect();
    values.map(Row).map_err(|error| DbError::postgres(name, &error))
}

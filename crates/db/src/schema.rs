//! Looking at the live schema, for the tests that hold declarations against it.

use crate::{Db, DbError, Engine, Param, Statement};

/// A column as the engine itself lists it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
}

static SQLITE_COLUMNS: Statement = Statement::new(
    "db::SQLITE_COLUMNS",
    "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1, 2",
);
static POSTGRES_COLUMNS: Statement = Statement::new(
    "db::POSTGRES_COLUMNS",
    "SELECT table_name::text, column_name::text FROM information_schema.columns
     WHERE table_schema = current_schema() ORDER BY 1, 2",
);

impl Db {
    /// Every column of every table.
    pub async fn columns(&self) -> Result<Vec<Column>, DbError> {
        let statement = match self.engine() {
            Engine::Sqlite => &SQLITE_COLUMNS,
            Engine::Postgres => &POSTGRES_COLUMNS,
        };
        let rows = self.read().await?.query(statement, &[]).await?;
        rows.iter().map(|row| Ok(Column { table: row.get(0)?, column: row.get(1)? })).collect()
    }

    /// How the engine would run a statement, as lines of its own words. Parameters are left open on
    /// SQLite; on PostgreSQL a generic plan is shown.
    pub async fn explain(&self, statement: &Statement) -> Result<Vec<String>, DbError> {
        let sql = statement.sql_for(self.engine());
        let (explain, column) = match self.engine() {
            Engine::Sqlite => (Statement::built("db::explain".into(), format!("EXPLAIN QUERY PLAN {sql}")), 3),
            Engine::Postgres => return self.explain_generic(statement.name(), sql).await,
        };
        let open = vec![Param::Null; count(sql, '?')];
        let rows = self.read().await?.query(&explain, &open).await?;
        rows.iter().map(|row| row.get(column)).collect()
    }

    async fn explain_generic(&self, name: &str, sql: &str) -> Result<Vec<String>, DbError> {
        let nulls = vec!["NULL"; count(sql, '$')].join(", ");
        let mut tx = self.write().await?;
        tx.batch("SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off").await?;
        tx.batch(&format!("PREPARE explained AS {sql}")).await?;
        let call = if nulls.is_empty() { String::new() } else { format!("({nulls})") };
        let explain = Statement::built(name.to_owned(), format!("EXPLAIN (COSTS OFF) EXECUTE explained{call}"));
        let rows = tx.query(&explain, &[]).await;
        tx.batch("DEALLOCATE explained").await?;
        rows?.iter().map(|row| row.get(0)).collect()
    }
}

/// How many parameters a statement has, marked by `mark`.
fn count(sql: &str, mark: char) -> usize {
    (1..).take_while(|number| sql.contains(&format!("{mark}{number}"))).count()
}

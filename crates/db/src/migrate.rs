//! The runner of migrations: each runs once, in order, inside one transaction.

use crate::{Db, DbError, Engine, Statement, params, statement::render};

/// One step of the schema. Its text is written once, with the tokens of [`Statement`].
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its place in the order, from 1, without holes.
    pub number: i64,
    /// What it does, in a word or two.
    pub name: &'static str,
    /// The statements, separated by semicolons.
    pub sql: &'static str,
}

static APPLIED: Statement = Statement::new("db::APPLIED", "SELECT number, name FROM migrations ORDER BY number");
static RECORD: Statement = Statement::new("db::RECORD", "INSERT INTO migrations (number, name) VALUES (?1, ?2)");
const TABLE: &str = "CREATE TABLE IF NOT EXISTS migrations (number {int} PRIMARY KEY, name TEXT NOT NULL)";
/// Two processes that start at once migrate one after the other ("OUTR", as a number).
const ONE_AT_A_TIME: &str = "SELECT pg_advisory_xact_lock(1330992210)";

impl Db {
    /// Brings the schema up to the last of `migrations`; the number of those that ran now.
    ///
    /// Fails with [`DbError::Migration`] when the database knows a step that this program does not.
    pub async fn migrate(&self, migrations: &[Migration]) -> Result<usize, DbError> {
        let mut tx = self.write().await?;
        if self.engine() == Engine::Postgres {
            tx.batch(ONE_AT_A_TIME).await?;
        }
        tx.batch(&render(TABLE, self.engine())).await?;
        let applied = tx.query(&APPLIED, &[]).await?;
        for (row, known) in applied.iter().zip(migrations) {
            if (row.get::<i64>(0)?, row.get::<String>(1)?) != (known.number, known.name.to_owned()) {
                return Err(DbError::Migration(format!("step {} is another one", known.number)));
            }
        }
        if applied.len() > migrations.len() {
            return Err(DbError::Migration("the database is newer than this program".into()));
        }
        let missing = &migrations[applied.len()..];
        for migration in missing {
            tx.batch(&render(migration.sql, self.engine())).await?;
            tx.execute(&RECORD, params![migration.number, migration.name]).await?;
        }
        tx.commit().await?;
        Ok(missing.len())
    }
}

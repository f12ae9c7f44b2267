//! How much an engine does for a statement, counted by the engine itself: for the tests that hold a cost constant.
//! Time would tell the same only on a quiet machine.

use std::fmt::Write as _;

use crate::{Db, DbError, Engine, Param, Statement, TxInner};

/// Both ways in which PostgreSQL may plan a prepared statement: it chooses by itself after a few runs.
const PLANNED: [&str; 2] = ["force_custom_plan", "force_generic_plan"];

impl Db {
    /// Runs a query and gives the work of it: on SQLite the steps of its program, on PostgreSQL the rows that pass
    /// through all parts of the plan, of two ways to plan it the dearer. Numbers of the two engines are not comparable.
    pub async fn work(&self, statement: &Statement, params: &[Param<'_>]) -> Result<u64, DbError> {
        if self.engine() == Engine::Postgres {
            let mut work = 0;
            for how in PLANNED {
                work = work.max(passed(&self.analysed(statement, params, how).await?));
            }
            return Ok(work);
        }
        match &mut self.read().await?.inner {
            TxInner::Sqlite(tx) => tx.steps(statement, params),
            TxInner::Postgres(_) => Ok(0),
        }
    }

    /// What PostgreSQL did, as lines of its own words, once it has planned in this way.
    async fn analysed(&self, statement: &Statement, params: &[Param<'_>], how: &str) -> Result<Vec<String>, DbError> {
        let mut tx = self.write().await?;
        tx.batch(&format!("SET LOCAL plan_cache_mode = {how}")).await?;
        tx.batch(&format!("PREPARE analysed AS {}", statement.sql_for(Engine::Postgres))).await?;
        let given = params.iter().map(literal).collect::<Vec<_>>().join(", ");
        let explain = format!("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) EXECUTE analysed({given})");
        let rows = tx.query(&Statement::built(statement.name().to_owned(), explain), &[]).await;
        tx.batch("DEALLOCATE analysed").await?;
        rows?.iter().map(|row| row.get(0)).collect()
    }
}

fn literal(param: &Param<'_>) -> String {
    match param {
        Param::Null => "NULL".to_owned(),
        Param::Int(number) => number.to_string(),
        Param::Bytes(bytes) => {
            bytes.iter().fold("'\\x".to_owned(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            }) + "'"
        }
        Param::Text(text) => format!("'{}'", text.replace('\'', "''")),
    }
}

/// Each time that a part of the plan ran counts one, and each row that came out of it or was thrown away there.
fn passed(plan: &[String]) -> u64 {
    let (mut work, mut loops) = (0.0, 0.0);
    for line in plan {
        if let Some(told) = line.split("(actual rows=").nth(1) {
            let mut numbers = told.trim_end_matches(')').split(" loops=").map(|number| number.parse().unwrap_or(0.0));
            let rows: f64 = numbers.next().unwrap_or(0.0);
            loops = numbers.next().unwrap_or(0.0);
            work += (1.0 + rows) * loops;
        } else if let Some(removed) = line.trim().strip_prefix("Rows Removed by ").and_then(|of| of.split(": ").nth(1))
        {
            work += removed.parse().unwrap_or(0.0) * loops;
        }
    }
    work as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_runs_and_what_was_thrown_away_count() {
        let plan = [
            "Nested Loop (actual rows=20 loops=1)",
            "  ->  Seq Scan on a (actual rows=2.00 loops=10)",
            "        Rows Removed by Filter: 7",
            "  ->  Index Scan using b on b (never executed)",
        ];
        assert_eq!(passed(&plan.map(str::to_owned)), 21 + 30 + 70);
    }
}

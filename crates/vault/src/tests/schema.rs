use outro_db::{Db, Engine, Param, Statement};

use crate::{
    KEYRING_COLUMNS, accounts, backups, books, budget, conversations, copy, destroy, kept, log, residue, ring, rotate,
    service,
};

use super::on_both;

#[tokio::test]
async fn the_live_schema_is_the_declared_one() {
    on_both(async |place| {
        place.vault().await;
        let live = place.db().await.columns().await.unwrap();
        let live: Vec<_> = live.iter().map(|found| (found.table.as_str(), found.column.as_str())).collect();
        assert_eq!(live, KEYRING_COLUMNS);
    })
    .await;
}

#[tokio::test]
async fn both_engines_accept_every_statement() {
    on_both(async |place| {
        place.vault().await;
        let lists = [
            accounts::STATEMENTS,
            backups::STATEMENTS,
            books::STATEMENTS,
            budget::STATEMENTS,
            conversations::STATEMENTS,
            copy::STATEMENTS,
            destroy::STATEMENTS,
            kept::STATEMENTS,
            log::STATEMENTS,
            residue::STATEMENTS,
            ring::STATEMENTS,
            rotate::STATEMENTS,
            service::STATEMENTS,
        ];
        let mut tx = place.db().await.write().await.unwrap();
        for statement in lists.into_iter().flatten() {
            tx.prepare(statement).await.unwrap();
        }
    })
    .await;
}

/// Nothing but the listings for audits walks a table.
#[tokio::test]
async fn every_look_up_goes_through_an_index() {
    on_both(async |place| {
        place.vault().await;
        let db = place.db().await;
        let keys = accounts::STATEMENTS.iter().chain(conversations::STATEMENTS);
        for statement in keys.chain(destroy::STATEMENTS).chain(log::STATEMENTS).chain(rotate::STATEMENTS) {
            let plan = plan(&db, statement).await;
            let paged = ["ACCOUNT_PAGE", "FIRST_ACCOUNTS", "LEDGER_PAGE", "FIRST_ENTRIES"];
            let small = ["SERVICES_UNDER", "DAYS_UNDER", "BACKUPS_UNDER", "LEFT_UNDER"];
            if !paged.iter().chain(&small).any(|name| statement.name().ends_with(name)) {
                let walks =
                    |line: &str| line.contains("SCAN") && !line.contains("CONSTANT") || line.contains("Seq Scan");
                assert!(!plan.lines().any(walks), "{}: {plan}", statement.name());
            }
        }
    })
    .await;
}

async fn plan(db: &Db, statement: &Statement) -> String {
    if db.engine() == Engine::Postgres {
        return db.explain(statement).await.unwrap().join("\n");
    }
    let sql = statement.sql_for(Engine::Sqlite);
    let count = (1..=16).rev().find(|number| sql.contains(&format!("?{number}"))).unwrap_or(0);
    let explain = Statement::built("explain".into(), format!("EXPLAIN QUERY PLAN {sql}"));
    let rows = db.read().await.unwrap().query(&explain, &vec![Param::Null; count]).await.unwrap();
    rows.iter().map(|row| row.get::<String>(3).unwrap() + "\n").collect()
}

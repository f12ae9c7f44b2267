//! Every statement is one that both engines take.

use super::*;
use outro_db::{Statement, params};

fn every_statement() -> Vec<&'static Statement> {
    let declared = outro_store::all_statements();
    let built = outro_store::erasure::built_statements().into_iter().chain(outro_store::takeout::built_statements());
    let built = built.chain(outro_store::orphans::built_statements());
    declared.into_iter().chain(built).chain(outro_jobs::all_statements().iter().copied()).collect()
}

on_both! {
    async fn every_statement_prepares(world: World) {
        let all = every_statement();
        // The lists are not empty by accident: there are this many at the least.
        assert!(all.len() > 80, "{} statements", all.len());
        let mut tx = write(&world).await;
        for statement in all {
            let prepared = tx.prepare(statement).await;
            assert!(prepared.is_ok(), "{}: {:?}", statement.name(), prepared.err());
        }
    }
}

on_both! {
    async fn a_statement_of_no_table_does_not_prepare(world: World) {
        let wrong = Statement::built("wrong".into(), "SELECT nothing FROM nowhere WHERE it = ?1".into());
        assert!(write(&world).await.prepare(&wrong).await.is_err());
    }
}

#[test]
fn every_module_gives_its_statements_to_the_list() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/src");
    let listed: Vec<&str> = outro_store::all_statements().iter().map(|statement| statement.name()).collect();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // The steps of the schema.
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let module = path.file_stem().unwrap().to_str().unwrap();
        let prefix = format!("outro_store::{module}::");
        let holds = text.contains("\nstatements! {");
        assert_eq!(holds, listed.iter().any(|name| name.starts_with(&prefix)), "{module}");
    }
    let names: std::collections::BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(names.len(), listed.len(), "two statements share a name");
}

on_both! {
    async fn parameters_are_found_by_number_not_by_place(world: World) {
        let mut tx = write(&world).await;
        let put = Statement::built("put".into(), "INSERT INTO budgets (spent, day, tag) VALUES (?3, ?1, ?2)".into());
        assert_eq!(tx.execute(&put, params![11i64, [7u8; 16], 22i64]).await.unwrap(), 1);
        let set = Statement::built("set".into(), "UPDATE budgets SET spent = ?2 WHERE day = ?3 AND tag = ?1".into());
        assert_eq!(tx.execute(&set, params![[7u8; 16], 33i64, 11i64]).await.unwrap(), 1);
        let select = Statement::built("select".into(), "SELECT day, spent FROM budgets WHERE tag = ?1".into());
        let row = tx.query_opt(&select, params![[7u8; 16]]).await.unwrap().unwrap();
        assert_eq!((row.get::<i64>(0).unwrap(), row.get::<i64>(1).unwrap()), (11, 33));
    }
}

on_both! {
    async fn one_parameter_may_stand_in_several_places(world: World) {
        let mut tx = write(&world).await;
        let put = Statement::built("put".into(), "INSERT INTO budgets (tag, day, spent) VALUES (?1, ?2, ?2)".into());
        tx.execute(&put, params![[1u8; 16], 5i64]).await.unwrap();
        let text = "SELECT spent FROM budgets WHERE spent = ?2 AND tag = ?1 AND day = ?2";
        let found = tx.query_opt(&Statement::built("get".into(), text.into()), params![[1u8; 16], 5i64]).await.unwrap();
        assert!(found.is_some());
    }
}

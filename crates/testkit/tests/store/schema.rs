//! The live schema is the declared one, however it came to be.

use super::*;
use outro_datamap::{KEYRING, Table};
use outro_db::{Db, DbError, Migration};
use outro_store::{MIGRATIONS, undeclared_columns};
use outro_vault::KEYRING_MIGRATIONS;

/// An empty database of the engine that the world stands on.
async fn another(world: &World, name: &str) -> Db {
    if world.database.starts_with("postgres") {
        return Db::open(&outro_testkit::fresh_database().await).await.unwrap();
    }
    Db::open(&world.folder.path().join(name).display().to_string()).await.unwrap()
}

async fn live(db: &Db) -> Vec<String> {
    db.columns().await.unwrap().into_iter().map(|column| format!("{}.{}", column.table, column.column)).collect()
}

fn declared(tables: &[Table]) -> Vec<String> {
    let of = |table: &Table| -> Vec<String> {
        table.columns.iter().map(|column| format!("{}.{}", table.name, column.name)).collect()
    };
    let mut all: Vec<_> = tables.iter().flat_map(of).collect();
    all.sort();
    all
}

async fn run(db: &Db, sql: &'static str) {
    // The runner of migrations is the one way to text that is no query.
    let next = MIGRATIONS.last().map_or(1, |last| last.number + 1);
    let known = [MIGRATIONS, &[Migration { number: next, name: "planted", sql }]].concat();
    db.migrate(&known).await.unwrap();
}

on_both! {
    async fn the_data_map_declares_what_is_there(world: World) {
        assert_eq!(undeclared_columns(&world.app.db).await.unwrap(), Vec::<String>::new());
        assert_eq!(live(&world.app.db).await, declared(outro_datamap::TABLES));
    }
}

on_both! {
    async fn an_undeclared_column_is_reported(world: World) {
        run(&world.app.db, "ALTER TABLE videos ADD COLUMN whispered TEXT").await;
        assert_eq!(undeclared_columns(&world.app.db).await.unwrap(), ["videos.whispered"]);
    }
}

on_both! {
    async fn an_undeclared_table_and_a_missing_column_are_reported(world: World) {
        run(&world.app.db, "CREATE TABLE diary (page TEXT); ALTER TABLE resends DROP COLUMN sent").await;
        assert_eq!(undeclared_columns(&world.app.db).await.unwrap(), ["diary.page", "resends.sent (missing)"]);
    }
}

on_both! {
    async fn the_server_does_not_start_on_an_undeclared_column(world: World) {
        let db = another(&world, "other.db").await;
        outro_store::prepare(&db).await.unwrap();
        run(&db, "ALTER TABLE accounts ADD COLUMN mother TEXT").await;
        let refused = outro_store::prepare(&db).await.unwrap_err();
        assert!(matches!(refused, DbError::Migration(_)), "{refused}");
    }
}

on_both! {
    async fn the_map_of_the_keyring_declares_what_is_there(world: World) {
        let db = another(&world, "keyring.db").await;
        db.migrate(KEYRING_MIGRATIONS).await.unwrap();
        assert_eq!(live(&db).await, declared(KEYRING));
    }
}

/// The world's own keyring stands beside the database, not in it.
#[tokio::test]
async fn the_keyring_of_a_running_server_holds_no_other_column() {
    let world = World::start(outro_testkit::On::Sqlite).await;
    world.client().join("keyholder").await;
    let keyring = Db::open(&world.folder.path().join("keyring/keyring.db").display().to_string()).await.unwrap();
    assert_eq!(live(&keyring).await, declared(KEYRING));
}

on_both! {
    async fn migrations_run_once(world: World) {
        assert_eq!(world.app.db.migrate(MIGRATIONS).await.unwrap(), 0);
        let before = live(&world.app.db).await;
        outro_store::prepare(&world.app.db).await.unwrap();
        assert_eq!(live(&world.app.db).await, before);
    }
}

on_both! {
    async fn step_by_step_and_at_once_end_alike(world: World) {
        let db = another(&world, "steps.db").await;
        for step in 1..=MIGRATIONS.len() {
            assert_eq!(db.migrate(&MIGRATIONS[..step]).await.unwrap(), 1);
        }
        assert_eq!(live(&db).await, live(&world.app.db).await);
        assert_eq!(definitions(&db).await, definitions(&world.app.db).await);
    }
}

/// Indexes and keys, as the engine itself words them.
async fn definitions(db: &Db) -> Vec<String> {
    let sql = match db.engine() {
        outro_db::Engine::Sqlite => "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY 1",
        outro_db::Engine::Postgres => {
            "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
             UNION ALL SELECT conrelid::regclass::text || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
             WHERE connamespace = current_schema()::regnamespace ORDER BY 1"
        }
    };
    let statement = outro_db::Statement::built("definitions".into(), sql.into());
    let rows = db.read().await.unwrap().query(&statement, &[]).await.unwrap();
    assert!(rows.len() > 15, "{} definitions", rows.len());
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

on_both! {
    async fn another_or_a_newer_history_is_refused(world: World) {
        let [first, ..] = MIGRATIONS else { panic!("no migrations") };
        let other = [Migration { name: "another", ..*first }];
        assert!(matches!(world.app.db.migrate(&other).await, Err(DbError::Migration(_))));
        assert!(matches!(world.app.db.migrate(&[]).await, Err(DbError::Migration(_))));
    }
}

on_both! {
    async fn two_that_start_at_once_migrate_once(world: World) {
        let db = another(&world, "twice.db").await;
        let (one, two) = tokio::join!(outro_store::prepare(&db), outro_store::prepare(&db));
        one.unwrap();
        two.unwrap();
        assert_eq!(db.migrate(MIGRATIONS).await.unwrap(), 0);
    }
}

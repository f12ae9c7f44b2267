//! The tables: their migrations, their statements, and the one place where visibility is SQL.
//!
//! Functions take a transaction and typed values; what is sealed goes in and comes out sealed. Of
//! Outro this imports `db`, `datamap`, `model` and `policy`; never a key, never HTTP.

pub mod accounts;
pub mod answers;
pub mod blobs;
pub mod budgets;
pub mod challenges;
pub mod clips;
pub mod coins;
pub mod comments;
pub mod departures;
pub mod erasure;
pub mod events;
pub mod feed;
pub mod finding;
pub mod graph;
pub mod imports;
pub mod likes;
pub mod messages;
mod migrations;
pub mod moderation;
pub mod notifications;
pub mod operator_erasures;
pub mod orphans;
pub mod pending_leaves;
pub mod playlists;
pub mod purchases;
pub mod receipts;
pub mod recount;
pub mod recovery_codes;
pub mod renditions;
pub mod replaced_phones;
pub mod restores;
pub mod sessions;
pub mod sounds;
pub mod statistics;
pub mod takeout;
pub mod takeouts;
pub mod timeline;
pub mod uploads;
pub mod videos;
mod visibility;
pub mod watches;

pub use migrations::MIGRATIONS;
use outro_db::{Db, DbError, Statement, Tx};

/// Brings the schema up to date, and refuses a database that holds a column which is not on the data map.
pub async fn prepare(db: &Db) -> Result<(), DbError> {
    db.migrate(MIGRATIONS).await?;
    let undeclared = undeclared_columns(db).await?;
    if undeclared.is_empty() {
        Ok(())
    } else {
        Err(DbError::Migration(format!("not on the data map: {}", undeclared.join(", "))))
    }
}

/// The live columns that the data map does not declare, and the declared ones that are not there.
pub async fn undeclared_columns(db: &Db) -> Result<Vec<String>, DbError> {
    let live: Vec<_> =
        db.columns().await?.into_iter().map(|column| format!("{}.{}", column.table, column.column)).collect();
    let declared: Vec<_> = outro_datamap::TABLES
        .iter()
        .flat_map(|table| table.columns.iter().map(move |column| format!("{}.{}", table.name, column.name)))
        .collect();
    let only_live = live.iter().filter(|name| !declared.contains(name)).cloned();
    let only_declared = declared.iter().filter(|name| !live.contains(name)).map(|name| format!("{name} (missing)"));
    Ok(only_live.chain(only_declared).collect())
}

/// Every statement there is, so that tests can prepare each on both engines.
pub fn all_statements() -> Vec<&'static Statement> {
    [
        accounts::STATEMENTS,
        answers::STATEMENTS,
        blobs::STATEMENTS,
        budgets::STATEMENTS,
        challenges::STATEMENTS,
        clips::STATEMENTS,
        coins::STATEMENTS,
        comments::STATEMENTS,
        departures::STATEMENTS,
        erasure::STATEMENTS,
        events::STATEMENTS,
        feed::STATEMENTS,
        finding::STATEMENTS,
        graph::STATEMENTS,
        imports::STATEMENTS,
        likes::STATEMENTS,
        moderation::STATEMENTS,
        messages::STATEMENTS,
        notifications::STATEMENTS,
        operator_erasures::STATEMENTS,
        orphans::STATEMENTS,
        pending_leaves::STATEMENTS,
        playlists::STATEMENTS,
        purchases::STATEMENTS,
        receipts::STATEMENTS,
        recount::STATEMENTS,
        recovery_codes::STATEMENTS,
        renditions::STATEMENTS,
        replaced_phones::STATEMENTS,
        restores::STATEMENTS,
        sessions::STATEMENTS,
        sounds::STATEMENTS,
        statistics::STATEMENTS,
        takeouts::STATEMENTS,
        timeline::STATEMENTS,
        uploads::STATEMENTS,
        videos::STATEMENTS,
        watches::STATEMENTS,
    ]
    .concat()
}

/// Whether one row was changed.
async fn changed(tx: &mut Tx, statement: &Statement, params: &[outro_db::Param<'_>]) -> Result<bool, DbError> {
    Ok(tx.execute(statement, params).await? > 0)
}

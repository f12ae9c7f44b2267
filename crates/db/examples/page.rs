//! The spike behind ADR 1: an indexed page of 20 rows out of 100,000, through the seam.
//!
//! `cargo run --release -p outro-db --example page [postgres://…]`

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement, run by hand")]

use std::time::Instant;

use outro_db::{Db, Migration, Statement, params};

const TABLE: Migration = Migration {
    number: 1,
    name: "page",
    sql: "CREATE TABLE page (owner {bytes} NOT NULL, at {int} NOT NULL, text {bytes} NOT NULL, PRIMARY KEY (owner, at)) {table}",
};
static PUT: Statement = Statement::new("put", "INSERT INTO page (owner, at, text) VALUES (?1, ?2, ?3)");
static PAGE: Statement =
    Statement::new("page", "SELECT at, text FROM page WHERE owner = ?1 AND at < ?2 ORDER BY at DESC LIMIT 20");

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let url = std::env::args().nth(1).unwrap_or_else(|| folder.path().join("page.db").display().to_string());
    let db = Db::open(&url).await.unwrap();
    db.migrate(&[TABLE]).await.unwrap();
    let mut tx = db.write().await.unwrap();
    for row in 0..100_000i64 {
        let owner = (row % 1000).to_be_bytes();
        tx.execute(&PUT, params![owner, row, [7u8; 60]]).await.unwrap();
    }
    tx.commit().await.unwrap();
    for rows in [1usize, 2] {
        let began = Instant::now();
        let readers: Vec<_> = (0..rows).map(|_| tokio::spawn(read(db.clone()))).collect();
        let mut queries = 0;
        for reader in readers {
            queries += reader.await.unwrap();
        }
        let rate = f64::from(queries) / began.elapsed().as_secs_f64();
        println!("{:?}, {rows} at a time: {rate:.0} pages/s, each in a snapshot of its own", db.engine());
    }
}

async fn read(db: Db) -> u32 {
    let mut queries = 0;
    let began = Instant::now();
    while began.elapsed().as_secs() < 3 {
        let owner = (i64::from(queries) % 1000).to_be_bytes();
        let found = db.read().await.unwrap().query(&PAGE, params![owner, 90_000i64]).await.unwrap();
        assert_eq!(found.len(), 20);
        queries += 1;
    }
    queries
}

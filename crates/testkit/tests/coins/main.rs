//! Coins: the ledger, buying, giving, and what becomes of them when somebody leaves.

mod buying;
mod erasure;
mod gifts;
mod ledger;
mod localstripe;
mod races;

use outro_db::Statement;
use outro_store::coins::{Book, book};
use outro_testkit::{Client, Reply, World};
use serde_json::{Value, json};

/// One number that a query finds.
async fn number(world: &World, sql: &str) -> i64 {
    let statement = Statement::built("number".into(), sql.into());
    let rows = world.app.db.read().await.unwrap().query(&statement, &[]).await.unwrap();
    rows[0].get::<Option<i64>>(0).unwrap().unwrap_or_default()
}

/// Holds the ledger against itself: all sides together are nothing, and each wallet is the sum of its entries.
async fn assert_balanced(world: &World) {
    // PostgreSQL sums whole numbers into another type.
    let wallets = number(world, "SELECT CAST(SUM(balance) AS BIGINT) FROM wallets").await;
    let mut tx = world.app.db.read().await.unwrap();
    let books = (book(&mut tx, Book::Issued).await.unwrap(), book(&mut tx, Book::Forfeited).await.unwrap());
    drop(tx);
    assert_eq!(wallets + books.0 + books.1, 0, "wallets {wallets}, issued and forfeited {books:?}");
    let apart = "SELECT COUNT(*) FROM wallets w WHERE w.balance <>
        (SELECT COALESCE(CAST(SUM(e.amount) AS BIGINT), 0) FROM coin_entries e WHERE e.account_id = w.account_id)";
    assert_eq!(number(world, apart).await, 0, "a wallet is not the sum of its entries");
}

async fn forfeited(world: &World) -> i64 {
    book(&mut world.app.db.read().await.unwrap(), Book::Forfeited).await.unwrap()
}

async fn balance(who: &Client) -> i64 {
    who.get("/api/v1/me/wallet").await.expect(200).json()["balance"].as_i64().unwrap()
}

/// Buys coins where they cost nothing.
async fn buy(who: &Client, pack: &str) {
    who.post("/api/v1/me/wallet/purchases", json!({ "pack": pack })).await.expect(201);
}

async fn give(who: &Client, video: &str, coins: i64, key: &str) -> Reply {
    let body = json!({ "coins": coins, "key": key });
    who.call("PUT", &format!("/api/v1/videos/{video}/gift"), Some(body)).await
}

async fn begin_to_leave(who: &Client) -> Value {
    who.post("/api/v1/me/deletion", json!({ "forfeit_coins": true })).await.expect(202).json()
}

async fn confirm(who: &Client, begun: &Value, handle: &str) -> Reply {
    let proof = json!({ "challenge": begun["challenge"], "password": format!("{handle}-password") });
    who.post("/api/v1/me/deletion/confirm", proof).await
}

/// Leaves; the receipt's id.
async fn leave(who: &Client, handle: &str) -> String {
    let begun = begin_to_leave(who).await;
    let left = confirm(who, &begun, handle).await.expect(200).json();
    left["receipt"]["id"].as_str().unwrap().to_owned()
}

/// Works on jobs until the receipt is complete; what it says.
async fn receipt(world: &World, id: &str) -> String {
    for _ in 0..20 {
        world.run_jobs().await;
        let found = world.client().get(&format!("/api/v1/receipts/{id}")).await.expect(200).json();
        if found["state"] == "complete" {
            return found["note"].as_str().unwrap().to_owned();
        }
        world.clock.advance_seconds(10);
    }
    panic!("the erasure does not end");
}

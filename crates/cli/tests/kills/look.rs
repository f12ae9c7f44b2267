//! Looking into database, keyring and files beside the server.

use std::path::Path;
use std::sync::Arc;

use outro_blobs::Blobs;
use outro_db::{Db, Statement, params};
use outro_model::{AccountId, Id, SystemClock};
use outro_store::coins::{Book, book};
use outro_store::erasure::{Subject, residue};
use outro_vault::{RootFile, SystemRandom, Vault, VaultOptions};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::load::{Done, Person};
use crate::server::Server;

pub(super) struct Look {
    runtime: Runtime,
    db: Db,
    vault: Vault,
    blobs: Blobs,
}

fn id(text: &str) -> Id<()> {
    text.parse().unwrap()
}

impl Look {
    pub(super) fn open(data: &Path, database: Option<&str>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (db, vault, blobs) = runtime.block_on(async {
            let local = data.join("outro.db");
            let db = Db::open(database.unwrap_or(local.to_str().unwrap())).await.unwrap();
            let keyring = Db::open(data.join("keyring/keyring.db").to_str().unwrap()).await.unwrap();
            let root = RootFile::at(data.join("root/root.key"));
            let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
            let options = VaultOptions { keyring, root, clock, random: random.clone(), leases: false };
            let blobs = Blobs::open(data.join("blobs"), random).unwrap();
            (db, Vault::open(options).await.unwrap(), blobs)
        });
        Self { runtime, db, vault, blobs }
    }

    /// What a query counts, of two ids.
    fn count(&self, sql: &'static str, one: Id<()>, other: Option<Id<()>>) -> i64 {
        self.runtime.block_on(async {
            let statement = Statement::built("look".into(), sql.into());
            let mut tx = self.db.read().await.unwrap();
            let rows = match other {
                Some(other) => tx.query(&statement, params![one, other]).await,
                None => tx.query(&statement, params![one]).await,
            };
            rows.unwrap()[0].get(0).unwrap()
        })
    }

    /// All that somebody was told who is there.
    pub(super) fn hold(&self, server: &Server, person: &Person) {
        let (me, mut bought) = (Id::from_bytes(*person.id.as_bytes()), 0);
        for act in &person.acts {
            let there = match act {
                Done::Commented(comment) => {
                    self.count("SELECT COUNT(*) FROM comments WHERE id = ?1 AND author_id = ?2", id(comment), Some(me))
                        == 1
                }
                Done::Liked(video, liked) => {
                    let likes = "SELECT COUNT(*) FROM likes WHERE video_id = ?1 AND account_id = ?2";
                    self.count(likes, id(video), Some(me)) == i64::from(*liked)
                }
                Done::Followed(other) => {
                    let follows = "SELECT COUNT(*) FROM follows WHERE follower_id = ?1 AND followed_id = ?2";
                    self.count(follows, me, Some(Id::from_bytes(*other.as_bytes()))) == 1
                }
                Done::Said(_) => true,
                Done::Bought => {
                    bought += 100;
                    true
                }
                Done::AskedForATakeout(takeout) => server.finds(&format!("/me/takeouts/{takeout}"), &person.token),
                Done::Uploaded(video) => server.finds(&format!("/videos/{video}"), &person.token),
            };
            assert!(there, "{}: {act:?} was acknowledged and is lost", person.handle);
        }
        let wallet = server.ask("GET", "/me/wallet", Some(&person.token), &Value::Null).1["balance"].as_i64().unwrap();
        let most = bought + 100 * person.open_purchases;
        assert!((bought..=most).contains(&wallet), "{}: {wallet} coins of {bought}", person.handle);
    }

    /// What was said stays with those to whom it was said, whoever has left.
    pub(super) fn hold_what_others_keep(&self, person: &Person) {
        for act in &person.acts {
            if let Done::Said(message) = act {
                let kept = self.count("SELECT COUNT(*) FROM messages WHERE id = ?1", id(message), None);
                assert_eq!(kept, 1, "{}: a message was acknowledged and is lost", person.handle);
            }
        }
    }

    /// What is left of somebody who is gone.
    pub(super) fn left_of(&self, account: AccountId) -> Vec<String> {
        self.runtime.block_on(async {
            let Some(destruction) = self.vault.destruction(account).await.unwrap() else {
                return vec!["the key".into()];
            };
            let subject = Subject { account, key_id: *destruction.key_id.as_bytes() };
            let tables = residue(&mut self.db.read().await.unwrap(), &subject).await.unwrap();
            let mut left: Vec<String> = tables.into_iter().map(str::to_owned).collect();
            if self.blobs.home_exists(account).await.unwrap() {
                left.push("files".into());
            }
            if self.vault.account(account).await.unwrap().is_some() {
                left.push("a key".into());
            }
            left
        })
    }

    /// The ledger of coins is balanced, and each wallet is the sum of its entries.
    pub(super) fn hold_the_books(&self) {
        self.runtime.block_on(async {
            let mut tx = self.db.read().await.unwrap();
            let mut number = async |sql: &str| -> i64 {
                let statement = Statement::built("books".into(), sql.into());
                tx.query(&statement, &[]).await.unwrap()[0].get::<Option<i64>>(0).unwrap().unwrap_or_default()
            };
            let wallets = number("SELECT CAST(SUM(balance) AS BIGINT) FROM wallets").await;
            let apart = "SELECT COUNT(*) FROM wallets w WHERE w.balance <>
                (SELECT COALESCE(CAST(SUM(e.amount) AS BIGINT), 0) FROM coin_entries e WHERE e.account_id = w.account_id)";
            assert_eq!(number(apart).await, 0, "a wallet is not the sum of its entries");
            let (issued, forfeited) = (book(&mut tx, Book::Issued).await.unwrap(), book(&mut tx, Book::Forfeited).await.unwrap());
            assert_eq!(wallets + issued + forfeited, 0, "{wallets} in wallets, {issued} issued, {forfeited} forfeited");
        });
    }
}

//! The conformance suite of the keyring: every test runs on SQLite and on PostgreSQL.

mod accounts;
mod backups;
mod books;
mod conversations;
mod log;
mod rotation;
mod schema;
mod sealing;
mod services;

use std::sync::Arc;

use outro_db::{Db, Engine};
use outro_model::{AccountId, FixedClock, Timestamp, random_bytes};
use tempfile::TempDir;
use tokio_postgres::NoTls;

use crate::{RootFile, SystemRandom, Vault, VaultError, VaultOptions};

/// A keyring of its own, which vaults can be opened on again and again.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) url: String,
    /// Whether this is one of several machines.
    pub(crate) one_of_many: bool,
}

impl Place {
    async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match engine {
            Engine::Sqlite => format!("sqlite:{}", folder.path().join("keyring.db").display()),
            Engine::Postgres => fresh_database().await,
        };
        Self { folder, clock: Arc::new(FixedClock::at(Timestamp(1_800_000_000_000))), url, one_of_many: false }
    }

    pub(crate) fn root(&self) -> RootFile {
        let root = RootFile::at(self.folder.path().join("root/root.key"));
        if self.one_of_many { root.one_of_many() } else { root }
    }

    pub(crate) async fn db(&self) -> Db {
        Db::open(&self.url).await.unwrap()
    }

    pub(crate) async fn try_open(&self, leases: bool) -> Result<Vault, VaultError> {
        let (keyring, random) = (self.db().await, Arc::new(SystemRandom));
        Vault::open(VaultOptions { keyring, root: self.root(), clock: self.clock.clone(), random, leases }).await
    }

    pub(crate) async fn vault(&self) -> Vault {
        self.try_open(false).await.unwrap()
    }
}

/// Runs a test on both engines, each time on a fresh keyring.
pub(crate) async fn on_both(test: impl AsyncFn(&Place)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        on(Place::new(engine).await, &test).await;
    }
}

/// Runs a test on the first of several machines.
pub(crate) async fn on_machines(test: impl AsyncFn(&Place)) {
    on(Place { one_of_many: true, ..Place::new(Engine::Postgres).await }, &test).await;
}

async fn on(place: Place, test: &impl AsyncFn(&Place)) {
    test(&place).await;
    if let Some(name) = place.url.strip_prefix("postgres").and_then(|rest| rest.rsplit('/').next()) {
        administer(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }
}

fn server() -> String {
    std::env::var("OUTRO_TEST_POSTGRES_URL").expect("run through scripts/with-postgres.sh")
}

async fn fresh_database() -> String {
    let name = format!("keyring_{:032x}", u128::from_be_bytes(random_bytes(&SystemRandom)));
    administer(&format!("CREATE DATABASE {name}")).await;
    let server = server();
    format!("{}/{name}", server.rsplit_once('/').unwrap().0)
}

async fn administer(sql: &str) {
    let (client, connection) = tokio_postgres::connect(&server(), NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
}

pub(crate) fn account() -> AccountId {
    AccountId::random(&SystemRandom)
}

//! A server, its files, its clock.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use outro_app::live::Live;
use outro_app::wallet::Coins;
use outro_app::{App, AppRunner, DatabaseGate, Finder, Settings, finding};
use outro_blobs::{Blobs, BucketAddress, BucketKeys, FolderGate, Gatekeeper, InBucket};
use outro_courier::{Courier, Outbox};
use outro_db::{Db, Engine};
use outro_http::{Config, Server, router};
use outro_jobs::{Lane, Queue};
use outro_media::{SandboxProgram, ToolSettings, Tools};
use outro_model::{Clock, FixedClock, Random, SystemClock, Timestamp, random_bytes};
use outro_vault::{RootFile, SystemRandom, Vault, VaultOptions};
use tempfile::TempDir;

use crate::client::Client;
use crate::postgres::fresh_database;

/// Which engine a world stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// A server for one test.
pub struct World {
    /// The use cases.
    pub app: App,
    /// The clock: it stands still until it is moved.
    pub clock: Arc<FixedClock>,
    /// The codes that were sent.
    pub outbox: Arc<Outbox>,
    /// The data folder.
    pub folder: Arc<TempDir>,
    /// The database's address.
    pub database: String,
    /// The bucket, where objects are in one.
    pub bucket: Option<Bucket>,
}

/// A prefix of its own in the bucket of the tests.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Its address, as a setting has it.
    pub url: String,
}

impl Bucket {
    /// One that nobody else has, on the server that `OUTRO_TEST_S3_URL` names. The bucket is there.
    pub fn fresh() -> Self {
        let server = std::env::var("OUTRO_TEST_S3_URL")
            .expect("no S3 server for tests: run them through `make test` or scripts/with-s3.sh");
        let bucket = std::env::var("OUTRO_TEST_S3_BUCKET").expect("scripts/with-s3.sh names the bucket");
        let prefix: String = random_bytes::<8>(&SystemRandom).iter().map(|byte| format!("{byte:02x}")).collect();
        Self { url: format!("s3://{bucket}/{prefix}?endpoint={server}") }
    }

    /// The store in it.
    pub async fn open(&self, folder: &Path, db: &Db) -> Blobs {
        let gate: Arc<dyn Gatekeeper> = match db.engine() {
            Engine::Sqlite => Arc::new(FolderGate::at(folder.join("blobs"))),
            Engine::Postgres => Arc::new(DatabaseGate::at(db.clone())),
        };
        let within = InBucket {
            address: BucketAddress::read(&self.url).unwrap(),
            keys: BucketKeys::from_env().expect("the keys of the S3 server for tests"),
            scratch: folder.join("scratch"),
            gate,
        };
        Blobs::open_bucket(within, Arc::new(SystemRandom)).await.unwrap()
    }
}

impl World {
    /// Starts an empty server.
    pub async fn start(on: On) -> Self {
        Self::start_at(on, SystemClock.now()).await
    }

    /// Starts an empty server whose clock stands at `moment`.
    pub async fn start_at(on: On, moment: Timestamp) -> Self {
        Self::start_with(on, moment, None).await
    }

    /// Starts an empty server whose objects are in a bucket.
    pub async fn start_in_bucket(on: On) -> Self {
        Self::start_with(on, SystemClock.now(), Some(Bucket::fresh())).await
    }

    async fn start_with(on: On, moment: Timestamp, bucket: Option<Bucket>) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let database = match on {
            On::Sqlite => folder.path().join("outro.db").display().to_string(),
            On::Postgres => fresh_database().await,
        };
        let clock = Arc::new(FixedClock::at(moment));
        Self::open_with(folder, database, clock, bucket).await
    }

    /// The same server after a restart: the same files, nothing in memory.
    pub async fn restart(&self) -> Self {
        Self::open_with(self.folder.clone(), self.database.clone(), self.clock.clone(), self.bucket.clone()).await
    }

    /// A server on the files of a folder.
    pub async fn open(folder: Arc<TempDir>, database: String, clock: Arc<FixedClock>) -> Self {
        Self::open_with(folder, database, clock, None).await
    }

    /// The same, its objects in a bucket where one is given.
    pub async fn open_with(
        folder: Arc<TempDir>,
        database: String,
        clock: Arc<FixedClock>,
        bucket: Option<Bucket>,
    ) -> Self {
        let outbox = Arc::new(Outbox::default());
        let app = open_app(folder.path(), &database, clock.clone(), (outbox.clone(), bucket.as_ref())).await;
        finding::build(&app).await.unwrap();
        Self { app, clock, outbox, folder, database, bucket }
    }

    /// The routes, as they are served.
    pub fn router(&self) -> Router {
        self.router_of(Some("desk@outro.test"))
    }

    fn router_of(&self, contact: Option<&str>) -> Router {
        let config = Config {
            public_url: "http://outro.test".into(),
            site_name: "Outro".into(),
            contact: contact.map(str::to_owned),
            dev: true,
            trusted_proxies: vec![],
        };
        router(Server { app: self.app.clone(), config: Arc::new(config) })
    }

    /// A client without a token.
    pub fn client(&self) -> Client {
        Client { router: self.router(), token: None }
    }

    /// People called `name0`, `name1` and so on, each with their number and handle. All join before one of them leaves: what
    /// is kept of erased handles refuses one unused name in a thousand.
    pub async fn all_join(&self, name: &str, many: u64) -> Vec<(u64, Client, String)> {
        let mut all = Vec::new();
        for number in 0..many {
            let handle = format!("{name}{number}");
            all.push((number, self.client().join(&handle).await, handle));
        }
        all
    }

    /// A client without a token of the same server with another way to reach whoever runs it, or none.
    pub fn client_of(&self, contact: Option<&str>) -> Client {
        Client { router: self.router_of(contact), token: None }
    }

    /// Runs every job that is due, and fails when any is left but the hourly one.
    pub async fn settle(&self) {
        self.run_jobs().await;
        // Receipts wait until all that was under way has let go.
        self.clock.advance_seconds(2);
        self.run_jobs().await;
        // Who went away or came back is counted once more a minute later.
        let recount = outro_jobs::find(&mut self.app.db.read().await.unwrap(), "privacy.recount").await.unwrap();
        if recount.is_some() {
            self.clock.advance_seconds(60);
            self.run_jobs().await;
        }
        let left = outro_jobs::waiting(&mut self.app.db.read().await.unwrap()).await.unwrap();
        assert_eq!(left, 0, "jobs are left");
    }

    /// Works on jobs until the receipt is complete: what was held up by a race comes again a little later.
    pub async fn settle_receipt(&self, receipt: &str) {
        for _ in 0..20 {
            self.run_jobs().await;
            let found = self.client().get(&format!("/api/v1/receipts/{receipt}")).await.expect(200).json();
            if found["state"] == "complete" {
                return;
            }
            self.clock.advance_seconds(10);
        }
        panic!("the erasure does not end");
    }

    /// Runs every job that is due now.
    pub async fn run_jobs(&self) {
        let runner = AppRunner(self.app.clone());
        for &lane in Lane::ALL {
            while self.app.queue.work_once(lane, &runner).await.unwrap() {}
        }
        finding::catch_up(&self.app).await.unwrap();
    }

    /// The last code that was sent.
    pub fn last_code(&self) -> String {
        let message = self.outbox.messages().into_iter().next().expect("a message");
        message.text.rsplit('#').next().unwrap().trim().to_owned()
    }
}

async fn open_app(
    folder: &Path,
    database: &str,
    clock: Arc<FixedClock>,
    (outbox, bucket): (Arc<Outbox>, Option<&Bucket>),
) -> App {
    for place in ["keyring", "root", "scratch", "blobs"] {
        std::fs::create_dir_all(folder.join(place)).unwrap();
    }
    let (clock, random): (Arc<dyn Clock>, Arc<dyn Random>) = (clock, Arc::new(SystemRandom));
    let db = Db::open(database).await.unwrap();
    outro_store::prepare(&db).await.unwrap();
    let keyring = Db::open(&folder.join("keyring/keyring.db").display().to_string()).await.unwrap();
    let root = RootFile::at(folder.join("root/root.key"));
    let options = VaultOptions { keyring, root, clock: clock.clone(), random: random.clone(), leases: false };
    let blobs = match bucket {
        None => Blobs::open(folder.join("blobs"), random.clone()).unwrap(),
        Some(bucket) => bucket.open(folder, &db).await,
    };
    App {
        vault: Vault::open(options).await.unwrap(),
        blobs,
        queue: Queue::new(db.clone(), clock.clone(), random.clone()),
        live: Live::default(),
        db,
        courier: Courier::Outbox(outbox),
        tools: Arc::new(tools()),
        finder: Arc::new(Finder::new().unwrap()),
        clock,
        random,
        plan: &outro_store::erasure::PLAN,
        metrics: Arc::default(),
        settings: Arc::new(Settings {
            host: "outro.test".into(),
            rate_limits: true,
            max_upload_bytes: 64 << 20,
            max_duration_s: 60,
            av1_after_views: 100,
            keyring_copy: None,
            scratch: folder.join("scratch"),
            lost_phone_hours: 72,
            coins: Coins { for_nothing: true, ..Coins::default() },
        }),
    }
}

fn tools() -> Tools {
    let sandbox = SandboxProgram { program: sandbox_program(), args: vec![] };
    Tools::find(&ToolSettings { sandbox: Some(sandbox), ..ToolSettings::default() }).unwrap()
}

/// The jail's own program, which stands beside the tests' folder once the workspace is built.
fn sandbox_program() -> PathBuf {
    let exe = std::env::current_exe().unwrap();
    let folder = exe.ancestors().nth(2).unwrap();
    let program = folder.join("outro-media-sandbox");
    assert!(program.exists(), "{} is not there: run `cargo build --workspace` first", program.display());
    program
}

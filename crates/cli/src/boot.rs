//! Wiring: from settings to everything that use cases work with.

use std::fs::File;
use std::sync::Arc;

use outro_app::live::Live;
use outro_app::{App, DatabaseGate, Finder, backup, elsewhere, housekeeping};
use outro_blobs::{Blobs, BucketKeys, FolderGate, Gatekeeper, InBucket};
use outro_courier::{Courier, Gateway, Outbox};
use outro_db::{Bell, Db, Engine, Turn};
use outro_jobs::Queue;
use outro_media::{ToolSettings, Tools};
use outro_model::{Clock, Random, SystemClock};
use outro_vault::{RootFile, SystemRandom, Vault, VaultError, VaultOptions};

use crate::fail::{Fail, say};
use crate::folder::Folder;
use crate::settings::Settings;

/// A wired program.
pub(crate) struct Booted {
    pub(crate) app: App,
    /// The data folder is this server's as long as this is held.
    pub(crate) lock: Option<File>,
}

/// Wires everything together, on an up-to-date schema.
pub(crate) async fn boot(settings: &Settings, dev: bool) -> Result<Booted, Fail> {
    let folder = Folder::open(&settings.data)?;
    let local = settings.database_url.is_none();
    let lock = local.then(|| folder.lock()).transpose()?;
    let part = if local { Part::Alone } else { Part::Beside };
    let app = wire(settings, &folder, dev, part).await?;
    if lock.is_some() {
        take_over(&app).await?;
    }
    before_serving(&app, (!local).then_some(&folder)).await?;
    Ok(Booted { app, lock })
}

/// Wires a worker, which shares its database with servers: nobody searches here.
pub(crate) async fn boot_worker(settings: &Settings) -> Result<App, Fail> {
    let folder = Folder::open(&settings.data)?;
    let app = wire(settings, &folder, false, Part::Worker).await?;
    before_serving(&app, Some(&folder)).await?;
    Ok(app)
}

/// Wires everything together beside a server that may be running.
pub(crate) async fn beside(settings: &Settings) -> Result<App, Fail> {
    let app = wire(settings, &Folder::open(&settings.data)?, false, Part::Beside).await?;
    if backup::is_pending(&app).await? {
        return Err(Fail::new(
            "a backup was put back here: run outro serve first, which erases again who has left since",
        ));
    }
    Ok(app)
}

/// What may not wait until something is served: who was erased after the backup that was put back goes again; a
/// root key that grew old while no server ran is replaced. `shared` is the folder, where others may start on it at the same time.
async fn before_serving(app: &App, shared: Option<&Folder>) -> Result<(), Fail> {
    if backup::is_pending(app).await? {
        // One of them does it, and the others find that it is done: on one machine by the folder, on several by the database.
        let _here = shared.map(Folder::turn).transpose()?;
        let _anywhere = app.db.take_turn(Turn::REPLAY).await?;
        let gone = backup::replay(app).await?;
        if gone > 0 {
            say(format_args!("Erased again after the restore: {gone}"));
        }
    }
    if app.vault.rotation_is_overdue().await? {
        match app.vault.rotate_root().await {
            Ok(_) | Err(VaultError::RotationRunning) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Which part of a site a process is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// All of it: the data folder is held.
    Alone,
    /// A server, or a command, beside others.
    Beside,
    /// Jobs alone, beside others: nobody searches here.
    Worker,
}

async fn wire(settings: &Settings, folder: &Folder, dev: bool, part: Part) -> Result<App, Fail> {
    // They are asked while the database is opened: that takes as long.
    let tools = tokio::task::spawn_blocking(|| Tools::find(&ToolSettings::default()));
    let (clock, random): (Arc<dyn Clock>, Arc<dyn Random>) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let db = open_database(settings, folder).await?;
    outro_store::prepare(&db).await?;
    let vault = open_vault(settings, folder, clock.clone(), random.clone(), part == Part::Alone).await?;
    let blobs = open_blobs(settings, folder, &db, random.clone()).await?;
    let (bell, hearing) = settings.shared_database().map(Bell::hang).transpose()?.unzip();
    let finder = match part {
        Part::Alone => Finder::new()?,
        Part::Beside => Finder::beside_others(bell.clone())?,
        Part::Worker => Finder::unasked(bell.clone())?,
    };
    let app = App {
        queue: Queue::new(db.clone(), clock.clone(), random.clone()).with_bell(bell.clone()),
        live: Live::with_bell(bell),
        db,
        vault,
        blobs,
        courier: courier(settings, dev)?,
        tools: Arc::new(tools.await??),
        finder: Arc::new(finder),
        clock,
        random,
        plan: &outro_store::erasure::PLAN,
        metrics: Arc::default(),
        settings: Arc::new(outro_app::Settings {
            host: settings.host(),
            rate_limits: settings.rate_limits,
            max_upload_bytes: settings.max_upload_bytes,
            max_duration_s: settings.max_duration_s,
            av1_after_views: settings.av1_after_views,
            keyring_copy: settings.keyring_copy.clone(),
            scratch: folder.scratch(),
            lost_phone_hours: settings.lost_phone_hours,
            coins: settings.coins.clone().resolve(&settings.public_url, dev)?,
        }),
    };
    if !housekeeping::fits_keyring(&app).await? {
        let line = "database and keyring do not belong together (one of them is empty, lost or another's): \
            check OUTRO_DATABASE_URL, OUTRO_KEYRING_URL and the data folder";
        return Err(Fail::new(line));
    }
    if !housekeeping::fits_objects(&app).await? {
        let line = "the objects of those who have an account here are not in this place: check OUTRO_BLOBS_URL and the data folder";
        return Err(Fail::new(line));
    }
    if let Some(hearing) = hearing {
        tokio::spawn(elsewhere::hear(app.clone(), hearing));
    }
    Ok(app)
}

/// The database of the settings.
pub(crate) async fn open_database(settings: &Settings, folder: &Folder) -> Result<Db, Fail> {
    let url = settings.database_url.clone().unwrap_or_else(|| folder.database());
    Ok(Db::open(&url).await?)
}

/// The store of objects of the settings. Where several machines share a bucket, the database that they share keeps its gate.
pub(crate) async fn open_blobs(
    settings: &Settings,
    folder: &Folder,
    db: &Db,
    random: Arc<dyn Random>,
) -> Result<Blobs, Fail> {
    let Some(address) = settings.bucket.clone() else { return Ok(Blobs::open(folder.blobs(), random)?) };
    let keys = BucketKeys::from_env();
    let keys = keys.ok_or_else(|| {
        Fail::new("OUTRO_BLOBS_URL: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the keys of the bucket")
    })?;
    let gate: Arc<dyn Gatekeeper> = match db.engine() {
        Engine::Sqlite => Arc::new(FolderGate::at(folder.blobs())),
        Engine::Postgres => Arc::new(DatabaseGate::at(db.clone())),
    };
    Ok(Blobs::open_bucket(InBucket { address, keys, scratch: folder.scratch(), gate }, random).await?)
}

/// The keyring of the settings. `alone` says that no other process caches keys of it.
pub(crate) async fn open_vault(
    settings: &Settings,
    folder: &Folder,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    alone: bool,
) -> Result<Vault, Fail> {
    let url = settings.keyring_url.clone().unwrap_or_else(|| folder.keyring());
    let keyring = Db::open(&url).await?;
    let leases = !(alone && keyring.engine() == Engine::Sqlite);
    let root = RootFile::at(&settings.root_key_file);
    // Machines that share a bucket share nothing on their disks.
    let root = if settings.bucket.is_some() { root.one_of_many() } else { root };
    Ok(Vault::open(VaultOptions { keyring, root, clock, random, leases }).await?)
}

fn courier(settings: &Settings, dev: bool) -> Result<Courier, Fail> {
    match &settings.sms_url {
        Some(url) => {
            let gateway =
                Gateway::at(url).ok_or_else(|| Fail::new("OUTRO_SMS_URL: give an http:// or https:// address"))?;
            Ok(Courier::Gateway(gateway))
        }
        None if dev => Ok(Courier::Outbox(Arc::new(Outbox::default()))),
        None => Ok(Courier::Nothing),
    }
}

/// What a server that was stopped left half done, now that it is known to be no more.
async fn take_over(app: &App) -> Result<(), Fail> {
    app.queue.free_all().await?;
    Ok(housekeeping::drop_unfinished(app, app.clock.now()).await?)
}

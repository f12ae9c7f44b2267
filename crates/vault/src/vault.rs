//! The vault itself: opening it, and the sweep that keeps leases short.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use outro_db::Db;
use outro_model::{Clock, Random};

use crate::budget::Day;
use crate::cache::{Cache, LEASE, SWEEP};
use crate::ring::Keyring;
use crate::root::RootFile;
use crate::service::Services;
use crate::{AccountKeys, ConversationKeys, VaultError};

/// What the vault is made of.
pub struct VaultOptions {
    /// The keyring's own database: never the main one.
    pub keyring: Db,
    /// The root keys, kept apart from the keyring.
    pub root: RootFile,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where keys and nonces are drawn from.
    pub random: Arc<dyn Random>,
    /// Whether several processes share the keyring, each with a cache of its own.
    pub leases: bool,
}

/// The vault: cheap to clone, shared by all.
#[derive(Clone)]
pub struct Vault {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) keyring: Keyring,
    pub(crate) cache: Cache<AccountKeys>,
    pub(crate) conversations: Cache<ConversationKeys>,
    pub(crate) services: Services,
    pub(crate) day: Mutex<Option<Arc<Day>>>,
    leases: bool,
}

impl Vault {
    /// Opens the vault. The first start makes the root key, the service keys and the signing key; a
    /// keyring in use whose root file is missing or another one is refused.
    pub async fn open(options: VaultOptions) -> Result<Self, VaultError> {
        let keyring = Keyring::open(options.keyring, options.root, options.clock, options.random).await?;
        let services = Services::load(&keyring).await?;
        let inner = Arc::new(Inner {
            keyring,
            cache: Cache::default(),
            conversations: Cache::default(),
            services,
            day: Mutex::default(),
            leases: options.leases,
        });
        sweep_while_alive(&inner);
        follow_while_alive(&inner);
        Ok(Self { inner })
    }

    /// How long after a destruction another process may still hold the key. No receipt is signed
    /// before: zero when this process alone caches keys, since a destruction empties its cache.
    pub fn receipt_delay(&self) -> Duration {
        if self.inner.leases { LEASE } else { Duration::ZERO }
    }

    /// Whether the keyring answers.
    pub async fn check(&self) -> Result<(), VaultError> {
        self.rotated_at().await.map(|_| ())
    }
}

/// Keys leave memory when their lease ends, not when somebody happens to ask for them again.
fn sweep_while_alive(inner: &Arc<Inner>) {
    let weak = Arc::downgrade(inner);
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(SWEEP);
        loop {
            tick.tick().await;
            let Some(inner) = weak.upgrade() else { return };
            let now = inner.keyring.clock.now();
            inner.cache.sweep(now);
            inner.conversations.sweep(now);
        }
    });
}

/// What other machines and processes did with the root key. A task of its own: it may wait for a database, and keys do not stay in
/// memory for that.
fn follow_while_alive(inner: &Arc<Inner>) {
    let weak = Arc::downgrade(inner);
    tokio::spawn(async move {
        let (mut tick, mut follows) = (tokio::time::interval(SWEEP), true);
        loop {
            tick.tick().await;
            let Some(inner) = weak.upgrade() else { return };
            let followed = inner.keyring.follow().await;
            // The file may be away for a moment; whoever needs a root key hears of it. It is told once.
            if let Err(error) = &followed
                && follows
            {
                tracing::warn!(%error, "the root file cannot be kept up to date: it may hold a key that is in use no more");
            }
            follows = followed.is_ok();
        }
    });
}

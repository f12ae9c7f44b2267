//! The keys that belong to the service and not to a person.

use std::collections::HashMap;

use outro_db::{params, statements};

use crate::derive::Mac;
use crate::ring::{Keyring, Subject, Wrapped};
use crate::sign::Signer;
use crate::{KeyBytes, Vault, VaultError};

statements! {
    SERVICE_KEYS = "SELECT name, root_id, wrapped FROM service_keys ORDER BY name";
    INSERT_SERVICE_KEY = "INSERT INTO service_keys (name, root_id, wrapped) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
}

/// What a keyed hash is for. Each purpose has a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MacPurpose {
    /// One-time codes, as they are stored.
    OneTimeCode,
    /// Tokens against cross-site requests.
    Csrf,
    /// Handles of erased accounts, under their slow hash.
    ErasedHandle,
    /// What the work sheet of an erasure holds until it is complete.
    WorkSheet,
    /// Objects in backups: their names, and that they are unchanged.
    BackupObject,
    /// Ids of payments and of reports on them, by which each is worked on once.
    Payment,
    /// Recovery codes, as they are stored.
    RecoveryCode,
}

impl MacPurpose {
    /// Every purpose. A new one gets its key at the next start.
    const ALL: [Self; 7] = [
        Self::OneTimeCode,
        Self::Csrf,
        Self::ErasedHandle,
        Self::WorkSheet,
        Self::BackupObject,
        Self::Payment,
        Self::RecoveryCode,
    ];

    /// The name of its key in the keyring; it never changes.
    const fn name(self) -> &'static str {
        match self {
            Self::OneTimeCode => "mac/one-time-code",
            Self::Csrf => "mac/csrf",
            Self::ErasedHandle => "mac/erased-handle",
            Self::WorkSheet => "mac/work-sheet",
            Self::BackupObject => "mac/backup-object",
            Self::Payment => "mac/payment",
            Self::RecoveryCode => "mac/recovery-code",
        }
    }
}

const HANDLE_INDEX: &str = "index/handle";
const RECEIPTS: &str = "sign/receipts";
const LOG: &str = "sign/log";

/// The service keys, ready for use.
pub(crate) struct Services {
    pub(crate) handle_index: Mac,
    pub(crate) signer: Signer,
    pub(crate) log_signer: Signer,
    /// In the order of [`MacPurpose::ALL`].
    macs: Vec<Mac>,
}

type Keys = HashMap<String, KeyBytes>;

impl Services {
    /// Loads the service keys; makes those that are missing.
    pub(crate) async fn load(keyring: &Keyring) -> Result<Self, VaultError> {
        let mut keys = read_steady(keyring).await?;
        let names = || MacPurpose::ALL.map(MacPurpose::name).into_iter().chain([HANDLE_INDEX, RECEIPTS, LOG]);
        if !names().all(|name| keys.contains_key(name)) {
            make_missing(keyring, names().filter(|name| !keys.contains_key(*name)).collect()).await?;
            // Another process may have made some of them first: what stands in the keyring counts.
            keys = read_steady(keyring).await?;
        }
        let key = |name: &str| keys.get(name).ok_or(VaultError::Stopped);
        let macs = MacPurpose::ALL.iter().map(|purpose| Ok(Mac::new(key(purpose.name())?)));
        Ok(Self {
            handle_index: Mac::new(key(HANDLE_INDEX)?),
            signer: Signer::new(key(RECEIPTS)?)?,
            log_signer: Signer::new(key(LOG)?)?,
            macs: macs.collect::<Result<_, VaultError>>()?,
        })
    }
}

/// Reads them all; once more when a rotation went past meanwhile.
async fn read_steady(keyring: &Keyring) -> Result<Keys, VaultError> {
    match read(keyring).await {
        Err(VaultError::UnknownRoot) => read(keyring).await,
        keys => keys,
    }
}

async fn read(keyring: &Keyring) -> Result<Keys, VaultError> {
    let rows = keyring.db.read().await?.query(&SERVICE_KEYS, &[]).await?;
    let mut keys = Keys::new();
    for row in &rows {
        let name: String = row.get(0)?;
        let key = keyring.unwrap(Subject::Service(&name), &Wrapped::from_row(row, 1)?).await?;
        keys.insert(name, key);
    }
    Ok(keys)
}

async fn make_missing(keyring: &Keyring, names: Vec<&'static str>) -> Result<(), VaultError> {
    let mut tx = keyring.db.write().await?;
    for name in names {
        let wrapped = keyring.wrap_in(&mut tx, Subject::Service(name), &keyring.new_key()).await?;
        tx.execute(&INSERT_SERVICE_KEY, params![name, wrapped.root, wrapped.bytes]).await?;
    }
    Ok(tx.commit().await?)
}

impl Vault {
    /// A keyed hash of the parts for one purpose. Each part is led by its length, so that no two lists
    /// of parts are alike.
    pub fn mac(&self, purpose: MacPurpose, parts: &[&[u8]]) -> [u8; 32] {
        self.inner.services.macs[purpose as usize].tag(parts)
    }
}

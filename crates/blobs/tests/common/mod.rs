//! A vault and a store of their own, in a folder or in a bucket.

#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part of it")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

pub(crate) mod raw;

use std::io::{Seek, Write};
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt};
use outro_blobs::{BlobError, Blobs, BucketAddress, BucketKeys, FolderGate, InBucket, SealedBlob};
use outro_db::Db;
use outro_model::{AccountId, BlobId, BlobKind, SystemClock};
use outro_vault::{AccountKeys, RootFile, SystemRandom, Vault, VaultOptions};
use tempfile::TempDir;

use raw::{BUCKET, Raw};

pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) vault: Vault,
    pub(crate) blobs: Blobs,
    /// The bucket, where that is the place, and what all its names begin with.
    pub(crate) bucket: Option<(Raw, String)>,
}

/// Makes one test of a function that takes a [`Place`], for each kind of place.
#[macro_export]
macro_rules! in_both {
    ($(#[$meta:meta])* async fn $name:ident($place:ident: Place) $body:block) => {
        mod $name {
            use super::*;

            async fn body($place: Place) $body

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn folder() {
                body(Place::new().await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn bucket() {
                body(Place::in_bucket().await).await;
            }
        }
    };
}

pub(crate) const KIND: BlobKind = BlobKind::Original;

impl Place {
    pub(crate) async fn new() -> Self {
        let (folder, vault) = Self::vault().await;
        let blobs = Blobs::open(folder.path().join("blobs"), Arc::new(SystemRandom)).unwrap();
        Self { folder, vault, blobs, bucket: None }
    }

    /// The same in a bucket, with a prefix of its own.
    pub(crate) async fn in_bucket() -> Self {
        Self::in_bucket_at(&raw::server()).await
    }

    /// The same, its server reached at `endpoint`.
    pub(crate) async fn in_bucket_at(endpoint: &str) -> Self {
        let (folder, vault) = Self::vault().await;
        let prefix = format!("{}/", any());
        let raw = Raw::bucket(BUCKET);
        let blobs = open(endpoint, &prefix, folder.path()).await.unwrap();
        Self { folder, vault, blobs, bucket: Some((raw, prefix)) }
    }

    async fn vault() -> (TempDir, Vault) {
        let folder = tempfile::tempdir().unwrap();
        let keyring = Db::open(folder.path().join("keyring.db").to_str().unwrap()).await.unwrap();
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        let root = RootFile::at(folder.path().join("root.key"));
        let options = VaultOptions { keyring, root, clock, random, leases: false };
        (folder, Vault::open(options).await.unwrap())
    }

    /// Somebody with a key and a home.
    pub(crate) async fn owner(&self) -> AccountKeys {
        let keys = self.vault.create_account(AccountId::random(&SystemRandom)).await.unwrap();
        self.blobs.create_home(keys.account()).await.unwrap();
        keys
    }

    pub(crate) async fn write(&self, keys: &AccountKeys, bytes: &[u8]) -> (BlobId, SealedBlob) {
        let id = id();
        let mut writer = self.blobs.writer(keys, id, KIND).await.unwrap();
        writer.write(bytes).await.unwrap();
        assert_eq!(writer.length(), bytes.len() as u64);
        (id, writer.finish(keys).await.unwrap())
    }

    pub(crate) async fn read(&self, keys: &AccountKeys, id: BlobId, header: &[u8]) -> Result<Vec<u8>, BlobError> {
        self.range(keys, id, header, 0, u64::MAX).await
    }

    pub(crate) async fn range(
        &self,
        keys: &AccountKeys,
        id: BlobId,
        header: &[u8],
        from: u64,
        to: u64,
    ) -> Result<Vec<u8>, BlobError> {
        let reader = self.blobs.reader(keys, id, KIND, header).await?.expect("it is there");
        reader.stream(from..to).map_ok(|piece| piece.to_vec()).boxed().try_concat().await
    }

    /// What an object stands as.
    pub(crate) fn raw(&self, owner: AccountId, id: BlobId) -> Vec<u8> {
        match &self.bucket {
            None => std::fs::read(self.object(owner, id)).unwrap(),
            Some((raw, prefix)) => {
                raw.get(&format!("{prefix}objects/{}/{}", hex(owner.as_bytes()), hex(id.as_bytes())))
            }
        }
    }

    /// Puts other bytes into the place of an object, under its own name.
    pub(crate) fn put_raw(&self, owner: AccountId, id: BlobId, bytes: &[u8]) {
        match &self.bucket {
            None => {
                std::fs::remove_file(self.object(owner, id)).unwrap();
                std::fs::write(self.object(owner, id), bytes).unwrap();
            }
            Some((raw, prefix)) => {
                raw.put(&format!("{prefix}objects/{}/{}", hex(owner.as_bytes()), hex(id.as_bytes())), bytes);
            }
        }
    }

    /// How much of an owner is there, finished or not; without the home itself.
    pub(crate) fn entries(&self, owner: AccountId) -> usize {
        match &self.bucket {
            None => std::fs::read_dir(self.home(owner)).map_or(0, Iterator::count),
            Some((raw, prefix)) => raw.names(&format!("{prefix}objects/{}/", hex(owner.as_bytes()))).len(),
        }
    }

    /// Waits until no more than that of an owner is there: in a bucket, what is dropped goes a little later.
    pub(crate) async fn comes_down_to(&self, owner: AccountId, entries: usize) {
        if self.bucket.is_some() {
            for _ in 0..500 {
                if self.entries(owner) == entries {
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        }
        assert_eq!(self.entries(owner), entries);
    }

    /// Whether nothing of an owner is there, not even the home.
    pub(crate) fn is_gone(&self, owner: AccountId) -> bool {
        match &self.bucket {
            None => !self.home(owner).exists(),
            Some((raw, prefix)) => raw.names(prefix).iter().all(|name| !name.contains(&hex(owner.as_bytes()))),
        }
    }

    fn home(&self, owner: AccountId) -> PathBuf {
        let name = hex(owner.as_bytes());
        self.folder.path().join("blobs").join(&name[..2]).join(name)
    }

    fn object(&self, owner: AccountId, id: BlobId) -> PathBuf {
        self.home(owner).join(hex(id.as_bytes()))
    }
}

/// A store in the bucket of the tests.
pub(crate) async fn open(endpoint: &str, prefix: &str, folder: &std::path::Path) -> Result<Blobs, BlobError> {
    let address = format!("s3://{BUCKET}/{}?endpoint={endpoint}", prefix.trim_end_matches('/'));
    let within = InBucket {
        address: BucketAddress::read(&address).unwrap(),
        keys: BucketKeys::from_env().expect("the keys of the S3 server for tests"),
        scratch: folder.to_owned(),
        gate: Arc::new(FolderGate::at(folder.to_owned())),
    };
    Blobs::open_bucket(within, Arc::new(SystemRandom)).await
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A name that no other test has.
pub(crate) fn any() -> String {
    hex(&outro_model::random_bytes::<8>(&SystemRandom))
}

pub(crate) fn id() -> BlobId {
    BlobId::random(&SystemRandom)
}

/// Bytes of which no two chunks are alike.
pub(crate) fn sample(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    };
    (0..length).map(step).collect()
}

pub(crate) fn scratch(bytes: &[u8]) -> std::fs::File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

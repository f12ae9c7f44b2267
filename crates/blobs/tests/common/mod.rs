//! A vault and a store in a folder of their own.

#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part of it")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::io::{Seek, Write};
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt};
use outro_blobs::{BlobError, Blobs, SealedBlob};
use outro_db::Db;
use outro_model::{AccountId, BlobId, BlobKind, SystemClock};
use outro_vault::{AccountKeys, RootFile, SystemRandom, Vault, VaultOptions};
use tempfile::TempDir;

pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) vault: Vault,
    pub(crate) blobs: Blobs,
}

pub(crate) const KIND: BlobKind = BlobKind::Original;

impl Place {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keyring = Db::open(folder.path().join("keyring.db").to_str().unwrap()).await.unwrap();
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        let root = RootFile::at(folder.path().join("root.key"));
        let options = VaultOptions { keyring, root, clock, random: random.clone(), leases: false };
        let vault = Vault::open(options).await.unwrap();
        let blobs = Blobs::open(folder.path().join("blobs"), random).unwrap();
        Self { folder, vault, blobs }
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

    pub(crate) fn home(&self, owner: AccountId) -> PathBuf {
        let name: String = owner.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.path().join("blobs").join(&name[..2]).join(name)
    }

    pub(crate) fn object(&self, owner: AccountId, id: BlobId) -> PathBuf {
        let name: String = id.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        self.home(owner).join(name)
    }
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

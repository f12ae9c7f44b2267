//! The store of objects.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use outro_model::{AccountId, BlobId, BlobKind, Random, stop};
use outro_vault::AccountKeys;

use crate::blocking::blocking;
use crate::local::Local;
use crate::writer::{self, BlobWriter, SealedBlob};
use crate::{BlobError, BlobReader, Gate, Shelf};

/// Sealed objects of all owners: cheap to clone, shared by all.
#[derive(Clone)]
pub struct Blobs {
    local: Arc<Local>,
    random: Arc<dyn Random>,
}

impl Blobs {
    /// Opens the store in a folder, which is made when it is not there.
    pub fn open(root: PathBuf, random: Arc<dyn Random>) -> Result<Self, BlobError> {
        Ok(Self { local: Arc::new(Local::open(root, &*random)?), random })
    }

    /// Makes the home of an owner. Joining alone calls this: what is written into no home is refused.
    pub async fn create_home(&self, owner: AccountId) -> Result<(), BlobError> {
        self.with_disk(move |local| local.create_home(owner)).await
    }

    /// Whether an owner has a home.
    pub async fn home_exists(&self, owner: AccountId) -> Result<bool, BlobError> {
        self.with_disk(move |local| local.home_exists(owner)).await
    }

    /// Begins a new object. What is written is sealed at once; until [`BlobWriter::finish`] the object
    /// has no name, and dropped before, it is gone.
    pub async fn writer(&self, keys: &AccountKeys, id: BlobId, kind: BlobKind) -> Result<BlobWriter, BlobError> {
        let (owner, random) = (keys.account(), self.random.clone());
        let file = self.with_disk(move |local| local.unfinished(owner, id, &*random)).await?;
        Ok(BlobWriter::new(file, owner, id, kind, &*self.random))
    }

    /// Seals a whole file, from its first byte on, wherever its cursor stands.
    pub async fn copy_in(
        &self,
        keys: &AccountKeys,
        id: BlobId,
        kind: BlobKind,
        source: File,
    ) -> Result<SealedBlob, BlobError> {
        self.copied(keys.account(), id, source, |header| keys.wrap_blob(id, kind, header)).await
    }

    /// The same for an object that holds something of `lender` as well: it opens with the keys of both alone.
    pub async fn copy_in_with(
        &self,
        keys: &AccountKeys,
        lender: &AccountKeys,
        id: BlobId,
        kind: BlobKind,
        source: File,
    ) -> Result<SealedBlob, BlobError> {
        self.copied(keys.account(), id, source, |header| keys.wrap_blob_with(lender, id, kind, header)).await
    }

    async fn copied(
        &self,
        owner: AccountId,
        id: BlobId,
        source: File,
        wrap: impl FnOnce(&[u8]) -> Vec<u8>,
    ) -> Result<SealedBlob, BlobError> {
        let random = self.random.clone();
        let copy = move |local: &Local| writer::copy(local.unfinished(owner, id, &*random)?, id, &*random, &source);
        let (published, header) = self.with_disk(copy).await?;
        let sealed = SealedBlob { header: wrap(&header.encode()), length: header.length };
        published.keep();
        Ok(sealed)
    }

    /// Lets `to` own objects that `from` has, under the same ids: the bytes are stored once, their keys are wrapped for each, and they
    /// are gone with the last of the two. The sealed headers for `to`.
    ///
    /// [`BlobError::HomeGone`] when one of the two has no home, or `from` not such an object.
    pub async fn share(
        &self,
        from: &AccountKeys,
        to: &AccountKeys,
        objects: &[(BlobId, BlobKind, &[u8])],
    ) -> Result<Vec<Vec<u8>>, BlobError> {
        let rewrap = |&(id, kind, header): &(BlobId, BlobKind, &[u8])| -> Result<Vec<u8>, BlobError> {
            Ok(to.wrap_blob(id, kind, &from.unwrap_blob(id, kind, header)?))
        };
        let headers = objects.iter().map(rewrap).collect::<Result<_, _>>()?;
        let (giver, taker) = (from.account(), to.account());
        let ids: Vec<_> = objects.iter().map(|(id, ..)| *id).collect();
        self.with_disk(move |local| local.link(giver, taker, &ids)).await?;
        Ok(headers)
    }

    /// Opens an object by its sealed header. `None`: there is no such object.
    pub async fn reader(
        &self,
        keys: &AccountKeys,
        id: BlobId,
        kind: BlobKind,
        header: &[u8],
    ) -> Result<Option<BlobReader>, BlobError> {
        self.read(keys.account(), id, &keys.unwrap_blob(id, kind, header)?).await
    }

    /// Opens an object that [`Self::copy_in_with`] sealed.
    pub async fn reader_with(
        &self,
        keys: &AccountKeys,
        lender: &AccountKeys,
        id: BlobId,
        kind: BlobKind,
        header: &[u8],
    ) -> Result<Option<BlobReader>, BlobError> {
        self.read(keys.account(), id, &keys.unwrap_blob_with(lender, id, kind, header)?).await
    }

    async fn read(&self, owner: AccountId, id: BlobId, header: &[u8]) -> Result<Option<BlobReader>, BlobError> {
        let Some(file) = self.with_disk(move |local| local.file(owner, id)).await? else { return Ok(None) };
        BlobReader::new(file, id, header).map(Some)
    }

    /// The sealed file of an object, for a backup.
    pub async fn sealed_file(&self, owner: AccountId, id: BlobId) -> Result<Option<File>, BlobError> {
        self.with_disk(move |local| local.file(owner, id)).await
    }

    /// Keeps everybody from deleting objects, here and in other processes, until the gate is dropped.
    pub async fn close_gate(&self) -> Result<Gate, BlobError> {
        self.with_disk(Local::close_gate).await
    }

    /// Puts an object of a backup back into the home of its owner. It gets its name when it is whole and
    /// unchanged; one that is there stays.
    pub async fn put_back(&self, owner: AccountId, id: BlobId, shelf: &Shelf) -> Result<u64, BlobError> {
        let (shelf, random) = (shelf.clone(), self.random.clone());
        let put_back = move |local: &Local| {
            let unfinished = local.unfinished(owner, id, &*random)?;
            let length = shelf.read(&shelf.name(owner, id), |bytes| {
                stop::before("object: write from a shelf");
                (&unfinished.file).write_all(bytes)
            })?;
            match unfinished.publish() {
                Ok(published) => published.keep(),
                Err(BlobError::Exists) => {}
                Err(error) => return Err(error),
            }
            Ok(length)
        };
        self.with_disk(put_back).await
    }

    /// Removes an object; no error when there is none. A reader that has it open keeps its bytes until it
    /// is dropped.
    pub async fn delete(&self, owner: AccountId, id: BlobId) -> Result<(), BlobError> {
        self.with_disk(move |local| local.delete(owner, id)).await
    }

    /// The objects of an owner, in order.
    pub async fn list(&self, owner: AccountId) -> Result<Vec<BlobId>, BlobError> {
        self.with_disk(move |local| local.list(owner)).await
    }

    /// Removes all objects of an owner and his home, durably; no error when there is none. From then on
    /// nothing can be written for him.
    pub async fn remove_home(&self, owner: AccountId) -> Result<(), BlobError> {
        self.with_disk(move |local| local.remove_home(owner)).await
    }

    /// A page of all owners that have a home, in order, after `after`; for audits.
    pub async fn owners(&self, after: Option<AccountId>, limit: u32) -> Result<Vec<AccountId>, BlobError> {
        self.with_disk(move |local| local.owners(after, limit as usize)).await
    }

    async fn with_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Local) -> Result<T, BlobError> + Send + 'static,
    ) -> Result<T, BlobError> {
        let local = self.local.clone();
        blocking(move || work(&local)).await
    }
}

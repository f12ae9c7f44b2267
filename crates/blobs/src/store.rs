//! The store of objects.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use outro_model::{AccountId, BlobId, BlobKind, Random, Timestamp, stop};
use outro_vault::AccountKeys;

use crate::blocking::{Turns, blocking};
use crate::bucket::{Bucket, BucketAddress, BucketKeys, Versions};
use crate::gate::{FolderGate, Gatekeeper};
use crate::local::Local;
use crate::place::Place;
use crate::writer::{self, BlobWriter, SealedBlob};
use crate::{BlobError, BlobReader, Gate, SealedObject, Shelf};

/// How often a home is emptied again when racing uploads put objects into it, a page at a time.
const TRIES: usize = 10_000;

/// Sealed objects of all owners: cheap to clone, shared by all.
#[derive(Clone)]
pub struct Blobs {
    place: Arc<Place>,
    turns: Turns,
    gate: Arc<dyn Gatekeeper>,
    random: Arc<dyn Random>,
}

/// What a store in a bucket is made of.
pub struct InBucket {
    /// Where the bucket is.
    pub address: BucketAddress,
    /// Who asks.
    pub keys: BucketKeys,
    /// The folder that lends its disk to uploads. What stands there has no name, and is sealed.
    pub scratch: PathBuf,
    /// Who keeps the gate of deletions, for all that share the bucket.
    pub gate: Arc<dyn Gatekeeper>,
}

impl Blobs {
    /// Opens the store in a folder, which is made when it is not there.
    pub fn open(root: PathBuf, random: Arc<dyn Random>) -> Result<Self, BlobError> {
        let place = Arc::new(Place::Folder(Local::open(root.clone(), &*random)?));
        Ok(Self { place, turns: Turns::default(), gate: Arc::new(FolderGate::at(root)), random })
    }

    /// Opens the store in a bucket that is there, and lets itself be written to.
    ///
    /// [`BlobError::Versioned`] when the bucket keeps versions: what is deleted would stay.
    pub async fn open_bucket(within: InBucket, random: Arc<dyn Random>) -> Result<Self, BlobError> {
        let InBucket { address, keys, scratch, gate } = within;
        let source = random.clone();
        let bucket = blocking(move || Bucket::open(address, keys, source)).await?;
        let place = Arc::new(Place::Bucket(bucket, scratch));
        Ok(Self { place, turns: Turns::few(), gate, random })
    }

    /// Whether the place keeps versions of what is deleted.
    pub async fn versions(&self) -> Result<Versions, BlobError> {
        let versions = |place: &Place| match place {
            Place::Folder(_) => Ok(Versions::None),
            Place::Bucket(bucket, _) => bucket.versions(),
        };
        self.with_place(versions).await
    }

    /// Makes the home of an owner. Joining alone calls this: what is written into no home is refused.
    pub async fn create_home(&self, owner: AccountId) -> Result<(), BlobError> {
        self.with_place(move |place| place.create_home(owner)).await
    }

    /// Whether an owner has a home.
    pub async fn home_exists(&self, owner: AccountId) -> Result<bool, BlobError> {
        self.with_place(move |place| place.home_exists(owner)).await
    }

    /// Whether an owner has a home, or anything that came to stand in none: after an erasure neither may be.
    pub async fn holds_any(&self, owner: AccountId) -> Result<bool, BlobError> {
        self.with_place(move |place| place.holds_any(owner)).await
    }

    /// Begins a new object. What is written is sealed at once; until [`BlobWriter::finish`] the object
    /// has no name, and dropped before, it is gone.
    pub async fn writer(&self, keys: &AccountKeys, id: BlobId, kind: BlobKind) -> Result<BlobWriter, BlobError> {
        let (owner, random) = (keys.account(), self.random.clone());
        let file = self.with_place(move |place| place.unfinished(owner, id, &*random)).await?;
        Ok(BlobWriter::new((file, self.turns.clone()), owner, id, kind, &*self.random))
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
        let copy = move |place: &Place| writer::copy(place.unfinished(owner, id, &*random)?, id, &*random, &source);
        let (published, header) = self.sending(copy).await?;
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
        self.with_place(move |place| place.link(giver, taker, &ids)).await?;
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
        let Some(sealed) = self.sealed(owner, id).await? else { return Ok(None) };
        BlobReader::new(sealed, self.turns.clone(), id, header).map(Some)
    }

    /// An object as it stands, sealed, for a backup.
    pub async fn sealed(&self, owner: AccountId, id: BlobId) -> Result<Option<SealedObject>, BlobError> {
        self.with_place(move |place| place.sealed(owner, id)).await
    }

    /// Keeps everybody from deleting objects, here and in other processes, until the gate is dropped.
    pub async fn close_gate(&self) -> Result<Gate, BlobError> {
        self.gate.close().await
    }

    /// Puts an object of a backup back into the home of its owner. It gets its name when it is whole and
    /// unchanged; one that is there stays.
    pub async fn put_back(&self, owner: AccountId, id: BlobId, shelf: &Shelf) -> Result<u64, BlobError> {
        let (shelf, random) = (shelf.clone(), self.random.clone());
        let put_back = move |place: &Place| {
            let unfinished = place.unfinished(owner, id, &*random)?;
            let mut at = 0;
            let length = shelf.read(&shelf.name(owner, id), |bytes| {
                stop::before("object: write from a shelf");
                unfinished.write_at(bytes, at)?;
                at += bytes.len() as u64;
                unfinished.pause()
            })?;
            match unfinished.publish() {
                Ok(published) => published.keep(),
                Err(BlobError::Exists) => {}
                Err(error) => return Err(error),
            }
            Ok(length)
        };
        self.sending(put_back).await
    }

    /// Removes an object; no error when there is none. A reader that has it open keeps its bytes until it
    /// is dropped, where they are on a disk; from a bucket its next read fails.
    pub async fn delete(&self, owner: AccountId, id: BlobId) -> Result<(), BlobError> {
        let passing = self.gate.pass().await?;
        self.with_place(move |place| {
            let _passing = passing;
            place.delete(owner, id)
        })
        .await
    }

    /// The objects of an owner, in order.
    pub async fn list(&self, owner: AccountId) -> Result<Vec<BlobId>, BlobError> {
        self.with_place(move |place| place.list(owner)).await
    }

    /// Removes all objects of an owner and his home, durably; no error when there is none. From then on
    /// nothing can be written for him.
    ///
    /// In a bucket, what was on its way at that moment takes itself back, unless it is killed: calling this again finds what
    /// is left of it.
    pub async fn remove_home(&self, owner: AccountId) -> Result<(), BlobError> {
        for _ in 0..TRIES {
            let passing = self.gate.pass().await?;
            let remove = move |place: &Place| {
                let _passing = passing;
                place.remove_some(owner)
            };
            if self.with_place(remove).await? {
                return Ok(());
            }
        }
        Err(BlobError::Stopped)
    }

    /// Ends the uploads into a bucket that were begun before `before` and have come to no end, whoever began them; how many.
    pub async fn sweep(&self, before: Timestamp) -> Result<usize, BlobError> {
        let sweep = move |place: &Place| match place {
            Place::Folder(_) => Ok(0),
            Place::Bucket(bucket, _) => bucket.sweep(before),
        };
        self.with_place(sweep).await
    }

    /// Whether the objects are in a bucket.
    pub fn in_bucket(&self) -> bool {
        matches!(*self.place, Place::Bucket(..))
    }

    /// A page of all owners that have a home, in order, after `after`; for audits.
    pub async fn owners(&self, after: Option<AccountId>, limit: u32) -> Result<Vec<AccountId>, BlobError> {
        self.with_place(move |place| place.owners(after, limit as usize)).await
    }

    async fn with_place<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Place) -> Result<T, BlobError> + Send + 'static,
    ) -> Result<T, BlobError> {
        let place = self.place.clone();
        self.turns.blocking(move || work(&place)).await
    }

    /// The same for what sends a large object, part by part.
    async fn sending<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Place) -> Result<T, BlobError> + Send + 'static,
    ) -> Result<T, BlobError> {
        let place = self.place.clone();
        self.turns.sending(move || work(&place)).await.unwrap_or(Err(BlobError::Stopped))
    }
}

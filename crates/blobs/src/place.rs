//! The two places that objects can be in, behind one set of verbs. Everything here blocks.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use outro_model::{AccountId, BlobId, Random};

use crate::BlobError;
use crate::bucket::{self, Bucket, Standing, Upload};
use crate::format::BATCH;
use crate::local::{self, Local};

/// How many batches are written to a disk before they are made durable beside the next ones.
const SYNCED_AT_ONCE: u64 = 64;
/// Chunks that are read of a bucket at once by who takes them fast: each request waits for an answer.
const BUCKET_BATCH: usize = 16;

pub(crate) enum Place {
    Folder(Local),
    /// With the folder that lends its disk to uploads.
    Bucket(Bucket, PathBuf),
}

impl Place {
    pub(crate) fn create_home(&self, owner: AccountId) -> Result<(), BlobError> {
        match self {
            Self::Folder(local) => local.create_home(owner),
            Self::Bucket(bucket, _) => bucket.create_home(owner),
        }
    }

    pub(crate) fn home_exists(&self, owner: AccountId) -> Result<bool, BlobError> {
        match self {
            Self::Folder(local) => local.home_exists(owner),
            Self::Bucket(bucket, _) => bucket.home_exists(owner),
        }
    }

    /// Whether an owner has a home, or anything in none.
    pub(crate) fn holds_any(&self, owner: AccountId) -> Result<bool, BlobError> {
        match self {
            Self::Folder(local) => local.home_exists(owner),
            Self::Bucket(bucket, _) => bucket.holds_any(owner),
        }
    }

    /// A new object, without a name as yet.
    pub(crate) fn unfinished(
        &self,
        owner: AccountId,
        id: BlobId,
        random: &dyn Random,
    ) -> Result<Unfinished, BlobError> {
        Ok(match self {
            Self::Folder(local) => Unfinished::File(local.unfinished(owner, id, random)?),
            Self::Bucket(bucket, scratch) => Unfinished::Upload(Upload::begin(bucket, owner, id, scratch, random)?),
        })
    }

    /// An object as it stands, if there is one.
    pub(crate) fn sealed(&self, owner: AccountId, id: BlobId) -> Result<Option<SealedObject>, BlobError> {
        let (source, length) = match self {
            Self::Folder(local) => {
                let Some(file) = local.file(owner, id)? else { return Ok(None) };
                let length = file.metadata()?.len();
                (Source::File(file), length)
            }
            Self::Bucket(bucket, _) => {
                let Some(length) = bucket.size(owner, id)? else { return Ok(None) };
                (Source::Bucket(bucket.clone(), owner, id), length)
            }
        };
        Ok(Some(SealedObject { source, length, at: 0 }))
    }

    pub(crate) fn link(&self, from: AccountId, to: AccountId, ids: &[BlobId]) -> Result<(), BlobError> {
        match self {
            Self::Folder(local) => local.link(from, to, ids),
            Self::Bucket(bucket, _) => bucket.link(from, to, ids),
        }
    }

    pub(crate) fn delete(&self, owner: AccountId, id: BlobId) -> Result<(), BlobError> {
        match self {
            Self::Folder(local) => local.delete(owner, id),
            Self::Bucket(bucket, _) => bucket.delete(owner, id),
        }
    }

    pub(crate) fn list(&self, owner: AccountId) -> Result<Vec<BlobId>, BlobError> {
        match self {
            Self::Folder(local) => local.list(owner),
            Self::Bucket(bucket, _) => bucket.list(owner),
        }
    }

    /// Removes a home and what is in it, or a part of that; whether all is gone.
    pub(crate) fn remove_some(&self, owner: AccountId) -> Result<bool, BlobError> {
        match self {
            Self::Folder(local) => local.remove_home(owner).map(|()| true),
            Self::Bucket(bucket, _) => bucket.remove_some(owner),
        }
    }

    pub(crate) fn owners(&self, after: Option<AccountId>, limit: usize) -> Result<Vec<AccountId>, BlobError> {
        match self {
            Self::Folder(local) => local.owners(after, limit),
            Self::Bucket(bucket, _) => bucket.owners(after, limit),
        }
    }
}

/// An object that is being written.
pub(crate) enum Unfinished {
    File(local::Unfinished),
    Upload(Upload),
}

impl Unfinished {
    /// Writes sealed bytes behind those before.
    pub(crate) fn write_at(&self, bytes: &[u8], at: u64) -> Result<(), BlobError> {
        match self {
            Self::File(unfinished) => Ok(unfinished.file.write_all_at(bytes, at)?),
            Self::Upload(upload) => upload.write_at(bytes, at),
        }
    }

    /// After how many chunks at the latest [`Self::keep_up`] is begun.
    pub(crate) fn pace(&self) -> u64 {
        match self {
            Self::File(_) => SYNCED_AT_ONCE * BATCH as u64,
            Self::Upload(_) => bucket::PART_CHUNKS,
        }
    }

    /// Makes what was written durable, or sends it, while more is written. A pace may be written meanwhile, and no more.
    pub(crate) fn keep_up(&self) -> Result<(), BlobError> {
        match self {
            Self::File(unfinished) => Ok(unfinished.file.sync_data()?),
            Self::Upload(upload) => upload.catch_up(),
        }
    }

    /// The same between two writes: a disk takes it all at the end.
    pub(crate) fn pause(&self) -> Result<(), BlobError> {
        match self {
            Self::File(_) => Ok(()),
            Self::Upload(upload) => upload.catch_up(),
        }
    }

    /// Gives the object its name, durably. Only one object of an id can be.
    pub(crate) fn publish(self) -> Result<Published, BlobError> {
        Ok(match self {
            Self::File(unfinished) => Published::File(unfinished.publish()?),
            Self::Upload(upload) => Published::Object(upload.publish()?),
        })
    }
}

/// An object that has just got its name. Dropped without [`Self::keep`], it is removed: nobody took note of it.
pub(crate) enum Published {
    File(local::Published),
    Object(Standing),
}

impl Published {
    pub(crate) fn keep(self) {
        match self {
            Self::File(published) => published.keep(),
            Self::Object(standing) => standing.keep(),
        }
    }
}

/// Where the bytes of an object come from.
pub(crate) enum Source {
    File(File),
    Bucket(Bucket, AccountId, BlobId),
}

impl Source {
    /// How many chunks are read at once at most.
    pub(crate) fn batch(&self) -> usize {
        match self {
            Self::File(_) => BATCH,
            Self::Bucket(..) => BUCKET_BATCH,
        }
    }

    /// How much of a range is read in small batches whoever takes it: its first bytes go into buffers at once. Of a bucket
    /// each batch is a request.
    pub(crate) fn buffered(&self) -> u64 {
        match self {
            Self::File(_) => 1 << 20,
            Self::Bucket(..) => 0,
        }
    }

    /// Reads bytes that have to be there.
    pub(crate) fn read_exact_at(&self, into: &mut [u8], at: u64) -> Result<(), BlobError> {
        match self {
            Self::File(file) => match file.read_exact_at(into, at) {
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(outro_vault::Tampered.into()),
                read => Ok(read?),
            },
            Self::Bucket(bucket, owner, id) => bucket.read(*owner, *id, at, into)?.ok_or(BlobError::Gone),
        }
    }
}

/// A sealed object as it stands, for a backup: read from its beginning. Reading blocks.
pub struct SealedObject {
    pub(crate) source: Source,
    pub(crate) length: u64,
    at: u64,
}

impl SealedObject {
    /// Whether its bytes stay until this is dropped, whoever deletes the object.
    pub fn is_held(&self) -> bool {
        matches!(self.source, Source::File(_))
    }
}

impl Read for SealedObject {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = into.len().min(usize::try_from(self.length - self.at).unwrap_or(usize::MAX));
        self.source.read_exact_at(&mut into[..count], self.at).map_err(io::Error::other)?;
        self.at += count as u64;
        Ok(count)
    }
}

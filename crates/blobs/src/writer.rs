//! Writing objects.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use outro_model::{AccountId, BlobId, BlobKind, Random, stop};
use outro_vault::{AccountKeys, KeyBytes};
use tokio::task::JoinHandle;

use crate::BlobError;
use crate::blocking::Turns;
use crate::format::{BATCH, Batch, Header, ObjectKey, SLOT};
use crate::place::{Published, Unfinished};

/// What the caller keeps of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedBlob {
    /// The sealed header: without it the object does not open.
    pub header: Vec<u8>,
    /// The length of the plaintext.
    pub length: u64,
}

/// A new object on its way to the disk, or to the bucket. It holds the object's own key and no key of the account, so that
/// a slow upload does not outlive the lease of the account's keys.
///
/// One batch is filled while the one before is sealed and written on another thread; who writes faster
/// than the disk waits. Of a long object, what is written already is made durable, or sent, meanwhile, so that its end does not wait
/// for all of it.
pub struct BlobWriter {
    file: Arc<Unfinished>,
    turns: Turns,
    object: Arc<ObjectKey>,
    key: KeyBytes,
    place: (AccountId, BlobId, BlobKind),
    batch: Batch,
    next: u64,
    length: u64,
    under_way: Option<JoinHandle<Result<Batch, BlobError>>>,
    /// Another thread that makes what was written durable, or sends it.
    syncing: Option<JoinHandle<Result<(), BlobError>>>,
    /// How many chunks were there when it began.
    synced: u64,
    failed: bool,
}

impl BlobWriter {
    pub(crate) fn new(
        (file, turns): (Unfinished, Turns),
        owner: AccountId,
        id: BlobId,
        kind: BlobKind,
        random: &dyn Random,
    ) -> Self {
        let (key, object) = ObjectKey::random(random, id);
        Self {
            file: Arc::new(file),
            turns,
            object: Arc::new(object),
            key,
            place: (owner, id, kind),
            batch: Batch::new(),
            next: 0,
            length: 0,
            under_way: None,
            syncing: None,
            synced: 0,
            failed: false,
        }
    }

    /// How many bytes were written so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Adds bytes to the object. After an error, drop the writer.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), BlobError> {
        while !bytes.is_empty() {
            // Only now is it known that the full batch does not end the object.
            if self.batch.is_full() {
                self.send().await?;
            }
            let taken = self.batch.fill(bytes);
            self.length += taken as u64;
            bytes = &bytes[taken..];
        }
        Ok(())
    }

    /// Ends the object, makes it durable and gives it its name. The account's keys are asked for anew:
    /// when they are gone by now, drop the writer, and nothing is left of the object.
    ///
    /// [`BlobError::HomeGone`] when the owner was erased meanwhile. When the caller stops waiting, the
    /// object is removed again.
    pub async fn finish(mut self, keys: &AccountKeys) -> Result<SealedBlob, BlobError> {
        let (owner, id, kind) = self.place;
        if keys.account() != owner {
            return Err(BlobError::HomeGone);
        }
        let spare = self.settle().await?;
        drop(spare);
        self.settle_sync().await?;
        let Self { file, turns, object, key, mut batch, next, length, .. } = self;
        let publish = move || {
            stop::before("object: write its end");
            file.write_at(batch.seal(&object, next, true), next * SLOT as u64)?;
            publish(file)
        };
        let published = turns.sending(publish).await.unwrap_or(Err(BlobError::Stopped))?;
        let header = Header { length, key };
        let sealed = SealedBlob { header: keys.wrap_blob(id, kind, &header.encode()), length };
        published.keep();
        Ok(sealed)
    }

    /// Waits for the batch that is being written; gives it back, empty.
    async fn settle(&mut self) -> Result<Option<Batch>, BlobError> {
        if self.failed {
            return Err(BlobError::Stopped);
        }
        // It stays in its place while it is waited for, so that nothing is lost when the caller stops.
        let Some(under_way) = &mut self.under_way else { return Ok(None) };
        let written = under_way.await.unwrap_or(Err(BlobError::Stopped));
        self.under_way = None;
        self.failed = written.is_err();
        written.map(Some)
    }

    /// Waits for what is being made durable or sent. What could not be kept is said once.
    async fn settle_sync(&mut self) -> Result<(), BlobError> {
        let Some(syncing) = &mut self.syncing else { return Ok(()) };
        let synced = syncing.await.unwrap_or(Err(BlobError::Stopped));
        self.syncing = None;
        self.failed |= synced.is_err();
        synced
    }

    async fn send(&mut self) -> Result<(), BlobError> {
        let spare = self.settle().await?.unwrap_or_else(Batch::new);
        if self.next - self.synced >= self.file.pace() {
            self.settle_sync().await?;
            let file = self.file.clone();
            self.synced = self.next;
            self.syncing = Some(self.turns.sending(move || file.keep_up()));
        }
        let mut batch = std::mem::replace(&mut self.batch, spare);
        let (file, object, first) = (self.file.clone(), self.object.clone(), self.next);
        self.next += BATCH as u64;
        self.under_way = Some(tokio::task::spawn_blocking(move || {
            stop::before("object: write");
            file.write_at(batch.seal(&object, first, false), first * SLOT as u64)?;
            batch.clear();
            Ok(batch)
        }));
        Ok(())
    }
}

fn publish(file: Arc<Unfinished>) -> Result<Published, BlobError> {
    // Every batch is settled: nobody else holds it.
    Arc::try_unwrap(file).map_err(|_| BlobError::Stopped)?.publish()
}

/// Seals a whole file.
pub(crate) fn copy(
    file: Unfinished,
    id: BlobId,
    random: &dyn Random,
    source: &File,
) -> Result<(Published, Header), BlobError> {
    let (key, object) = ObjectKey::random(random, id);
    let (mut batch, mut next, mut length) = (Batch::new(), 0, 0);
    loop {
        length += fill_from(&mut batch, source, length)?;
        let ends = !batch.is_full() || read_at(source, &mut [0], length)? == 0;
        stop::before("object: copy");
        file.write_at(batch.seal(&object, next, ends), next * SLOT as u64)?;
        if ends {
            return Ok((file.publish()?, Header { length, key }));
        }
        file.pause()?;
        next += BATCH as u64;
        batch.clear();
    }
}

fn fill_from(batch: &mut Batch, source: &File, at: u64) -> Result<u64, BlobError> {
    let mut total = 0;
    while !batch.is_full() {
        let count = read_at(source, batch.room(), at + total)?;
        if count == 0 {
            break;
        }
        batch.took(count);
        total += count as u64;
    }
    Ok(total)
}

fn read_at(source: &File, into: &mut [u8], at: u64) -> Result<usize, BlobError> {
    loop {
        match source.read_at(into, at) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => return Ok(read?),
        }
    }
}

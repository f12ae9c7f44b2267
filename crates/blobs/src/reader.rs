//! Reading objects.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use outro_model::BlobId;
use outro_vault::Tampered;
use tokio::task::JoinHandle;

use crate::BlobError;
use crate::blocking::{Turns, blocking};
use crate::format::{CHUNK, Header, ObjectKey, SLOT, TAG, chunks, file_size};
use crate::place::{SealedObject, Source};

/// An object that is open for reading. It holds the object's own key and no key of the account.
pub struct BlobReader {
    object: Arc<Object>,
}

struct Object {
    source: Source,
    turns: Turns,
    key: ObjectKey,
    length: u64,
}

/// Some chunks of an object, opened, each followed by what was its tag.
struct Opened {
    first: u64,
    bytes: BytesMut,
}

impl BlobReader {
    pub(crate) fn new(sealed: SealedObject, turns: Turns, id: BlobId, header: &[u8]) -> Result<Self, BlobError> {
        let header = Header::decode(header)?;
        if file_size(header.length) != Some(sealed.length) {
            return Err(Tampered.into());
        }
        let (source, key) = (sealed.source, ObjectKey::new(&header.key, id));
        Ok(Self { object: Arc::new(Object { source, turns, key, length: header.length }) })
    }

    /// The length of the plaintext.
    pub fn len(&self) -> u64 {
        self.object.length
    }

    /// Whether the plaintext is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes the plaintext to a file at its cursor; for scratch files without a name.
    pub async fn copy_out(self, mut to: File) -> Result<(), BlobError> {
        blocking(move || {
            let (object, mut bytes) = (self.object, BytesMut::new());
            let end = chunks(object.length);
            for first in (0..end).step_by(object.source.batch()) {
                let opened = object.read(first, end, bytes)?;
                for slot in opened.bytes.chunks(SLOT) {
                    to.write_all(&slot[..slot.len() - TAG])?;
                }
                bytes = opened.bytes;
            }
            Ok(())
        })
        .await
    }

    /// The plaintext as something that can be read from any place, for readers of formats. It blocks.
    pub fn seekable(self) -> SeekableBlob {
        let batch = Opened { first: u64::MAX, bytes: BytesMut::new() };
        SeekableBlob { object: self.object, at: 0, batch, failure: Failure::default() }
    }

    /// The bytes of a range, cut off at the object's end, in pieces of at most 64 KiB. Only the chunks that
    /// the range touches are read, of a bucket by a request for each batch. While one batch of chunks is taken, the next one is made ready, and no
    /// more. A batch is as large as its taker is fast: who takes slowly holds two chunks. After an error the stream ends.
    pub fn stream(self, range: Range<u64>) -> impl Stream<Item = Result<Bytes, BlobError>> + Send + 'static {
        let range = range.start.min(self.len())..range.end.min(self.len());
        stream::try_unfold(Reading::new(self.object, range), Reading::next)
    }
}

/// An object that is read from any place; a batch of chunks is held. Everything here blocks.
pub struct SeekableBlob {
    object: Arc<Object>,
    at: u64,
    batch: Opened,
    failure: Failure,
}

/// What went wrong with the store while an object was read: readers of formats hold it for a fault of the format.
#[derive(Clone, Default)]
pub struct Failure(Arc<Mutex<Option<BlobError>>>);

impl Failure {
    /// The first thing that went wrong, if anything did.
    pub fn take(&self) -> Option<BlobError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl SeekableBlob {
    /// What is to be asked when reading has failed.
    pub fn failure(&self) -> Failure {
        self.failure.clone()
    }

    fn failed(&self, error: BlobError) -> std::io::Error {
        self.failure.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        std::io::Error::other("the store failed")
    }
}

impl Read for SeekableBlob {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.at >= self.object.length || into.is_empty() {
            return Ok(0);
        }
        let chunk = self.at / CHUNK as u64;
        let first = chunk - chunk % self.object.source.batch() as u64;
        if self.batch.first != first {
            let memory = std::mem::take(&mut self.batch.bytes);
            self.batch.first = u64::MAX;
            let opened = self.object.read(first, chunks(self.object.length), memory);
            self.batch = opened.map_err(|error| self.failed(error))?;
        }
        let from = place(self.at - first * CHUNK as u64);
        let rest = (CHUNK as u64 - self.at % CHUNK as u64).min(self.object.length - self.at) as usize;
        let count = rest.min(into.len());
        into[..count].copy_from_slice(&self.batch.bytes[from..from + count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for SeekableBlob {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.object.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| std::io::Error::from(ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

impl Object {
    /// Reads and opens up to a batch of chunks from `first` on, in the memory of `bytes`. `end` is the
    /// chunk not to be read any more.
    fn read(&self, first: u64, end: u64, mut bytes: BytesMut) -> Result<Opened, BlobError> {
        let until = end.min(first + self.source.batch() as u64);
        let start = first * SLOT as u64;
        let size = file_size(self.length).ok_or(Tampered)?.min(until * SLOT as u64) - start;
        bytes.resize(size as usize, 0);
        self.source.read_exact_at(&mut bytes, start)?;
        let last = chunks(self.length) - 1;
        for (number, slot) in (first..).zip(bytes.chunks_mut(SLOT)) {
            self.key.open(number, number == last, slot)?;
        }
        Ok(Opened { first, bytes })
    }
}

/// How many chunks are read at first: a range of one chunk's length touches two.
const FIRST: usize = 2;
/// Who takes a batch within this time takes larger ones.
const BRISK: Duration = Duration::from_millis(20);

/// A range on its way out.
struct Reading {
    object: Arc<Object>,
    range: Range<u64>,
    /// The next chunk to be asked for, and the one not to be.
    chunks: Range<u64>,
    ahead: Option<JoinHandle<Result<Opened, BlobError>>>,
    /// How many chunks are asked for next, and when the last batch was begun to be taken.
    step: usize,
    turned: Instant,
    /// The batch that is being taken: where it starts in the plaintext, and its bytes.
    batch: (u64, Bytes),
    /// How far the range was taken.
    at: u64,
}

impl Reading {
    fn new(object: Arc<Object>, range: Range<u64>) -> Self {
        let chunks = range.start / CHUNK as u64..range.end.div_ceil(CHUNK as u64);
        let at = range.start;
        let (step, turned) = (FIRST, Instant::now());
        Self { object, range, chunks, ahead: None, step, turned, batch: (0, Bytes::new()), at }
    }

    async fn next(mut self) -> Result<Option<(Bytes, Self)>, BlobError> {
        if self.at >= self.range.end {
            return Ok(None);
        }
        let mut start = self.at - self.batch.0;
        if place(start) >= self.batch.1.len() {
            self.turn().await?;
            start = self.at - self.batch.0;
        }
        let rest = CHUNK as u64 - start % CHUNK as u64;
        let count = rest.min(self.range.end - self.at);
        let from = place(start);
        let piece = self.batch.1.slice(from..from + count as usize);
        self.at += count;
        Ok(Some((piece, self)))
    }

    /// Takes the batch that was made ready, and has the next one made ready in the memory of the one
    /// before, if its taker has let go of it.
    async fn turn(&mut self) -> Result<(), BlobError> {
        if !self.batch.1.is_empty() {
            if self.turned.elapsed() >= BRISK {
                self.step = 1;
            } else if self.at - self.range.start >= self.object.source.buffered() {
                self.step = self.object.source.batch().min(2 * self.step);
            }
        }
        self.turned = Instant::now();
        if self.ahead.is_none() {
            self.ask(BytesMut::new());
        }
        let Some(ahead) = self.ahead.take() else { return Err(BlobError::Stopped) };
        let opened = ahead.await.unwrap_or(Err(BlobError::Stopped))?;
        let taken = std::mem::replace(&mut self.batch, (opened.first * CHUNK as u64, opened.bytes.freeze()));
        self.ask(taken.1.try_into_mut().unwrap_or_default());
        Ok(())
    }

    fn ask(&mut self, memory: BytesMut) {
        if self.chunks.is_empty() {
            return;
        }
        let (object, turns, first) = (self.object.clone(), self.object.turns.clone(), self.chunks.start);
        let end = self.chunks.end.min(first + self.step as u64);
        self.chunks.start = end;
        // What held a large batch is not kept for a small one.
        let memory = if memory.capacity() > 2 * self.step * SLOT { BytesMut::new() } else { memory };
        self.ahead = Some(turns.beside(move || object.read(first, end, memory)));
    }
}

/// Where a byte of the plaintext of a batch stands among chunks and tags.
fn place(start: u64) -> usize {
    (start / CHUNK as u64 * SLOT as u64 + start % CHUNK as u64) as usize
}

//! Writing an object into a bucket: one request for a small one, parts for a large one.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use outro_model::{AccountId, BlobId, Random, random_bytes, stop};
use rusty_s3::Method;

use super::client::{Answer, Ask};
use super::{Bucket, answer};
use crate::BlobError;
use crate::format::SLOT;

/// How many chunks a part has: the fewest that come to the 5 MiB that a part must have.
pub(crate) const PART_CHUNKS: u64 = 80;
/// A part, in bytes.
const PART: u64 = PART_CHUNKS * SLOT as u64;

/// An object that is being written. Until it is published there is none; dropped before, what was sent is aborted.
pub(crate) struct Upload {
    bucket: Bucket,
    owner: AccountId,
    id: BlobId,
    /// What the object is marked with.
    mark: String,
    /// Room for two parts, sealed, in a file without a name.
    scratch: File,
    written: AtomicU64,
    sent: Mutex<Sent>,
}

/// What was sent of an upload in parts.
#[derive(Default)]
struct Sent {
    upload: Option<String>,
    etags: Vec<String>,
}

/// An object that has just got its name. Dropped without [`Self::keep`], it is deleted: nobody took note of it. By its mark: another
/// may have the name by then.
pub(crate) struct Standing(Option<(Bucket, AccountId, BlobId, String)>);

impl Upload {
    /// A new object, in a home that is there. `scratch` lends its disk.
    pub(crate) fn begin(
        bucket: &Bucket,
        owner: AccountId,
        id: BlobId,
        scratch: &Path,
        random: &dyn Random,
    ) -> Result<Self, BlobError> {
        if !bucket.home_exists(owner)? {
            return Err(BlobError::HomeGone);
        }
        let (mark, scratch) = (hex::encode(random_bytes::<16>(random)), tempfile::tempfile_in(scratch)?);
        let (written, sent) = (AtomicU64::new(0), Mutex::default());
        Ok(Self { bucket: bucket.clone(), owner, id, mark, scratch, written, sent })
    }

    /// Writes sealed bytes behind those before. No more than two parts may be there that were not sent.
    pub(crate) fn write_at(&self, bytes: &[u8], at: u64) -> Result<(), BlobError> {
        let (mut rest, mut at) = (bytes, at);
        while !rest.is_empty() {
            let room = usize::try_from(PART - at % PART).unwrap_or(usize::MAX);
            let (now, later) = rest.split_at(room.min(rest.len()));
            self.scratch.write_all_at(now, place(at))?;
            at += now.len() as u64;
            rest = later;
        }
        self.written.store(at, Ordering::Release);
        Ok(())
    }

    /// Sends the parts that are full.
    pub(crate) fn catch_up(&self) -> Result<(), BlobError> {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        while self.written.load(Ordering::Acquire) - sent.etags.len() as u64 * PART >= PART {
            self.send(&mut sent, PART)?;
        }
        Ok(())
    }

    /// Sends the next part, of `length` bytes.
    fn send(&self, sent: &mut Sent, length: u64) -> Result<(), BlobError> {
        let key = self.key();
        if sent.upload.is_none() {
            stop::before("bucket: begin parts");
            let begun =
                self.bucket.ask(&Ask::new(Method::Post, &key).with("uploads", "").marked(&self.mark).carrying(b""))?;
            let begun = begun.fine()?;
            let upload = answer::text_of(&begun.body, "InitiateMultipartUploadResult", "UploadId");
            sent.upload = Some(upload.ok_or_else(|| begun.refused())?);
        }
        let upload = sent.upload.clone().unwrap_or_default();
        let body = self.part(sent.etags.len() as u64 * PART, length)?;
        let number = (sent.etags.len() + 1).to_string();
        stop::before("bucket: put a part");
        let part = Ask::new(Method::Put, &key).with("partNumber", number).with("uploadId", upload);
        let answer = self.bucket.ask(&part.head("content-md5", digest(&body)).carrying(&body))?;
        if answer.status == 404 {
            return Err(self.ended());
        }
        let answer = answer.fine()?;
        let etag = answer.etag.clone().ok_or_else(|| answer.refused())?;
        sent.etags.push(etag);
        Ok(())
    }

    fn key(&self) -> String {
        self.bucket.object(self.owner, self.id)
    }

    fn part(&self, from: u64, length: u64) -> Result<Vec<u8>, BlobError> {
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        self.scratch.read_exact_at(&mut bytes, place(from))?;
        Ok(bytes)
    }

    /// Why the server knows no such upload: an erasure has ended it; or a rule of the bucket that gives uploads too little time.
    fn ended(&self) -> BlobError {
        match self.bucket.home_exists(self.owner) {
            Ok(false) => BlobError::HomeGone,
            Ok(true) => BlobError::Away("the upload was ended by the server".into()),
            Err(error) => error,
        }
    }

    /// Gives the object its name. Only one object of an id can be, and none in a home that is gone.
    pub(crate) fn publish(self) -> Result<Standing, BlobError> {
        let small = {
            let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
            sent.upload.is_none() && self.written.load(Ordering::Acquire) <= PART
        };
        if !self.bucket.conditions && self.bucket.head(&self.key())?.is_some() {
            return Err(BlobError::Exists);
        }
        if small { self.put() } else { self.complete() }?;
        let standing = Standing(Some((self.bucket.clone(), self.owner, self.id, self.mark.clone())));
        stop::before("bucket: look after the home");
        if self.bucket.home_exists(self.owner)? {
            return Ok(standing);
        }
        standing.keep();
        self.bucket.take_back(self.owner, &[self.id]);
        Err(BlobError::HomeGone)
    }

    fn put(&self) -> Result<(), BlobError> {
        let (key, body) = (self.key(), self.part(0, self.written.load(Ordering::Acquire))?);
        stop::before("bucket: put an object");
        let put = Ask::new(Method::Put, &key).marked(&self.mark).head("content-md5", digest(&body)).carrying(&body);
        self.written_once(&self.bucket.ask(&self.once(put))?, |_| true)
    }

    fn complete(&self) -> Result<(), BlobError> {
        self.catch_up()?;
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = self.written.load(Ordering::Acquire) - sent.etags.len() as u64 * PART;
        if rest > 0 {
            self.send(&mut sent, rest)?;
        }
        let (key, list) = (self.key(), list(&sent.etags));
        stop::before("bucket: complete parts");
        let upload = sent.upload.clone().unwrap_or_default();
        let ask = Ask::new(Method::Post, &key).with("uploadId", upload).carrying(list.as_bytes());
        // How it ended may come behind a status that is fine.
        let is_said = |answer: &Answer| answer::is(&answer.body, "CompleteMultipartUploadResult");
        self.written_once(&self.bucket.ask(&self.once(ask))?, is_said)?;
        // Nothing is left to abort.
        sent.upload = None;
        Ok(())
    }

    /// Under the condition that there is no such object.
    fn once<'a>(&self, ask: Ask<'a>) -> Ask<'a> {
        if self.bucket.conditions { ask.head("if-none-match", "*") } else { ask }
    }

    /// Whether the object came to be, as the answer says it. A try whose answer was lost or cut off may have made it: then it
    /// bears the mark.
    fn written_once(&self, answer: &Answer, is_said: impl Fn(&Answer) -> bool) -> Result<(), BlobError> {
        if answer.is_fine() && is_said(answer) {
            return Ok(());
        }
        if !answer.is_fine() && !matches!(answer.status, 404 | 412) {
            return Err(answer.refused());
        }
        match self.bucket.head(&self.key())? {
            Some(found) if found.mark.as_deref() == Some(&self.mark) => Ok(()),
            Some(_) => Err(BlobError::Exists),
            None if answer.is_fine() => Err(answer.refused()),
            None => Err(self.ended()),
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let sent = self.sent.get_mut().unwrap_or_else(PoisonError::into_inner);
        let Some(upload) = sent.upload.take() else { return };
        let (bucket, key) = (self.bucket.clone(), self.key());
        aside(move || {
            if let Err(error) = bucket.abort_one(&key, &upload) {
                tracing::warn!(%error, "an upload could not be aborted; it is swept");
            }
        });
    }
}

impl Standing {
    pub(crate) fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        let Some((bucket, owner, id, mark)) = self.0.take() else { return };
        aside(move || match bucket.head(&bucket.object(owner, id)) {
            Ok(Some(found)) if found.mark.as_deref() == Some(&mark) => bucket.take_back(owner, &[id]),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "an object could not be taken back"),
        });
    }
}

/// Where a byte of the object stands in the scratch.
const fn place(at: u64) -> u64 {
    at / PART % 2 * PART + at % PART
}

/// What a server holds the bytes against that it got.
pub(super) fn digest(bytes: &[u8]) -> String {
    STANDARD.encode(Md5::digest(bytes))
}

fn list(etags: &[String]) -> String {
    let parts = etags
        .iter()
        .enumerate()
        .map(|(at, etag)| format!("<Part><PartNumber>{}</PartNumber><ETag>{etag}</ETag></Part>", at + 1));
    format!("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", parts.collect::<String>())
}

/// Does what blocks on a thread for it: whoever drops something must not wait.
fn aside(work: impl FnOnce() + Send + 'static) {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(work)),
        Err(_) => work(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_large_enough_and_end_where_chunks_end() {
        assert!(PART >= 5 << 20 && PART.is_multiple_of(SLOT as u64));
        assert_eq!((place(0), place(PART), place(2 * PART + 7)), (0, PART, 7));
    }
}

//! A ZIP archive on its way into a sealed object: each entry is hashed while it passes, and nothing is held
//! but a few chunks, and of each entry what the directory at the end says of it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use outro_blobs::BlobWriter;
use outro_vault::Sha256;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use crate::AppError;

/// From here on an entry takes the fields of ZIP64, with room for what is not known when it begins.
const LARGE: u64 = 0xf000_0000;
/// How many bytes wait at most before they are handed to the object.
const HANDFUL: usize = 256 * 1024;

/// What the archive's writer has written and the object has not taken yet.
#[derive(Clone, Default)]
struct Tray(Arc<Mutex<Vec<u8>>>);

impl Tray {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Tray {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An entry that is whole.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) sha256: [u8; 32],
    pub(super) bytes: u64,
}

struct Open {
    path: String,
    hash: Hashing,
    bytes: u64,
}

/// A hash that another thread goes on with, a handful at a time: it costs more than all else that a long file goes through.
#[derive(Default)]
struct Hashing {
    hash: Sha256,
    waiting: Vec<Bytes>,
    bytes: usize,
    under_way: Option<JoinHandle<Sha256>>,
}

impl Hashing {
    async fn update(&mut self, piece: Bytes) -> Result<(), AppError> {
        self.bytes += piece.len();
        self.waiting.push(piece);
        if self.bytes < HANDFUL {
            return Ok(());
        }
        self.settle().await?;
        self.bytes = 0;
        let (mut hash, pieces) = (std::mem::take(&mut self.hash), std::mem::take(&mut self.waiting));
        self.under_way = Some(tokio::task::spawn_blocking(move || {
            pieces.iter().for_each(|piece| hash.update(piece));
            hash
        }));
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), AppError> {
        // It stays in its place while it is waited for, so that nothing is lost when the caller stops.
        if let Some(under_way) = &mut self.under_way {
            self.hash = under_way.await.map_err(AppError::internal)?;
            self.under_way = None;
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<[u8; 32], AppError> {
        self.settle().await?;
        self.waiting.iter().for_each(|piece| self.hash.update(piece));
        Ok(self.hash.finish())
    }
}

/// An archive that is being written.
pub(super) struct Writing {
    zip: ZipWriter<StreamWriter<Tray>>,
    tray: Tray,
    object: BlobWriter,
    open: Option<Open>,
    waiting: usize,
    entries: Vec<Entry>,
}

impl Writing {
    pub(super) fn into_object(object: BlobWriter) -> Self {
        let tray = Tray::default();
        let zip = ZipWriter::new_stream(tray.clone());
        Self { zip, tray, object, open: None, waiting: 0, entries: Vec::new() }
    }

    /// Begins an entry that is stored as it is, such as a video, which no packing makes smaller.
    pub(super) fn begin_stored(&mut self, path: String, length: u64) -> Result<(), AppError> {
        self.begin(path, CompressionMethod::Stored, length)
    }

    /// Begins an entry of text.
    pub(super) fn begin_text(&mut self, path: impl Into<String>) -> Result<(), AppError> {
        self.begin(path.into(), CompressionMethod::Deflated, 0)
    }

    fn begin(&mut self, path: String, method: CompressionMethod, length: u64) -> Result<(), AppError> {
        let options =
            SimpleFileOptions::default().compression_method(method).unix_permissions(0o644).large_file(length >= LARGE);
        self.zip.start_file(path.as_str(), options).map_err(AppError::internal)?;
        self.open = Some(Open { path, hash: Hashing::default(), bytes: 0 });
        Ok(())
    }

    /// Adds bytes to the entry that is open.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        self.pass(Bytes::copy_from_slice(bytes)).await
    }

    /// Adds a piece of a file to the entry that is open.
    pub(super) async fn pass(&mut self, piece: Bytes) -> Result<(), AppError> {
        let Some(open) = &mut self.open else { return Err(AppError::internal("no entry is open")) };
        open.bytes += piece.len() as u64;
        self.zip.write_all(&piece)?;
        self.waiting += piece.len();
        open.hash.update(piece).await?;
        if self.waiting >= HANDFUL {
            self.hand_over().await?;
        }
        Ok(())
    }

    async fn hand_over(&mut self) -> Result<(), AppError> {
        self.waiting = 0;
        let bytes = self.tray.take();
        Ok(self.object.write(&bytes).await?)
    }

    /// Ends the entry that is open; what it was.
    pub(super) async fn end(&mut self) -> Result<Entry, AppError> {
        let Some(Open { path, hash, bytes }) = self.open.take() else {
            return Err(AppError::internal("no entry is open"));
        };
        let entry = Entry { path, sha256: hash.finish().await?, bytes };
        self.entries.push(entry.clone());
        Ok(entry)
    }

    /// Adds a whole entry of text.
    pub(super) async fn text(&mut self, path: impl Into<String>, text: &str) -> Result<Entry, AppError> {
        self.begin_text(path)?;
        self.write(text.as_bytes()).await?;
        self.end().await
    }

    /// Ends the archive with `manifest.json`, which names every other entry, and gives the object back.
    /// `content` is the entry that holds what another server can bring in.
    pub(super) async fn finish(mut self, about: Value, content: &Entry) -> Result<BlobWriter, AppError> {
        let entries = std::mem::take(&mut self.entries);
        self.begin_text("manifest.json")?;
        let content = json!({ "path": content.path, "sha256": hex::encode(content.sha256) });
        self.write(format!("{{\n\"about\": {about},\n\"content\": {content},\n\"entries\": [\n").as_bytes()).await?;
        for (number, Entry { path, sha256, bytes }) in entries.iter().enumerate() {
            let line = json!({ "path": path, "sha256": hex::encode(sha256), "bytes": bytes });
            let comma = if number + 1 == entries.len() { "" } else { "," };
            self.write(format!("{line}{comma}\n").as_bytes()).await?;
        }
        self.write(b"]\n}\n").await?;
        self.open = None;
        let Self { zip, tray, mut object, .. } = self;
        zip.finish().map_err(AppError::internal)?;
        object.write(&tray.take()).await?;
        Ok(object)
    }
}

/// A JSON document that is written entry by entry: an object of lists.
pub(super) struct Lists<'a> {
    writing: &'a mut Writing,
    lists: usize,
    items: usize,
}

impl<'a> Lists<'a> {
    pub(super) async fn begin(writing: &'a mut Writing, path: String, head: &str) -> Result<Self, AppError> {
        writing.begin_text(path)?;
        writing.write(head.as_bytes()).await?;
        Ok(Self { writing, lists: 0, items: 0 })
    }

    /// Begins the next list.
    pub(super) async fn list(&mut self, name: &str) -> Result<(), AppError> {
        let end = if self.lists > 0 { "\n],\n" } else { "" };
        (self.lists, self.items) = (self.lists + 1, 0);
        self.writing.write(format!("{end}{}: [", json!(name)).as_bytes()).await
    }

    /// Adds to the list.
    pub(super) async fn item(&mut self, item: &Value) -> Result<(), AppError> {
        let comma = if self.items > 0 { ",\n" } else { "\n" };
        self.items += 1;
        self.writing.write(format!("{comma}{item}").as_bytes()).await
    }

    pub(super) async fn end(self) -> Result<Entry, AppError> {
        let end: &[u8] = if self.lists > 0 { b"\n]\n}\n" } else { b"}\n" };
        self.writing.write(end).await?;
        self.writing.end().await
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Seek as _, SeekFrom};

    use outro_model::{BlobId, BlobKind};
    use outro_testkit::{On, World, read_zip};

    use super::*;

    /// More than four bytes can say.
    const ZEROS: u64 = (1 << 32) + 5;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_lies_beyond_four_gib_is_found_by_other_programs() {
        let world = World::start(On::Sqlite).await;
        let ada = world.client().join("ada").await;
        let keys = world.app.vault.account(world.id_of(&ada).await).await.unwrap().expect("keys");
        let id = BlobId::random(&*world.app.random);
        let object = world.app.blobs.writer(&keys, id, BlobKind::Takeout).await.unwrap();
        let (mut writing, path) = (Writing::into_object(object), world.folder.path().join("archive.zip"));
        let mut archive = File::create(&path).unwrap();

        // The zeros go by the object into a hole of the file: sealed, they would take all the room that they say.
        writing.begin_stored("zeros".into(), ZEROS).unwrap();
        archive.write_all(&writing.tray.take()).unwrap();
        let zeros = vec![0u8; 1 << 20];
        for from in (0..ZEROS).step_by(zeros.len()) {
            let piece = &zeros[..zeros.len().min((ZEROS - from) as usize)];
            writing.zip.write_all(piece).unwrap();
            assert!(writing.tray.take() == piece, "it is not stored as it is");
            archive.seek(SeekFrom::Current(piece.len() as i64)).unwrap();
        }
        writing.end().await.unwrap();
        let entry = writing.text("after", "What comes after.").await.unwrap();
        let sealed = writing.finish(json!({}), &entry).await.unwrap().finish(&keys).await.unwrap();
        let rest = world.app.blobs.reader(&keys, id, BlobKind::Takeout, &sealed.header).await.unwrap();
        rest.expect("the object").copy_out(archive).await.unwrap();

        let found = read_zip(&path);
        let [zeros, after, manifest] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((zeros.path.as_str(), zeros.bytes, zeros.place), ("zeros", ZEROS, 0));
        assert_eq!((after.path.as_str(), after.bytes), ("after", entry.bytes));
        assert_eq!(after.sha256, hex::encode(entry.sha256));
        assert_eq!(manifest.path, "manifest.json");
        assert!(after.place > ZEROS && manifest.place > after.place, "{found:?}");
    }
}

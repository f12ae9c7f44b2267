//! A folder of backups, and the files of one.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use outro_blobs::Shelf;
use outro_db::portable::Record;
use outro_model::{AccountId, BackupId, BlobId, Timestamp, is_hex, stop};
use outro_vault::{BackupKeys, PieceReader, PieceWriter, Vault};

use super::{BackupError, at};

pub(super) const ROWS: &str = "rows";
pub(super) const OBJECTS: &str = "objects";
const ABOUT: &str = "about";
const SERVER: &str = "server";
const UNFINISHED: &str = "part";
const TITLE: &str = "outro backup v1";
/// An object in the list of a backup: owner, id, and whether it is there.
const ENTRY: usize = 16 + 16 + 1;

/// What stands in plain beside a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The backup.
    pub id: BackupId,
    /// The moment that it holds.
    pub taken_at: Timestamp,
    /// From when on it opens to nobody.
    pub ends_at: Timestamp,
    /// The folder that it is in.
    pub folder: PathBuf,
}

/// A folder of backups, held as long as the value.
pub struct Backups {
    root: PathBuf,
    /// The objects of all backups in it.
    pub(super) shelf: Shelf,
    lock: File,
}

impl Drop for Backups {
    fn drop(&mut self) {
        // A child that is just being started holds the file too until it runs a program of its own: closing it here alone does
        // not let the folder go (flock(2)).
        drop(self.lock.unlock());
    }
}

impl Backups {
    /// Opens the folder at `root`; makes it when `make` says so. One command at a time has it.
    pub fn open(root: &Path, vault: &Vault, make: bool) -> Result<Self, BackupError> {
        let server = hex::encode(vault.verifying_key());
        if make {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(root);
            made.map_err(at("the folder of backups"))?;
        }
        match fs::read_to_string(root.join(SERVER)) {
            Ok(text) if text.trim() == server => {}
            Ok(_) => return Err(BackupError::OtherServer),
            Err(error) if error.kind() == ErrorKind::NotFound && make => write_whole(&root.join(SERVER), &server)?,
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(BackupError::NotThere),
            Err(error) => return Err(at("the folder of backups")(error)),
        }
        let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(root.join("lock"));
        let lock = lock.map_err(at("the folder of backups"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => BackupError::Busy,
            TryLockError::Error(error) => at("the folder of backups")(error),
        })?;
        let shelf = Shelf::open(root.join(OBJECTS), vault.clone())?;
        Ok(Self { root: root.to_owned(), shelf, lock })
    }

    /// The backups in it, the oldest first.
    pub fn list(&self) -> Result<Vec<About>, BackupError> {
        let mut found = Vec::new();
        for path in self.folders()? {
            if path.extension().is_none_or(|end| end != UNFINISHED) && path.join(ABOUT).is_file() {
                found.push(read_about(&path)?);
            }
        }
        found.sort_by_key(|about| (about.taken_at, about.id));
        Ok(found)
    }

    /// The newest backup, or the one in this folder.
    pub fn find(&self, name: Option<&str>) -> Result<About, BackupError> {
        let wanted = |about: &About| {
            name.is_none_or(|name| about.folder.file_name().is_some_and(|folder| folder.to_str() == Some(name)))
        };
        self.list()?.into_iter().rfind(wanted).ok_or(BackupError::NotThere)
    }

    /// Folders of backups that were never finished, and of those whose removal was not: they are none, or none any more.
    pub(super) fn unfinished(&self) -> Result<Vec<PathBuf>, BackupError> {
        let is_none = |path: &PathBuf| {
            let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default();
            end == UNFINISHED || (is_hex(end, 32) && !path.join(ABOUT).exists())
        };
        Ok(self.folders()?.into_iter().filter(is_none).collect())
    }

    fn folders(&self) -> Result<Vec<PathBuf>, BackupError> {
        let failed = at("the folder of backups");
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.root).map_err(&failed)? {
            let path = entry.map_err(&failed)?.path();
            if path.is_dir() && path.file_name().is_none_or(|name| name != OBJECTS) {
                found.push(path);
            }
        }
        Ok(found)
    }

    /// Where a new backup is put together.
    pub(super) fn begin(&self, id: BackupId) -> Result<PathBuf, BackupError> {
        let folder = self.root.join(format!("{}.{UNFINISHED}", hex::encode(id.as_bytes())));
        stop::before("backup: make its folder");
        DirBuilder::new().mode(0o700).create(&folder).map_err(at("the backup"))?;
        Ok(folder)
    }

    /// Gives a backup that is whole its name.
    pub(super) fn publish(
        &self,
        unfinished: &Path,
        keys: &BackupKeys,
        taken_at: Timestamp,
    ) -> Result<About, BackupError> {
        let term = keys.term();
        let moment = taken_at.rfc3339().replace(':', "-");
        let folder = self.root.join(format!("{moment}.{}", hex::encode(term.id.as_bytes())));
        let text = format!(
            "{TITLE}\nid: {}\ntaken_at: {}\nends_at: {}\n",
            hex::encode(term.id.as_bytes()),
            taken_at.0,
            term.ends_at.0
        );
        write_whole(&unfinished.join(ABOUT), &text)?;
        stop::before("backup: name");
        fs::rename(unfinished, &folder).map_err(at("the backup"))?;
        sync(&self.root)?;
        Ok(About { id: term.id, taken_at, ends_at: term.ends_at, folder })
    }

    /// Removes a folder. The plain text goes first: from then on it is no backup.
    pub(super) fn remove(&self, folder: &Path) -> Result<(), BackupError> {
        stop::before("backup: delete what it says of itself");
        match fs::remove_file(folder.join(ABOUT)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(at("the backup")(error)),
            _ => {}
        }
        stop::before("backup: delete");
        fs::remove_dir_all(folder).map_err(at("the backup"))?;
        sync(&self.root)
    }
}

fn sync(folder: &Path) -> Result<(), BackupError> {
    stop::before("backup: sync a folder");
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at("the folder of backups"))
}

fn write_whole(path: &Path, text: &str) -> Result<(), BackupError> {
    let write = || {
        let part = path.with_extension(UNFINISHED);
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        stop::before("backup: write a text");
        file.write_all(text.as_bytes())?;
        stop::before("backup: sync a text");
        file.sync_all()?;
        stop::before("backup: name a text");
        fs::rename(&part, path)?;
        stop::before("backup: sync the name of a text");
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().map_err(at("the backup"))
}

fn read_about(folder: &Path) -> Result<About, BackupError> {
    let text = fs::read_to_string(folder.join(ABOUT)).map_err(at("the backup"))?;
    let damaged = || BackupError::Tampered("about");
    if !text.starts_with(TITLE) {
        return Err(damaged());
    }
    let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).ok_or_else(damaged);
    let moment = |name: &str| line(name)?.parse().map(Timestamp).map_err(|_| damaged());
    let id = hex::decode(line("id: ")?).ok().and_then(|id| id.try_into().ok()).ok_or_else(damaged)?;
    let (taken_at, ends_at) = (moment("taken_at: ")?, moment("ends_at: ")?);
    Ok(About { id: BackupId::from_bytes(id), taken_at, ends_at, folder: folder.to_owned() })
}

/// A part of a backup that is being written.
pub(super) fn writer(folder: &Path, part: &'static str, keys: &BackupKeys) -> Result<PieceWriter, BackupError> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join(part));
    let keys = keys.clone();
    Ok(PieceWriter::new(file.map_err(at("the backup"))?, move |number, last, piece| {
        Ok(keys.seal(part, number, last, piece))
    }))
}

fn reader(about: &About, part: &'static str, keys: &BackupKeys) -> Result<PieceReader, BackupError> {
    let opened = File::open(about.folder.join(part)).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (length, file) = match opened {
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(BackupError::Tampered(part)),
        opened => opened.map_err(at("the backup"))?,
    };
    let keys = keys.clone();
    Ok(PieceReader::new(file, length, move |number, last, sealed| keys.open(part, number, last, sealed)))
}

/// The rows of a backup, piece by piece.
pub(super) struct Rows(PieceReader);

impl Rows {
    pub(super) fn of(about: &About, keys: &BackupKeys) -> Result<Self, BackupError> {
        Ok(Self(reader(about, ROWS, keys)?))
    }

    /// The records of the next piece; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Record>>, BackupError> {
        let Some(piece) = self.0.next().await? else { return Ok(None) };
        let (mut rest, mut records) = (&piece[..], Vec::new());
        while !rest.is_empty() {
            records.push(Record::read(&mut rest).ok_or(BackupError::Tampered(ROWS))?);
        }
        Ok(Some(records))
    }
}

/// An object as a backup lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) owner: AccountId,
    pub(super) id: BlobId,
    /// Not so, when its video was just being taken away.
    pub(super) there: bool,
}

impl Entry {
    pub(super) fn write(&self) -> [u8; ENTRY] {
        let mut bytes = [0; ENTRY];
        bytes[..16].copy_from_slice(self.owner.as_bytes());
        bytes[16..32].copy_from_slice(self.id.as_bytes());
        bytes[32] = u8::from(self.there);
        bytes
    }

    fn read(bytes: &[u8; ENTRY]) -> Self {
        let half = |from: usize| {
            let mut id = [0; 16];
            id.copy_from_slice(&bytes[from..from + 16]);
            id
        };
        let (owner, id) = (AccountId::from_bytes(half(0)), BlobId::from_bytes(half(16)));
        Self { owner, id, there: bytes[32] == 1 }
    }
}

/// The list of objects of a backup, piece by piece.
pub(super) struct Entries(PieceReader);

impl Entries {
    pub(super) fn of(about: &About, keys: &BackupKeys) -> Result<Self, BackupError> {
        Ok(Self(reader(about, OBJECTS, keys)?))
    }

    pub(super) async fn next(&mut self) -> Result<Option<Vec<Entry>>, BackupError> {
        let Some(piece) = self.0.next().await? else { return Ok(None) };
        let (entries, rest) = piece.as_chunks::<ENTRY>();
        if !rest.is_empty() {
            return Err(BackupError::Tampered(OBJECTS));
        }
        Ok(Some(entries.iter().map(Entry::read).collect()))
    }
}

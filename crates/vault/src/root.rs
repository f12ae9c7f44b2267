//! The root file: the keys that wrap the keyring, kept apart from it.
//!
//! `"OUTROOT1" ‖ count ‖ count × (id, 16 bytes ‖ key, 32 bytes) ‖ SHA-256 of all before`. The first key is
//! the newest; a second one stands there only while a rotation is under way. The file is replaced as a
//! whole (written beside, synced, renamed, folder synced), so that after a loss of power it is the old
//! one or the new one.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use outro_db::{FromValue, Param, ToParam, Value};
use outro_model::{Random, random_bytes, stop};
use zeroize::{Zeroize, Zeroizing};

use crate::{KeyBytes, VaultError, sha256};

const MAGIC: &[u8; 8] = b"OUTROOT1";
const ENTRY: usize = 48;
const HASH: usize = 32;

/// The random name of a root key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RootId([u8; 16]);

impl RootId {
    pub(crate) const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl ToParam for RootId {
    fn to_param(&self) -> Param<'_> {
        Param::Bytes(&self.0)
    }
}

impl FromValue for RootId {
    fn from_value(value: &Value) -> Option<Self> {
        <[u8; 16]>::from_value(value).map(Self)
    }
}

/// A root key, as bytes: for the file alone.
pub(crate) struct RootKey {
    pub(crate) id: RootId,
    pub(crate) key: KeyBytes,
}

impl RootKey {
    pub(crate) fn random(random: &dyn Random) -> Self {
        Self { id: RootId(random_bytes(random)), key: KeyBytes::random(random) }
    }
}

/// Where the root keys are. Keep it out of the keyring's folder and out of the keyring's backups: whoever
/// has a copy of both has the keys.
#[derive(Clone, Debug)]
pub struct RootFile {
    path: PathBuf,
    one_of_many: bool,
}

/// Held by who replaces the file; gone when dropped, also by the death of the process.
pub(crate) struct RootLock {
    file: File,
}

impl Drop for RootLock {
    fn drop(&mut self) {
        // A child that is just being started holds the file too until it runs a program of its own: closing it here alone does
        // not let it go (flock(2)).
        drop(self.file.unlock());
    }
}

/// Tells one version of the file from another.
pub(crate) type Stamp = (u64, u64, i64, i64);

impl RootFile {
    /// The root file at `path`. It is made at the first start, readable for its owner alone.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), one_of_many: false }
    }

    /// The same where each of several machines has a root file of its own: new root keys are handed over through the keyring.
    #[must_use]
    pub fn one_of_many(self) -> Self {
        Self { one_of_many: true, ..self }
    }

    pub(crate) fn is_one_of_many(&self) -> bool {
        self.one_of_many
    }

    pub(crate) fn stamp(&self) -> Option<Stamp> {
        let meta = std::fs::metadata(&self.path).ok()?;
        Some((meta.dev(), meta.ino(), meta.mtime(), meta.mtime_nsec()))
    }

    /// The keys of the file, the newest first; `None` when there is no file.
    pub(crate) async fn read(&self) -> Result<Option<Vec<RootKey>>, VaultError> {
        let path = self.path.clone();
        blocking(move || read_steady(&path)).await
    }

    /// The keys of the file, which is made with one random key when it is not there.
    pub(crate) async fn read_or_make(&self, first: RootKey) -> Result<Vec<RootKey>, VaultError> {
        let path = self.path.clone();
        blocking(move || {
            if let Some(keys) = read_steady(&path)? {
                return Ok(keys);
            }
            if let Some(folder) = path.parent() {
                DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            }
            // Of two processes that start at once, one makes the file and the other reads it.
            let lock = lock_file(&path)?;
            lock.lock()?;
            if let Some(keys) = read_steady(&path)? {
                return Ok(keys);
            }
            replace(&path, &encode(std::slice::from_ref(&first)))?;
            Ok(vec![first])
        })
        .await
    }

    /// Replaces the file.
    pub(crate) async fn write(&self, keys: &[RootKey]) -> Result<(), VaultError> {
        let (path, bytes) = (self.path.clone(), encode(keys));
        blocking(move || Ok(replace(&path, &bytes)?)).await
    }

    /// Takes the right to replace the file, and waits for it.
    pub(crate) async fn lock_in_turn(&self) -> Result<RootLock, VaultError> {
        let path = self.path.clone();
        blocking(move || {
            let file = lock_file(&path)?;
            file.lock()?;
            Ok(RootLock { file })
        })
        .await
    }

    /// Takes the right to replace the file, if nobody has it.
    pub(crate) async fn lock(&self) -> Result<RootLock, VaultError> {
        let path = self.path.clone();
        blocking(move || {
            let file = lock_file(&path)?;
            match file.try_lock() {
                Ok(()) => Ok(RootLock { file }),
                Err(TryLockError::WouldBlock) => Err(VaultError::RotationRunning),
                Err(TryLockError::Error(error)) => Err(error.into()),
            }
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(VaultError::Stopped))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

fn lock_file(path: &Path) -> io::Result<File> {
    let beside = beside(path, ".lock");
    // Only what is made here is given away: what stands there may be a link to something else.
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside) {
        Ok(file) => {
            give_to_the_owner_of(path, &file)?;
            Ok(file)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => OpenOptions::new().write(true).open(&beside),
        Err(error) => Err(error),
    }
}

/// A command that is run by root must not take the file from the server, which is somebody else. `file` has just been made.
fn give_to_the_owner_of(path: &Path, file: &File) -> io::Result<()> {
    let Ok(old) = std::fs::metadata(path) else { return Ok(()) };
    let now = file.metadata()?;
    if (old.uid(), old.gid()) == (now.uid(), now.gid()) {
        return Ok(());
    }
    match fchown(file, Some(old.uid()), Some(old.gid())) {
        // Whoever cannot give it away has the file by a group that both are in, or on a disk that knows no owners.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::PermissionDenied | ErrorKind::InvalidInput | ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        given => given,
    }
}

/// A file that is just being scrubbed after its replacement reads as damaged; its successor does not.
fn read_steady(path: &Path) -> Result<Option<Vec<RootKey>>, VaultError> {
    match read(path) {
        Err(VaultError::RootDamaged) => read(path),
        read => read,
    }
}

fn read(path: &Path) -> Result<Option<Vec<RootKey>>, VaultError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    // Room for the whole file at once: a buffer that grows leaves copies of keys behind.
    let mut bytes = Zeroizing::new(vec![0; MAGIC.len() + 1 + usize::from(u8::MAX) * ENTRY + HASH + 1]);
    let mut filled = 0;
    loop {
        match file.read(&mut bytes[filled..])? {
            0 => break,
            more => filled += more,
        }
    }
    decode(&bytes[..filled]).map(Some).ok_or(VaultError::RootDamaged)
}

fn encode(keys: &[RootKey]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAGIC.len() + 1 + keys.len() * ENTRY + HASH));
    bytes.extend_from_slice(MAGIC);
    bytes.push(keys.len() as u8);
    for key in keys {
        bytes.extend_from_slice(&key.id.0);
        bytes.extend_from_slice(&*key.key);
    }
    let hash = sha256(&[&bytes]);
    bytes.extend_from_slice(&hash);
    bytes
}

fn decode(bytes: &[u8]) -> Option<Vec<RootKey>> {
    let (body, hash) = bytes.split_last_chunk::<HASH>()?;
    let (&count, entries) = body.strip_prefix(MAGIC)?.split_first()?;
    if sha256(&[body]) != *hash || count == 0 || entries.len() != usize::from(count) * ENTRY {
        return None;
    }
    let key_of = |entry: &[u8]| -> Option<RootKey> {
        let (id, key) = entry.split_first_chunk::<16>()?;
        Some(RootKey { id: RootId(*id), key: KeyBytes::copy_of(key)? })
    };
    entries.chunks_exact(ENTRY).map(key_of).collect()
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = beside(path, ".new");
    // What a killed process left there.
    match std::fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
    give_to_the_owner_of(path, &file)?;
    stop::before("root key: write");
    file.write_all(bytes)?;
    stop::before("root key: sync");
    file.sync_all()?;
    let old = OpenOptions::new().write(true).open(path);
    stop::before("root key: name");
    std::fs::rename(&temporary, path)?;
    stop::before("root key: sync its name");
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()?;
    if let Ok(old) = old {
        // Where the file system writes in place this takes the old keys off the disk; where it does
        // not, nothing is lost. Nothing rests on it: what makes an old key harmless is that it opens
        // no row of today's keyring.
        stop::before("root key: overwrite the old");
        scrub(old).ok();
    }
    Ok(())
}

fn scrub(mut file: File) -> io::Result<()> {
    let mut zeros = vec![0xff; file.metadata()?.len() as usize];
    zeros.zeroize();
    file.rewind()?;
    file.write_all(&zeros)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemRandom;

    #[test]
    fn round_trips_and_refuses_every_flipped_bit_and_cut() {
        let keys = [RootKey::random(&SystemRandom), RootKey::random(&SystemRandom)];
        let bytes = encode(&keys);
        let read = decode(&bytes).unwrap();
        assert!(read.iter().zip(&keys).all(|(a, b)| a.id == b.id && *a.key == *b.key) && read.len() == 2);
        for place in 0..bytes.len() {
            let mut flipped = bytes.to_vec();
            flipped[place] ^= 1;
            assert!(decode(&flipped).is_none() && decode(&bytes[..place]).is_none(), "{place}");
        }
    }

    #[tokio::test]
    async fn is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/root.key");
        let file = RootFile::at(&path);
        assert!(file.read().await.unwrap().is_none());
        let made = file.read_or_make(RootKey::random(&SystemRandom)).await.unwrap();
        let again = file.read_or_make(RootKey::random(&SystemRandom)).await.unwrap();
        assert_eq!(made[0].id, again[0].id);
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        std::fs::write(&path, b"OUTROOT1").unwrap();
        assert!(matches!(file.read().await, Err(VaultError::RootDamaged)));
    }

    /// As root alone: whoever is nobody else cannot give a file away.
    #[tokio::test]
    async fn it_stays_its_owners_whoever_replaces_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        let (file, keys) = (RootFile::at(&path), [RootKey::random(&SystemRandom)]);
        file.write(&keys).await.unwrap();
        let nobody = 65_534;
        if std::os::unix::fs::chown(&path, Some(nobody), Some(nobody)).is_err() {
            return;
        }
        file.write(&keys).await.unwrap();
        drop(file.lock().await.unwrap());
        for path in [&path, &beside(&path, ".lock")] {
            let now = std::fs::metadata(path).unwrap();
            assert_eq!((now.uid(), now.gid(), now.mode() & 0o777), (nobody, nobody, 0o600), "{path:?}");
        }
    }

    #[tokio::test]
    async fn one_alone_may_replace_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = RootFile::at(folder.path().join("root.key"));
        let held = file.lock().await.unwrap();
        assert!(matches!(file.lock().await, Err(VaultError::RotationRunning)));
        drop(held);
        file.lock().await.unwrap();
    }
}

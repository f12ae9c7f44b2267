//! Folders and files on the local disk. Everything here blocks.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use outro_model::{AccountId, BlobId, Random, random_bytes, stop};
use rustix::fs::{AtFlags, CWD, Mode, OFlags};

use crate::BlobError;

/// How often a home is emptied again when a racing upload puts a file into it.
const TRIES: usize = 1000;

pub(crate) struct Local {
    root: PathBuf,
    /// Whether files can be written without a name here (`O_TMPFILE`).
    unnamed: bool,
}

/// A file that is being written. Until it is published it has no name, or one that no object has; dropped
/// before, it is gone.
pub(crate) struct Unfinished {
    pub(crate) file: File,
    name: Option<PathBuf>,
    home: PathBuf,
    target: PathBuf,
}

/// A file that has just got its name. Dropped without [`Self::keep`], it is removed: nobody took note of it.
pub(crate) struct Published(Option<PathBuf>);

impl Local {
    pub(crate) fn open(root: PathBuf, random: &dyn Random) -> Result<Self, BlobError> {
        folder_builder().recursive(true).create(&root)?;
        let unnamed = can_write_unnamed(&root, random);
        Ok(Self { root, unnamed })
    }

    fn shelf(&self, owner: AccountId) -> PathBuf {
        self.root.join(hex::encode(&owner.as_bytes()[..1]))
    }

    fn home(&self, owner: AccountId) -> PathBuf {
        self.shelf(owner).join(hex::encode(owner.as_bytes()))
    }

    fn object(&self, owner: AccountId, id: BlobId) -> PathBuf {
        self.home(owner).join(hex::encode(id.as_bytes()))
    }

    pub(crate) fn create_home(&self, owner: AccountId) -> Result<(), BlobError> {
        let shelf = self.shelf(owner);
        stop::before("home: make its shelf");
        if make_folder(&shelf)? {
            sync_folder(&self.root)?;
        }
        stop::before("home: make");
        make_folder(&self.home(owner))?;
        stop::before("home: sync");
        Ok(sync_folder(&shelf)?)
    }

    pub(crate) fn home_exists(&self, owner: AccountId) -> Result<bool, BlobError> {
        Ok(self.home(owner).try_exists()?)
    }

    /// A file for a new object. `random` names it where files without a name cannot be had.
    pub(crate) fn unfinished(
        &self,
        owner: AccountId,
        id: BlobId,
        random: &dyn Random,
    ) -> Result<Unfinished, BlobError> {
        let (home, target) = (self.home(owner), self.object(owner, id));
        let (file, name) = if self.unnamed {
            (unnamed_in_home(&home).map_err(home_gone)?, None)
        } else {
            let name = home.join(format!("{}.part", hex::encode(random_bytes::<16>(random))));
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&name);
            (file.map_err(home_gone)?, Some(name))
        };
        Ok(Unfinished { file, name, home, target })
    }

    /// The file of an object, if there is one.
    pub(crate) fn file(&self, owner: AccountId, id: BlobId) -> Result<Option<File>, BlobError> {
        found(File::open(self.object(owner, id)))
    }

    /// Gives objects a second owner.
    pub(crate) fn link(&self, from: AccountId, to: AccountId, ids: &[BlobId]) -> Result<(), BlobError> {
        for id in ids {
            fs::hard_link(self.object(from, *id), self.object(to, *id)).map_err(home_gone)?;
        }
        Ok(sync_folder(&self.home(to))?)
    }

    pub(crate) fn delete(&self, owner: AccountId, id: BlobId) -> Result<(), BlobError> {
        stop::before("object: delete");
        if found(fs::remove_file(self.object(owner, id)))?.is_some() {
            stop::before("object: sync its deletion");
            // The home may be gone by now, and this file with it.
            found(sync_folder(&self.home(owner)))?;
        }
        Ok(())
    }

    /// The objects of an owner, in order. Without a home there are none.
    pub(crate) fn list(&self, owner: AccountId) -> Result<Vec<BlobId>, BlobError> {
        let names = names(&self.home(owner))?.unwrap_or_default();
        let mut ids: Vec<_> = names.iter().filter_map(|name| id_bytes(name)).map(BlobId::from_bytes).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// Removes all files of a home, then the home.
    pub(crate) fn remove_home(&self, owner: AccountId) -> Result<(), BlobError> {
        let home = self.home(owner);
        for _ in 0..TRIES {
            let Some(names) = names(&home)? else { break };
            for name in names {
                stop::before("home: delete an object");
                found(fs::remove_file(home.join(name)))?;
            }
            stop::before("home: delete");
            match fs::remove_dir(&home) {
                Ok(()) => break,
                Err(error) if error.kind() == ErrorKind::NotFound => break,
                // An upload has just ended in here.
                Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => {}
                Err(error) => return Err(error.into()),
            }
        }
        if home.try_exists()? {
            return Err(BlobError::Stopped);
        }
        stop::before("home: sync its deletion");
        // Also when an earlier call removed it and did not come this far.
        found(sync_folder(&self.shelf(owner)))?;
        Ok(())
    }

    /// A page of all owners that have a home, in order.
    pub(crate) fn owners(&self, after: Option<AccountId>, limit: usize) -> Result<Vec<AccountId>, BlobError> {
        let first = after.map(|after| hex::encode(&after.as_bytes()[..1])).unwrap_or_default();
        let mut shelves = names(&self.root)?.unwrap_or_default();
        shelves.retain(|shelf| shelf.len() == 2 && *shelf >= first);
        shelves.sort_unstable();
        let mut owners = Vec::new();
        for shelf in shelves {
            let homes = names(&self.root.join(shelf))?.unwrap_or_default();
            let ids = homes.iter().filter_map(|name| id_bytes(name)).map(AccountId::from_bytes);
            let mut ids: Vec<_> = ids.filter(|id| after.is_none_or(|after| *id > after)).collect();
            ids.sort_unstable();
            owners.extend(ids);
            if owners.len() >= limit {
                owners.truncate(limit);
                break;
            }
        }
        Ok(owners)
    }
}

impl Unfinished {
    /// Gives the file its name, durably. Only one object of an id can be.
    pub(crate) fn publish(self) -> Result<Published, BlobError> {
        stop::before("object: sync");
        self.file.sync_all()?;
        stop::before("object: name");
        match &self.name {
            Some(name) => fs::hard_link(name, &self.target),
            None => name_file(&self.file, &self.target),
        }
        .map_err(home_gone)?;
        let published = Published(Some(self.target.clone()));
        stop::before("object: sync its name");
        sync_folder(&self.home).map_err(home_gone)?;
        Ok(published)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            fs::remove_file(name).ok();
        }
    }
}

impl Published {
    pub(crate) fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        if let Some(name) = &self.0 {
            fs::remove_file(name).ok();
        }
    }
}

fn folder_builder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

fn make_folder(path: &Path) -> io::Result<bool> {
    match folder_builder().create(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// What is not there is no error.
fn found<T>(result: io::Result<T>) -> Result<Option<T>, BlobError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn home_gone(error: io::Error) -> BlobError {
    match error.kind() {
        ErrorKind::NotFound => BlobError::HomeGone,
        ErrorKind::AlreadyExists => BlobError::Exists,
        _ => error.into(),
    }
}

fn names(folder: &Path) -> Result<Option<Vec<String>>, BlobError> {
    let Some(entries) = found(fs::read_dir(folder))? else { return Ok(None) };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    Ok(Some(names))
}

fn id_bytes(name: &str) -> Option<[u8; 16]> {
    hex::decode(name).ok()?.try_into().ok()
}

fn unnamed_file(folder: &Path) -> io::Result<File> {
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::openat(CWD, folder, flags, Mode::RUSR | Mode::WUSR)?))
}

/// In a folder that is removed in the same moment ext4 answers `EPERM`; a moment later it is not found.
fn unnamed_in_home(home: &Path) -> io::Result<File> {
    for _ in 0..20 {
        match unnamed_file(home) {
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::PERM.raw_os_error()) => {
                std::thread::sleep(Duration::from_millis(1));
            }
            begun => return begun,
        }
    }
    unnamed_file(home)
}

fn name_file(file: &File, target: &Path) -> io::Result<()> {
    let here = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(rustix::fs::linkat(CWD, here, CWD, target, AtFlags::SYMLINK_FOLLOW)?)
}

/// Some network file systems cannot; there a file has a name of its own until it is whole.
fn can_write_unnamed(root: &Path, random: &dyn Random) -> bool {
    let probe = root.join(format!("{}.part", hex::encode(random_bytes::<16>(random))));
    let named = unnamed_file(root).and_then(|file| name_file(&file, &probe));
    fs::remove_file(&probe).ok();
    named.is_ok()
}

#[cfg(test)]
mod tests {
    use outro_vault::SystemRandom;

    use super::*;

    /// Where files cannot be without a name, the rules are the same.
    #[test]
    fn with_named_files_nothing_unfinished_is_an_object_either() {
        let folder = tempfile::tempdir().unwrap();
        let local = Local { root: folder.path().to_owned(), unnamed: false };
        let (owner, id) = (AccountId::random(&SystemRandom), BlobId::random(&SystemRandom));
        let begin = || local.unfinished(owner, id, &SystemRandom);
        assert!(matches!(begin(), Err(BlobError::HomeGone)));
        local.create_home(owner).unwrap();
        drop(begin().unwrap());
        assert!(names(&local.home(owner)).unwrap().unwrap().is_empty());
        let (first, second) = (begin().unwrap(), begin().unwrap());
        assert!(local.list(owner).unwrap().is_empty());
        first.publish().unwrap().keep();
        assert!(matches!(second.publish(), Err(BlobError::Exists)));
        assert_eq!(names(&local.home(owner)).unwrap().unwrap().len(), 1);
        assert_eq!(local.list(owner).unwrap(), [id]);
        let late = begin().unwrap();
        local.remove_home(owner).unwrap();
        assert!(matches!(late.publish(), Err(BlobError::HomeGone)));
        assert!(!local.home_exists(owner).unwrap());
    }
}

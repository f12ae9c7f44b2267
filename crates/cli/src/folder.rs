//! The data folder: what is in it, and that one server at a time has it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use crate::fail::Fail;

/// The places of a data folder.
#[derive(Clone)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at `root`; made, for its owner alone, when it is not there.
    pub(crate) fn open(root: &Path) -> Result<Self, Fail> {
        let this = Self { root: root.to_owned() };
        let places = [root.to_owned(), this.blobs(), this.scratch(), root.join("keyring"), root.join("root")];
        for place in places {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(&place);
            made.map_err(|error| unwritable(&place, &error))?;
        }
        // Without a name: of two processes that start at once, none removes what the other tries with.
        tempfile::tempfile_in(&this.root).map_err(|error| unwritable(&this.root, &error))?;
        Ok(this)
    }

    /// The SQLite database.
    pub(crate) fn database(&self) -> String {
        self.root.join("outro.db").display().to_string()
    }

    /// The keyring, apart from the database.
    pub(crate) fn keyring(&self) -> String {
        self.root.join("keyring/keyring.db").display().to_string()
    }

    /// The sealed objects.
    pub(crate) fn blobs(&self) -> PathBuf {
        self.root.join("blobs")
    }

    /// Where unnamed scratch files take their room.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.root.join("scratch")
    }

    /// Takes the folder for one server: two would free each other's jobs. Held as long as the value.
    pub(crate) fn lock(&self) -> Result<File, Fail> {
        let file = self.lock_file()?;
        let taken = flock(&file, FlockOperation::NonBlockingLockExclusive);
        taken.map_err(|_| Fail::new(format!("{}: another outro serves this folder", self.root.display())))?;
        Ok(file)
    }

    /// Waits until no other process has the folder for itself, where several share it. Held as long as the value.
    pub(crate) fn turn(&self) -> Result<File, Fail> {
        let file = self.lock_file()?;
        tokio::task::block_in_place(|| flock(&file, FlockOperation::LockExclusive))?;
        Ok(file)
    }

    fn lock_file(&self) -> Result<File, Fail> {
        let path = self.root.join("lock");
        let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
        opened.map_err(|error| unwritable(&path, &error))
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Fail {
    Fail::new(format!("{}: cannot be written ({}): give another folder by --data", path.display(), error.kind()))
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn many_open_one_folder_at_once() {
        let parent = tempfile::tempdir().unwrap();
        let root = parent.path().join("data");
        thread::scope(|scope| {
            let opening = |_| scope.spawn(|| (0..50).try_for_each(|_| Folder::open(&root).map(drop)));
            let opening: Vec<_> = (0..8).map(opening).collect();
            assert!(opening.into_iter().all(|one| one.join().unwrap().is_ok()));
        });
        let mut left: Vec<_> = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["blobs", "keyring", "root", "scratch"]);
    }
}

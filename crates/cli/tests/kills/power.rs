//! A loss of power: what a program wrote to its databases and did not sync is gone, as a disk may do it.
//!
//! The program runs with `fsync` and `fdatasync` of its own (`disk.c`, preloaded), which keep a copy of each database file and log as
//! it stands when it is synced. After a SIGKILL those copies take the place of the files: nothing else survives.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// What a disk does with a log that is to be synced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Disk {
    /// It keeps it.
    Honest,
    /// It says so and does not: what is lost then must be found out, or this test could not fail.
    Lying,
}

/// A disk that loses what was not synced.
pub(super) struct Power {
    kept: TempDir,
    preloaded: PathBuf,
    disk: Disk,
}

impl Power {
    pub(super) fn new(disk: Disk) -> Self {
        let kept = TempDir::new().unwrap();
        let preloaded = kept.path().join("disk.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kills/disk.c");
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&preloaded).arg(source).arg("-ldl");
        assert!(cc.status().unwrap().success(), "the disk cannot be built");
        fs::create_dir(kept.path().join("files")).unwrap();
        Self { kept, preloaded, disk }
    }

    fn files(&self) -> PathBuf {
        self.kept.path().join("files")
    }

    /// Runs a program on this disk. What stands in its folder now is durable, whoever wrote it meanwhile.
    pub(super) fn holds(&self, command: &mut Command, folder: &Path) {
        fs::remove_dir_all(self.files()).and_then(|()| fs::create_dir(self.files())).unwrap();
        for file in databases(folder) {
            fs::copy(&file, self.copy_of(&file)).unwrap();
        }
        command.env("LD_PRELOAD", &self.preloaded).env("DISK_KEEPS", self.files());
        if self.disk == Disk::Lying {
            command.env("DISK_LIES", "1");
        }
    }

    /// Its name is the path, with another letter for the slash.
    fn copy_of(&self, file: &Path) -> PathBuf {
        self.files().join(file.to_str().unwrap().replace('/', "%"))
    }

    /// The power goes: what was not synced is gone. The program was killed before.
    pub(super) fn goes(&self, folder: &Path) {
        let mut logs = 0;
        for file in databases(folder) {
            let is_log = file.to_str().unwrap().ends_with("-wal");
            match fs::read(self.copy_of(&file)) {
                Ok(bytes) => fs::write(&file, bytes).unwrap(),
                // It was made and never synced.
                Err(_) => fs::remove_file(&file).unwrap(),
            }
            logs += usize::from(is_log);
        }
        assert!(logs > 0, "no log was there to be lost");
    }
}

/// The databases in a folder and below, and their logs; what SQLite shares among processes in memory is gone with the power.
fn databases(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.to_str().unwrap();
        if path.is_dir() {
            found.extend(databases(&path));
        } else if name.ends_with(".db-shm") {
            fs::remove_file(&path).unwrap();
        } else if name.ends_with(".db") || name.ends_with(".db-wal") {
            found.push(path);
        }
    }
    found
}

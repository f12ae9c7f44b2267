//! Files without a name: what is in them is gone with the last descriptor.

use rustix::fs::{MemfdFlags, Mode, OFlags, memfd_create, open};
use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::Path;

/// Up to here a scratch lives in memory; larger ones would crowd out everything else.
const IN_MEMORY: u64 = 256 << 20;

/// An unnamed, seekable file: in memory when small, else an `O_TMPFILE`.
///
/// It never has a path, so nothing readable is left behind when the process dies.
#[derive(Debug)]
pub struct Scratch {
    file: File,
}

impl Scratch {
    /// A new, empty scratch for about `size_hint` bytes. `dir` lends its disk to large ones;
    /// nothing with a name is ever put there.
    ///
    /// # Errors
    /// When neither memory nor `dir` gives an unnamed file.
    pub fn new(size_hint: u64, dir: &Path) -> io::Result<Self> {
        let file = if size_hint <= IN_MEMORY { in_memory()? } else { on_disk(dir)? };
        Ok(Self { file })
    }

    /// The file itself. Reading and writing move an offset shared with its clones.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Another descriptor of the same file.
    ///
    /// # Errors
    /// When the process is out of descriptors.
    pub fn try_clone(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// The length in bytes.
    ///
    /// # Errors
    /// When the file cannot be examined.
    pub fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Whether nothing has been written.
    ///
    /// # Errors
    /// When the file cannot be examined.
    pub fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Back to the first byte.
    ///
    /// # Errors
    /// When the file cannot be sought.
    pub fn rewind(&self) -> io::Result<()> {
        (&self.file).seek(SeekFrom::Start(0)).map(drop)
    }

    /// The file, for a caller that keeps only that.
    #[must_use]
    pub fn into_file(self) -> File {
        self.file
    }
}

fn in_memory() -> io::Result<File> {
    let flags = MemfdFlags::CLOEXEC;
    // Kernels before 6.3 do not know that a scratch is never to be executed.
    let fd = memfd_create("scratch", flags | MemfdFlags::NOEXEC_SEAL).or_else(|_| memfd_create("scratch", flags))?;
    Ok(File::from(fd))
}

fn on_disk(dir: &Path) -> io::Result<File> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    Ok(File::from(open(dir, flags, Mode::RUSR | Mode::WUSR)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    #[test]
    fn both_kinds_hold_bytes_and_leave_no_name() {
        let dir = tempfile::tempdir().unwrap();
        for hint in [0, IN_MEMORY + 1] {
            let scratch = Scratch::new(hint, dir.path()).unwrap();
            assert!(scratch.is_empty().unwrap());
            scratch.file().write_all(b"bytes").unwrap();
            scratch.rewind().unwrap();
            let mut back = String::new();
            scratch.try_clone().unwrap().read_to_string(&mut back).unwrap();
            assert_eq!((back.as_str(), scratch.len().unwrap()), ("bytes", 5));
            assert_eq!(dir.path().read_dir().unwrap().count(), 0);
        }
    }
}

//! ZIP archives, read by a program that has nothing in common with the one that writes them.

use std::path::Path;
use std::process::Command;

/// Reads each entry to its end, where its checksum is held against its bytes.
const READ: &str = r#"
import hashlib, json, sys, zipfile
found = []
with zipfile.ZipFile(sys.argv[1]) as archive:
    for entry in archive.infolist():
        sha256 = hashlib.sha256()
        with archive.open(entry) as file:
            while piece := file.read(1 << 20):
                sha256.update(piece)
        found.append([entry.filename, entry.file_size, entry.header_offset, sha256.hexdigest()])
print(json.dumps(found))
"#;

/// An entry of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZipEntry {
    /// What it is called.
    pub path: String,
    /// How long it is.
    pub bytes: u64,
    /// Where it begins in the archive.
    pub place: u64,
    /// The hash of its bytes.
    pub sha256: String,
}

/// The entries of an archive as Python reads them, in the order of its directory.
pub fn read_zip(path: &Path) -> Vec<ZipEntry> {
    let read = Command::new("python3").args(["-c", READ]).arg(path).output().expect("python3");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let found: Vec<(String, u64, u64, String)> = serde_json::from_slice(&read.stdout).unwrap();
    found.into_iter().map(|(path, bytes, place, sha256)| ZipEntry { path, bytes, place, sha256 }).collect()
}

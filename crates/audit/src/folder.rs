//! Folders: every file below one, and every name.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

use crate::report::Kind;
use crate::scan::Scanner;

impl Scanner<'_> {
    /// Looks through everything below a folder, or through one file: contents and names. `kind_of` says what a file is,
    /// from its path below the folder; one that it knows nothing of is left out. A file that goes away meanwhile is no error:
    /// a server may be running.
    pub fn below(&mut self, folder: &Path, kind_of: &dyn Fn(&Path) -> Option<Kind>) {
        self.walk(folder, folder, kind_of);
    }

    fn walk(&mut self, root: &Path, path: &Path, kind_of: &dyn Fn(&Path) -> Option<Kind>) {
        let place = self.shown(path);
        let found = match fs::symlink_metadata(path) {
            Ok(found) => found,
            Err(error) => return self.failed(&place, &error),
        };
        if found.is_dir() {
            match fs::read_dir(path) {
                Ok(entries) => {
                    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
                    paths.sort_unstable();
                    for path in paths {
                        self.name(&place, &path);
                        self.walk(root, &path, kind_of);
                    }
                }
                Err(error) => self.failed(&place, &error),
            }
        } else if found.is_file() {
            let Some(kind) = kind_of(path.strip_prefix(root).unwrap_or(path)) else { return };
            let read = File::open(path).and_then(|file| self.source(kind, &place, &file));
            if let Err(error) = read {
                self.failed(&place, &error);
            }
        } else if !found.is_symlink() {
            self.report.left_out(place, "neither a file nor a folder");
        } else if kind_of(path.strip_prefix(root).unwrap_or(path)).is_some() {
            self.report.unseen(place, "a link: give what it leads to by itself");
        }
    }

    /// Looks at a name. What stands in it is told by the folder that it stands in: the name would be the needle itself.
    fn name(&mut self, folder: &str, path: &Path) {
        let name = path.file_name().unwrap_or_default();
        self.bytes(Kind::Name, folder, name.as_encoded_bytes());
    }

    /// Says that a place could not be read; one that went away is none.
    pub(crate) fn failed(&mut self, place: &str, error: &std::io::Error) {
        if error.kind() != ErrorKind::NotFound {
            self.report.unseen(place, format!("cannot be read ({})", error.kind()));
        }
    }
}

//! The files of a server: what each is, and whose.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use outro_audit::{Kind, Matcher, Report, Scanner};

use super::Wanted;

/// Looks through the data folder, logs and backups, at those kinds of files that `at` says.
pub(super) fn look(matcher: &Matcher, wanted: &Wanted, at: impl Fn(Kind) -> bool) -> Report {
    let mut scanner = Scanner::new(matcher);
    let given = |path: &Path, list: &[PathBuf]| list.iter().any(|given| wanted.data.join(path).starts_with(given));
    let of_data = |path: &Path| {
        let kind = match path {
            path if given(path, &wanted.logs) => Kind::Log,
            path if given(path, &wanted.backups) => Kind::Backup,
            path => kind_of(path),
        };
        Some(kind).filter(|kind| at(*kind))
    };
    scanner.below(&wanted.data, &of_data);
    for (kind, list) in [(Kind::Log, &wanted.logs), (Kind::Backup, &wanted.backups), (Kind::Keyring, &wanted.owned)] {
        for path in list.iter().filter(|_| at(kind)) {
            if !path.exists() {
                // A copy of the keyring may not have been made yet.
                if kind != Kind::Keyring {
                    scanner.report.unseen(path.display().to_string(), "is not there");
                }
            } else if !path.starts_with(&wanted.data) {
                scanner.below(path, &|_| Some(kind));
            }
        }
    }
    scanner.report
}

/// What a file of the data folder is, from its path in it.
fn kind_of(path: &Path) -> Kind {
    let mut parts = path.iter().map(OsStr::to_string_lossy);
    let (first, last) = (parts.next().unwrap_or_default(), path.file_name().unwrap_or_default().to_string_lossy());
    match &*first {
        "outro.db" => Kind::Database,
        "keyring" | "root" => Kind::Keyring,
        "blobs" => Kind::Blob,
        _ if last.starts_with("outro.db-") => Kind::Journal,
        _ => Kind::Loose,
    }
}

/// What stands at the top of a data folder.
const TOP: &[&str] = &[
    "outro.db",
    "outro.db-wal",
    "outro.db-shm",
    "outro.db-journal",
    "keyring",
    "root",
    "blobs",
    "scratch",
    "lock",
    "restoring",
];
const KEYRING: &[&str] = &["keyring.db", "keyring.db-wal", "keyring.db-shm", "keyring.db-journal"];
const ROOT: &[&str] = &["root.key", "root.key.new", "root.key.lock"];

/// Counts files of the data folder that no one owns, by the folder that they stand in: their names may be somebody's.
pub(super) fn unowned(wanted: &Wanted, report: &mut Report) {
    let data = &wanted.data;
    let named = |list: &'static [&str]| move |name: &str| list.contains(&name);
    count(wanted, data, named(TOP), report);
    count(wanted, &data.join("keyring"), named(KEYRING), report);
    count(wanted, &data.join("root"), named(ROOT), report);
    count(wanted, &data.join("scratch"), |_| false, report);
    let (blobs, id) = (data.join("blobs"), |name: &str| is_hex(name, 32));
    count(wanted, &blobs, |name| is_hex(name, 2), report);
    for shelf in entries(&blobs) {
        count(wanted, &shelf, id, report);
        for home in entries(&shelf) {
            // Where files cannot be without a name, one that is being written has this.
            count(wanted, &home, |name| id(name.strip_suffix(".part").unwrap_or(name)), report);
        }
    }
}

fn count(wanted: &Wanted, folder: &Path, known: impl Fn(&str) -> bool, report: &mut Report) {
    let lists = [&wanted.owned, &wanted.logs, &wanted.backups];
    // A folder on the way to something that the settings name is known by that.
    let set = |path: &PathBuf| lists.iter().any(|list| list.iter().any(|given| given.starts_with(path)));
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let unknown = entries(folder).into_iter().filter(|path| !known(&name(path)) && !set(path)).count();
    report.orphan(format!("entries of {} that no one owns", folder.display()), unknown as u64);
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(folder).into_iter().flatten();
    found.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

fn is_hex(name: &str, length: usize) -> bool {
    name.len() == length && name.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

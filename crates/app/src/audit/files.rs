//! The files of a server: what each is, and whose.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use outro_audit::{Kind, Matcher, Report, Scanner};
use outro_model::is_hex;

use super::Wanted;

/// Looks through the data folder, databases elsewhere, logs and backups, at those kinds of files that `at` says.
pub(super) fn look(matcher: &Matcher, wanted: &Wanted, at: impl Fn(Kind) -> bool) -> Report {
    let (mut scanner, databases) = (Scanner::new(matcher), databases(wanted));
    let of_database = |path: &Path| databases.iter().find(|(_, one)| *one == wanted.data.join(path)).map(|one| one.0);
    let given = |path: &Path, list: &[PathBuf]| list.iter().any(|given| wanted.data.join(path).starts_with(given));
    let of_data = |path: &Path| {
        let kind = match path {
            path if given(path, &wanted.logs) => Kind::Log,
            path if given(path, &wanted.backups) => Kind::Backup,
            path => of_database(path).unwrap_or_else(|| kind_of(path)),
        };
        Some(kind).filter(|kind| at(*kind))
    };
    scanner.below(&wanted.data, &of_data);
    for (kind, list) in [(Kind::Log, &wanted.logs), (Kind::Backup, &wanted.backups), (Kind::Keyring, &wanted.owned)] {
        for path in list.iter().filter(|_| at(kind)) {
            if !path.exists() {
                // A copy of the keyring may not have been made yet.
                if kind != Kind::Keyring {
                    scanner.report.unseen(matcher.shown(path), "is not there");
                }
            } else if !path.starts_with(&wanted.data) {
                scanner.below(path, &|_| Some(kind));
            }
        }
    }
    for (kind, path) in databases.iter().filter(|(kind, path)| at(*kind) && !path.starts_with(&wanted.data)) {
        scanner.below(path, &|_| Some(*kind));
    }
    for (_, path) in wanted.databases.iter().filter(|(kind, path)| at(*kind) && !path.exists()) {
        scanner.report.unseen(matcher.shown(path), "is not there");
    }
    scanner.report
}

/// The files of the databases that the settings put somewhere. What SQLite writes beside that of the keyring is the
/// keyring's too: the ledger stands there.
fn databases(wanted: &Wanted) -> Vec<(Kind, PathBuf)> {
    let mut all = wanted.databases.clone();
    for (kind, path) in &wanted.databases {
        let kind = if *kind == Kind::Keyring { Kind::Keyring } else { Kind::Journal };
        for end in ["-wal", "-journal", "-shm"] {
            let mut beside = path.clone().into_os_string();
            beside.push(end);
            all.push((kind, beside.into()));
        }
    }
    all
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
/// A folder that stands at the top of some file systems. What was found again and put there is nobody's.
const FOUND_AGAIN: &str = "lost+found";

/// Counts files of the data folder that no one owns, by the folder that they stand in: their names may be somebody's.
pub(super) fn unowned(matcher: &Matcher, wanted: &Wanted, report: &mut Report) {
    let data = &wanted.data;
    let owned = [&wanted.owned, &wanted.logs, &wanted.backups].into_iter().flatten().cloned();
    let set: Vec<_> = owned.chain(databases(wanted).into_iter().map(|(_, path)| path)).collect();
    let mut count = |folder: &Path, known: &dyn Fn(&str) -> bool| {
        let unknown = unknown(folder, &set, known);
        report.orphan(format!("entries of {} that no one owns", matcher.shown(folder)), unknown);
    };
    count(data, &|name| TOP.contains(&name) || name == FOUND_AGAIN);
    count(&data.join(FOUND_AGAIN), &|_| false);
    count(&data.join("keyring"), &|name| KEYRING.contains(&name));
    count(&data.join("root"), &|name| ROOT.contains(&name));
    count(&data.join("scratch"), &|_| false);
    let (blobs, id) = (data.join("blobs"), |name: &str| is_hex(name, 32));
    count(&blobs, &|name| is_hex(name, 2) || name == FOUND_AGAIN);
    for shelf in entries(&blobs) {
        count(&shelf, &id);
        for home in entries(&shelf) {
            // Where files cannot be without a name, one that is being written has this.
            count(&home, &|name| id(name.strip_suffix(".part").unwrap_or(name)));
        }
    }
}

/// How many entries of a folder are not known, and not on the way to something that the settings name.
fn unknown(folder: &Path, set: &[PathBuf], known: &dyn Fn(&str) -> bool) -> u64 {
    let is_set = |path: &PathBuf| set.iter().any(|given| given.starts_with(path));
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    entries(folder).iter().filter(|path| !known(&name(path)) && !is_set(path)).count() as u64
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(folder).into_iter().flatten();
    found.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

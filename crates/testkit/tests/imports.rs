//! Imports point down: every crate of the house may use only the rooms below it.
//!
//! Two things are held against one table: the dependencies that each `Cargo.toml` declares, and the names that the
//! sources speak. A crate that is missing from the table fails, so that a new room is placed by a decision.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each crate may import. Allowed, not required. `outro-` is left out of the names.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("policy", &["model"]),
    ("datamap", &["model"]),
    ("db", &["model"]),
    ("tlog", &[]),
    ("vault", &["db", "datamap", "model", "tlog"]),
    ("store", &["db", "datamap", "model", "policy"]),
    ("blobs", &["vault", "datamap", "model"]),
    ("media", &["model"]),
    ("courier", &["model"]),
    ("search", &["model"]),
    ("audit", &["search", "model"]),
    ("jobs", &["db", "model"]),
    ("pages", &[]),
    (
        "app",
        &[
            "model", "policy", "datamap", "db", "tlog", "vault", "store", "blobs", "media", "courier", "search",
            "audit", "jobs", "pages",
        ],
    ),
    ("http", &["app", "pages", "model", "policy", "datamap"]),
    ("testkit", EVERYTHING),
    ("cli", EVERYTHING),
];

/// What the two ends of the house may import: all of it but each other.
const EVERYTHING: &[&str] = &[
    "model", "policy", "datamap", "db", "tlog", "vault", "store", "blobs", "media", "courier", "search", "audit",
    "jobs", "app", "pages", "http",
];

/// What a crate may import in its tests alone, besides what it may import anyway and what lies below that.
const ALLOWED_IN_TESTS: &[&str] = &["testkit"];

/// Rooms that must not leave the app by its back door, as `pub use`.
const NOT_REEXPORTED_BY_APP: &[&str] = &["store", "db"];

/// One crate and its imports of other crates of the house.
struct Room {
    name: String,
    folder: PathBuf,
    imports: BTreeSet<String>,
    test_imports: BTreeSet<String>,
}

#[test]
fn dependencies_point_down() {
    let mut wrong = Vec::new();
    for room in rooms() {
        let name = &room.name;
        let Some(allowed) = allowed(name) else {
            wrong.push(format!("crates/{name} is not in the table of {}: place it, and say in an ADR why", file!()));
            continue;
        };
        for import in room.imports.iter().filter(|i| !allowed.contains(&i.as_str())) {
            wrong.push(format!("outro-{name} must not import outro-{import} (dependencies)"));
        }
        let below = below(name);
        let in_tests = |i: &&String| below.contains(i.as_str()) || ALLOWED_IN_TESTS.contains(&i.as_str());
        for import in room.test_imports.iter().filter(|i| !in_tests(i)) {
            wrong.push(format!("outro-{name} must not import outro-{import} (dev-dependencies)"));
        }
    }
    report(&wrong);
}

#[test]
fn sources_name_only_what_they_may_import() {
    let rooms = rooms();
    let mut wrong = Vec::new();
    for room in &rooms {
        let Some(allowed) = allowed(&room.name) else { continue };
        let forbidden: Vec<&String> = rooms
            .iter()
            .map(|other| &other.name)
            .filter(|other| **other != room.name && !allowed.contains(&other.as_str()))
            .filter(|other| !room.test_imports.contains(*other))
            .collect();
        for line in code(&room.folder.join("src")) {
            for named in names(&line.text).iter().filter(|n| forbidden.contains(n)) {
                wrong.push(format!("{line}: outro-{} must not name outro_{named}", room.name));
            }
        }
    }
    report(&wrong);
}

#[test]
fn the_app_does_not_hand_out_the_store() {
    let mut wrong = Vec::new();
    for line in code(&crates_folder().join("app/src")) {
        let handed_out = names(&line.text).into_iter().find(|n| NOT_REEXPORTED_BY_APP.contains(&n.as_str()));
        if let (true, Some(named)) = (line.text.trim_start().starts_with("pub use "), handed_out) {
            wrong.push(format!("{line}: outro-app must not re-export outro_{named}"));
        }
    }
    report(&wrong);
}

#[test]
fn there_is_no_circle() {
    // Crates that import nothing left are taken away until none is left; what cannot be taken away is a circle.
    let mut left: BTreeMap<String, BTreeSet<String>> = rooms().into_iter().map(|r| (r.name, r.imports)).collect();
    while !left.is_empty() {
        let free: Vec<String> = left.iter().filter(|(_, i)| i.is_empty()).map(|(name, _)| name.clone()).collect();
        assert!(!free.is_empty(), "these crates import each other in a circle: {:?}", left.keys());
        left.retain(|name, _| !free.contains(name));
        for imports in left.values_mut() {
            imports.retain(|i| !free.contains(i));
        }
    }
}

#[test]
fn the_table_stands_in_order() {
    for (place, (name, imports)) in ALLOWED.iter().enumerate() {
        for import in *imports {
            let above = ALLOWED[..place].iter().any(|(other, _)| other == import);
            assert!(above, "{name} may import {import}, which must stand before it in the table");
        }
    }
}

fn allowed(name: &str) -> Option<&'static [&'static str]> {
    ALLOWED.iter().find(|(n, _)| *n == name).map(|(_, imports)| *imports)
}

/// All that lies below a crate: what it may import, and what that may import.
fn below(name: &str) -> BTreeSet<&'static str> {
    let mut below = BTreeSet::new();
    for import in allowed(name).unwrap_or_default() {
        below.insert(*import);
        below.extend(self::below(import));
    }
    below
}

fn report(wrong: &[String]) {
    assert!(wrong.is_empty(), "imports point down:\n  {}\n", wrong.join("\n  "));
}

// --- manifests ---------------------------------------------------------------------------------------------------

fn crates_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("crates/ is above testkit").to_path_buf()
}

fn rooms() -> Vec<Room> {
    let mut rooms: Vec<Room> = fs::read_dir(crates_folder())
        .expect("crates/ can be read")
        .map(|entry| entry.expect("an entry of crates/").path())
        .filter(|folder| folder.join("Cargo.toml").is_file())
        .map(read_room)
        .collect();
    assert!(rooms.len() > 1, "crates/ holds the workspace");
    rooms.sort_by(|a, b| a.name.cmp(&b.name));
    rooms
}

fn read_room(folder: PathBuf) -> Room {
    let manifest = folder.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).expect("a manifest can be read");
    let table: toml::Table = text.parse().unwrap_or_else(|e| panic!("{}: {e}", manifest.display()));
    let package = table["package"]["name"].as_str().expect("a package has a name");
    let name = package.strip_prefix("outro-").unwrap_or_else(|| panic!("{package}: our crates are called outro-*"));
    let mut room = Room { name: name.to_owned(), folder, imports: BTreeSet::new(), test_imports: BTreeSet::new() };

    let targets = table.get("target").and_then(toml::Value::as_table);
    let by_target = targets.into_iter().flat_map(toml::Table::values).filter_map(toml::Value::as_table);
    for part in std::iter::once(&table).chain(by_target) {
        room.imports.extend(house_dependencies(part, "dependencies"));
        room.imports.extend(house_dependencies(part, "build-dependencies"));
        room.test_imports.extend(house_dependencies(part, "dev-dependencies"));
    }
    room
}

/// The dependencies of one section that are of the house, also under another name (`package = "outro-…"`).
fn house_dependencies(table: &toml::Table, section: &str) -> Vec<String> {
    let section = table.get(section).and_then(toml::Value::as_table);
    section
        .into_iter()
        .flatten()
        .map(|(key, value)| value.get("package").and_then(toml::Value::as_str).unwrap_or(key))
        .filter_map(|package| package.strip_prefix("outro-").map(str::to_owned))
        .collect()
}

// --- sources -----------------------------------------------------------------------------------------------------

struct Line {
    file: PathBuf,
    number: usize,
    text: String,
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let file = self.file.strip_prefix(crates_folder()).unwrap_or(&self.file);
        write!(f, "crates/{}:{}", file.display(), self.number)
    }
}

/// The lines of a folder's sources without those that are comments: a room's `lib.rs` says what it must never import.
fn code(folder: &Path) -> Vec<Line> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut lines = Vec::new();
    for entry in entries {
        let file = entry.expect("an entry of a source folder").path();
        if file.is_dir() {
            lines.extend(code(&file));
        } else if file.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&file).expect("a source file can be read");
            let spoken = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
            lines.extend(spoken.map(|(i, line)| Line { file: file.clone(), number: i + 1, text: line.to_owned() }));
        }
    }
    lines
}

/// The `x` of each `outro_x` that a line names.
fn names(line: &str) -> Vec<String> {
    let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    line.split(|c| !in_word(c)).filter_map(|word| word.strip_prefix("outro_")).map(str::to_owned).collect()
}

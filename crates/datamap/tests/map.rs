//! The map holds together by itself: the live schema is held against it in `store` and `vault`.

use std::collections::HashSet;
use std::path::Path;

use outro_datamap::{BLOBS, Erase, Holds, SEALED, TABLES, Takeout, sides, table};
use outro_model::BlobKind;

#[test]
fn sealed_columns_are_those_declared_as_sealed() {
    let declared: HashSet<_> = TABLES
        .iter()
        .flat_map(|table| table.columns.iter().map(move |column| (table.name, column)))
        .filter(|(_, column)| {
            matches!(column.holds, Holds::Sealed | Holds::SealedForMembers | Holds::SealedForBooks)
                && column.name != "sealed_account"
        })
        .map(|(table, column)| (table, column.name))
        .collect();
    let sealed: HashSet<_> = SEALED.iter().map(|column| (column.table, column.column)).collect();
    assert_eq!(declared, sealed);
}

#[test]
fn links_keys_and_counters_name_declared_columns() {
    for table in TABLES {
        let has = |name: &str| table.columns.iter().any(|column| column.name == name);
        assert!(table.key.iter().all(|name| has(name)), "{}", table.name);
        assert!(table.links.iter().all(|link| has(link.column)), "{}", table.name);
        assert!(table.video.is_none_or(|video| has(video.owner) && has(video.video)), "{}", table.name);
        for link in table.links {
            if let Erase::Detach(emptied) = link.erase {
                let columns = emptied.columns;
                assert!(columns.contains(&link.column) && columns.iter().all(|name| has(name)), "{}", table.name);
            }
            if let Erase::LeaveRoom(room) = link.erase {
                assert!(has(room.by) && outro_datamap::table(room.table).is_some_and(|table| table.key == ["id"]));
                let names_it =
                    |name: &&str| outro_datamap::table(name).unwrap().columns.iter().any(|c| c.name == room.by);
                assert!(room.contents.iter().all(names_it), "{}", table.name);
            }
            let Erase::DeleteRowsAndLower(counter) = link.erase else { continue };
            let other = outro_datamap::table(counter.table).expect("a declared table");
            assert!(counter.by.iter().all(|(there, here)| has(here) && other.columns.iter().any(|c| c.name == *there)));
        }
    }
}

#[test]
fn every_account_column_is_linked() {
    for table in TABLES {
        for column in
            table.columns.iter().filter(|column| column.name.ends_with("account_id") || column.name == "owner_id")
        {
            assert!(table.links.iter().any(|link| link.column == column.name), "{}.{}", table.name, column.name);
        }
        let personal =
            table.columns.iter().any(|c| matches!(c.holds, Holds::Sealed | Holds::SealedForMembers | Holds::SealedKey));
        assert!(!personal || !table.links.is_empty(), "{} is sealed for somebody and linked to nobody", table.name);
    }
    assert!(table("nothing").is_none());
}

#[test]
fn every_blob_kind_is_declared() {
    let kinds: Vec<BlobKind> = BLOBS.iter().map(|blob| blob.kind).collect();
    assert_eq!(kinds, BlobKind::ALL);
}

#[test]
fn the_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/data-map.md");
    let written = outro_datamap::markdown();
    if std::env::var_os("OUTRO_WRITE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("docs/");
        std::fs::write(&path, &written).expect("docs/data-map.md");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(committed, written, "run `OUTRO_WRITE_DOCS=1 cargo test -p outro-datamap`");
}

/// What is promised for takeout stands under some column that finds it: a new table needs no line of its own, unless its rows are shared.
#[test]
fn every_table_with_something_to_take_has_a_side() {
    for table in TABLES.iter().filter(|table| table.columns.iter().any(|column| column.takeout != Takeout::Internal)) {
        let found = sides(table);
        assert!(!found.is_empty() || table.name == "messages", "nobody finds their rows of {}", table.name);
        assert!(found.iter().all(|side| table.links.iter().any(|link| link.column == *side)), "{}", table.name);
    }
}

//! `docs/data-map.md`, written from the declarations.

use std::fmt::Write;

use crate::{BLOBS, CACHES, Erase, Holds, KEYRING, STAYS, TABLES, Table, Takeout};

impl Holds {
    /// In plain words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Structure => "plain structure",
            Self::Sealed => "sealed under your key",
            Self::SealedForMembers => "sealed under the conversation's key",
            Self::SealedKey => "a key, sealed under another",
            Self::BlindIndex => "keyed hash",
            Self::Hash => "hash of a secret",
            Self::SealedForHolder => "sealed under an id that only its holder has",
            Self::SealedForBooks => "sealed under the key of its year",
            Self::Nobody => "about nobody",
        }
    }
}

impl Erase {
    /// In plain words.
    pub fn words(self) -> String {
        match self {
            Self::DeleteRows => "deleted".into(),
            Self::DeleteRowsAndLower(counter) => {
                let along =
                    counter.along.map(|along| format!(" with what {} say of it", along.table)).unwrap_or_default();
                format!("deleted{along}, and {}.{} lowered", counter.table, counter.column)
            }
            Self::DeleteBlobs => "the files are deleted, then the rows".into(),
            Self::DeleteByKeyId => "deleted, found through the keyring".into(),
            Self::Detach(emptied) => {
                format!("{} emptied, the rows stay for the others", emptied.columns.join(" and "))
            }
            Self::LeaveRoom(room) => {
                format!(
                    "deleted; with the last one of {}, its key is destroyed and its {} deleted",
                    room.table,
                    room.contents.join(", ")
                )
            }
            Self::DestroyWithLast => "destroyed when the last member is gone".into(),
            Self::DeleteLast => "deleted last".into(),
            Self::WithReceipt => "deleted when the receipt is completed".into(),
            Self::ExpiresWithin(hours) => format!("goes by itself within {hours} hours"),
            Self::DestroyKey => "destroyed first of all".into(),
        }
    }
}

impl Takeout {
    /// In plain words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Part(part) => part,
            Self::Internal => "–",
        }
    }

    /// The part of the archive; none where it is in none.
    pub const fn part(self) -> Option<&'static str> {
        match self {
            Self::Part(part) => Some(part),
            Self::Internal => None,
        }
    }
}

impl Table {
    /// What erasure does to its rows, in plain words.
    pub fn erasure_words(&self) -> String {
        let each: Vec<String> = self.links.iter().map(|link| link.erase.words()).collect();
        if each.is_empty() { "nothing: it is about nobody".into() } else { each.join("; ") }
    }
}

/// The whole map as Markdown.
pub fn markdown() -> String {
    let mut out = String::from(
        "# The data map\n\nWritten from `crates/datamap` by its test `the_document_is_current`; do not edit by hand.\n\n\
         Times, ids, edges and counts stand plain and are deleted. What a person wrote or is called is sealed under\n\
         that person's key, and that key is destroyed first of all.\n",
    );
    for (title, tables) in [("The database", TABLES), ("The keyring", KEYRING)] {
        let _ = write!(out, "\n## {title}\n");
        tables.iter().for_each(|table| table_section(&mut out, table));
    }
    out.push_str("\n## Sealed objects\n\n| kind | why | kept | takeout |\n|---|---|---|---|\n");
    for blob in BLOBS {
        let (kind, takeout) = (blob.kind.word(), blob.takeout.words());
        let _ = writeln!(out, "| {kind} | {} | {} | {takeout} |", blob.why, blob.kept_for());
    }
    out.push_str("\n## Caches and hand-overs\n\n| what | holds | ends |\n|---|---|---|\n");
    for cache in CACHES {
        let _ = writeln!(out, "| {} | {} | {} |", cache.name, cache.holds, cache.ends);
    }
    out.push_str(
        "\n## What stays\n\nWhen somebody has left, all that is stored and all that anybody sees is as if they had never been here,\n\
         but for this. The test `never_existed` plays random histories with somebody and without them, and lets nothing else differ.\n\n\
         | word | where | what and why |\n|---|---|---|\n",
    );
    for stay in STAYS {
        let _ = writeln!(out, "| {} | {} | {} |", stay.word, stay.tables.join(", "), stay.why);
    }
    out
}

fn table_section(out: &mut String, table: &Table) {
    let _ = write!(
        out,
        "\n### {}\n\n{}\n\nGround: {}. Kept: {}. On erasure: {}.\n\n| column | holds | takeout |\n|---|---|---|\n",
        table.name,
        table.why,
        table.ground,
        table.kept_for(),
        table.erasure_words()
    );
    for column in table.columns {
        let _ = writeln!(out, "| {} | {} | {} |", column.name, column.holds.words(), column.takeout.words());
    }
}

//! Every place where a person can put bytes. What the data map seals is held against it, so that a new text cannot
//! come without a canary.

use outro_datamap::{BLOBS, Holds, TABLES};

/// Where the canaries of a sealed column are put in, or why none can be.
pub(crate) enum Origin {
    /// In this place.
    Place(&'static str),
    /// No person chooses what stands there.
    Nobody(&'static str),
}

use Origin::{Nobody, Place};

/// Every sealed column of the data map.
pub(crate) const COLUMNS: &[(&str, &str, Origin)] = &[
    ("handle_index", "sealed_account", Nobody("an id that the server draws")),
    ("sessions", "device", Place("user agents")),
    ("challenges", "number", Place("numbers that were never confirmed")),
    ("messages", "text", Place("messages")),
    ("comments", "text", Place("comments")),
    ("videos", "caption", Place("captions")),
    ("reports", "note", Place("notes of reports")),
    ("moderation_acts", "statement", Place("statements about the person")),
    ("moderation_acts", "provision", Place("provisions")),
    ("videos", "scene", Nobody("moments and places, which are numbers")),
    ("videos", "edit", Place("texts and captions of edits")),
    ("videos", "placeholder", Nobody("the server makes it of a picture, which nobody can write into it")),
    ("videos", "peaks", Nobody("how loud it is from moment to moment, which are numbers")),
    ("playlists", "title", Place("playlists")),
    ("uploads", "about", Place("what an upload is called")),
    ("brought", "text", Place("texts brought from elsewhere")),
    ("replaced_phones", "phone", Place("phone numbers that were replaced")),
    ("recovery_codes", "code", Nobody("a keyed hash of what the server draws")),
    ("purchases", "session", Nobody("the payment service names it")),
    ("accounting", "record", Nobody("amounts, a country, the payment service's own id")),
    ("accounts", "handle", Place("handles")),
    ("accounts", "display_name", Place("display names")),
    ("accounts", "bio", Place("bios")),
    ("accounts", "birth_date", Nobody("a day: too short to be told from chance")),
    ("accounts", "password_hash", Place("passwords")),
    ("accounts", "phone", Place("phone numbers")),
    ("accounts", "handle_tag", Place("handles")),
    ("accounts", "comment_filter", Place("filter words")),
];

/// Places that are no column.
pub(crate) const BESIDES: &[&str] = &[
    "file metadata",
    "file bytes",
    "pixels",
    "samples of sound",
    "file names",
    "words that were searched for",
    "tags that were looked for",
    "profiles that were looked for",
    "passwords that were wrong",
    "handles that were wrong",
    "codes that were wrong",
    "languages",
    "pages that one came from",
    "cookies",
    "queries of addresses",
    "bodies that are no JSON",
    "fields that are unknown",
    "keys of requests",
    "archives that are refused",
    "names that nobody has",
];

/// Every place.
pub(crate) fn all() -> Vec<&'static str> {
    let of_columns =
        COLUMNS.iter().filter_map(|(_, _, from)| if let Place(place) = from { Some(*place) } else { None });
    of_columns.chain(BESIDES.iter().copied()).collect()
}

#[test]
fn every_sealed_column_of_the_map_has_canaries_or_a_reason() {
    let holds_texts = |holds| matches!(holds, Holds::Sealed | Holds::SealedForMembers | Holds::SealedForBooks);
    for table in TABLES {
        for column in table.columns.iter().filter(|column| holds_texts(column.holds)) {
            let found = COLUMNS.iter().filter(|(name, of, _)| *name == table.name && *of == column.name).count();
            assert_eq!(found, 1, "{}.{}: say where its canaries come from", table.name, column.name);
        }
    }
    for (table, column, from) in COLUMNS {
        let declared = outro_datamap::table(table).expect("a declared table").columns;
        assert!(declared.iter().any(|known| known.name == *column), "{table}.{column} is not on the map");
        if let Nobody(why) = from {
            assert!(!why.is_empty());
        }
    }
    // What people upload: the original, clips and what is made of them, archives that they take and bring.
    assert_eq!(BLOBS.len(), 15, "a new kind of sealed object: where do its canaries come from?");
}

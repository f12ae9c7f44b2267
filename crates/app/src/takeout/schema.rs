//! The shape of the documents in an archive, written from the data map as they are.

use outro_datamap::Takeout;
use outro_store::takeout::{SOURCES, Source};
use serde_json::{Map, Value, json};

use super::rows::{Form, form};

/// The parts that the data map names, each with the lists that it holds: a list is one side of one table.
pub(super) fn parts() -> Vec<(&'static str, Vec<&'static Source>)> {
    let mut parts: Vec<(&str, Vec<&'static Source>)> = Vec::new();
    for source in SOURCES.iter() {
        for column in source.table.taken() {
            let Takeout::Part(part) = column.takeout else { continue };
            match parts.iter_mut().find(|(known, _)| *known == part) {
                Some((_, sources)) if sources.iter().any(|known| std::ptr::eq::<Source>(*known, source)) => {}
                Some((_, sources)) => sources.push(source),
                None => parts.push((part, vec![source])),
            }
        }
    }
    parts
}

/// The columns of a source that go into another part than this.
pub(super) fn elsewhere(source: &'static Source, part: &str) -> Vec<&'static str> {
    let here = |takeout: Takeout| matches!(takeout, Takeout::Part(place) if place == part);
    source.table.taken().filter(|column| !here(column.takeout)).map(|column| column.name).collect()
}

/// The name of a list: that of the table, and where both ends are taken, of the end that is one's own.
pub(super) fn list_name(source: &Source) -> String {
    let name = source.table.name;
    if outro_datamap::sides(source.table).len() < 2 {
        return name.to_owned();
    }
    format!("{name}_as_{}", source.side.trim_end_matches("_id"))
}

/// JSON Schema (2020-12) of every document in the `data` folder and of the manifest, by the name of the document.
pub fn schema() -> Value {
    let mut defs = Map::new();
    for (part, sources) in parts() {
        let mut lists = Map::new();
        for source in sources {
            let mut fields = Map::new();
            for column in source.table.taken().filter(|column| column.takeout == Takeout::Part(part)) {
                let (name, shape) = match form(source.table, column) {
                    Form::Person => (column.name.trim_end_matches("_id"), json!({ "$ref": "#/$defs/person" })),
                    Form::Time => (column.name, json!({ "type": ["string", "null"], "format": "date-time" })),
                    Form::Day => (column.name, json!({ "type": ["string", "null"], "format": "date" })),
                    Form::Reach => (column.name, json!({ "type": ["string", "null"] })),
                    Form::Flag => (column.name, json!({ "type": "boolean" })),
                    Form::Word(_) => (column.name, json!({ "type": ["string", "integer", "null"] })),
                    Form::Text => (column.name, json!({ "type": ["string", "null"] })),
                    Form::Lines => (column.name, json!({ "type": ["array", "null"], "items": { "type": "string" } })),
                    Form::Plain => (column.name, json!({ "type": ["string", "integer", "null"] })),
                };
                fields.insert(name.to_owned(), shape);
            }
            let item = json!({ "type": "object", "description": source.table.why, "properties": fields });
            lists.insert(list_name(source), json!({ "type": "array", "items": item }));
        }
        if let Some((name, shape)) = by_another_way(part) {
            lists.insert(name.to_owned(), shape);
        }
        defs.insert(format!("data/{part}.json"), json!({ "type": "object", "properties": lists }));
    }
    defs.insert("person".to_owned(), json!({
        "description": "Somebody as you saw them; null where nobody was to be seen.",
        "type": ["object", "null"],
        "properties": { "handle": { "type": "string" }, "display_name": { "type": "string" }, "me": { "type": "boolean" } },
    }));
    defs.insert("data/content.json".to_owned(), content());
    defs.insert("manifest.json".to_owned(), manifest());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An Outro takeout",
        "description": "Each definition is the shape of the document of its name.",
        "$defs": defs,
    })
}

/// What is taken as one sees it, and not by rows.
fn by_another_way(part: &str) -> Option<(&'static str, Value)> {
    let (text, person) = (json!({ "type": ["string", "null"] }), json!({ "$ref": "#/$defs/person" }));
    let (name, fields) = match part {
        "comments" => (
            "under_my_videos",
            json!({
                "id": text, "video_id": text, "parent_id": text, "author": person, "text": text, "created_at": text,
                "like_count": { "type": "integer" },
            }),
        ),
        "messages" => (
            "messages",
            json!({
                "conversation_id": text, "with": { "type": "array", "items": person }, "sender": person, "text": text,
                "video_id": text, "created_at": text,
            }),
        ),
        _ => return None,
    };
    Some((name, json!({ "type": "array", "items": { "type": "object", "properties": fields } })))
}

fn content() -> Value {
    let text = || json!({ "type": "string" });
    let maybe = || json!({ "type": ["string", "null"] });
    json!({
        "description": "What another Outro can bring in. It holds nothing that differs from one server to another.",
        "type": "object",
        "required": ["format", "profile", "settings", "videos", "comments", "follows"],
        "properties": {
            "format": { "const": "outro content 1" },
            "profile": { "type": "object", "properties": { "display_name": text(), "bio": text() } },
            "settings": { "type": "object" },
            "videos": { "type": "array", "items": { "type": "object", "properties": {
                "original": text(), "sha256": text(), "bytes": { "type": "integer" }, "caption": text(),
                "audience": text(), "draft_audience": maybe(), "comments_from": text(),
                "sound_reuse": { "type": "boolean" }, "downloads": { "type": "boolean" },
                "duets": { "type": "boolean" }, "stitches": { "type": "boolean" },
                "age_restricted": { "type": "boolean" }, "pinned_at": maybe(), "reframe": text(),
                "created_at": text(), "published_at": maybe(),
            } } },
            "comments": { "type": "array", "items": { "type": "object", "properties": {
                "text": text(), "created_at": text(), "to": maybe(),
            } } },
            "follows": { "type": "array", "items": text() },
            "playlists": { "type": "array", "items": { "type": "object", "properties": {
                "title": text(), "created_at": text(), "videos": { "type": "array", "items": text() },
            } } },
        },
    })
}

fn manifest() -> Value {
    let entry = json!({ "type": "object", "properties": {
        "path": { "type": "string" }, "sha256": { "type": "string" }, "bytes": { "type": "integer" },
    } });
    json!({
        "description": "Every entry of the archive but this one, with its SHA-256.",
        "type": "object",
        "properties": {
            "about": { "type": "object" },
            "content": { "type": "object" },
            "entries": { "type": "array", "items": entry },
        },
    })
}

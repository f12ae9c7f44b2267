//! What is kept on people: the data map, for programs. The page at `/what-we-keep` says the same.

use axum::Json;
use outro_datamap::{BLOBS, Blob, CACHES, Cache, Column, KEYRING, TABLES, Table};
use serde::Serialize;
use utoipa::ToSchema;

/// All that is kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeptView {
    /// The tables of the database.
    database: Vec<TableView>,
    /// The tables of the keyring, which stands apart from it.
    keyring: Vec<TableView>,
    /// Kinds of sealed files.
    objects: Vec<ObjectView>,
    /// What is held for a while elsewhere, or handed to others.
    elsewhere: Vec<ElsewhereView>,
}

/// A table.
#[derive(Serialize, ToSchema)]
pub(crate) struct TableView {
    /// Its name.
    name: &'static str,
    /// Why it is kept.
    why: &'static str,
    /// The legal ground (GDPR).
    ground: &'static str,
    /// How long, while one stays.
    kept_for: String,
    /// What leaving does to it.
    on_erasure: String,
    /// What stands in it.
    columns: Vec<ColumnView>,
}

/// A column.
#[derive(Serialize, ToSchema)]
pub(crate) struct ColumnView {
    /// Its name.
    name: &'static str,
    /// In which form it is stored.
    holds: &'static str,
    /// The part of a takeout that it is in; none where it is of use to the server only.
    takeout: Option<&'static str>,
}

/// A kind of sealed files.
#[derive(Serialize, ToSchema)]
pub(crate) struct ObjectView {
    /// Its name.
    name: &'static str,
    /// Why they are kept.
    why: &'static str,
    /// The legal ground (GDPR).
    ground: &'static str,
    /// How long, while one stays.
    kept_for: String,
    /// What leaving does to them.
    on_erasure: &'static str,
    /// How they are sealed.
    holds: &'static str,
    /// The part of a takeout that they are in; none where they are not.
    takeout: Option<&'static str>,
}

/// Something held for a while elsewhere.
#[derive(Serialize, ToSchema)]
pub(crate) struct ElsewhereView {
    /// Its name.
    name: &'static str,
    /// What it holds.
    holds: &'static str,
    /// How it ends.
    ends: &'static str,
}

impl From<&Table> for TableView {
    fn from(table: &Table) -> Self {
        let Table { name, why, ground, columns, .. } = *table;
        let column = |column: &Column| ColumnView {
            name: column.name,
            holds: column.holds.words(),
            takeout: column.takeout.part(),
        };
        let (kept_for, on_erasure) = (table.kept_for().into_owned(), table.erasure_words());
        Self { name, why, ground, kept_for, on_erasure, columns: columns.iter().map(column).collect() }
    }
}

impl From<&Blob> for ObjectView {
    fn from(blob: &Blob) -> Self {
        Self {
            name: blob.kind.word(),
            why: blob.why,
            ground: blob.ground(),
            kept_for: blob.kept_for().into_owned(),
            on_erasure: blob.erasure_words(),
            holds: blob.sealed(),
            takeout: blob.takeout.part(),
        }
    }
}

impl From<&Cache> for ElsewhereView {
    fn from(cache: &Cache) -> Self {
        let Cache { name, holds, ends } = *cache;
        Self { name, holds, ends }
    }
}

/// What is kept: what, why, on what legal ground, how long, and what leaving does to it. It is made from the list that
/// the erasure follows.
#[utoipa::path(get, path = "/api/what-we-keep.json", tag = "leaving",
    responses((status = 200, description = "All of it", body = KeptView)))]
pub(crate) async fn get() -> Json<KeptView> {
    Json(KeptView {
        database: TABLES.iter().map(TableView::from).collect(),
        keyring: KEYRING.iter().map(TableView::from).collect(),
        objects: BLOBS.iter().map(ObjectView::from).collect(),
        elsewhere: CACHES.iter().map(ElsewhereView::from).collect(),
    })
}

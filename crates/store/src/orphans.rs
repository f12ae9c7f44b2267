//! What belongs to nobody: rows that name an account, a video or a room that is not there. Built from the data map, as
//! erasure is. An audit asks; nothing that serves people does.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use outro_datamap::{Erase, TABLES, Table};
use outro_db::{DbError, Statement, Tx, params};
use outro_model::{AccountId, BlobId};

/// One question.
#[derive(Debug)]
struct Question {
    /// What is counted.
    what: String,
    count: Statement,
}

static QUESTIONS: LazyLock<Vec<Question>> = LazyLock::new(|| TABLES.iter().flat_map(questions).collect());

/// The tables whose rows stand for sealed objects, and how the objects of an owner are listed.
static OBJECTS: LazyLock<Vec<Statement>> = LazyLock::new(|| {
    let links = TABLES.iter().flat_map(|table| table.links.iter().map(move |link| (table, link)));
    let objects = links.filter(|(_, link)| matches!(link.erase, Erase::DeleteBlobs));
    let list = |(table, link): (&Table, &outro_datamap::Link)| {
        let sql = format!("SELECT id FROM {} WHERE {} = ?1", table.name, link.column);
        Statement::built(format!("orphans::objects::{}", table.name), sql)
    };
    objects.map(list).collect()
});

/// The statements are built, not declared.
pub(crate) static STATEMENTS: &[&Statement] = &[];

/// All statements, so that tests can prepare each on both engines.
pub fn built_statements() -> Vec<&'static Statement> {
    QUESTIONS.iter().map(|question| &question.count).chain(OBJECTS.iter()).collect()
}

/// Counts rows of `table` that have something in `columns`, of which the first is named, and none of `there` that fits.
fn question(table: &Table, columns: &[&str], there: &str, fits: &str, whose: &str) -> Question {
    let (name, column) = (table.name, columns.first().copied().unwrap_or_default());
    let set: String = columns.iter().map(|column| format!("{name}.{column} IS NOT NULL AND ")).collect();
    let sql = format!("SELECT COUNT(*) FROM {name} WHERE {set}NOT EXISTS (SELECT 1 FROM {there} WHERE {fits})");
    let count = Statement::built(format!("orphans::{name}.{column}::{there}"), sql).scanning();
    Question { what: format!("rows of {name} whose {column} names {whose} that is not there"), count }
}

fn questions(table: &'static Table) -> Vec<Question> {
    let mut all = Vec::new();
    for link in table.links {
        let column = link.column;
        let of_account = || {
            let fits = format!("accounts.id = {}.{column}", table.name);
            question(table, &[column], "accounts", &fits, "an account")
        };
        match link.erase {
            Erase::DeleteRows | Erase::DeleteRowsAndLower(_) | Erase::DeleteBlobs | Erase::Detach(_) => {
                all.push(of_account())
            }
            Erase::LeaveRoom(room) => {
                all.push(of_account());
                let members = (table.name, format!("{}.{} = {}.id", table.name, room.by, room.table));
                let rooms = outro_datamap::table(room.table);
                all.extend(rooms.map(|rooms| question(rooms, &["id"], members.0, &members.1, "a member")));
                for content in room.contents.iter().filter_map(|name| outro_datamap::table(name)) {
                    let fits = format!("{}.id = {}.{}", room.table, content.name, room.by);
                    all.push(question(content, &[room.by], room.table, &fits, "a room"));
                }
            }
            // By what the ledger and the keyring say, these are looked for elsewhere; or they go by themselves.
            Erase::DeleteByKeyId
            | Erase::DeleteLast
            | Erase::DestroyWithLast
            | Erase::WithReceipt
            | Erase::ExpiresWithin(_)
            | Erase::DestroyKey => {}
        }
    }
    // The row of an object stands before its video: an upload is under way.
    if let Some(link) = table.video.filter(|_| table.name != "videos" && table.name != "blobs") {
        let (name, owner, video) = (table.name, link.owner, link.video);
        let fits = format!("videos.owner_id = {name}.{owner} AND videos.id = {name}.{video}");
        all.push(question(table, &[video, owner], "videos", &fits, "a video"));
    }
    all
}

/// Everything that belongs to nobody: what it is, and how many rows.
pub async fn count(tx: &mut Tx) -> Result<Vec<(&'static str, u64)>, DbError> {
    let mut found = Vec::new();
    for question in QUESTIONS.iter() {
        let row = tx.query_opt(&question.count, &[]).await?;
        let count: i64 = row.map(|row| row.get(0)).transpose()?.unwrap_or_default();
        if count > 0 {
            found.push((question.what.as_str(), count as u64));
        }
    }
    Ok(found)
}

/// The sealed objects that rows of an owner stand for.
pub async fn objects(tx: &mut Tx, owner: AccountId) -> Result<BTreeSet<BlobId>, DbError> {
    let mut all = BTreeSet::new();
    for list in OBJECTS.iter() {
        for row in tx.query(list, params![owner]).await? {
            all.insert(row.get(0)?);
        }
    }
    Ok(all)
}

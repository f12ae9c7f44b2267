//! Erasure's statements, put together from the data map: nothing about erasing a table is written by
//! hand. A batch deletes a bounded number of rows, in one transaction, and may be run again at any time.

use std::sync::LazyLock;

use outro_datamap::{Along, Counter, Emptied, Erase, Room, TABLES, Table};
use outro_db::{DbError, Param, Statement, Tx, params};
use outro_model::{AccountId, ConversationId, VideoId};

/// Rows that one transaction deletes at most, where nothing is known of how long it takes.
pub const BATCH: i64 = 500;

/// How the rows of a step are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// By the account's id.
    ByAccount,
    /// By the id of the account's key.
    ByKeyId,
}

/// One step of the walk: one link of one table.
#[derive(Debug)]
pub struct Step {
    /// The table, also the kind under which the receipt counts.
    pub table: &'static str,
    /// How rows are found.
    pub found: Found,
    /// What is emptied of the rows, where they stay.
    pub detaches: Option<Emptied>,
    /// Whether the rows are memberships of rooms, each of which is left by itself.
    pub rooms: Option<Rooms>,
    lower: Option<Statement>,
    along: Option<Statement>,
    delete: Statement,
    probe: Statement,
}

/// The steps of a walk over what belongs to one video.
#[derive(Debug)]
struct VideoStep {
    table: &'static str,
    delete: Statement,
    probe: Statement,
}

/// What erasures do, put together from the tables of a map.
#[derive(Debug)]
pub struct Plan {
    /// The steps of a walk over what belongs to an account, in the order of the map.
    pub steps: Vec<Step>,
    videos: Vec<VideoStep>,
}

/// The plan of the data map.
pub static PLAN: LazyLock<Plan> = LazyLock::new(|| Plan::of(TABLES));

/// The statements of all steps are built, not declared.
pub(crate) static STATEMENTS: &[&Statement] = &[];

/// The statements of all steps, so that tests can prepare each on both engines.
pub fn built_statements() -> Vec<&'static Statement> {
    let steps = PLAN.steps.iter();
    let steps =
        steps.flat_map(|step| [Some(&step.delete), Some(&step.probe), step.lower.as_ref(), step.along.as_ref()]);
    let rooms = PLAN.steps.iter().filter_map(|step| step.rooms.as_ref()).flat_map(Rooms::statements).map(Some);
    let videos = PLAN.videos.iter().flat_map(|step| [Some(&step.delete), Some(&step.probe)]);
    steps.chain(videos).chain(rooms).flatten().collect()
}

fn step(table: &'static Table, column: &'static str, erase: Erase) -> Option<Step> {
    if matches!(erase, Erase::WithReceipt | Erase::ExpiresWithin(_) | Erase::DestroyKey | Erase::DestroyWithLast) {
        return None;
    }
    let found = if matches!(erase, Erase::DeleteByKeyId) { Found::ByKeyId } else { Found::ByAccount };
    let counter = if let Erase::DeleteRowsAndLower(counter) = erase { Some(counter) } else { None };
    let rooms = if let Erase::LeaveRoom(room) = erase { Some(Rooms::of(table, column, room)) } else { None };
    let build = |what: &str, sql| Statement::built(format!("erasure::{what}::{}.{column}", table.name), sql);
    let batch = batch_of(table, column, counter.is_some());
    Some(Step {
        table: table.name,
        found,
        detaches: if let Erase::Detach(emptied) = erase { Some(emptied) } else { None },
        rooms,
        lower: counter.map(|counter| build("lower", lower(table, column, counter))),
        along: counter.and_then(|counter| counter.along).map(|other| build("along", along(table, column, other))),
        delete: match erase {
            Erase::Detach(emptied) => build("detach", detach(table, emptied.columns, &batch)),
            _ => build("delete", delete(table, &batch)),
        },
        probe: build("probe", format!("SELECT 1 FROM {} WHERE {column} = ?1 LIMIT 1", table.name)),
    })
}

/// The keys of the next batch. Where a count is lowered it is ordered, so that lowering and deleting mean
/// the same rows; an index that leads with the link's column and goes on with the key bounds it.
fn batch_of(table: &Table, column: &str, counted: bool) -> String {
    let (key, order) = (table.key.join(", "), if counted { order_of(table, column) } else { String::new() });
    format!("SELECT {key} FROM {} WHERE {column} = ?1{order} LIMIT ?2", table.name)
}

fn order_of(table: &Table, column: &str) -> String {
    let others: Vec<_> = table.key.iter().copied().filter(|name| *name != column).collect();
    format!(" ORDER BY {}", others.join(", "))
}

fn delete(table: &Table, batch: &str) -> String {
    format!("DELETE FROM {} WHERE ({}) IN ({batch})", table.name, table.key.join(", "))
}

fn detach(table: &Table, columns: &[&str], batch: &str) -> String {
    let emptied: Vec<_> = columns.iter().map(|column| format!("{column} = NULL")).collect();
    format!("UPDATE {} SET {} WHERE ({}) IN ({batch})", table.name, emptied.join(", "), table.key.join(", "))
}

fn lower(table: &Table, column: &str, counter: Counter) -> String {
    let there: Vec<_> = counter.by.iter().map(|(there, _)| *there).collect();
    let here: Vec<_> = counter.by.iter().map(|(_, here)| *here).collect();
    let (there, here, order) = (there.join(", "), here.join(", "), order_of(table, column));
    let (count, other, name) = (counter.column, counter.table, table.name);
    let batch = format!("(SELECT * FROM {name} WHERE {column} = ?1{order} LIMIT ?2) AS batch WHERE counted = 1");
    let by = if counter.many {
        let same = counter.by.iter().map(|(there, here)| format!(" AND batch.{here} = {other}.{there}"));
        format!("(SELECT COUNT(*) FROM {batch}{})", same.collect::<String>())
    } else {
        "1".to_owned()
    };
    format!("UPDATE {other} SET {count} = {count} - {by} WHERE ({there}) IN (SELECT {here} FROM {batch})")
}

/// Deletes what is about the rows of the next batch.
fn along(table: &Table, column: &str, other: Along) -> String {
    let there: Vec<_> = other.by.iter().map(|(there, _)| *there).collect();
    let here: Vec<_> = other.by.iter().map(|(_, here)| *here).collect();
    let (there, here, order, name) = (there.join(", "), here.join(", "), order_of(table, column), table.name);
    let batch = format!("SELECT {here} FROM {name} WHERE {column} = ?1{order} LIMIT ?2");
    format!("DELETE FROM {} WHERE ({there}) IN ({batch})", other.table)
}

fn video_step(table: &'static Table) -> Option<VideoStep> {
    let link = table.video?;
    let found = format!("{} = ?1 AND {} = ?2", link.owner, link.video);
    let key = table.key.join(", ");
    let batch = format!("SELECT {key} FROM {} WHERE {found} ORDER BY {key} LIMIT ?3", table.name);
    let build = |what: &str, sql| Statement::built(format!("erasure::video::{what}::{}", table.name), sql);
    Some(VideoStep {
        table: table.name,
        delete: build("delete", delete(table, &batch)),
        probe: build("probe", format!("SELECT 1 FROM {} WHERE {found} LIMIT 1", table.name)),
    })
}

/// Rooms that an account is in, each left by itself: the last one out ends it.
#[derive(Debug)]
pub struct Rooms {
    list: Statement,
    hold: Statement,
    others: Statement,
    leave: Statement,
    contents: Vec<Statement>,
    end: Statement,
}

impl Rooms {
    fn of(table: &'static Table, column: &'static str, room: Room) -> Self {
        let (name, by, rooms) = (table.name, room.by, room.table);
        let build = |what: &str, sql| Statement::built(format!("erasure::rooms::{what}::{name}"), sql);
        let contents = room.contents.iter().filter_map(|name| outro_datamap::table(name)).map(|content| {
            let key = content.key.join(", ");
            let sql = delete(content, &format!("SELECT {key} FROM {} WHERE {by} = ?1 LIMIT ?2", content.name));
            Statement::built(format!("erasure::rooms::contents::{}", content.name), sql)
        });
        Self {
            list: build("list", format!("SELECT {by} FROM {name} WHERE {column} = ?1 ORDER BY {by} LIMIT ?2")),
            hold: build("hold", format!("SELECT id FROM {rooms} WHERE id = ?1 {{for_update}}")),
            others: build("others", format!("SELECT 1 FROM {name} WHERE {by} = ?1 AND {column} <> ?2 LIMIT 1")),
            leave: build("leave", format!("DELETE FROM {name} WHERE {column} = ?1 AND {by} = ?2")),
            contents: contents.collect(),
            end: build("end", format!("DELETE FROM {rooms} WHERE id = ?1")),
        }
    }

    fn statements(&self) -> Vec<&Statement> {
        [&self.list, &self.hold, &self.others, &self.leave, &self.end].into_iter().chain(&self.contents).collect()
    }

    /// The rooms that are next.
    pub async fn list(&self, tx: &mut Tx, account: AccountId) -> Result<Vec<ConversationId>, DbError> {
        tx.query(&self.list, params![account, BATCH]).await?.iter().map(|row| row.get(0)).collect()
    }

    /// Leaves a room in which others are; `false` when nobody else is in it: then its key is destroyed
    /// first, and [`Self::empty`] and [`Self::end`] come after. The room is held, so that of two who
    /// leave at one moment the second sees that the first has gone.
    pub async fn leave(&self, tx: &mut Tx, account: AccountId, room: ConversationId) -> Result<bool, DbError> {
        tx.query(&self.hold, params![room]).await?;
        let others = tx.query_opt(&self.others, params![room, account]).await?.is_some();
        if others {
            tx.execute(&self.leave, params![account, room]).await?;
        }
        Ok(others)
    }

    /// Deletes the next batch of what a room holds; whether that was the last, and how many rows of which
    /// table went.
    pub async fn empty(&self, tx: &mut Tx, room: ConversationId) -> Result<(bool, u64), DbError> {
        let mut gone = 0;
        for content in &self.contents {
            let now = tx.execute(content, params![room, BATCH]).await?;
            gone += now;
            if now as i64 == BATCH {
                return Ok((false, gone));
            }
        }
        Ok((true, gone))
    }

    /// Ends a room that is empty, with the membership of the last one.
    pub async fn end(&self, tx: &mut Tx, account: AccountId, room: ConversationId) -> Result<(), DbError> {
        tx.execute(&self.leave, params![account, room]).await?;
        tx.execute(&self.end, params![room]).await.map(|_| ())
    }
}

/// The rooms of the map: conversations.
pub fn rooms() -> Option<&'static Rooms> {
    PLAN.steps.iter().find_map(|step| step.rooms.as_ref())
}

/// Whose rows a walk is after: the account, and the key id that only the keyring could tell.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// The account.
    pub account: AccountId,
    /// The id of its key.
    pub key_id: [u8; 16],
}

impl Subject {
    fn param(&self, found: Found) -> Param<'_> {
        match found {
            Found::ByAccount => Param::Bytes(self.account.as_bytes()),
            Found::ByKeyId => Param::Bytes(&self.key_id),
        }
    }
}

impl Step {
    /// Deletes the next batch of at most so many rows; how many went. Fewer means that the step is done.
    pub async fn delete_batch(&self, tx: &mut Tx, subject: &Subject, most: i64) -> Result<u64, DbError> {
        let values = [subject.param(self.found), Param::Int(most)];
        if let Some(lower) = &self.lower {
            tx.execute(lower, &values).await?;
        }
        if let Some(along) = &self.along {
            tx.execute(along, &values).await?;
        }
        tx.execute(&self.delete, &values).await
    }

    /// Whether the rows of others hold counts of what goes, which are lowered along with it.
    pub fn counts(&self) -> bool {
        self.lower.is_some()
    }

    /// Whether anything is left.
    pub async fn leaves(&self, tx: &mut Tx, subject: &Subject) -> Result<bool, DbError> {
        Ok(tx.query_opt(&self.probe, &[subject.param(self.found)]).await?.is_some())
    }
}

impl Plan {
    /// The plan of these tables, which stand in the order in which they are walked.
    pub fn of(tables: &'static [Table]) -> Self {
        let links = tables.iter().flat_map(|table| table.links.iter().map(move |link| (table, link)));
        let steps = links.filter_map(|(table, link)| step(table, link.column, link.erase)).collect();
        Self { steps, videos: tables.iter().filter_map(video_step).collect() }
    }

    /// The tables that still hold something of the subject: the audit of an erasure.
    pub async fn residue(&self, tx: &mut Tx, subject: &Subject) -> Result<Vec<&'static str>, DbError> {
        let mut left = Vec::new();
        for step in &self.steps {
            if step.leaves(tx, subject).await? {
                left.push(step.table);
            }
        }
        Ok(left)
    }

    /// Deletes the next batch of what belongs to a video, in the order of the map; `true` when nothing is
    /// left but what was deleted now. Its sealed objects are gone before.
    pub async fn delete_video_batch(&self, tx: &mut Tx, owner: AccountId, video: VideoId) -> Result<bool, DbError> {
        for step in &self.videos {
            let gone = tx.execute(&step.delete, params![owner, video, BATCH]).await?;
            if gone as i64 == BATCH {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The tables that still hold something of a video.
    pub async fn video_residue(
        &self,
        tx: &mut Tx,
        owner: AccountId,
        video: VideoId,
    ) -> Result<Vec<&'static str>, DbError> {
        let mut left = Vec::new();
        for step in &self.videos {
            if tx.query_opt(&step.probe, params![owner, video]).await?.is_some() {
                left.push(step.table);
            }
        }
        Ok(left)
    }
}

/// The tables that still hold something of the subject, by the data map.
pub async fn residue(tx: &mut Tx, subject: &Subject) -> Result<Vec<&'static str>, DbError> {
    PLAN.residue(tx, subject).await
}

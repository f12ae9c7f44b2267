//! Rows as they stand in the archive: each column that the map says is taken, by a name and in a form that
//! people and programs read.

use outro_datamap::{Column, Holds, SEALED, Table};
use outro_db::{Tx, Value as Stored};
use outro_model::{
    AccountId, ActSource, Audience, BlobKind, Circle, Ground, Id, ModerationAct, Reach, Reframe, ReportReason,
    ReportState, ReportedKind, Timestamp, VideoId, VideoState, Way,
};
use outro_policy::Action;
use outro_store::comments;
use outro_store::takeout::{PAGE, Record, SOURCES, Source};
use outro_vault::AccountKeys;
use serde_json::{Map, Value, json};

use super::build::Making;
use super::media::Shelf;
use super::people::card;
use crate::notify::Kind;
use crate::{App, AppError, video};

/// The form of a column.
pub(super) enum Form {
    /// A moment, RFC 3339; none for 0.
    Time,
    /// Yes or no.
    Flag,
    /// One of a list of words.
    Word(fn(i64) -> Option<&'static str>),
    /// Somebody: oneself, another by their card, or nobody who may be seen.
    Person,
    /// A text that was sealed.
    Text,
    /// A day, counted from 1970-01-01.
    Day,
    /// What is counted of watchings.
    Reach,
    /// Several, one a line.
    Lines,
    /// As it is stored: a number, a text, an id.
    Plain,
}

const FLAGS: &[&str] = &[
    "private_account",
    "on_hiatus",
    "suspended",
    "moderator",
    "discoverable",
    "searchable",
    "personalised",
    "hidden",
    "sound_reuse",
    "downloads",
    "duets",
    "stitches",
    "age_restricted",
    "adult",
    "completed",
];

/// The form of a column. What is declared tomorrow has one too: a time by its name, a person by its link, a text by
/// its being sealed.
pub(super) fn form(table: &Table, column: &Column) -> Form {
    match (table.name, column.name) {
        ("accounts", "comment_filter") => Form::Lines,
        _ if matches!(column.holds, Holds::Sealed | Holds::SealedForMembers) => Form::Text,
        _ if table.links.iter().any(|link| link.column == column.name) && table.key != [column.name] => Form::Person,
        ("accounts" | "videos", "messages_from" | "comments_from") => {
            Form::Word(|code| Circle::from_code(code).map(Circle::word))
        }
        ("videos", "state") => Form::Word(|code| VideoState::from_code(code).map(VideoState::word)),
        ("videos", "audience" | "draft_audience") => Form::Word(|code| Audience::from_code(code).map(Audience::word)),
        ("sound_uses", "way") => Form::Word(|code| Way::from_code(code).map(Way::word)),
        ("videos", "reframe") => Form::Word(|code| Reframe::from_code(code).map(Reframe::word)),
        ("blobs", "kind") => Form::Word(|code| BlobKind::from_code(code).map(BlobKind::word)),
        // Whoever hides it: to its author it is hidden or shown.
        ("comments", "state") => Form::Word(|code| Some(if code == 0 { "shown" } else { "hidden" })),
        ("members", "state") => Form::Word(|code| Some(if code == 1 { "request" } else { "accepted" })),
        ("notifications", "kind") => {
            Form::Word(|code| Kind::ALL.iter().find(|kind| kind.code() == code).map(|kind| kind.word()))
        }
        ("reports" | "moderation_acts", "kind") => {
            Form::Word(|code| ReportedKind::from_code(code).map(ReportedKind::word))
        }
        ("reports" | "moderation_acts", "reason") => {
            Form::Word(|code| ReportReason::from_code(code).map(ReportReason::word))
        }
        ("video_days", "day") => Form::Day,
        ("video_reach", "reach") => Form::Reach,
        ("brought", "kind") => Form::Word(|code| Some(if code == 0 { "comment" } else { "follow" })),
        ("reports", "state") => Form::Word(|code| ReportState::from_code(code).map(ReportState::word)),
        ("moderation_acts", "ground") => Form::Word(|code| Ground::from_code(code).map(Ground::word)),
        ("moderation_acts", "source") => Form::Word(|code| ActSource::from_code(code).map(ActSource::word)),
        ("moderation_acts", "act") => Form::Word(|code| ModerationAct::from_code(code).map(ModerationAct::word)),
        (_, name) if name.ends_with("_at") => Form::Time,
        (_, name) if FLAGS.contains(&name) => Form::Flag,
        _ => Form::Plain,
    }
}

/// Whose rows, and what is known of them by now.
pub(super) struct Rows<'a> {
    pub(super) app: &'a App,
    pub(super) me: AccountId,
    pub(super) handle: &'a str,
    pub(super) shelf: &'a Shelf,
}

/// A walk over the rows of one source, page by page.
pub(super) struct Pages {
    source: &'static Source,
    last: Option<Record>,
    over: bool,
}

impl Pages {
    pub(super) const fn over(source: &'static Source) -> Self {
        Self { source, last: None, over: false }
    }

    /// Over one side of one table.
    pub(super) fn of(table: &str, side: &str) -> Result<Self, AppError> {
        let source = SOURCES.iter().find(|source| source.table.name == table && source.side == side);
        source.map(Self::over).ok_or_else(|| AppError::internal("a table that is not on the map"))
    }

    /// The next page, which may be empty; none at the end.
    pub(super) async fn next(
        &mut self,
        making: &mut Making<'_>,
        rows: &Rows<'_>,
    ) -> Result<Option<Vec<Map<String, Value>>>, AppError> {
        if self.over {
            return Ok(None);
        }
        making.beat().await?;
        let (page, last) = rows.page(self.source, self.last.as_ref()).await?;
        (self.over, self.last) = (last.is_none(), last);
        Ok(Some(page))
    }
}

/// Tables whose rows are about one other person and are left out where that person may not be seen, as lists do.
const ABOUT_ONE: &[&str] = &["follows", "follow_requests", "blocks", "mutes", "dismissals"];

impl Rows<'_> {
    /// The next page of a source, after `last`: what goes into the archive, and the last row, when more may follow.
    async fn page(
        &self,
        source: &Source,
        last: Option<&Record>,
    ) -> Result<(Vec<Map<String, Value>>, Option<Record>), AppError> {
        let keys = self.app.vault.account(self.me).await?.ok_or(AppError::NotFound)?;
        let mut tx = self.app.db.read().await?;
        let mut rows = source.page(&mut tx, self.me, last).await?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in &rows {
            shown.extend(self.one(&mut tx, &keys, source, row).await?);
        }
        let next = if rows.len() as i64 == PAGE { rows.pop() } else { None };
        Ok((shown, next))
    }

    async fn one(
        &self,
        tx: &mut Tx,
        keys: &AccountKeys,
        source: &Source,
        row: &Record,
    ) -> Result<Option<Map<String, Value>>, AppError> {
        let table = source.table;
        let going = match table.name {
            "videos" => row.number("state") == VideoState::Removing.code(),
            "comments" => comments::is_removing(row.number("state")),
            "blobs" => *row.get("header") == Stored::Null,
            // Of too few people to be told.
            "video_reach" => row.number("shown") == 0,
            _ => false,
        };
        if going {
            return Ok(None);
        }
        let mut out = Map::new();
        for (column, value) in row.taken() {
            let name = column.name.trim_end_matches("_id");
            let value = match form(table, column) {
                Form::Person => {
                    let person = self.person(tx, table, row.id(column.name)).await?;
                    if person.is_null() && ABOUT_ONE.contains(&table.name) {
                        return Ok(None);
                    }
                    out.insert(name.to_owned(), person);
                    continue;
                }
                form => plain(keys, table, column, form, value, row)?,
            };
            out.insert(column.name.to_owned(), value);
        }
        if let ("notifications", Some(actor)) = (table.name, row.id("actor_id").filter(|actor| *actor != self.me)) {
            let by = self.person(tx, table, Some(actor)).await?;
            if by.is_null() {
                return Ok(None);
            }
            out.insert("by".to_owned(), by);
        }
        self.complete(tx, table, row, &mut out).await?;
        Ok(Some(out))
    }

    /// Oneself, or another as one sees them.
    async fn person(&self, tx: &mut Tx, table: &Table, id: Option<AccountId>) -> Result<Value, AppError> {
        let Some(id) = id else { return Ok(Value::Null) };
        if id == self.me {
            return Ok(json!({ "handle": self.handle, "me": true }));
        }
        Ok(card(self.app, tx, self.me, id, table.name == "blocks").await?.unwrap_or_default())
    }

    /// What a row says only together with others: of which video it is, who did it, which files it has.
    async fn complete(
        &self,
        tx: &mut Tx,
        table: &Table,
        row: &Record,
        out: &mut Map<String, Value>,
    ) -> Result<(), AppError> {
        if table.name == "videos" {
            let files = row.id("id").and_then(|id| self.shelf.files.get(&id));
            let original = files.and_then(|files| files.original.as_ref()).map(|entry| entry.path.clone());
            out.insert("original".to_owned(), json!(original));
            let of = |held: bool, path: String| if held { json!(path) } else { Value::Null };
            out.insert(
                "rendition".to_owned(),
                files.map_or(Value::Null, |files| of(files.rendition, files.rendition_path())),
            );
            out.insert("cover".to_owned(), files.map_or(Value::Null, |files| of(files.cover, files.cover_path())));
        }
        if table.name == "clips" {
            let files = row.id("video_id").and_then(|id| self.shelf.files.get(&id));
            let file = row.id("id").and_then(|id| files.and_then(|files| files.clips.get(&id)));
            out.insert("file".to_owned(), json!(file));
        }
        let of_another = table.video.filter(|link| link.owner != "owner_id" || row.id("owner_id") != Some(self.me));
        if let Some(id) = of_another.and_then(|link| row.id::<()>(link.video)) {
            let id = VideoId::from_bytes(*id.as_bytes());
            out.insert("of".to_owned(), self.video(tx, id).await?);
        }
        Ok(())
    }

    /// Somebody's video as one sees it; nothing where one may not.
    async fn video(&self, tx: &mut Tx, id: VideoId) -> Result<Value, AppError> {
        let found = match video::find(tx, Some(self.me), Action::SeeVideo, id).await {
            Ok(found) => found,
            Err(AppError::Internal(error)) => return Err(AppError::Internal(error)),
            Err(_) => return Ok(Value::Null),
        };
        match video::view_of(self.app, Some(self.me), found).await {
            Ok(view) => Ok(json!({ "handle": view.handle, "caption": view.caption })),
            Err(AppError::NotFound) => Ok(Value::Null),
            Err(error) => Err(error),
        }
    }
}

fn plain(
    keys: &AccountKeys,
    table: &Table,
    column: &Column,
    form: Form,
    value: &Stored,
    row: &Record,
) -> Result<Value, AppError> {
    Ok(match (form, value) {
        (_, Stored::Null) => Value::Null,
        (Form::Time, Stored::Int(0)) => Value::Null,
        (Form::Time, Stored::Int(at)) => json!(Timestamp(*at).rfc3339()),
        (Form::Flag, Stored::Int(flag)) => json!(*flag != 0),
        (Form::Day, Stored::Int(day)) => {
            json!(Timestamp(day.saturating_mul(86_400_000)).rfc3339().split('T').next())
        }
        (Form::Reach, Stored::Int(code)) => json!(Reach::from_code(*code).map(Reach::word)),
        (Form::Word(word), Stored::Int(code)) => word(*code).map_or_else(|| json!(code), |word| json!(word)),
        (Form::Text, Stored::Bytes(sealed)) => json!(open(keys, table, column, sealed, row)?),
        (Form::Lines, Stored::Bytes(sealed)) => {
            let text = open(keys, table, column, sealed, row)?;
            json!(text.lines().collect::<Vec<_>>())
        }
        (_, Stored::Int(number)) => json!(number),
        (_, Stored::Text(text)) => json!(text),
        (_, Stored::Bytes(bytes)) => {
            let id = <[u8; 16]>::try_from(bytes.as_slice()).map(|id| Id::<()>::from_bytes(id).to_string());
            json!(id.unwrap_or_else(|_| hex::encode(bytes)))
        }
    })
}

/// A sealed text. Every sealed column is bound to the `id` of its row, or to what stands for it: an account has one such row.
fn open(keys: &AccountKeys, table: &Table, column: &Column, sealed: &[u8], row: &Record) -> Result<String, AppError> {
    if sealed.is_empty() {
        return Ok(String::new());
    }
    let place = SEALED.iter().find(|place| place.table == table.name && place.column == column.name);
    let place = *place.ok_or_else(|| AppError::internal("a sealed column that is not on the map"))?;
    let Some(id) = row.id::<()>("id").or_else(|| row.id(table.key.first()?)) else {
        return Err(AppError::internal("a sealed column in a row without an id"));
    };
    Ok(keys.open_text(place, id.as_bytes(), sealed)?)
}

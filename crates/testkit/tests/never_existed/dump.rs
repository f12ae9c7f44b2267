//! All that is stored, read by the data map, and what of it may differ between the two worlds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use outro_datamap::{Holds, TABLES, Table};
use outro_db::{Statement, Value};
use outro_model::{AccountId, Timestamp};

use crate::acts::{Act, Fate, History, Thing, Was};
use crate::stage::Stage;

/// A row: its values by the names of their columns.
pub(crate) type Row = BTreeMap<&'static str, String>;

/// Every row of every table.
pub(crate) struct Dump(BTreeMap<&'static str, Vec<Row>>);

static READS: LazyLock<Vec<(&Table, Statement)>> = LazyLock::new(|| {
    let read = |table: &'static Table| {
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        let sql = format!("SELECT {} FROM {}", columns.join(", "), table.name);
        (table, Statement::built(format!("dump::{}", table.name), sql))
    };
    TABLES.iter().map(read).collect()
});

/// A value as it is compared. What is sealed differs each time: its length does not, and what it says is compared
/// where it is read.
fn shown(holds: Holds, value: Value) -> String {
    match (holds, value) {
        (_, Value::Null) => "null".into(),
        (_, Value::Int(number)) => number.to_string(),
        (_, Value::Text(text)) => text,
        (Holds::BlindIndex | Holds::Hash | Holds::SealedKey, Value::Bytes(_)) => "there".into(),
        (Holds::Structure | Holds::Nobody, Value::Bytes(bytes)) => hex::encode(bytes),
        (_, Value::Bytes(bytes)) => format!("sealed, {} bytes", bytes.len()),
    }
}

impl Dump {
    pub(crate) async fn of(stage: &Stage) -> Self {
        let mut tx = stage.world.app.db.read().await.unwrap();
        let mut all = BTreeMap::new();
        for (table, read) in READS.iter() {
            let rows = tx.query(read, &[]).await.unwrap().into_iter().map(|row| {
                let columns = table.columns.iter().zip(row.into_values());
                columns.map(|(column, value)| (column.name, shown(column.holds, value))).collect::<Row>()
            });
            all.insert(table.name, rows.collect());
        }
        Self(all)
    }

    pub(crate) fn rows(&self, table: &str) -> &[Row] {
        self.0.get(table).map_or(&[], Vec::as_slice)
    }

    /// Where one of these ids stands.
    pub(crate) fn places_of(&self, ids: &BTreeSet<String>) -> Vec<String> {
        let mut found = Vec::new();
        for (table, rows) in &self.0 {
            for (column, value) in rows.iter().flatten() {
                if ids.contains(value) {
                    found.push(format!("{table}.{column} names what is gone"));
                }
            }
        }
        found
    }
}

/// What may differ, worked out from the history. Each is on the data map, under "What stays", and nothing else may
/// differ.
#[derive(Default)]
pub(crate) struct Allowed {
    /// Moments at which the two worlds did different things (`news`, `report_decided`, `reports`).
    moments: BTreeSet<i64>,
    /// Moments at which jobs ran that may have answered requests for who is gone (`news`).
    answered: BTreeSet<i64>,
    /// Whether something was decided at one of them.
    pub(crate) decided: bool,
    /// Conversations that the one who is gone was in, or in which something of theirs was shared (`conversations`).
    pub(crate) talks: BTreeSet<String>,
    /// What the one who is gone said there, which others may have put away for themselves (`conversations`).
    said: BTreeSet<String>,
    /// Of the conversations, the ones that nobody ever had in the other world.
    only_here: BTreeSet<String>,
    /// Videos that played a sound of theirs (`sound_gone`).
    pub(crate) silenced: BTreeSet<String>,
    /// Whose such videos were deleted by themselves after the sound was gone: they were told of that where jobs ran in between,
    /// once for each (`news`).
    told_before: Vec<(String, BTreeSet<i64>)>,
}

/// Numbers of kinds, as they are stored.
const SOUND_GONE: &str = "11";
const REPORT_DECIDED: &str = "9";
/// Of an event.
const OF_NOTIFICATIONS: &str = "2";

/// An id as the dump has it.
pub(crate) fn hex_of(id: &str) -> String {
    hex::encode(id.parse::<AccountId>().unwrap().as_bytes())
}

impl Allowed {
    pub(crate) fn of(history: &History, was: &Was, stage: &Stage) -> Self {
        let mut allowed = Self::default();
        let answers = |act: &Act| matches!(act, Act::AnswerAll(_) | Act::Set("private_account", _));
        if history.steps.iter().any(|step| step.by == history.gone && answers(&step.act)) {
            let works = (0..history.steps.len()).filter(|at| history.steps[*at].act == Act::Work);
            allowed.answered = works.map(|at| stage.moment(at).0).collect();
            allowed.answered.extend(stage.ends(history).map(|moment| moment.0));
        }
        for (at, step) in history.steps.iter().enumerate() {
            let fate = history.fate(at, was);
            if fate != Fate::Kept {
                allowed.moments.insert(stage.moment(at).0);
                allowed.decided |= matches!(step.act, Act::Decide(..));
            }
            let Some(made) = &was.made[at] else { continue };
            if matches!(step.act, Act::Say(_) | Act::Share(..)) && fate == Fate::Dropped {
                allowed.said.insert(made.clone());
            }
            let talk = match (&step.act, &fate) {
                (Act::Talk(_), Fate::Kept) => continue,
                (Act::Talk(_), _) => made,
                (Act::Say(talk) | Act::Share(talk, _), Fate::Dropped) => was.made[*talk].as_ref().unwrap(),
                (Act::Post(_), Fate::Changed(_)) => {
                    allowed.silenced.insert(made.clone());
                    let account = hex_of(&stage.person(step.by).unwrap().id.to_string());
                    allowed.told_before.extend(told_before(history, at, stage).map(|moments| (account, moments)));
                    continue;
                }
                _ => continue,
            };
            allowed.talks.insert(talk.clone());
            if fate == Fate::Dropped && matches!(step.act, Act::Talk(_)) {
                allowed.only_here.insert(talk.clone());
            }
        }
        allowed
    }
}

/// When whoever borrowed a sound for the video that a step made was told that it is gone, before they deleted that video.
fn told_before(history: &History, at: usize, stage: &Stage) -> Option<BTreeSet<i64>> {
    let Act::Post(Some(lender)) = history.steps[at].act else { return None };
    let when = |act: &Act| history.steps.iter().position(|step| step.act == *act);
    let deleted = when(&Act::DeleteVideo(at))?;
    let of_lender = |act: &Act| match act {
        Act::DeleteVideo(video) => *video == lender,
        // What a moderator took away is gone too.
        Act::Decide(report, _) => history.steps[*report].act == Act::Report(Thing::Video(lender)),
        _ => false,
    };
    let gone = history.steps.iter().position(|step| of_lender(&step.act))?;
    let works = (gone..deleted).filter(|at| history.steps[*at].act == Act::Work);
    let moments: BTreeSet<i64> = works.map(|at| stage.moment(at).0).collect();
    (!moments.is_empty()).then_some(moments)
}

/// The tables that are left out as a whole, each with the word under which it stands among what stays.
const WHOLE: &[(&str, &str)] = &[
    ("receipts", "receipt"),
    ("erased_handles", "erased_handle_trace"),
    ("erased_counts", "erased_handle_trace"),
    ("budgets", "tries"),
    ("event_counters", "news"),
    ("books", "accounting"),
    ("accounting", "accounting"),
    ("payment_events", "accounting"),
];

/// Values that are drawn at random and name nothing elsewhere.
const RANDOM: &[(&str, &str)] = &[("notifications", "id"), ("handle_index", "key_id"), ("coin_entries", "id")];

/// Both dumps as they are compared: table by table, each row a line. `here` is of the world in which somebody left.
pub(crate) fn lines(dump: &Dump, allowed: &Allowed, used: &mut BTreeSet<&'static str>) -> BTreeSet<(String, usize)> {
    let mut lines = BTreeMap::<String, usize>::new();
    let talks: BTreeSet<String> = allowed.talks.iter().map(|id| hex_of(id)).collect();
    let said: BTreeSet<String> = allowed.said.iter().map(|id| hex_of(id)).collect();
    let only_here: BTreeSet<String> = allowed.only_here.iter().map(|id| hex_of(id)).collect();
    let silenced: BTreeSet<String> = allowed.silenced.iter().map(|id| hex_of(id)).collect();
    // Who was told that a sound is gone, and when: there is an event of each too. Another thing may be told at that moment.
    let mut told = BTreeMap::<(String, String), usize>::new();
    for row in dump.rows("notifications") {
        if row["kind"] == SOUND_GONE && silenced.contains(&row["video_id"]) {
            *told.entry((row["account_id"].clone(), row["created_at"].clone())).or_default() += 1;
        }
    }
    let mut told_before = allowed.told_before.clone();
    let received = from_nobody(dump);
    let sounds: BTreeMap<&String, &String> =
        dump.rows("sounds").iter().map(|row| (&row["id"], &row["video_id"])).collect();
    for (table, rows) in &dump.0 {
        if let Some((_, word)) = WHOLE.iter().find(|(name, _)| name == table) {
            if !rows.is_empty() {
                used.insert(*word);
            }
            continue;
        }
        for row in rows {
            let mut row = row.clone();
            for (_, column) in RANDOM.iter().filter(|(name, _)| name == table) {
                row.insert(*column, "random".into());
            }
            let column = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
            let (talk, at) = (column("conversation_id").to_owned(), column("created_at").to_owned());
            let elsewhere = at.parse().is_ok_and(|at| allowed.moments.contains(&at));
            let left_out = match *table {
                "events" => {
                    let answered = at.parse().is_ok_and(|at| allowed.answered.contains(&at));
                    let about = talks.contains(&talk) || elsewhere || answered;
                    let of = (column("account_id").to_owned(), at.clone());
                    let told = column("kind") == OF_NOTIFICATIONS
                        && (take_one(&mut told, of.clone()) || take_first(&mut told_before, &of));
                    (about || told).then_some("news")
                }
                "notifications" if column("kind") == SOUND_GONE => {
                    silenced.contains(column("video_id")).then_some("sound_gone")
                }
                "notifications" if column("kind") == REPORT_DECIDED => elsewhere.then_some("report_decided"),
                "reports" => elsewhere.then_some("reports"),
                "conversations" => only_here.contains(column("id")).then_some("conversations"),
                "members" | "messages" | "hidden_messages" if only_here.contains(&talk) => Some("conversations"),
                "hidden_messages" => {
                    let message = column("message_id");
                    let is_there = dump.rows("messages").iter().any(|row| row["id"] == message);
                    (said.contains(message) && is_there).then_some("conversations")
                }
                "messages" if talks.contains(&talk) => {
                    let nothing = column("text") == "null" && column("video_id") == "null";
                    (column("sender_id") == "null" || nothing).then_some("conversations")
                }
                "coin_entries" => is_from_nobody(&row).then_some("gifts"),
                _ => None,
            };
            if let Some(word) = left_out {
                used.insert(word);
                continue;
            }
            let differs = match *table {
                "takeouts" => Some("archives"),
                "videos" if column("audience") != "0" => Some("popularity"),
                _ => None,
            };
            used.extend(differs);
            // Of others' rows, what was counted or numbered along with what is gone.
            let emptied: &'static [&'static str] = match *table {
                "events" => &["seq"],
                "conversations" if talks.contains(column("id")) => &["last_seq"],
                "messages" if talks.contains(&talk) => &["seq"],
                "members" if talks.contains(&talk) => {
                    &["other_id", "state", "last_read", "cleared_before", "last_at", "unread"]
                }
                "sounds" if silenced.contains(column("video_id")) => &["created_at"],
                "videos" if column("audience") != "0" => &["heat"],
                "coin_entries" => &["balance"],
                "takeouts" => &["length"],
                _ => &[],
            };
            for column in emptied {
                row.insert(*column, "any".into());
            }
            // A sound is named by its video: which id is drawn for it hangs on what else is done at that moment.
            if let ("sounds", _) | ("sound_uses", Some(_)) = (*table, row.get("sound_id")) {
                let name = if *table == "sounds" { "id" } else { "sound_id" };
                let of = sounds.get(&row[name]).map_or("none", |video| video.as_str()).to_owned();
                row.insert(name, format!("of {of}"));
            }
            if *table == "wallets" {
                let by = received.get(&row["account_id"]).copied().unwrap_or_default();
                let balance = row["balance"].parse::<i64>().unwrap() - by;
                if balance == 0 {
                    continue;
                }
                row.insert("balance", balance.to_string());
            }
            let values: Vec<String> = row.iter().map(|(name, value)| format!("{name}={value}")).collect();
            *lines.entry(format!("{table}: {}", values.join(" "))).or_default() += 1;
        }
    }
    lines.into_iter().collect()
}

/// Whether there was one left.
fn take_one(told: &mut BTreeMap<(String, String), usize>, of: (String, String)) -> bool {
    let Some(left) = told.get_mut(&of).filter(|left| **left > 0) else { return false };
    *left -= 1;
    true
}

/// Whether there was one of this account and moment.
fn take_first(all: &mut Vec<(String, BTreeSet<i64>)>, (account, at): &(String, String)) -> bool {
    let fits =
        |(of, moments): &(String, BTreeSet<i64>)| of == account && at.parse().is_ok_and(|at| moments.contains(&at));
    let found = all.iter().position(fits);
    found.map(|at| all.swap_remove(at)).is_some()
}

/// A gift to or from somebody who is gone.
fn is_from_nobody(row: &Row) -> bool {
    matches!(row["kind"].as_str(), "1" | "2") && row["other_id"] == "null"
}

/// How many coins each has more, or less, by such gifts.
fn from_nobody(dump: &Dump) -> BTreeMap<String, i64> {
    let mut all = BTreeMap::new();
    for row in dump.rows("coin_entries").iter().filter(|row| is_from_nobody(row)) {
        *all.entry(row["account_id"].clone()).or_default() += row["amount"].parse::<i64>().unwrap();
    }
    all
}

/// Whether anybody has such a gift.
pub(crate) fn has_gifts_from_nobody(dump: &Dump) -> bool {
    dump.rows("coin_entries").iter().any(is_from_nobody)
}

impl Allowed {
    /// Whether the two worlds did different things at a moment, RFC 3339.
    pub(crate) fn is_elsewhere(&self, moment: &str) -> bool {
        Timestamp::parse(moment).is_some_and(|moment| self.moments.contains(&moment.0))
    }
}

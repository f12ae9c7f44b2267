//! The map is closed: each thing that it says is taken out in turn, and each time something fails. What a table says
//! of erasure is taken out of the erasure itself, audit and all, by a plan that is built from the map without it; then
//! a history in which every line of the map has something to do is held against the one without whoever leaves.

use std::collections::{BTreeMap, BTreeSet};

use outro_app::App;
use outro_datamap::{BLOBS, CACHES, Column, Emptied, Erase, Holds, KEYRING, Link, Room, SEALED, STAYS, TABLES, Table};
use outro_db::{Db, Param, Statement};
use outro_model::BlobKind;
use outro_store::erasure::Plan;
use outro_testkit::On;

use crate::Pair;
use crate::acts::{Act, Deed, History, Made, Step, Thing, Who};
use crate::dump::{Dump, hex_of};
use crate::stage::Stage;

/// The map without something, and what that is.
struct Without {
    what: String,
    tables: &'static [Table],
}

fn leak<T: 'static>(all: Vec<T>) -> &'static [T] {
    Box::leak(all.into_boxed_slice())
}

/// The map with one table changed.
fn with(at: usize, what: String, change: impl FnOnce(&mut Table)) -> Without {
    let mut tables = TABLES.to_vec();
    change(&mut tables[at]);
    Without { what, tables: leak(tables) }
}

fn less<T: Copy + 'static>(all: &[T], at: usize) -> &'static [T] {
    let mut rest = all.to_vec();
    rest.remove(at);
    leak(rest)
}

/// The map without each of its tables, and without each of its columns.
fn without_columns(map: &[Table]) -> Vec<Without> {
    let mut all = Vec::new();
    for (at, table) in map.iter().enumerate() {
        all.push(Without { what: format!("the table {}", table.name), tables: less(map, at) });
        for column in 0..table.columns.len() {
            let mut tables = map.to_vec();
            tables[at].columns = less(table.columns, column);
            let what = format!("the column {}.{}", table.name, table.columns[column].name);
            all.push(Without { what, tables: leak(tables) });
        }
    }
    all
}

/// Whether erasure does anything by a link: what expires, or goes with the receipt, is not part of a walk.
fn walks(link: &Link) -> bool {
    !matches!(link.erase, Erase::WithReceipt | Erase::ExpiresWithin(_) | Erase::DestroyKey | Erase::DestroyWithLast)
}

/// The map without each of its links, and with each of them doing less than it does.
fn without_links() -> Vec<Without> {
    let mut all = Vec::new();
    for (at, table) in TABLES.iter().enumerate().filter(|(_, table)| table.links.iter().any(walks)) {
        all.push(with(at, format!("erasure of {}", table.name), |table| table.links = &[]));
        for (place, link) in table.links.iter().enumerate() {
            let name = format!("{}.{}", table.name, link.column);
            if table.links.len() > 1 {
                all.push(with(at, format!("the link {name}"), |table| table.links = less(table.links, place)));
            }
            for (what, erase) in weaker(link) {
                let mut links = table.links.to_vec();
                links[place].erase = erase;
                all.push(with(at, format!("{what} of {name}"), |table| table.links = leak(links)));
            }
        }
    }
    all
}

fn weaker(link: &Link) -> Vec<(String, Erase)> {
    match link.erase {
        Erase::DeleteRowsAndLower(counter) => {
            let mut all = vec![("the count".to_owned(), Erase::DeleteRows)];
            if counter.along.is_some() {
                let counter = outro_datamap::Counter { along: None, ..counter };
                all.push(("what goes along".to_owned(), Erase::DeleteRowsAndLower(counter)));
            }
            all
        }
        Erase::Detach(emptied) => (0..emptied.columns.len())
            .filter(|_| emptied.columns.len() > 1)
            .map(|at| {
                let columns = less(emptied.columns, at);
                (format!("emptying {}", emptied.columns[at]), Erase::Detach(Emptied { columns, ..emptied }))
            })
            .collect(),
        Erase::LeaveRoom(room) => {
            let all = 0..room.contents.len();
            let less = |at: usize| Erase::LeaveRoom(Room { contents: less(room.contents, at), ..room });
            all.map(|at| (format!("the end of {}", room.contents[at]), less(at))).collect()
        }
        _ => vec![],
    }
}

/// The columns that are there, and not on the map, or on it, and not there.
async fn undeclared(db: &Db, tables: &[Table]) -> BTreeSet<String> {
    let live = db.columns().await.unwrap().into_iter().map(|column| format!("{}.{}", column.table, column.column));
    let of = |table: &Table| {
        let name = table.name;
        table.columns.iter().map(move |column| format!("{name}.{}", column.name)).collect::<Vec<_>>()
    };
    let declared: BTreeSet<String> = tables.iter().flat_map(of).collect();
    declared.symmetric_difference(&live.collect()).cloned().collect()
}

/// Who does what, so that each line of the map has something to do when the second of them leaves.
struct Script(Vec<Step>);

const MODERATOR: Who = 0;
const GONE: Who = 1;
const FAY: Who = 2;
const GIL: Who = 3;
const HAL: Who = 4;
const IDA: Who = 5;

impl Script {
    fn add(&mut self, by: Who, act: Act) -> Made {
        self.0.push(Step { by, act });
        self.0.len() - 1
    }

    fn comment(&mut self, by: Who, video: Made, reply: Option<Made>) -> Made {
        self.add(by, Act::Comment { video, reply, calls: None })
    }

    fn history(self, people: usize) -> History {
        History { seed: 9, people, gone: GONE, steps: self.0 }
    }
}

fn everything() -> History {
    let script = &mut Script(vec![]);
    for (by, to) in [(FAY, GONE), (GIL, GONE), (GONE, FAY), (FAY, GIL), (GIL, FAY)] {
        script.add(by, Act::To(Deed::Follow, to));
    }
    let (theirs, fays) = (script.add(GONE, Act::Post(None)), script.add(FAY, Act::Post(None)));
    let gils = script.add(GIL, Act::Post(Some(theirs)));
    script.add(GONE, Act::Post(Some(fays)));
    script.add(GONE, Act::Work);
    for (by, video) in [(GONE, fays), (FAY, theirs), (GIL, fays)] {
        script.add(by, Act::Like(video, true));
        script.add(by, Act::Watch(video, 2_000));
        script.add(by, Act::Buy);
        script.add(by, Act::Gift(video));
    }
    let head = script.comment(GONE, fays, None);
    let below = script.comment(GIL, fays, Some(head));
    let under_theirs = script.comment(FAY, theirs, None);
    let of_others = script.comment(FAY, gils, None);
    for (by, comment) in [(GONE, of_others), (MODERATOR, below), (GIL, head), (GIL, under_theirs)] {
        script.add(by, Act::LikeComment(comment, true));
    }
    let pair = script.add(GONE, Act::Talk(vec![FAY]));
    let said = script.add(FAY, Act::Say(pair));
    script.add(GONE, Act::ForgetMessage(pair, said));
    let between = script.add(FAY, Act::Talk(vec![GIL]));
    script.add(FAY, Act::Share(between, theirs));
    script.add(FAY, Act::Talk(vec![GONE, GIL]));
    let left_alone = script.add(GONE, Act::Talk(vec![FAY, GIL]));
    for by in [FAY, GIL] {
        script.add(by, Act::LeaveTalk(left_alone));
    }
    script.add(GONE, Act::Report(Thing::Video(fays)));
    let reported = script.add(FAY, Act::Report(Thing::Account(GONE)));
    script.add(GIL, Act::Report(Thing::Comment(under_theirs)));
    script.add(MODERATOR, Act::Decide(reported, "look"));
    script.add(GONE, Act::Takeout);
    script.add(GONE, Act::Work);
    for (by, deed, to) in [
        (GONE, Deed::Block, HAL),
        (IDA, Deed::Block, GONE),
        (GONE, Deed::Mute, FAY),
        (FAY, Deed::Mute, GONE),
        (GONE, Deed::Dismiss, MODERATOR),
        (MODERATOR, Deed::Dismiss, GONE),
    ] {
        script.add(by, Act::To(deed, to));
    }
    script.add(GIL, Act::Set("private_account", "true"));
    script.add(GONE, Act::To(Deed::Follow, GIL));
    script.add(GONE, Act::Set("private_account", "true"));
    script.add(MODERATOR, Act::To(Deed::Follow, GONE));
    Script(std::mem::take(&mut script.0)).history(6)
}

/// Rows that are there for a moment only, or that no act of a history makes: put beside what the history made, of who
/// is about to leave.
pub(crate) async fn plant(stage: &Stage, history: &History) {
    let (who, other) = (stage.person(history.gone).unwrap().id, stage.person(FAY).unwrap().id);
    let video = stage.was.made.iter().zip(&history.steps);
    let video = video.filter(|(_, step)| step.by == history.gone && step.act == Act::Post(None));
    let video = hex::decode(hex_of(video.map(|(made, _)| made.as_deref().unwrap()).next().unwrap())).unwrap();
    let keys = stage.world.app.vault.account(who).await.unwrap().unwrap();
    let key_id = keys.key_id();
    let (me, id) = (Param::Bytes(who.as_bytes()), Param::Bytes(&[7; 16]));
    let (key, idx, secret) = (Param::Bytes(key_id.as_bytes()), Param::Bytes(&[9; 32]), Param::Bytes(&[9; 32]));
    let (video, other) = (Param::Bytes(&video), Param::Bytes(other.as_bytes()));
    let far = Param::Int(i64::MAX / 2);
    let rows: &[(&str, &[Param<'_>])] = &[
        // As if letting the handle go had not found it.
        ("UPDATE handle_index SET idx = ?2 WHERE key_id = ?1", &[key, idx]),
        ("INSERT INTO resends (account_id, purpose, sent, next_at) VALUES (?1, 9, 1, 1)", &[me]),
        ("INSERT INTO request_answers (account_id, accept, until) VALUES (?1, 1, 1)", &[me]),
        ("INSERT INTO fan_outs (owner_id, video_id, after_at, after_id) VALUES (?1, ?2, 1, ?3)", &[me, video, id]),
        (
            "INSERT INTO moderation_hands (moderator_id, act_id, subject_id, report_id, act)
             VALUES (?1, ?2, ?3, ?2, 0)",
            &[me, id, other],
        ),
        ("INSERT INTO replaced_phones (account_id, phone, told, settles_at) VALUES (?1, ?2, 1, 1)", &[me, secret]),
        ("INSERT INTO recovery_codes (account_id, id, code, made_at) VALUES (?1, ?2, ?3, 1)", &[me, id, secret]),
        (
            "INSERT INTO departures (account_id, takeout_id, lapsed, asked_at, receipt_id, commitment)
             VALUES (?1, ?2, 1, 1, ?3, ?3)",
            &[me, id, secret],
        ),
        (
            "INSERT INTO imports (account_id, id, state, done, videos, created_at, length)
             VALUES (?1, ?2, 4, 0, 0, 1, 0)",
            &[me, id],
        ),
        (
            "INSERT INTO uploads (account_id, id, length, received, about, created_at, expires_at)
             VALUES (?1, ?2, 9, 0, ?3, 1, 1)",
            &[me, id, secret],
        ),
        ("INSERT INTO playlists (owner_id, id, title, created_at) VALUES (?1, ?2, ?3, 1)", &[me, id, secret]),
        (
            "INSERT INTO playlist_videos (owner_id, playlist_id, video_id, position) VALUES (?1, ?2, ?3, 1)",
            &[me, id, video],
        ),
        ("INSERT INTO brought (account_id, kind, seq, id, text) VALUES (?1, 0, 0, ?2, ?3)", &[me, id, secret]),
        (
            "INSERT INTO jobs (id, kind, lane, account_id, run_at, attempts, errors, leased_until)
             VALUES (?2, 'feed.forget', 'prompt', ?1, ?3, 0, 0, 0)",
            &[me, id, far],
        ),
    ];
    let mut tx = stage.world.app.db.write().await.unwrap();
    for (sql, values) in rows {
        let statement = Statement::built("plant".into(), (*sql).into());
        tx.execute(&statement, values).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    tx.commit().await.unwrap();
}

/// What comes at the very moment of leaving: a sign-in, and a wait to leave, which leaving itself has not ended.
pub(crate) async fn plant_late(stage: &Stage, who: &outro_model::AccountId) {
    let sql = "INSERT INTO sessions (account_id, token_hash, id, created_at, seen_at, expires_at, password_at, device)
        VALUES (?1, ?2, ?3, 1, 1, 1, 1, ?2)";
    let late = Statement::built("late".into(), sql.into());
    let mut tx = stage.world.app.db.write().await.unwrap();
    let values = [Param::Bytes(who.as_bytes()), Param::Bytes(&[9; 32]), Param::Bytes(&[7; 16])];
    tx.execute(&late, &values).await.unwrap();
    let sql = "INSERT INTO pending_leaves (account_id, asked_at, leaves_at, receipt_id, commitment)
        VALUES (?1, 1, 1, ?2, ?2)";
    let values = [Param::Bytes(who.as_bytes()), Param::Bytes(&[9; 32])];
    tx.execute(&Statement::built("late".into(), sql.into()), &values).await.unwrap();
    tx.commit().await.unwrap();
}

/// Whether the map says of a column that names somebody that other columns are emptied, and not itself.
fn keeps_a_name(tables: &[Table]) -> bool {
    let keeps = |link: &Link| matches!(link.erase, Erase::Detach(emptied) if !emptied.columns.contains(&link.column));
    tables.iter().any(|table| table.links.iter().any(keeps))
}

/// Holds what is there before leaving against the map: each link must find something, or taking it out would say
/// nothing.
pub(crate) async fn each_link_finds_something(stage: &Stage, history: &History) {
    let dump = Dump::of(stage).await;
    let person = stage.person(history.gone).unwrap().id;
    let keys = stage.world.app.vault.account(person).await.unwrap().unwrap();
    let (account, key) = (hex::encode(person.as_bytes()), hex::encode(keys.key_id().as_bytes()));
    let mut empty = Vec::new();
    for table in TABLES {
        for link in table.links.iter().filter(|link| walks(link)) {
            let wanted = if matches!(link.erase, Erase::DeleteByKeyId) { &key } else { &account };
            if !dump.rows(table.name).iter().any(|row| row[link.column] == *wanted) {
                empty.push(format!("{}.{}", table.name, link.column));
            }
        }
    }
    // The code by which one leaves is sent later, and one of them is planted then.
    empty.retain(|name| !["challenges.account_id", "pending_leaves.account_id"].contains(&name.as_str()));
    assert!(empty.is_empty(), "nothing stands under {empty:?}: {:?}", stage.was.done);
}

/// A video with something of everything, which is taken away at the end; the video.
fn a_video() -> (History, Made) {
    let script = &mut Script(vec![]);
    script.add(GIL, Act::To(Deed::Follow, FAY));
    let lent = script.add(GIL, Act::Post(None));
    let video = script.add(FAY, Act::Post(Some(lent)));
    script.add(FAY, Act::Work);
    script.add(GIL, Act::Like(video, true));
    script.add(GIL, Act::Watch(video, 2_000));
    let comment = script.comment(GIL, video, None);
    script.add(FAY, Act::LikeComment(comment, true));
    script.add(GIL, Act::Report(Thing::Video(video)));
    (Script(std::mem::take(&mut script.0)).history(4), video)
}

/// Takes a video away by a plan; what is wrong afterwards.
async fn video_gone(stage: &mut Stage, plan: &'static Plan) -> Vec<String> {
    let (history, video) = a_video();
    stage.with_plan(plan);
    let later = outro_model::Clock::now(&*stage.world.clock).plus_seconds(10);
    stage.begin(&history, later, None).await;
    for (at, step) in history.steps.iter().enumerate() {
        stage.step(&history, at, Some(&step.act)).await;
        assert!(stage.was.done[at], "{step:?}");
    }
    let id = stage.was.made[video].clone().unwrap();
    let owner = stage.person(FAY).unwrap();
    let (me, bytes) = (Param::Bytes(owner.id.as_bytes()), hex::decode(hex_of(&id)).unwrap());
    let mut tx = stage.world.app.db.write().await.unwrap();
    for sql in [
        "INSERT INTO fan_outs (owner_id, video_id, after_at, after_id) VALUES (?1, ?2, 1, ?2)",
        // The list stays: it has another id than the video.
        "INSERT INTO playlists (owner_id, id, title, created_at) VALUES (?1, ?1, ?2, 1)",
        "INSERT INTO playlist_videos (owner_id, playlist_id, video_id, position) VALUES (?1, ?1, ?2, 1)",
        "INSERT INTO sounds (owner_id, id, video_id, created_at) VALUES (?1, ?2, ?2, 1)",
    ] {
        let statement = Statement::built("plant".into(), sql.into());
        tx.execute(&statement, &[me, Param::Bytes(&bytes)]).await.unwrap();
    }
    tx.commit().await.unwrap();
    let before = Dump::of(stage).await;
    for table in TABLES.iter().filter(|table| table.video.is_some()) {
        let column = table.video.unwrap().video;
        let found = before.rows(table.name).iter().any(|row| row[column] == hex_of(&id));
        assert!(found, "nothing of the video stands in {}", table.name);
    }
    owner.client.call("DELETE", &format!("/api/v1/videos/{id}"), None).await.expect(204);
    let mut wrong = Vec::new();
    if !stage.settle().await {
        wrong.push("its end does not end".to_owned());
    }
    wrong.extend(Dump::of(stage).await.places_of(&BTreeSet::from([hex_of(&id)])));
    wrong
}

#[expect(clippy::print_stderr, reason = "the numbers are read where the tests run")]
fn say(text: &str) {
    eprintln!("proof: closed map: {text}");
}

/// Every table and column, of the database and of the keyring.
#[tokio::test]
async fn no_table_and_no_column_can_be_missing() {
    let stage = Stage::new(On::Sqlite).await;
    let keyring = stage.world.folder.path().join("keyring/keyring.db").display().to_string();
    let keyring = Db::open(&keyring).await.unwrap();
    let mut taken = 0;
    for (db, map) in [(&stage.world.app.db, TABLES), (&keyring, KEYRING)] {
        assert_eq!(undeclared(db, map).await, BTreeSet::new());
        for Without { what, tables } in without_columns(map) {
            assert!(!undeclared(db, tables).await.is_empty(), "nobody misses {what}");
            taken += 1;
        }
    }
    say(&format!("{taken} tables and columns taken out in turn, each missed"));
}

/// Each table's erasure, each link of it, each count, each emptied column: the erasure runs without it, and is found
/// out.
async fn every_erasure_is_missed(on: On) {
    let mut pair = Pair::new(on).await;
    pair.planted = true;
    let history = everything();
    let found = pair.compare(&history).await;
    assert!(found.differences.is_empty(), "with the whole map: {:#?}", found.differences);
    assert!(!keeps_a_name(TABLES));
    let (mut missed, mut all) = (Vec::new(), 0);
    for Without { what, tables } in without_links() {
        pair.with.with_plan(Box::leak(Box::new(Plan::of(tables))));
        let found = pair.compare(&history).await;
        all += 1;
        if found.differences.is_empty() && !keeps_a_name(tables) {
            missed.push(what);
        }
    }
    assert!(missed.is_empty(), "nobody finds out that these are missing: {missed:#?}");
    say(&format!(
        "{on:?}: {all} tables, links, counts and emptied columns left out of the erasure in turn, each found out"
    ));
}

#[tokio::test]
async fn every_erasure_is_missed_on_sqlite() {
    every_erasure_is_missed(On::Sqlite).await;
}

#[tokio::test]
async fn every_erasure_is_missed_on_postgres() {
    every_erasure_is_missed(On::Postgres).await;
}

/// What goes with a video, each table in turn.
#[tokio::test]
async fn every_part_of_a_video_is_missed() {
    let mut stage = Stage::new(On::Sqlite).await;
    let whole = video_gone(&mut stage, &outro_store::erasure::PLAN).await;
    assert!(whole.is_empty(), "with the whole map: {whole:?}");
    let mut all = 0;
    for (at, table) in TABLES.iter().enumerate().filter(|(_, table)| table.video.is_some()) {
        let less = with(at, format!("the video of {}", table.name), |table| table.video = None);
        let wrong = video_gone(&mut stage, Box::leak(Box::new(Plan::of(less.tables)))).await;
        assert!(!wrong.is_empty(), "nobody misses {}", less.what);
        all += 1;
    }
    say(&format!("{all} tables left out of the end of a video in turn, each found out"));
}

/// What is said of a column that is sealed, and of a kind of sealed object.
#[test]
fn no_seal_and_no_kind_of_object_can_be_missing() {
    let sealed = |tables: &[Table]| -> BTreeSet<(&str, &str)> {
        let is = |column: &&Column| {
            let sealed = matches!(column.holds, Holds::Sealed | Holds::SealedForMembers | Holds::SealedForBooks);
            sealed && column.name != "sealed_account"
        };
        let of = |table: &Table| {
            let name = table.name;
            table.columns.iter().filter(is).map(move |column| (name, column.name)).collect::<Vec<_>>()
        };
        tables.iter().flat_map(of).collect()
    };
    let listed = |without: usize| -> BTreeSet<(&str, &str)> {
        let all = SEALED.iter().enumerate().filter(|(at, _)| *at != without);
        all.map(|(_, column)| (column.table, column.column)).collect()
    };
    assert_eq!(sealed(TABLES), listed(usize::MAX));
    for (at, column) in SEALED.iter().enumerate() {
        assert_ne!(sealed(TABLES), listed(at), "{column:?}");
    }
    let mut plain = 0;
    for (at, table) in TABLES.iter().enumerate() {
        for place in 0..table.columns.len() {
            let mut columns = table.columns.to_vec();
            if sealed(TABLES).contains(&(table.name, columns[place].name)) {
                columns[place].holds = Holds::Structure;
                let less = with(at, String::new(), |table| table.columns = leak(columns));
                assert_ne!(sealed(less.tables), listed(usize::MAX), "{}", table.columns[place].name);
                plain += 1;
            }
        }
    }
    let kinds = |without: usize| -> Vec<BlobKind> {
        BLOBS.iter().enumerate().filter(|(at, _)| *at != without).map(|(_, blob)| blob.kind).collect()
    };
    assert_eq!(kinds(usize::MAX), BlobKind::ALL);
    for at in 0..BLOBS.len() {
        assert_ne!(kinds(at), BlobKind::ALL);
    }
    say(&format!(
        "{} seals, {plain} sealed columns and {} kinds of objects taken out in turn, each missed",
        SEALED.len(),
        BLOBS.len()
    ));
}

/// Whatever use cases hold outside of the tables, each with the lines of the map that speak of it. What is added to
/// the application does not compile here before it has its place.
fn held_outside(app: &App) -> BTreeMap<&'static str, &'static [&'static str]> {
    let App {
        db: _,
        vault: _,
        blobs: _,
        queue: _,
        live: _,
        courier: _,
        tools: _,
        finder: _,
        clock: _,
        random: _,
        plan: _,
        // Counts by templates and kinds, which name nobody.
        metrics: _,
        settings: _,
    } = app;
    let all: [(&str, &[&str]); 7] = [
        ("the database", &["backups"]),
        ("the keyring", &["key leases"]),
        ("open pages", &["open event streams", "words between processes"]),
        ("messages to phones", &["SMS gateway", "development outbox"]),
        ("ffmpeg", &["encoder scratch"]),
        ("the index", &["search index"]),
        ("answers", &["browsers", "log", "spans"]),
    ];
    BTreeMap::from(all)
}

#[tokio::test]
async fn no_cache_can_be_missing() {
    let stage = Stage::new(On::Sqlite).await;
    let held: BTreeSet<&str> = held_outside(&stage.world.app).into_values().flatten().copied().collect();
    let named = |without: usize| -> BTreeSet<&str> {
        CACHES.iter().enumerate().filter(|(at, _)| *at != without).map(|(_, cache)| cache.name).collect()
    };
    assert_eq!(held, named(usize::MAX));
    for at in 0..CACHES.len() {
        assert_ne!(held, named(at));
    }
    say(&format!("{} caches and hand-overs taken out in turn, each missed", CACHES.len()));
}

/// What stays names tables that are there, and every kind of row that stays with others is among it.
#[test]
fn what_stays_is_said_of_tables_that_are_there() {
    let names: BTreeSet<&str> = TABLES.iter().chain(KEYRING).map(|table| table.name).collect();
    for stay in STAYS {
        assert!(stay.tables.iter().all(|table| names.contains(table)), "{}", stay.word);
    }
    for table in TABLES {
        let stays = table.links.iter().any(|link| matches!(link.erase, Erase::Detach(_) | Erase::LeaveRoom(_)));
        let told = STAYS.iter().any(|stay| stay.tables.contains(&table.name));
        assert!(!stays || told, "rows of {} stay, and nobody is told", table.name);
    }
}

//! How the engines run the hot statements, held against what was committed. A plan that walks a table
//! which grows with the number of accounts fails, whatever was committed.
//!
//! After a wanted change: `OUTRO_WRITE_PLANS=1 cargo nextest run -p outro-testkit --test store plan`.

use std::path::Path;

use super::*;
use outro_db::{Db, Engine, Statement};
use outro_testkit::On;

/// Whose plan is committed.
const HOT: &[&str] = &[
    "outro_store::finding::FRIENDS_OF_FRIENDS",
    "outro_store::finding::FOLLOWERS",
    "outro_store::finding::SAME_SOUNDS",
    "outro_store::graph::STANDING",
    "outro_store::graph::FOLLOWERS",
    "outro_store::graph::FOLLOWING",
    "outro_store::graph::REQUESTS",
    "outro_store::answers::WAITING",
    "outro_store::feed::NEWEST",
    "outro_store::feed::POPULAR",
    "outro_store::feed::FOLLOWED",
    "outro_store::feed::OF_OWNER",
    "outro_store::feed::ITEM",
    "outro_store::feed::TIMELINE",
    "outro_store::renditions::LOOK",
    "outro_store::likes::LIKED",
    "outro_store::timeline::ADD",
    "outro_store::timeline::FILL",
    "outro_store::statistics::WAIT",
    "outro_store::statistics::SHOW",
    "outro_store::statistics::DAYS",
    "outro_store::statistics::DAYS_OF_ALL",
    "outro_store::statistics::TOP_OF_ALL",
    "outro_store::statistics::REACH",
    "outro_store::statistics::FROM_OF_ALL",
    "outro_store::watches::LIKED",
    "outro_store::watches::WATCHED",
    "outro_store::sessions::GET",
    "outro_store::accounts::BY_ID",
    "outro_store::accounts::INDEX_GET",
    "outro_store::messages::INBOX",
    "outro_store::messages::OLDER",
    "outro_store::messages::UNREAD",
    "outro_store::events::AFTER",
    "outro_store::events::PRESENT",
    "outro_store::videos::BY_ID",
    "outro_store::videos::OF_OWNER",
    "outro_store::videos::PINNED",
    "outro_store::videos::COUNT",
    "outro_store::playlists::BY_ID",
    "outro_store::playlists::OF_OWNER",
    "outro_store::playlists::VIDEOS",
    "outro_store::playlists::SEEN",
    "outro_store::blobs::OF_VIDEO",
    "outro_store::sounds::BY_ID",
    "outro_store::sounds::USES",
    "outro_store::sounds::COUNT",
    "outro_store::sounds::RECENT",
    "outro_store::sounds::TRENDING",
    "outro_store::sounds::WITHOUT",
    "outro_store::likes::LIKED",
    "outro_store::comments::NEWEST",
    "outro_store::comments::MOST_LIKED",
    "outro_store::comments::REPLIES",
    "outro_store::notifications::LIST",
    "outro_store::moderation::OPEN_BY_REPORTER",
    "outro_store::moderation::OPEN",
    "outro_store::moderation::DECIDED",
    "outro_store::moderation::DECISIONS",
    "outro_store::moderation::LOG",
    "outro_store::challenges::TRY",
    "outro_jobs::queue::LEASE",
];

/// Statements that walk a table because no more than one row, or none but the next, is asked for; or a
/// table that does not grow with accounts: the queue holds what is due and not what was done.
const MAY_WALK: &[(&str, &str)] = &[
    ("outro_store::accounts::ANY", "one row, whichever comes first"),
    ("outro_store::accounts::ANY_ACTIVE", "one row, once at start; those who are leaving are few"),
    ("outro_store::restores::PENDING", "as many rows as backups were put back, which are few"),
    ("outro_store::restores::LAST_UNSWEPT", "the same"),
    ("outro_store::restores::REPLAYED", "the same"),
    ("outro_store::restores::SWEPT", "the same"),
    ("outro_store::restores::LAPSE_DEPARTURES", "once after a restore"),
    ("outro_store::restores::REFUSE_IMPORTS", "once after a restore"),
    ("outro_store::pending_leaves::PUT_OFF", "once after a restore"),
    ("outro_store::replaced_phones::PUT_OFF", "once after a restore"),
    ("outro_store::operator_erasures::LIST", "the newest by their index, no more than are asked for"),
    ("outro_jobs::queue::FREE", "the queue, once at start"),
    ("outro_jobs::queue::WAITING", "the queue, for tests"),
    ("outro_jobs::queue::FIND", "the queue, once at start"),
];

fn statements() -> Vec<&'static Statement> {
    let built = outro_store::erasure::built_statements().into_iter().chain(outro_store::takeout::built_statements());
    let declared = outro_store::all_statements().into_iter().chain(built);
    declared.chain(outro_jobs::all_statements().iter().copied()).collect()
}

fn named(name: &str) -> &'static Statement {
    statements().into_iter().find(|statement| statement.name() == name).unwrap_or_else(|| panic!("no {name}"))
}

/// SQLite names a walk `SCAN` (one over the rows of a batch is bounded), PostgreSQL `Seq Scan`; an index that is read from end to end to find a row
/// has no condition on it.
fn walks(engine: Engine, plan: &[String]) -> bool {
    match engine {
        Engine::Sqlite => plan.iter().any(|line| {
            // What a subquery has found is walked; what it walked to find it stands on a line of its own.
            let found = line.strip_prefix("SCAN ").is_some_and(|name| plan.contains(&format!("CO-ROUTINE {name}")));
            let bounded = line.contains("CONSTANT ROW")
                || line.ends_with("-ROW VALUES CLAUSE")
                || line.as_str() == "SCAN batch"
                || found;
            line.starts_with("SCAN") && !bounded
        }),
        Engine::Postgres => plan.iter().enumerate().any(|(number, line)| {
            let index = line.contains("Index Scan") || line.contains("Index Only Scan");
            let bounded = plan.get(number + 1).is_some_and(|next| next.contains("Index Cond"));
            line.contains("Seq Scan") || index && !bounded
        }),
    }
}

async fn written(db: &Db) -> String {
    let mut out = String::new();
    for name in HOT {
        let plan = db.explain(named(name)).await.unwrap();
        assert!(!plan.is_empty(), "{name}");
        out.push_str(&format!("{name}\n"));
        plan.iter().for_each(|line| out.push_str(&format!("    {line}\n")));
        out.push('\n');
    }
    out
}

on_both! {
    async fn the_plans_are_those_committed(world: World) {
        let name = if world.app.db.engine() == Engine::Sqlite { "sqlite.txt" } else { "postgres.txt" };
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain").join(name);
        let plans = written(&world.app.db).await;
        if std::env::var_os("OUTRO_WRITE_PLANS").is_some() {
            std::fs::write(&path, &plans).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(plans, committed, "{name} differs: see the head of plans.rs");
    }
}

on_both! {
    async fn no_statement_walks_a_table_that_grows(world: World) {
        let db = &world.app.db;
        let mut walking = Vec::new();
        // A line that allows what is no more is taken out.
        assert!(MAY_WALK.iter().all(|(name, _)| !named(name).name().is_empty()));
        for statement in statements() {
            let may = MAY_WALK.iter().any(|(name, _)| *name == statement.name());
            let plan = db.explain(statement).await.unwrap_or_else(|error| panic!("{}: {error}", statement.name()));
            if !may && walks(db.engine(), &plan) {
                walking.push(format!("{}\n    {}", statement.name(), plan.join("\n    ")));
            }
        }
        assert!(walking.is_empty(), "these walk a whole table:\n{}", walking.join("\n"));
    }
}

on_both! {
    async fn a_walk_is_seen_as_one(world: World) {
        let db = &world.app.db;
        let by_text = Statement::built("by bio".into(), "SELECT id FROM accounts WHERE bio = ?1".into());
        let plan = db.explain(&by_text).await.unwrap();
        assert!(walks(db.engine(), &plan), "{plan:?}");
    }
}

/// Statements that go along what everyone may watch, in the order of their question, no further than they are asked to.
const ALONG_ALL: [&str; 3] =
    ["outro_store::feed::POPULAR", "outro_store::feed::NEWEST", "outro_store::videos::SETTLE_HEAT"];

// What is joined with videos finds each by its key. An index of the state and the audience holds nearly all there are. SQLite
// alone: PostgreSQL chooses by what it knows of the tables, and these are empty.
#[tokio::test]
async fn nothing_is_looked_for_among_all_that_everyone_may_watch() {
    let world = World::start(On::Sqlite).await;
    let mut along = Vec::new();
    for statement in statements() {
        let plan = world.app.db.explain(statement).await.unwrap();
        let all = plan.iter().any(|line| line.contains("videos_by_heat") || line.contains("videos_for_you"));
        if all && !ALONG_ALL.contains(&statement.name()) {
            along.push(format!("{}\n    {}", statement.name(), plan.join("\n    ")));
        }
    }
    assert!(along.is_empty(), "these go along all videos:\n{}", along.join("\n"));
}

// An owner of 10,000 videos must not make every look-up of one walk the others.
on_both! {
    async fn the_objects_of_a_video_are_found_without_those_of_others(world: World) {
        for name in ["blobs::OF_VIDEO", "blobs::ALL_OF_VIDEO", "renditions::LOOK", "feed::ITEM", "feed::TIMELINE"] {
            let plan = world.app.db.explain(named(&format!("outro_store::{name}"))).await.unwrap();
            let lines = plan.iter().enumerate().filter(|(_, line)| line.contains("blobs") || line.contains("SEARCH b "));
            let texts: Vec<_> = lines.map(|(at, line)| [line.as_str(), plan.get(at + 1).map_or("", |next| next)]).collect();
            let bounded = texts.iter().any(|text| text.concat().contains("video_id"));
            assert!(bounded, "{name}: {}", plan.join("\n"));
        }
    }
}

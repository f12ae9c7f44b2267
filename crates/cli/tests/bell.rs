//! Two servers on one PostgreSQL, as processes of their own: what happens at one of them the other tells at once.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod common;
#[path = "common/listening.rs"]
mod listening;

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use common::{Running, wait_for};
use listening::listen;
use serde_json::json;
use tempfile::TempDir;

struct Pair {
    one: Running,
    other: Running,
    database: String,
    _data: TempDir,
}

fn asked<T>(run: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run)
}

impl Pair {
    fn start() -> Self {
        let (data, database) = (tempfile::tempdir().unwrap(), asked(outro_testkit::fresh_database()));
        let server = || {
            let started = Running::try_start(data.path(), |command| {
                command.env("OUTRO_DATABASE_URL", &database).env("OUTRO_RATE_LIMITS", "off")
            });
            started.expect("a server that starts")
        };
        Self { one: server(), other: server(), database, _data: data }
    }

    /// Ends the connections of all bells, as a restart of PostgreSQL would.
    fn cut_the_lines(&self) {
        asked(async {
            let db = outro_db::Db::open(&self.database).await.unwrap();
            let cut = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE application_name = 'outro bell' AND datname = current_database()";
            let cut = outro_db::Statement::built("cut".into(), cut.into());
            let rows = db.write().await.unwrap().query(&cut, &[]).await.unwrap();
            assert_eq!(rows[0].get::<i64>(0).unwrap(), 2);
        });
    }

    fn wait_for_the_lines(&self) {
        let count = "SELECT COUNT(*) FROM pg_stat_activity
            WHERE application_name = 'outro bell' AND datname = current_database() AND state = 'idle'";
        let count = outro_db::Statement::built("count".into(), count.into());
        wait_for("the bells", || {
            asked(async {
                let db = outro_db::Db::open(&self.database).await.unwrap();
                db.read().await.unwrap().query(&count, &[]).await.unwrap()[0].get::<i64>(0).unwrap() == 2
            })
        });
        // The last thing that they do before they wait.
        thread::sleep(Duration::from_millis(200));
    }
}

/// Bob at the other server.
struct Listener<'a> {
    server: &'a Running,
    token: &'a str,
    heard: Receiver<(String, Instant)>,
}

/// Ada writes to Bob at one server; how long it takes each time until the other tells him.
fn told_after(pair: &Pair, token: &str, talk: &str, bob: &mut Listener<'_>, times: usize) -> Vec<Duration> {
    let path = format!("/api/v1/conversations/{talk}/messages");
    let say = |_| {
        let (kind, at, answered) = loop {
            let (status, said) = pair.one.call("POST", &path, Some(token), &json!({"text": "hello"}));
            assert_eq!(status, 201, "{said}");
            let answered = Instant::now();
            match bob.heard.recv_timeout(Duration::from_secs(30)) {
                Ok((kind, at)) => break (kind, at, answered),
                // A server that cannot ask in time whether a stream may go on ends it, and the client opens another.
                Err(RecvTimeoutError::Disconnected) => bob.heard = listen(&bob.server.base, bob.token),
                Err(RecvTimeoutError::Timeout) => panic!("nothing was told"),
            }
        };
        assert_eq!(kind, "message");
        // It does not keep to the beat that all pages are asked for at.
        thread::sleep(Duration::from_millis(37));
        at.saturating_duration_since(answered)
    };
    (0..times).map(say).collect()
}

/// Whether most are told at once. By the look three times a second alone a third of them would be; a machine that is busy
/// meanwhile has another try.
fn are_soon(pair: &Pair, token: &str, talk: &str, bob: &mut Listener<'_>) -> bool {
    let took = told_after(pair, token, talk, bob, 24);
    took.iter().filter(|took| **took < Duration::from_millis(100)).count() >= 18
}

#[test]
fn a_message_at_one_is_told_at_the_other_and_does_not_wait_for_the_next_look() {
    let pair = Pair::start();
    let (ada, bob) = (pair.one.join("ada"), pair.one.join("bob"));
    let to = json!({"to": ["bob"]});
    let (status, talk) = pair.one.call("POST", "/api/v1/conversations", Some(&ada), &to);
    assert_eq!(status, 201, "{talk}");
    let talk = talk["id"].as_str().unwrap().to_owned();
    pair.wait_for_the_lines();
    let mut listener = Listener { server: &pair.other, token: &bob, heard: listen(&pair.other.base, &bob) };
    assert!((0..5).any(|_| are_soon(&pair, &ada, &talk, &mut listener)), "told by the look alone");

    // Without the lines it is told by the look; and they are taken up again.
    pair.cut_the_lines();
    told_after(&pair, &ada, &talk, &mut listener, 3);
    pair.wait_for_the_lines();
    assert!((0..5).any(|_| are_soon(&pair, &ada, &talk, &mut listener)), "the lines were not taken up again");
}

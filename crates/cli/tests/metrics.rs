//! Metrics, and the log beside them: what whoever operates a server needs, and nothing that names anybody.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod common;
#[path = "common/life.rs"]
mod life;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::net::TcpListener;

use common::{Running, wait_for};
use life::{WORDS, live};
use serde_json::Value;

struct Watched {
    server: Running,
    metrics: String,
    log: tempfile::NamedTempFile,
    _data: tempfile::TempDir,
}

impl Watched {
    fn start() -> Self {
        let (data, log) = (tempfile::tempdir().unwrap(), tempfile::NamedTempFile::new().unwrap());
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let told = File::options().append(true).open(log.path()).unwrap();
        let server = Running::try_start(data.path(), |command| {
            command.env("OUTRO_METRICS_LISTEN", address.to_string()).stderr(told)
        });
        Self { server: server.unwrap(), metrics: format!("http://{address}"), log, _data: data }
    }

    fn told(&self) -> String {
        let mut answer = ureq::get(format!("{}/metrics", self.metrics)).call().unwrap();
        let media_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
        assert!(media_type.starts_with("application/openmetrics-text"), "{media_type}");
        answer.body_mut().read_to_string().unwrap()
    }
}

#[test]
fn they_tell_how_the_server_is_and_of_nobody() {
    let watched = Watched::start();
    let ids = live(&watched.server);
    let said = watched.told();
    for line in [
        r#"outro_http_requests_total{method="POST",route="/api/v1/accounts",status="201"} 2"#,
        r#"outro_http_requests_total{method="GET",route="/api/v1/accounts/{handle}",status="200"} 1"#,
        r#"outro_http_requests_total{method="other",route="/{name}",status="404"} 1"#,
        r#"outro_http_requests_total{method="other",route="/healthz",status="405"} 1"#,
        r#"outro_http_requests_total{method="GET",route="none",status="404"} 1"#,
        r#"outro_build_info{version="0.1.0"} 1"#,
        r#"outro_jobs_due{lane="encode"} 0"#,
        "outro_http_requests_under_way 0",
        "# EOF",
    ] {
        assert!(said.lines().any(|one| one == line), "{line} is not in\n{said}");
    }
    let value = |name: &str| -> f64 {
        let line = said.lines().find_map(|line| line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')));
        line.unwrap_or_else(|| panic!("{name}")).parse().unwrap()
    };
    assert!(value("outro_resident_memory_bytes") > 4e6 && value("outro_open_descriptors") > 5.0);
    assert!(value("outro_uptime_seconds") > 0.0);
    let log = fs::read_to_string(watched.log.path()).unwrap();
    assert!(log.contains(r#""route":"/api/v1/accounts/{handle}""#), "requests are in the log");
    for (place, text) in [("metrics", &said), ("the log", &log)] {
        for word in WORDS.iter().copied().chain(ids.iter().map(String::as_str)) {
            assert!(!text.contains(word), "{word} is in {place}");
        }
    }
}

#[test]
fn they_have_a_listener_of_their_own() {
    let watched = Watched::start();
    assert_eq!(watched.server.call("GET", "/metrics", None, &Value::Null).0, 404);
    for path in ["/", "/healthz", "/api/v1/feed/for-you"] {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        assert_eq!(agent.get(format!("{}{path}", watched.metrics)).call().unwrap().status(), 404, "{path}");
    }
}

/// Jobs are counted by their kind when they have run.
#[test]
fn runs_of_jobs_are_counted() {
    let watched = Watched::start();
    let ran = r#"outro_job_runs_total{kind="housekeeping",outcome="later"}"#;
    wait_for("a run of a job", || watched.told().lines().any(|line| line.starts_with(ran)));
    assert!(watched.told().contains(r#"outro_job_run_seconds_count{kind="housekeeping"}"#));
}

/// The dashboard asks for nothing that is not told.
#[test]
fn the_dashboard_asks_for_what_there_is() {
    let watched = Watched::start();
    live(&watched.server);
    wait_for("a run of a job", || watched.told().contains("outro_job_runs_total{"));
    let said = watched.told();
    let board = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/grafana/outro.json")).unwrap();
    let board: Value = serde_json::from_str(&board).unwrap();
    let mut asked = BTreeSet::new();
    for panel in board["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            let expression = target["expr"].as_str().unwrap();
            let words = expression.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
            asked.extend(words.filter(|word| word.starts_with("outro_")).map(str::to_owned));
        }
    }
    assert!(asked.len() >= 10, "{asked:?}");
    for name in asked {
        let there = |line: &str| line.strip_prefix(&name).is_some_and(|rest| rest.starts_with(['{', ' ']));
        assert!(said.lines().any(there), "{name} is told nowhere");
    }
}

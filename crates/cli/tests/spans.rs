//! Spans, as a collector gets them: what was asked for and what was done for it, and nothing that names anybody.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod common;
#[path = "common/life.rs"]
mod life;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use common::{Running, wait_for};
use life::{WORDS, live};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use prost::Message as _;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

/// What came, as it came.
type Came = Arc<Mutex<Vec<Vec<u8>>>>;

/// A collector that keeps what it is sent.
fn collector() -> (String, Came) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, came) = (listener.local_addr().unwrap(), Came::default());
    let kept = came.clone();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let kept = kept.clone();
            thread::spawn(move || while take(&stream, &kept).is_some() {});
        }
    });
    (format!("http://{address}"), came)
}

/// Takes one request of a connection, if another comes.
fn take(stream: &TcpStream, kept: &Came) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    assert!(line.starts_with("POST /v1/traces "), "{line}");
    while line.trim() != "" {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let lower = line.to_ascii_lowercase();
        if let Some(given) = lower.strip_prefix("content-length:") {
            length = given.trim().parse().unwrap();
        }
        assert!(!lower.starts_with("content-type:") || lower.contains("application/x-protobuf"), "{line}");
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    kept.lock().unwrap().push(body);
    let mut stream = stream;
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n").ok()
}

fn start(with: &[(&str, &str)]) -> (Running, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    let server = Running::try_start(data.path(), |command| command.envs(with.iter().copied()));
    (server.unwrap(), data)
}

/// Ends as it is told to, with all said that waited.
fn end(mut server: Running) {
    kill_process(Pid::from_child(&server.child), Signal::TERM).unwrap();
    wait_for("the end", || server.child.try_wait().unwrap().is_some());
}

fn text(value: &KeyValue) -> String {
    match value.value.as_ref().and_then(|any| any.value.clone()) {
        Some(Any::StringValue(text)) => text,
        Some(Any::IntValue(number)) => number.to_string(),
        other => panic!("{}: {other:?}", value.key),
    }
}

fn attributes(span: &Span) -> BTreeMap<&str, String> {
    span.attributes.iter().map(|one| (one.key.as_str(), text(one))).collect()
}

/// All spans that came; what stands about the process stands nowhere else.
fn spans(came: &Came) -> Vec<Span> {
    let mut all = Vec::new();
    for body in came.lock().unwrap().iter() {
        for of_resource in ExportTraceServiceRequest::decode(&body[..]).unwrap().resource_spans {
            let resource = of_resource.resource.unwrap();
            let keys: BTreeSet<_> = resource.attributes.iter().map(|one| one.key.as_str()).collect();
            assert_eq!(keys, BTreeSet::from(["service.name", "service.version"]));
            all.extend(of_resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
    all
}

#[test]
fn they_tell_what_was_done_and_of_nobody() {
    let (address, came) = collector();
    let (server, _data) =
        start(&[("OUTRO_OTLP_URL", &address), ("OUTRO_OTLP_RATIO", "1"), ("OUTRO_RATE_LIMITS", "off")]);
    let mut ids = live(&server);
    // Somebody leaves, and a job does the rest.
    let token = server.join("zqxleaver");
    let (_, me) = server.call("GET", "/api/v1/me", Some(&token), &json!(null));
    ids.push(me["id"].as_str().unwrap().to_owned());
    let (_, begun) = server.call("POST", "/api/v1/me/deletion", Some(&token), &json!({}));
    let proof = json!({"challenge": begun["challenge"], "password": "password"});
    let (status, left) = server.call("POST", "/api/v1/me/deletion/confirm", Some(&token), &proof);
    assert_eq!(status, 200, "{left}");
    let receipt = left["receipt"]["id"].as_str().unwrap().to_owned();
    wait_for("the receipt", || {
        server.call("GET", &format!("/api/v1/receipts/{receipt}"), None, &json!(null)).1["state"] == "complete"
    });
    ids.push(receipt);
    end(server);

    let all = spans(&came);
    let by_id: BTreeMap<_, _> = all.iter().map(|span| (&span.span_id, span)).collect();
    let of_kind = |kind: SpanKind| all.iter().filter(move |span| span.kind == i32::from(kind));
    let asked: BTreeSet<_> = of_kind(SpanKind::Server).map(|span| span.name.as_str()).collect();
    for name in ["POST /api/v1/accounts", "GET /api/v1/accounts/{handle}", "GET none", "other /{name}"] {
        assert!(asked.contains(name), "{name} is not in {asked:?}");
    }
    for span in of_kind(SpanKind::Server) {
        let said = attributes(span);
        let keys: Vec<_> = said.keys().copied().collect();
        assert_eq!(keys, ["http.request.method", "http.response.status_code", "http.route"], "{}", span.name);
        assert!(span.parent_span_id.is_empty() && said["http.response.status_code"].len() == 3);
    }
    let jobs: BTreeMap<_, _> = of_kind(SpanKind::Consumer).map(|span| (span.name.as_str(), attributes(span))).collect();
    assert_eq!(jobs["housekeeping"]["outcome"], "later");
    assert!(jobs.contains_key("erasure"), "{jobs:?}");
    // Statements belong to what they were done for.
    let (mut of_requests, mut of_jobs) = (0, 0);
    for span in of_kind(SpanKind::Client) {
        let said = attributes(span);
        assert!(said.keys().all(|key| *key == "rows") && span.name.contains("::"), "{} {said:?}", span.name);
        let whole = by_id[&span.parent_span_id];
        assert_eq!(whole.trace_id, span.trace_id);
        assert!(whole.start_time_unix_nano <= span.start_time_unix_nano);
        of_requests += usize::from(whole.kind == i32::from(SpanKind::Server));
        of_jobs += usize::from(whole.kind == i32::from(SpanKind::Consumer));
    }
    assert!(of_requests > 20 && of_jobs > 20, "{of_requests} {of_jobs}");
    assert!(all.iter().all(|span| span.events.is_empty() && span.links.is_empty()));

    // Whatever was sent, whichever way it stands in there.
    let sent = came.lock().unwrap().concat();
    let sent = String::from_utf8_lossy(&sent);
    assert!(sent.contains("/api/v1/accounts/{handle}"));
    for word in WORDS.iter().copied().chain(["zqxleaver", "zqxbob"]).chain(ids.iter().map(String::as_str)) {
        assert!(!sent.contains(word), "{word} was told");
    }
}

#[test]
fn none_is_told_of_what_falls_outside_the_share() {
    let (address, came) = collector();
    let (server, _data) = start(&[("OUTRO_OTLP_URL", &address), ("OUTRO_OTLP_RATIO", "0")]);
    server.join("ada");
    end(server);
    assert_eq!(spans(&came).len(), 0);
}

/// A collector that is away is no reason not to serve, nor not to end.
#[test]
fn a_collector_that_is_away_is_in_nobodys_way() {
    let nowhere = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (server, _data) = start(&[("OUTRO_OTLP_URL", &format!("http://{nowhere}")), ("OUTRO_OTLP_RATIO", "1")]);
    server.join("ada");
    end(server);
}

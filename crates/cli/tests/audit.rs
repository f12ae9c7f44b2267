//! `outro audit`, as it is run: what it says, how it ends, and the memory of a server that runs.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const OUTRO: &str = env!("CARGO_BIN_EXE_outro");

struct Running {
    child: Child,
    base: String,
}

impl Running {
    fn start(data: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(OUTRO);
        command.args(["serve", "--data", text(data), "--listen", &format!("127.0.0.1:{port}")]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let this = Self { child, base: format!("http://127.0.0.1:{port}") };
        wait_for("the server", || ureq::get(format!("{}/readyz", this.base)).call().is_ok());
        this
    }

    fn call(&self, method: &str, path: &str, token: Option<&str>, body: &Value) -> Value {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut response = agent.run(request.header("content-type", "application/json").body(body).unwrap()).unwrap();
        let answer = response.body_mut().read_to_string().unwrap();
        assert!(response.status().is_success(), "{method} {path}: {answer}");
        serde_json::from_str(&answer).unwrap_or_default()
    }

    fn join(&self, handle: &str) -> String {
        let body = json!({"handle": handle, "password": "password", "birth_date": "1990-01-01"});
        self.call("POST", "/api/v1/accounts", None, &body)["token"].as_str().unwrap().to_owned()
    }

    fn leave(&self, token: &str) {
        let begun = self.call("POST", "/api/v1/me/deletion", Some(token), &json!({}));
        let proof = json!({"challenge": begun["challenge"], "password": "password"});
        let left = self.call("POST", "/api/v1/me/deletion/confirm", Some(token), &proof);
        let path = format!("/api/v1/receipts/{}", left["receipt"]["id"].as_str().unwrap());
        wait_for("the receipt", || self.call("GET", &path, None, &Value::Null)["state"] == "complete");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_for(what: &str, mut ready: impl FnMut() -> bool) {
    let began = Instant::now();
    while !ready() {
        assert!(began.elapsed() < Duration::from_secs(300), "{what} did not come");
        thread::sleep(Duration::from_millis(50));
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy_folder(&path, &target) } else { fs::copy(&path, &target).map(|_| ()).unwrap() }
    }
}

/// Runs a command, with something on its standard input.
fn outro(args: &[&str], input: &str) -> Output {
    let mut command = Command::new(OUTRO);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // One that does not read it may be at an end already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// What it says as JSON, and its code.
fn audit(data: &Path, more: &[&str], input: &str) -> (i32, Value) {
    let needles: &[&str] = if input.is_empty() { &[] } else { &["--needles", "-"] };
    let args = [&["audit", "--json", "--data", text(data)][..], needles, more].concat();
    let output = outro(&args, input);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let report = serde_json::from_str(&said);
    (
        output.status.code().unwrap(),
        report.unwrap_or_else(|_| panic!("{said}{}", String::from_utf8_lossy(&output.stderr))),
    )
}

const BIO: &str = "Somebody's own words 4b1d";

#[test]
fn codes_tell_clean_from_residue_from_no_proof() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Running::start(&data);
    let token = server.join("ada");
    server.call("PATCH", "/api/v1/me", Some(&token), &json!({ "bio": BIO }));
    server.leave(&token);
    // Beside the running server, and of a folder that nobody serves.
    let (code, report) = audit(&data, &[], BIO);
    assert_eq!((code, &report["verdict"]), (0, &json!("clean")), "{report}");
    assert!(report["planted"].as_u64().unwrap() > 400 && report["missed"] == json!([]));
    drop(server);
    let (code, report) = audit(&data, &[], BIO);
    assert_eq!(code, 0, "{report}");

    let log = folder.path().join("a log");
    fs::write(&log, format!("GET /search?q={}", BIO.replace(' ', "+").replace('\'', "%27"))).unwrap();
    let (code, report) = audit(&data, &["--logs", text(&log)], BIO);
    assert_eq!((code, &report["verdict"]), (1, &json!("residue")), "{report}");
    let found = &report["findings"][0];
    assert_eq!((&found["kind"], &found["offset"], &found["number"]), (&json!("logs"), &json!(14), &json!(1)));
    assert!(!report.to_string().contains("own words"), "{report}");

    let (code, report) = audit(&data, &["--logs", text(&folder.path().join("none"))], BIO);
    assert_eq!((code, &report["verdict"]), (2, &json!("not vouched for")), "{report}");
    for (args, input, words) in [
        (vec!["audit", "--data", text(&data), "--needles", "-"], "tiny1", "line 1"),
        (vec!["audit", "--data", text(&data), "--needles", "-"], "\u{feff}\n \n", "there is no text in it"),
        (vec!["audit", "--data", text(folder.path())], "", "no server has kept anything here"),
    ] {
        let output = outro(&args, input);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(words) && !said.contains("tiny1"), "{said}");
    }
    // For people.
    let said = outro(&["audit", "--data", text(&data)], "");
    assert!(String::from_utf8_lossy(&said.stdout).contains("Nothing was found that must not be there."));
}

/// A server whose account is erased holds none of its keys; and that they would be seen shows a second server, on a copy
/// of the same folder, where the same account is at work.
#[test]
fn destroyed_keys_are_in_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (data, other, copy) =
        (folder.path().join("data"), folder.path().join("other"), folder.path().join("keyring copy"));
    let server = Running::start(&data);
    let token = server.join("ada");
    let copied = outro(&["keyring", "backup", "--data", text(&data), "--to", text(&copy)], "");
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    drop(server);
    copy_folder(&data, &other);
    let (server, elsewhere) = (Running::start(&data), Running::start(&other));
    server.call("GET", "/api/v1/me", Some(&token), &Value::Null);
    let of = |server: &Running| server.child.id().to_string();
    let memory = |pid: &str| audit(&data, &["--pid", pid, "--keyring-copy", text(&copy)], "");

    let (code, report) = memory(&of(&server));
    assert_eq!(code, 2, "no key is known that was destroyed: {report}");
    let (code, report) = audit(&data, &["--keyring-copy", text(&folder.path().join("no copy"))], "");
    assert_eq!((code, &report["verdict"]), (2, &json!("not vouched for")), "{report}");
    server.leave(&token);
    // The key's lease: other processes may have it so long.
    thread::sleep(Duration::from_secs(6));
    let (code, report) = memory(&of(&server));
    assert_eq!(code, 0, "{report}");
    assert_eq!(report["needles"]["a key"], 4);
    assert!(report["looked_at"].as_array().unwrap().iter().any(|one| one["kind"] == "process memory"), "{report}");

    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                elsewhere.call("GET", "/api/v1/me", Some(&token), &Value::Null);
                thread::sleep(Duration::from_millis(100));
            }
        });
        let (code, report) = memory(&of(&elsewhere));
        done.store(true, Ordering::Relaxed);
        assert_eq!(code, 1, "{report}");
        assert!(report["findings"].as_array().unwrap().iter().all(|one| one["kind"] == "process memory"), "{report}");
    });
}

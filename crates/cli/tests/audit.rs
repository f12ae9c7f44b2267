//! `outro audit`, as it is run: what it says, how it ends, and the memory of a server that runs.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod common;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use common::{OUTRO, Running, wait_for};
use outro_testkit::copy_folder;
use serde_json::{Value, json};

impl Running {
    fn start(data: &Path) -> Self {
        Self::try_start(data, |command| command).expect("a server that starts")
    }

    fn leave(&self, token: &str) {
        let (_, begun) = self.call("POST", "/api/v1/me/deletion", Some(token), &json!({}));
        let proof = json!({"challenge": begun["challenge"], "password": "password"});
        let (status, left) = self.call("POST", "/api/v1/me/deletion/confirm", Some(token), &proof);
        assert_eq!(status, 200, "{left}");
        let path = format!("/api/v1/receipts/{}", left["receipt"]["id"].as_str().unwrap());
        wait_for("the receipt", || self.call("GET", &path, None, &Value::Null).1["state"] == "complete");
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
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
    assert_eq!(server.call("PATCH", "/api/v1/me", Some(&token), &json!({ "bio": BIO })).0, 200);
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
    assert_eq!(server.call("GET", "/api/v1/me", Some(&token), &Value::Null).0, 200);
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
                assert_eq!(elsewhere.call("GET", "/api/v1/me", Some(&token), &Value::Null).0, 200);
                thread::sleep(Duration::from_millis(100));
            }
        });
        let (code, report) = memory(&of(&elsewhere));
        done.store(true, Ordering::Relaxed);
        assert_eq!(code, 1, "{report}");
        assert!(report["findings"].as_array().unwrap().iter().all(|one| one["kind"] == "process memory"), "{report}");
    });
}

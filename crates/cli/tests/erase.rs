//! Erasing on request, by the real program: beside a running server, and while none runs.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod common;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use common::{OUTRO, Running, wait_for};
use serde_json::Value;

impl Running {
    fn start(data: &Path) -> Self {
        Self::try_start(data, |command| command).expect("a server that starts")
    }

    fn profile(&self, handle: &str) -> u16 {
        self.call("GET", &format!("/api/v1/accounts/{handle}"), None, &Value::Null).0
    }

    /// The complete receipt, as a file.
    fn receipt(&self, id: &str) -> Value {
        let mut receipt = Value::Null;
        wait_for("the receipt", || {
            receipt = self.call("GET", &format!("/api/v1/receipts/{id}"), None, &Value::Null).1;
            receipt["state"] == "complete"
        });
        receipt
    }
}

fn outro(data: &Path, args: &[&str], typed: &str) -> Output {
    let mut command = Command::new(OUTRO);
    command.args(args).args(["--data", data.to_str().unwrap()]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// What stands after a word in what the command said.
fn said(output: &Output, word: &str) -> String {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(output.status.success(), "{text} {}", String::from_utf8_lossy(&output.stderr));
    let line = text.lines().find_map(|line| line.strip_prefix(word)).unwrap_or_else(|| panic!("no {word} in {text}"));
    line.trim().to_owned()
}

#[test]
fn beside_a_running_server_and_while_none_runs() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let server = Running::start(data);
    for handle in ["first.gone", "second.gone", "who.stays"] {
        server.join(handle);
    }
    // Another handle is typed: nothing happens.
    let wrong = outro(data, &["admin", "erase", "first.gone", "--reason", "asked"], "second.gone\n");
    assert!(!wrong.status.success());
    assert_eq!((server.profile("first.gone"), server.profile("second.gone")), (200, 200));

    let beside = outro(data, &["admin", "erase", "first.gone", "--reason", "asked"], "first.gone\n");
    assert_eq!((server.profile("first.gone"), server.profile("second.gone")), (404, 200));
    let id = said(&beside, "receipt:").rsplit('/').next().unwrap().to_owned();
    let receipt = server.receipt(&id);
    let file = data.join("receipt.json");
    std::fs::write(&file, receipt.to_string()).unwrap();
    let verify = Command::new(OUTRO)
        .args(["receipt", "verify", file.to_str().unwrap(), "--handle", "first.gone"])
        .args(["--account", &said(&beside, "account:"), "--nonce", &said(&beside, "nonce:")])
        .output()
        .unwrap();
    assert!(verify.status.success(), "{}", String::from_utf8_lossy(&verify.stderr));
    drop(server);

    // While none runs the key is destroyed at once, and the next server does the rest.
    let alone = outro(data, &["admin", "erase", "second.gone", "--reason", "died", "--yes"], "");
    assert!(String::from_utf8_lossy(&alone.stdout).contains("its key is destroyed"));
    let server = Running::start(data);
    assert_eq!((server.profile("second.gone"), server.profile("who.stays")), (404, 200));
    let id = said(&alone, "receipt:").rsplit('/').next().unwrap().to_owned();
    server.receipt(&id);

    // The log says that it was done, and of nobody.
    let log = outro(data, &["admin", "log"], "");
    let log = String::from_utf8(log.stdout).unwrap();
    assert_eq!(log.matches("\terase\taccount\t-\t-\toperator\t").count(), 2, "{log}");
    assert!(log.contains("operator\tasked") && log.contains("operator\tdied") && !log.contains("gone"), "{log}");
}

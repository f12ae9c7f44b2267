//! Erasing on request, by the real program: beside a running server, and while none runs.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
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
        let listen = format!("127.0.0.1:{port}");
        let mut command = Command::new(OUTRO);
        command.args(["serve", "--data", data.to_str().unwrap(), "--listen", &listen]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let this = Self { child, base: format!("http://{listen}") };
        until("the server", || ureq::get(format!("{}/readyz", this.base)).call().is_ok());
        this
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut response = agent.run(request.header("content-type", "application/json").body(body).unwrap()).unwrap();
        let answer = response.body_mut().read_to_string().unwrap();
        (response.status().as_u16(), serde_json::from_str(&answer).unwrap_or_default())
    }

    fn join(&self, handle: &str) {
        let body = json!({"handle": handle, "password": "password", "birth_date": "1990-01-01"});
        assert_eq!(self.call("POST", "/api/v1/accounts", &body).0, 201);
    }

    fn profile(&self, handle: &str) -> u16 {
        self.call("GET", &format!("/api/v1/accounts/{handle}"), &Value::Null).0
    }

    /// The complete receipt, as a file.
    fn receipt(&self, id: &str) -> Value {
        let mut receipt = Value::Null;
        until("the receipt", || {
            receipt = self.call("GET", &format!("/api/v1/receipts/{id}"), &Value::Null).1;
            receipt["state"] == "complete"
        });
        receipt
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn until(what: &str, mut ready: impl FnMut() -> bool) {
    let began = Instant::now();
    while !ready() {
        assert!(began.elapsed() < Duration::from_secs(120), "{what} did not come");
        thread::sleep(Duration::from_millis(50));
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

//! The program, and how it is asked.

use std::io::{Read as _, Seek as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::power::Power;

pub(super) struct Server {
    child: Child,
    pub(super) base: String,
}

/// The status of an answer and what it says; nothing when the server went away under the request.
pub(super) type Answer = Option<(u16, Value)>;

pub(super) fn call(base: &str, method: &str, path: &str, token: Option<&str>, body: &Value) -> Answer {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).max_idle_connections(0).build().into();
    let mut request = ureq::http::Request::builder().method(method).uri(format!("{base}/api/v1{path}"));
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let mut response = agent.run(request.header("content-type", "application/json").body(body).unwrap()).ok()?;
    let text = response.body_mut().read_to_string().ok()?;
    Some((response.status().as_u16(), serde_json::from_str(&text).unwrap_or_default()))
}

pub(super) fn upload(base: &str, token: &str, file: &[u8]) -> Answer {
    let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp4\"\r\n\r\n";
    let body = [head.as_bytes(), file, b"\r\n--b--\r\n"].concat();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let sent = agent
        .post(format!("{base}/api/v1/videos"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "multipart/form-data; boundary=b")
        .send(&body[..]);
    let mut response = sent.ok()?;
    let text = response.body_mut().read_to_string().ok()?;
    Some((response.status().as_u16(), serde_json::from_str(&text).unwrap_or_default()))
}

impl Server {
    pub(super) fn start(data: &Path, database: Option<&str>, power: Option<&Power>) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_outro"));
        let listen = format!("127.0.0.1:{port}");
        command.args(["serve", "--dev", "--data", data.to_str().unwrap(), "--listen", &listen]);
        if let Some(url) = database {
            command.env("OUTRO_DATABASE_URL", url);
        }
        if let Some(power) = power {
            power.holds(&mut command, data);
        }
        let mut log = tempfile::tempfile().unwrap();
        let quiet = command.env("OUTRO_RATE_LIMITS", "off").stdout(Stdio::null()).stderr(log.try_clone().unwrap());
        let mut this = Self { child: quiet.spawn().unwrap(), base: format!("http://{listen}") };
        let began = Instant::now();
        while ureq::get(format!("{}/readyz", this.base)).call().is_err() {
            if this.child.try_wait().unwrap().is_some() {
                let mut said = String::new();
                log.rewind().and_then(|()| log.read_to_string(&mut said)).unwrap();
                panic!("the server does not start on what was left: {said}");
            }
            assert!(began.elapsed() < Duration::from_secs(60), "the server did not come");
            thread::sleep(Duration::from_millis(10));
        }
        this
    }

    /// SIGKILL, and the end of the process.
    pub(super) fn kill(self) {
        drop(self);
    }

    pub(super) fn ask(&self, method: &str, path: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
        call(&self.base, method, path, token, body).expect("a server that is up")
    }

    /// Whether a token opens an account.
    pub(super) fn knows(&self, token: &str) -> bool {
        match self.ask("GET", "/me", Some(token), &Value::Null).0 {
            200 => true,
            401 => false,
            status => panic!("/me: {status}"),
        }
    }

    pub(super) fn finds(&self, path: &str, token: &str) -> bool {
        self.ask("GET", path, Some(token), &Value::Null).0 == 200
    }

    pub(super) fn page_of(&self, handle: &str) -> u16 {
        self.ask("GET", &format!("/accounts/{handle}"), None, &Value::Null).0
    }

    pub(super) fn receipt(&self, id: &str) -> String {
        let (status, answer) = self.ask("GET", &format!("/receipts/{id}"), None, &Value::Null);
        assert_eq!(status, 200, "a receipt that was handed out is not there");
        answer["state"].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn join(&self, handle: &str) -> Value {
        let body = json!({"handle": handle, "password": "password", "birth_date": "1990-01-01"});
        let (status, answer) = self.ask("POST", "/accounts", None, &body);
        assert_eq!(status, 201, "{answer}");
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

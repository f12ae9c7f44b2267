//! A server as a process of its own, and how it is asked.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The program.
pub(crate) const OUTRO: &str = env!("CARGO_BIN_EXE_outro");

/// A server that runs, until this is dropped: then it is killed.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) base: String,
}

impl Running {
    /// A server on a data folder, with what `with` tells it besides; nothing when it ended before it was ready.
    pub(crate) fn try_start(data: &Path, with: impl FnOnce(&mut Command) -> &mut Command) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(OUTRO);
        command.args(["serve", "--data", data.to_str().unwrap(), "--listen", &format!("127.0.0.1:{port}")]);
        let told = with(command.stdout(Stdio::null()).stderr(Stdio::null()));
        let mut this = Self { child: told.spawn().unwrap(), base: format!("http://127.0.0.1:{port}") };
        let mut ended = false;
        wait_for("the server", || {
            ended = this.child.try_wait().unwrap().is_some();
            ended || ureq::get(format!("{}/readyz", this.base)).call().is_ok()
        });
        (!ended).then_some(this)
    }

    /// The status of an answer, and what it says.
    pub(crate) fn call(&self, method: &str, path: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true).build().into();
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut response = agent.run(request.header("content-type", "application/json").body(body).unwrap()).unwrap();
        let answer = response.body_mut().read_to_string().unwrap();
        (response.status().as_u16(), serde_json::from_str(&answer).unwrap_or_default())
    }

    /// Joins; the token.
    pub(crate) fn join(&self, handle: &str) -> String {
        let body = json!({"handle": handle, "password": "password", "birth_date": "1990-01-01"});
        let (status, answer) = self.call("POST", "/api/v1/accounts", None, &body);
        assert_eq!(status, 201, "{answer}");
        answer["token"].as_str().unwrap().to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until it is so.
pub(crate) fn wait_for(what: &str, mut ready: impl FnMut() -> bool) {
    let began = Instant::now();
    while !ready() {
        assert!(began.elapsed() < Duration::from_secs(300), "{what} did not come");
        thread::sleep(Duration::from_millis(20));
    }
}

//! Machines of one site: each a process with a data folder of its own. They share PostgreSQL and a bucket, and their root key files
//! hold the same at first.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use outro_testkit::Bucket;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::postgres::Postgres;

/// The program.
const OUTRO: &str = env!("CARGO_BIN_EXE_outro");

/// What all machines are told alike.
pub(crate) struct Site {
    pub(crate) postgres: Postgres,
    pub(crate) bucket: Bucket,
}

/// A machine, and what runs on it.
pub(crate) struct Machine {
    pub(crate) data: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self { postgres: Postgres::start(), bucket: Bucket::fresh() }
    }

    fn command(&self, machine: &Machine, what: &[&str]) -> Command {
        let mut command = Command::new(OUTRO);
        command
            .args(what)
            .args(["--data", machine.data.path().to_str().unwrap()])
            .env("OUTRO_DATABASE_URL", self.postgres.url("site"))
            .env("OUTRO_KEYRING_URL", self.postgres.url("keyring"))
            .env("OUTRO_BLOBS_URL", &self.bucket.url)
            .env("OUTRO_PUBLIC_URL", "https://video.example")
            .env("OUTRO_RATE_LIMITS", "off")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// A machine with the root key of another; the first one makes it.
    pub(crate) fn machine(&self, like: Option<&Machine>) -> Machine {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let machine = Machine { data: tempfile::tempdir().unwrap(), port, child: None };
        if let Some(like) = like {
            fs::create_dir(machine.data.path().join("root")).unwrap();
            fs::copy(like.root_key(), machine.root_key()).unwrap();
        }
        machine
    }

    /// Starts a server, and waits until it answers.
    pub(crate) fn serve(&self, machine: &mut Machine) {
        let listen = format!("127.0.0.1:{}", machine.port);
        let mut command = self.command(machine, &["serve", "--listen", &listen]);
        machine.child = Some(command.env("OUTRO_WORKERS", "off").spawn().unwrap());
        wait_for("a server", || machine.is_ready());
    }

    /// Starts a worker, and waits until it works.
    pub(crate) fn work(&self, machine: &mut Machine) {
        let mut child = self.command(machine, &["worker"]).stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        assert!(said.into_iter().any(|line| line.starts_with("Outro works")));
        machine.child = Some(child);
    }

    /// Runs a command on a machine; whether it went well, and what it said.
    pub(crate) fn run(&self, machine: &Machine, what: &[&str]) -> (bool, String) {
        let output = self.command(machine, what).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    }
}

impl Machine {
    pub(crate) fn root_key(&self) -> PathBuf {
        self.data.path().join("root/root.key")
    }

    pub(crate) fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn is_ready(&mut self) -> bool {
        let ended = self.child.as_mut().unwrap().try_wait().unwrap();
        assert!(ended.is_none(), "it ended before it was ready: {ended:?}");
        ureq::get(format!("{}/readyz", self.base())).call().is_ok()
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| child.try_wait().unwrap().is_none())
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// SIGTERM, and a good end soon.
    pub(crate) fn stop(&mut self) {
        let mut child = self.child.take().unwrap();
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        let mut ended = None;
        wait_for("its end", || {
            ended = child.try_wait().unwrap();
            ended.is_some()
        });
        assert!(ended.unwrap().success());
    }

    /// Whether nothing is on its disk but keys and locks.
    pub(crate) fn keeps_nothing(&self) {
        for place in ["blobs", "scratch"] {
            let count = fs::read_dir(self.data.path().join(place)).unwrap().count();
            assert_eq!(count, 0, "{place}");
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A client that tries nothing twice.
#[derive(Clone)]
pub(crate) struct Client {
    agent: ureq::Agent,
    token: Option<String>,
}

/// What came back: none where the line broke.
pub(crate) type Answer = Option<(u16, Vec<u8>)>;

impl Client {
    pub(crate) fn new() -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true);
        let config = config.timeout_global(Some(Duration::from_secs(60))).max_idle_connections(0);
        Self { agent: config.build().into(), token: None }
    }

    pub(crate) fn with(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Asks a server something.
    pub(crate) fn send(
        &self,
        base: &str,
        (method, path): (&str, &str),
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{base}{path}"));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = self.agent.run(request.body(body).unwrap()).ok()?;
        let bytes = answer.body_mut().with_config().limit(1 << 30).read_to_vec().ok()?;
        Some((answer.status().as_u16(), bytes))
    }

    /// The same with JSON there and back.
    pub(crate) fn call(&self, base: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let answer = self.send(base, (method, path), &[("content-type", "application/json")], &body);
        let (status, bytes) = answer.unwrap_or_else(|| panic!("{method} {path}: the line broke"));
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// Joins.
    pub(crate) fn join(base: &str, handle: &str) -> Self {
        let body = json!({"handle": handle, "password": "password", "birth_date": "1990-01-01"});
        let this = Self::new();
        let (status, answer) = this.call(base, "POST", "/api/v1/accounts", &body);
        assert_eq!(status, 201, "{answer}");
        this.with(answer["token"].as_str().unwrap())
    }

    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    /// Uploads at once; the id of the video.
    pub(crate) fn upload(&self, base: &str, file: &[u8]) -> String {
        let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp4\"\r\n\r\n";
        let body = [head.as_bytes(), file, b"\r\n--b--\r\n"].concat();
        let headers = [("content-type", "multipart/form-data; boundary=b")];
        let (status, answer) = self.send(base, ("POST", "/api/v1/videos"), &headers, &body).unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!(status, 202, "{answer}");
        answer["video"]["id"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn clip(folder: &Path, seconds: &str) -> Vec<u8> {
    let file = folder.join("clip.mp4");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=90x160:r=25", "-t", seconds])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"])
        .arg(&file)
        .status();
    assert!(made.unwrap().success());
    let bytes = fs::read(&file).unwrap();
    fs::remove_file(file).unwrap();
    bytes
}

/// Waits until it is so.
pub(crate) fn wait_for(what: &str, mut ready: impl FnMut() -> bool) {
    let began = Instant::now();
    while !ready() {
        assert!(began.elapsed() < Duration::from_secs(180), "{what} did not come");
        thread::sleep(Duration::from_millis(20));
    }
}

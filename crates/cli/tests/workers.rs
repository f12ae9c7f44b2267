//! Several processes on one PostgreSQL: a server that does no jobs, and workers that answer no visitor. The real
//! program, a real database, one data folder.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod common;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use common::{OUTRO, Running, wait_for};
use outro_db::Db;
use outro_model::{AccountId, SystemClock};
use outro_vault::{RootFile, SystemRandom, Vault, VaultOptions};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;

/// What all processes of one site are told alike.
struct Site {
    data: TempDir,
    database: String,
}

impl Site {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let database = runtime.block_on(outro_testkit::fresh_database());
        Self { data: tempfile::tempdir().unwrap(), database }
    }

    fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("OUTRO_DATABASE_URL", &self.database)
            .env("OUTRO_PUBLIC_URL", "https://video.example")
            .env("OUTRO_RATE_LIMITS", "off")
    }

    fn serve(&self, workers: &str) -> Running {
        let server = Running::try_start(self.data.path(), |command| self.tell(command).env("OUTRO_WORKERS", workers));
        server.expect("a server that starts")
    }

    fn worker(&self) -> Worker {
        let mut command = Command::new(OUTRO);
        let told = self.tell(command.args(["worker", "--data", self.data.path().to_str().unwrap()]));
        Worker(told.process_group(0).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap())
    }

    /// A vault on the keyring of the site, as yet another process has it.
    async fn vault(&self) -> Vault {
        let keyring = Db::open(self.data.path().join("keyring/keyring.db").to_str().unwrap()).await.unwrap();
        let root = RootFile::at(self.data.path().join("root/root.key"));
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        Vault::open(VaultOptions { keyring, root, clock, random, leases: true }).await.unwrap()
    }
}

/// A worker that runs, until this is dropped: then it is killed.
struct Worker(Child);

impl Worker {
    /// Waits until it works: before that, a signal ends it at once.
    fn comes_up(&mut self) {
        let said = BufReader::new(self.0.stdout.take().unwrap()).lines().map_while(Result::ok);
        assert!(said.into_iter().any(|line| line.starts_with("Outro works on the jobs of https://video.example")));
    }

    /// Whether a process that it started runs: ffmpeg, in its jail.
    fn is_encoding(&self) -> bool {
        let threads: Vec<PathBuf> = fs::read_dir(format!("/proc/{}/task", self.0.id()))
            .into_iter()
            .flatten()
            .flatten()
            .map(|one| one.path())
            .collect();
        threads.iter().any(|thread| !fs::read_to_string(thread.join("children")).unwrap_or_default().trim().is_empty())
    }

    /// SIGTERM, and a good end soon.
    fn stop(self) {
        kill_process(Pid::from_child(&self.0), Signal::TERM).unwrap();
        self.ends_well();
    }

    /// As an interrupt at a terminal: SIGINT to it and all that was started in its group.
    fn interrupt(self) {
        kill_process_group(Pid::from_child(&self.0), Signal::INT).unwrap();
        self.ends_well();
    }

    fn ends_well(mut self) {
        let mut ended = None;
        wait_for("the end of the worker", || {
            ended = self.0.try_wait().unwrap();
            ended.is_some()
        });
        assert!(ended.unwrap().success());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a command beside what runs.
fn outro(site: &Site, args: &[&str]) {
    let mut command = Command::new(OUTRO);
    let output = site.tell(command.args(args).args(["--data", site.data.path().to_str().unwrap()])).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn clip(folder: &Path, seconds: &str, size: &str) -> Vec<u8> {
    let file = folder.join("clip.mp4");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "lavfi", "-i", &format!("testsrc2=s={size}:r=25"), "-t", seconds])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"])
        .arg(&file)
        .status();
    assert!(made.unwrap().success());
    fs::read(&file).unwrap()
}

/// Uploads; the id of the video.
fn upload(server: &Running, token: &str, file: &[u8]) -> String {
    let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp4\"\r\n\r\n";
    let sent = ureq::post(format!("{}/api/v1/videos", server.base))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "multipart/form-data; boundary=b")
        .send(&[head.as_bytes(), file, b"\r\n--b--\r\n"].concat()[..]);
    let answer: Value = serde_json::from_str(&sent.unwrap().body_mut().read_to_string().unwrap()).unwrap();
    answer["video"]["id"].as_str().unwrap().to_owned()
}

fn state(server: &Running, token: &str, video: &str) -> Value {
    server.call("GET", &format!("/api/v1/videos/{video}"), Some(token), &Value::Null).1["state"].clone()
}

/// Leaves; the id of the receipt.
fn leave(server: &Running, token: &str) -> String {
    let (status, begun) = server.call("POST", "/api/v1/me/deletion", Some(token), &json!({}));
    assert!(status < 300, "{begun}");
    let proof = json!({"challenge": begun["challenge"], "password": "password"});
    let (status, left) = server.call("POST", "/api/v1/me/deletion/confirm", Some(token), &proof);
    assert_eq!(status, 200, "{left}");
    left["receipt"]["id"].as_str().unwrap().to_owned()
}

fn receipt(server: &Running, id: &str) -> Value {
    server.call("GET", &format!("/api/v1/receipts/{id}"), None, &Value::Null).1
}

/// A moment that a receipt names, in milliseconds.
fn moment(note: &str, name: &str) -> i64 {
    let line = note.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name} in {note}"));
    line.trim_start_matches(':').trim().parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

#[test]
fn a_server_without_workers_leaves_its_jobs_to_them() {
    let site = Site::new();
    let server = site.serve("off");
    let token = server.join("ada");
    let file = clip(site.data.path(), "0.5", "90x160");
    let video = upload(&server, &token, &file);
    // Long enough for a worker to have looked, were there one.
    thread::sleep(Duration::from_secs(3));
    assert_eq!(state(&server, &token, &video), "processing");

    let mut workers = [site.worker(), site.worker()];
    workers.iter_mut().for_each(Worker::comes_up);
    wait_for("the video", || state(&server, &token, &video) == "ready");

    let id = leave(&server, &token);
    let mut found = Value::Null;
    wait_for("the receipt", || {
        found = receipt(&server, &id);
        found["state"] == "complete"
    });
    // No receipt before every lease older than the destruction has lapsed, in whichever process.
    let note = found["note"].as_str().unwrap();
    let waited = moment(note, "completed_at") - moment(note, "key_destroyed_at");
    assert!(waited >= 5_000, "{waited} ms: {note}");
    assert!(note.contains("video.example"), "{note}");
    for worker in workers {
        worker.stop();
    }
}

#[test]
fn killed_in_the_middle_of_an_encode_another_finishes() {
    let site = Site::new();
    let server = site.serve("off");
    let token = server.join("ada");
    let mut workers = vec![site.worker(), site.worker()];
    let video = upload(&server, &token, &clip(site.data.path(), "20", "720x1280"));
    let mut busy = None;
    wait_for("an encode", || {
        busy = workers.iter().position(Worker::is_encoding);
        busy.is_some()
    });
    // SIGKILL.
    drop(workers.swap_remove(busy.unwrap()));
    assert_eq!(state(&server, &token, &video), "processing");
    wait_for("the other one", || state(&server, &token, &video) == "ready");
}

/// What a worker was told to stop at is handed back at once, and not after its lease; and the video is not held for damaged.
#[test]
fn told_to_stop_in_the_middle_of_an_encode_another_finishes() {
    let site = Site::new();
    let server = site.serve("off");
    let token = server.join("ada");
    let first = site.worker();
    let video = upload(&server, &token, &clip(site.data.path(), "20", "720x1280"));
    wait_for("an encode", || first.is_encoding());
    first.interrupt();
    assert_eq!(state(&server, &token, &video), "processing");
    let second = site.worker();
    let began = Instant::now();
    wait_for("the other one", || second.is_encoding());
    assert!(began.elapsed() < Duration::from_secs(20), "it waited for the lease to lapse");
}

/// The key alone is destroyed, by another process: no row says to the server that anything has happened.
#[test]
fn a_key_that_another_process_destroyed_opens_nothing_within_the_lease() {
    let site = Site::new();
    let server = site.serve("off");
    let body = json!({"handle": "ada", "password": "password", "birth_date": "1990-01-01"});
    let (_, joined) = server.call("POST", "/api/v1/accounts", None, &body);
    let account: AccountId = joined["account"]["id"].as_str().unwrap().parse().unwrap();
    let shown = || server.call("GET", "/api/v1/accounts/ada", None, &Value::Null).0 == 200;
    assert!(shown());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let destroyed = runtime.block_on(async {
        let vault = site.vault().await;
        assert_eq!(vault.receipt_delay(), Duration::from_secs(5));
        vault.destroy(account).await.unwrap();
        Instant::now()
    });
    // It is asked for all the time: no asking makes a lease longer.
    let mut gone = None;
    while destroyed.elapsed() < Duration::from_secs(6) {
        let asked = Instant::now();
        match (shown(), gone) {
            (true, None) => assert!(asked - destroyed <= Duration::from_secs(5), "it is shown after its lease"),
            (true, Some(_)) => panic!("it is shown again"),
            (false, None) => gone = Some(asked),
            (false, Some(_)) => thread::sleep(Duration::from_millis(20)),
        }
    }
    assert!(gone.is_some());
}

/// All start on it at the same time: one replays the ledger, and nobody serves or works before.
#[test]
fn after_a_restore_all_start_at_once_and_nobody_is_back() {
    let (before, backups) = (Site::new(), tempfile::tempdir().unwrap());
    let server = before.serve("on");
    let (ada, _) = (server.join("ada"), server.join("bob"));
    outro(&before, &["backup", "--to", backups.path().to_str().unwrap()]);
    let id = leave(&server, &ada);
    wait_for("the receipt", || receipt(&server, &id)["state"] == "complete");
    drop(server);

    let after = Site::new();
    for place in ["keyring", "root"] {
        outro_testkit::copy_folder(&before.data.path().join(place), &after.data.path().join(place));
    }
    outro(&after, &["restore", "--from", backups.path().to_str().unwrap()]);
    let mut workers = [after.worker(), after.worker()];
    let server = after.serve("off");
    workers.iter_mut().for_each(Worker::comes_up);
    let profile = |handle: &str| server.call("GET", &format!("/api/v1/accounts/{handle}"), None, &Value::Null).0;
    assert_eq!((profile("ada"), profile("bob")), (404, 200));
    assert_eq!(receipt(&server, &id)["state"], "complete");
    for worker in workers {
        worker.stop();
    }
}

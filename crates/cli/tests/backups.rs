//! Backup and restore, killed at every point: the real program, real files. Started again, all ends the same.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use common::{OUTRO, Running, wait_for};
use outro_db::portable::Walk;
use outro_db::{Db, Value};
use outro_store::restores;
use outro_testkit::copy_folder;
use serde_json::json;
use tempfile::TempDir;

impl Running {
    /// A server, to be killed at a point or not; nothing when it ended before it was ready.
    fn dying(data: &Path, die_at: Option<u64>) -> Option<Self> {
        Self::try_start(data, |command| {
            if let Some(point) = die_at {
                command.env("OUTRO_DIE_AT", point.to_string());
            }
            command.arg("--dev").env("OUTRO_RATE_LIMITS", "off")
        })
    }

    fn start(data: &Path) -> Self {
        Self::dying(data, None).expect("a server that starts")
    }

    /// SIGKILL, and the end of the process.
    fn kill(self) {
        drop(self);
    }

    fn sign_in(&self, handle: &str) -> u16 {
        self.call("POST", "/api/v1/sessions", None, &json!({"handle": handle, "password": "password"})).0
    }

    fn upload(&self, token: &str, file: &[u8]) -> String {
        let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp4\"\r\n\r\n";
        let body = [head.as_bytes(), file, b"\r\n--b--\r\n"].concat();
        let sent = ureq::post(format!("{}/api/v1/videos", self.base))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "multipart/form-data; boundary=b")
            .send(&body[..]);
        let answer: serde_json::Value =
            serde_json::from_str(&sent.unwrap().body_mut().read_to_string().unwrap()).unwrap();
        answer["video"]["id"].as_str().unwrap().to_owned()
    }

    /// Leaves for good, and waits for the receipt; its id.
    fn leave(&self, token: &str) -> String {
        let begun = self.call("POST", "/api/v1/me/deletion", Some(token), &json!({})).1;
        let proof = json!({"challenge": begun["challenge"], "password": "password"});
        let (status, left) = self.call("POST", "/api/v1/me/deletion/confirm", Some(token), &proof);
        assert_eq!(status, 200, "{left}");
        let id = left["receipt"]["id"].as_str().unwrap().to_owned();
        wait_for("the receipt", || self.receipt(&id) == "complete");
        id
    }

    fn receipt(&self, id: &str) -> String {
        let answer = self.call("GET", &format!("/api/v1/receipts/{id}"), None, &serde_json::Value::Null).1;
        answer["state"].as_str().unwrap_or_default().to_owned()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn clip() -> Vec<u8> {
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=180x320:r=25", "-t", "1"])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"])
        .args(["-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "pipe:1"])
        .output();
    made.unwrap().stdout
}

/// Runs a command of the program, to be killed at a point or not.
fn outro(args: &[&str], die_at: Option<u64>) -> Output {
    let mut command = Command::new(OUTRO);
    if let Some(point) = die_at {
        command.env("OUTRO_DIE_AT", point.to_string());
    }
    command.args(args).output().unwrap()
}

#[track_caller]
fn fine(args: &[&str]) -> String {
    let output = outro(args, None);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A server with two people, each with a video, and where its backups go.
struct Scene {
    data: TempDir,
    backups: TempDir,
    ada: String,
}

impl Scene {
    fn new() -> (Self, Running) {
        let this = Self { data: TempDir::new().unwrap(), backups: TempDir::new().unwrap(), ada: String::new() };
        let server = Running::start(this.data.path());
        let (ada, bob) = (server.join("ada"), server.join("bob"));
        let file = clip();
        for token in [&ada, &bob] {
            let id = server.upload(token, &file);
            let state = || {
                server.call("GET", &format!("/api/v1/videos/{id}"), Some(token), &serde_json::Value::Null).1["state"]
                    == "ready"
            };
            wait_for("the video", state);
        }
        (Self { ada, ..this }, server)
    }

    fn backup(&self) -> [&str; 5] {
        ["backup", "--to", text(self.backups.path()), "--data", text(self.data.path())]
    }

    fn verify(&self) -> [&str; 5] {
        ["backup", "verify", text(self.backups.path()), "--data", text(self.data.path())]
    }

    /// A new folder that the living keyring was put into.
    fn fresh(&self) -> TempDir {
        let folder = TempDir::new().unwrap();
        for place in ["keyring", "root"] {
            copy_folder(&self.data.path().join(place), &folder.path().join(place));
        }
        folder
    }

    fn restore<'a>(&'a self, to: &'a Path) -> [&'a str; 5] {
        ["restore", "--from", text(self.backups.path()), "--data", text(to)]
    }
}

/// Every row but for when it was restored, and every sealed object.
fn state_of(data: &Path) -> (Vec<Vec<Value>>, BTreeSet<PathBuf>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let rows = runtime.block_on(async {
        let db = Db::open(text(&data.join("outro.db"))).await.unwrap();
        let (mut tx, mut all) = (db.read().await.unwrap(), Vec::new());
        for shape in restores::shapes().iter().filter(|shape| shape.table != "restores") {
            let mut walk = Walk::new(shape);
            loop {
                let rows = walk.rows(&mut tx).await.unwrap();
                if rows.is_empty() {
                    break;
                }
                all.extend(rows);
            }
        }
        all
    });
    let (mut folders, mut files) = (vec![data.join("blobs")], BTreeSet::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(data).unwrap().to_owned());
            }
        }
    }
    (rows, files)
}

#[test]
fn a_backup_killed_at_every_point_leaves_nothing_that_is_wrong() {
    let (scene, server) = Scene::new();
    let mut point = 1;
    loop {
        let output = outro(&scene.backup(), Some(point));
        // What was there before is whole, and what was cut off is no backup.
        if fine(&["backup", "list", text(scene.backups.path()), "--data", text(scene.data.path())]).lines().count() > 0
        {
            fine(&scene.verify());
        }
        if output.status.success() {
            break;
        }
        point += 1;
        assert!(point < 200, "it never comes to its end");
    }
    assert!(point > 8, "only {point} points");
    // Nothing that was cut off stays behind once another was made.
    fine(&scene.backup());
    let names = std::fs::read_dir(scene.backups.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !text(Path::new(&name)).ends_with(".part")));
    assert!(fine(&scene.verify()).contains("10 objects"));
    server.kill();
}

#[test]
fn a_restore_killed_at_every_point_ends_the_same() {
    let (scene, server) = Scene::new();
    fine(&scene.backup());
    server.kill();
    let whole = scene.fresh();
    fine(&scene.restore(whole.path()));
    let wanted = state_of(whole.path());
    assert_eq!(wanted.1.len(), 10);
    let refused = outro(&scene.restore(whole.path()), None);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("not empty"));
    let mut point = 1;
    loop {
        let folder = scene.fresh();
        if outro(&scene.restore(folder.path()), Some(point)).status.success() {
            break;
        }
        // No server starts on half of it.
        if point % 4 == 0 && folder.path().join("restoring").exists() && state_rows(folder.path()) == 0 {
            assert!(Running::dying(folder.path(), None).is_none(), "half a restore was served, at point {point}");
        }
        fine(&scene.restore(folder.path()));
        assert_eq!(state_of(folder.path()), wanted, "after point {point}");
        point += 1;
        assert!(point < 200, "it never comes to its end");
    }
    assert!(point > 9, "only {point} points");
}

fn state_rows(data: &Path) -> usize {
    let exists = data.join("outro.db").exists();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let holds = exists
        && runtime.block_on(async {
            let db = Db::open(text(&data.join("outro.db"))).await.unwrap();
            let there = db.columns().await.unwrap().iter().any(|column| column.table == "accounts");
            there && db.read().await.unwrap().holds_rows("accounts").await.unwrap()
        });
    usize::from(holds)
}

#[test]
fn a_replay_killed_at_every_point_ends_with_everybody_gone_who_left() {
    let (scene, server) = Scene::new();
    fine(&scene.backup());
    let receipt = server.leave(&scene.ada);
    server.kill();
    let restored = scene.fresh();
    assert!(fine(&scene.restore(restored.path())).contains("5 objects of people who were erased since"));
    let beside = outro(&["backup", "list", text(scene.backups.path()), "--data", text(restored.path())], None);
    assert!(String::from_utf8_lossy(&beside.stderr).contains("run outro serve first"));
    let mut point = 1;
    loop {
        let folder = TempDir::new().unwrap();
        copy_folder(restored.path(), folder.path());
        let first = Running::dying(folder.path(), Some(point));
        let ended = first.is_some();
        let server = first.unwrap_or_else(|| Running::start(folder.path()));
        assert_eq!((server.sign_in("ada"), server.sign_in("bob")), (401, 201), "after point {point}");
        assert_eq!(server.receipt(&receipt), "complete");
        let body = json!({"handle": "ada", "password": "password", "birth_date": "1990-01-01"});
        assert_eq!(server.call("POST", "/api/v1/accounts", None, &body).0, 409, "her handle is free");
        server.kill();
        let (rows, files) = state_of(folder.path());
        assert_eq!(files.len(), 5);
        let homes = std::fs::read_dir(folder.path().join("blobs")).unwrap();
        let homes = homes
            .filter(|entry| entry.as_ref().unwrap().path().is_dir())
            .flat_map(|shelf| std::fs::read_dir(shelf.unwrap().path()).unwrap());
        assert_eq!(homes.count(), 1, "after point {point}");
        assert!(!rows.is_empty());
        if ended {
            break;
        }
        point += 1;
        assert!(point < 100, "it never comes to its end");
    }
    assert!(point > 6, "only {point} points");
}

#[test]
fn killed_at_any_moment_a_backup_and_a_restore_go_on() {
    let (scene, server) = Scene::new();
    let kill_after = |args: &[&str], millis: u64| {
        let mut child = Command::new(OUTRO).args(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(millis));
        child.kill().unwrap();
        child.wait().unwrap();
    };
    for millis in [5, 20, 40, 60, 80, 100, 140, 180, 220, 260, 320, 400] {
        kill_after(&scene.backup(), millis);
    }
    fine(&scene.backup());
    fine(&scene.verify());
    server.kill();
    let folder = scene.fresh();
    for millis in [5, 20, 40, 60, 80, 100, 140, 180, 220, 260] {
        if !folder.path().join("outro.db").exists() || folder.path().join("restoring").exists() {
            kill_after(&scene.restore(folder.path()), millis);
        }
    }
    if folder.path().join("restoring").exists() || !folder.path().join("outro.db").exists() {
        fine(&scene.restore(folder.path()));
    }
    let again = Running::start(folder.path());
    assert_eq!((again.sign_in("ada"), again.sign_in("bob")), (201, 201));
    again.kill();
}

#[test]
fn the_keyring_has_a_copy_of_its_own() {
    let data = TempDir::new().unwrap();
    let server = Running::start(data.path());
    server.join("ada");
    let (copy, at) = (data.path().join("elsewhere.copy"), ["--data", text(data.path())]);
    let doctor = |word: &str| {
        // Without ffmpeg, whose trial run takes its time and is of no interest here.
        let mut doctor = Command::new(OUTRO);
        let doctor = doctor.args(["doctor", "--listen", "127.0.0.1:0"]).args(at).env("PATH", "/nowhere");
        let said = String::from_utf8(doctor.output().unwrap().stdout).unwrap();
        assert!(said.contains(word), "{said}");
    };
    doctor("the keyring has no copy");
    doctor("there is no backup");
    fine(&[&["keyring", "backup", "--to", text(&copy)], &at[..]].concat());
    doctor("there is no backup");
    let backups = TempDir::new().unwrap();
    fine(&[&["backup", "--to", text(backups.path())], &at[..]].concat());
    doctor("the keyring has a copy, and there is a backup");
    server.kill();

    // The keyring is lost, and put back beside the root key.
    let keyring = data.path().join("keyring");
    std::fs::remove_dir_all(&keyring).unwrap();
    fine(&[&["keyring", "restore", "--from", text(&copy)], &at[..]].concat());
    let server = Running::start(data.path());
    assert_eq!(server.sign_in("ada"), 201);
    server.kill();
    let twice = outro(&[&["keyring", "restore", "--from", text(&copy)], &at[..]].concat(), None);
    assert!(String::from_utf8_lossy(&twice.stderr).contains("not empty"));

    // With the next root key the copy is worthless.
    fine(&[&["keys", "rotate"], &at[..]].concat());
    doctor("the root key was replaced since");
    std::fs::remove_dir_all(&keyring).unwrap();
    let dead = outro(&[&["keyring", "restore", "--from", text(&copy)], &at[..]].concat(), None);
    assert!(String::from_utf8_lossy(&dead.stderr).contains("it opens nothing any more"));
}

//! `kill -9` at any point: the real program, real files. Whatever was answered holds, and whatever was
//! begun ends the same after a restart.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use outro_db::Db;
use outro_model::{AccountId, SystemClock};
use outro_store::erasure::{Subject, residue};
use outro_vault::{RootFile, SystemRandom, Vault, VaultOptions};
use tempfile::TempDir;
use ureq::http::StatusCode;

struct Running {
    child: Child,
    base: String,
}

impl Running {
    fn start(data: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(env!("CARGO_BIN_EXE_outro"))
            .args(["serve", "--dev", "--data", data.to_str().unwrap(), "--listen", &format!("127.0.0.1:{port}")])
            .env("OUTRO_RATE_LIMITS", "off")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let this = Self { child, base: format!("http://127.0.0.1:{port}") };
        let ready = || ureq::get(format!("{}/readyz", this.base)).call().is_ok();
        wait_for("the server", ready);
        this
    }

    /// SIGKILL, and the end of the process.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn wait_for(what: &str, mut ready: impl FnMut() -> bool) {
    let began = Instant::now();
    while !ready() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what} did not come");
        thread::sleep(Duration::from_millis(20));
    }
}

type Answer = Option<(StatusCode, serde_json::Value)>;

/// Sends a request; nothing when the server went away under it.
fn call(method: &str, url: &str, token: Option<&str>, body: Option<serde_json::Value>) -> Answer {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).max_idle_connections(0).build().into();
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let request = request.header("content-type", "application/json").body(body).unwrap();
    let mut response = agent.run(request).ok()?;
    let text = response.body_mut().read_to_string().ok()?;
    Some((response.status(), serde_json::from_str(&text).unwrap_or_default()))
}

struct Person {
    handle: String,
    token: String,
    id: AccountId,
}

fn join(base: &str, handle: &str) -> Person {
    let body = serde_json::json!({"handle": handle, "password": "password", "birth_date": "1990-01-01"});
    let (status, answer) = call("POST", &format!("{base}/api/v1/accounts"), None, Some(body)).unwrap();
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let id = text(&answer["account"]["id"]).parse().unwrap();
    Person { handle: handle.into(), token: text(&answer["token"]), id }
}

fn clip(seconds: &str, size: &str) -> Vec<u8> {
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", &format!("testsrc2=s={size}:r=25"), "-t", seconds])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"])
        .args(["-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "pipe:1"])
        .output()
        .unwrap();
    made.stdout
}

/// Uploads; the id of the video, or nothing when the server went away.
fn upload(base: &str, token: &str, file: &[u8]) -> Option<String> {
    let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp4\"\r\n\r\n";
    let body = [head.as_bytes(), file, b"\r\n--b--\r\n"].concat();
    let sent = ureq::post(format!("{base}/api/v1/videos"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "multipart/form-data; boundary=b")
        .send(&body[..]);
    let answer: serde_json::Value = serde_json::from_str(&sent.ok()?.body_mut().read_to_string().ok()?).ok()?;
    answer["video"]["id"].as_str().map(str::to_owned)
}

/// What is left of an account in the files of a server that is down: nothing but its line in the ledger.
fn left_of(data: &Path, account: AccountId) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let db = Db::open(data.join("outro.db").to_str().unwrap()).await.unwrap();
        let keyring = Db::open(data.join("keyring/keyring.db").to_str().unwrap()).await.unwrap();
        let root = RootFile::at(data.join("root/root.key"));
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        let vault = Vault::open(VaultOptions { keyring, root, clock, random: random.clone(), leases: false });
        let vault = vault.await.unwrap();
        let Some(destruction) = vault.destruction(account).await.unwrap() else { return vec!["the key".into()] };
        let subject = Subject { account, key_id: *destruction.key_id.as_bytes() };
        let tables = residue(&mut db.read().await.unwrap(), &subject).await.unwrap();
        let mut left: Vec<String> = tables.into_iter().map(str::to_owned).collect();
        let blobs = outro_blobs::Blobs::open(data.join("blobs"), random).unwrap();
        if blobs.home_exists(account).await.unwrap() {
            left.push("files".into());
        }
        if outro_jobs::find(&mut db.read().await.unwrap(), "erasure").await.unwrap().is_some() {
            left.push("the job".into());
        }
        left
    })
}

/// Whether the account can be signed in to.
fn signs_in(base: &str, person: &Person) -> bool {
    let body = serde_json::json!({"handle": person.handle, "password": "password"});
    let (status, _) = call("POST", &format!("{base}/api/v1/sessions"), None, Some(body)).unwrap();
    status == StatusCode::CREATED
}

/// Kills the server `after` the confirmation was sent; `true` when it was answered.
fn leave_and_kill(running: Running, person: &Person, after: Duration) -> bool {
    let base = running.base.clone();
    let deletion = format!("{base}/api/v1/me/deletion");
    let (_, begun) = call("POST", &deletion, Some(&person.token), Some(serde_json::json!({}))).unwrap();
    let body = serde_json::json!({"challenge": begun["challenge"], "password": "password"});
    let token = person.token.clone();
    let confirming = thread::spawn(move || call("POST", &format!("{deletion}/confirm"), Some(&token), Some(body)));
    thread::sleep(after);
    running.kill();
    confirming.join().unwrap().is_some_and(|(status, _)| status == StatusCode::OK)
}

#[test]
fn killed_while_leaving_it_ends_the_same() {
    let folder = TempDir::new().unwrap();
    let file = clip("1", "180x320");
    let (mut answered, mut stayed) = (0, 0);
    // From before the password is checked to well into the walk.
    for (round, millis) in [0u64, 20, 40, 60, 80, 100, 120, 150, 200, 300, 450].into_iter().enumerate() {
        let running = Running::start(folder.path());
        let person = join(&running.base, &format!("leaver{round}"));
        for _ in 0..2 {
            upload(&running.base, &person.token, &file).unwrap();
        }
        let confirmed = leave_and_kill(running, &person, Duration::from_millis(millis));
        let again = Running::start(folder.path());
        let stays = signs_in(&again.base, &person);
        assert!(!(confirmed && stays), "an answer was given, and did not hold");
        answered += usize::from(confirmed);
        stayed += usize::from(stays);
        if stays {
            again.kill();
            continue;
        }
        let mut left = vec![];
        wait_for("the end of the erasure", || {
            left = left_of(folder.path(), person.id);
            left.is_empty()
        });
        again.kill();
    }
    assert!(answered > 0 && stayed > 0, "the moments tried were all alike: {answered} answered, {stayed} stayed");
}

#[test]
fn killed_while_encoding_the_video_is_made_after_all() {
    let folder = TempDir::new().unwrap();
    let running = Running::start(folder.path());
    let person = join(&running.base, "maker");
    let id = upload(&running.base, &person.token, &clip("12", "1280x720")).unwrap();
    let state = |base: &str| {
        let (_, video) = call("GET", &format!("{base}/api/v1/videos/{id}"), Some(&person.token), None).unwrap();
        (video["state"].as_str().unwrap_or_default().to_owned(), video["progress"].as_f64().unwrap_or_default())
    };
    wait_for("the encode to be on its way", || state(&running.base).1 > 0.02);
    assert_eq!(state(&running.base).0, "processing", "the clip is too short to be caught");
    running.kill();
    let again = Running::start(folder.path());
    wait_for("the video", || state(&again.base).0 == "ready");
    again.kill();
}

#[test]
fn with_an_empty_database_it_does_not_start_and_nothing_is_lost() {
    let folder = TempDir::new().unwrap();
    let running = Running::start(folder.path());
    let person = join(&running.base, "keeper");
    upload(&running.base, &person.token, &clip("1", "180x320")).unwrap();
    running.kill();
    let aside = TempDir::new().unwrap();
    for name in ["outro.db", "outro.db-wal", "outro.db-shm"] {
        let _ = std::fs::rename(folder.path().join(name), aside.path().join(name));
    }
    let refused = Command::new(env!("CARGO_BIN_EXE_outro"))
        .args(["serve", "--data", folder.path().to_str().unwrap(), "--listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("do not belong together"), "{said}");
    for name in ["outro.db", "outro.db-wal", "outro.db-shm"] {
        let _ = std::fs::remove_file(folder.path().join(name));
        let _ = std::fs::rename(aside.path().join(name), folder.path().join(name));
    }
    let again = Running::start(folder.path());
    assert!(signs_in(&again.base, &person));
    again.kill();
}

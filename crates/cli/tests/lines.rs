//! What goes wrong is one clear line, from `serve` and from `doctor`.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::net::TcpListener;
use std::process::{Command, Output};

fn outro(args: &[&str], vars: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_outro"));
    command.args(args).envs(vars.iter().copied()).output().unwrap()
}

/// The one line that was said.
#[track_caller]
fn line(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

#[test]
fn a_taken_port() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    assert!(line(&outro(&["serve", "--data", data, "--listen", &address], &[])).contains("taken by another program"));
    let doctor = outro(&["doctor", "--data", data, "--listen", &address], &[]);
    assert!(!doctor.status.success());
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("FAIL  port"));
}

#[test]
fn a_folder_that_cannot_be_written() {
    // Not even root can make a folder there.
    let said = line(&outro(&["serve", "--data", "/proc/nothing", "--listen", "127.0.0.1:0"], &[]));
    assert!(said.contains("cannot be written"), "{said}");
    let doctor = outro(&["doctor", "--data", "/proc/nothing", "--listen", "127.0.0.1:0"], &[]);
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("FAIL  folder"));
}

#[test]
fn missing_ffmpeg() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["serve", "--data", folder.path().to_str().unwrap(), "--listen", "127.0.0.1:0"];
    assert!(line(&outro(&args, &[("PATH", "/nowhere")])).contains("install ffmpeg"));
    let args = ["doctor", "--data", folder.path().to_str().unwrap(), "--listen", "127.0.0.1:0"];
    let doctor = outro(&args, &[("PATH", "/nowhere")]);
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("FAIL  ffmpeg"));
}

#[test]
fn a_bad_setting() {
    for (name, value, word) in [
        ("OUTRO_LISTEN", "8080", "ADDR:PORT"),
        ("OUTRO_PUBLIC_URL", "video.example", "OUTRO_PUBLIC_URL"),
        ("OUTRO_RATE_LIMITS", "maybe", "on or off"),
        ("OUTRO_WORKERS", "2", "on or off"),
        ("OUTRO_OTLP_URL", "grpc://x", "OUTRO_OTLP_URL"),
        ("OUTRO_OTLP_RATIO", "1.5", "0 to 1"),
        ("OUTRO_WORKERS", "off", "on SQLite nobody else could do the jobs"),
        ("OUTRO_SMS_URL", "gopher://x", "OUTRO_SMS_URL"),
        ("OUTRO_CONTACT", "nobody", "OUTRO_CONTACT"),
        ("OUTRO_LOST_PHONE_HOURS", "0", "1 to 720"),
        ("OUTRO_TRUSTED_PROXIES", "10.0.0.300", "IP address"),
        ("OUTRO_DATABASE_URL", "postgres://127.0.0.1:1/none", "database"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap();
        let mut args = vec!["serve", "--data", data];
        if name != "OUTRO_LISTEN" {
            args.extend(["--listen", "127.0.0.1:0"]);
        }
        let said = line(&outro(&args, &[(name, value)]));
        assert!(said.contains(word), "{name}: {said}");
    }
}

#[test]
fn a_worker_that_nobody_shares_a_database_with() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["worker", "--data", folder.path().to_str().unwrap()];
    assert!(line(&outro(&args, &[])).contains("on SQLite outro serve does all of it"));
    let on_postgres = ("OUTRO_DATABASE_URL", "postgres://127.0.0.1:1/none");
    assert!(line(&outro(&args, &[on_postgres])).contains("OUTRO_PUBLIC_URL"));
    let named = ("OUTRO_PUBLIC_URL", "https://video.example");
    assert!(line(&outro(&args, &[on_postgres, named])).contains("database"));
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().filter(|one| one.as_ref().unwrap().file_name() == "outro.db").count(),
        0
    );
}

#[test]
fn two_servers_on_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let mut first = Command::new(env!("CARGO_BIN_EXE_outro"))
        .args(["serve", "--data", data, "--listen", "127.0.0.1:0"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut greeting = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(first.stdout.take().unwrap()), &mut greeting).unwrap();
    let said = line(&outro(&["serve", "--data", data, "--listen", "127.0.0.1:0"], &[]));
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(said.contains("another outro serves this folder"), "{said}");
}

#[test]
fn what_an_operator_gets_wrong_about_an_account() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let mut server = Command::new(env!("CARGO_BIN_EXE_outro"))
        .args(["serve", "--data", data, "--listen", "127.0.0.1:0"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut greeting = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(server.stdout.take().unwrap()), &mut greeting).unwrap();
    let admin = |args: &[&str]| line(&outro(&[&["admin"], args, &["--data", data]].concat(), &[]));
    let nobody = admin(&["moderator", "nobody", "on"]);
    let no_statement = admin(&["suspend", "nobody", "--reason", "spam"]);
    let no_reason = admin(&["suspend", "nobody", "--reason", "whim", "--statement", "Because."]);
    let nobody_either = admin(&["unsuspend", "nobody", "--reason", "spam"]);
    let nobody_to_erase = admin(&["erase", "nobody", "--reason", "asked", "--yes"]);
    let no_such_request = admin(&["erase", "nobody", "--reason", "spam", "--yes"]);
    // Nothing is typed: that is not the handle.
    let not_typed = admin(&["erase", "nobody", "--reason", "asked"]);
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(nobody_to_erase.contains("there is no account of this handle"), "{nobody_to_erase}");
    assert!(no_such_request.contains("asked, died, under_age or ordered"), "{no_such_request}");
    assert!(not_typed.contains("nothing was erased"), "{not_typed}");
    assert!(nobody.contains("there is no account of this handle"), "{nobody}");
    assert!(no_statement.contains("--statement: Say what was decided"), "{no_statement}");
    assert!(no_reason.contains("--reason: Choose one of the reasons"), "{no_reason}");
    assert!(nobody_either.contains("there is no account of this handle"), "{nobody_either}");
}

/// What `doctor` says of how whoever runs the site is reached.
#[test]
fn a_contact_that_is_not_set_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["doctor", "--data", folder.path().to_str().unwrap(), "--listen", "127.0.0.1:0"];
    let said = |vars: &[(&str, &str)]| String::from_utf8(outro(&args, vars).stdout).unwrap();
    assert!(said(&[]).contains("contact: is not set (OUTRO_CONTACT)"));
    assert!(said(&[("OUTRO_CONTACT", "desk@video.example")]).contains("contact: desk@video.example"));
}

#[test]
fn a_crowd_is_added_to_the_demo_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let demo =
        || outro(&["demo", "--data", data, "--accounts", "3", "--videos-per-account", "2", "--followed", "2"], &[]);
    let said = String::from_utf8(demo().stdout).unwrap();
    assert!(said.contains("6 accounts are there; their password is "), "{said}");
    let again = demo();
    assert!(again.status.success());
    assert!(String::from_utf8(again.stdout).unwrap().contains("nothing was added"));
}

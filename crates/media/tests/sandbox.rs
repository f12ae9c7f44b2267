//! The walls of the jail, tried from inside.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::path::Path;
use std::process::{Command, Output, Stdio};

const CAPS: [&str; 5] = ["4294967296", "60", "1048576", "64", "5"];

fn jailed_with(caps: [&str; 5], program: &str, args: &[&str], input: Stdio, output: Stdio) -> Output {
    Command::new(common::sandbox().program)
        .args(caps)
        .args([program, "--"])
        .args(args)
        .env("SECRET", "secret")
        .stdin(input)
        .stdout(output)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap()
}

fn jailed(program: &str, args: &[&str]) -> Output {
    let program = Path::new(program).canonicalize().unwrap();
    jailed_with(CAPS, program.to_str().unwrap(), args, Stdio::null(), Stdio::piped())
}

fn has_landlock() -> bool {
    outro_media::sandbox_support().landlock_abi.is_some()
}

#[test]
fn nothing_of_the_environment_comes_in() {
    let output = jailed("/usr/bin/env", &[]);
    assert!(output.status.success(), "{output:?}");
    // How many heaps its threads share, which the jail says itself.
    assert_eq!(String::from_utf8_lossy(&output.stdout), "MALLOC_ARENA_MAX=4\n");
}

#[test]
fn files_by_name_are_out_of_reach() {
    if !has_landlock() {
        return;
    }
    for path in ["/etc/passwd", "/etc/hostname", "/proc/1/environ", "/proc/self/environ", "/usr/bin/env"] {
        let output = jailed("/usr/bin/cat", &[path]);
        assert!(!output.status.success() && output.stdout.is_empty(), "{path}");
    }
    let there = tempfile::NamedTempFile::new().unwrap();
    assert!(!jailed("/usr/bin/cat", &[there.path().to_str().unwrap()]).status.success());
    let new = there.path().with_extension("new");
    assert!(!jailed("/usr/bin/touch", &[new.to_str().unwrap()]).status.success());
    assert!(!new.exists());
}

#[test]
fn nothing_else_is_executed() {
    if !has_landlock() {
        return;
    }
    let output = jailed("/usr/bin/env", &["/usr/bin/cat", "/dev/null"]);
    assert_eq!(output.status.code(), Some(126), "{output:?}");
}

#[test]
fn ffmpeg_reaches_no_network_even_without_a_list_of_protocols() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    let output = jailed("/usr/bin/ffmpeg", &["-v", "error", "-i", &address, "-f", "null", "-"]);
    assert!(!output.status.success());
    assert!(listener.accept().is_err(), "nobody knocked");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("Operation not permitted") || said.contains("Permission denied"), "{said}");
}

#[test]
fn inherited_descriptors_are_closed() {
    let there = tempfile::NamedTempFile::new().unwrap();
    // The shell leaves descriptor 7 open for what it starts.
    let script = format!(
        "exec 7<{}; exec {} {} {} -- /proc/self/fd",
        there.path().display(),
        common::sandbox().program.display(),
        CAPS.join(" "),
        Path::new("/usr/bin/ls").canonicalize().unwrap().display(),
    );
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let listed = String::from_utf8_lossy(&output.stdout);
    assert!(!listed.lines().any(|line| line == "7"), "{listed}");
}

#[test]
fn output_memory_and_time_have_ends() {
    use std::os::unix::process::ExitStatusExt;
    let output = tempfile::tempfile().unwrap();
    let input = std::fs::File::open("/dev/zero").unwrap();
    let cat = Path::new("/usr/bin/cat").canonicalize().unwrap();
    let ended = jailed_with(CAPS, cat.to_str().unwrap(), &[], input.into(), output.try_clone().unwrap().into());
    assert_eq!(ended.status.signal(), Some(25), "SIGXFSZ");
    assert!(output.metadata().unwrap().len() <= 1_048_576);

    let (busy, hungry) = (["4294967296", "1", "1048576", "64", "5"], ["200000000", "60", "1048576", "64", "5"]);
    let endless = ["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1920x1080", "-f", "null", "-"];
    let ended = jailed_with(busy, "/usr/bin/ffmpeg", &endless, Stdio::null(), Stdio::null());
    assert_eq!(ended.status.signal(), Some(9), "SIGKILL at the end of its time");
    let large = ["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=15000x15000", "-frames:v", "2", "-f", "null", "-"];
    let ended = jailed_with(hungry, "/usr/bin/ffmpeg", &large, Stdio::null(), Stdio::null());
    assert!(!ended.status.success());
}

#[test]
fn a_wrong_order_is_refused() {
    let run = |args: &[&str]| Command::new(common::sandbox().program).args(args).status().unwrap().code();
    assert_eq!(run(&[]), Some(120));
    assert_eq!(run(&["1", "2", "3", "4", "5", "relative", "--"]), Some(120));
    assert_eq!(run(&["4294967296", "9", "9", "64", "5", "/nowhere/at/all", "--"]), Some(121));
}

//! The jail around ffmpeg: the program run again, made small, then replaced by the tool.
//!
//! It is entered by `exec`, not by a hook between fork and exec, so it is ordinary safe code in a
//! process with one thread.

mod args;
mod landlock;
mod seccomp;

use crate::limits::Caps;
pub(crate) use args::to_args;
use rustix::fs::{Mode, OFlags};
use rustix::process::{Resource, Rlimit, nice, setrlimit};
use std::ffi::OsString;
use std::os::fd::IntoRawFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

/// Exit code when the jail could not be built.
pub(crate) const EXIT_JAIL: u8 = 120;
/// Exit code when the tool could not be executed.
pub(crate) const EXIT_EXEC: u8 = 121;
/// Pages come before videos: the tools yield to whoever serves a request.
const NICENESS: i32 = 5;

/// What this machine's kernel gives to the jail, for `outro doctor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SandboxSupport {
    /// The version of Landlock in force (files from 1, network from 4, signals from 6).
    pub landlock_abi: Option<u32>,
    /// Whether system calls are filtered.
    pub seccomp: bool,
}

/// Tries the jail on a thread of its own, which ends with it, and tells what held.
#[must_use]
pub fn sandbox_support() -> SandboxSupport {
    let attempt = std::thread::spawn(|| SandboxSupport {
        landlock_abi: landlock::restrict(None).ok().flatten(),
        seccomp: seccomp::restrict().is_ok(),
    });
    attempt.join().unwrap_or(SandboxSupport { landlock_abi: None, seccomp: false })
}

/// The hidden subcommand: shuts this process in, then becomes the tool named in `args`.
///
/// `args` are those after `outro sandbox`. It returns only when it failed.
pub fn sandbox_main(args: impl Iterator<Item = OsString>) -> ExitCode {
    let Some(order) = args::parse(args) else {
        return ExitCode::from(EXIT_JAIL);
    };
    if shut_in(&order).is_err() {
        return ExitCode::from(EXIT_JAIL);
    }
    // The error has nowhere to go but the exit code: descriptor 2 belongs to the tool's progress.
    let _error = Command::new(&order.program).args(&order.args).env_clear().current_dir("/").exec();
    ExitCode::from(EXIT_EXEC)
}

fn shut_in(order: &args::Order) -> std::io::Result<()> {
    close_inherited(order.second)?;
    // Yielding is a courtesy, not a wall: where it is refused, the jail stands all the same.
    let _ = nice(NICENESS);
    limit(order.caps)?;
    // Landlock and seccomp as far as the kernel goes; `outro doctor` says how far that is.
    let _ = landlock::restrict(Some(landlock::Meant { program: &order.program, second: order.second.is_some() }));
    let _ = seccomp::restrict();
    Ok(())
}

/// Where the tool finds what it is given to read beside its input.
const SECOND: i32 = 3;

/// Closes everything that a careless parent left open beyond the three descriptors we hand over, and the one
/// that is named: that is opened anew, as the first number that is free, and stays open for the tool.
fn close_inherited(second: Option<i32>) -> std::io::Result<()> {
    let open: Vec<i32> = std::fs::read_dir("/proc/self/fd")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|fd| *fd > 2 && Some(*fd) != second)
        .collect();
    for fd in open {
        // The listing's own descriptor is in the list and closed already.
        let _ = nix::unistd::close(fd);
    }
    let Some(number) = second.filter(|number| *number != SECOND) else { return Ok(()) };
    let opened = rustix::fs::open(format!("/proc/self/fd/{number}"), OFlags::RDONLY, Mode::empty())?;
    nix::unistd::close(number)?;
    if opened.into_raw_fd() == SECOND { Ok(()) } else { Err(std::io::ErrorKind::Other.into()) }
}

fn limit(caps: Caps) -> std::io::Result<()> {
    for (resource, value) in [
        (Resource::As, caps.memory),
        (Resource::Cpu, caps.processor),
        (Resource::Fsize, caps.output),
        (Resource::Nofile, caps.files),
        (Resource::Core, 0),
    ] {
        // Soft and hard alike, so that the tool cannot raise one to the other.
        setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })?;
    }
    Ok(())
}

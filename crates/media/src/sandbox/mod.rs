//! The jail around ffmpeg: the program run again, made small, then replaced by the tool.
//!
//! It is entered by `exec`, not by a hook between fork and exec, so it is ordinary safe code in a
//! process with one thread.

mod args;
mod landlock;
mod seccomp;

use crate::limits::Caps;
pub(crate) use args::{Handed, Use, to_args};
use rustix::fs::{Mode, OFlags};
use rustix::process::{Resource, Rlimit, nice, setrlimit};
use std::ffi::OsString;
use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

/// Exit code when the jail could not be built.
pub(crate) const EXIT_JAIL: u8 = 120;
/// Exit code when the tool could not be executed.
pub(crate) const EXIT_EXEC: u8 = 121;
/// The stack of each thread of the tool, in bytes. What is reserved counts as memory, whether or not it is used, and by itself a
/// thread reserves four times as much: a tool with a hundred threads would have nothing left.
const STACK: u64 = 2 << 20;
/// For the same reason its threads share a few heaps: by itself each core has eight, each of which reserves 64 MiB.
const HEAPS: (&str, &str) = ("MALLOC_ARENA_MAX", "4");
/// The number at which the tool finds the first file that it is given beside its input and its output.
pub(crate) const FIRST: i32 = 3;

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
    let mut tool = Command::new(&order.program);
    let _error = tool.args(&order.args).env_clear().env(HEAPS.0, HEAPS.1).current_dir("/").exec();
    ExitCode::from(EXIT_EXEC)
}

fn shut_in(order: &args::Order) -> std::io::Result<()> {
    arrange(&order.handed)?;
    // Yielding is a courtesy, not a wall: where it is refused, the jail stands all the same.
    let _ = nice(order.caps.niceness.min(19) as i32);
    limit(order.caps)?;
    // Landlock and seccomp as far as the kernel goes; `outro doctor` says how far that is.
    let _ = landlock::restrict(Some(landlock::Meant { program: &order.program, handed: &order.handed }));
    let _ = seccomp::restrict();
    Ok(())
}

/// Closes everything that a careless parent left open beyond the three descriptors we hand over, and those that are
/// named: these are opened anew, for what they are meant alone, from [`FIRST`] on in their order.
fn arrange(handed: &[Handed]) -> std::io::Result<()> {
    let open: Vec<i32> = std::fs::read_dir("/proc/self/fd")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|fd| *fd > 2 && !handed.iter().any(|one| one.number == *fd))
        .collect();
    for fd in open {
        // The listing's own descriptor is in the list and closed already.
        let _ = nix::unistd::close(fd);
    }
    if handed.is_empty() {
        return Ok(());
    }
    // A descriptor that is opened gets the lowest free number: all that are wanted are taken, so that the files come
    // to stand above them, then let go, so that the files come down in their order.
    let mut taken = Vec::new();
    while taken.last().is_none_or(|file: &OwnedFd| file.as_raw_fd() < FIRST + handed.len() as i32) {
        taken.push(anew(0, Use::Read)?);
    }
    let above = handed.iter().map(|one| anew(one.number, one.meant)).collect::<Result<Vec<_>, _>>()?;
    drop(taken);
    for one in handed {
        nix::unistd::close(one.number)?;
    }
    for ((file, one), number) in above.iter().zip(handed).zip(FIRST..) {
        if anew(file.as_raw_fd(), one.meant)?.into_raw_fd() != number {
            return Err(std::io::ErrorKind::Other.into());
        }
    }
    Ok(())
}

/// Opens the file of a descriptor once more; the new one is passed on to what is executed.
fn anew(number: i32, meant: Use) -> std::io::Result<OwnedFd> {
    let flags = match meant {
        Use::Read => OFlags::RDONLY,
        Use::Write => OFlags::RDWR,
    };
    Ok(rustix::fs::open(format!("/proc/self/fd/{number}"), flags, Mode::empty())?)
}

fn limit(caps: Caps) -> std::io::Result<()> {
    for (resource, value) in [
        (Resource::As, caps.memory),
        (Resource::Stack, STACK),
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

//! One jailed child process, watched until it ends.

use crate::error::{Refusal, RunError, Spent};
use crate::limits::Caps;
use crate::sandbox::{EXIT_EXEC, EXIT_JAIL, Handed, Use, to_args};
use crate::stderr::{Lines, Word, is_progress, weigh};
use crate::tools::Tools;
use nix::libc;
use std::fs::File;
use std::ops::ControlFlow;
use std::os::fd::AsRawFd;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often a watcher is asked whether to go on when the child says nothing.
const TICK: Duration = Duration::from_millis(500);

/// Bytes that a child may be ahead of whoever hears it: small frames, by the dozen.
const PIPE: usize = 1 << 20;
/// Bytes heard at once, at most.
const READ: usize = 256 << 10;

/// What to run, on what, within what.
pub(crate) struct Order<'a> {
    pub(crate) program: &'a Path,
    pub(crate) args: &'a [String],
    pub(crate) input: &'a File,
    /// Files to be read beside the input: descriptors from 3 on.
    pub(crate) beside: &'a [&'a File],
    /// A file for descriptor 1; without one, what is written there comes back as [`Heard::Out`].
    pub(crate) output: Option<&'a File>,
    /// Files to be written beside it: the descriptors that come next.
    pub(crate) more: &'a [&'a File],
    pub(crate) caps: Caps,
    pub(crate) wall: Duration,
}

/// What is heard from a running child.
pub(crate) enum Heard<'a> {
    /// Bytes on its standard output.
    Out(&'a [u8]),
    /// A line of progress.
    Progress(&'a str),
    /// Nothing, for a moment.
    Silence,
}

/// How a child ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) word: Word,
}

/// Runs a child to its end. `watch` hears it and may end it, which gives `Cancelled`; dropping the
/// future ends it too.
pub(crate) async fn run(
    tools: &Tools,
    order: Order<'_>,
    watch: &mut (dyn FnMut(Heard<'_>) -> ControlFlow<()> + Send),
) -> Result<Ended, RunError> {
    let mut child = spawn(tools, &order)?;
    let outcome = timeout(order.wall, attend(&mut child, watch)).await;
    let error = match outcome {
        Ok(Ok(ended)) => return Ok(ended),
        Ok(Err(error)) => error,
        Err(_) => RunError::Timeout,
    };
    // Ended and reaped here, so that nothing of it outlives the answer.
    child.kill().await?;
    Err(error)
}

fn spawn(tools: &Tools, order: &Order<'_>) -> Result<Child, RunError> {
    // A duplicate is inherited, also by any other child that is started at this moment: each of them is the
    // jail, which closes all that was not meant for it before anything else.
    let read = order.beside.iter().map(|file| (Use::Read, *file));
    let all = read.chain(order.more.iter().map(|file| (Use::Write, *file)));
    let given = all.map(|(meant, file)| Ok((meant, rustix::io::dup(file)?))).collect::<std::io::Result<Vec<_>>>()?;
    let handed: Vec<_> = given.iter().map(|(meant, fd)| Handed { meant: *meant, number: fd.as_raw_fd() }).collect();
    let output = match order.output {
        Some(file) => Stdio::from(file.try_clone()?),
        None => Stdio::piped(),
    };
    let child = Command::new(&tools.sandbox.program)
        .args(&tools.sandbox.args)
        .args(to_args(order.caps, &handed, order.program, order.args))
        .env_clear()
        .stdin(Stdio::from(order.input.try_clone()?))
        .stdout(output)
        .stderr(Stdio::piped())
        // An interrupt at a terminal is for whoever waits for this child. It would end as a damaged file ends it.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    Ok(child)
}

async fn attend(
    child: &mut Child,
    watch: &mut (dyn FnMut(Heard<'_>) -> ControlFlow<()> + Send),
) -> Result<Ended, RunError> {
    let (mut out, mut err): (Option<ChildStdout>, Option<ChildStderr>) = (child.stdout.take(), child.stderr.take());
    if let Some(out) = &out {
        // Where the system grants less, it is what it was.
        let _ = rustix::pipe::fcntl_setpipe_size(out, PIPE);
    }
    let (mut out_bytes, mut err_bytes) = (vec![0; READ], vec![0; 4 << 10]);
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut lines, mut word, mut go_on) = (Lines::default(), Word::default(), ControlFlow::Continue(()));
    while out.is_some() || err.is_some() {
        tokio::select! {
            n = read(&mut out, &mut out_bytes), if out.is_some() => {
                go_on = watch(Heard::Out(&out_bytes[..n?]));
            }
            n = read(&mut err, &mut err_bytes), if err.is_some() => {
                lines.push(&err_bytes[..n?], |line| {
                    if !is_progress(line) {
                        word = word.max(weigh(line));
                    } else if go_on.is_continue() {
                        go_on = watch(Heard::Progress(line));
                    }
                });
            }
            _ = tick.tick() => go_on = watch(Heard::Silence),
        }
        if go_on.is_break() {
            return Err(RunError::Cancelled);
        }
    }
    Ok(Ended { status: child.wait().await?, word })
}

/// Reads some bytes; at the end the stream is put away.
async fn read<R: AsyncRead + Unpin>(from: &mut Option<R>, into: &mut [u8]) -> std::io::Result<usize> {
    let Some(stream) = from else { return Ok(0) };
    let n = stream.read(into).await?;
    if n == 0 {
        *from = None;
    }
    Ok(n)
}

impl Ended {
    /// Nothing, if it ended well; else whose fault it was.
    pub(crate) fn judge(&self, what: &'static str) -> Result<(), RunError> {
        if self.status.success() {
            return Ok(());
        }
        let (code, signal) = (self.status.code(), self.status.signal());
        tracing::info!(what, code, signal, word = ?self.word, "a tool ended badly");
        Err(match (code, signal) {
            (_, Some(libc::SIGXFSZ)) => RunError::TooMuch(Spent::Output),
            (_, Some(libc::SIGKILL | libc::SIGXCPU)) => RunError::TooMuch(Spent::Processor),
            _ if self.word == Word::Memory => RunError::TooMuch(Spent::Memory),
            (Some(code), _) if code == i32::from(EXIT_JAIL) => fault("sandbox", code),
            (Some(code), _) if code == i32::from(EXIT_EXEC) => fault("exec", code),
            (Some(code), _) if self.word == Word::MissingPart || code == LOADER => fault(what, code),
            _ if self.word == Word::UnlistedCodec => RunError::Refused(Refusal::Unsupported),
            // The tools were examined when they were found: what remains is the file, also when
            // it made a decoder crash.
            _ => RunError::Refused(Refusal::Damaged),
        })
    }
}

/// The dynamic loader's code when a library is missing.
const LOADER: i32 = 127;

fn fault(what: &'static str, code: i32) -> RunError {
    RunError::Tool { what, code: Some(code) }
}

//! Positives in the memory of a process and in a file of it that has no name: another one holds them, since this one holds
//! the needles themselves.

use std::ffi::OsString;
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{PlantError, Positives, bytes};
use crate::report::Kind;

/// A program that calls [`hold`] on its own input and output.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
}

const HELD: &[u8] = b"held\n";

/// Reads what is to be held, says so, and holds it, in a file without a name too, until its input ends. The input is the
/// length in eight bytes, big-endian, then so many bytes.
pub fn hold(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    let mut length = [0; 8];
    input.read_exact(&mut length)?;
    let mut held = Vec::new();
    (&mut input).take(u64::from_be_bytes(length)).read_to_end(&mut held)?;
    let mut unnamed = tempfile::tempfile()?;
    unnamed.write_all(&held)?;
    output.write_all(HELD)?;
    output.flush()?;
    input.read_to_end(&mut Vec::new())?;
    black_box((&held, &unnamed));
    Ok(())
}

impl Positives<'_> {
    /// Plants in the memory of another process and in a file of it, and looks there.
    pub fn in_memory(&mut self, holder: &Holder) -> Result<(), PlantError> {
        let all = self.all();
        let held = bytes(&all).join(&b"\0 \0"[..]);
        let mut command = Command::new(&holder.program);
        let command = command.args(&holder.args).stdin(Stdio::piped()).stdout(Stdio::piped());
        let command = command.env("TMPDIR", self.scratch.path());
        let mut child = command.spawn()?;
        let mut begin = || -> io::Result<()> {
            let input = child.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
            input.write_all(&(held.len() as u64).to_be_bytes())?;
            input.write_all(&held)?;
            input.flush()?;
            let mut said = [0; HELD.len()];
            child.stdout.as_mut().ok_or(io::ErrorKind::BrokenPipe)?.read_exact(&mut said)
        };
        let begun = begin();
        let mut scanner = self.scanner();
        if begun.is_ok() {
            scanner.memory(child.id());
            scanner.unnamed(child.id());
        }
        drop(child.stdin.take());
        child.wait()?;
        begun?;
        self.check(Kind::Memory, &all, &scanner);
        self.check(Kind::Unnamed, &all, &scanner);
        Ok(())
    }
}

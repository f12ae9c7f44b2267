//! The gate of deletions: a backup closes it for the moment in which it takes note of what there is, so
//! that nothing that it has seen goes before it has it open. Whoever deletes passes through; on other
//! days that costs two calls of the system. It is a lock on the folder itself, and holds between processes too.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

/// Nobody deletes an object as long as this is held.
pub struct Gate(#[expect(dead_code, reason = "the lock ends with the file")] File);

/// Waits until no deletion is under way, and keeps others from beginning.
pub(crate) fn close(root: &Path) -> io::Result<Gate> {
    let file = File::open(root)?;
    flock(&file, FlockOperation::LockExclusive)?;
    Ok(Gate(file))
}

/// Passes through, as long as the file is held; waits while the gate is closed.
pub(crate) fn pass(root: &Path) -> io::Result<File> {
    let file = File::open(root)?;
    flock(&file, FlockOperation::LockShared)?;
    Ok(file)
}

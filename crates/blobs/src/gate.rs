//! The gate of deletions: a backup closes it for the moment in which it takes note of what there is, so
//! that nothing that it has seen goes before it has it open. Whoever deletes passes through. Who keeps it is told from above: a lock
//! of a folder holds between the processes of one machine, one of the database between machines.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use futures_util::future::BoxFuture;
use rustix::fs::{FlockOperation, flock};

use crate::BlobError;
use crate::blocking::blocking;

/// As long as this is held nobody deletes an object, or nobody closes the gate: by which way it came to be.
pub struct Gate(#[expect(dead_code, reason = "what keeps the gate ends with it")] Box<dyn Send>);

impl Gate {
    /// A gate that is kept as long as this is.
    pub fn holding(held: impl Send + 'static) -> Self {
        Self(Box::new(held))
    }
}

/// Keeps the gate.
pub trait Gatekeeper: Send + Sync {
    /// Waits until no deletion is under way, and keeps others from beginning.
    fn close(&self) -> BoxFuture<'_, Result<Gate, BlobError>>;
    /// Passes through, as long as what comes back is held; waits while the gate is closed.
    fn pass(&self) -> BoxFuture<'_, Result<Gate, BlobError>>;
}

/// A lock of a folder itself: on days without a backup it costs two calls of the system.
pub struct FolderGate(PathBuf);

impl FolderGate {
    /// The gate at a folder that is there.
    pub fn at(folder: PathBuf) -> Self {
        Self(folder)
    }

    fn take(&self, how: FlockOperation) -> BoxFuture<'_, Result<Gate, BlobError>> {
        let folder = self.0.clone();
        Box::pin(blocking(move || Ok(Gate::holding(lock(&folder, how)?))))
    }
}

impl Gatekeeper for FolderGate {
    fn close(&self) -> BoxFuture<'_, Result<Gate, BlobError>> {
        self.take(FlockOperation::LockExclusive)
    }

    fn pass(&self) -> BoxFuture<'_, Result<Gate, BlobError>> {
        self.take(FlockOperation::LockShared)
    }
}

fn lock(folder: &Path, how: FlockOperation) -> io::Result<File> {
    let file = File::open(folder)?;
    flock(&file, how)?;
    Ok(file)
}

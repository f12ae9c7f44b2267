//! Group commit: the log of SQLite is made durable once for all who committed meanwhile.
//!
//! A commit writes its pages to the log and lets the next one begin; it is answered once the log was synced after that. What is in the
//! log is in the order of the commits, so whoever waits for its own has what it read of others made durable with it. Another reader may
//! see a change a moment before it is durable, as long as whoever made it still waits for the answer.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::Mutex;

use crate::DbError;

pub(crate) struct Flush {
    log: Arc<PathBuf>,
    /// How many commits are in the log.
    written: AtomicU64,
    /// How many of them are durable. Who holds it syncs, the others wait for it.
    durable: Mutex<u64>,
    /// Whether a sync failed. What it was to write may be lost though a later one succeeds, so nothing is accepted after it.
    broken: AtomicBool,
}

impl Flush {
    pub(crate) fn new(log: PathBuf) -> Self {
        Self { log: Arc::new(log), written: AtomicU64::new(0), durable: Mutex::new(0), broken: AtomicBool::new(false) }
    }

    /// Says that the log holds one more commit: its number. Called by the one writer, while it is that.
    pub(crate) fn ticket(&self) -> u64 {
        self.written.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// How many commits the log holds.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }

    /// Fails once the disk has failed.
    pub(crate) fn still_works(&self) -> Result<(), DbError> {
        if self.broken.load(Ordering::Acquire) {
            return Err(DbError::Open("the disk failed to keep the log: look after it, then start again".into()));
        }
        Ok(())
    }

    /// Waits until commit number `ticket` is durable.
    pub(crate) async fn reach(&self, ticket: u64) -> Result<(), DbError> {
        let mut durable = self.durable.lock().await;
        if *durable >= ticket {
            return Ok(());
        }
        self.still_works()?;
        let written = self.written();
        // It is opened each time: where the last connection was closed, SQLite has made another file by this name. A lock of SQLite's is
        // never on this file, so that closing it lets go of none.
        let log = self.log.clone();
        let sync = move || File::options().write(true).open(&*log)?.sync_data();
        match tokio::task::spawn_blocking(sync).await {
            Ok(Ok(())) => *durable = written,
            failed => {
                self.broken.store(true, Ordering::Release);
                let why = failed.map_or_else(|error| error.to_string(), |done| format!("{done:?}"));
                return Err(DbError::Open(format!("the log could not be made durable: {why}")));
            }
        }
        Ok(())
    }
}

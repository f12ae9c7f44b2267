//! Who keeps the gate of deletions ([`outro_blobs::Gate`]) where several machines share the objects: the database that they share.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use outro_blobs::{BlobError, Gate, Gatekeeper};
use outro_db::{Db, DbError, Turn};
use tokio::sync::Semaphore;

/// How many deletions pass at once in one process: each has a connection meanwhile, and others need some.
const AT_ONCE: usize = 4;

/// The gate as a lock of PostgreSQL.
pub struct DatabaseGate {
    db: Db,
    passing: Arc<Semaphore>,
}

impl DatabaseGate {
    /// The gate that all have who share this database, which has to be PostgreSQL.
    pub fn at(db: Db) -> Self {
        Self { db, passing: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Gatekeeper for DatabaseGate {
    fn close(&self) -> BoxFuture<'_, Result<Gate, BlobError>> {
        Box::pin(async { Ok(Gate::holding(self.db.take_turn(Turn::GATE).await.map_err(failed)?)) })
    }

    fn pass(&self) -> BoxFuture<'_, Result<Gate, BlobError>> {
        Box::pin(async {
            let one = self.passing.clone().acquire_owned().await.map_err(|_| BlobError::Stopped)?;
            let turn = self.db.share_turn(Turn::GATE).await.map_err(failed)?;
            Ok(Gate::holding((turn, one)))
        })
    }
}

fn failed(error: DbError) -> BlobError {
    BlobError::Gate(error.to_string())
}

//! Handing work that blocks to the threads for it.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::BlobError;

/// How many requests of a bucket are under way at once: who waits for its server must not take the threads of all others.
const AT_ONCE: usize = 64;
/// For how many a part of an upload counts, which stands in memory while it is sent.
const SEND: u32 = 4;

/// Whose turn it is, where work waits for a server. On a disk everybody's.
#[derive(Clone, Default)]
pub(crate) struct Turns(Option<Arc<Semaphore>>);

impl Turns {
    pub(crate) fn few() -> Self {
        Self(Some(Arc::new(Semaphore::new(AT_ONCE))))
    }

    /// Runs `work` on a blocking thread. When the caller stops waiting, the work goes on to its end, and its
    /// result is dropped.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
    ) -> Result<T, BlobError> {
        self.begin(1, work).await.unwrap_or(Err(BlobError::Stopped))
    }

    /// Begins `work` on a blocking thread.
    pub(crate) fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
    ) -> JoinHandle<Result<T, BlobError>> {
        self.begin(1, work)
    }

    /// Begins `work` that may send a part of an upload.
    pub(crate) fn sending<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
    ) -> JoinHandle<Result<T, BlobError>> {
        self.begin(SEND, work)
    }

    fn begin<T: Send + 'static>(
        &self,
        turns: u32,
        work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
    ) -> JoinHandle<Result<T, BlobError>> {
        let Some(all) = self.0.clone() else { return tokio::task::spawn_blocking(work) };
        tokio::spawn(async move {
            let turn = all.acquire_many_owned(turns).await;
            let done = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                work()
            });
            done.await.unwrap_or(Err(BlobError::Stopped))
        })
    }
}

/// Runs `work` on a blocking thread, whoever waits.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    Turns::default().blocking(work).await
}

//! Handing work that blocks to the threads for it.

use crate::BlobError;

/// Runs `work` on a blocking thread. When the caller stops waiting, the work goes on to its end, and its
/// result is dropped.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(BlobError::Stopped))
}

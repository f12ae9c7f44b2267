//! Bytes on their way out, for as long as the one who asked may have them.
//!
//! A task of its own reads and watches, because a body is asked for its next bytes only when there is
//! room for them: a client that has stopped reading would never meet the refusal.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use tokio::sync::{mpsc, oneshot};

use crate::listen::Line;

/// How long a client may take nothing at all before its connection is cut.
const STALL: Duration = Duration::from_secs(60);
/// With how much that the kernel has not taken yet a connection is given no more. Its buffer would take seven pieces, which one who
/// takes slowly has no use for.
const HELD: u64 = 128 << 10;
/// How long a client may take to read to the end of a body that was ended before its connection is cut: with the
/// time until it is noticed it stays below the second.
const FAREWELL: Duration = Duration::from_millis(200);

/// A body of these bytes. When `revoked` returns, or nothing goes out for a minute, what is read is closed,
/// the body fails and the connection is cut. `line` is the connection, where there is one.
pub(crate) fn body<E: std::fmt::Display + Send>(
    bytes: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    revoked: impl Future<Output = ()> + Send + 'static,
    line: Option<Line>,
) -> Body {
    body_within(STALL, End::Broken, bytes, revoked, line, NOTHING)
}

/// The same, and `then` is done once all `length` bytes are with the kernel: who hangs up before has not got them.
pub(crate) fn body_then<E: std::fmt::Display + Send>(
    bytes: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    revoked: impl Future<Output = ()> + Send + 'static,
    line: Option<Line>,
    (length, then): (u64, impl Future<Output = ()> + Send + 'static),
) -> Body {
    body_within(STALL, End::Broken, bytes, revoked, line, Some((length, then)))
}

/// Nothing that is done afterwards.
const NOTHING: Option<(u64, std::future::Ready<()>)> = None;

/// The same for bytes without an end of their own: when `revoked` returns the body is over, so that a client
/// that reads sees an end and no fault. One that does not is cut a moment later. The response says
/// `Connection: close`.
pub(crate) fn endless<E: std::fmt::Display + Send>(
    bytes: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    revoked: impl Future<Output = ()> + Send + 'static,
    line: Option<Line>,
) -> Body {
    if let Some(line) = &line {
        line.linger();
    }
    body_within(STALL, End::Said, bytes, revoked, line, NOTHING)
}

/// How a body ends that is revoked.
#[derive(Clone, Copy)]
enum End {
    /// It fails, and its connection is reset.
    Broken,
    /// It is over.
    Said,
}

fn body_within<E: std::fmt::Display + Send>(
    stall: Duration,
    end: End,
    bytes: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    revoked: impl Future<Output = ()> + Send + 'static,
    line: Option<Line>,
    then: Option<(u64, impl Future<Output = ()> + Send + 'static)>,
) -> Body {
    let before = line.as_ref().map_or(0, Line::written);
    let handed = Arc::new(AtomicU64::new(0));
    let (pieces, taken) = mpsc::channel(1);
    let (over, ended) = oneshot::channel();
    let state = Arc::new(AtomicU8::new(GOING));
    let outgoing =
        Outgoing { taken, over: Some(over), line: line.clone(), before, state: state.clone(), handed: handed.clone() };
    tokio::spawn(async move {
        let flow = flow(Box::pin(bytes), pieces, ended, line.as_ref(), &state);
        // It goes with the select: what happens before that is done in the branch.
        let farewell = tokio::select! {
            biased;
            () = revoked => match end {
                End::Broken => { break_off(&state, line.as_ref()); false }
                End::Said => { state.store(OVER, Ordering::SeqCst); true }
            },
            () = stalled(line.as_ref(), stall) => { break_off(&state, line.as_ref()); false }
            () = flow => false,
        };
        // A body of a known length is let go of with its last byte, and may never be asked for its end. What the
        // kernel has taken since it began are these bytes and the head before them.
        let sent = line.as_ref().map_or(u64::MAX, |line| line.written() - before);
        if let Some((length, then)) = then
            && handed.load(Ordering::SeqCst) >= length
            && sent >= length
        {
            then.await;
        }
        if let (true, Some(line)) = (farewell, line) {
            tokio::time::sleep(FAREWELL).await;
            line.cut();
        }
    });
    Body::from_stream(outgoing)
}

const GOING: u8 = 0;
const WHOLE: u8 = 1;
const BROKEN: u8 = 2;
const OVER: u8 = 3;

fn break_off(state: &AtomicU8, line: Option<&Line>) {
    state.store(BROKEN, Ordering::SeqCst);
    if let Some(line) = line {
        line.cut();
    }
}

/// Hands the bytes over, one piece at a time. It returns when the connection has handed all to the kernel:
/// what still waits here for a slow client can be revoked.
async fn flow<E: std::fmt::Display>(
    mut bytes: Pin<Box<impl Stream<Item = Result<Bytes, E>>>>,
    pieces: mpsc::Sender<Bytes>,
    ended: oneshot::Receiver<u64>,
    line: Option<&Line>,
    state: &AtomicU8,
) {
    // Who has hung up takes no more pieces.
    while let Ok(room) = pieces.reserve().await {
        // What comes seldom is not waited for when nobody is there to take it.
        let piece = tokio::select! {
            piece = bytes.next() => piece,
            () = pieces.closed() => break,
        };
        match piece {
            Some(Ok(piece)) => room.send(piece),
            Some(Err(error)) => {
                tracing::error!(%error, "an object broke off");
                return break_off(state, line);
            }
            None => {
                state.store(WHOLE, Ordering::SeqCst);
                break;
            }
        }
    }
    drop((bytes, pieces));
    if let (Ok(seen), Some(line)) = (ended.await, line) {
        line.flushed_after(seen).await;
    }
}

/// Returns when the connection has taken nothing for that long.
async fn stalled(line: Option<&Line>, stall: Duration) {
    let Some(line) = line else { return std::future::pending().await };
    loop {
        let before = line.written();
        tokio::time::sleep(stall).await;
        if line.written() == before {
            return;
        }
    }
}

/// The pieces, as a body takes them.
struct Outgoing {
    taken: mpsc::Receiver<Bytes>,
    /// Told, when the body is done with, how often all had been flushed until then.
    over: Option<oneshot::Sender<u64>>,
    line: Option<Line>,
    /// How many bytes the kernel had taken from the connection when the body was made.
    before: u64,
    state: Arc<AtomicU8>,
    /// How many bytes the connection was given.
    handed: Arc<AtomicU64>,
}

/// What a body fails with.
#[derive(Debug)]
struct BrokenOff;

impl std::fmt::Display for BrokenOff {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the bytes may not go on")
    }
}

impl std::error::Error for BrokenOff {}

impl Stream for Outgoing {
    type Item = Result<Bytes, BrokenOff>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // A piece that was handed over before is not given out after.
        match self.state.load(Ordering::SeqCst) {
            BROKEN => return Poll::Ready(Some(Err(BrokenOff))),
            OVER => return Poll::Ready(None),
            _ => {}
        }
        if let Some(line) = &self.line {
            ready!(line.poll_room(cx, self.before + self.handed.load(Ordering::SeqCst), HELD));
        }
        let piece = ready!(self.taken.poll_recv(cx));
        Poll::Ready(match (piece, self.state.load(Ordering::SeqCst)) {
            (_, BROKEN) => Some(Err(BrokenOff)),
            (_, OVER) => None,
            (Some(piece), _) => {
                self.handed.fetch_add(piece.len() as u64, Ordering::SeqCst);
                Some(Ok(piece))
            }
            (None, WHOLE) => None,
            // The task itself has ended: nobody would see to a revocation any more.
            (None, _) => Some(Err(BrokenOff)),
        })
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        let seen = self.line.as_ref().map_or(0, Line::flushes);
        let _ = self.over.take().map(|over| over.send(seen));
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::pending;

    use futures_util::stream;

    use super::*;

    fn repeated() -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
        stream::repeat_with(|| Ok(Bytes::from_static(b"piece")))
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_cut() {
        let (line, stall) = (Line::default(), Duration::from_millis(300));
        let mut pieces =
            body_within(stall, End::Broken, repeated(), pending(), Some(line.clone()), NOTHING).into_data_stream();
        assert!(pieces.next().await.unwrap().is_ok());
        // A client that is slow, and takes something now and then, is not.
        for _ in 0..6 {
            tokio::time::sleep(stall / 3).await;
            line.took(1);
            assert!(!line.is_cut());
        }
        tokio::time::sleep(3 * stall).await;
        assert!(line.is_cut());
        assert!(pieces.next().await.unwrap().is_err(), "a piece was given out after the end");
    }

    #[tokio::test]
    async fn a_connection_is_given_no_more_than_the_kernel_takes_soon() {
        let (line, piece) = (Line::default(), Bytes::from(vec![0; 64 << 10]));
        let size = piece.len();
        let endless = stream::repeat_with(move || Ok::<_, Infallible>(piece.clone()));
        let mut pieces = body(endless, pending(), Some(line.clone())).into_data_stream();
        let mut taken = async || tokio::time::timeout(Duration::from_millis(200), pieces.next()).await.is_ok();
        for _ in 0..HELD / size as u64 {
            assert!(taken().await);
        }
        assert!(!taken().await, "more than the connection is to hold");
        line.took(size);
        assert!(taken().await);
        assert!(!taken().await);
    }

    #[tokio::test]
    async fn what_is_revoked_fails_without_a_connection_too() {
        let revoked = tokio::time::sleep(Duration::from_millis(500));
        let mut pieces = body(repeated(), revoked, None).into_data_stream();
        assert!(pieces.next().await.unwrap().is_ok());
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert!(pieces.next().await.unwrap().is_err());
    }

    #[tokio::test]
    async fn what_has_no_end_is_over_when_revoked_and_cut_when_nobody_reads() {
        let line = Line::default();
        let revoked = tokio::time::sleep(Duration::from_millis(200));
        let mut pieces = endless(repeated(), revoked, Some(line.clone())).into_data_stream();
        assert!(pieces.next().await.unwrap().is_ok());
        tokio::time::sleep(Duration::from_millis(250)).await;
        assert!(pieces.next().await.is_none(), "a piece was given out after the end");
        assert!(!line.is_cut(), "there was no time to read the end");
        tokio::time::sleep(FAREWELL).await;
        assert!(line.is_cut());
    }

    #[tokio::test]
    async fn an_object_that_breaks_off_is_not_taken_for_whole() {
        let broken = stream::iter([Ok(Bytes::from_static(b"piece")), Err("gone")]);
        let pieces: Vec<_> = body(broken, pending(), None).into_data_stream().take(2).collect().await;
        assert!(pieces.last().unwrap().is_err(), "{pieces:?}");
        let whole = repeated().take(3);
        let pieces: Vec<_> = body(whole, pending(), None).into_data_stream().collect().await;
        assert!(pieces.len() == 3 && pieces.iter().all(Result::is_ok), "{pieces:?}");
    }
}

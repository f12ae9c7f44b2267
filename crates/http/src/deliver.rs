//! Bytes on their way out, for as long as the one who asked may have them.
//!
//! A task of its own reads and watches, because a body is asked for its next bytes only when there is
//! room for them: a client that has stopped reading would never meet the refusal.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use tokio::sync::{mpsc, oneshot};

use crate::listen::Line;

/// How long a client may take nothing at all before its connection is cut.
const STALL: Duration = Duration::from_secs(60);
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
    body_within(STALL, End::Broken, bytes, revoked, line)
}

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
    body_within(STALL, End::Said, bytes, revoked, line)
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
) -> Body {
    let (pieces, taken) = mpsc::channel(1);
    let (over, ended) = oneshot::channel();
    let state = Arc::new(AtomicU8::new(GOING));
    let outgoing = Outgoing { taken, over: Some(over), line: line.clone(), state: state.clone() };
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
    state: Arc<AtomicU8>,
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
        let piece = ready!(self.taken.poll_recv(cx));
        Poll::Ready(match (piece, self.state.load(Ordering::SeqCst)) {
            (_, BROKEN) => Some(Err(BrokenOff)),
            (_, OVER) => None,
            (Some(piece), _) => Some(Ok(piece)),
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
        let mut pieces = body_within(stall, End::Broken, repeated(), pending(), Some(line.clone())).into_data_stream();
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

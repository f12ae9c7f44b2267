//! Listening, and connections that can be cut: what is revoked ends at once, also when the other side
//! has stopped reading and nothing of ours would be asked for any more.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures_util::task::AtomicWaker;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::Sleep;

/// How much the kernel takes in advance of what it has sent: what it holds cannot be sealed again.
const AHEAD_BYTES: u32 = 128 << 10;
/// How long, and for how many bytes, what a client goes on sending is passed over after a refusal.
const LINGER: (Duration, usize) = (Duration::from_secs(2), 8 << 20);

/// A listener whose connections can be cut. Serve with
/// `router.into_make_service_with_connect_info::<Peer>()`.
pub struct Listening(TcpListener);

impl From<TcpListener> for Listening {
    fn from(listener: TcpListener) -> Self {
        Self(listener)
    }
}

impl Listener for Listening {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        let socket = SockRef::from(&stream);
        // A connection without these is slower, or holds more, and works.
        if let Err(error) = socket.set_tcp_nodelay(true).and_then(|()| socket.set_tcp_notsent_lowat(AHEAD_BYTES)) {
            tracing::debug!(%error, "a connection keeps the kernel's settings");
        }
        (Wire { stream, line: Line::default(), closing: None }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// Who is at the other end of a connection, and the means to cut it.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Their address.
    pub(crate) address: SocketAddr,
    pub(crate) line: Line,
}

impl Connected<IncomingStream<'_, Listening>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Listening>) -> Self {
        Self { address: *stream.remote_addr(), line: stream.io().line.clone() }
    }
}

/// What others than its own task may know of a connection and do to it. It holds no descriptor, so that
/// the connection closes when its task lets go of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line(Arc<State>);

#[derive(Debug, Default)]
struct State {
    cut: AtomicBool,
    lingers: AtomicBool,
    written: AtomicU64,
    flushes: AtomicU64,
    flushed: Notify,
    /// The task of the connection, while it waits for the other side.
    waiting: AtomicWaker,
    /// The same task, while a body of it waits until the kernel has taken what it was given.
    hungry: AtomicWaker,
}

impl Line {
    /// Ends the connection now. What the kernel still held for it is thrown away.
    pub(crate) fn cut(&self) {
        self.0.cut.store(true, Ordering::SeqCst);
        self.0.waiting.wake();
    }

    /// Whether it was ended.
    pub(crate) fn is_cut(&self) -> bool {
        self.0.cut.load(Ordering::SeqCst)
    }

    /// Notes that the kernel has taken more.
    pub(crate) fn took(&self, count: usize) {
        self.0.written.fetch_add(count as u64, Ordering::SeqCst);
        self.0.hungry.wake();
    }

    /// Ready once the kernel has taken all but less than `most` of the bytes that end at `given`, counted as [`Self::written`] does.
    pub(crate) fn poll_room(&self, cx: &mut Context<'_>, given: u64, most: u64) -> Poll<()> {
        self.0.hungry.register(cx.waker());
        if given.saturating_sub(self.written()) < most { Poll::Ready(()) } else { Poll::Pending }
    }

    /// How many bytes the kernel has taken so far.
    pub(crate) fn written(&self) -> u64 {
        self.0.written.load(Ordering::SeqCst)
    }

    /// How often all that was to be written had been handed to the kernel.
    pub(crate) fn flushes(&self) -> u64 {
        self.0.flushes.load(Ordering::SeqCst)
    }

    /// Returns when all that was to be written at the flush `seen` is with the kernel, or the connection
    /// has ended.
    pub(crate) async fn flushed_after(&self, seen: u64) {
        loop {
            let mut flushed = std::pin::pin!(self.0.flushed.notified());
            // Listening begins before looking, so that no flush falls between the two.
            flushed.as_mut().enable();
            if self.flushes() > seen {
                return;
            }
            flushed.await;
        }
    }

    /// Says that a request was answered before its body was read: a connection that is closed with bytes
    /// unread is reset, and the answer may be lost with it.
    pub(crate) fn linger(&self) {
        self.0.lingers.store(true, Ordering::Relaxed);
    }

    /// The answer that a connection gives, unless it was cut: also between the look at it and the wait.
    fn unless_cut<T>(
        &self,
        cx: &mut Context<'_>,
        act: impl FnOnce(&mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if self.is_cut() {
            return Poll::Ready(Err(was_cut()));
        }
        let answer = act(cx);
        if answer.is_pending() {
            self.0.waiting.register(cx.waker());
            if self.is_cut() {
                return Poll::Ready(Err(was_cut()));
            }
        }
        answer
    }
}

fn was_cut() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

/// A connection.
pub struct Wire {
    stream: TcpStream,
    line: Line,
    closing: Option<Closing>,
}

/// A connection that says nothing more and hears the other side out.
struct Closing {
    until: Pin<Box<Sleep>>,
    left: usize,
}

impl Closing {
    fn new() -> Self {
        Self { until: Box::pin(tokio::time::sleep(LINGER.0)), left: LINGER.1 }
    }

    /// Ready when the other side has closed too, or was heard long enough.
    fn poll(&mut self, stream: &mut TcpStream, cx: &mut Context<'_>) -> Poll<()> {
        let mut passed_over = [0; 16 << 10];
        while self.until.as_mut().poll(cx).is_pending() && self.left > 0 {
            let mut buffer = ReadBuf::new(&mut passed_over);
            match ready!(Pin::new(&mut *stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => self.left = self.left.saturating_sub(buffer.filled().len()),
                _ => break,
            }
        }
        Poll::Ready(())
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.line.is_cut() {
            // Closing resets the connection then, and the kernel's queue is gone.
            let _ = self.stream.set_zero_linger();
        }
        // Nobody waits for what will not come any more.
        self.line.0.flushes.store(u64::MAX, Ordering::SeqCst);
        self.line.0.flushed.notify_waiters();
    }
}

impl Wire {
    fn wrote(&self, count: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(count)) = count {
            self.line.took(*count);
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Self { stream, line, .. } = self.get_mut();
        line.unless_cut(cx, |cx| Pin::new(stream).poll_read(cx, buffer))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let count = this.line.unless_cut(cx, |cx| Pin::new(&mut this.stream).poll_write(cx, bytes));
        this.wrote(&count);
        count
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let count = this.line.unless_cut(cx, |cx| Pin::new(&mut this.stream).poll_write_vectored(cx, pieces));
        this.wrote(&count);
        count
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// A socket has nothing to flush: being asked for it says that all was written.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, line, .. } = self.get_mut();
        let flushed = line.unless_cut(cx, |cx| Pin::new(stream).poll_flush(cx));
        if flushed.is_ready() {
            line.0.flushes.fetch_add(1, Ordering::SeqCst);
            line.0.flushed.notify_waiters();
        }
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, line, closing } = self.get_mut();
        line.unless_cut(cx, |cx| {
            if closing.is_none() {
                ready!(Pin::new(&mut *stream).poll_shutdown(cx))?;
            }
            if line.0.lingers.load(Ordering::Relaxed) {
                ready!(closing.get_or_insert_with(Closing::new).poll(stream, cx));
            }
            Poll::Ready(Ok(()))
        })
    }
}

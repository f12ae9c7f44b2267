//! Requests that are answered before their body was read. What is left of the body would stand where the
//! next request is looked for, so that the connection ends; the client is told, and is heard out for a while.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::listen::Line;

/// Whether the body of a request was read to its end.
pub(crate) struct Unread {
    read: Arc<AtomicBool>,
    line: Option<Line>,
}

impl Unread {
    /// Watches the body of a request.
    pub(crate) fn watch(request: Request, line: Option<Line>) -> (Request, Self) {
        let read = Arc::new(AtomicBool::new(request.body().is_end_stream()));
        let watched = |inner: Body| {
            if inner.is_end_stream() { inner } else { Body::new(Watched { inner, read: read.clone() }) }
        };
        (request.map(watched), Self { read, line })
    }

    /// Says in a refusal, or in the way to the page for signing in, that the connection ends with it when
    /// the body was not read. What was taken has been read as far as it matters.
    pub(crate) fn mark(&self, response: &mut Response) {
        if !response.status().is_success() && !self.read.load(Ordering::Relaxed) {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            if let Some(line) = &self.line {
                line.linger();
            }
        }
    }
}

struct Watched {
    inner: Body,
    read: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.inner).poll_frame(cx);
        if matches!(frame, Poll::Ready(None)) || self.inner.is_end_stream() {
            self.read.store(true, Ordering::Relaxed);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

//! Forms with files. The reader of forms keeps what it cannot place in memory and passes over what nobody
//! takes: here only what the handler has taken is let in without end.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::{Body, BodyDataStream};
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::Stream;
use outro_app::{AppError, RefusalKind};

use crate::problem::refused;

/// How much of a form may be besides its file: fields, their names, and what is passed over.
const BESIDES: u64 = 1 << 20;
/// The largest piece that is read at once.
const PIECE: usize = 64 << 10;

/// A form that is read field by field, as it comes in.
pub(crate) struct Form {
    fields: Multipart,
    meter: Arc<Meter>,
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let kind =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("multipart/form-data") {
            let detail = "Send a body of type multipart/form-data.";
            return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_multipart", detail));
        }
        let meter = Arc::new(Meter(AtomicU64::new(BESIDES)));
        let metered = |body: Body| {
            let (body, meter) = (body.into_data_stream(), meter.clone());
            Body::from_stream(Metered { body, rest: Bytes::new(), pause: false, meter })
        };
        match Multipart::from_request(request.map(metered), state).await {
            Ok(fields) => Ok(Self { fields, meter }),
            Err(_) => {
                Err(refused(StatusCode::BAD_REQUEST, "not_a_form", "The form does not say where its fields end."))
            }
        }
    }
}

impl Form {
    /// The next field. What was not read of the one before is passed over.
    pub(crate) async fn next(&mut self) -> Result<Option<Field<'_>>, AppError> {
        let meter = &self.meter;
        self.fields.next_field().await.map_err(|error| meter.explain(error))
    }

    /// What counts the bytes of this form, for whoever reads one of its fields.
    pub(crate) fn meter(&self) -> Arc<Meter> {
        self.meter.clone()
    }
}

/// How many bytes may still come in that nobody takes.
pub(crate) struct Meter(AtomicU64);

impl Meter {
    /// The next bytes of the file of a form. They do not count: their taker sees to how many there are.
    pub(crate) async fn take(&self, file: &mut Field<'_>) -> Result<Option<Bytes>, AppError> {
        let taken = file.chunk().await.map_err(|error| self.explain(error))?;
        if let Some(bytes) = &taken {
            self.0.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        }
        Ok(taken)
    }

    /// A field of at most `most` bytes; none when it is longer.
    pub(crate) async fn short(&self, field: &mut Field<'_>, most: usize) -> Result<Option<Vec<u8>>, AppError> {
        let mut text = Vec::new();
        while let Some(more) = field.chunk().await.map_err(|error| self.explain(error))? {
            if text.len() + more.len() > most {
                return Ok(None);
            }
            text.extend_from_slice(&more);
        }
        Ok(Some(text))
    }

    fn spend(&self, count: usize) -> bool {
        let less = |left: u64| left.checked_sub(count as u64);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    /// What an error of the reader means. Its own words could quote what was sent.
    fn explain(&self, error: MultipartError) -> AppError {
        let (kind, code, detail) = if is_too_much(&error) {
            (RefusalKind::TooLarge, "form_too_large", "There is too much in this form besides the file.")
        } else {
            (RefusalKind::Malformed, "cut_off", "The upload was cut off, or is not a form. Please try again.")
        };
        AppError::refused(kind, code, detail)
    }
}

/// The body of a form, in small pieces, of which the reader gets one at a time: it would take all that is
/// there into memory before it looks at any of it.
struct Metered {
    body: BodyDataStream,
    rest: Bytes,
    pause: bool,
    meter: Arc<Meter>,
}

/// More than may be besides the file.
#[derive(Debug)]
struct TooMuch;

impl std::fmt::Display for TooMuch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("too much besides the file")
    }
}

impl std::error::Error for TooMuch {}

fn is_too_much(error: &MultipartError) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error.is::<TooMuch>() {
            return true;
        }
        cause = error.source();
    }
    false
}

impl Stream for Metered {
    type Item = Result<Bytes, axum::BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.pause) {
            // The reader looks at what it has, and comes back.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_next(cx)) {
                Some(Ok(bytes)) => self.rest = bytes,
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                None => return Poll::Ready(None),
            }
        }
        let count = self.rest.len().min(PIECE);
        if !self.meter.spend(count) {
            return Poll::Ready(Some(Err(TooMuch.into())));
        }
        self.pause = true;
        Poll::Ready(Some(Ok(self.rest.split_to(count))))
    }
}

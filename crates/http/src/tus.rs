//! tus 1.0 (<https://tus.io/protocols/resumable-upload>), as far as it is headers: which version is spoken, what is said of a
//! file, what a body is to come to.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::digest;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outro_app::upload::About;
use outro_app::{AppError, RefusalKind};
use outro_model::Timestamp;

use crate::problem::{ApiError, refused};

/// The version of the protocol, the only one there is.
pub(crate) const VERSION: &str = "1.0.0";
/// What of the protocol is spoken besides its core.
pub(crate) const EXTENSIONS: &str = "creation,checksum,termination,expiration";
/// The algorithms of checksums.
pub(crate) const ALGORITHMS: &str = "sha1,sha256";
/// How long nothing may come.
pub(crate) const DEAD: Duration = Duration::from_secs(60);
/// The status of a piece that is not what its sender meant, which HTTP has no name for.
pub(crate) const MISMATCH: u16 = 460;
/// More is not read of what is said of a file.
const METADATA_BYTES: usize = 32 << 10;

const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub(crate) const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
pub(crate) const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
pub(crate) const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
pub(crate) const TUS_CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
pub(crate) const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub(crate) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(crate) const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
pub(crate) const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
pub(crate) const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
pub(crate) const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");

/// The answer to what is not of the protocol's version.
fn another_version() -> Response {
    let detail = "Send the header Tus-Resumable: 1.0.0.";
    let mut response = refused(StatusCode::PRECONDITION_FAILED, "another_version", detail);
    response.headers_mut().insert(TUS_VERSION, HeaderValue::from_static(VERSION));
    response
}

/// Why a request of the protocol is answered with no.
pub(crate) enum Refused {
    App(ApiError),
    Protocol(Box<Response>),
}

impl<E: Into<AppError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::App(ApiError::from(error))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::App(error) => error.into_response(),
            Self::Protocol(response) => *response,
        }
    }
}

pub(crate) fn protocol(status: StatusCode, code: &'static str, detail: &str) -> Refused {
    Refused::Protocol(Box::new(refused(status, code, detail)))
}

/// Says which version of the protocol an answer is in, and that it holds for this moment alone.
pub(crate) async fn speak(mut response: Response) -> Response {
    response.headers_mut().insert(TUS_RESUMABLE, HeaderValue::from_static(VERSION));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

pub(crate) fn speaks(headers: &HeaderMap) -> Result<(), Refused> {
    match text(headers, &TUS_RESUMABLE) {
        Some(VERSION) => Ok(()),
        _ => Err(Refused::Protocol(Box::new(another_version()))),
    }
}

pub(crate) fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Refused> {
    let said = text(headers, name).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let none = || {
        let detail = format!("Send the header {name} with a number.");
        Refused::from(AppError::refused(RefusalKind::Malformed, "header_missing", detail))
    };
    said.and_then(|text| text.parse().ok()).ok_or_else(none)
}

/// A moment as headers say it (RFC 9110 §5.6.7).
pub(crate) fn http_date(at: Timestamp) -> HeaderValue {
    let moment = std::time::UNIX_EPOCH + std::time::Duration::from_millis(at.0.max(0) as u64);
    HeaderValue::from_str(&httpdate::fmt_http_date(moment)).unwrap_or(HeaderValue::from_static(""))
}

/// Reads what is said of a file. Keys that are not known are passed over.
pub(crate) fn about(line: &str) -> Result<About, AppError> {
    let unreadable = || {
        let detail = "Send Upload-Metadata as keys and values in Base64, parted by commas.";
        AppError::refused(RefusalKind::Malformed, "metadata_unreadable", detail)
    };
    if line.len() > METADATA_BYTES {
        return Err(unreadable());
    }
    let (mut about, mut last_modified) = (About::default(), None);
    for pair in line.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let field = match key {
            "filename" => &mut about.filename,
            "filetype" => &mut about.filetype,
            "last_modified" => &mut last_modified,
            "caption" => &mut about.video.caption,
            "audience" => &mut about.video.audience,
            "comments_from" => &mut about.video.comments_from,
            "reframe" => &mut about.video.reframe,
            "sound" => &mut about.video.sound,
            "sound_from_ms" => &mut about.video.sound_from_ms,
            "sound_level" => &mut about.video.sound_level,
            "own_level" => &mut about.video.own_level,
            "sound_reuse" => &mut about.video.sound_reuse,
            "downloads" => &mut about.video.downloads,
            "duets" => &mut about.video.duets,
            "stitches" => &mut about.video.stitches,
            "duet_of" => &mut about.video.duet_of,
            "stitch_of" => &mut about.video.stitch_of,
            "age_restricted" => &mut about.video.age_restricted,
            "draft" => &mut about.video.draft,
            _ => continue,
        };
        let value = STANDARD.decode(value.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        *field = Some(value.ok_or_else(unreadable)?);
    }
    about.last_modified = last_modified.and_then(|text| text.parse().ok());
    Ok(about)
}

/// Nothing came for long.
#[derive(Debug)]
pub(crate) struct Dead;

impl fmt::Display for Dead {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("nothing came for long")
    }
}

impl std::error::Error for Dead {}

/// What a body is to come to.
pub(crate) struct Checksum {
    so_far: digest::Context,
    meant: Vec<u8>,
}

impl fmt::Debug for Checksum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Checksum")
    }
}

impl Checksum {
    pub(crate) fn read(line: &str) -> Result<Self, AppError> {
        let unreadable = || {
            let detail = format!("Send Upload-Checksum as one of {ALGORITHMS}, and the hash in Base64.");
            AppError::refused(RefusalKind::Malformed, "checksum_unreadable", detail)
        };
        let (name, hash) = line.split_once(' ').ok_or_else(unreadable)?;
        let algorithm = match name {
            // It tells what a line has garbled, and proves nothing.
            "sha1" => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            "sha256" => &digest::SHA256,
            _ => return Err(unreadable()),
        };
        let meant = STANDARD.decode(hash.trim()).ok().filter(|hash| hash.len() == algorithm.output_len());
        Ok(Self { so_far: digest::Context::new(algorithm), meant: meant.ok_or_else(unreadable)? })
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.so_far.update(bytes);
    }

    pub(crate) fn fits(self) -> bool {
        self.so_far.finish().as_ref() == self.meant
    }
}

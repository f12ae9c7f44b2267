//! Uploading.

use askama::Template;

use crate::{Audience, ChosenSound, Chrome, FormState, chrome::Tab, page};

/// `GET /upload`. Without scripts a multipart `POST /upload` with `csrf`, `file`, `caption`, `audience`
/// (`everyone`, `followers`, `friends`, `only_me`), `comments_from`, `reframe` (`fit`, `crop`), `sound`, `sound_reuse`. With scripts the same fields, the file
/// last, go to `POST /api/v1/videos`, and the page moves on to `/v/{id}`.
#[derive(Debug, Clone, Template)]
#[template(path = "upload.html", whitespace = "minimize")]
pub struct UploadPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// As typed.
    pub caption: String,
    /// As chosen.
    pub audience: Audience,
    /// As chosen.
    pub reframe: Reframe,
    /// The sound that was chosen; none plays the video's own.
    pub sound: Option<ChosenSound>,
    /// Largest file taken, in bytes.
    pub max_bytes: i64,
    /// Longest video taken, in seconds.
    pub max_seconds: i64,
}

page!(UploadPage, |_| Tab::Upload);

/// How a landscape video becomes 9:16.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reframe {
    /// Whole picture on its own blur (`fit`).
    #[default]
    Fit,
    /// The middle (`crop`).
    Crop,
}

impl Reframe {
    fn is_fit(self) -> bool {
        self == Reframe::Fit
    }
}

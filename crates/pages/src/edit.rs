//! The editor of a video.

use askama::Template;

use crate::{Chrome, FormState, VideoState, chrome::Tab, page};

/// `GET /upload/{id}/edit`: what is made of the original of a video of one's own; anything else answers as what never was.
///
/// With scripts it is the editor, over the file at `/media/{id}/original`, which reads and sets
/// `/api/v1/videos/{id}/edit`, adds and removes files by `/api/v1/videos/{id}/clips`, and leaves an edit by
/// `/api/v1/videos/{id}/cancel`. Without, `POST /upload/{id}/edit` with
/// `csrf`, `from`, `to` (seconds; empty is the end), `speed` (hundredths), `captions` (WebVTT), `burnt`, `replace` (of what is
/// published) and `do`: `save`, `reset` or `cancel`. It comes back here.
#[derive(Debug, Clone, Template)]
#[template(path = "edit.html", whitespace = "minimize")]
pub struct EditPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors, by field: `cuts`, `captions`, `replace`.
    pub form: FormState,
    /// The video's id.
    pub id: String,
    /// Where one came from: the draft, or the video.
    pub back: String,
    /// Whether others see it.
    pub published: bool,
    /// How far the edit is: ready where what is seen was made by it.
    pub state: VideoState,
    /// Where the first piece begins, in seconds.
    pub from: String,
    /// Where it ends; empty for the end.
    pub to: String,
    /// How fast it goes, in hundredths.
    pub speed: u16,
    /// Captions as WebVTT.
    pub captions: String,
    /// Whether they are part of the picture.
    pub burnt: bool,
    /// How a landscape video becomes upright: `fit`, `crop` or `follow`.
    pub reframe: &'static str,
}

page!(EditPage, |_| Tab::Nowhere);

/// Speeds that can be chosen, and how each is written.
const SPEEDS: &[(u16, &str)] =
    &[(25, "¼×"), (50, "½×"), (75, "¾×"), (100, "1×"), (150, "1½×"), (200, "2×"), (300, "3×"), (400, "4×")];

/// The problems that the editor says in words, by their stable words.
const PROBLEMS: &[&str] = &[
    "invalid_edit",
    "published",
    "not_ready",
    "nothing_to_cancel",
    "most_clips",
    "clips_too_large",
    "clip_without_picture",
    "clip_in_use",
    "no_such_clip",
    "file_too_large",
    "file_missing",
    "cut_off",
    "not_a_video",
    "no_picture",
    "unsupported",
    "edit_beyond_end",
    "account_away",
    "rate_limited",
    "busy",
    "too_long",
    "too_large",
    "damaged",
    "too_hard",
];

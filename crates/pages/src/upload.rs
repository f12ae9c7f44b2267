//! Uploading, what is not finished, and drafts.

use askama::Template;

use crate::{Audience, ChosenSound, Chrome, Circle, FormState, Text, TileState, VideoState, chrome::Tab, page};

/// `GET /upload`. Without scripts a multipart `POST /upload` with `csrf`, `file`, `caption`, `audience`
/// (`everyone`, `followers`, `friends`, `only_me`), `comments_from`, `reframe` (`fit`, `crop`, `follow`), `sound`,
/// `sound_reuse`, `downloads`, `duets`, `stitches`, `age_restricted`, which publishes. With scripts each file goes by tus to `/api/v1/uploads` as a draft, what is written
/// about it by `PATCH /api/v1/videos/{id}`, and the page moves on to `/v/{id}` when a single video was published.
///
/// What is listed below the form is one's own: `POST /uploads/{id}/discard` ends an unfinished upload and
/// `POST /videos/{id}/delete` (with `back`, the page to return to) a draft; both come back here and say [`crate::Notice::Discarded`].
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
    /// Uploads that were begun and not finished, the newest first.
    pub unfinished: Vec<UnfinishedUpload>,
    /// Videos that are not published, the newest first.
    pub drafts: Vec<DraftLine>,
}

page!(UploadPage, |_| Tab::Upload);

/// An upload that was begun, on this device or another, and not finished.
#[derive(Debug, Clone)]
pub struct UnfinishedUpload {
    /// Its id, which becomes the video's.
    pub id: String,
    /// The file's name; empty where none was told.
    pub filename: String,
    /// The file's size in bytes.
    pub size: i64,
    /// How many of them have arrived.
    pub offset: i64,
    /// When it is erased if it does not go on, RFC 3339.
    pub expires_at: String,
}

impl UnfinishedUpload {
    fn percent(&self) -> i64 {
        self.offset.saturating_mul(100).checked_div(self.size).unwrap_or_default().clamp(0, 100)
    }

    fn name<'a>(&'a self, t: &'static Text) -> &'a str {
        if self.filename.is_empty() { t.video } else { &self.filename }
    }
}

/// A draft in the list.
#[derive(Debug, Clone)]
pub struct DraftLine {
    /// The video's id.
    pub id: String,
    /// Cover; empty shows a placeholder.
    pub cover_url: String,
    /// Caption; may be empty.
    pub caption: String,
    /// How far it is.
    pub state: TileState,
    /// When it is to be published, RFC 3339; none where no time is set.
    pub publish_at: Option<String>,
}

impl DraftLine {
    /// What it is called where there is no more to see of it.
    fn name<'a>(&'a self, t: &'static Text) -> &'a str {
        if self.caption.is_empty() { t.studio_no_caption } else { &self.caption }
    }
}

/// `GET /upload/{id}`: one draft of one's own; anything else answers as what never was.
///
/// `POST /upload/{id}` with `csrf`, `caption`, `audience`, `comments_from`, `sound_reuse` (absent where a sound was
/// chosen), `downloads`, `duets`, `stitches`, `age_restricted`, `reframe`, `publish_at` (`YYYY-MM-DDTHH:MM`, may be empty), `offset_minutes` (minutes to add to that time for
/// UTC, as `Date.getTimezoneOffset` says; 0 without scripts) and `do`:
/// - `save` stores the rest and comes back with [`crate::Notice::Saved`]. It is what Enter in a field means.
/// - `publish` stores the rest, publishes at once or as soon as it is ready, and leads to `/v/{id}` with [`crate::Notice::Published`].
/// - `schedule` stores the rest and the time, and comes back with [`crate::Notice::Scheduled`].
/// - `unschedule` stores the rest and takes the time back, and comes back with [`crate::Notice::Saved`].
///
/// With scripts the same is saved while one types, by `PATCH /api/v1/videos/{id}`. Where the frame goes that follows
/// is read and set by `/api/v1/videos/{id}/framing`, over the file at `/media/{id}/original`: without scripts it is
/// placed by itself.
#[derive(Debug, Clone, Template)]
#[template(path = "draft.html", whitespace = "minimize")]
pub struct DraftPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors, by field: `caption`, `publish_at`.
    pub form: FormState,
    /// The video's id.
    pub id: String,
    /// How far it is.
    pub state: VideoState,
    /// Cover; empty while there is none.
    pub cover_url: String,
    /// The rendition to look at, once it is ready; empty until then.
    pub video_url: String,
    /// As stored, or as typed when the form is shown again.
    pub caption: String,
    /// As chosen.
    pub audience: Audience,
    /// As chosen.
    pub comments_from: Circle,
    /// As chosen.
    pub reframe: Reframe,
    /// The sound that was chosen; none plays the video's own.
    pub sound: Option<ChosenSound>,
    /// Whether others may use its sound.
    pub sound_reuse: bool,
    /// Whether others may download it.
    pub downloads: bool,
    /// Whether others may put it beside theirs.
    pub duets: bool,
    /// Whether others may begin theirs with it.
    pub stitches: bool,
    /// Whether it is for adults alone.
    pub age_restricted: bool,
    /// When it is to be published, RFC 3339; none where no time is set.
    pub publish_at: Option<String>,
    /// What was typed as time when the form is shown again; else empty.
    pub publish_at_typed: String,
}

page!(DraftPage, |_| Tab::Upload);

impl DraftPage {
    /// What the field of the time holds without scripts: UTC, to the minute.
    fn time(&self) -> &str {
        let stored = self.publish_at.as_deref().and_then(|at| at.get(..16)).unwrap_or_default();
        if self.publish_at_typed.is_empty() { stored } else { &self.publish_at_typed }
    }

    fn is_ready(&self) -> bool {
        matches!(self.state, VideoState::Ready)
    }
}

/// How a landscape video becomes 9:16.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reframe {
    /// Whole picture on its own blur (`fit`).
    #[default]
    Fit,
    /// The middle (`crop`).
    Crop,
    /// A frame that moves with what matters (`follow`).
    Follow,
}

impl Reframe {
    pub(crate) const ALL: &'static [Reframe] = &[Reframe::Fit, Reframe::Crop, Reframe::Follow];

    /// The word that forms send.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Reframe::Fit => "fit",
            Reframe::Crop => "crop",
            Reframe::Follow => "follow",
        }
    }

    pub(crate) fn name(self, t: &'static Text) -> &'static str {
        match self {
            Reframe::Fit => t.reframe_fit,
            Reframe::Crop => t.reframe_crop,
            Reframe::Follow => t.reframe_follow,
        }
    }

    pub(crate) fn more(self, t: &'static Text) -> &'static str {
        match self {
            Reframe::Fit => t.reframe_fit_more,
            Reframe::Crop => t.reframe_crop_more,
            Reframe::Follow => t.reframe_follow_more,
        }
    }
}

/// The problems that the scripts of these pages say in words, by their stable words.
pub(crate) const PROBLEMS: &[&str] = &[
    "file_too_large",
    "not_a_video",
    "rate_limited",
    "busy",
    "account_away",
    "caption_too_long",
    "no_such_sound",
    "no_such_video",
    "sound_closed",
    "invalid_level",
    "invalid_sound_from",
    "invalid_publish_at",
    "too_many_uploads",
    "not_a_draft",
    "invalid_path",
    "video_failed",
    "edit_failed",
    "no_picture",
    "too_long",
    "too_large",
    "damaged",
    "unsupported",
    "too_hard",
    "video_too_long",
    "video_unreadable",
    "processing_timed_out",
    "processing_failed",
];

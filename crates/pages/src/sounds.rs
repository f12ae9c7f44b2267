//! Sounds: the page of one, and how a video names its own.

use askama::Template;

use crate::{Chrome, Text, Tile, chrome::Tab, page};

/// The sound that is heard with a video.
#[derive(Debug, Clone)]
pub struct SoundLine {
    /// Its page, `/sounds/ID`.
    pub href: String,
    /// Handle of whose it is, without `@`.
    pub handle: String,
    /// Whether it is the video's own.
    pub original: bool,
}

impl SoundLine {
    pub(crate) fn sentence(&self, t: &Text) -> String {
        if self.original { t.sound_original.to_owned() } else { title(t, &self.handle) }
    }
}

fn title(t: &Text, handle: &str) -> String {
    // Handles keep their own direction within the sentence.
    crate::fill(t.sound_by, format!("\u{2068}@{handle}\u{2069}"))
}

/// The sound that was chosen for a new video.
#[derive(Debug, Clone)]
pub struct ChosenSound {
    /// Its id.
    pub id: String,
    /// Handle of whose it is, without `@`.
    pub handle: String,
}

impl ChosenSound {
    pub(crate) fn sentence(&self, t: &Text) -> String {
        title(t, &self.handle)
    }
}

/// Whether the viewer can use a sound.
#[derive(Debug, Clone)]
pub enum UseSound {
    /// Yes: this address leads on, by signing in where that is needed.
    Here(String),
    /// Nobody can.
    Closed,
    /// The viewer is away.
    Away,
}

/// `GET /sounds/ID`: a sound, and the videos that use it.
#[derive(Debug, Clone, Template)]
#[template(path = "sound.html", whitespace = "minimize")]
pub struct SoundPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Handle of whose it is, without `@`.
    pub handle: String,
    /// The video it comes from, `/v/ID`.
    pub video_href: String,
    /// That video's cover.
    pub cover_url: String,
    /// What is written under that video; may be empty.
    pub caption: String,
    /// How many videos use it.
    pub use_count: i64,
    /// Whether the viewer can.
    pub usable: UseSound,
    /// Covers of the videos that use it, the latest first.
    pub tiles: Vec<Tile>,
    /// Address of the next page.
    pub next_href: Option<String>,
}

page!(SoundPage, |_| Tab::Elsewhere);

impl SoundPage {
    fn heading(&self) -> String {
        title(self.chrome.t(), &self.handle)
    }
}

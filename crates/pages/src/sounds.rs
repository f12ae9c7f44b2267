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

/// What of another's video is in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Its sound.
    Sound,
    /// Its picture and sound, beside the own.
    Duet,
    /// A piece of it, before the own.
    Stitch,
}

impl Way {
    fn sentence(self, t: &Text, handle: &str) -> String {
        let with = |sentence| crate::fill(sentence, format!("\u{2068}@{handle}\u{2069}"));
        match self {
            Way::Sound => title(t, handle),
            Way::Duet => with(t.together_duet_with),
            Way::Stitch => with(t.together_stitch_with),
        }
    }

    /// The field of a form that names it.
    fn field(self) -> &'static str {
        match self {
            Way::Sound => "sound",
            Way::Duet => "duet_of",
            Way::Stitch => "stitch_of",
        }
    }
}

/// The video of another that is seen in one.
#[derive(Debug, Clone)]
pub struct JoinedLine {
    /// Its page, `/v/ID`.
    pub href: String,
    /// Handle of whose it is, without `@`.
    pub handle: String,
    /// How.
    pub way: Way,
}

impl JoinedLine {
    pub(crate) fn sentence(&self, t: &Text) -> String {
        self.way.sentence(t, &self.handle)
    }
}

/// The sound that was chosen for a new video, or the video that is to be seen in it.
#[derive(Debug, Clone)]
pub struct ChosenSound {
    /// What of it is chosen.
    pub way: Way,
    /// Its id: that of the sound, or of the video.
    pub id: String,
    /// Handle of whose it is, without `@`.
    pub handle: String,
    /// How long it is, in milliseconds.
    pub duration_ms: i64,
    /// Its waveform: the peaks of equal slices, 255 being the highest; may be empty.
    pub peaks: Vec<u8>,
    /// What plays it.
    pub audio_url: String,
    /// Which stretch is heard, and how loud the two are.
    pub mixing: Mixing,
}

/// How a sound is mixed with a video's own.
#[derive(Debug, Clone, Copy)]
pub struct Mixing {
    /// Where in the sound the stretch begins, in milliseconds.
    pub from_ms: i64,
    /// How loud the video's own is, 0 to 100.
    pub own: i64,
    /// How loud the other is, 0 to 100.
    pub sound: i64,
}

impl Default for Mixing {
    fn default() -> Self {
        Self { from_ms: 0, own: 0, sound: 100 }
    }
}

impl ChosenSound {
    /// A stretch has at least its last second.
    pub(crate) fn latest_start(&self) -> i64 {
        (self.duration_ms - 1000).max(0) / 100 * 100
    }

    pub(crate) fn sentence(&self, t: &Text) -> String {
        self.way.sentence(t, &self.handle)
    }

    /// The field of the form that names it.
    pub(crate) fn field(&self) -> &'static str {
        self.way.field()
    }

    pub(crate) fn is_seen(&self) -> bool {
        self.way != Way::Sound
    }

    pub(crate) fn more(&self, t: &'static Text) -> &'static str {
        match self.way {
            Way::Sound => t.sound_chosen_more,
            Way::Duet => t.together_duet_more,
            Way::Stitch => t.together_stitch_more,
        }
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
    /// Its waveform: the peaks of equal slices, 255 being the highest; may be empty.
    pub peaks: Vec<u8>,
    /// What plays it.
    pub audio_url: String,
    /// How long it is, in milliseconds.
    pub duration_ms: i64,
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

/// A sound in the library.
#[derive(Debug, Clone)]
pub struct SoundRow {
    /// Its page, `/sounds/ID`.
    pub href: String,
    /// What it is called; empty where nothing is written under its video.
    pub title: String,
    /// Handle of whose it is, without `@`.
    pub handle: String,
    /// The cover of its video.
    pub cover_url: String,
    /// What plays it.
    pub audio_url: String,
    /// How long it is, in milliseconds.
    pub duration_ms: i64,
    /// How many videos use it.
    pub use_count: i64,
    /// Where it is used; none where the viewer cannot.
    pub use_href: Option<String>,
}

impl SoundRow {
    fn name(&self, t: &Text) -> String {
        if self.title.is_empty() { title(t, &self.handle) } else { self.title.clone() }
    }

    fn length(&self, t: &Text) -> String {
        let seconds = (self.duration_ms.max(0) + 500) / 1000;
        t.digits(&format!("{}:{:02}", seconds / 60, seconds % 60))
    }
}

/// Which of the tabs of the library is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sorted {
    /// What most people use.
    Trending,
    /// What is new.
    New,
    /// What was looked for.
    Search,
}

/// `GET /sounds`, with `sort=new` the newest, and `POST /sounds` with `q`: what somebody looks for stands in no address.
#[derive(Debug, Clone, Template)]
#[template(path = "sounds.html", whitespace = "minimize")]
pub struct SoundsPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Which tab.
    pub sorted: Sorted,
    /// What was looked for.
    pub typed: String,
    /// Whether the search is just starting.
    pub starting: bool,
    /// The sounds.
    pub rows: Vec<SoundRow>,
    /// Address of the next page.
    pub next_href: Option<String>,
}

page!(SoundsPage, |_| Tab::Elsewhere);

impl SoundsPage {
    fn is(&self, tab: &str) -> bool {
        matches!((self.sorted, tab), (Sorted::Trending, "trending") | (Sorted::New, "new"))
    }
}

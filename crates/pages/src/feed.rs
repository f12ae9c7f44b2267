//! The feed.

use askama::Template;

use crate::{Chrome, Piece, chrome::Tab, page};

/// `GET /`: the vertical feed, public. Also answers `/?cursor=…`, which is both the plain link at the
/// feed's foot and what the script fetches to go on.
#[derive(Debug, Clone, Template)]
#[template(path = "feed.html", whitespace = "minimize")]
pub struct FeedPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Videos in order.
    pub items: Vec<VideoCard>,
    /// Address of the next page (`/?cursor=…`); none at the end.
    pub next_href: Option<String>,
    /// Whether this is the feed's beginning: an empty beginning and an empty end read differently.
    pub first_page: bool,
}

page!(FeedPage, |_| Tab::Home);

/// One video as the player shows it.
#[derive(Debug, Clone, Default)]
pub struct VideoCard {
    /// The video's id, as in the API.
    pub id: String,
    /// Its page, `/v/ID`.
    pub href: String,
    /// Author's handle, without `@`.
    pub handle: String,
    /// Author's name; may be empty.
    pub display_name: String,
    /// Author's page, `/@handle`.
    pub profile_href: String,
    /// Plain text; may be empty.
    pub caption: String,
    /// The same in its pieces.
    pub caption_pieces: Vec<Piece>,
    /// Picture before playing; empty while there is none.
    pub cover_url: String,
    /// The MP4; empty while there is none.
    pub video_url: String,
    /// Pixels; 0 while unknown.
    pub width: i64,
    /// Pixels; 0 while unknown.
    pub height: i64,
    /// Likes.
    pub like_count: i64,
    /// Comments.
    pub comment_count: i64,
    /// Whether the viewer likes it.
    pub liked: bool,
    /// Why it is shown, one sentence; see [`crate::Text::why`]. Empty shows nothing.
    pub why: String,
    /// Length in milliseconds; 0 while unknown.
    pub duration_ms: i64,
    /// Whether the viewer is its author.
    pub is_owner: bool,
    /// Whether the viewer may like it. Without a viewer the heart leads to signing in.
    pub can_like: bool,
}

impl VideoCard {
    /// Anything near 9:16 fills the frame; what is wider is shown whole.
    pub(crate) fn fills_frame(&self) -> bool {
        self.height == 0 || self.width * 100 <= self.height * 70
    }

    /// Long captions fold to two lines and open on tap.
    pub(crate) fn folds(&self) -> bool {
        self.caption.chars().count() > 72 || self.caption.contains('\n')
    }

    /// Length for people, as m:ss.
    pub(crate) fn length(&self) -> String {
        let seconds = (self.duration_ms + 500) / 1000;
        format!("{}:{:02}", seconds / 60, seconds % 60)
    }
}

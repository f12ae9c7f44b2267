//! Profiles.

use askama::Template;

use crate::{AccountMenu, Audience, Chrome, FollowButton, FollowState, ListTile, SeenFrame, chrome::Tab, page};

/// `GET /@handle`: one's own or another's profile.
#[derive(Debug, Clone, Template)]
#[template(path = "profile.html", whitespace = "minimize")]
pub struct ProfilePage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Handle, without `@`.
    pub handle: String,
    /// Name; empty shows the handle.
    pub display_name: String,
    /// Bio; may be empty.
    pub bio: String,
    /// Likes on all videos.
    pub like_total: i64,
    /// Videos the viewer can see.
    pub video_count: i64,
    /// How many follow the account.
    pub follower_count: i64,
    /// How many it follows.
    pub following_count: i64,
    /// Follows the account; none on one's own profile.
    pub follow: Option<FollowButton>,
    /// What else can be done about it; none on one's own profile and for those who are not signed in.
    pub menu: Option<AccountMenu>,
    /// Whether it has asked to follow the viewer: answered by `POST /requests` with `handle`, `accept` and `back`.
    pub asks_you: bool,
    /// Whether somebody waits for an answer to a follow request; on one's own profile alone.
    pub requests_wait: bool,
    /// Whether the viewer looks at themself.
    pub is_self: bool,
    /// Whether the account is private.
    pub private_account: bool,
    /// Whether only the card is shown (a private account, for a stranger).
    pub locked: bool,
    /// Whether the viewer can write to them.
    pub contact: Contact,
    /// Covers: those that stand first, then the others, newest first.
    pub tiles: Vec<Tile>,
    /// Playlists, newest first.
    pub playlists: Vec<ListTile>,
    /// How many drafts wait to be published; on one's own profile alone, else 0.
    pub drafts: i64,
    /// Address of the next page of covers.
    pub next_href: Option<String>,
    /// Set where one's own profile is shown as others see it.
    pub seen: Option<SeenFrame>,
}

page!(ProfilePage, |page| if page.is_self || page.seen.is_some() { Tab::Profile } else { Tab::Elsewhere });

impl ProfilePage {
    fn name(&self) -> &str {
        if self.display_name.is_empty() { &self.handle } else { &self.display_name }
    }

    /// Whether the viewer's request waits for an answer.
    fn has_asked(&self) -> bool {
        self.follow.as_ref().is_some_and(|follow| follow.state == FollowState::Requested)
    }
}

/// Whether the viewer of a profile can write to its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// Nothing is said of it: oneself, or not signed in.
    Unsaid,
    /// Messages are open.
    Open,
    /// They take no messages from the viewer.
    Closed,
}

/// One cover in the grid.
#[derive(Debug, Clone)]
pub struct Tile {
    /// The video's page.
    pub href: String,
    /// Cover; empty shows a placeholder.
    pub cover_url: String,
    /// What else there is of it to be shown.
    pub media: crate::Media,
    /// Caption, the tile's name for those who cannot see it; may be empty.
    pub caption: String,
    /// Likes.
    pub like_count: i64,
    /// How far the video is.
    pub state: TileState,
    /// Who sees it; anything but everyone wears a lock.
    pub audience: Audience,
    /// Whether it wears a pin: it stands first on a profile.
    pub pinned: bool,
}

/// How far a tile's video is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TileState {
    /// It plays.
    Ready,
    /// It is being made ready.
    Processing {
        /// 0 to 100.
        percent: i64,
    },
    /// It could not be made ready.
    Failed,
}

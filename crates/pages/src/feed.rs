//! The feed.

use askama::Template;

use crate::{Chrome, FollowButton, Piece, SoundLine, chrome::Tab, page};

/// Which feed a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedKind {
    /// What everyone may see, by the ranking.
    ForYou,
    /// Those whom the viewer follows, by time.
    Following,
    /// Those of them who follow back.
    Friends,
}

/// `GET /` (public), `/following`, `/friends`: a vertical feed. Also answers `?cursor=…`, which is both the
/// plain link at the feed's foot and what the script fetches to go on, and of For You `/?again=true`, which
/// shows what was seen lately once more.
#[derive(Debug, Clone, Template)]
#[template(path = "feed.html", whitespace = "minimize")]
pub struct FeedPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Which feed it is.
    pub kind: FeedKind,
    /// Videos in order.
    pub items: Vec<VideoCard>,
    /// Address of the next page; none at the end. There may be one after no items.
    pub next_href: Option<String>,
    /// Whether nothing has come before: a feed that holds nothing and one that is at its end read differently.
    pub first_page: bool,
}

page!(FeedPage, |page| if page.kind == FeedKind::Friends { Tab::Friends } else { Tab::Home });

impl FeedPage {
    fn title(&self) -> &'static str {
        let t = self.chrome.t();
        match self.kind {
            FeedKind::ForYou => t.feed_title,
            FeedKind::Following => t.feeds_following,
            FeedKind::Friends => t.feeds_friends,
        }
    }

    /// Its word, by which it is told where a viewer came from.
    fn word(&self) -> &'static str {
        match self.kind {
            FeedKind::ForYou => "for_you",
            FeedKind::Following => "following",
            FeedKind::Friends => "friends",
        }
    }

    /// What is said where the feed holds nothing: title, more, where to go, in which words.
    fn nothing(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        let t = self.chrome.t();
        match self.kind {
            FeedKind::ForYou => (t.feed_empty, t.feed_empty_more, "/upload", t.feed_empty_action),
            FeedKind::Following => (t.feeds_following_empty, t.feeds_following_empty_more, "/people", t.feeds_find),
            FeedKind::Friends => (t.feeds_friends_empty, t.feeds_friends_empty_more, "/people", t.feeds_find),
        }
    }

    /// What the reasons on this page mean, each once.
    fn reasons(&self) -> Vec<(&'static str, &'static str)> {
        let mut codes: Vec<_> = self.items.iter().map(|item| item.why_code).filter(|code| !code.is_empty()).collect();
        codes.sort_unstable();
        codes.dedup();
        codes.into_iter().map(|code| (code, self.chrome.t().because(code))).collect()
    }

    /// Where the end leads back to.
    fn beginning(&self) -> &'static str {
        match self.kind {
            FeedKind::ForYou => "/?again=true",
            FeedKind::Following => "/following",
            FeedKind::Friends => "/friends",
        }
    }
}

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
    /// What of it there is to choose from, and what is shown before it plays.
    pub media: crate::Media,
    /// The file to keep; empty where the viewer may not keep it.
    pub download_url: String,
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
    /// The sound that is heard; none where that is nobody's to see.
    pub sound: Option<SoundLine>,
    /// The video of another that is seen in it; none where the viewer may not see that.
    pub joined: Option<crate::JoinedLine>,
    /// Where one puts it beside one's own; empty where that is not open.
    pub duet_href: String,
    /// Where one begins one's own with a piece of it; empty where that is not open.
    pub stitch_href: String,
    /// Why it is shown, one sentence; see [`crate::Text::why`]. Empty shows nothing.
    pub why: String,
    /// The word of that reason, of ours: it leads to what it means; see [`crate::Text::because`].
    pub why_code: &'static str,
    /// Length in milliseconds; 0 while unknown.
    pub duration_ms: i64,
    /// Whether the viewer is its author.
    pub is_owner: bool,
    /// Follows the author from the player; none where the viewer does already, or may not.
    pub follow: Option<FollowButton>,
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

//! Following, and being left in peace: buttons, lists, requests.

use askama::Template;

use crate::{Chrome, Text, chrome::Tab, page};

/// How far somebody has come with following another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FollowState {
    /// Not at all.
    #[default]
    None,
    /// Has asked, and waits.
    Requested,
    /// Follows.
    Following,
}

/// The button that follows and unfollows. A form that posts `/accounts/HANDLE/follow` with `follow`
/// (`true`, `false`) and `back`; the script presses it without leaving the page.
#[derive(Debug, Clone, Default)]
pub struct FollowButton {
    /// Whom, without `@`.
    pub handle: String,
    /// How far the viewer has come.
    pub state: FollowState,
    /// Whether they follow the viewer.
    pub follows_you: bool,
    /// Whether they are private: unfollowing then closes what the page shows.
    pub private_account: bool,
    /// The address to come back to.
    pub back: String,
}

impl FollowButton {
    /// The word for what the button says; the script and the style know the same words.
    pub(crate) fn word(&self) -> &'static str {
        match (self.state, self.follows_you) {
            (FollowState::None, false) => "none",
            (FollowState::None, true) => "back",
            (FollowState::Requested, _) => "requested",
            (FollowState::Following, false) => "following",
            (FollowState::Following, true) => "friends",
        }
    }

    /// What is done by pressing it.
    pub(crate) fn wants(&self) -> bool {
        self.state == FollowState::None
    }

    /// Everything the button can say, by its word: all stand in the page, one is shown.
    pub(crate) fn labels(t: &'static Text) -> [(&'static str, &'static str); 5] {
        [
            ("none", t.graph_follow),
            ("back", t.graph_follow_back),
            ("requested", t.graph_requested),
            ("following", t.graph_following),
            ("friends", t.graph_friends),
        ]
    }
}

/// What can be done about an account besides following it: the menu of a profile. Posts
/// `/accounts/HANDLE/mute` (`mute` = `true`, `false`), `/accounts/HANDLE/block` (`block` = `true`) and
/// `/accounts/HANDLE/remove`.
#[derive(Debug, Clone, Copy, Default)]
pub struct AccountMenu {
    /// Whether the viewer has muted them.
    pub muted: bool,
    /// Whether they follow the viewer, who can end that.
    pub follows_you: bool,
}

/// Somebody in a list.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// Handle, without `@`.
    pub handle: String,
    /// Name; may be empty.
    pub display_name: String,
    /// The button beside them; none beside oneself, and where the list has buttons of its own.
    pub follow: Option<FollowButton>,
}

/// Which of an account's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeopleList {
    /// Those who follow it.
    Followers,
    /// Those whom it follows.
    Following,
}

/// `GET /@handle/followers` and `GET /@handle/following`.
#[derive(Debug, Clone, Template)]
#[template(path = "people.html", whitespace = "minimize")]
pub struct PeoplePage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Whose list, without `@`.
    pub handle: String,
    /// Whether it is the viewer's own: followers can then be removed.
    pub is_self: bool,
    /// Which list.
    pub list: PeopleList,
    /// The people, the latest first.
    pub people: Vec<Person>,
    /// Address of the next page.
    pub next_href: Option<String>,
}

page!(PeoplePage, |page| if page.is_self { Tab::Profile } else { Tab::Elsewhere });

impl PeoplePage {
    fn shows_followers(&self) -> bool {
        self.list == PeopleList::Followers
    }

    /// The handle, set apart from the direction of the text around it.
    fn heading(&self) -> String {
        format!("\u{2066}@{}\u{2069}", self.handle)
    }

    fn title(&self) -> &'static str {
        let t = self.chrome.t();
        if self.shows_followers() { t.graph_followers } else { t.graph_following_list }
    }

    fn empty(&self) -> &'static str {
        let t = self.chrome.t();
        if self.shows_followers() { t.graph_no_followers } else { t.graph_no_following }
    }
}

/// `GET /requests`: those who have asked to follow. Posts `/requests` with `handle` and `accept`, and
/// `/requests/all` with `accept` (`true`, `false`).
#[derive(Debug, Clone, Template)]
#[template(path = "requests.html", whitespace = "minimize")]
pub struct RequestsPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Handle of the viewer, without `@`.
    pub handle: String,
    /// Those who ask, the latest first.
    pub people: Vec<Person>,
    /// Address of the next page.
    pub next_href: Option<String>,
}

page!(RequestsPage, |_| Tab::Profile);

/// Which list of people one wants to hear less of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApartList {
    /// Those whom one has blocked.
    Blocked,
    /// Those whom one has muted.
    Muted,
}

/// `GET /settings/blocked` and `GET /settings/muted`. Posts `/accounts/HANDLE/block` (`block` = `false`) or
/// `/accounts/HANDLE/mute` (`mute` = `false`), both with `back`.
#[derive(Debug, Clone, Template)]
#[template(path = "apart.html", whitespace = "minimize")]
pub struct ApartPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Which list.
    pub list: ApartList,
    /// The people, the latest first.
    pub people: Vec<Person>,
    /// Address of the next page.
    pub next_href: Option<String>,
}

page!(ApartPage, |_| Tab::Profile);

impl ApartPage {
    fn blocked(&self) -> bool {
        self.list == ApartList::Blocked
    }

    fn title(&self) -> &'static str {
        let t = self.chrome.t();
        if self.blocked() { t.graph_blocked_list } else { t.graph_muted_list }
    }

    fn lead(&self) -> &'static str {
        let t = self.chrome.t();
        if self.blocked() { t.graph_block_more } else { t.graph_mute_more }
    }

    fn empty(&self) -> &'static str {
        let t = self.chrome.t();
        if self.blocked() { t.graph_no_blocked } else { t.graph_no_muted }
    }
}

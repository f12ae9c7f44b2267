//! Playlists: those of a profile, one, and which of them a video stands in.

use askama::Template;

use crate::{Chrome, FormState, Tile, chrome::Tab, page};

/// A playlist in a list of them.
#[derive(Debug, Clone)]
pub struct ListTile {
    /// Its page, `/playlist/ID`.
    pub href: String,
    /// What it is called.
    pub title: String,
    /// The cover of the first video that the viewer may see; empty where there is none.
    pub cover_url: String,
    /// How many videos the viewer may see.
    pub count: i64,
}

/// Where a video stands in the playlist that it is looked at in.
#[derive(Debug, Clone)]
pub struct ListPlace {
    /// What the playlist is called.
    pub title: String,
    /// Its page.
    pub href: String,
    /// The page of the video before.
    pub previous_href: Option<String>,
    /// The page of the video after.
    pub next_href: Option<String>,
}

/// `GET /playlists`: one's own playlists. `POST /playlists` with `title` makes one and leads to it.
#[derive(Debug, Clone, Template)]
#[template(path = "playlists.html", whitespace = "minimize")]
pub struct PlaylistsPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors, by field: `title`.
    pub form: FormState,
    /// One's own handle, without `@`.
    pub handle: String,
    /// The playlists, newest first.
    pub lists: Vec<ListTile>,
    /// As typed when the form is shown again; else empty.
    pub title: String,
}

page!(PlaylistsPage, |_| Tab::Profile);

impl PlaylistsPage {
    fn back(&self) -> String {
        format!("/@{}", self.handle)
    }
}

/// `GET /playlist/ID`: a playlist and its videos. Its owner changes it by `POST /playlist/ID` (`title`, or `do` =
/// `delete`) and `POST /playlist/ID/take` (`video`).
#[derive(Debug, Clone, Template)]
#[template(path = "playlist.html", whitespace = "minimize")]
pub struct PlaylistPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors, by field: `title`.
    pub form: FormState,
    /// Its id.
    pub id: String,
    /// Handle of whose it is, without `@`.
    pub handle: String,
    /// What it is called.
    pub title: String,
    /// What was typed as title when the form is shown again.
    pub typed: Option<String>,
    /// Whether the viewer owns it.
    pub is_owner: bool,
    /// How many videos the viewer may see.
    pub count: i64,
    /// The videos in its order: the id of each, and its cover.
    pub tiles: Vec<(String, Tile)>,
    /// Address of the next page.
    pub next_href: Option<String>,
}

page!(PlaylistPage, |page| if page.is_owner { Tab::Profile } else { Tab::Elsewhere });

impl PlaylistPage {
    fn back(&self) -> String {
        format!("/@{}", self.handle)
    }

    /// What the field of the title holds.
    fn field(&self) -> &str {
        self.typed.as_deref().unwrap_or(&self.title)
    }
}

/// A playlist that a video may be put into.
#[derive(Debug, Clone)]
pub struct ListChoice {
    /// Its id.
    pub id: String,
    /// How it is shown.
    pub list: ListTile,
    /// Whether the video stands in it.
    pub is_in: bool,
}

/// `GET /videos/ID/playlists`: which of one's playlists one's own video stands in. `POST` there with `playlist` and `in`
/// changes it; with `title` alone a new one is made, which the video is put into.
#[derive(Debug, Clone, Template)]
#[template(path = "put_in_list.html", whitespace = "minimize")]
pub struct PutInListPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors, by field: `title`.
    pub form: FormState,
    /// The id of the video.
    pub video: String,
    /// One's own playlists, newest first.
    pub lists: Vec<ListChoice>,
    /// As typed when the form is shown again; else empty.
    pub title: String,
}

page!(PutInListPage, |_| Tab::Profile);

impl PutInListPage {
    fn back(&self) -> String {
        format!("/v/{}", self.video)
    }
}

//! Playlists: one's own videos in an order of one's own. Whoever may see the profile sees that there are some; which videos stand in
//! one is decided of each by itself.

mod around;
mod change;
mod find;
mod list;
mod show;

pub use around::{Around, around};
pub(crate) use change::{MOST, VIDEOS, read_title};
pub use change::{make, put, remove, rename, take};
pub(crate) use list::FIRST;
pub use list::{PlaylistPage, holding, of_profile, own};
pub use show::{PlaylistVideos, show};

/// A playlist, as a viewer may see it.
#[derive(Clone, Debug)]
pub struct PlaylistView {
    /// The id.
    pub id: outro_model::PlaylistId,
    /// The owner's handle.
    pub handle: String,
    /// The owner's display name; empty when none was chosen.
    pub display_name: String,
    /// What it is called.
    pub title: String,
    /// Whether the viewer owns it.
    pub is_mine: bool,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// How many of its videos the viewer may watch.
    pub video_count: i64,
    /// The first of these.
    pub first: Option<outro_model::VideoId>,
}

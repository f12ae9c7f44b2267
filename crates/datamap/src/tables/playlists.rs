//! Playlists.

use crate::Erase::DeleteRows;
use crate::Holds::{Sealed, Structure};
use crate::Takeout::{Internal, Part};
use crate::{Link, Table, VideoLink};

use super::{CONTRACT, column};

pub(super) const PLAYLISTS: Table = Table {
    name: "playlists",
    why: "Your playlists: what each is called.",
    ground: CONTRACT,
    key: &["owner_id", "id"],
    columns: &[
        column("owner_id", Structure, Internal),
        column("id", Structure, Part("playlists")),
        column("title", Sealed, Part("playlists")),
        column("created_at", Structure, Part("playlists")),
    ],
    links: &[Link { column: "owner_id", erase: DeleteRows }],
    video: None,
};

pub(super) const PLAYLIST_VIDEOS: Table = Table {
    name: "playlist_videos",
    why: "Which of your videos stand in which of your playlists, and in what order.",
    ground: CONTRACT,
    key: &["owner_id", "playlist_id", "video_id"],
    columns: &[
        column("owner_id", Structure, Internal),
        column("playlist_id", Structure, Part("playlists")),
        column("video_id", Structure, Part("playlists")),
        column("position", Structure, Part("playlists")),
    ],
    links: &[Link { column: "owner_id", erase: DeleteRows }],
    video: Some(VideoLink { owner: "owner_id", video: "video_id" }),
};

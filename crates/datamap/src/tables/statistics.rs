//! What became of a video: numbers that name nobody but its owner.

use crate::Erase::DeleteRows;
use crate::Holds::Structure;
use crate::Takeout::{Internal, Part};
use crate::{Link, Table, VideoLink};

use super::{CONTRACT, column};

pub(super) const VIDEO_DAYS: Table = Table {
    name: "video_days",
    why: "What happened to each of your videos on a day: how often it was seen, liked, shared and commented on, and for how long it was watched. These are numbers: who watched does not stand in them.",
    ground: CONTRACT,
    key: &["owner_id", "video_id", "day"],
    columns: &[
        column("owner_id", Structure, Internal),
        column("video_id", Structure, Part("statistics")),
        column("day", Structure, Part("statistics")),
        column("views", Structure, Part("statistics")),
        column("likes", Structure, Part("statistics")),
        column("shares", Structure, Part("statistics")),
        column("comments", Structure, Part("statistics")),
        column("watchings", Structure, Part("statistics")),
        column("watched_ms", Structure, Part("statistics")),
        column("finished", Structure, Part("statistics")),
    ],
    links: &[Link { column: "owner_id", erase: DeleteRows }],
    video: Some(VideoLink { owner: "owner_id", video: "video_id" }),
};

/// What waits is of fewer people than may be told of: it is nobody's to take, and of no use but to the next group.
pub(super) const VIDEO_REACH: Table = Table {
    name: "video_reach",
    why: "How far each of your videos is watched, and where people come to it from. It is counted in groups of ten people, so that nobody can be told from the others.",
    ground: CONTRACT,
    key: &["owner_id", "video_id", "reach"],
    columns: &[
        column("owner_id", Structure, Internal),
        column("video_id", Structure, Part("statistics")),
        column("reach", Structure, Part("statistics")),
        column("shown", Structure, Part("statistics")),
        column("waiting", Structure, Internal),
    ],
    links: &[Link { column: "owner_id", erase: DeleteRows }],
    video: Some(VideoLink { owner: "owner_id", video: "video_id" }),
};

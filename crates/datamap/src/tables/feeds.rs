//! What feeds are made from.

use crate::Erase::DeleteRows;
use crate::Holds::Structure;
use crate::Takeout::{Internal, Part};
use crate::{Link, Table, VideoLink};

use super::{CONTRACT, column};

pub(super) const TIMELINE: Table = Table {
    name: "timeline",
    why: "Which videos of those whom you follow come in which order in your feed. It is made from follows and videos, and shows nothing by itself: what you may see is asked anew each time.",
    ground: CONTRACT,
    key: &["owner_id", "video_id", "account_id"],
    columns: &[
        column("owner_id", Structure, Internal),
        column("video_id", Structure, Internal),
        column("account_id", Structure, Internal),
        column("published_at", Structure, Internal),
    ],
    links: &[Link { column: "account_id", erase: DeleteRows }, Link { column: "owner_id", erase: DeleteRows }],
    video: Some(VideoLink { owner: "owner_id", video: "video_id" }),
};

pub(super) const FAN_OUTS: Table = Table {
    name: "fan_outs",
    why: "How far a new video of yours has come on its way into the feeds of your followers. It goes when it has reached them.",
    ground: CONTRACT,
    key: &["owner_id", "video_id"],
    columns: &[
        column("owner_id", Structure, Internal),
        column("video_id", Structure, Internal),
        column("after_at", Structure, Internal),
        column("after_id", Structure, Internal),
    ],
    links: &[Link { column: "owner_id", erase: DeleteRows }],
    video: Some(VideoLink { owner: "owner_id", video: "video_id" }),
};

pub(super) const WATCHES: Table = Table {
    name: "watches",
    why: "Which videos you have seen, so that they do not come again soon; and, while your feed is personalised, how long you watched them. It goes after 60 days, or when you reset your feed.",
    ground: CONTRACT,
    key: &["account_id", "video_id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("video_id", Structure, Part("watched")),
        column("owner_id", Structure, Internal),
        column("seen_at", Structure, Part("watched")),
        column("watched_ms", Structure, Part("watched")),
        column("completed", Structure, Part("watched")),
    ],
    links: &[Link { column: "account_id", erase: DeleteRows }, Link { column: "owner_id", erase: DeleteRows }],
    video: Some(VideoLink { owner: "owner_id", video: "video_id" }),
};

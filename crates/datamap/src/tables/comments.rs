//! What people say under videos, and what an account is told of others.

use crate::Erase::{DeleteRows, DeleteRowsAndLower};
use crate::Holds::{Sealed, Structure};
use crate::Takeout::{Internal, Part};
use crate::{Along, Counter, Link, Table, VideoLink};

use super::{CONTRACT, column};

/// Several comments of one person may stand in the count of one video.
const OF_VIDEO: Counter = Counter {
    table: "videos",
    column: "comment_count",
    by: &[("owner_id", "owner_id"), ("id", "video_id")],
    many: true,
    along: None,
};

/// What others were told of the replies that go with a thread: who wrote a reply and who is told of it both stay.
const OF_THREAD: Counter = Counter {
    along: Some(Along {
        table: "notifications",
        by: &[("owner_id", "owner_id"), ("video_id", "video_id"), ("comment_id", "id")],
    }),
    ..OF_VIDEO
};

const OF_COMMENT: Counter = Counter {
    table: "comments",
    column: "like_count",
    by: &[("owner_id", "owner_id"), ("video_id", "video_id"), ("id", "comment_id")],
    many: false,
    along: None,
};

/// The replies of others go with the thread that they were written to, so the author of a thread is a link too.
pub(super) const COMMENTS: Table = Table {
    name: "comments",
    why: "What you wrote under videos, and what others wrote under yours.",
    ground: CONTRACT,
    key: &["owner_id", "video_id", "id"],
    columns: &[
        column("owner_id", Structure, Internal),
        column("video_id", Structure, Part("comments")),
        column("id", Structure, Part("comments")),
        column("author_id", Structure, Internal),
        column("parent_id", Structure, Part("comments")),
        column("thread_author_id", Structure, Internal),
        column("text", Sealed, Part("comments")),
        column("state", Structure, Part("comments")),
        column("created_at", Structure, Part("comments")),
        column("like_count", Structure, Part("comments")),
        column("counted", Structure, Internal),
    ],
    links: &[
        Link { column: "thread_author_id", erase: DeleteRowsAndLower(OF_THREAD) },
        Link { column: "author_id", erase: DeleteRowsAndLower(OF_VIDEO) },
        Link { column: "owner_id", erase: DeleteRows },
    ],
    video: Some(VideoLink { owner: "owner_id", video: "video_id" }),
};

/// A like goes with its comment, so everybody whose leaving takes the comment is a link.
pub(super) const COMMENT_LIKES: Table = Table {
    name: "comment_likes",
    why: "Which comments you liked, and how many likes each comment has.",
    ground: CONTRACT,
    key: &["account_id", "comment_id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("comment_id", Structure, Part("likes")),
        column("owner_id", Structure, Internal),
        column("video_id", Structure, Part("likes")),
        column("author_id", Structure, Internal),
        column("thread_author_id", Structure, Internal),
        column("created_at", Structure, Part("likes")),
        column("counted", Structure, Internal),
    ],
    links: &[
        Link { column: "account_id", erase: DeleteRowsAndLower(OF_COMMENT) },
        Link { column: "thread_author_id", erase: DeleteRows },
        Link { column: "author_id", erase: DeleteRows },
        Link { column: "owner_id", erase: DeleteRows },
    ],
    video: Some(VideoLink { owner: "owner_id", video: "video_id" }),
};

pub(super) const NOTIFICATIONS: Table = Table {
    name: "notifications",
    why: "What you are told of: who liked, commented, mentioned or followed you. Each goes after 90 days.",
    ground: CONTRACT,
    key: &["account_id", "id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("id", Structure, Internal),
        column("kind", Structure, Part("notifications")),
        column("actor_id", Structure, Internal),
        column("owner_id", Structure, Internal),
        column("video_id", Structure, Part("notifications")),
        column("comment_id", Structure, Part("notifications")),
        column("created_at", Structure, Part("notifications")),
    ],
    links: &[
        Link { column: "account_id", erase: DeleteRows },
        Link { column: "actor_id", erase: DeleteRows },
        Link { column: "owner_id", erase: DeleteRows },
    ],
    video: Some(VideoLink { owner: "owner_id", video: "video_id" }),
};

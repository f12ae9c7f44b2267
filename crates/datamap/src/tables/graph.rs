//! Who follows whom, and who is kept away.

use crate::Erase::{DeleteRows, DeleteRowsAndLower};
use crate::Holds::Structure;
use crate::Takeout::{Internal, Part};
use crate::{Counter, Link, Table};

use super::{CONTRACT, SECURITY, column};

pub(super) const FOLLOWS: Table = Table {
    name: "follows",
    why: "Whom you follow, and who follows you.",
    ground: CONTRACT,
    key: &["follower_id", "followed_id"],
    columns: &[
        column("follower_id", Structure, Part("follows")),
        column("followed_id", Structure, Part("follows")),
        column("created_at", Structure, Part("follows")),
        column("counted", Structure, Internal),
    ],
    links: &[
        Link {
            column: "follower_id",
            erase: DeleteRowsAndLower(Counter {
                table: "counts",
                column: "followers",
                by: &[("account_id", "followed_id")],
                many: false,
                along: None,
            }),
        },
        Link {
            column: "followed_id",
            erase: DeleteRowsAndLower(Counter {
                table: "counts",
                column: "following",
                by: &[("account_id", "follower_id")],
                many: false,
                along: None,
            }),
        },
    ],
    video: None,
};

pub(super) const FOLLOW_REQUESTS: Table = Table {
    name: "follow_requests",
    why: "Whom you have asked to follow, and who waits for your answer.",
    ground: CONTRACT,
    key: &["followed_id", "follower_id"],
    columns: &[
        column("followed_id", Structure, Part("follows")),
        column("follower_id", Structure, Part("follows")),
        column("created_at", Structure, Part("follows")),
    ],
    links: &[Link { column: "followed_id", erase: DeleteRows }, Link { column: "follower_id", erase: DeleteRows }],
    video: None,
};

pub(super) const BLOCKS: Table = Table {
    name: "blocks",
    why: "Whom you have blocked: neither of you knows of the other here.",
    ground: SECURITY,
    key: &["blocker_id", "blocked_id"],
    columns: &[
        column("blocker_id", Structure, Internal),
        column("blocked_id", Structure, Part("settings")),
        column("created_at", Structure, Part("settings")),
    ],
    links: &[Link { column: "blocker_id", erase: DeleteRows }, Link { column: "blocked_id", erase: DeleteRows }],
    video: None,
};

pub(super) const MUTES: Table = Table {
    name: "mutes",
    why: "Whose doings you do not want to be told of. They never learn of it.",
    ground: CONTRACT,
    key: &["muter_id", "muted_id"],
    columns: &[
        column("muter_id", Structure, Internal),
        column("muted_id", Structure, Part("settings")),
        column("created_at", Structure, Part("settings")),
    ],
    links: &[Link { column: "muter_id", erase: DeleteRows }, Link { column: "muted_id", erase: DeleteRows }],
    video: None,
};

pub(super) const COUNTS: Table = Table {
    name: "counts",
    why: "How many follow you, and how many you follow.",
    ground: CONTRACT,
    key: &["account_id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("followers", Structure, Part("profile")),
        column("following", Structure, Part("profile")),
    ],
    links: &[Link { column: "account_id", erase: DeleteRows }],
    video: None,
};

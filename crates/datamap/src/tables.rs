//! Every table of the database and of the keyring.

mod answers;
mod comments;
mod feeds;
mod finding;
mod graph;
mod moderation;

use crate::Erase::{
    DeleteBlobs, DeleteByKeyId, DeleteLast, DeleteRows, DeleteRowsAndLower, DestroyKey, ExpiresWithin, WithReceipt,
};
use crate::Holds::{BlindIndex, Hash, Nobody, Sealed, SealedForHolder, SealedKey, Structure};
use crate::Takeout::{Internal, Part};
use crate::{Column, Counter, Holds, Link, Table, Takeout, VideoLink};

const CONTRACT: &str = "Art. 6(1)(b): the account that the person asked for";
const SECURITY: &str = "Art. 6(1)(f): keeping accounts and the service safe";
const DUTY_TO_MODERATE: &str =
    "Art. 6(1)(c): the Digital Services Act (Art. 16, 17), acting on reports and giving reasons";
const DUTY: &str = "Art. 6(1)(c), Art. 5(2), Art. 17: proving that the erasure was done";

const fn column(name: &'static str, holds: Holds, takeout: Takeout) -> Column {
    Column { name, holds, takeout }
}

/// The declaration of a table.
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

/// The tables of the database, in the order in which erasure walks them: what refers comes before
/// what it refers to.
pub const TABLES: &[Table] = &[
    Table {
        name: "handle_index",
        why: "Finds the account of a handle at sign-in and on profile addresses, without the handle being readable.",
        ground: CONTRACT,
        key: &["idx"],
        columns: &[
            column("idx", BlindIndex, Internal),
            column("key_id", Structure, Internal),
            column("sealed_account", Sealed, Internal),
        ],
        links: &[Link { column: "key_id", erase: DeleteByKeyId }],
        video: None,
    },
    Table {
        name: "sessions",
        why: "Keeps you signed in, and lets you see and end each device's sign-in.",
        ground: CONTRACT,
        key: &["account_id", "token_hash"],
        columns: &[
            column("account_id", Structure, Internal),
            column("token_hash", Hash, Internal),
            column("id", Structure, Internal),
            column("created_at", Structure, Part("sign-ins")),
            column("seen_at", Structure, Part("sign-ins")),
            column("expires_at", Structure, Part("sign-ins")),
            column("password_at", Structure, Internal),
            column("device", Sealed, Part("sign-ins")),
        ],
        links: &[Link { column: "account_id", erase: DeleteRows }],
        video: None,
    },
    Table {
        name: "challenges",
        why: "One-time codes that were sent and not used yet: a keyed hash of the code, and the number it went to.",
        ground: SECURITY,
        key: &["account_id", "id"],
        columns: &[
            column("account_id", Structure, Internal),
            column("id", Structure, Internal),
            column("purpose", Structure, Internal),
            column("number", Sealed, Internal),
            column("code_mac", Hash, Internal),
            column("created_at", Structure, Internal),
            column("expires_at", Structure, Internal),
            column("tries", Structure, Internal),
            column("used_at", Structure, Internal),
        ],
        links: &[Link { column: "account_id", erase: DeleteRows }],
        video: None,
    },
    Table {
        name: "resends",
        why: "How often a code was sent again for one purpose, so that the wait can grow.",
        ground: SECURITY,
        key: &["account_id", "purpose"],
        columns: &[
            column("account_id", Structure, Internal),
            column("purpose", Structure, Internal),
            column("sent", Structure, Internal),
            column("next_at", Structure, Internal),
        ],
        links: &[Link { column: "account_id", erase: DeleteRows }],
        video: None,
    },
    graph::FOLLOWS,
    graph::FOLLOW_REQUESTS,
    answers::REQUEST_ANSWERS,
    graph::BLOCKS,
    graph::MUTES,
    comments::NOTIFICATIONS,
    comments::COMMENT_LIKES,
    comments::COMMENTS,
    finding::DISMISSALS,
    graph::COUNTS,
    feeds::TIMELINE,
    feeds::FAN_OUTS,
    feeds::WATCHES,
    moderation::REPORTS,
    moderation::MODERATION_HANDS,
    moderation::MODERATION_ACTS,
    Table {
        name: "likes",
        why: "Which videos you liked, and how many likes each video has.",
        ground: CONTRACT,
        key: &["account_id", "video_id"],
        columns: &[
            column("account_id", Structure, Internal),
            column("video_id", Structure, Part("likes")),
            column("owner_id", Structure, Internal),
            column("created_at", Structure, Part("likes")),
            column("counted", Structure, Internal),
        ],
        links: &[
            Link {
                column: "account_id",
                erase: DeleteRowsAndLower(Counter {
                    table: "videos",
                    column: "like_count",
                    by: &[("owner_id", "owner_id"), ("id", "video_id")],
                    many: false,
                }),
            },
            Link { column: "owner_id", erase: DeleteRows },
        ],
        video: Some(VideoLink { owner: "owner_id", video: "video_id" }),
    },
    Table {
        name: "blobs",
        why: "The files of your videos: where each sealed object is, and the sealed key that opens it.",
        ground: CONTRACT,
        key: &["owner_id", "id"],
        columns: &[
            column("owner_id", Structure, Internal),
            column("id", Structure, Internal),
            column("video_id", Structure, Internal),
            column("kind", Structure, Part("videos")),
            column("header", SealedKey, Internal),
            column("length", Structure, Part("videos")),
            column("width", Structure, Part("videos")),
            column("height", Structure, Part("videos")),
            column("created_at", Structure, Internal),
        ],
        links: &[Link { column: "owner_id", erase: DeleteBlobs }],
        video: Some(VideoLink { owner: "owner_id", video: "video_id" }),
    },
    Table {
        name: "jobs",
        why: "Work that is still to be done for you, such as making a video upright.",
        ground: CONTRACT,
        key: &["id"],
        columns: &[
            column("id", Structure, Internal),
            column("kind", Structure, Internal),
            column("lane", Structure, Internal),
            column("account_id", Structure, Internal),
            column("video_id", Structure, Internal),
            column("run_at", Structure, Internal),
            column("attempts", Structure, Internal),
            column("errors", Structure, Internal),
            column("leased_until", Structure, Internal),
            column("lease", Structure, Internal),
            column("failure", Structure, Internal),
        ],
        links: &[Link { column: "account_id", erase: DeleteRows }],
        video: None,
    },
    Table {
        name: "videos",
        why: "Your videos: caption, audience, state, counts.",
        ground: CONTRACT,
        key: &["owner_id", "id"],
        columns: &[
            column("owner_id", Structure, Internal),
            column("id", Structure, Part("videos")),
            column("state", Structure, Part("videos")),
            column("audience", Structure, Part("videos")),
            column("reframe", Structure, Part("videos")),
            column("caption", Sealed, Part("videos")),
            column("created_at", Structure, Part("videos")),
            column("published_at", Structure, Part("videos")),
            column("duration_ms", Structure, Part("videos")),
            column("progress", Structure, Internal),
            column("failure", Structure, Part("videos")),
            column("like_count", Structure, Part("videos")),
            column("view_count", Structure, Part("videos")),
            column("heat", Structure, Internal),
            column("comment_count", Structure, Part("videos")),
            column("comments_from", Structure, Part("videos")),
            column("hidden", Structure, Part("videos")),
        ],
        links: &[Link { column: "owner_id", erase: DeleteRows }],
        video: Some(VideoLink { owner: "owner_id", video: "id" }),
    },
    Table {
        name: "accounts",
        why: "Your account: what you are called, how you sign in, your settings.",
        ground: CONTRACT,
        key: &["id"],
        columns: &[
            column("id", Structure, Part("profile")),
            column("state", Structure, Internal),
            column("created_at", Structure, Part("profile")),
            column("private_account", Structure, Part("settings")),
            column("handle", Sealed, Part("profile")),
            column("display_name", Sealed, Part("profile")),
            column("bio", Sealed, Part("profile")),
            column("birth_date", Sealed, Part("profile")),
            column("password_hash", Sealed, Internal),
            column("phone", Sealed, Part("profile")),
            column("handle_tag", Sealed, Internal),
            column("on_hiatus", Structure, Part("settings")),
            column("comment_filter", Sealed, Part("settings")),
            column("told_until", Structure, Internal),
            column("suspended", Structure, Part("settings")),
            column("moderator", Structure, Part("settings")),
            column("discoverable", Structure, Part("settings")),
            column("searchable", Structure, Part("settings")),
            column("personalised", Structure, Part("settings")),
            column("feed_reset_at", Structure, Part("settings")),
            column("messages_from", Structure, Part("settings")),
            column("comments_from", Structure, Part("settings")),
        ],
        links: &[Link { column: "id", erase: DeleteLast }],
        video: None,
    },
    Table {
        name: "erasures",
        why: "The work sheet of an erasure while it runs.",
        ground: DUTY,
        key: &["account_id"],
        columns: &[
            column("account_id", Structure, Internal),
            column("job_id", Structure, Internal),
            column("id_hash", Hash, Internal),
            column("receipt_id", SealedKey, Internal),
            column("commitment", Hash, Internal),
            column("started_at", Structure, Internal),
            column("erased", Nobody, Internal),
        ],
        links: &[Link { column: "account_id", erase: WithReceipt }],
        video: None,
    },
    Table {
        name: "receipts",
        why: "Receipts of erasures. Each is sealed under its own unguessable id: whoever has no receipt cannot read it, and we cannot either.",
        ground: DUTY,
        key: &["id_hash"],
        columns: &[
            column("id_hash", Hash, Internal),
            column("state", Nobody, Internal),
            column("progress", Nobody, Internal),
            column("note", SealedForHolder, Internal),
        ],
        links: &[],
        video: None,
    },
    Table {
        name: "erased_handles",
        why: "Keeps an erased handle from being taken by somebody else: a slow hash, cut so short that it fits many names that were never used.",
        ground: SECURITY,
        key: &["bits", "tag"],
        columns: &[column("bits", Nobody, Internal), column("tag", Nobody, Internal)],
        links: &[],
        video: None,
    },
    Table {
        name: "erased_counts",
        why: "How many erased handles are kept, in sixteen parts: the more there are, the less each may refuse.",
        ground: SECURITY,
        key: &["shard"],
        columns: &[column("shard", Nobody, Internal), column("kept", Nobody, Internal)],
        links: &[],
        video: None,
    },
    Table {
        name: "budgets",
        why: "How often something was tried today (codes asked for, sign-ins that failed), under a hash whose key is thrown away daily.",
        ground: SECURITY,
        key: &["tag"],
        columns: &[
            column("tag", BlindIndex, Internal),
            column("day", Structure, Internal),
            column("spent", Structure, Internal),
        ],
        links: &[Link { column: "tag", erase: ExpiresWithin(48) }],
        video: None,
    },
    Table {
        name: "migrations",
        why: "Which steps of the database's schema have run.",
        ground: CONTRACT,
        key: &["number"],
        columns: &[column("number", Nobody, Internal), column("name", Nobody, Internal)],
        links: &[],
        video: None,
    },
];

/// The tables of the keyring, which stands apart from the database and from its backups.
pub const KEYRING: &[Table] = &[
    Table {
        name: "account_keys",
        why: "The key that opens what is sealed for you, itself wrapped. Destroying it is what makes an erasure immediate.",
        ground: CONTRACT,
        key: &["account_id"],
        columns: &[
            column("account_id", Structure, Internal),
            column("key_id", Structure, Internal),
            column("root_id", Structure, Internal),
            column("wrapped", SealedKey, Internal),
            column("created_at", Structure, Internal),
            column("joined", Structure, Internal),
        ],
        links: &[Link { column: "account_id", erase: DestroyKey }],
        video: None,
    },
    Table {
        name: "destroyed",
        why: "The ledger of destroyed keys: a random id and a time, so that no restored backup brings anybody back. The name of the key is blanked when the erasure is complete.",
        ground: DUTY,
        key: &["account_id"],
        columns: &[
            column("account_id", Nobody, Internal),
            column("key_id", Nobody, Internal),
            column("destroyed_at", Nobody, Internal),
        ],
        links: &[],
        video: None,
    },
    Table {
        name: "service_keys",
        why: "The server's own keys, each wrapped: of the index of handles, of one-time codes, of erased handles' hashes, of receipts' signatures.",
        ground: SECURITY,
        key: &["name"],
        columns: &[
            column("name", Nobody, Internal),
            column("root_id", Nobody, Internal),
            column("wrapped", SealedKey, Internal),
        ],
        links: &[],
        video: None,
    },
    Table {
        name: "day_keys",
        why: "The key of the hashes that limits on tries stand under, wrapped. It is thrown away when the next day's is made.",
        ground: SECURITY,
        key: &["day"],
        columns: &[
            column("day", Nobody, Internal),
            column("root_id", Nobody, Internal),
            column("wrapped", SealedKey, Internal),
        ],
        links: &[],
        video: None,
    },
    Table {
        name: "root",
        why: "Which root key wraps the keys here, and since when. The root key itself stands apart from the keyring.",
        ground: SECURITY,
        key: &["one"],
        columns: &[
            column("one", Nobody, Internal),
            column("root_id", Nobody, Internal),
            column("made_at", Nobody, Internal),
            column("rotated_at", Nobody, Internal),
        ],
        links: &[],
        video: None,
    },
    Table {
        name: "migrations",
        why: "Which steps of the keyring's schema have run.",
        ground: CONTRACT,
        key: &["number"],
        columns: &[column("number", Nobody, Internal), column("name", Nobody, Internal)],
        links: &[],
        video: None,
    },
];

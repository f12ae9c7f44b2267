//! Conversations, and what open pages are told at once.

use crate::Erase::{DeleteRows, Detach, LeaveRoom};
use crate::Holds::{SealedForMembers, Structure};
use crate::Takeout::{Internal, Part};
use crate::{Emptied, Link, Room, Table};

use super::{CONTRACT, column};

pub(super) const HIDDEN_MESSAGES: Table = Table {
    name: "hidden_messages",
    why: "Which messages you have deleted for yourself.",
    ground: CONTRACT,
    key: &["account_id", "conversation_id", "message_id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("conversation_id", Structure, Internal),
        column("message_id", Structure, Internal),
    ],
    links: &[Link { column: "account_id", erase: DeleteRows }],
    video: None,
};

pub(super) const MESSAGES: Table = Table {
    name: "messages",
    why: "What was said in your conversations. It belongs to all who are in one: what you sent stays readable to the others, without a name.",
    ground: CONTRACT,
    key: &["conversation_id", "seq"],
    columns: &[
        column("conversation_id", Structure, Part("messages")),
        column("seq", Structure, Internal),
        column("id", Structure, Internal),
        column("sender_id", Structure, Part("messages")),
        column("kind", Structure, Internal),
        column("text", SealedForMembers, Part("messages")),
        column("video_owner_id", Structure, Internal),
        column("video_id", Structure, Part("messages")),
        column("created_at", Structure, Part("messages")),
    ],
    links: &[
        Link { column: "sender_id", erase: Detach(Emptied { columns: &["sender_id"], kept: Some("sent_messages") }) },
        Link {
            column: "video_owner_id",
            erase: Detach(Emptied { columns: &["video_owner_id", "video_id"], kept: None }),
        },
    ],
    video: None,
};

pub(super) const MEMBERS: Table = Table {
    name: "members",
    why: "Which conversations you are in, how far you have read, and what you have not.",
    ground: CONTRACT,
    key: &["account_id", "conversation_id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("conversation_id", Structure, Part("messages")),
        column("other_id", Structure, Part("messages")),
        column("state", Structure, Part("messages")),
        column("last_read", Structure, Internal),
        column("cleared_before", Structure, Internal),
        column("last_at", Structure, Internal),
        column("unread", Structure, Internal),
        column("created_at", Structure, Part("messages")),
    ],
    links: &[
        Link { column: "other_id", erase: Detach(Emptied { columns: &["other_id"], kept: None }) },
        Link {
            column: "account_id",
            erase: LeaveRoom(Room { table: "conversations", by: "conversation_id", contents: &["messages"] }),
        },
    ],
    video: None,
};

pub(super) const CONVERSATIONS: Table = Table {
    name: "conversations",
    why: "That a conversation is there, and how many messages it has had. It goes with its last member.",
    ground: CONTRACT,
    key: &["id"],
    columns: &[
        column("id", Structure, Internal),
        column("kind", Structure, Internal),
        column("created_at", Structure, Internal),
        column("last_seq", Structure, Internal),
    ],
    links: &[],
    video: None,
};

pub(super) const EVENTS: Table = Table {
    name: "events",
    why: "That something is new for you, so that open pages show it at once: ids and a time, for a day.",
    ground: CONTRACT,
    key: &["account_id", "seq"],
    columns: &[
        column("account_id", Structure, Internal),
        column("seq", Structure, Internal),
        column("kind", Structure, Internal),
        column("conversation_id", Structure, Internal),
        column("message_id", Structure, Internal),
        column("created_at", Structure, Internal),
    ],
    links: &[Link { column: "account_id", erase: DeleteRows }],
    video: None,
};

pub(super) const EVENT_COUNTERS: Table = Table {
    name: "event_counters",
    why: "How many times something was new for you, so that a page that was cut off goes on where it was.",
    ground: CONTRACT,
    key: &["account_id"],
    columns: &[column("account_id", Structure, Internal), column("last", Structure, Internal)],
    links: &[Link { column: "account_id", erase: DeleteRows }],
    video: None,
};

//! What people take along.

use crate::Erase::{DeleteBlobs, DeleteRows};
use crate::Holds::{Hash, Sealed, SealedKey, Structure};
use crate::Takeout::{Internal, Part};
use crate::{Link, Table};

use super::{CONTRACT, RIGHTS, column};

/// The id of a row is the id of its sealed object.
pub(super) const TAKEOUTS: Table = Table {
    name: "takeouts",
    why: "The archive of everything that you asked for, how far it is, and how much of it you have downloaded. It goes after seven days.",
    ground: RIGHTS,
    key: &["account_id", "id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("id", Structure, Internal),
        column("state", Structure, Internal),
        column("progress", Structure, Internal),
        column("arabic", Structure, Internal),
        column("created_at", Structure, Internal),
        column("expires_at", Structure, Internal),
        column("header", SealedKey, Internal),
        column("length", Structure, Internal),
        column("taken", Structure, Internal),
    ],
    links: &[Link { column: "account_id", erase: DeleteBlobs }],
    video: None,
};

pub(super) const DEPARTURES: Table = Table {
    name: "departures",
    why: "That you want to leave as soon as your takeout is downloaded, and the receipt that is yours then.",
    ground: CONTRACT,
    key: &["account_id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("takeout_id", Structure, Internal),
        column("lapsed", Structure, Internal),
        column("asked_at", Structure, Internal),
        column("receipt_id", SealedKey, Internal),
        column("commitment", Hash, Internal),
    ],
    links: &[Link { column: "account_id", erase: DeleteRows }],
    video: None,
};

/// The id of a row is the id of its sealed object.
pub(super) const IMPORTS: Table = Table {
    name: "imports",
    why: "The archive that you brought from elsewhere, and how much of it is here.",
    ground: CONTRACT,
    key: &["account_id", "id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("id", Structure, Internal),
        column("state", Structure, Internal),
        column("done", Structure, Internal),
        column("videos", Structure, Internal),
        column("created_at", Structure, Internal),
        column("header", SealedKey, Internal),
        column("length", Structure, Internal),
        column("failure", Structure, Internal),
    ],
    links: &[Link { column: "account_id", erase: DeleteBlobs }],
    video: None,
};

pub(super) const BROUGHT: Table = Table {
    name: "brought",
    why: "What you brought from elsewhere and has no place of its own here: comments that you wrote there, and whom you followed.",
    ground: CONTRACT,
    key: &["account_id", "kind", "seq"],
    columns: &[
        column("account_id", Structure, Internal),
        column("kind", Structure, Part("brought")),
        column("seq", Structure, Internal),
        column("id", Structure, Internal),
        column("text", Sealed, Part("brought")),
    ],
    links: &[Link { column: "account_id", erase: DeleteRows }],
    video: None,
};

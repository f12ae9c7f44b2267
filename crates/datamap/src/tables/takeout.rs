//! What people take along.

use crate::Erase::{DeleteBlobs, DeleteRows};
use crate::Holds::{Hash, SealedKey, Structure};
use crate::Takeout::Internal;
use crate::{Link, Table};

use super::{CONTRACT, column};

/// The id of a row is the id of its sealed object.
pub(super) const TAKEOUTS: Table = Table {
    name: "takeouts",
    why: "The archive of everything that you asked for, how far it is, and how much of it you have downloaded. It goes after seven days.",
    ground: "Art. 6(1)(c), Art. 15, Art. 20: giving people what is theirs",
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

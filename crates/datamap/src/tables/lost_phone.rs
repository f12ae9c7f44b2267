//! Leaving when the phone is lost, and erasures that whoever runs the site was asked for.

use crate::Erase::DeleteRows;
use crate::Holds::{Hash, Nobody, Sealed, SealedKey, Structure};
use crate::Takeout::{Internal, Part};
use crate::{Link, Table};

use super::{CONTRACT, DUTY, SECURITY, column};

/// A code that was used has no row any more.
pub(super) const RECOVERY_CODES: Table = Table {
    name: "recovery_codes",
    why: "The recovery codes you were given with your phone, for leaving should it be lost: a keyed hash of each that is not used yet.",
    ground: SECURITY,
    key: &["account_id", "id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("id", Structure, Internal),
        column("code", Sealed, Internal),
        column("made_at", Structure, Part("settings")),
    ],
    links: &[Link { column: "account_id", erase: DeleteRows }],
    video: None,
};

pub(super) const PENDING_LEAVES: Table = Table {
    name: "pending_leaves",
    why: "That you have asked to leave without your phone, when your account goes, and the receipt that is yours then.",
    ground: CONTRACT,
    key: &["account_id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("asked_at", Structure, Part("settings")),
        column("leaves_at", Structure, Part("settings")),
        column("receipt_id", SealedKey, Internal),
        column("commitment", Hash, Internal),
    ],
    links: &[Link { column: "account_id", erase: DeleteRows }],
    video: None,
};

pub(super) const REPLACED_PHONES: Table = Table {
    name: "replaced_phones",
    why: "The number that was linked before another took its place: it is told, so that nobody erases your account by a phone of theirs.",
    ground: SECURITY,
    key: &["account_id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("phone", Sealed, Part("settings")),
        column("told", Structure, Internal),
        column("settles_at", Structure, Part("settings")),
    ],
    links: &[Link { column: "account_id", erase: DeleteRows }],
    video: None,
};

/// Of the moment nothing but the day is kept, so that no line can be laid beside the ledger of destroyed keys.
pub(super) const OPERATOR_ERASURES: Table = Table {
    name: "operator_erasures",
    why: "That whoever runs the site has erased an account on request: the day, and which kind of request it was. Not whose.",
    ground: DUTY,
    key: &["id"],
    columns: &[column("id", Nobody, Internal), column("reason", Nobody, Internal), column("day", Nobody, Internal)],
    links: &[],
    video: None,
};

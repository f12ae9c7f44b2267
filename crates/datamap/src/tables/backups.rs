//! Backups: their keys, and what of an erasure a restored database must not lack.

use crate::Erase::WithReceipt;
use crate::Holds::{Hash, Nobody, SealedForHolder, SealedKey, Structure};
use crate::Takeout::Internal;
use crate::{Link, Table};

use super::{DUTY, SECURITY, column};

/// Of the database.
pub(super) const RESTORES: Table = Table {
    name: "restores",
    why: "From which backups this database was restored, and that the ledger of destroyed keys was replayed since.",
    ground: SECURITY,
    key: &["backup_id"],
    columns: &[
        column("backup_id", Nobody, Internal),
        column("taken_at", Nobody, Internal),
        column("restored_at", Nobody, Internal),
        column("replayed_at", Nobody, Internal),
        column("swept_at", Nobody, Internal),
    ],
    links: &[],
    video: None,
};

/// Of the keyring.
pub(super) const BACKUP_KEYS: Table = Table {
    name: "backup_keys",
    why: "The key that one backup is sealed under, itself wrapped, and when it is destroyed: after 35 days at most. Then nobody can read that backup.",
    ground: SECURITY,
    key: &["id"],
    columns: &[
        column("id", Nobody, Internal),
        column("root_id", Nobody, Internal),
        column("wrapped", SealedKey, Internal),
        column("made_at", Nobody, Internal),
        column("ends_at", Nobody, Internal),
    ],
    links: &[],
    video: None,
};

/// Of the keyring.
pub(super) const KEPT_ERASURES: Table = Table {
    name: "kept_erasures",
    why: "The work sheet of an erasure while it runs, kept here too, so that a restored backup does not lose the receipt.",
    ground: DUTY,
    key: &["account_id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("id_hash", Hash, Internal),
        column("receipt_id", SealedKey, Internal),
        column("commitment", Hash, Internal),
        column("started_at", Structure, Internal),
    ],
    links: &[Link { column: "account_id", erase: WithReceipt }],
    video: None,
};

/// Of the keyring.
pub(super) const KEPT_RECEIPTS: Table = Table {
    name: "kept_receipts",
    why: "Receipts of erasures, kept here too, so that a restored backup does not lose them. Each is sealed under its own unguessable id.",
    ground: DUTY,
    key: &["id_hash"],
    columns: &[column("id_hash", Hash, Internal), column("note", SealedForHolder, Internal)],
    links: &[],
    video: None,
};

/// Of the keyring.
pub(super) const KEPT_HANDLES: Table = Table {
    name: "kept_handles",
    why: "The traces that keep erased handles from others, kept here too, so that a restored backup does not set them free.",
    ground: SECURITY,
    key: &["bits", "tag"],
    columns: &[column("bits", Nobody, Internal), column("tag", Nobody, Internal)],
    links: &[],
    video: None,
};

/// Of the keyring.
pub(super) const KEYRING_COPY: Table = Table {
    name: "keyring_copy",
    why: "When the last copy of the keyring was made, and under which root key.",
    ground: SECURITY,
    key: &["one"],
    columns: &[
        column("one", Nobody, Internal),
        column("root_id", Nobody, Internal),
        column("made_at", Nobody, Internal),
    ],
    links: &[],
    video: None,
};

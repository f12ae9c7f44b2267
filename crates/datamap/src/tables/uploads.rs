//! Files that are uploaded bit by bit.

use crate::Erase::DeleteRows;
use crate::Holds::{Sealed, Structure};
use crate::Takeout::{Internal, Part};
use crate::{Link, Table};

use super::{CONTRACT, column};

/// What was sent of the file are sealed objects, of the kind `part`.
pub(super) const UPLOADS: Table = Table {
    name: "uploads",
    why: "Uploads of yours that are not at their end, so that you can go on after a line broke: how much of the file is here, what it is called, and what you said of it.",
    ground: CONTRACT,
    key: &["account_id", "id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("id", Structure, Internal),
        column("length", Structure, Part("uploads")),
        column("received", Structure, Part("uploads")),
        column("about", Sealed, Part("uploads")),
        column("created_at", Structure, Part("uploads")),
        column("expires_at", Structure, Part("uploads")),
    ],
    links: &[Link { column: "account_id", erase: DeleteRows }],
    video: None,
};

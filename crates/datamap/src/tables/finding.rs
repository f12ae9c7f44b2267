//! Suggestions that are not wanted.

use crate::Erase::DeleteRows;
use crate::Holds::Structure;
use crate::Takeout::{Internal, Part};
use crate::{Link, Table};

use super::{CONTRACT, column};

pub(super) const DISMISSALS: Table = Table {
    name: "dismissals",
    why: "Whom you do not want suggested to you again. They never learn of it.",
    ground: CONTRACT,
    key: &["account_id", "dismissed_id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("dismissed_id", Structure, Part("settings")),
        column("created_at", Structure, Part("settings")),
    ],
    links: &[Link { column: "account_id", erase: DeleteRows }, Link { column: "dismissed_id", erase: DeleteRows }],
    video: None,
};

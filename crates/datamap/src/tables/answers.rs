//! Answers to all follow requests at once.

use crate::Erase::DeleteRows;
use crate::Holds::Structure;
use crate::Takeout::Internal;
use crate::{Link, Table};

use super::{CONTRACT, column};

pub(super) const REQUEST_ANSWERS: Table = Table {
    name: "request_answers",
    why: "That you have accepted or declined all follow requests at once, until each has its answer.",
    ground: CONTRACT,
    key: &["account_id"],
    columns: &[
        column("account_id", Structure, Internal),
        column("accept", Structure, Internal),
        column("until", Structure, Internal),
    ],
    links: &[Link { column: "account_id", erase: DeleteRows }],
    video: None,
};

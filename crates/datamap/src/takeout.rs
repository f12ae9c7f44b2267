//! Which rows of a table are a person's to take along.

use crate::{Table, Takeout};

/// The columns by which a person finds their own rows of `table`: what stands under them goes into the archive.
///
/// It is the column of the account that the key leads with: rows are kept with the person whose they are. Two
/// kinds of tables are others: what two people share from both ends, and what stands with somebody else's thing.
/// What is only about a person and somebody else's own (who has blocked them, who has reported them, who has
/// liked their video) is not theirs to take: its other column is not among these.
pub fn sides(table: &'static Table) -> &'static [&'static str] {
    match table.name {
        _ if !table.columns.iter().any(|column| column.takeout != Takeout::Internal) => &[],
        "follows" | "follow_requests" => &["follower_id", "followed_id"],
        // What others wrote under one's videos is taken as one may see it there, by another way than by rows.
        "comments" => &["author_id"],
        // Conversations are taken as one may read them.
        "messages" => &[],
        _ if table.links.iter().any(|link| link.column == table.key[0]) => &table.key[..1],
        _ => &[],
    }
}

impl Table {
    /// The columns that go into the archive.
    pub fn taken(&self) -> impl Iterator<Item = &'static crate::Column> + use<> {
        self.columns.iter().filter(|column| column.takeout != Takeout::Internal)
    }
}

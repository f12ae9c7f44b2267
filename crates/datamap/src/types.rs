//! The words a declaration is made of.

/// A table, and what it is about.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name in the database.
    pub name: &'static str,
    /// Why it is kept, in plain words: people read this.
    pub why: &'static str,
    /// The legal ground (GDPR Art. 6).
    pub ground: &'static str,
    /// The columns of its primary key, in order.
    pub key: &'static [&'static str],
    /// Every column.
    pub columns: &'static [Column],
    /// The columns that name an account, and what the erasure of that account does to the rows.
    /// Empty for what is about nobody.
    pub links: &'static [Link],
    /// The columns that name a video, when the rows go with the video.
    pub video: Option<VideoLink>,
}

/// One column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What stands in it, and in which form.
    pub holds: Holds,
    /// Where the person finds it when they take their things.
    pub takeout: Takeout,
}

/// What a column holds at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Random ids, edges, times, counts, states: plain, and deleted.
    Structure,
    /// What a person wrote or is called: sealed under that person's key.
    Sealed,
    /// What was said in a conversation: sealed under that conversation's key.
    SealedForMembers,
    /// A key for one object, sealed under the person's key.
    SealedKey,
    /// A keyed hash that finds a row, its key apart from all others.
    BlindIndex,
    /// A hash of a secret that nobody can turn around.
    Hash,
    /// Sealed under an unguessable id that only its holder knows.
    SealedForHolder,
    /// Kept because the law requires it: sealed under a key of its year, which nobody's account is tied to.
    SealedForBooks,
    /// Signed or counted about nobody.
    Nobody,
}

/// Where takeout puts a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takeout {
    /// In this part of the archive.
    Part(&'static str),
    /// Nowhere: it is of use to this server only, and says nothing that another part does not.
    Internal,
}

/// A column that names an account.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The column.
    pub column: &'static str,
    /// What the erasure of that account does to the rows.
    pub erase: Erase,
}

/// What erasure does.
#[derive(Clone, Copy, Debug)]
pub enum Erase {
    /// Deletes the rows.
    DeleteRows,
    /// Deletes the rows and lowers the count that somebody else's row keeps of those whose `counted` is 1.
    DeleteRowsAndLower(Counter),
    /// Deletes the sealed objects that the rows stand for, then the rows.
    DeleteBlobs,
    /// Deletes the rows found by the account's key id: only the keyring joins it to the account.
    DeleteByKeyId,
    /// Empties these columns of the rows, which others keep: nothing of them names the account any more.
    Detach(Emptied),
    /// Deletes the rows. Where nobody else is left in the room that a row is about, the room's key is
    /// destroyed first, then what the room holds is deleted, then the room with the row.
    LeaveRoom(Room),
    /// The key is destroyed when the last member of what it opens is gone, and the row with it.
    DestroyWithLast,
    /// Deletes the row last, once nothing refers to it.
    DeleteLast,
    /// Deletes the row in the transaction that completes the receipt: it is the erasure's own work sheet.
    WithReceipt,
    /// The row goes by itself within this many hours, and names nobody without a key thrown away before.
    ExpiresWithin(u32),
    /// The key is destroyed, and the row with it; what is left is the id in the ledger of destructions,
    /// which keeps a restored backup from bringing anybody back.
    DestroyKey,
}

/// A count kept in another table.
#[derive(Clone, Copy, Debug)]
pub struct Counter {
    /// The table that keeps the count.
    pub table: &'static str,
    /// The column of the count.
    pub column: &'static str,
    /// Pairs of (column there, column here) that find the row.
    pub by: &'static [(&'static str, &'static str)],
    /// Whether several rows of one account may stand in the same count.
    pub many: bool,
    /// What else is about such a row, and goes with it, whoever it belongs to.
    pub along: Option<Along>,
}

/// Rows of another table that are about a row, and say nothing without it.
#[derive(Clone, Copy, Debug)]
pub struct Along {
    /// The table.
    pub table: &'static str,
    /// Pairs of (column there, column here) that find the rows.
    pub by: &'static [(&'static str, &'static str)],
}

/// What is emptied of rows that stay.
#[derive(Clone, Copy, Debug)]
pub struct Emptied {
    /// The columns.
    pub columns: &'static [&'static str],
    /// The word under which the receipt counts the rows as kept; none where nothing of the person stays.
    pub kept: Option<&'static str>,
}

/// What several people are in, and what ends with the last of them.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// The table of rooms; its key is `id`.
    pub table: &'static str,
    /// The column that names the room, here and in the tables of its contents.
    pub by: &'static str,
    /// The tables of what the room holds, in the order in which they go.
    pub contents: &'static [&'static str],
}

/// The columns that name a video.
#[derive(Clone, Copy, Debug)]
pub struct VideoLink {
    /// The column of the video's owner.
    pub owner: &'static str,
    /// The column of the video's id.
    pub video: &'static str,
}

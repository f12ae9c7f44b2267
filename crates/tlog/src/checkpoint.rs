//! Checkpoints (C2SP `tlog-checkpoint`): origin, size and root of the tree, a line each.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::tree::Hash;

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: its address without a scheme.
    pub origin: String,
    /// How many entries the tree has.
    pub size: u64,
    /// The hash of the tree.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Reads the signed text. Lines that may follow the third are not known here, and refused.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let (origin, size, root) = (lines.next()?.to_owned(), lines.next()?.parse().ok()?, lines.next()?);
        let root = STANDARD.decode(root).ok()?.try_into().ok()?;
        let read = Self { origin, size, root };
        (read.text() == text).then_some(read)
    }
}

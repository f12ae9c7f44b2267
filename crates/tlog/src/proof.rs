//! Proofs that stand by themselves (C2SP `tlog-proof`).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::Checkpoint;
use crate::note::{Unverified, Verifier, open_note};
use crate::tree::{Hash, leaf_hash, root_of_inclusion};

/// The first line of every proof.
const TITLE: &str = "c2sp.org/tlog-proof@v1";

/// That an entry is in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Where the entry stands.
    pub index: u64,
    /// From the sibling of its leaf up.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint of the tree.
    pub checkpoint: String,
}

impl Proof {
    /// The proof as a text.
    pub fn text(&self) -> String {
        let mut text = format!("{TITLE}\nindex {}\n", self.index);
        for hash in &self.hashes {
            writeln!(text, "{}", STANDARD.encode(hash)).ok();
        }
        text + "\n" + &self.checkpoint
    }

    /// Reads a proof without extra data; only the one spelling that [`Self::text`] gives is read.
    pub fn parse(text: &str) -> Result<Self, Unverified> {
        let (head, checkpoint) = text.split_once("\n\n").ok_or(Unverified::Form)?;
        let mut lines = head.lines();
        if lines.next() != Some(TITLE) {
            return Err(Unverified::Form);
        }
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(|index| index.parse().ok());
        let hash = |line: &str| STANDARD.decode(line).ok().and_then(|hash| hash.try_into().ok());
        let hashes = lines.map(hash).collect::<Option<Vec<Hash>>>().ok_or(Unverified::Form)?;
        let proof = Self { index: index.ok_or(Unverified::Form)?, hashes, checkpoint: checkpoint.to_owned() };
        if proof.text() == text { Ok(proof) } else { Err(Unverified::Form) }
    }

    /// Holds an entry against the log whose key this is; the checkpoint that it is under.
    pub fn verify(&self, entry: &[u8], log: &Verifier) -> Result<Checkpoint, Unverified> {
        let checkpoint = Checkpoint::parse(open_note(&self.checkpoint, log)?).ok_or(Unverified::Form)?;
        if checkpoint.origin != log.name {
            return Err(Unverified::OtherKey);
        }
        let root = root_of_inclusion(self.index, checkpoint.size, leaf_hash(entry), &self.hashes);
        if root == Some(checkpoint.root) { Ok(checkpoint) } else { Err(Unverified::Inclusion) }
    }
}

//! An append-only Merkle log: its arithmetic and its texts. Pure, and it imports nothing of ours: where tiles are kept
//! and who signs is the business of others.
//!
//! The formats are those of C2SP, so that witnesses and verifiers that exist can read them: `signed-note`,
//! `tlog-checkpoint`, `tlog-tiles`, `tlog-proof`. Hashing is that of RFC 6962, section 2.1.

mod checkpoint;
mod note;
mod proof;
mod tile;
mod tree;

pub use checkpoint::Checkpoint;
pub use note::{Unverified, Verifier, open_note, signed};
pub use proof::Proof;
pub use tile::{Level, Tile};
pub use tree::{Hash, TILE_WIDTH, TileKey, Tiles, append, inclusion, leaf_hash, needed, right_edge, root};

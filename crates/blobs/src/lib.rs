//! Sealed objects: the bytes of videos, covers and originals, on the local disk or in a bucket of S3. It imports `vault` and
//! `model`; never `store`: who may read an object is decided before anybody comes here.
//!
//! # Format, version 1
//! Each object has a fresh random key of 256 bits. Its **header** is version (1 byte) ‖ plaintext length
//! (8 bytes, big-endian) ‖ object key (32 bytes), sealed by the vault under the owner's key for blobs
//! and bound to the object's id and kind. The caller keeps it in the database: with the account key gone,
//! nothing leads back to the object key.
//!
//! The **file** is the plaintext in chunks of 64 KiB, the last one shorter (an empty object has one empty
//! chunk), each sealed with AES-256-GCM (NIST SP 800-38D) and followed by its tag of 16 bytes. The nonce is
//! the number of the chunk (11 bytes, big-endian) ‖ 1 for the last chunk, else 0; bound to each chunk are
//! the format's version and the object's id. This is the STREAM construction (Hoang, Reyhanitabar, Rogaway,
//! Vizár: "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015): chunks cannot be
//! swapped, dropped, doubled or taken from another object. The header authenticates the length, the file
//! must have exactly the size that follows from it, and so a byte range opens its own chunks and no others.
//!
//! # Places
//! In a bucket: see `bucket`. On the disk: `root/ab/<owner>/<object>`, in hexadecimal. The folder of an owner, his *home*, is made by joining alone
//! and removed by erasure; an object is written without a name and gets one inside the home at its very
//! end. So an upload that races with an erasure finds no home, and one that was killed leaves nothing.

mod blocking;
mod bucket;
mod error;
mod format;
mod gate;
mod local;
mod place;
mod reader;
mod shelf;
mod store;
mod writer;

pub use bucket::{BucketAddress, BucketKeys, Versions};
pub use error::BlobError;
pub use gate::{FolderGate, Gate, Gatekeeper};
pub use place::SealedObject;
pub use reader::{BlobReader, Failure, SeekableBlob};
pub use shelf::{Shelf, ShelfName};
pub use store::{Blobs, InBucket};
pub use writer::{BlobWriter, SealedBlob};

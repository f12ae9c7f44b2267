//! The data map: everything Outro holds about a person, declared once. Pure declarations, no I/O,
//! and of Outro it imports `model` alone.
//!
//! Erasure walks it, the audit asks after each of its lines, the page "What we keep" and
//! `docs/data-map.md` are written from it, and tests hold it against the live schema of both engines:
//! a column, blob kind or cache that is not on it fails the build.

mod blobs;
mod caches;
mod column;
mod markdown;
mod stays;
mod tables;
mod takeout;
mod terms;
mod types;

pub use blobs::{BLOBS, Blob, blob};
pub use caches::{CACHES, Cache};
pub use column::*;
pub use markdown::markdown;
pub use stays::{STAYS, Stay};
pub use tables::{KEYRING, TABLES, table};
pub use takeout::sides;
pub use terms::{
    BACKUP_DAYS, CODE_SECONDS, EVENT_HOURS, NOTIFICATION_DAYS, OPERATOR_LOG_DAYS, PAYMENT_EVENT_DAYS, SESSION_DAYS,
    STATISTICS_DAYS, TAKEOUT_DAYS, UPLOAD_HOURS, WATCH_DAYS,
};
pub use types::{Along, Column, Counter, Emptied, Erase, Holds, Link, Room, Table, Takeout, VideoLink};

//! Leaving for good: what it means, the proof that it is oneself, the erasure, the receipt.

mod begin;
mod confirm;
mod consequences;
mod log;
pub mod note;
mod receipt;
mod sheet;
mod walk;

pub use begin::{Begun, begin, begun};
pub use confirm::{Confirmed, confirm};
pub use consequences::{Consequences, Line, consequences};
pub use log::{log_checkpoint, log_tile};
pub use receipt::{ReceiptView, receipt, receipt_hash};
pub(crate) use walk::run;

/// The kind of the job that erases.
pub(crate) const JOB: &str = "erasure";

//! Leaving for good: what it means, the proof that it is oneself, the erasure, the receipt.

mod begin;
mod confirm;
mod consequences;
mod depart;
mod log;
mod lost_phone;
pub mod note;
mod objects;
mod operator;
mod receipt;
mod sheet;
mod walk;

pub use begin::{Begun, begin, begun};
pub use confirm::{Confirmed, confirm};
pub use consequences::{Consequences, Line, consequences, for_anybody};
pub(crate) use depart::{DEPART_JOB, all_is_taken, run as run_depart};
pub use depart::{Departing, departing, leave_when_downloaded, stay};
pub use log::{log_checkpoint, log_tile};
pub(crate) use lost_phone::{LEAVE_JOB, NOTICE_JOB, of_account, put_off_restored, run_leave, run_notice, stop};
pub use lost_phone::{Pending, begin_without_phone, leave_without_phone, pending};
pub(crate) use objects::sweep_objects;
pub(crate) use operator::drop_old;
pub use operator::{OperatorErasure, erase, erasures_on_request};
pub use receipt::{ReceiptView, receipt, receipt_hash};
pub(crate) use walk::{Cleared, clear_restored, run};

/// The kind of the job that erases.
pub(crate) const JOB: &str = "erasure";

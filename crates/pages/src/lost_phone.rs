//! Recovery codes, leaving without the phone, and leaving from outside.

use askama::Template;

use crate::{Chrome, FormState, LeaveLine, chrome::Tab, page};

/// The answer to `POST /settings/phone/verify`: the codes, shown this once.
#[derive(Debug, Clone, Template)]
#[template(path = "recovery_codes.html", whitespace = "minimize")]
pub struct RecoveryCodesPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// The codes.
    pub codes: Vec<String>,
    /// Whether the account would have gone by itself, which this has stopped.
    pub stays: bool,
}

page!(RecoveryCodesPage, |_| Tab::Profile);

/// The answer to leaving without the phone: when the account goes, and what the leaver must keep, shown this once. Posts
/// `/settings/leave/stop`.
#[derive(Debug, Clone, Template)]
#[template(path = "pending_leave.html", whitespace = "minimize")]
pub struct PendingLeavePage {
    /// Shared parts; they say when the account goes.
    pub chrome: Chrome,
    /// The receipt's id.
    pub receipt_id: String,
    /// The receipt's page, `/receipts/ID`.
    pub receipt_href: String,
    /// The account's id, needed for checking.
    pub account_id: String,
    /// The handle, needed for checking.
    pub handle: String,
    /// The secret that opens the commitment, shown this once.
    pub nonce: String,
}

page!(PendingLeavePage, |_| Tab::Profile);

/// `GET/POST /leave` with `handle` and `password`, for who is not signed in and may not have the app. Who is signed in
/// posts `/settings/leave` from it.
#[derive(Debug, Clone, Template)]
#[template(path = "leave_outside.html", whitespace = "minimize")]
pub struct LeaveOutsidePage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// As typed.
    pub handle: String,
    /// What is erased.
    pub goes: Vec<LeaveLine>,
    /// What stays, and why.
    pub stays: Vec<LeaveLine>,
    /// How many hours an account stays that is left without its phone.
    pub wait_hours: i64,
}

page!(LeaveOutsidePage, |_| Tab::Elsewhere);

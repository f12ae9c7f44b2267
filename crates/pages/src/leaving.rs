//! Leaving for good, and the receipt of it.

use askama::Template;

use crate::{Chrome, FormState, chrome::Tab, page};

/// The answer to `POST /settings/leave`, by which the code was sent. Posts `/settings/leave/confirm` with
/// `challenge` and `code` or `password`; a new code by `POST /settings/leave`; `/settings/leave/lost` where the phone is
/// lost, and then `recovery_code` with `password`.
#[derive(Debug, Clone, Template)]
#[template(path = "leave.html", whitespace = "minimize")]
pub struct LeavePage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// Handle, without `@`.
    pub handle: String,
    /// What is erased.
    pub goes: Vec<LeaveLine>,
    /// What stays, and why.
    pub stays: Vec<LeaveLine>,
    /// Coins that are forfeited; 0 where there are none.
    pub coins: i64,
    /// The leaver's videos, to be taken along first.
    pub videos: Vec<LeaveVideo>,
    /// When the account goes at the earliest, RFC 3339, where another phone was linked a short time ago; else empty.
    pub not_before: String,
    /// How the leaver proves that it is them.
    pub proof: LeaveProof,
}

page!(LeavePage, |_| Tab::Profile);

/// One thing that goes or stays.
#[derive(Debug, Clone)]
pub struct LeaveLine {
    /// What, in a few words.
    pub what: String,
    /// More about it; may be empty.
    pub detail: String,
}

/// A video that can be downloaded before leaving.
#[derive(Debug, Clone)]
pub struct LeaveVideo {
    /// Caption; empty shows "Video".
    pub caption: String,
    /// Cover; may be empty.
    pub cover_url: String,
    /// The file.
    pub download_url: String,
    /// Its size; 0 while unknown.
    pub size_bytes: i64,
}

/// What the leaver must show.
#[derive(Debug, Clone)]
pub enum LeaveProof {
    /// First of all, that the coins are given up: only then is the proof asked for.
    Coins,
    /// A one-time code that was just sent.
    Code {
        /// Which code is awaited.
        challenge: String,
        /// The number, masked.
        masked: String,
        /// Seconds until another code can be sent.
        resend_after_s: i64,
        /// Minutes for which the code is good.
        expires_min: i64,
    },
    /// The password, where no phone is linked, or none can be reached.
    Password {
        /// Which attempt this is.
        challenge: String,
        /// How many hours the account stays after that; 0 where no phone is linked.
        wait_hours: i64,
    },
    /// The password and a recovery code, where the linked phone is lost.
    Recovery {
        /// Which attempt this is.
        challenge: String,
        /// How many hours the account stays after that.
        wait_hours: i64,
    },
}

impl LeaveProof {
    /// How many hours the account stays although nobody else took a phone's place.
    fn wait_hours(&self) -> i64 {
        match self {
            Self::Password { wait_hours, .. } | Self::Recovery { wait_hours, .. } => *wait_hours,
            Self::Coins | Self::Code { .. } => 0,
        }
    }
}

/// The last page a leaver sees. Its chrome has no viewer.
#[derive(Debug, Clone, Template)]
#[template(path = "left.html", whitespace = "minimize")]
pub struct LeftPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// The receipt's id.
    pub receipt_id: String,
    /// The receipt's page, `/receipts/ID`.
    pub receipt_href: String,
    /// The receipt as a file, `/api/v1/receipts/ID`.
    pub download_href: String,
    /// The account's id, needed for checking.
    pub account_id: String,
    /// The handle, needed for checking.
    pub handle: String,
    /// The secret that opens the commitment, shown this once.
    pub nonce: String,
    /// The whole command that checks the receipt.
    pub verify_command: String,
}

page!(LeftPage, |_| Tab::Nowhere);

/// `GET /receipts/{id}`, for anyone who holds the address.
#[derive(Debug, Clone, Template)]
#[template(path = "receipt.html", whitespace = "minimize")]
pub struct ReceiptPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// The receipt's id.
    pub id: String,
    /// How far the erasure is.
    pub state: ReceiptState,
}

page!(ReceiptPage, |_| Tab::Elsewhere);

/// How far an erasure is.
#[derive(Debug, Clone)]
pub enum ReceiptState {
    /// Rows and files are still being removed; the key is already gone.
    Erasing {
        /// 0 to 100.
        percent: i64,
    },
    /// All is done and signed.
    Complete {
        /// The signed text.
        note: String,
        /// The receipt as a file.
        download_href: String,
    },
}

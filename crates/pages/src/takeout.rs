//! Taking everything along.

use askama::Template;

use crate::{Chrome, FormState, chrome::Tab, page};

/// `GET /settings/takeout`. Posts `/settings/takeout`, `/settings/takeout/delete` with `id`, and
/// `/settings/leave/stay`.
#[derive(Debug, Clone, Template)]
#[template(path = "takeout.html", whitespace = "minimize")]
pub struct TakeoutPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// The archive, if one was asked for.
    pub archive: Option<ArchiveState>,
    /// Its id; empty where there is none.
    pub id: String,
    /// Whether the account goes once it is downloaded.
    pub departing: DepartState,
}

page!(TakeoutPage, |_| Tab::Profile);

/// How far an archive is.
#[derive(Debug, Clone)]
pub enum ArchiveState {
    /// It is being made.
    Making {
        /// 0 to 100.
        percent: i64,
    },
    /// It can be downloaded.
    Ready {
        /// Where.
        href: String,
        /// Its size.
        size_bytes: i64,
        /// When it goes, RFC 3339.
        until: String,
        /// How much of it was downloaded, 0 to 100.
        taken: i64,
    },
    /// It could not be made.
    Failed,
}

/// Whether somebody leaves once their archive is downloaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DepartState {
    /// They do not.
    #[default]
    No,
    /// They do.
    Waiting,
    /// They would have, and the archive went before.
    Lapsed,
}

/// The answer to `POST /settings/leave/later`: what the leaver must keep, shown this once.
#[derive(Debug, Clone, Template)]
#[template(path = "departing.html", whitespace = "minimize")]
pub struct DepartingPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// The receipt's id.
    pub receipt_id: String,
    /// The account's id, needed for checking.
    pub account_id: String,
    /// The handle, needed for checking.
    pub handle: String,
    /// The secret that opens the commitment, shown this once.
    pub nonce: String,
}

page!(DepartingPage, |_| Tab::Profile);

/// `GET/POST /settings/bring` with the archive as `file`.
#[derive(Debug, Clone, Template)]
#[template(path = "bring.html", whitespace = "minimize")]
pub struct BringPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// How far the archive is, if one was brought.
    pub state: BringState,
    /// Whom one followed elsewhere, by handle.
    pub follows: Vec<String>,
}

page!(BringPage, |_| Tab::Profile);

impl BringPage {
    const fn takes_one(&self) -> bool {
        matches!(self.state, BringState::None | BringState::Refused { .. })
    }
}

/// How far an archive is on its way in.
#[derive(Debug, Clone)]
pub enum BringState {
    /// There is none.
    None,
    /// It is received and looked through.
    Checking,
    /// Its videos are made here.
    Bringing {
        /// How many are here.
        done: i64,
        /// How many there are.
        videos: i64,
    },
    /// All is here.
    Done {
        /// How many videos.
        videos: i64,
    },
    /// Nothing of it is here.
    Refused {
        /// Why, as a stable word.
        why: String,
    },
}

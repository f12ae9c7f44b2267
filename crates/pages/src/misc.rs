//! The remaining pages.

use askama::Template;

use crate::{Chrome, chrome::Tab, page};

/// The one page for all that is not there, whether hidden, erased or never made: it must not differ.
#[derive(Debug, Clone, Template)]
#[template(path = "not_found.html", whitespace = "minimize")]
pub struct NotFoundPage {
    /// Shared parts.
    pub chrome: Chrome,
}

page!(NotFoundPage, |_| Tab::Elsewhere);

/// Something failed. Says nothing of how.
#[derive(Debug, Clone, Template)]
#[template(path = "error.html", whitespace = "minimize")]
pub struct ErrorPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// The HTTP status.
    pub status: u16,
    /// A safe sentence; see [`crate::Text::problem`]. Empty shows a general one.
    pub message: String,
}

page!(ErrorPage, |_| Tab::Elsewhere);

impl ErrorPage {
    /// Whether it is said to somebody who is away, and may look alone: nothing failed.
    fn is_away(&self) -> bool {
        self.chrome.away && self.status == 403
    }
}

/// `GET /dev/outbox`: what would have been sent, only with `--dev`.
#[derive(Debug, Clone, Template)]
#[template(path = "outbox.html", whitespace = "minimize")]
pub struct OutboxPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Newest first.
    pub messages: Vec<OutboxMessage>,
}

page!(OutboxPage, |_| Tab::Elsewhere);

/// A message that was kept instead of sent.
#[derive(Debug, Clone)]
pub struct OutboxMessage {
    /// The number, masked or plain.
    pub to: String,
    /// The text.
    pub text: String,
    /// RFC 3339.
    pub at: String,
}

/// `GET /what-we-keep`: the data map for people.
#[derive(Debug, Clone, Template)]
#[template(path = "what_we_keep.html", whitespace = "minimize")]
pub struct WhatWeKeepPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// One row for each kind of data.
    pub rows: Vec<KeptRow>,
}

page!(WhatWeKeepPage, |_| Tab::Elsewhere);

/// One kind of data that is kept on a person.
#[derive(Debug, Clone)]
pub struct KeptRow {
    /// What it is.
    pub what: String,
    /// Why it is kept.
    pub why: String,
    /// The legal ground; empty where it has none of its own.
    pub ground: String,
    /// How long it is kept while its owner stays; empty where it has no term of its own.
    pub kept_for: String,
    /// How it is sealed.
    pub sealed: String,
    /// What becomes of it when its owner leaves.
    pub on_erasure: String,
    /// Whether and how its owner can take it along.
    pub takeout: String,
}

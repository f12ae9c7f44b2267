//! What a person chooses for their feed.

use askama::Template;

use crate::{Chrome, chrome::Tab, page};

/// `GET /settings/feed`. Posts `/settings/feed` (`personalised` = `true` or `false`) and `/settings/feed/reset`.
#[derive(Debug, Clone, Template)]
#[template(path = "feed_settings.html", whitespace = "minimize")]
pub struct FeedSettingsPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Whether the feed uses what the viewer watches, likes and follows.
    pub personalised: bool,
}

page!(FeedSettingsPage, |_| Tab::Profile);

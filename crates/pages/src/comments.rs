//! What people say under a video, and the words that hold some of it back.

use askama::Template;

use crate::{Chrome, FormState, chrome::Tab, page};

/// A part of a text that people wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Plain text.
    Text(String),
    /// `@handle`, as it was written: a link to a profile, whether or not there is one.
    Mention(String),
    /// `#hashtag`, as it was written.
    Tag(String),
}

/// `GET /v/{id}/comments`: the comments of a video, or one thread (`?thread=`). The player shows the part
/// marked `data-comments` in a sheet over the video.
///
/// Forms: `POST /v/{id}/comments` (`text`, `reply_to`), `POST /comments/{id}/like` (`liked`),
/// `POST /comments/{id}/hidden` (`hidden`), `POST /comments/{id}/delete`; all carry `back`.
#[derive(Debug, Clone, Template)]
#[template(path = "comments.html", whitespace = "minimize")]
pub struct CommentsPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// What was wrong with the comment that was sent.
    pub form: FormState,
    /// The video's page.
    pub video_href: String,
    /// How many comments are shown under it.
    pub count: i64,
    /// Whether the most liked come first.
    pub most_liked: bool,
    /// The comment whose replies these are.
    pub thread: Option<CommentRow>,
    /// The comments.
    pub items: Vec<CommentRow>,
    /// Address of the next page.
    pub next_href: Option<String>,
    /// Whether the viewer may write.
    pub writing: Writing,
    /// This page, for its forms to lead back to.
    pub back: String,
}

page!(CommentsPage, |_| Tab::Elsewhere);

impl CommentsPage {
    fn here(&self) -> String {
        format!("{}/comments", self.video_href)
    }
}

/// Whether the viewer may write.
#[derive(Debug, Clone)]
pub enum Writing {
    /// They may.
    Open {
        /// What they wrote already.
        text: String,
        /// The id of the comment they reply to; empty for the top level.
        reply_to: String,
        /// Whom they reply to.
        reply_handle: String,
    },
    /// It takes an account.
    SignIn,
    /// Comments are not open to them.
    Closed,
    /// Their own account is away.
    Away,
}

/// One comment.
#[derive(Debug, Clone, Default)]
pub struct CommentRow {
    /// The id.
    pub id: String,
    /// The author's handle.
    pub handle: String,
    /// The author's name; empty shows the handle.
    pub display_name: String,
    /// What was written.
    pub pieces: Vec<Piece>,
    /// When, RFC 3339.
    pub created_at: String,
    /// Likes.
    pub like_count: i64,
    /// Whether the viewer likes it.
    pub liked: bool,
    /// Replies.
    pub reply_count: i64,
    /// Whether the author of the video wrote it.
    pub by_owner: bool,
    /// Whether it is hidden.
    pub hidden: bool,
    /// Its thread.
    pub thread_href: String,
    /// Where to reply to it; empty where the viewer may not.
    pub reply_href: String,
    /// Whether the viewer may like it.
    pub can_like: bool,
    /// Whether the viewer may take it away.
    pub can_remove: bool,
    /// Whether the viewer may hide it.
    pub can_hide: bool,
}

impl CommentRow {
    fn name(&self) -> &str {
        if self.display_name.is_empty() { &self.handle } else { &self.display_name }
    }
}

/// `GET /settings/comments`: the words that hold comments back. `POST` to the same (`words`, one a line).
#[derive(Debug, Clone, Template)]
#[template(path = "comment_words.html", whitespace = "minimize")]
pub struct CommentWordsPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// What was wrong.
    pub form: FormState,
    /// One a line.
    pub words: String,
}

page!(CommentWordsPage, |_| Tab::Profile);

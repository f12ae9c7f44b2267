//! What all pages share: language, who is looking, the bars around the content.

use crate::{Lang, Text};

/// What every page needs to know, whatever it shows.
#[derive(Debug, Clone, Default)]
pub struct Chrome {
    /// Language of the page; see [`Lang::from_accept_language`].
    pub lang: Lang,
    /// The operator's name for this site.
    pub site_name: String,
    /// Who is signed in, if anyone.
    pub viewer: Option<ViewerChip>,
    /// Token that every form and every scripted write carries; empty where there is no session.
    pub csrf: String,
    /// How many messages the viewer has not read.
    pub unread: i64,
    /// Whether the development outbox exists, so that pages that send codes may link to it.
    pub dev: bool,
    /// What the last step achieved, said once.
    pub notice: Option<Notice>,
}

impl Chrome {
    /// The sentences of the page's language.
    #[must_use]
    pub fn t(&self) -> &'static Text {
        self.lang.text()
    }
}

/// The person who is signed in.
#[derive(Debug, Clone)]
pub struct ViewerChip {
    /// Their handle, without `@`.
    pub handle: String,
}

/// Something that was just done, told at the top of the page that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Changes to the profile or a setting are stored.
    Saved,
    /// The account is private from now on.
    NowPrivate,
    /// The account is public from now on.
    NowPublic,
    /// A video is deleted.
    VideoDeleted,
    /// A phone number is linked.
    PhoneLinked,
    /// A conversation is deleted for the viewer.
    TalkDeleted,
    /// A device is signed out.
    SessionRevoked,
    /// A new code is on its way.
    CodeSent,
    /// The viewer is signed out.
    SignedOut,
}

impl Notice {
    pub(crate) fn sentence(self, t: &'static Text) -> &'static str {
        match self {
            Notice::Saved => t.notice_saved,
            Notice::NowPrivate => t.notice_now_private,
            Notice::NowPublic => t.notice_now_public,
            Notice::VideoDeleted => t.notice_video_deleted,
            Notice::PhoneLinked => t.notice_phone_linked,
            Notice::TalkDeleted => t.messages_deleted,
            Notice::SessionRevoked => t.notice_session_revoked,
            Notice::CodeSent => t.notice_code_sent,
            Notice::SignedOut => t.notice_signed_out,
        }
    }
}

/// A place in the tab bar; each page knows its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    /// None of them.
    Elsewhere,
    /// A page without a tab bar: there is no account any more.
    Nowhere,
    /// The feed.
    Home,
    /// Uploading.
    Upload,
    /// Messages.
    Inbox,
    /// One's own profile and settings.
    Profile,
}

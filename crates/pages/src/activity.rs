//! What a person is told of others.

use askama::Template;

use crate::{Chrome, Text, chrome::Tab, page};

/// `GET /activity`. `POST /activity/seen` (`until`) for browsers without scripts.
#[derive(Debug, Clone, Template)]
#[template(path = "activity.html", whitespace = "minimize")]
pub struct ActivityPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Of this day.
    pub today: Vec<NoticeRow>,
    /// Of the seven days before.
    pub week: Vec<NoticeRow>,
    /// What is older.
    pub earlier: Vec<NoticeRow>,
    /// The id of the latest of them, when some are new.
    pub until: Option<String>,
    /// Address of the next page.
    pub next_href: Option<String>,
}

page!(ActivityPage, |_| Tab::Profile);

impl ActivityPage {
    fn groups(&self) -> Vec<(&'static str, &[NoticeRow])> {
        let t = self.chrome.t();
        let all = [
            (t.activity_today, self.today.as_slice()),
            (t.activity_week, self.week.as_slice()),
            (t.activity_earlier, self.earlier.as_slice()),
        ];
        all.into_iter().filter(|(_, rows)| !rows.is_empty()).collect()
    }
}

/// What a notice is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// A like of one's video.
    Like,
    /// A comment under one's video.
    Comment,
    /// A comment under one's video that is hidden: held back by one's words, or by hand.
    Held,
    /// A reply to one's comment.
    Reply,
    /// A mention.
    Mention,
    /// A like of one's comment.
    CommentLike,
    /// Somebody follows.
    Follow,
    /// Somebody asks to follow.
    FollowRequest,
    /// Somebody accepted one's request.
    RequestAccepted,
    /// A moderator decided about something of one's own.
    Decision,
    /// A moderator decided about what one has reported.
    ReportDecided,
    /// The sound that one's video played is gone.
    SoundGone,
    /// Somebody gave coins for one's video.
    Gift,
    /// One's account goes by itself.
    Leaving,
    /// Another phone was linked in the place of one's own.
    PhoneReplaced,
}

impl NoticeKind {
    fn icon(self) -> &'static str {
        match self {
            NoticeKind::Like | NoticeKind::CommentLike => "heart",
            NoticeKind::Comment => "message-circle",
            NoticeKind::Held => "eye-off",
            NoticeKind::Reply => "reply",
            NoticeKind::Mention => "at-sign",
            NoticeKind::Follow | NoticeKind::FollowRequest => "user-plus",
            NoticeKind::RequestAccepted => "user-check",
            NoticeKind::Decision => "gavel",
            NoticeKind::ReportDecided => "flag",
            NoticeKind::SoundGone => "music",
            NoticeKind::Gift => "gift",
            NoticeKind::Leaving | NoticeKind::PhoneReplaced => "circle-alert",
        }
    }
}

/// One notice.
#[derive(Debug, Clone)]
pub struct NoticeRow {
    /// What it is of.
    pub kind: NoticeKind,
    /// Where it leads.
    pub href: String,
    /// Handle of who did it last; empty where nobody is named.
    pub handle: String,
    /// Their name; empty shows the handle.
    pub display_name: String,
    /// How many others did it.
    pub others: i64,
    /// The comment that it is about; may be empty.
    pub quote: String,
    /// When, RFC 3339.
    pub created_at: String,
    /// Whether it is new.
    pub unread: bool,
    /// The video's cover; may be empty.
    pub cover_url: String,
}

impl NoticeRow {
    fn sentence(&self, t: &Text) -> String {
        let one = |sentence: &str, many: &crate::text::Plural| {
            if self.others == 0 { sentence.to_owned() } else { t.plural(many, self.others) }
        };
        let sentence = match self.kind {
            NoticeKind::Like => one(t.activity_like, &t.activity_like_more),
            NoticeKind::CommentLike => one(t.activity_comment_like, &t.activity_comment_like_more),
            NoticeKind::Comment => t.activity_comment.to_owned(),
            NoticeKind::Held => t.activity_held.to_owned(),
            NoticeKind::Reply => t.activity_reply.to_owned(),
            NoticeKind::Mention => t.activity_mention.to_owned(),
            NoticeKind::Follow => t.activity_follow.to_owned(),
            NoticeKind::FollowRequest => t.activity_follow_request.to_owned(),
            NoticeKind::RequestAccepted => t.activity_request_accepted.to_owned(),
            NoticeKind::Decision => t.moderation_told_decision.to_owned(),
            NoticeKind::ReportDecided => t.moderation_told_report.to_owned(),
            NoticeKind::SoundGone => t.sound_gone.to_owned(),
            NoticeKind::Gift => t.coins_told.to_owned(),
            NoticeKind::Leaving => t.lost_phone_told.to_owned(),
            NoticeKind::PhoneReplaced => t.phone_replaced.to_owned(),
        };
        let name = if self.display_name.is_empty() { format!("@{}", self.handle) } else { self.display_name.clone() };
        // Names keep their own direction within the sentence.
        crate::fill(&sentence, format!("\u{2068}{name}\u{2069}"))
    }
}

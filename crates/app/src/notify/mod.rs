//! What people are told of others. A notification holds ids alone; who did it, and what it was about, is
//! read and asked about anew each time it is looked at.

mod list;
mod tell;

pub use list::{Actor, Notice, NoticePage, Quoted, list, seen, unread};
pub(crate) use tell::{
    About, Told, call_added, call_mentioned, is_told_of_comment, may_be_called, mentioned, take_back,
};

/// How long a notification is kept, in seconds.
pub(crate) const KEPT_SECONDS: i64 = outro_datamap::NOTIFICATION_DAYS * 86_400;

/// What a notification is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Somebody liked one's video.
    Like,
    /// Somebody commented under one's video.
    Comment,
    /// Somebody replied to one's comment.
    Reply,
    /// Somebody mentioned one, in a caption or in a comment.
    Mention,
    /// Somebody liked one's comment.
    CommentLike,
    /// Somebody follows one.
    Follow,
    /// Somebody asks to follow one.
    FollowRequest,
    /// Somebody accepted one's request.
    RequestAccepted,
    /// A moderator decided about one's account, video or comment.
    Decision,
    /// A moderator decided about what one has reported.
    ReportDecided,
    /// The sound that one's video played is gone, and it plays its own.
    SoundGone,
    /// Somebody gave coins for one's video.
    Gift,
    /// One's account goes by itself, once a wait is over.
    Leaving,
    /// Another phone was linked in the place of one's own.
    PhoneReplaced,
}

impl Kind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Like,
        Self::Comment,
        Self::Reply,
        Self::Mention,
        Self::CommentLike,
        Self::Follow,
        Self::FollowRequest,
        Self::RequestAccepted,
        Self::Decision,
        Self::ReportDecided,
        Self::SoundGone,
        Self::Gift,
        Self::Leaving,
        Self::PhoneReplaced,
    ];

    /// The number stored for it.
    pub const fn code(self) -> i64 {
        match self {
            Self::Like => 0,
            Self::Comment => 1,
            Self::Reply => 2,
            Self::Mention => 3,
            Self::CommentLike => 4,
            Self::Follow => 5,
            Self::FollowRequest => 6,
            Self::RequestAccepted => 7,
            Self::Decision => 8,
            Self::ReportDecided => 9,
            Self::SoundGone => 11,
            Self::Gift => 12,
            Self::Leaving => 13,
            Self::PhoneReplaced => 14,
        }
    }

    /// The kind of a stored number.
    fn from_code(code: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// The word of interfaces.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Like => "like",
            Self::Comment => "comment",
            Self::Reply => "reply",
            Self::Mention => "mention",
            Self::CommentLike => "comment_like",
            Self::Follow => "follow",
            Self::FollowRequest => "follow_request",
            Self::RequestAccepted => "request_accepted",
            Self::Decision => "decision",
            Self::ReportDecided => "report_decided",
            Self::SoundGone => "sound_gone",
            Self::Gift => "gift",
            Self::Leaving => "leaving",
            Self::PhoneReplaced => "phone_replaced",
        }
    }

    /// Whether nobody is named who did it: neither moderators are, nor who took a sound away, nor oneself.
    const fn is_nameless(self) -> bool {
        matches!(self, Self::Decision | Self::ReportDecided | Self::SoundGone | Self::Leaving | Self::PhoneReplaced)
    }

    /// Whether those of one day and one thing are told as one.
    const fn is_grouped(self) -> bool {
        matches!(self, Self::Like | Self::CommentLike)
    }
}

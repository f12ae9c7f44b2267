//! What all pages share: language, who is looking, the bars around the content.

use crate::{Lang, Text};

/// What every page needs to know, whatever it shows.
#[derive(Debug, Clone, Default)]
pub struct Chrome {
    /// Language of the page; see [`Lang::from_accept_language`].
    pub lang: Lang,
    /// The operator's name for this site.
    pub site_name: String,
    /// Where people reach whoever runs the site: an e-mail address, or the address of a page; empty where none is set.
    pub contact: String,
    /// Who is signed in, if anyone.
    pub viewer: Option<ViewerChip>,
    /// Token that every form and every scripted write carries; empty where there is no session.
    pub csrf: String,
    /// How many messages the viewer has not read.
    pub unread: i64,
    /// Whether the development outbox exists, so that pages that send codes may link to it.
    pub dev: bool,
    /// Whether the viewer is on hiatus: every page says so, and leads back.
    pub away: bool,
    /// How many notifications are new to who is signed in, at most 99.
    pub news: i64,
    /// Whether the viewer's account is suspended: every page but the player says so.
    pub suspended: bool,
    /// When the viewer's account goes by itself, RFC 3339, on pages that say so and can stop it; empty on others.
    pub leaving_at: String,
    /// Whether the viewer is told at once of what is new: they are signed in, and not away.
    pub live: bool,
    /// What the last step achieved, said once.
    pub notice: Option<Notice>,
}

impl Chrome {
    /// The sentences of the page's language.
    #[must_use]
    pub fn t(&self) -> &'static Text {
        self.lang.text()
    }

    /// Whether the viewer may do what others notice: signed in, and neither on hiatus nor suspended.
    #[must_use]
    pub fn may_act(&self) -> bool {
        self.viewer.is_some() && !self.away && !self.suspended
    }

    /// Whether the viewer is signed in and may look alone.
    #[must_use]
    pub fn looks_only(&self) -> bool {
        self.viewer.is_some() && !self.may_act()
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
    /// The account is on hiatus from now on.
    NowAway,
    /// The account is back from its hiatus.
    NowBack,
    /// A video is deleted.
    VideoDeleted,
    /// A playlist is deleted.
    PlaylistDeleted,
    /// A draft or an unfinished upload is discarded.
    Discarded,
    /// A draft is published, or will be as soon as it is ready.
    Published,
    /// A draft has a time at which it is published.
    Scheduled,
    /// Somebody is blocked.
    Blocked,
    /// Somebody is not blocked any more.
    Unblocked,
    /// Somebody is muted.
    Muted,
    /// Somebody is not muted any more.
    Unmuted,
    /// A suggestion is dismissed.
    Dismissed,
    /// A follower is removed.
    FollowerRemoved,
    /// A follow request is accepted.
    RequestAccepted,
    /// A follow request is declined.
    RequestDeclined,
    /// All follow requests are accepted.
    RequestsAccepted,
    /// All follow requests are declined.
    RequestsDeclined,
    /// What the feed knew is forgotten.
    FeedReset,
    /// Something is reported.
    Reported,
    /// A moderator has decided.
    Decided,
    /// A phone number is linked.
    PhoneLinked,
    /// The password is changed.
    PasswordChanged,
    /// The password is changed, and the account does not go by itself any more.
    PasswordChangedStays,
    /// A conversation is deleted for the viewer.
    TalkDeleted,
    /// Coins were credited.
    CoinsBought,
    /// Coins were given.
    CoinsGiven,
    /// A device is signed out.
    SessionRevoked,
    /// A new code is on its way.
    CodeSent,
    /// The viewer is signed out.
    SignedOut,
    /// The archive of everything was deleted.
    TakeoutDeleted,
    /// One does not leave once it is downloaded.
    Stayed,
}

impl Notice {
    pub(crate) fn sentence(self, t: &'static Text) -> &'static str {
        match self {
            Notice::Saved => t.notice_saved,
            Notice::NowPrivate => t.notice_now_private,
            Notice::NowPublic => t.notice_now_public,
            Notice::NowAway => t.notice_now_away,
            Notice::NowBack => t.notice_now_back,
            Notice::VideoDeleted => t.notice_video_deleted,
            Notice::PlaylistDeleted => t.notice_playlist_deleted,
            Notice::Discarded => t.notice_discarded,
            Notice::Published => t.notice_published,
            Notice::Scheduled => t.notice_scheduled,
            Notice::Blocked => t.graph_now_blocked,
            Notice::Unblocked => t.graph_now_unblocked,
            Notice::Muted => t.graph_now_muted,
            Notice::Dismissed => t.finding_now_dismissed,
            Notice::Unmuted => t.graph_now_unmuted,
            Notice::FollowerRemoved => t.graph_now_removed,
            Notice::RequestAccepted => t.graph_now_accepted,
            Notice::RequestDeclined => t.graph_now_declined,
            Notice::RequestsAccepted => t.graph_now_accepted_all,
            Notice::RequestsDeclined => t.graph_now_declined_all,
            Notice::FeedReset => t.feeds_reset_done,
            Notice::Reported => t.moderation_now_reported,
            Notice::Decided => t.moderation_now_decided,
            Notice::PhoneLinked => t.notice_phone_linked,
            Notice::PasswordChanged => t.notice_password_changed,
            Notice::PasswordChangedStays => t.notice_password_changed_stays,
            Notice::TalkDeleted => t.messages_deleted,
            Notice::CoinsBought => t.coins_now_bought,
            Notice::CoinsGiven => t.coins_now_given,
            Notice::SessionRevoked => t.notice_session_revoked,
            Notice::CodeSent => t.notice_code_sent,
            Notice::SignedOut => t.notice_signed_out,
            Notice::TakeoutDeleted => t.takeout_deleted,
            Notice::Stayed => t.takeout_stayed,
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
    /// Videos of friends.
    Friends,
    /// Uploading.
    Upload,
    /// Messages.
    Inbox,
    /// One's own profile and settings.
    Profile,
}

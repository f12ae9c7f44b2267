//! Every route there is, and what the model has to say of it. A route of the description without a rule fails, so that no new one
//! goes unasked.

use std::collections::BTreeSet;

/// What a route asks of the model. What is done changes the model's world as it must change the server's. A form of a page asks
/// what its twin of the interface asks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Rule {
    /// The same for everybody, signed in or not.
    Open,
    /// One's own: whoever is signed in gets it, and nobody else.
    Own,
    /// One's own, and only while one is present.
    OwnActing,
    /// Asked by the tests that its line names: it ends or makes what this test stands on.
    Elsewhere,
    /// For those who have no account, and leads others on.
    Entry,
    SignIn,
    Profile,
    Videos,
    Followers,
    Following,
    Follow,
    Unfollow,
    Block,
    Unblock,
    Mute,
    Unmute,
    Accept,
    Decline,
    RemoveFollower,
    AnswerAll,
    Requests,
    Blocked,
    Muted,
    SeeAs,
    SeeAsStranger,
    Feed,
    FeedFollowing,
    FeedFriends,
    Video,
    Change,
    SetAudiences,
    Remove,
    Like,
    Unlike,
    Watch,
    /// A link to a video goes out, which is counted.
    PassOn,
    /// What became of a video, for its owner alone.
    Statistics,
    Gift,
    Comments,
    Comment,
    /// A comment below a comment.
    Reply,
    Replies,
    RemoveComment,
    HideComment,
    ShowComment,
    LikeComment,
    Notifications,
    Talks,
    Message,
    Talk,
    Said,
    Say,
    /// A video, into a conversation.
    Share,
    /// A video, to somebody.
    ShareWith,
    /// The page for it.
    SendOn,
    ForgetMessage,
    ChangeTalk,
    ClearTalk,
    LeaveTalk,
    Suggestions,
    Dismiss,
    Search,
    Tagged,
    /// A sound, which whoever may watch the video that it is the sound of may see; and the videos that use it.
    Sound,
    SoundVideos,
    /// The library: sounds that may be used.
    Sounds,
    ReportAccount,
    ReportVideo,
    ReportComment,
    /// The pages for it, which say who cannot be reported before anything is sent.
    ReportAccountPage,
    ReportVideoPage,
    ReportCommentPage,
    /// The list of what was reported, for moderators alone.
    Queue,
    /// One report.
    Case,
    /// Looks at what a report is about, or leaves it as it is.
    Decide,
    /// Somebody's device.
    EndSession,
    /// A receipt, by the secret that its address is.
    Receipt,
    /// An archive of everything, which is there for its owner alone.
    Takeout,
    /// An upload that is not at its end: the same.
    Upload,
    /// A draft: the same.
    Draft,
    /// What is made of no video that stands here.
    NotMade,
    Rendition,
    /// A rendition that is there with its own sound alone.
    Av1,
    /// What moves without sound.
    Preview,
    Cover,
    Download,
    /// The file as it was uploaded.
    Original,
    /// The videos that stand first on a profile.
    Pins,
    /// The playlists of an account.
    Lists,
    /// A playlist, which whoever sees the profile may see.
    Playlist,
    /// Another's playlist, changed.
    ListChange,
    /// A video, into another's playlist.
    ListPut,
}

/// Every route: method, address, rule.
pub(crate) const ROUTES: &[(&str, &str, Rule)] = &[
    ("GET", "/api/openapi.json", Rule::Open),
    ("GET", "/api/takeout-schema.json", Rule::Open),
    ("GET", "/api/what-we-keep.json", Rule::Open),
    ("GET", "/api/v1/me/recovery-codes", Rule::Own),
    ("GET", "/api/v1/me/statistics", Rule::Own),
    // A name is given out once: `accounts` asks it, and the stage joins by it.
    ("POST", "/api/v1/accounts", Rule::Elsewhere),
    ("GET", "/api/v1/accounts/{handle}", Rule::Profile),
    ("PUT", "/api/v1/accounts/{handle}/block", Rule::Block),
    ("DELETE", "/api/v1/accounts/{handle}/block", Rule::Unblock),
    ("PUT", "/api/v1/accounts/{handle}/follow", Rule::Follow),
    ("DELETE", "/api/v1/accounts/{handle}/follow", Rule::Unfollow),
    ("GET", "/api/v1/accounts/{handle}/followers", Rule::Followers),
    ("GET", "/api/v1/accounts/{handle}/following", Rule::Following),
    ("PUT", "/api/v1/accounts/{handle}/mute", Rule::Mute),
    ("DELETE", "/api/v1/accounts/{handle}/mute", Rule::Unmute),
    ("GET", "/api/v1/accounts/{handle}/pins", Rule::Pins),
    ("GET", "/api/v1/accounts/{handle}/playlists", Rule::Lists),
    ("GET", "/api/v1/accounts/{handle}/videos", Rule::Videos),
    ("DELETE", "/api/v1/comments/{id}", Rule::RemoveComment),
    ("PUT", "/api/v1/comments/{id}/hidden", Rule::HideComment),
    ("DELETE", "/api/v1/comments/{id}/hidden", Rule::ShowComment),
    ("PUT", "/api/v1/comments/{id}/like", Rule::LikeComment),
    ("DELETE", "/api/v1/comments/{id}/like", Rule::LikeComment),
    ("GET", "/api/v1/comments/{id}/replies", Rule::Replies),
    ("GET", "/api/v1/conversations", Rule::Talks),
    ("POST", "/api/v1/conversations", Rule::Message),
    ("POST", "/api/v1/conversations", Rule::ShareWith),
    ("GET", "/api/v1/conversations/{id}", Rule::Talk),
    ("DELETE", "/api/v1/conversations/{id}", Rule::ClearTalk),
    ("POST", "/api/v1/conversations/{id}/accept", Rule::ChangeTalk),
    ("DELETE", "/api/v1/conversations/{id}/membership", Rule::LeaveTalk),
    ("GET", "/api/v1/conversations/{id}/messages", Rule::Said),
    ("POST", "/api/v1/conversations/{id}/messages", Rule::Say),
    ("POST", "/api/v1/conversations/{id}/messages", Rule::Share),
    ("DELETE", "/api/v1/conversations/{id}/messages/{message}", Rule::ForgetMessage),
    ("POST", "/api/v1/conversations/{id}/read", Rule::ChangeTalk),
    ("GET", "/api/v1/events", Rule::OwnActing),
    ("GET", "/api/v1/feed/following", Rule::FeedFollowing),
    ("GET", "/api/v1/feed/for-you", Rule::Feed),
    ("GET", "/api/v1/feed/friends", Rule::FeedFriends),
    ("GET", "/api/v1/me", Rule::Own),
    ("PATCH", "/api/v1/me", Rule::Own),
    ("GET", "/api/v1/me/blocked", Rule::Blocked),
    ("GET", "/api/v1/me/comment-filter", Rule::Own),
    ("PUT", "/api/v1/me/comment-filter", Rule::Own),
    ("GET", "/api/v1/me/decisions", Rule::Own),
    ("GET", "/api/v1/me/deletion", Rule::Own),
    // Nobody here waits to leave: they stay.
    ("DELETE", "/api/v1/me/deletion", Rule::Own),
    // The stage leaves by it; `leaving` asks it.
    ("POST", "/api/v1/me/deletion", Rule::Elsewhere),
    ("POST", "/api/v1/me/deletion/confirm", Rule::Elsewhere),
    // Drafts are videos for oneself alone, which are asked one by one; which of them stand here: `studio`.
    ("GET", "/api/v1/me/drafts", Rule::Own),
    ("GET", "/api/v1/me/feed", Rule::Own),
    ("PATCH", "/api/v1/me/feed", Rule::Own),
    ("POST", "/api/v1/me/feed/reset", Rule::Own),
    ("GET", "/api/v1/me/follow-requests", Rule::Requests),
    ("POST", "/api/v1/me/follow-requests/all", Rule::AnswerAll),
    ("PUT", "/api/v1/me/follow-requests/{handle}", Rule::Accept),
    ("DELETE", "/api/v1/me/follow-requests/{handle}", Rule::Decline),
    ("DELETE", "/api/v1/me/followers/{handle}", Rule::RemoveFollower),
    ("GET", "/api/v1/me/imports", Rule::Own),
    // It fills an account that is new: `takeout`.
    ("POST", "/api/v1/me/imports", Rule::Elsewhere),
    ("GET", "/api/v1/me/message-requests", Rule::Talks),
    ("GET", "/api/v1/me/muted", Rule::Muted),
    ("GET", "/api/v1/me/notifications", Rule::Notifications),
    ("POST", "/api/v1/me/notifications/seen", Rule::Own),
    ("GET", "/api/v1/me/notifications/unread", Rule::Own),
    // One's own phone: `codes`.
    ("POST", "/api/v1/me/recovery-codes", Rule::Elsewhere),
    ("POST", "/api/v1/me/phone", Rule::Elsewhere),
    ("POST", "/api/v1/me/phone/verify", Rule::Elsewhere),
    ("GET", "/api/v1/me/playlists", Rule::Own),
    // It makes a playlist, of nobody else's: `publishing`.
    ("POST", "/api/v1/me/playlists", Rule::Elsewhere),
    ("GET", "/api/v1/me/privacy", Rule::Own),
    ("PATCH", "/api/v1/me/privacy", Rule::Own),
    ("GET", "/api/v1/me/privacy/checkup", Rule::Own),
    ("GET", "/api/v1/me/reports", Rule::Own),
    ("GET", "/api/v1/me/see-as", Rule::SeeAsStranger),
    ("GET", "/api/v1/me/see-as/{handle}", Rule::SeeAs),
    ("GET", "/api/v1/me/sessions", Rule::Own),
    ("DELETE", "/api/v1/me/sessions/{id}", Rule::EndSession),
    ("GET", "/api/v1/me/takeouts", Rule::Own),
    // It makes an archive, of nobody else's, and takes a password: `takeout`.
    ("POST", "/api/v1/me/takeouts", Rule::Elsewhere),
    ("GET", "/api/v1/me/takeouts/{id}", Rule::Takeout),
    ("DELETE", "/api/v1/me/takeouts/{id}", Rule::Takeout),
    ("GET", "/api/v1/me/takeouts/{id}/download", Rule::Takeout),
    ("GET", "/api/v1/me/unread", Rule::Own),
    ("POST", "/api/v1/me/videos/audience", Rule::SetAudiences),
    // Whom one gave something and of whom one got it stands there by one's own rights: see the tests of coins.
    ("GET", "/api/v1/me/wallet", Rule::Own),
    ("POST", "/api/v1/me/wallet/purchases", Rule::Own),
    ("GET", "/api/v1/moderation/log", Rule::Queue),
    ("GET", "/api/v1/moderation/reports", Rule::Queue),
    ("POST", "/api/v1/moderation/reports/{id}", Rule::Decide),
    ("GET", "/api/v1/playlists/{id}", Rule::Playlist),
    ("PATCH", "/api/v1/playlists/{id}", Rule::ListChange),
    ("DELETE", "/api/v1/playlists/{id}", Rule::ListChange),
    ("PUT", "/api/v1/playlists/{id}/videos/{video}", Rule::ListChange),
    ("DELETE", "/api/v1/playlists/{id}/videos/{video}", Rule::ListChange),
    ("GET", "/api/v1/receipts/{id}", Rule::Receipt),
    ("POST", "/api/v1/reports", Rule::ReportAccount),
    ("POST", "/api/v1/reports", Rule::ReportVideo),
    ("POST", "/api/v1/reports", Rule::ReportComment),
    ("GET", "/api/v1/search", Rule::Search),
    ("POST", "/api/v1/sessions", Rule::SignIn),
    // It ends the session that asks: `accounts`.
    ("DELETE", "/api/v1/sessions/current", Rule::Elsewhere),
    ("POST", "/api/v1/sessions/current/password", Rule::Elsewhere),
    ("POST", "/api/v1/me/password", Rule::Elsewhere),
    ("PUT", "/api/v1/me/password", Rule::Elsewhere),
    ("GET", "/api/v1/sounds", Rule::Sounds),
    ("GET", "/api/v1/sounds/{id}", Rule::Sound),
    ("GET", "/api/v1/sounds/{id}/videos", Rule::SoundVideos),
    ("GET", "/api/v1/suggestions", Rule::Suggestions),
    ("DELETE", "/api/v1/suggestions/{handle}", Rule::Dismiss),
    ("GET", "/api/v1/tags/{tag}/videos", Rule::Tagged),
    ("OPTIONS", "/api/v1/uploads", Rule::Open),
    ("GET", "/api/v1/uploads", Rule::Own),
    // It begins an upload, of nobody else's: `studio`.
    ("POST", "/api/v1/uploads", Rule::Elsewhere),
    ("HEAD", "/api/v1/uploads/{id}", Rule::Upload),
    ("PATCH", "/api/v1/uploads/{id}", Rule::Upload),
    ("DELETE", "/api/v1/uploads/{id}", Rule::Upload),
    ("POST", "/api/v1/uploads/{id}", Rule::Upload),
    // It makes a video, of nobody else's: `media`.
    ("POST", "/api/v1/videos", Rule::Elsewhere),
    ("GET", "/api/v1/videos/{id}", Rule::Video),
    ("DELETE", "/api/v1/videos/{id}", Rule::Remove),
    ("PATCH", "/api/v1/videos/{id}", Rule::Change),
    ("GET", "/api/v1/videos/{id}/comments", Rule::Comments),
    ("POST", "/api/v1/videos/{id}/comments", Rule::Comment),
    ("POST", "/api/v1/videos/{id}/comments", Rule::Reply),
    ("GET", "/api/v1/videos/{id}/framing", Rule::Draft),
    ("PUT", "/api/v1/videos/{id}/framing", Rule::Draft),
    ("DELETE", "/api/v1/videos/{id}/framing", Rule::Draft),
    ("GET", "/api/v1/videos/{id}/edit", Rule::Draft),
    ("PUT", "/api/v1/videos/{id}/edit", Rule::Draft),
    ("DELETE", "/api/v1/videos/{id}/edit", Rule::Draft),
    ("POST", "/api/v1/videos/{id}/cancel", Rule::Draft),
    ("GET", "/api/v1/videos/{id}/clips", Rule::Draft),
    ("POST", "/api/v1/videos/{id}/clips", Rule::Draft),
    ("DELETE", "/api/v1/videos/{id}/clips/{clip}", Rule::Draft),
    ("PUT", "/api/v1/videos/{id}/gift", Rule::Gift),
    ("PUT", "/api/v1/videos/{id}/pin", Rule::Change),
    ("DELETE", "/api/v1/videos/{id}/pin", Rule::Change),
    ("PUT", "/api/v1/videos/{id}/like", Rule::Like),
    ("DELETE", "/api/v1/videos/{id}/like", Rule::Unlike),
    ("POST", "/api/v1/videos/{id}/shares", Rule::PassOn),
    ("GET", "/api/v1/videos/{id}/statistics", Rule::Statistics),
    ("POST", "/api/v1/videos/{id}/watches", Rule::Watch),
    ("GET", "/healthz", Rule::Open),
    ("GET", "/readyz", Rule::Open),
    // The payment service tells by it, signed, what was paid: `coins`.
    ("POST", "/stripe/webhook", Rule::Elsewhere),
];

/// What is not in the description: bytes, and pages. Where one form asks several things, each has its line.
pub(crate) const UNDESCRIBED: &[(&str, &str, Rule)] = &[
    ("GET", "/media/{id}/video.mp4", Rule::Rendition),
    ("HEAD", "/media/{id}/video.mp4", Rule::Rendition),
    ("GET", "/media/{id}/480.mp4", Rule::Rendition),
    ("GET", "/media/{id}/1080.mp4", Rule::Rendition),
    ("GET", "/media/{id}/av1.mp4", Rule::Av1),
    ("GET", "/media/{id}/preview.mp4", Rule::Preview),
    ("GET", "/media/{id}/cover.jpg", Rule::Cover),
    ("GET", "/media/{id}/cover.avif", Rule::Cover),
    ("GET", "/media/{id}/download.mp4", Rule::Download),
    ("GET", "/media/{id}/original", Rule::Original),
    // A clip of a planted video has its id.
    ("GET", "/media/{id}/clips/{clip}", Rule::Original),
    // There are none but of a video that was edited: `studio`.
    ("GET", "/media/{id}/captions.vtt", Rule::NotMade),
    ("GET", "/", Rule::Feed),
    ("GET", "/following", Rule::FeedFollowing),
    ("GET", "/friends", Rule::FeedFriends),
    ("GET", "/@{handle}", Rule::Profile),
    ("GET", "/@{handle}/followers", Rule::Followers),
    ("GET", "/@{handle}/following", Rule::Following),
    ("POST", "/accounts/{handle}/follow", Rule::Follow),
    ("POST", "/accounts/{handle}/follow", Rule::Unfollow),
    ("POST", "/accounts/{handle}/remove", Rule::RemoveFollower),
    ("POST", "/accounts/{handle}/block", Rule::Block),
    ("POST", "/accounts/{handle}/block", Rule::Unblock),
    ("POST", "/accounts/{handle}/mute", Rule::Mute),
    ("POST", "/accounts/{handle}/mute", Rule::Unmute),
    ("POST", "/accounts/{handle}/dismiss", Rule::Dismiss),
    ("GET", "/accounts/{handle}/report", Rule::ReportAccountPage),
    ("POST", "/accounts/{handle}/report", Rule::ReportAccount),
    ("GET", "/requests", Rule::Requests),
    ("POST", "/requests", Rule::Accept),
    ("POST", "/requests", Rule::Decline),
    ("POST", "/requests/all", Rule::AnswerAll),
    ("GET", "/v/{id}", Rule::Video),
    ("GET", "/v/{id}/comments", Rule::Comments),
    ("GET", "/v/{id}/comments", Rule::Replies),
    ("POST", "/v/{id}/comments", Rule::Comment),
    ("POST", "/v/{id}/comments", Rule::Reply),
    ("POST", "/videos/{id}/audience", Rule::Change),
    ("POST", "/videos/{id}/pin", Rule::Change),
    ("GET", "/videos/{id}/playlists", Rule::Change),
    ("POST", "/videos/{id}/playlists", Rule::ListPut),
    ("GET", "/playlists", Rule::Own),
    // It makes a playlist, of nobody else's: `publishing`.
    ("POST", "/playlists", Rule::Elsewhere),
    ("GET", "/playlist/{id}", Rule::Playlist),
    ("POST", "/playlist/{id}", Rule::ListChange),
    ("POST", "/playlist/{id}/take", Rule::ListChange),
    ("POST", "/videos/{id}/like", Rule::Like),
    ("POST", "/videos/{id}/like", Rule::Unlike),
    ("POST", "/videos/{id}/delete", Rule::Remove),
    ("GET", "/videos/{id}/gift", Rule::Gift),
    ("POST", "/videos/{id}/gift", Rule::Gift),
    ("GET", "/videos/{id}/report", Rule::ReportVideoPage),
    ("POST", "/videos/{id}/report", Rule::ReportVideo),
    ("POST", "/comments/{id}/like", Rule::LikeComment),
    ("POST", "/comments/{id}/hidden", Rule::HideComment),
    ("POST", "/comments/{id}/hidden", Rule::ShowComment),
    ("POST", "/comments/{id}/delete", Rule::RemoveComment),
    ("GET", "/comments/{id}/report", Rule::ReportCommentPage),
    ("POST", "/comments/{id}/report", Rule::ReportComment),
    ("GET", "/activity", Rule::Notifications),
    ("POST", "/activity/seen", Rule::Own),
    ("GET", "/inbox", Rule::Talks),
    ("GET", "/inbox/requests", Rule::Talks),
    ("GET", "/inbox/new", Rule::Own),
    ("POST", "/inbox/new", Rule::Message),
    ("GET", "/inbox/send/{id}", Rule::SendOn),
    ("POST", "/inbox/send/{id}", Rule::ShareWith),
    ("POST", "/inbox/send/{id}", Rule::Share),
    ("GET", "/inbox/{id}", Rule::Talk),
    ("POST", "/inbox/{id}", Rule::Say),
    ("POST", "/inbox/{id}/accept", Rule::ChangeTalk),
    ("POST", "/inbox/{id}/delete", Rule::ClearTalk),
    ("POST", "/inbox/{id}/leave", Rule::LeaveTalk),
    ("POST", "/inbox/{id}/forget", Rule::ForgetMessage),
    ("GET", "/people", Rule::Suggestions),
    ("GET", "/search", Rule::Open),
    ("POST", "/search", Rule::Search),
    ("GET", "/tags/{tag}", Rule::Tagged),
    ("GET", "/sounds", Rule::Sounds),
    ("POST", "/sounds", Rule::Sounds),
    ("GET", "/sounds/{id}", Rule::Sound),
    ("GET", "/moderation", Rule::Queue),
    ("GET", "/moderation/decided", Rule::Queue),
    ("GET", "/moderation/log", Rule::Queue),
    ("GET", "/moderation/{id}", Rule::Case),
    ("POST", "/moderation/{id}", Rule::Decide),
    ("GET", "/join", Rule::Entry),
    ("GET", "/login", Rule::Entry),
    ("POST", "/login", Rule::SignIn),
    // A name is given out once: `accounts` asks it.
    ("POST", "/join", Rule::Elsewhere),
    // They end the session, the account, or go on with a proof: `accounts`, `leaving`, `codes`.
    ("POST", "/logout", Rule::Elsewhere),
    ("POST", "/settings/password-check", Rule::Elsewhere),
    ("POST", "/settings/password", Rule::Elsewhere),
    ("GET", "/settings/password/code", Rule::Open),
    ("POST", "/settings/password/code", Rule::Elsewhere),
    ("GET", "/settings/leave", Rule::Open),
    ("POST", "/settings/leave", Rule::Elsewhere),
    ("GET", "/settings/leave/confirm", Rule::Open),
    ("POST", "/settings/leave/confirm", Rule::Elsewhere),
    ("GET", "/settings/leave/later", Rule::Open),
    ("POST", "/settings/leave/later", Rule::Elsewhere),
    ("GET", "/settings/leave/lost", Rule::Open),
    ("POST", "/settings/leave/lost", Rule::Elsewhere),
    ("GET", "/settings/leave/stop", Rule::Open),
    ("POST", "/settings/leave/stop", Rule::Own),
    ("GET", "/settings/leave/stay", Rule::Open),
    ("POST", "/settings/leave/stay", Rule::Own),
    // They make an archive, take one back or bring one in, of nobody else's: `takeout`.
    ("GET", "/settings/takeout", Rule::Own),
    ("POST", "/settings/takeout", Rule::Elsewhere),
    ("GET", "/settings/takeout/delete", Rule::Open),
    ("POST", "/settings/takeout/delete", Rule::Elsewhere),
    ("GET", "/settings/bring", Rule::Own),
    ("POST", "/settings/bring", Rule::Elsewhere),
    ("POST", "/settings/phone", Rule::Elsewhere),
    ("GET", "/settings/phone/verify", Rule::Open),
    ("POST", "/settings/phone/verify", Rule::Elsewhere),
    ("GET", "/settings/phone/resend", Rule::Open),
    ("POST", "/settings/phone/resend", Rule::Elsewhere),
    ("GET", "/settings/phone/codes", Rule::Open),
    ("POST", "/settings/phone/codes", Rule::Elsewhere),
    ("GET", "/settings", Rule::Own),
    ("GET", "/settings/profile", Rule::Own),
    ("POST", "/settings/profile", Rule::Own),
    ("GET", "/settings/privacy", Rule::Own),
    ("POST", "/settings/privacy", Rule::Own),
    ("GET", "/settings/privacy/private", Rule::Own),
    ("GET", "/settings/privacy/hiatus", Rule::Own),
    ("GET", "/settings/checkup", Rule::Own),
    ("GET", "/settings/see-as", Rule::Own),
    // It leads to the page of what was typed, whoever that is.
    ("POST", "/settings/see-as", Rule::Own),
    ("GET", "/settings/see-as/@{handle}", Rule::SeeAs),
    ("GET", "/settings/videos", Rule::Own),
    ("POST", "/settings/videos", Rule::SetAudiences),
    ("GET", "/settings/coins", Rule::Own),
    ("POST", "/settings/coins", Rule::Own),
    ("GET", "/settings/feed", Rule::Own),
    ("POST", "/settings/feed", Rule::Own),
    ("POST", "/settings/feed/reset", Rule::Own),
    ("GET", "/settings/comments", Rule::Own),
    ("POST", "/settings/comments", Rule::Own),
    ("GET", "/settings/account", Rule::Own),
    ("GET", "/settings/password-check", Rule::Own),
    ("GET", "/settings/password", Rule::Own),
    ("GET", "/settings/sessions", Rule::Own),
    ("POST", "/settings/sessions/revoke", Rule::EndSession),
    ("GET", "/settings/phone", Rule::Own),
    ("GET", "/settings/blocked", Rule::Blocked),
    ("GET", "/settings/muted", Rule::Muted),
    ("GET", "/settings/reports", Rule::Own),
    ("GET", "/settings/decisions", Rule::Own),
    ("GET", "/receipts/{id}", Rule::Receipt),
    ("GET", "/log/checkpoint", Rule::Open),
    // Tiles of hashes that name nobody, the same for everybody: `erasure_log`.
    ("GET", "/log/tile/{*path}", Rule::Elsewhere),
    ("GET", "/what-we-keep", Rule::Open),
    ("GET", "/leave", Rule::Open),
    // It signs in, and goes on with leaving: `lost_phone`.
    ("POST", "/leave", Rule::Elsewhere),
    ("GET", "/manifest.webmanifest", Rule::Open),
    ("GET", "/favicon.ico", Rule::Open),
    ("GET", "/robots.txt", Rule::Open),
    // Files of the program, the same for everybody: `outro-pages` holds them. And the page of codes that only development has.
    ("GET", "/assets/{*path}", Rule::Elsewhere),
    ("GET", "/dev/outbox", Rule::Elsewhere),
    ("GET", "/studio", Rule::Own),
    ("GET", "/studio/videos/{id}", Rule::Statistics),
    ("GET", "/upload", Rule::Own),
    // It makes a video, of nobody else's: `media`.
    ("POST", "/upload", Rule::Elsewhere),
    ("GET", "/upload/{id}", Rule::Draft),
    ("POST", "/upload/{id}", Rule::Draft),
    ("GET", "/upload/{id}/edit", Rule::Draft),
    ("POST", "/upload/{id}/edit", Rule::Draft),
    ("POST", "/uploads/{id}/discard", Rule::Upload),
];

/// A thing that a question names, in its address or in its body.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Names {
    Handle,
    Video,
    Comment,
    Sound,
    Talk,
    Said,
    Report,
    Session,
    Receipt,
    Takeout,
    Upload,
    Draft,
    Playlist,
}

impl Rule {
    /// What `{id}` in its address is.
    pub(crate) const fn id(self) -> Names {
        use Rule::{
            Case, ChangeTalk, ClearTalk, Decide, EndSession, ForgetMessage, HideComment, LeaveTalk, LikeComment,
            Receipt, RemoveComment, Replies, ReportComment, ReportCommentPage, Said, Say, Share, ShowComment, Talk,
        };
        match self {
            Replies | RemoveComment | HideComment | ShowComment | LikeComment | ReportComment | ReportCommentPage => {
                Names::Comment
            }
            Talk | Said | Say | Share | ForgetMessage | ChangeTalk | ClearTalk | LeaveTalk => Names::Talk,
            Rule::Sound | Rule::SoundVideos => Names::Sound,
            Case | Decide => Names::Report,
            EndSession => Names::Session,
            Receipt => Names::Receipt,
            Rule::Takeout => Names::Takeout,
            Rule::Upload => Names::Upload,
            Rule::Draft => Names::Draft,
            Rule::Playlist | Rule::ListChange => Names::Playlist,
            _ => Names::Video,
        }
    }
}

/// A route, and what is asked of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) template: &'static str,
    pub(crate) rule: Rule,
}

impl Route {
    pub(crate) fn is_page(&self) -> bool {
        !["/api/", "/media/", "/log/", "/healthz", "/readyz"].iter().any(|start| self.template.starts_with(start))
    }

    pub(crate) fn is_form(&self) -> bool {
        self.is_page() && self.method == "POST"
    }

    /// A thread is a page of the comments of a video, and what is sent on is named by the page, whatever stands in the body.
    pub(crate) fn id(&self) -> Names {
        let by_page = self.is_page() && matches!(self.rule, Rule::Replies | Rule::Share);
        if by_page { Names::Video } else { self.rule.id() }
    }

    /// All that it names.
    pub(crate) fn names(&self) -> Vec<Names> {
        use Rule::{Accept, Decline, Message, ReportAccount, ReportComment, ReportVideo, ShareWith, SignIn};
        let mut names = Vec::new();
        if self.template.contains("{handle}") || matches!(self.rule, Message | ShareWith | SignIn | ReportAccount) {
            names.push(Names::Handle);
        }
        if self.is_form() && matches!(self.rule, Accept | Decline) {
            names.push(Names::Handle);
        }
        if self.template.contains("{id}") {
            names.push(self.id());
        }
        match self.rule {
            Rule::SetAudiences | ReportVideo | Rule::Share | ShareWith => names.push(Names::Video),
            ReportComment | Rule::Reply | Rule::Replies => names.push(Names::Comment),
            Rule::ForgetMessage => names.push(Names::Said),
            Rule::EndSession => names.push(Names::Session),
            Rule::ListPut => names.push(Names::Playlist),
            Rule::ListChange if self.template.contains("{video}") || self.template.ends_with("/take") => {
                names.push(Names::Video);
            }
            _ => {}
        }
        if self.rule == Rule::Share {
            names.push(Names::Talk);
        }
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// All that are asked.
pub(crate) fn asked() -> Vec<Route> {
    let all = ROUTES.iter().chain(UNDESCRIBED).filter(|(.., rule)| *rule != Rule::Elsewhere);
    all.map(|&(method, template, rule)| Route { method, template, rule }).collect()
}

fn each_once(routes: impl Iterator<Item = (String, String)>) -> BTreeSet<(String, String)> {
    routes.collect()
}

fn ruled(of: &[(&str, &str, Rule)]) -> BTreeSet<(String, String)> {
    // Where there is a GET, it answers HEAD too, and that alone is told.
    let has_get = |path: &str| of.iter().any(|(method, other, _)| *method == "GET" && *other == path);
    let without_head = of.iter().filter(|(method, path, _)| *method != "HEAD" || !has_get(path));
    each_once(without_head.map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())))
}

#[test]
fn every_described_route_has_its_rule() {
    let document = serde_json::to_value(outro_http::description()).unwrap();
    let of = |(path, methods): (&String, &serde_json::Value)| -> Vec<(String, String)> {
        methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())).collect()
    };
    let described = each_once(document["paths"].as_object().unwrap().iter().flat_map(of));
    assert_eq!(described, ruled(ROUTES));
}

/// So has every page and every part of a video, as the routers themselves tell them.
#[test]
fn every_page_and_every_part_has_its_rule() {
    // The router takes no parameter after an `@`; and the words of seeing as others do are asked by `privacy`.
    let spelt = |path: String| path.replace("/{name}", "/@{handle}").replace("{video}", "{id}");
    let served =
        each_once(outro_http::undescribed().into_iter().map(|(method, path)| (method.to_owned(), spelt(path))));
    assert_eq!(served, ruled(UNDESCRIBED));
}

/// A route that names somebody or something is asked about it.
#[test]
fn what_takes_a_handle_or_an_id_is_asked() {
    for (method, path, rule) in ROUTES.iter().chain(UNDESCRIBED) {
        let takes = path.contains("{handle}") || path.contains("{id}");
        assert!(!takes || !matches!(rule, Rule::Own | Rule::Open | Rule::Elsewhere), "{method} {path}");
    }
}

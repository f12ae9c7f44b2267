//! Every route there is, and what the model has to say of it. A route of the description without a rule fails, so that no new one
//! goes unasked.

/// What a route asks of the model. What is done changes the model's world as it must change the server's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rule {
    /// Takes nothing of anybody else's: one's own settings, sessions, phone, leaving; or nobody's at all.
    Nobodys,
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
    Feed,
    FeedFollowing,
    FeedFriends,
    Video,
    Change,
    Remove,
    Like,
    Unlike,
    Watch,
    Gift,
    Comments,
    Comment,
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
    ForgetMessage,
    ChangeTalk,
    ClearTalk,
    LeaveTalk,
    Suggestions,
    Dismiss,
    Search,
    Tagged,
    Report,
    /// For moderators alone, of whom there are none.
    Office,
    Rendition,
    Cover,
    Download,
    PageProfile,
    PageFollowers,
    PageFollowing,
    PageVideo,
    PageComments,
    PageFeed,
    PageTimeline,
    PageSeeAs,
    PageTalk,
    PageSendOn,
    PageSuggestions,
    PageTagged,
    PageReportAccount,
    PageReportVideo,
    PageGift,
    PageOffice,
}

/// Every route: method, address, rule.
pub(crate) const ROUTES: &[(&str, &str, Rule)] = &[
    ("GET", "/api/openapi.json", Rule::Nobodys),
    ("POST", "/api/v1/accounts", Rule::Nobodys),
    ("GET", "/api/v1/accounts/{handle}", Rule::Profile),
    ("PUT", "/api/v1/accounts/{handle}/block", Rule::Block),
    ("DELETE", "/api/v1/accounts/{handle}/block", Rule::Unblock),
    ("PUT", "/api/v1/accounts/{handle}/follow", Rule::Follow),
    ("DELETE", "/api/v1/accounts/{handle}/follow", Rule::Unfollow),
    ("GET", "/api/v1/accounts/{handle}/followers", Rule::Followers),
    ("GET", "/api/v1/accounts/{handle}/following", Rule::Following),
    ("PUT", "/api/v1/accounts/{handle}/mute", Rule::Mute),
    ("DELETE", "/api/v1/accounts/{handle}/mute", Rule::Unmute),
    ("GET", "/api/v1/accounts/{handle}/videos", Rule::Videos),
    ("DELETE", "/api/v1/comments/{id}", Rule::RemoveComment),
    ("PUT", "/api/v1/comments/{id}/hidden", Rule::HideComment),
    ("DELETE", "/api/v1/comments/{id}/hidden", Rule::ShowComment),
    ("PUT", "/api/v1/comments/{id}/like", Rule::LikeComment),
    ("DELETE", "/api/v1/comments/{id}/like", Rule::LikeComment),
    ("GET", "/api/v1/comments/{id}/replies", Rule::Replies),
    ("GET", "/api/v1/conversations", Rule::Talks),
    ("POST", "/api/v1/conversations", Rule::Message),
    ("GET", "/api/v1/conversations/{id}", Rule::Talk),
    ("DELETE", "/api/v1/conversations/{id}", Rule::ClearTalk),
    ("POST", "/api/v1/conversations/{id}/accept", Rule::ChangeTalk),
    ("DELETE", "/api/v1/conversations/{id}/membership", Rule::LeaveTalk),
    ("GET", "/api/v1/conversations/{id}/messages", Rule::Said),
    ("POST", "/api/v1/conversations/{id}/messages", Rule::Say),
    ("DELETE", "/api/v1/conversations/{id}/messages/{message}", Rule::ForgetMessage),
    ("POST", "/api/v1/conversations/{id}/read", Rule::ChangeTalk),
    // Ids and counts of one's own, without end.
    ("GET", "/api/v1/events", Rule::Nobodys),
    ("GET", "/api/v1/feed/following", Rule::FeedFollowing),
    ("GET", "/api/v1/feed/for-you", Rule::Feed),
    ("GET", "/api/v1/feed/friends", Rule::FeedFriends),
    ("GET", "/api/v1/me", Rule::Nobodys),
    ("PATCH", "/api/v1/me", Rule::Nobodys),
    ("GET", "/api/v1/me/blocked", Rule::Blocked),
    ("GET", "/api/v1/me/comment-filter", Rule::Nobodys),
    ("PUT", "/api/v1/me/comment-filter", Rule::Nobodys),
    ("GET", "/api/v1/me/decisions", Rule::Nobodys),
    ("GET", "/api/v1/me/deletion", Rule::Nobodys),
    ("POST", "/api/v1/me/deletion", Rule::Nobodys),
    ("POST", "/api/v1/me/deletion/confirm", Rule::Nobodys),
    ("GET", "/api/v1/me/feed", Rule::Nobodys),
    ("PATCH", "/api/v1/me/feed", Rule::Nobodys),
    ("POST", "/api/v1/me/feed/reset", Rule::Nobodys),
    ("GET", "/api/v1/me/follow-requests", Rule::Requests),
    ("POST", "/api/v1/me/follow-requests/all", Rule::AnswerAll),
    ("PUT", "/api/v1/me/follow-requests/{handle}", Rule::Accept),
    ("DELETE", "/api/v1/me/follow-requests/{handle}", Rule::Decline),
    ("DELETE", "/api/v1/me/followers/{handle}", Rule::RemoveFollower),
    ("GET", "/api/v1/me/message-requests", Rule::Talks),
    ("GET", "/api/v1/me/muted", Rule::Muted),
    ("GET", "/api/v1/me/notifications", Rule::Notifications),
    ("POST", "/api/v1/me/notifications/seen", Rule::Nobodys),
    ("GET", "/api/v1/me/notifications/unread", Rule::Nobodys),
    ("POST", "/api/v1/me/phone", Rule::Nobodys),
    ("POST", "/api/v1/me/phone/verify", Rule::Nobodys),
    ("GET", "/api/v1/me/privacy", Rule::Nobodys),
    ("PATCH", "/api/v1/me/privacy", Rule::Nobodys),
    ("GET", "/api/v1/me/reports", Rule::Nobodys),
    ("GET", "/api/v1/me/see-as", Rule::Nobodys),
    ("GET", "/api/v1/me/see-as/{handle}", Rule::SeeAs),
    ("GET", "/api/v1/me/sessions", Rule::Nobodys),
    // The id of a session, and of a receipt: nobody's whose handle or video it could tell of.
    ("DELETE", "/api/v1/me/sessions/{id}", Rule::Nobodys),
    ("GET", "/api/v1/me/unread", Rule::Nobodys),
    ("POST", "/api/v1/me/videos/audience", Rule::Nobodys),
    // Whom one gave something and of whom one got it stands there by one's own rights: see the tests of coins.
    ("GET", "/api/v1/me/wallet", Rule::Nobodys),
    ("POST", "/api/v1/me/wallet/purchases", Rule::Nobodys),
    ("GET", "/api/v1/moderation/reports", Rule::Office),
    ("POST", "/api/v1/moderation/reports/{id}", Rule::Office),
    ("GET", "/api/v1/receipts/{id}", Rule::Nobodys),
    ("POST", "/api/v1/reports", Rule::Report),
    ("GET", "/api/v1/search", Rule::Search),
    ("POST", "/api/v1/sessions", Rule::Nobodys),
    ("DELETE", "/api/v1/sessions/current", Rule::Nobodys),
    ("POST", "/api/v1/sessions/current/password", Rule::Nobodys),
    ("GET", "/api/v1/suggestions", Rule::Suggestions),
    ("DELETE", "/api/v1/suggestions/{handle}", Rule::Dismiss),
    ("GET", "/api/v1/tags/{tag}/videos", Rule::Tagged),
    ("POST", "/api/v1/videos", Rule::Nobodys),
    ("GET", "/api/v1/videos/{id}", Rule::Video),
    ("DELETE", "/api/v1/videos/{id}", Rule::Remove),
    ("PATCH", "/api/v1/videos/{id}", Rule::Change),
    ("GET", "/api/v1/videos/{id}/comments", Rule::Comments),
    ("POST", "/api/v1/videos/{id}/comments", Rule::Comment),
    ("PUT", "/api/v1/videos/{id}/gift", Rule::Gift),
    ("PUT", "/api/v1/videos/{id}/like", Rule::Like),
    ("DELETE", "/api/v1/videos/{id}/like", Rule::Unlike),
    ("POST", "/api/v1/videos/{id}/watches", Rule::Watch),
    ("GET", "/healthz", Rule::Nobodys),
    ("GET", "/readyz", Rule::Nobodys),
    ("POST", "/stripe/webhook", Rule::Nobodys),
];

/// What is not in the description: bytes, and pages that take a handle or an id.
pub(crate) const UNDESCRIBED: &[(&str, &str, Rule)] = &[
    ("GET", "/media/{id}/video.mp4", Rule::Rendition),
    ("HEAD", "/media/{id}/video.mp4", Rule::Rendition),
    ("GET", "/media/{id}/cover.jpg", Rule::Cover),
    ("GET", "/media/{id}/download.mp4", Rule::Download),
    ("GET", "/media/{id}/original", Rule::Download),
    ("GET", "/@{handle}", Rule::PageProfile),
    ("GET", "/@{handle}/followers", Rule::PageFollowers),
    ("GET", "/@{handle}/following", Rule::PageFollowing),
    ("GET", "/v/{id}", Rule::PageVideo),
    ("GET", "/v/{id}/comments", Rule::PageComments),
    ("GET", "/", Rule::PageFeed),
    ("GET", "/following", Rule::PageTimeline),
    ("GET", "/friends", Rule::PageTimeline),
    ("GET", "/settings/see-as/@{handle}", Rule::PageSeeAs),
    ("GET", "/inbox/{id}", Rule::PageTalk),
    ("GET", "/inbox/send/{id}", Rule::PageSendOn),
    ("GET", "/people", Rule::PageSuggestions),
    ("GET", "/tags/{tag}", Rule::PageTagged),
    ("GET", "/accounts/{handle}/report", Rule::PageReportAccount),
    ("GET", "/videos/{id}/report", Rule::PageReportVideo),
    ("GET", "/videos/{id}/gift", Rule::PageGift),
    ("GET", "/moderation/{id}", Rule::PageOffice),
];

impl Rule {
    /// Whether the id of its route is a comment's.
    pub(crate) const fn is_of_a_comment(self) -> bool {
        use Rule::{HideComment, LikeComment, RemoveComment, Replies, ShowComment};
        matches!(self, Replies | RemoveComment | HideComment | ShowComment | LikeComment)
    }

    /// Whether it is a conversation's.
    pub(crate) const fn is_of_a_talk(self) -> bool {
        use Rule::{ChangeTalk, ClearTalk, ForgetMessage, LeaveTalk, PageTalk, Said, Say, Talk};
        matches!(self, Talk | Said | Say | ForgetMessage | ChangeTalk | ClearTalk | LeaveTalk | PageTalk)
    }
}

/// All that are asked.
pub(crate) fn asked() -> Vec<(&'static str, &'static str, Rule)> {
    ROUTES.iter().chain(UNDESCRIBED).copied().filter(|(.., rule)| *rule != Rule::Nobodys).collect()
}

#[test]
fn every_described_route_has_its_rule() {
    let document = serde_json::to_value(outro_http::description()).unwrap();
    let of = |(path, methods): (&String, &serde_json::Value)| -> Vec<(String, String)> {
        methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())).collect()
    };
    let mut described: Vec<_> = document["paths"].as_object().unwrap().iter().flat_map(of).collect();
    let mut ruled: Vec<_> = ROUTES.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    described.sort();
    ruled.sort();
    assert_eq!(described, ruled);
}

/// A route that names somebody or something is nobody's only where it is said why.
#[test]
fn what_takes_a_handle_or_an_id_is_asked() {
    let quiet = ["/api/v1/me/sessions/{id}", "/api/v1/receipts/{id}"];
    for (method, path, rule) in ROUTES {
        let takes = path.contains('{') && !path.contains("{tag}") && !quiet.contains(path);
        assert!(!takes || *rule != Rule::Nobodys, "{method} {path}");
    }
}

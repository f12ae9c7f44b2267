//! The words for reports, and for what moderators do.

words! {
    /// What was reported.
    ReportedKind {
        /// An account.
        Account = 0, "account";
        /// A video.
        Video = 1, "video";
        /// A comment.
        Comment = 2, "comment";
    }
}

words! {
    /// Why something is reported, and why something is decided.
    ReportReason {
        /// Spam, or a fraud.
        Spam = 0, "spam";
        /// Somebody is harassed or bullied.
        Harassment = 1, "harassment";
        /// People are degraded for what they are.
        Hate = 2, "hate";
        /// Violence is threatened, shown or praised.
        Violence = 3, "violence";
        /// Sexual content.
        Sexual = 4, "sexual";
        /// A child is in danger.
        ChildSafety = 5, "child_safety";
        /// Suicide or self-harm.
        SelfHarm = 6, "self_harm";
        /// Somebody's private matters are shown.
        PrivateMatters = 7, "private_matters";
        /// Somebody pretends to be another.
        Impersonation = 8, "impersonation";
        /// It is against the law in another way, somebody's rights in a work included.
        Illegal = 9, "illegal";
        /// Something else.
        Other = 10, "other";
    }
}

words! {
    /// What has come of a report.
    ReportState {
        /// It waits for a moderator.
        Open = 0, "open";
        /// A moderator has looked and left it as it is.
        Dismissed = 1, "dismissed";
        /// A moderator has acted on it.
        Acted = 2, "acted";
    }
}

words! {
    /// What a moderator does.
    ModerationAct {
        /// Looks at what was reported.
        Look = 0, "look";
        /// Hides a video or a comment from everybody but whoever made it.
        Hide = 1, "hide";
        /// Shows it again.
        Unhide = 2, "unhide";
        /// Leaves what was reported as it is.
        Dismiss = 3, "dismiss";
        /// Suspends an account.
        Suspend = 4, "suspend";
        /// Ends a suspension.
        Unsuspend = 5, "unsuspend";
        /// Makes an account a moderator's.
        Grant = 6, "grant";
        /// Makes it one no more.
        Revoke = 7, "revoke";
    }
}

words! {
    /// What a decision rests on.
    Ground {
        /// What this site asks of everybody.
        Rules = 0, "rules";
        /// The law.
        Law = 1, "law";
    }
}

words! {
    /// What a decision followed.
    ActSource {
        /// Somebody reported it.
        Notice = 0, "notice";
        /// Whoever runs the site, by themselves.
        OwnInitiative = 1, "own_initiative";
    }
}

words! {
    /// Why whoever runs the site erases an account.
    EraseReason {
        /// The person asked for it, by a letter, say (GDPR, Art. 17).
        Asked = 0, "asked";
        /// The person has died, and those who may ask have.
        Died = 1, "died";
        /// The person is too young to have an account here.
        UnderAge = 2, "under_age";
        /// A court or an authority has ordered it.
        Ordered = 3, "ordered";
    }
}

//! Reporting, what came of it, what was decided about oneself, and the queue of moderators.

use askama::Template;

use crate::{Chrome, FormState, Text, VideoCard, chrome::Tab, page};

/// The words of the reasons, in the order in which they are offered; the catalogue has a sentence for each.
pub(crate) const REASONS: &[&str] = &[
    "spam",
    "harassment",
    "hate",
    "violence",
    "sexual",
    "child_safety",
    "self_harm",
    "private_matters",
    "impersonation",
    "illegal",
    "other",
];

/// What was reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportedKind {
    /// An account.
    Account,
    /// A video.
    Video,
    /// A comment.
    Comment,
}

/// `GET /accounts/HANDLE/report`, `GET /videos/ID/report` and `GET /comments/ID/report`. Posts to its own address with `reason` and `note`.
#[derive(Debug, Clone, Template)]
#[template(path = "report.html", whitespace = "minimize")]
pub struct ReportPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// What is reported.
    pub of: ReportedKind,
    /// The page's own address.
    pub action: String,
    /// Where to go without reporting.
    pub back: String,
    /// Whose account is reported, without `@`; empty unless an account is.
    pub handle: String,
    /// The word that was chosen; empty for none.
    pub reason: String,
    /// As typed.
    pub note: String,
}

page!(ReportPage, |_| Tab::Elsewhere);

impl ReportPage {
    fn title(&self) -> String {
        let t = self.chrome.t();
        match self.of {
            ReportedKind::Account => {
                crate::fill(t.moderation_report_account, format!("\u{2066}{}\u{2069}", self.handle))
            }
            ReportedKind::Video => t.moderation_report_video.to_owned(),
            ReportedKind::Comment => t.moderation_report_comment.to_owned(),
        }
    }
}

/// What has come of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportState {
    /// It waits.
    Open,
    /// It was left as it is.
    Dismissed,
    /// Something was done.
    Acted,
}

impl ReportState {
    pub(crate) fn sentence(self, t: &'static Text) -> &'static str {
        match self {
            Self::Open => t.moderation_outcome_open,
            Self::Dismissed => t.moderation_outcome_dismissed,
            Self::Acted => t.moderation_outcome_acted,
        }
    }
}

/// One report in a list.
#[derive(Debug, Clone)]
pub struct ReportRow {
    /// The id, as addresses carry it.
    pub id: String,
    /// What was reported.
    pub of: ReportedKind,
    /// The word of the reason.
    pub reason: String,
    /// What the reporter wrote; may be empty.
    pub note: String,
    /// What has come of it.
    pub state: ReportState,
    /// When, RFC 3339.
    pub created_at: String,
}

impl ReportRow {
    pub(crate) fn kind(&self, t: &'static Text) -> &'static str {
        match self.of {
            ReportedKind::Account => t.moderation_kind_account,
            ReportedKind::Video => t.moderation_kind_video,
            ReportedKind::Comment => t.moderation_kind_comment,
        }
    }

    pub(crate) fn icon(&self) -> &'static str {
        match self.of {
            ReportedKind::Account => "user-round",
            ReportedKind::Video => "film",
            ReportedKind::Comment => "message-circle",
        }
    }

    pub(crate) fn of_video(&self) -> bool {
        self.of == ReportedKind::Video
    }

    pub(crate) fn of_comment(&self) -> bool {
        self.of == ReportedKind::Comment
    }

    pub(crate) fn is_open(&self) -> bool {
        self.state == ReportState::Open
    }
}

/// `GET /settings/reports`: one's own reports.
#[derive(Debug, Clone, Template)]
#[template(path = "reports.html", whitespace = "minimize")]
pub struct ReportsPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// The reports, the latest first.
    pub items: Vec<ReportRow>,
    /// Address of the next page.
    pub next_href: Option<String>,
}

page!(ReportsPage, |_| Tab::Profile);

/// `GET /settings/decisions`: what was decided about oneself.
#[derive(Debug, Clone, Template)]
#[template(path = "decisions.html", whitespace = "minimize")]
pub struct DecisionsPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// The decisions, the latest first.
    pub items: Vec<DecisionRow>,
    /// Address of the next page.
    pub next_href: Option<String>,
}

page!(DecisionsPage, |_| Tab::Profile);

/// What a moderator decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// A video or a comment is hidden.
    Hide,
    /// It is shown again.
    Unhide,
    /// The account is suspended.
    Suspend,
    /// The account is not suspended any more.
    Unsuspend,
}

/// One decision.
#[derive(Debug, Clone)]
pub struct DecisionRow {
    /// What was decided.
    pub decision: Decision,
    /// Whether it is about a comment.
    pub of_comment: bool,
    /// Where it stands; empty when it is about the account, or the comment is taken away.
    pub href: String,
    /// What the comment says; empty when it is about something else, or the comment is taken away.
    pub quote: String,
    /// The word of the reason.
    pub reason: String,
    /// The word of what it rests on: `law` or `rules`.
    pub ground: String,
    /// The law or the rule by name; may be empty.
    pub provision: String,
    /// Whether it followed a report; else whoever runs the site did it by themselves.
    pub by_notice: bool,
    /// What the moderator wrote; may be empty.
    pub statement: String,
    /// When, RFC 3339.
    pub created_at: String,
}

impl DecisionRow {
    pub(crate) fn title(&self, t: &'static Text) -> &'static str {
        match self.decision {
            Decision::Hide if self.of_comment => t.moderation_decided_hide_comment,
            Decision::Unhide if self.of_comment => t.moderation_decided_unhide_comment,
            Decision::Hide => t.moderation_decided_hide,
            Decision::Unhide => t.moderation_decided_unhide,
            Decision::Suspend => t.moderation_decided_suspend,
            Decision::Unsuspend => t.moderation_decided_unsuspend,
        }
    }

    pub(crate) fn meaning(&self, t: &'static Text) -> &'static str {
        match self.decision {
            Decision::Hide if self.of_comment => t.moderation_means_hide_comment,
            Decision::Unhide if self.of_comment => t.moderation_means_unhide_comment,
            Decision::Hide => t.moderation_means_hide,
            Decision::Unhide => t.moderation_means_unhide,
            Decision::Suspend => t.moderation_means_suspend,
            Decision::Unsuspend => t.moderation_means_unsuspend,
        }
    }

    pub(crate) fn rests_on(&self, t: &'static Text) -> String {
        let ground = if self.ground == "law" { t.moderation_ground_law } else { t.moderation_ground_rules };
        if self.provision.is_empty() {
            ground.to_owned()
        } else {
            format!("{ground}: \u{2068}{}\u{2069}", self.provision)
        }
    }

    /// Whether it takes something from the person, who can then object.
    pub(crate) fn restricts(&self) -> bool {
        matches!(self.decision, Decision::Hide | Decision::Suspend)
    }
}

/// A report in the queue.
#[derive(Debug, Clone)]
pub struct Case {
    /// The report.
    pub report: ReportRow,
    /// How many open reports there are of the same thing.
    pub open: i64,
    /// Whether the account is suspended.
    pub suspended: bool,
    /// Whether the video, or the comment, is hidden by a moderator.
    pub hidden: bool,
}

/// `GET /moderation` and `GET /moderation/decided`. Posts `/moderation/ID` with `act` = `look`.
#[derive(Debug, Clone, Template)]
#[template(path = "moderation.html", whitespace = "minimize")]
pub struct ModerationPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Whether it is the list of what was decided.
    pub decided: bool,
    /// The reports.
    pub items: Vec<Case>,
    /// Address of the next page.
    pub next_href: Option<String>,
}

page!(ModerationPage, |_| Tab::Profile);

/// Who did what the log tells.
#[derive(Debug, Clone)]
pub enum LogHand {
    /// A moderator.
    Moderator {
        /// Handle, without `@`.
        handle: String,
    },
    /// A moderator whose account the viewer may not see.
    Unseen {
        /// The id of the account.
        id: String,
    },
    /// A moderator who has left.
    Left,
    /// Whoever runs the site.
    Operator,
}

/// One line of the log.
#[derive(Debug, Clone)]
pub struct LogRow {
    /// The id.
    pub id: String,
    /// The word of what was done.
    pub act: String,
    /// What it was done to.
    pub of: ReportedKind,
    /// The id of the thing.
    pub thing: String,
    /// Where the report stands; empty when there is none.
    pub href: String,
    /// Handle, without `@`, of whoever was given or lost the right to moderate; empty for everything else.
    pub account: String,
    /// Who did it.
    pub by: LogHand,
    /// The word of the reason; empty where a right was given or taken.
    pub reason: String,
    /// When, RFC 3339.
    pub created_at: String,
}

impl LogRow {
    pub(crate) fn title(&self, t: &'static Text) -> &'static str {
        match (self.act.as_str(), self.of) {
            ("look", _) => t.moderation_log_look,
            ("hide", ReportedKind::Comment) => t.moderation_log_hide_comment,
            ("hide", _) => t.moderation_log_hide,
            ("unhide", ReportedKind::Comment) => t.moderation_log_unhide_comment,
            ("unhide", _) => t.moderation_log_unhide,
            ("suspend", _) => t.moderation_log_suspend,
            ("unsuspend", _) => t.moderation_log_unsuspend,
            ("grant", _) => t.moderation_log_grant,
            ("revoke", _) => t.moderation_log_revoke,
            _ => t.moderation_log_dismiss,
        }
    }

    pub(crate) fn icon(&self) -> &'static str {
        match self.act.as_str() {
            "look" => "eye",
            "hide" => "eye-off",
            "suspend" => "ban",
            "unhide" | "unsuspend" => "rotate-cw",
            "grant" => "user-check",
            "revoke" => "user-minus",
            _ => "check",
        }
    }

    pub(crate) fn kind(&self, t: &'static Text) -> &'static str {
        match self.of {
            ReportedKind::Account => t.moderation_kind_account,
            ReportedKind::Video => t.moderation_kind_video,
            ReportedKind::Comment => t.moderation_kind_comment,
        }
    }
}

/// `GET /moderation/log`.
#[derive(Debug, Clone, Template)]
#[template(path = "log.html", whitespace = "minimize")]
pub struct LogPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// The lines, the latest first.
    pub items: Vec<LogRow>,
    /// Address of the next page.
    pub next_href: Option<String>,
}

page!(LogPage, |_| Tab::Profile);

/// `GET /moderation/ID`. Posts to its own address with `act`, `reason` and `statement`.
#[derive(Debug, Clone, Template)]
#[template(path = "case.html", whitespace = "minimize")]
pub struct CasePage {
    /// Shared parts.
    pub chrome: Chrome,
    /// Errors.
    pub form: FormState,
    /// The report.
    pub case: Case,
    /// What was reported; none unless the moderator looks at it.
    pub seen: Option<CaseSeen>,
    /// The word of the reason that is chosen for the decision.
    pub reason: String,
    /// The word of what it rests on; empty where that follows from the reason.
    pub ground: String,
    /// As typed.
    pub provision: String,
    /// As typed.
    pub statement: String,
}

page!(CasePage, |_| Tab::Profile);

/// What a moderator looks at.
#[derive(Debug, Clone)]
pub struct CaseSeen {
    /// Handle, without `@`.
    pub handle: String,
    /// Name; may be empty.
    pub display_name: String,
    /// Bio; may be empty.
    pub bio: String,
    /// The video that was reported, where it can be watched.
    pub video: Option<VideoCard>,
    /// What the comment says that was reported, where it is still there.
    pub comment: Option<String>,
}

//! Reports, and what moderators did.

use crate::Erase::DeleteRows;
use crate::Holds::{Sealed, Structure};
use crate::Takeout::{Internal, Part};
use crate::{Link, Table, VideoLink};

use super::{DUTY_TO_MODERATE, column};

/// `subject_id` is whose thing was reported; `thing_id` is the thing itself, an account or a video.
pub(super) const REPORTS: Table = Table {
    name: "reports",
    why: "What you have reported, and that something of yours was reported. Who reported it is told to nobody.",
    ground: DUTY_TO_MODERATE,
    key: &["reporter_id", "id"],
    columns: &[
        column("reporter_id", Structure, Internal),
        column("id", Structure, Internal),
        column("kind", Structure, Part("reports")),
        column("subject_id", Structure, Internal),
        column("thing_id", Structure, Part("reports")),
        column("owner_id", Structure, Internal),
        column("video_id", Structure, Internal),
        column("reason", Structure, Part("reports")),
        column("note", Sealed, Part("reports")),
        column("state", Structure, Part("reports")),
        column("created_at", Structure, Part("reports")),
        column("closed_at", Structure, Part("reports")),
    ],
    links: &[
        Link { column: "reporter_id", erase: DeleteRows },
        Link { column: "subject_id", erase: DeleteRows },
        Link { column: "owner_id", erase: DeleteRows },
    ],
    video: Some(VideoLink { owner: "owner_id", video: "video_id" }),
};

/// Which moderator it was stands apart: when they leave, what they did stays and names nobody.
pub(super) const MODERATION_HANDS: Table = Table {
    name: "moderation_hands",
    why: "Which moderator did what, and which report gave them the right to look.",
    ground: DUTY_TO_MODERATE,
    key: &["moderator_id", "act_id"],
    columns: &[
        column("moderator_id", Structure, Internal),
        column("act_id", Structure, Internal),
        column("subject_id", Structure, Internal),
        column("report_id", Structure, Internal),
        column("act", Structure, Internal),
    ],
    links: &[Link { column: "moderator_id", erase: DeleteRows }, Link { column: "subject_id", erase: DeleteRows }],
    video: None,
};

pub(super) const MODERATION_ACTS: Table = Table {
    name: "moderation_acts",
    why: "What moderators did about you and your videos, why, and what they wrote to you about it; and that you \
        became a moderator, or are none any more.",
    ground: DUTY_TO_MODERATE,
    key: &["subject_id", "id"],
    columns: &[
        column("subject_id", Structure, Internal),
        column("id", Structure, Internal),
        column("act", Structure, Part("decisions")),
        column("kind", Structure, Part("decisions")),
        column("thing_id", Structure, Part("decisions")),
        column("reason", Structure, Part("decisions")),
        column("statement", Sealed, Part("decisions")),
        column("created_at", Structure, Part("decisions")),
        column("ground", Structure, Part("decisions")),
        column("provision", Sealed, Part("decisions")),
        column("source", Structure, Part("decisions")),
    ],
    links: &[Link { column: "subject_id", erase: DeleteRows }],
    video: None,
};

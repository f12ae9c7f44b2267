//! How long what stands on the map is kept while its owner stays. What goes by itself goes by these very numbers: the
//! jobs that remove it take them from here.

use std::borrow::Cow;

use crate::{Blob, Table};

/// How long a sign-in lasts that is not used, in days.
pub const SESSION_DAYS: i64 = 90;
/// How long a notification is kept, in days.
pub const NOTIFICATION_DAYS: i64 = 90;
/// How long it is kept what somebody watched, in days.
pub const WATCH_DAYS: i64 = 60;
/// How long it is kept what happened to a video on a day, in days.
pub const STATISTICS_DAYS: i64 = 90;
/// How long a page that was cut off can go on where it was, in hours.
pub const EVENT_HOURS: i64 = 24;
/// How long a one-time code can be used, in seconds.
pub const CODE_SECONDS: i64 = 300;
/// How long an archive of everything can be downloaded, in days.
pub const TAKEOUT_DAYS: i64 = 7;
/// How long an upload, or what is brought in, may take before it is held to be over, in hours.
pub const UPLOAD_HOURS: i64 = 24;
/// How long the number of a payment service's report is kept, in days. Nothing is reported anew after that.
pub const PAYMENT_EVENT_DAYS: i64 = 40;
/// How long a backup opens at most, in days.
pub const BACKUP_DAYS: i64 = 35;
/// How long it is kept that somebody was erased on request, in days: three years.
pub const OPERATOR_LOG_DAYS: i64 = 3 * 365;

const WITH_ACCOUNT: &str = "as long as you have your account";
/// What the person holds in their own hands.
const UNTIL_REMOVED: &str = "as long as you have your account, or until you remove it yourself";
const FOR_GOOD: &str = "for good: it names nobody";

impl Table {
    /// How long its rows are kept, in plain words.
    pub fn kept_for(&self) -> Cow<'static, str> {
        let text = match self.name {
            "sessions" => return format!("until you sign out, or {SESSION_DAYS} days after it was used last").into(),
            "challenges" => return format!("{} minutes, and gone within the hour", CODE_SECONDS / 60).into(),
            "resends" => "until a code is used",
            "notifications" => return format!("{NOTIFICATION_DAYS} days").into(),
            "watches" => return format!("{WATCH_DAYS} days").into(),
            "video_days" => {
                return format!("{STATISTICS_DAYS} days, or until you remove the video").into();
            }
            "events" => return format!("{EVENT_HOURS} hours").into(),
            "takeouts" => return format!("{TAKEOUT_DAYS} days, or until you delete it").into(),
            "imports" => {
                return format!("{UPLOAD_HOURS} hours where it does not arrive whole; else with your account").into();
            }
            "uploads" => {
                return format!(
                    "until the whole file is here, or {UPLOAD_HOURS} hours after its last piece came; a week at most"
                )
                .into();
            }
            "departures" => "until you have left, or changed your mind",
            "pending_leaves" => "until the wait is over and your account is gone, or it is stopped",
            "replaced_phones" => {
                "until you leave at once by the new number: three days, unless the operator has set another wait"
            }
            "recovery_codes" => "until it is used, or others take its place",
            "jobs" | "fan_outs" | "request_answers" => "until it is done",
            "erasures" | "kept_erasures" => "until the receipt is complete",
            "budgets" => "a day, and gone within the next",
            "day_keys" => "a day",
            "payment_events" => return format!("{PAYMENT_EVENT_DAYS} days").into(),
            "accounting" => "as many years as the law sets: ten, unless the operator has set another number",
            "backup_keys" => return format!("{BACKUP_DAYS} days at most").into(),
            "operator_erasures" => return format!("{} years", OPERATOR_LOG_DAYS / 365).into(),
            "messages" | "conversations" | "conversation_keys" => {
                "until the last one who is in the conversation has left"
            }
            "likes" | "videos" | "blobs" | "comments" | "comment_likes" | "dismissals" | "follows"
            | "follow_requests" | "blocks" | "mutes" | "sounds" | "sound_uses" | "video_reach" | "playlists"
            | "playlist_videos" | "clips" => UNTIL_REMOVED,
            "service_keys" => "as long as the server runs; a key of accounting records until those are over",
            _ if self.links.is_empty() => FOR_GOOD,
            _ => WITH_ACCOUNT,
        };
        text.into()
    }
}

impl Blob {
    /// The legal ground (GDPR Art. 6).
    pub const fn ground(&self) -> &'static str {
        match self.kind {
            outro_model::BlobKind::Takeout => crate::tables::RIGHTS,
            _ => crate::tables::CONTRACT,
        }
    }

    /// How long objects of this kind are kept, in plain words.
    pub fn kept_for(&self) -> Cow<'static, str> {
        match self.kind {
            outro_model::BlobKind::Takeout => format!("{TAKEOUT_DAYS} days, or until you delete it").into(),
            outro_model::BlobKind::Import => "until what is in it is here".into(),
            outro_model::BlobKind::Part => format!(
                "until the whole file is here, or {UPLOAD_HOURS} hours after its last piece came; a week at most"
            )
            .into(),
            outro_model::BlobKind::Clip => "as long as you have the video, or until you remove the clip".into(),
            _ => "as long as you have the video".into(),
        }
    }

    /// How objects of this kind are sealed, in plain words.
    pub const fn sealed(&self) -> &'static str {
        match self.kind {
            outro_model::BlobKind::Mix | outro_model::BlobKind::SmallMix | outro_model::BlobKind::LargeMix => {
                "sealed under a key of its own, which is sealed under yours and theirs"
            }
            _ => "sealed under a key of its own, which is sealed under yours",
        }
    }

    /// What erasure does to objects of this kind, in plain words.
    pub const fn erasure_words(&self) -> &'static str {
        match self.kind {
            outro_model::BlobKind::Takeout | outro_model::BlobKind::Import => "deleted with the account",
            _ => "deleted with the video or the account",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BLOBS, KEYRING, TABLES};

    #[test]
    fn everything_has_a_term_and_what_is_about_a_person_none_for_good() {
        for table in TABLES.iter().chain(KEYRING) {
            let term = table.kept_for();
            assert!(!term.is_empty() && !table.ground.is_empty(), "{}", table.name);
            assert!(table.links.is_empty() || term != FOR_GOOD, "{}", table.name);
        }
        assert!(BLOBS.iter().all(|blob| !blob.kept_for().is_empty() && !blob.ground().is_empty()));
    }
}

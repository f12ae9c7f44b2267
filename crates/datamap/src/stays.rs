//! What stays when somebody has left, and why: everything else is as if they had never been here. A test plays random
//! histories with somebody and without them, and lets nothing differ but this.

/// Something that stays.
#[derive(Clone, Copy, Debug)]
pub struct Stay {
    /// The word for it.
    pub word: &'static str,
    /// The tables in which it stands.
    pub tables: &'static [&'static str],
    /// What it is, why it stays, and for how long, in plain words.
    pub why: &'static str,
}

/// All that stays.
pub const STAYS: &[Stay] = &[
    Stay {
        word: "receipt",
        tables: &["receipts", "kept_receipts"],
        why: "The receipt, sealed under an id that only you have.",
    },
    Stay {
        word: "log_entry",
        tables: &["log_entries", "log_tiles", "log_head"],
        why: "A hash of the receipt in the public log of erasures. It names nobody.",
    },
    Stay {
        word: "ledger_entry",
        tables: &["destroyed", "destroyed_conversations"],
        why: "That a key with a random name was destroyed, and when, so that no restored backup brings you back.",
    },
    Stay {
        word: "erased_handle_trace",
        tables: &["erased_handles", "erased_counts", "kept_handles"],
        why: "A slow hash of your handle, cut so short that it fits many names, so that nobody takes your place.",
    },
    Stay {
        word: "tries",
        tables: &["budgets"],
        why: "How often something was tried today, under a hash whose key is thrown away with the day.",
    },
    Stay {
        word: "conversations",
        tables: &["conversations", "members", "messages", "hidden_messages", "conversation_keys"],
        why: "What you said in conversations, for the others in them, from \"Unavailable account\"; that there is \
              such a conversation; and that somebody sent a video there which was yours. Nothing ties two \
              conversations to one person. It goes with the last of the others.",
    },
    Stay {
        word: "quoted_handles",
        tables: &["comments", "videos", "messages"],
        why: "Your handle where others wrote it themselves, in a comment, a caption or a message: it is their \
              text, and leads to nobody.",
    },
    Stay {
        word: "gifts",
        tables: &["coin_entries", "wallets"],
        why: "Coins that you gave are with those who have them, and what others gave you is spent. The entries \
              name nobody.",
    },
    Stay {
        word: "accounting",
        tables: &["accounting", "books", "payment_events"],
        why: "What the law requires of payments, without a name and under a key of its own until its time is over; \
              how many coins there are in all; and for 40 days a keyed hash of each report of the payment service.",
    },
    Stay {
        word: "views",
        tables: &["videos"],
        why: "How often a video was seen. Whose views they were is known for a day at most, and not from the count.",
    },
    Stay {
        word: "statistics",
        tables: &["video_days", "video_reach"],
        why: "How often somebody's video was seen, liked, shared and commented on each day, how far it was watched, \
              and where people came to it from. Your part in these numbers cannot be told from that of others.",
    },
    Stay {
        word: "popularity",
        tables: &["videos"],
        why: "Where a video stands among the popular ones is put right within the hour. Of a video that is not for \
              everyone, which stands in no such order, with its next like.",
    },
    Stay {
        word: "decisions",
        tables: &["moderation_acts", "reports"],
        why: "What moderators decided about others, also by a report of yours, or when you were one. It names \
              neither you nor your report.",
    },
    Stay {
        word: "reports",
        tables: &["reports"],
        why: "What others reported of each other's replies below a comment of yours. The replies are gone with it.",
    },
    Stay {
        word: "report_decided",
        tables: &["notifications"],
        why: "That a report of something of yours was decided, for who made it, for 90 days. It does not say what \
              was reported.",
    },
    Stay {
        word: "sound_gone",
        tables: &["notifications", "sounds", "sound_uses"],
        why: "Who used a sound of yours is told that it is gone, and their video has its own again from then on. \
              It does not say whose it was.",
    },
    Stay {
        word: "news",
        tables: &["events", "event_counters"],
        why: "That something was new for others at some moment, for a day, and how many times in all. It does not \
              say what it was.",
    },
    Stay {
        word: "operator_erasures",
        tables: &["operator_erasures"],
        why: "Where whoever runs the site erased you on request: the day, and which kind of request it was, for \
              three years. It names nobody.",
    },
    Stay {
        word: "archives",
        tables: &["takeouts"],
        why: "Archives that others made for themselves while you were here, with what you had said to them, for \
              seven days.",
    },
];

//! What is held in memory, in files without a name, and handed to others.

/// Something that holds data for a while, outside of the tables.
#[derive(Clone, Copy, Debug)]
pub struct Cache {
    /// Its name.
    pub name: &'static str,
    /// What it holds, and where.
    pub holds: &'static str,
    /// How it ends.
    pub ends: &'static str,
}

/// Every cache, scratch place and hand-over.
pub const CACHES: &[Cache] = &[
    Cache {
        name: "key leases",
        holds: "Opened keys of accounts and of conversations, in memory.",
        ends: "After five seconds; at once when the key is destroyed here. No receipt is signed before.",
    },
    Cache {
        name: "encoder scratch",
        holds: "A video while it is encoded, in memory or in a file that has no name.",
        ends: "When the encoder ends, however it ends.",
    },
    Cache {
        name: "search index",
        holds: "Handles, display names and captions that everyone may see, in memory; built from the tables at start.",
        ends: "When the program ends; what is taken back, within a minute. No receipt is signed before the words of \
               who leaves are written out of its dictionary here; any other process drops them at its next beat.",
    },
    Cache {
        name: "development outbox",
        holds: "One-time codes, and what phones are told, in memory, where no gateway is set and only with --dev.",
        ends: "When the program ends; the last fifty are held.",
    },
    Cache {
        name: "backups",
        holds: "The rows of the database as they were, and sealed objects as they stand; never a key of yours.",
        ends: "What you wrote opens to nobody since you left. The rows, when the backup's own key is destroyed: after \
               35 days at most, which your receipt states.",
    },
    Cache {
        name: "SMS gateway",
        holds: "The number and the text of a one-time code, or that an account with this number is leaving, handed to the gateway that the operator chose.",
        ends: "By the gateway's own rules; nothing of it is kept here.",
    },
    Cache {
        name: "open event streams",
        holds: "Which account and session an open page belongs to, in memory.",
        ends: "When the page is closed; within a second of the session's end.",
    },
    Cache {
        name: "words between processes",
        holds: "That something is new for one of all those whose random id begins with the same two bytes, one in 65,536. Told by PostgreSQL to the other processes of a site.",
        ends: "Once they have heard it, when PostgreSQL takes up its room again.",
    },
    Cache {
        name: "browsers",
        holds: "What somebody has watched, in their own browser's cache (Cache-Control: private, no-cache: asked for again each time).",
        ends: "By the browser's own rules; no shared cache may keep it.",
    },
    Cache {
        name: "log",
        holds: "Route templates, status, times, random request ids. No address, handle, number, code or text.",
        ends: "By the operator's own rules.",
    },
    Cache {
        name: "spans",
        holds: "Route templates, kinds of jobs, names of statements, states, numbers of rows and times, handed to the collector that the operator chose, where there is one. No address, handle, number, id or text.",
        ends: "By the collector's own rules; nothing of it is kept here.",
    },
];

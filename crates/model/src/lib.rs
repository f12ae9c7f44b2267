//! The words of the domain: typed ids, handles, audiences, states, and the clock and the randomness
//! that everything else is handed. No I/O lives here, and nothing of Outro is imported.

#[macro_use]
mod words;

mod birth;
mod clock;
mod coins;
pub mod edit;
mod event;
mod handle;
mod id;
mod marks;
mod mixing;
mod moderation;
mod phone;

mod random;
mod statistics;
pub mod stop;
mod text;
mod video;

pub use birth::{AgeRule, BirthDate, InvalidBirthDate};
pub use clock::{Clock, FixedClock, SystemClock, Timestamp};
pub use coins::{CoinMove, PurchaseState};
pub use event::EventKind;
pub use handle::{Handle, InvalidHandle};
pub use id::{
    AccountId, ActId, BackupId, BlobId, ChallengeId, ClipId, CommentId, ConversationId, EntryId, Id, ImportId,
    InvalidId, JobId, MessageId, NotificationId, PlaylistId, PurchaseId, RecordId, RecoveryCodeId, ReportId, SessionId,
    SoundId, TakeoutId, VideoId,
};
pub use marks::{Piece, pieces};
pub use mixing::{BadMixing, Mixing, Way};
pub use moderation::{ActSource, EraseReason, Ground, ModerationAct, ReportReason, ReportState, ReportedKind};
pub use phone::{InvalidPhone, PhoneNumber};
pub use random::{Random, random_bytes};
pub use statistics::{CameFrom, Numbers, Reach, STRETCHES};
pub use text::{InvalidText, ascii_digit, bounded_line, bounded_text, is_hex};
pub use video::{Audience, BlobKind, Circle, Editing, Reframe, VideoState};
pub use words::UnknownWord;

/// The target of spans that are told to whoever operates a server, where it is set that they are. What is noted in one is a word of
/// ours, a template or a number: never what a request or a row about somebody holds.
pub const SPANS: &str = "outro_spans";

/// The state of an account. What is erased has no row, so it has no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// Open for use.
    Active,
    /// Leaving was confirmed: hidden everywhere, its key destroyed or about to be, its rows going.
    Leaving,
}

impl AccountState {
    /// The number stored for this state.
    pub const fn code(self) -> i64 {
        match self {
            Self::Active => 0,
            Self::Leaving => 1,
        }
    }

    /// The state of a stored number. What is not known counts as leaving: hidden, never open.
    pub const fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Active,
            _ => Self::Leaving,
        }
    }
}

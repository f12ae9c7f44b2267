//! What open pages are told of.

/// What is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A message, also one of one's own from another device.
    Message,
    /// A conversation is otherwise than it was: read, taken on, cleared, left.
    Conversation,
    /// The number of notifications.
    Notifications,
}

impl EventKind {
    /// The number stored for this kind.
    pub const fn code(self) -> i64 {
        match self {
            Self::Message => 0,
            Self::Conversation => 1,
            Self::Notifications => 2,
        }
    }

    /// The kind of a stored number.
    pub const fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Message,
            1 => Self::Conversation,
            _ => Self::Notifications,
        }
    }

    /// The word that clients are told.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Conversation => "conversation",
            Self::Notifications => "notifications",
        }
    }
}

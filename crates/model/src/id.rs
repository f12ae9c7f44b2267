//! Typed ids: 128 random bits each, so that they tell neither date nor order.

use std::{fmt, marker::PhantomData, str::FromStr};

use crate::{Random, random_bytes};

/// A random 128-bit id of one kind. Its text form is 22 characters of unpadded base64url.
pub struct Id<Kind> {
    bytes: [u8; 16],
    kind: PhantomData<fn() -> Kind>,
}

/// The text is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident($kind:ident);)*) => {$(
        #[doc(hidden)]
        pub enum $kind {}
        $(#[$doc])*
        pub type $name = Id<$kind>;
    )*};
}

ids! {
    /// The id of an account.
    AccountId(AccountKind);
    /// The public id of a session (not its token).
    SessionId(SessionKind);
    /// The id of a video.
    VideoId(VideoKind);
    /// The id of a sound.
    SoundId(SoundKind);
    /// The id of a clip that was added to a video, and of its sealed file.
    ClipId(ClipKind);
    /// The id of a playlist.
    PlaylistId(PlaylistKind);
    /// The id of a comment.
    CommentId(CommentKind);
    /// The id of a notification.
    NotificationId(NotificationKind);
    /// The id of a conversation.
    ConversationId(ConversationKind);
    /// The id of a message.
    MessageId(MessageKind);
    /// The id of a report.
    ReportId(ReportKind);
    /// The id of what a moderator did.
    ActId(ActKind);
    /// The id of an entry in somebody's coins.
    EntryId(EntryKind);
    /// The id of a purchase.
    PurchaseId(PurchaseKind);
    /// The id of an accounting record.
    RecordId(RecordKind);
    /// The id of a sealed object.
    BlobId(BlobKindTag);
    /// The id of a recovery code.
    RecoveryCodeId(RecoveryCodeKind);
    /// The id of a takeout, and of its sealed archive.
    TakeoutId(TakeoutKind);
    /// The id of an archive that is brought in.
    ImportId(ImportKind);
    /// The id of a one-time-code challenge.
    ChallengeId(ChallengeKind);
    /// The id of a durable job.
    JobId(JobKindTag);
    /// The id of a backup.
    BackupId(BackupKind);
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl<Kind> Id<Kind> {
    /// Draws a new id.
    pub fn random(random: &dyn Random) -> Self {
        Self::from_bytes(random_bytes(random))
    }

    /// The id of these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self { bytes, kind: PhantomData }
    }

    /// The 16 bytes of the id.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.bytes
    }
}

impl<Kind> Clone for Id<Kind> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<Kind> Copy for Id<Kind> {}
impl<Kind> PartialEq for Id<Kind> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}
impl<Kind> Eq for Id<Kind> {}
impl<Kind> PartialOrd for Id<Kind> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<Kind> Ord for Id<Kind> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bytes.cmp(&other.bytes)
    }
}
impl<Kind> std::hash::Hash for Id<Kind> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

impl<Kind> fmt::Display for Id<Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = u128::from_be_bytes(self.bytes);
        // 22 characters hold 132 bits: the number is set left, four zero bits fill the last one.
        for place in 0..22u32 {
            let shift = 128i32 - 6 * (place as i32 + 1);
            let six = if shift >= 0 { number >> shift } else { number << -shift };
            let letter = ALPHABET[(six & 63) as usize];
            fmt::Write::write_char(f, letter as char)?;
        }
        Ok(())
    }
}

impl<Kind> fmt::Debug for Id<Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl<Kind> FromStr for Id<Kind> {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if text.len() != 22 {
            return Err(InvalidId);
        }
        let mut number: u128 = 0;
        for (place, letter) in text.bytes().enumerate() {
            let six = ALPHABET.iter().position(|&known| known == letter).ok_or(InvalidId)? as u128;
            number = if place == 21 {
                // Only one spelling of each id is an id.
                if six & 15 != 0 {
                    return Err(InvalidId);
                }
                number << 2 | six >> 4
            } else {
                number << 6 | six
            };
        }
        Ok(Self::from_bytes(number.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips_and_is_unique() {
        for seed in 0..=255u8 {
            let id = VideoId::from_bytes([seed.wrapping_mul(37) ^ 0x5a; 16]);
            let text = id.to_string();
            assert_eq!(text.len(), 22);
            assert_eq!(text.parse::<VideoId>(), Ok(id));
        }
        assert_eq!("A".repeat(21).parse::<VideoId>(), Err(InvalidId));
        assert_eq!(("A".repeat(21) + "B").parse::<VideoId>(), Err(InvalidId));
        assert_eq!("é".repeat(11).parse::<VideoId>(), Err(InvalidId));
    }
}

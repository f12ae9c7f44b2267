//! Handles: the public names of accounts.

use std::{fmt, str::FromStr};

/// A handle in its one stored form: `[a-z0-9_.]{3,24}`, lower case.
#[derive(Clone, PartialEq, Eq)]
pub struct Handle(String);

/// The text cannot be a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidHandle;

/// Names that pages and operators use, and that nobody may pose as.
const RESERVED: &[&str] = &[
    "about",
    "abuse",
    "admin",
    "administrator",
    "all",
    "api",
    "assets",
    "dev",
    "everyone",
    "help",
    "join",
    "login",
    "media",
    "me",
    "moderator",
    "no_one",
    "outro",
    "postmaster",
    "root",
    "security",
    "settings",
    "staff",
    "support",
    "system",
    "unavailable",
    "upload",
    "webmaster",
];

impl Handle {
    /// The handle as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nobody may join under it.
    pub fn is_reserved(&self) -> bool {
        RESERVED.contains(&self.as_str())
    }
}

impl FromStr for Handle {
    type Err = InvalidHandle;

    /// Case-insensitive: upper case is folded. Errors with [`InvalidHandle`] for anything else.
    fn from_str(text: &str) -> Result<Self, InvalidHandle> {
        let folded = text.trim().trim_start_matches('@').to_ascii_lowercase();
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'.';
        let whole = (3..=24).contains(&folded.len()) && folded.bytes().all(allowed);
        // Names of dots and underscores alone read as punctuation, not as somebody.
        let named = folded.bytes().any(|byte| byte.is_ascii_alphanumeric());
        if whole && named { Ok(Self(folded)) } else { Err(InvalidHandle) }
    }
}

impl fmt::Debug for Handle {
    /// Says nothing: a handle must not reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handle(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_case_and_refuses_the_rest() {
        assert_eq!("@Ada.Love_1".parse::<Handle>().unwrap().as_str(), "ada.love_1");
        for bad in ["ab", "a b", "ada!", "äda", "...", "", &"a".repeat(25)] {
            assert_eq!(bad.parse::<Handle>(), Err(InvalidHandle), "{bad}");
        }
        assert!("Admin".parse::<Handle>().unwrap().is_reserved());
    }
}

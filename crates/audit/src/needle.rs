//! What is looked for.

use std::fmt;

use crate::{FORMS, Form};

/// A text shorter than this, in bytes, is refused: it would be found by chance in what is sealed.
pub const SHORTEST: usize = 6;
/// Of a longer text so many bytes are looked for, from its beginning.
pub const LONGEST: usize = 200;

/// What a needle is, which says where it must not stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A text of somebody: nowhere at rest.
    Text,
    /// A destroyed key: nowhere, and in no memory.
    Key,
    /// The id of an account whose erasure is complete: nowhere but in the ledger, and in backups until they end.
    Account,
}

impl Class {
    /// Its name in a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Key => "a key",
            Self::Account => "the id of an erased account",
        }
    }
}

/// One thing to look for. It shows itself to nobody: reports tell its number.
#[derive(Clone, PartialEq, Eq)]
pub struct Needle {
    class: Class,
    bytes: Vec<u8>,
}

impl fmt::Debug for Needle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Needle({:?})", self.class)
    }
}

/// A text that cannot be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("shorter than {SHORTEST} bytes: it would be found by chance")]
pub struct BadNeedle;

impl Needle {
    /// A text. Of a long one the beginning.
    pub fn text(text: &str) -> Result<Self, BadNeedle> {
        if text.len() < SHORTEST {
            return Err(BadNeedle);
        }
        let bytes = text.as_bytes()[..text.floor_char_boundary(LONGEST)].to_vec();
        Ok(Self { class: Class::Text, bytes })
    }

    /// A key.
    pub fn key(key: &[u8; 32]) -> Self {
        Self { class: Class::Key, bytes: key.to_vec() }
    }

    /// The id of an account.
    pub fn account(id: &[u8; 16]) -> Self {
        Self { class: Class::Account, bytes: id.to_vec() }
    }

    /// What it is.
    pub fn class(&self) -> Class {
        self.class
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The text, where it is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        str::from_utf8(&self.bytes).ok().filter(|_| self.class == Class::Text)
    }

    /// The needle in every form that differs from those before.
    pub(crate) fn patterns(&self) -> Vec<(Form, Vec<u8>)> {
        let mut all: Vec<(Form, Vec<u8>)> = Vec::with_capacity(FORMS.len());
        for form in FORMS {
            if let Some(pattern) = form.of(self)
                && all.iter().all(|(_, known)| *known != pattern)
            {
                all.push((*form, pattern));
            }
        }
        all
    }
}

/// Reads texts, one a line. Empty lines are left out, and so is a mark of the encoding at the beginning (U+FEFF): with it
/// the first text would be found nowhere. The number of a line that cannot be taken is told, and nothing of it.
pub fn read_texts(lines: &str) -> Result<Vec<Needle>, (usize, BadNeedle)> {
    let lines =
        lines.strip_prefix('\u{feff}').unwrap_or(lines).lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let one =
        |(number, line): (usize, &str)| Needle::text(line.trim_end_matches('\r')).map_err(|bad| (number + 1, bad));
    lines.map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_cannot_be_taken_are_told_by_number() {
        assert_eq!(read_texts("somebody\n\nelse\n").unwrap_err(), (3, BadNeedle));
        assert_eq!(read_texts("some text\r\n").unwrap()[0].bytes(), b"some text");
        assert_eq!(read_texts("\u{feff}some text\n").unwrap()[0].bytes(), b"some text");
        assert_eq!(read_texts("\u{feff}\n \n").unwrap(), []);
    }

    #[test]
    fn a_needle_does_not_show_itself() {
        let needle = Needle::text("somebody's words").unwrap();
        assert!(!format!("{needle:?}").contains("words"));
    }

    #[test]
    fn of_a_long_text_the_beginning_is_looked_for() {
        let long = "ä".repeat(150);
        assert_eq!(Needle::text(&long).unwrap().bytes().len(), LONGEST);
    }
}

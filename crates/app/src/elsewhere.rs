//! What processes on one database tell each other by a bell: that there is news for somebody, that somebody is found by other
//! words, that a job is there. Whoever hears it looks at the rows, as they would a little later without it.

use std::ops::RangeInclusive;

use outro_db::Hearing;
use outro_model::AccountId;

use crate::App;

/// Whom a word is about: everybody whose random id begins with these two bytes, one in 65,536. What is said stands in
/// files of PostgreSQL for a while, where no id of somebody who has left may stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Part([u8; 2]);

/// Before the part, in a word that says that something was noted for somebody.
const NEWS: char = 'n';
/// Before the part, in a word that says that somebody is found by other words.
const FOUND: char = 'f';

impl Part {
    /// The part that an account is of.
    pub(crate) fn of(account: AccountId) -> Self {
        let [first, second, ..] = *account.as_bytes();
        Self([first, second])
    }

    /// All ids of the part.
    pub(crate) fn ids(self) -> RangeInclusive<AccountId> {
        let filled = |rest| {
            let mut id = [rest; 16];
            id[..2].copy_from_slice(&self.0);
            AccountId::from_bytes(id)
        };
        filled(0)..=filled(0xff)
    }

    /// Something was noted for somebody of the part.
    pub(crate) fn news(self) -> String {
        format!("{NEWS}{}", hex::encode(self.0))
    }

    /// Somebody of the part is found by other words, or not any more.
    pub(crate) fn found(self) -> String {
        format!("{FOUND}{}", hex::encode(self.0))
    }

    fn read(hexed: &str) -> Option<Self> {
        let mut part = [0; 2];
        hex::decode_to_slice(hexed, &mut part).ok()?;
        Some(Self(part))
    }
}

/// Does what other processes ring for, as long as there is a bell.
pub async fn hear(app: App, mut hearing: Hearing) {
    while let Some(word) = hearing.next().await {
        if word == outro_jobs::WORD {
            app.queue.heard();
        } else if let Some(part) = word.strip_prefix(NEWS).and_then(Part::read) {
            app.live.heard(part);
        } else if let Some(part) = word.strip_prefix(FOUND).and_then(Part::read) {
            app.finder.heard(part);
        }
        // Another version of the program may say more.
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_what_ids_begin_with() {
        let account = AccountId::from_bytes([7; 16]);
        let part = Part::of(account);
        assert!(part.ids().contains(&account));
        assert_eq!(part.news(), "n0707");
        assert_eq!(part.found().strip_prefix(FOUND).and_then(Part::read), Some(part));
        let mut other = [7; 16];
        other[1] = 8;
        assert!(!part.ids().contains(&AccountId::from_bytes(other)));
        for word in ["", "07", "070707", "zz07"] {
            assert_eq!(Part::read(word), None, "{word}");
        }
    }
}

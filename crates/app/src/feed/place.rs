//! Where a visit of For You stands. It is all in the cursor, so that nothing of a visit is stored.
//!
//! Everything newer than `before` is done with: shown in this visit, seen earlier, or hidden. Of what is
//! older, `served` names what the ranking has brought up already. So nothing comes twice in a visit,
//! whatever is liked, published or hidden meanwhile, and nothing is left out.

use outro_model::{Id, Timestamp, VideoId};

use super::FIRST;

/// How many may be brought up from afar before only the next ones come.
const MOST_SERVED: usize = 300;
/// More than any page of ours writes.
const MOST_READ: usize = 500;
/// The neighbours among which an account stands once.
pub(super) const NEIGHBOURS: usize = 5;

/// A place in a visit of For You.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// All that is newer is done with.
    pub(super) before: (Timestamp, VideoId),
    /// Marks of what was shown and is older.
    pub(super) served: Vec<u32>,
    /// Marks of the owners of the last few that were shown.
    pub(super) owners: Vec<u32>,
    /// Whether what was seen earlier comes again.
    pub(super) again: bool,
}

/// A mark of an id: its first four bytes, which are random. Two of one visit share one once in millions.
pub(super) fn mark<Kind>(id: Id<Kind>) -> u32 {
    let [a, b, c, d, ..] = *id.as_bytes();
    u32::from_be_bytes([a, b, c, d])
}

impl Place {
    /// The beginning of a visit; with `again`, one that shows what was seen earlier too.
    pub const fn start(again: bool) -> Self {
        Self { before: FIRST, served: vec![], owners: vec![], again }
    }

    /// Whether it is the beginning of a visit.
    pub fn is_start(&self) -> bool {
        self.before == FIRST && self.served.is_empty()
    }

    /// Whether the ranking may still bring up what is far older.
    pub(super) fn looks_afar(&self) -> bool {
        self.served.len() < MOST_SERVED
    }

    /// The bytes of a cursor.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![1, u8::from(self.again)];
        out.extend(self.before.0.0.to_be_bytes());
        out.extend(self.before.1.as_bytes());
        out.push(self.owners.len() as u8);
        for mark in self.owners.iter().chain(&self.served) {
            out.extend(mark.to_be_bytes());
        }
        out
    }

    /// Reads the bytes of a cursor; `None` when they are none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[1, again @ (0 | 1)], rest) = bytes.split_first_chunk::<2>()? else { return None };
        let (moment, rest) = rest.split_first_chunk::<8>()?;
        let (id, rest) = rest.split_first_chunk::<16>()?;
        let (&owners, rest) = rest.split_first()?;
        let (marks, []) = rest.as_chunks::<4>() else { return None };
        let mut marks: Vec<u32> = marks.iter().map(|mark| u32::from_be_bytes(*mark)).collect();
        let owners = usize::from(owners);
        if owners >= NEIGHBOURS || owners > marks.len() || marks.len() > MOST_READ {
            return None;
        }
        let served = marks.split_off(owners);
        let before = (Timestamp(i64::from_be_bytes(*moment)), VideoId::from_bytes(*id));
        Some(Self { before, served, owners: marks, again: again == 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let place = Place {
            before: (Timestamp(1_234_567_890_123), VideoId::from_bytes([7; 16])),
            served: vec![1, 2, u32::MAX],
            owners: vec![9, 8],
            again: true,
        };
        assert_eq!(Place::from_bytes(&place.to_bytes()), Some(place));
        let start = Place::start(false);
        assert_eq!(Place::from_bytes(&start.to_bytes()), Some(start));
    }

    #[test]
    fn what_is_no_cursor_is_not_read_as_one() {
        let good = Place { served: vec![5], ..Place::start(false) }.to_bytes();
        for length in 0..good.len() {
            let whole = length == good.len() - 4;
            assert_eq!(Place::from_bytes(&good[..length]).is_some(), whole, "{length}");
        }
        for (at, byte) in [(0, 2), (1, 2), (26, 5), (26, 2)] {
            let mut other = good.clone();
            other[at] = byte;
            assert_eq!(Place::from_bytes(&other), None, "{at}");
        }
        let long = Place { served: vec![1; MOST_READ + 1], ..Place::start(false) };
        assert_eq!(Place::from_bytes(&long.to_bytes()), None);
    }
}

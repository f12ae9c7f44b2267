//! Many needles at once: a window of six bytes of each pattern stands in a table, and a bitmap says of nearly
//! every place of what is read that no window begins there (Rabin and Karp's search with a filter before it).
//! An automaton over a hundred thousand needles in all forms would take gigabytes; this takes 16 bytes a pattern.

use crate::{Form, Needle};

/// The bytes of a window.
const WINDOW: usize = 6;
const MASK: u64 = (1 << (8 * WINDOW)) - 1;
/// How many bits of the filter there are for each pattern; a fiftieth of all places gets past it at most.
const BITS_A_PATTERN: usize = 64;
/// The largest filter, in powers of two of bits: 16 MB.
const LARGEST_FILTER: u32 = 27;
const SMALLEST_FILTER: u32 = 12;
/// Counters for how often windows occur, in powers of two.
const COUNTERS: u32 = 20;

#[derive(Clone, Copy, Debug)]
struct Entry {
    window: u64,
    needle: u32,
    /// Where in the pattern the window stands.
    at: u16,
    form: Form,
}

/// Needles, ready to be looked for.
pub struct Matcher {
    needles: Vec<Needle>,
    entries: Vec<Entry>,
    filter: Vec<u64>,
    shift: u32,
    longest: usize,
    short: usize,
}

/// A place in what was read where a needle stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) start: usize,
    pub(crate) needle: usize,
    pub(crate) form: Form,
}

fn spread(window: u64, shift: u32) -> usize {
    (window.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> shift) as usize
}

fn windows(pattern: &[u8]) -> impl Iterator<Item = (usize, u64)> {
    pattern.windows(WINDOW).enumerate().map(|(at, bytes)| {
        let mut word = [0; 8];
        word[..WINDOW].copy_from_slice(bytes);
        (at, u64::from_le_bytes(word))
    })
}

impl Matcher {
    /// Makes the needles ready, in all their forms.
    pub fn new(needles: Vec<Needle>) -> Self {
        // Needles that begin alike would all stand under one window: of each pattern the rarest one is taken.
        let mut counts = vec![0u32; 1 << COUNTERS];
        for (_, pattern) in needles.iter().flat_map(Needle::patterns) {
            windows(&pattern).for_each(|(_, window)| counts[spread(window, 64 - COUNTERS)] += 1);
        }
        let (mut entries, mut longest, mut short) = (Vec::new(), 0, 0);
        for (needle, (form, pattern)) in needles
            .iter()
            .enumerate()
            .flat_map(|(place, needle)| needle.patterns().into_iter().map(move |one| (place, one)))
        {
            longest = longest.max(pattern.len());
            let rarest = windows(&pattern).min_by_key(|(_, window)| counts[spread(*window, 64 - COUNTERS)]);
            match rarest {
                Some((at, window)) => entries.push(Entry { window, needle: needle as u32, at: at as u16, form }),
                None => short += 1,
            }
        }
        entries.sort_unstable_by_key(|entry| entry.window);
        let wanted = (entries.len() * BITS_A_PATTERN).next_power_of_two().trailing_zeros();
        let bits = wanted.clamp(SMALLEST_FILTER, LARGEST_FILTER);
        let (mut filter, shift) = (vec![0u64; 1 << (bits - 6)], 64 - bits);
        for entry in &entries {
            let bit = spread(entry.window, shift);
            filter[bit / 64] |= 1 << (bit % 64);
        }
        Self { needles, entries, filter, shift, longest, short }
    }

    /// The needles.
    pub fn needles(&self) -> &[Needle] {
        &self.needles
    }

    /// In how many forms needles are shorter than a window: in these they are not looked for.
    pub fn short(&self) -> usize {
        self.short
    }

    /// Whether any needle stands in some bytes, in any form.
    pub(crate) fn is_in(&self, bytes: &[u8]) -> bool {
        let mut found = false;
        self.find(bytes, 0, bytes.len(), |_| found = true);
        found
    }

    /// The length of the longest pattern.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// Gives every needle whose window begins at `from..to`, and which stands whole in `bytes`.
    pub(crate) fn find(&self, bytes: &[u8], from: usize, to: usize, mut hit: impl FnMut(Hit)) {
        // Eight bytes are read at once. At the very end there are fewer: there they are filled up with zeros.
        let whole = to.min(bytes.len().saturating_sub(7));
        if from < whole {
            for (place, word) in bytes[from..whole + 7].windows(8).enumerate() {
                let word = u64::from_le_bytes(word.try_into().unwrap_or_default());
                self.look(bytes, from + place, word & MASK, &mut hit);
            }
        }
        for place in from.max(whole)..to.min((bytes.len() + 1).saturating_sub(WINDOW)) {
            let mut word = [0; 8];
            word[..WINDOW].copy_from_slice(&bytes[place..place + WINDOW]);
            self.look(bytes, place, u64::from_le_bytes(word), &mut hit);
        }
    }

    #[inline]
    fn look(&self, bytes: &[u8], place: usize, window: u64, hit: &mut impl FnMut(Hit)) {
        let bit = spread(window, self.shift);
        if self.filter[bit / 64] & (1 << (bit % 64)) != 0 {
            self.hold(bytes, place, window, hit);
        }
    }

    /// Holds what stands around a window against the patterns that have it.
    #[cold]
    fn hold(&self, bytes: &[u8], place: usize, window: u64, hit: &mut impl FnMut(Hit)) {
        let first = self.entries.partition_point(|entry| entry.window < window);
        for entry in self.entries[first..].iter().take_while(|entry| entry.window == window) {
            let needle = entry.needle as usize;
            let (Some(start), Some(pattern)) =
                (place.checked_sub(usize::from(entry.at)), entry.form.of(&self.needles[needle]))
            else {
                continue;
            };
            if bytes[start..].starts_with(&pattern) {
                hit(Hit { start, needle, form: entry.form });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FORMS;

    fn hits(matcher: &Matcher, bytes: &[u8]) -> Vec<Hit> {
        let mut all = Vec::new();
        matcher.find(bytes, 0, bytes.len(), |hit| all.push(hit));
        all
    }

    #[test]
    fn every_form_of_every_needle_is_found_where_it_stands() {
        let needles: Vec<_> =
            (0..200).map(|n| Needle::text(&format!("Same beginning ä{n:03}?>~ÿ!")).unwrap()).collect();
        let matcher = Matcher::new(needles.clone());
        for (number, needle) in needles.iter().enumerate() {
            for form in FORMS {
                let Some(pattern) = form.of(needle) else { continue };
                for (before, after) in [(0, 0), (1, 0), (0, 1), (5, 3), (6, 8)] {
                    let bytes = [vec![7; before], pattern.clone(), vec![9; after]].concat();
                    let found = hits(&matcher, &bytes);
                    let there = found.iter().any(|hit| hit.start == before && hit.needle == number);
                    assert!(there, "{number} {form:?} {before} {after}");
                }
            }
        }
    }

    /// Two letters of three bytes each are two of two in UTF-16.
    #[test]
    fn forms_that_are_too_short_are_counted() {
        let matcher = |text| Matcher::new(vec![Needle::text(text).unwrap()]);
        assert_eq!(matcher("李明").short(), 2);
        assert_eq!(matcher("李明明").short(), 0);
    }

    #[test]
    fn nothing_is_found_where_nothing_stands() {
        let matcher = Matcher::new((0..500).map(|n| Needle::text(&format!("needle {n:04}")).unwrap()).collect());
        let bytes: Vec<u8> = (0..1_000_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert_eq!(hits(&matcher, &bytes), []);
        assert_eq!(hits(&matcher, b"needle 050"), [], "one that is cut off");
        assert_eq!(hits(&Matcher::new(vec![]), b"anything at all"), []);
    }
}

//! What somebody looks for, and what fits it.

use crate::words::words;

/// Words that are looked for at most: more are passed over.
const MOST: usize = 8;

/// What somebody typed, as words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted(Vec<String>);

impl Wanted {
    /// Reads what was typed; none when there is no word in it.
    pub fn read(typed: &str) -> Option<Self> {
        let mut wanted = words(typed);
        wanted.truncate(MOST);
        (!wanted.is_empty()).then_some(Self(wanted))
    }

    /// The words, at least one.
    pub(crate) fn words(&self) -> &[String] {
        &self.0
    }

    /// Whether each of the words fits one of `there`.
    pub fn fits(&self, there: &[String]) -> bool {
        self.0.iter().all(|wanted| there.iter().any(|word| fits(wanted, word)))
    }
}

/// How many slips of the finger are forgiven: none in short words, one from four letters on, two from eight.
pub(crate) fn slips(word: &str) -> u8 {
    match word.chars().count() {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    }
}

/// Whether `word` begins with what is wanted, or is it but for slips.
fn fits(wanted: &str, word: &str) -> bool {
    word.starts_with(wanted) || is_within(wanted, word, slips(wanted))
}

/// Whether one word becomes the other by at most `slips` letters that are put in, left out, taken for another,
/// or that two neighbours changed places.
fn is_within(one: &str, other: &str, slips: u8) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > usize::from(slips) {
        return false;
    }
    let (mut before, mut above) = (vec![], (0..=other.len()).collect::<Vec<usize>>());
    for (i, letter) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, there) in other.iter().enumerate() {
            let mut best = (above[j] + usize::from(letter != there)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && one[i - 1] == *there && *letter == other[j - 1] {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[other.len()] <= usize::from(slips)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(typed: &str, text: &str) -> bool {
        Wanted::read(typed).is_some_and(|wanted| wanted.fits(&words(text)))
    }

    #[test]
    fn slips_are_forgiven_by_length() {
        assert!(fits("nor", "nora") && !fits("nar", "nor"), "three letters: none, but the beginning of a word");
        assert!(fits("nroa", "nora") && fits("nara", "nora") && !fits("narr", "nora"), "four: one");
        assert!(fits("kitchn", "kitchen") && !fits("ktchn", "kitchen"), "below eight: one");
        assert!(fits("saxophne", "saxophone") && fits("saksophone", "saxophone"), "eight and more: two");
        assert!(!fits("sksofone", "saxophone"), "and not three");
    }

    #[test]
    fn every_word_must_fit() {
        assert!(fits("night bus", "The last bus at night"));
        assert!(!fits("night train", "The last bus at night"));
        assert!(Wanted::read(" #! ").is_none());
    }
}

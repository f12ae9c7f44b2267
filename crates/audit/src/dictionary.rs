//! The term dictionary of the search index. Words stand in it folded, and apart from each other.

use std::collections::HashMap;

use outro_model::Handle;
use outro_search::words;

use crate::report::Kind;
use crate::scan::Scanner;
use crate::{Form, Matcher, SHORTEST};

/// The words that needles stand in a dictionary as. A needle of several words is none, unless it is a handle: its words are
/// everybody's. Nor is one that is short as a word.
pub struct Terms<'m> {
    matcher: &'m Matcher,
    terms: HashMap<String, Vec<usize>>,
    /// How many texts are none.
    pub left_out: usize,
}

impl<'m> Terms<'m> {
    /// The words of the needles that are texts.
    pub fn of(matcher: &'m Matcher) -> Self {
        let (mut terms, mut left_out) = (HashMap::<_, Vec<_>>::new(), 0);
        for (number, needle) in matcher.needles().iter().enumerate() {
            let Some(text) = needle.as_text() else { continue };
            let split = words(text);
            let whole = split.concat();
            // A handle stands there by its parts, and as one; another text of several words by these alone.
            let is_one = split.len() == 1 || text.parse::<Handle>().is_ok();
            if is_one && whole.len() >= SHORTEST {
                terms.entry(whole).or_default().push(number);
            } else {
                left_out += 1;
            }
        }
        Self { matcher, terms, left_out }
    }

    /// Looks through a dictionary.
    pub fn look(&self, place: &str, dictionary: &[String]) -> Scanner<'m> {
        self.look_with(Scanner::new(self.matcher), place, dictionary)
    }

    pub(crate) fn look_with<'s>(&self, mut scanner: Scanner<'s>, place: &str, dictionary: &[String]) -> Scanner<'s> {
        for term in dictionary {
            scanner.count(Kind::Dictionary, term.len() as u64);
            for number in self.terms.get(term).into_iter().flatten() {
                scanner.note(Kind::Dictionary, place, *number, Form::Lower);
            }
        }
        scanner
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Needle;

    #[test]
    fn what_is_no_word_of_a_dictionary_is_counted() {
        let texts = ["somebody", "some.body", "some-body", "two words", "a.b.c.d", "?!?!?!"];
        let matcher = Matcher::new(texts.map(|text| Needle::text(text).unwrap()).to_vec());
        let terms = Terms::of(&matcher);
        assert_eq!(terms.left_out, 4);
        let scanner = terms.look("a dictionary", &["somebody".to_owned()]);
        assert_eq!(scanner.report.found[&Kind::Dictionary], 2, "the first two");
    }
}

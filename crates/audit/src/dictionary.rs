//! The term dictionary of the search index. Words stand in it folded, and apart from each other.

use std::collections::HashMap;

use outro_search::words;

use crate::report::Kind;
use crate::scan::Scanner;
use crate::{Form, Matcher, SHORTEST};

/// The words that needles stand in a dictionary as. A needle of several words is none: its words are everybody's.
pub struct Terms<'m> {
    matcher: &'m Matcher,
    terms: HashMap<String, Vec<usize>>,
    /// How many texts are of several words.
    pub several: usize,
}

impl<'m> Terms<'m> {
    /// The words of the needles that are texts.
    pub fn of(matcher: &'m Matcher) -> Self {
        let (mut terms, mut several) = (HashMap::<_, Vec<_>>::new(), 0);
        for (number, needle) in matcher.needles().iter().enumerate() {
            let Some(text) = needle.as_text() else { continue };
            let split = words(text);
            let whole = split.concat();
            // A handle stands there by its parts, and as one.
            if split.len() > 1 && text.contains(char::is_whitespace) {
                several += 1;
            } else if whole.len() >= SHORTEST {
                terms.entry(whole).or_default().push(number);
            }
        }
        Self { matcher, terms, several }
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

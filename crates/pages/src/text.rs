//! The sentences of each language. They are edited in `locales/*.toml`; the build script makes [`Text`] of
//! them, so that a template can only use a sentence that every language has.

include!(concat!(env!("OUT_DIR"), "/text.rs"));

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Arabic, written from right to left.
    Ar,
}

impl Lang {
    /// All languages.
    pub const ALL: [Lang; 2] = [Lang::En, Lang::Ar];

    /// The best language for an `Accept-Language` header; English when none fits.
    #[must_use]
    pub fn from_accept_language(header: &str) -> Lang {
        let mut best = (Lang::En, 0.0_f32);
        for part in header.split(',') {
            let mut pieces = part.split(';');
            let tag = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
            let weight = pieces.find_map(|p| p.trim().strip_prefix("q=").and_then(|q| q.parse().ok())).unwrap_or(1.0);
            let lang = match tag.split('-').next() {
                Some("en") => Lang::En,
                Some("ar") => Lang::Ar,
                _ => continue,
            };
            if weight > best.1 {
                best = (lang, weight);
            }
        }
        best.0
    }

    /// The sentences of this language.
    #[must_use]
    pub fn text(self) -> &'static Text {
        match self {
            Lang::En => &EN,
            Lang::Ar => &AR,
        }
    }
}

/// A sentence whose form depends on a number; `{n}` stands for it.
#[derive(Debug)]
pub(crate) struct Plural {
    zero: &'static str,
    one: &'static str,
    two: &'static str,
    few: &'static str,
    many: &'static str,
    other: &'static str,
}

impl Text {
    /// The sentence for a problem's stable `code`; a general one where the code is unknown.
    #[must_use]
    pub fn problem(&self, code: &str) -> &'static str {
        self.known_problem(code).unwrap_or(self.error_general)
    }

    /// Why the feed shows a video, by a stable word (`new`, `popular`, `yours`, …).
    #[must_use]
    pub fn why(&self, word: &str) -> &'static str {
        find(self.why, word).or_else(|| find(self.why, "new")).unwrap_or_default()
    }

    /// What a reason of [`Text::why`] means and where it comes from, by the same word.
    #[must_use]
    pub fn because(&self, word: &str) -> &'static str {
        find(self.because, word).or_else(|| find(self.because, "new")).unwrap_or_default()
    }

    /// What goes or stays when somebody leaves, by the word of the line; none for a word that is not known.
    #[must_use]
    pub fn line(&self, code: &str) -> Option<&'static str> {
        find(self.line, code)
    }

    /// A question of the privacy check-up, by its stable word.
    #[must_use]
    pub fn question(&self, word: &str) -> &'static str {
        find(self.question, word).unwrap_or_default()
    }

    /// How far something reaches, by a stable word (`everyone`, `accounts`, `followers`, `friends`, `no_one`).
    #[must_use]
    pub fn reach(&self, word: &str) -> &'static str {
        find(self.reach, word).unwrap_or_default()
    }

    /// Why others do not see something of one's own, by the stable word of the reason.
    #[must_use]
    pub fn reason(&self, word: &str) -> &'static str {
        find(self.reason, word).or_else(|| find(self.reason, "nothing")).unwrap_or_default()
    }

    /// Why something is reported or decided, by the word of the reason.
    pub(crate) fn report_reason(&self, word: &str) -> &'static str {
        find(self.reasons, word).or_else(|| find(self.reasons, "other")).unwrap_or_default()
    }

    /// Where somebody came to a video from, by its stable word.
    pub(crate) fn came_from(&self, word: &str) -> &'static str {
        find(self.came_from, word).or_else(|| find(self.came_from, "other")).unwrap_or_default()
    }

    /// The name of a part or of a list of an archive; what has none is called as it is stored.
    pub(crate) fn archive_name(&self, word: &str) -> String {
        find(self.archived, word).map_or_else(|| word.replace('_', " "), str::to_owned)
    }

    pub(crate) fn known_problem(&self, code: &str) -> Option<&'static str> {
        find(self.problem, code)
    }

    /// A sentence that counts, by the plural rules of the language (CLDR).
    pub(crate) fn plural(&self, forms: &Plural, n: impl Number) -> String {
        let n = n.number();
        self.form(forms, n).replace("{n}", &self.count(n))
    }

    /// The same with every digit, where it matters how many exactly.
    pub(crate) fn exact(&self, forms: &Plural, n: impl Number) -> String {
        let n = n.number();
        self.form(forms, n).replace("{n}", &self.digits(&n.to_string()))
    }

    fn form(&self, forms: &Plural, n: i64) -> &'static str {
        if self.lang == "ar" {
            match (n, n % 100) {
                (0, _) => forms.zero,
                (1, _) => forms.one,
                (2, _) => forms.two,
                (_, 3..=10) => forms.few,
                (_, 11..=99) => forms.many,
                _ => forms.other,
            }
        } else if n == 1 {
            forms.one
        } else {
            forms.other
        }
    }

    /// A number, shortened as people of the language write it.
    pub(crate) fn count(&self, n: impl Number) -> String {
        let n = n.number();
        let (unit, suffix) = match n {
            1_000_000_000.. => (1_000_000_000, self.number_billion),
            1_000_000.. => (1_000_000, self.number_million),
            // English shortens from ten thousand only where space is short; here it always is.
            1_000.. => (1_000, self.number_thousand),
            _ => return self.digits(&n.to_string()),
        };
        let tenths = n / (unit / 10);
        let number = if tenths >= 1000 || tenths % 10 == 0 {
            (tenths / 10).to_string()
        } else {
            format!("{}{}{}", tenths / 10, self.number_point, tenths % 10)
        };
        format!("{}{suffix}", self.digits(&number))
    }

    /// A share of a hundred.
    pub(crate) fn percent(&self, n: impl Number) -> String {
        format!("{}{}", self.digits(&n.number().clamp(0, 100).to_string()), self.number_percent)
    }

    /// Digits in the language's own shapes. Codes, handles and phone numbers never pass through here:
    /// they are typed, and keyboards type Latin digits.
    pub(crate) fn digits(&self, number: &str) -> String {
        number
            .chars()
            .map(|c| match c.to_digit(10) {
                Some(d) => self.number_digits[d as usize].chars().next().unwrap_or(c),
                None => c,
            })
            .collect()
    }
}

/// A number however deeply templates borrow it.
pub(crate) trait Number {
    /// The number.
    fn number(&self) -> i64;
}

impl Number for i64 {
    fn number(&self) -> i64 {
        *self
    }
}

impl<T: Number + ?Sized> Number for &T {
    fn number(&self) -> i64 {
        (**self).number()
    }
}

fn find(pairs: &[(&'static str, &'static str)], word: &str) -> Option<&'static str> {
    pairs.iter().find(|(key, _)| *key == word).map(|(_, sentence)| *sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_follows_the_header() {
        for (header, lang) in [
            ("", Lang::En),
            ("ar", Lang::Ar),
            ("ar-EG,en;q=0.5", Lang::Ar),
            ("de, en;q=0.4, ar;q=0.9", Lang::Ar),
            ("en-GB, ar;q=0.9", Lang::En),
            ("zz;q=oops, *", Lang::En),
        ] {
            assert_eq!(Lang::from_accept_language(header), lang, "{header}");
        }
    }

    #[test]
    fn numbers_follow_the_language() {
        assert_eq!(EN.count(999), "999");
        assert_eq!(EN.count(1_000), "1K");
        assert_eq!(EN.count(1_250), "1.2K");
        assert_eq!(EN.count(123_456), "123K");
        assert_eq!(EN.count(4_500_000), "4.5M");
        assert_eq!(AR.count(42), "٤٢");
        assert_eq!(EN.plural(&EN.like_count, 1), "1 like");
        assert_eq!(EN.plural(&EN.like_count, 0), "0 likes");
        assert_eq!(EN.exact(&EN.coins_balance, 1250), "1250 coins");
        assert_ne!(AR.plural(&AR.like_count, 2), AR.plural(&AR.like_count, 3));
        assert_eq!(EN.percent(140), "100%");
    }

    #[test]
    fn an_unknown_problem_has_a_general_sentence() {
        assert_eq!(EN.problem("no_such_code"), EN.error_general);
        assert_ne!(EN.problem("code_wrong"), EN.error_general);
        assert_eq!(EN.why("no_such_word"), EN.why("new"));
    }

    #[test]
    fn both_languages_know_the_same_words() {
        for (a, b) in [
            (EN.problem, AR.problem),
            (EN.why, AR.why),
            (EN.line, AR.line),
            (EN.question, AR.question),
            (EN.reach, AR.reach),
            (EN.reason, AR.reason),
            (EN.reasons, AR.reasons),
            (EN.because, AR.because),
            (EN.came_from, AR.came_from),
            (EN.why, EN.because),
        ] {
            let words = |pairs: &[(&'static str, &'static str)]| {
                let mut words: Vec<_> = pairs.iter().map(|(word, _)| *word).collect();
                words.sort_unstable();
                words
            };
            assert_eq!(words(a), words(b));
        }
    }
}

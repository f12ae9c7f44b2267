//! What people mark in their texts: `@handle` and `#hashtag`.

use crate::Handle;

/// The longest hashtag, in characters.
const TAG: usize = 50;

/// A part of a text, as it was written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Plain text.
    Text(&'a str),
    /// `@handle`, with its `@`. Whether anybody has that handle is not asked.
    Mention(&'a str),
    /// `#hashtag`, with its `#`.
    Tag(&'a str),
}

impl std::fmt::Debug for Piece<'_> {
    /// Says nothing of what was written: it must not reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Piece(…)")
    }
}

impl Piece<'_> {
    /// The handle that is mentioned, in its stored form.
    pub fn mentioned(&self) -> Option<Handle> {
        match self {
            Self::Mention(text) => text.parse().ok(),
            _ => None,
        }
    }
}

/// Cuts a text into its pieces, in order; put together again they are the text.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut out, mut plain, mut at) = (Vec::new(), 0, 0);
    let mut before = None;
    while let Some(letter) = text[at..].chars().next() {
        // An address like `a@b` or `a#b` marks nothing.
        let free = before.is_none_or(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let found = free.then(|| mark(letter, &text[at..])).flatten();
        let Some((piece, length)) = found else {
            before = Some(letter);
            at += letter.len_utf8();
            continue;
        };
        if plain < at {
            out.push(Piece::Text(&text[plain..at]));
        }
        out.push(piece);
        before = text[at..at + length].chars().last();
        at += length;
        plain = at;
    }
    if plain < text.len() {
        out.push(Piece::Text(&text[plain..]));
    }
    out
}

/// The mark that a text begins with, and its length in bytes.
fn mark(letter: char, text: &str) -> Option<(Piece<'_>, usize)> {
    let rest = text.strip_prefix(letter)?;
    match letter {
        '@' => {
            let allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.';
            let end = rest.find(|letter| !allowed(letter)).unwrap_or(rest.len());
            // The full stop of a sentence is no part of the name before it.
            let length = 1 + rest[..end].trim_end_matches('.').len();
            let whole = &text[..length];
            whole.parse::<Handle>().ok().map(|_| (Piece::Mention(whole), length))
        }
        '#' => {
            let allowed = |letter: char| letter.is_alphanumeric() || letter == '_';
            let end = rest.find(|letter| !allowed(letter)).unwrap_or(rest.len());
            let word = &rest[..end];
            // A number alone is a number: `#1`.
            let named = word.chars().any(char::is_alphabetic) && word.chars().count() <= TAG;
            named.then(|| (Piece::Tag(&text[..1 + end]), 1 + end))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str) -> Vec<String> {
        let shown = |piece: &Piece<'_>| match piece {
            Piece::Text(text) => format!("t:{text}"),
            Piece::Mention(text) => format!("m:{text}"),
            Piece::Tag(text) => format!("#:{text}"),
        };
        pieces(text).iter().map(shown).collect()
    }

    #[test]
    fn mentions_and_hashtags_are_found_where_words_begin() {
        assert_eq!(
            marked("hi @Ada.Love. and #rain_2 (#مطر)"),
            ["t:hi ", "m:@Ada.Love", "t:. and ", "#:#rain_2", "t: (", "#:#مطر", "t:)"]
        );
        assert_eq!(marked("@ada@bob"), ["m:@ada", "t:@bob"]);
        for plain in [
            "",
            "éß مطر",
            "ada@example.org",
            "@ab",
            "#1",
            "# x",
            "@",
            "c#sharp",
            "@ ada",
            &format!("#{}", "x".repeat(51)),
        ] {
            assert!(pieces(plain).iter().all(|piece| matches!(piece, Piece::Text(_))), "{plain}");
        }
        assert_eq!(pieces("@ADA!")[0].mentioned().unwrap().as_str(), "ada");
    }

    #[test]
    fn the_pieces_are_the_text() {
        for text in ["@ada#b@c #d", "##x", "@@ada", "🎉#🎉 @a.b.c...", "#é@ada\n#z"] {
            let all: String = pieces(text)
                .iter()
                .map(|piece| match piece {
                    Piece::Text(t) | Piece::Mention(t) | Piece::Tag(t) => *t,
                })
                .collect();
            assert_eq!(all, text);
        }
    }
}

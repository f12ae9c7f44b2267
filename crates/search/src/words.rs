//! From text to words: case, diacritics and the ways of writing one Arabic letter are folded away.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The longest word that is kept, in letters; what is longer is cut.
const LONGEST: usize = 40;

/// The words of a text, folded, in their order.
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let parts = folded.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(cut).collect()
}

fn cut(word: &str) -> String {
    word.chars().take(LONGEST).collect()
}

/// One form for all ways of writing a text.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
        match letter {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ı' => folded.push('i'),
            // Tatweel is a stroke, not a letter.
            'ـ' => {}
            'ٱ' => folded.push('ا'),
            'ى' | 'ی' => folded.push('ي'),
            'ة' => folded.push('ه'),
            'ک' => folded.push('ك'),
            '٠'..='٩' => folded.push(digit(letter, '٠')),
            '۰'..='۹' => folded.push(digit(letter, '۰')),
            // Lowering a letter may bring a mark with it.
            mark if is_combining_mark(mark) => {}
            other => folded.push(other),
        }
    }
    folded
}

fn digit(letter: char, zero: char) -> char {
    char::from(b'0' + (letter as u32 - zero as u32) as u8)
}

/// A hashtag in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Where it stands in the text, with its `#`.
    pub at: Range<usize>,
    /// The tag, folded, without `#`.
    pub tag: String,
}

/// The hashtags of a text: `#` that follows no letter, then letters, digits and underscores, not digits alone.
pub fn tags(text: &str) -> Vec<Tag> {
    let of_tag = |letter: char| letter.is_alphanumeric() || letter == '_' || is_combining_mark(letter);
    let mut found = Vec::new();
    for (start, _) in text.match_indices('#') {
        if text[..start].chars().next_back().is_some_and(|before| of_tag(before) || before == '#') {
            continue;
        }
        let rest = &text[start + 1..];
        let length = rest.find(|letter| !of_tag(letter)).unwrap_or(rest.len());
        if let Some(tag) = tag_of(&rest[..length]) {
            found.push(Tag { at: start..start + 1 + length, tag });
        }
    }
    found
}

/// The tag that somebody names, folded; none when it is no tag.
pub fn tag_of(name: &str) -> Option<String> {
    let name = name.strip_prefix('#').unwrap_or(name);
    let folded = fold(name);
    let plain = folded.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    let named = folded.chars().any(char::is_alphabetic);
    (plain && named && folded.chars().count() <= LONGEST).then_some(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_marks_are_folded_away() {
        assert_eq!(words("Élan, ÜBER straße!"), ["elan", "uber", "strasse"]);
        assert_eq!(words("nora_sings.at.night"), ["nora", "sings", "at", "night"]);
        assert_eq!(words("İstanbul ısı"), ["istanbul", "isi"]);
        assert!(words(" … #!").is_empty());
    }

    #[test]
    fn arabic_is_found_however_it_is_written() {
        assert_eq!(words("مُوسِيقَى"), words("موسيقي"));
        assert_eq!(words("أغنية"), words("اغنيه"));
        assert_eq!(words("جمـــيل ٢٠٢٦"), ["جميل", "2026"]);
    }

    #[test]
    fn tags_stand_where_a_word_could() {
        let text = "#Música at #night_2, not#this, ##nor #1 but #أغنية";
        let found: Vec<String> = tags(text).into_iter().map(|tag| tag.tag).collect();
        assert_eq!(found, ["musica", "night_2", "اغنيه"]);
        assert_eq!(&text[tags(text)[0].at.clone()], "#Música");
        assert_eq!(tag_of("a b"), None);
        assert_eq!(tag_of(&"a".repeat(41)), None);
    }
}

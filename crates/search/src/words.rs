//! From text to words: case, diacritics and the ways of writing one Arabic letter are folded away.

use outro_model::{Piece, pieces};
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

/// The words of a caption but for those whom it mentions: whether somebody is found by their handle is theirs to say,
/// and not to be had by way of what others wrote.
pub fn caption_words(text: &str) -> Vec<String> {
    let said = |piece: &Piece<'_>| match *piece {
        Piece::Text(text) | Piece::Tag(text) => words(text),
        Piece::Mention(_) => vec![],
    };
    pieces(text).iter().flat_map(said).collect()
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

/// The hashtags of a text, each folded and without `#`, as often as they stand there.
pub fn tags(text: &str) -> Vec<String> {
    pieces(text).into_iter().filter_map(folded).collect()
}

/// The tag that somebody names, with or without `#`, folded; none when it is no tag.
pub fn tag_of(name: &str) -> Option<String> {
    let marked = format!("#{}", name.strip_prefix('#').unwrap_or(name));
    match pieces(&marked).as_slice() {
        [tag @ Piece::Tag(_)] => folded(*tag),
        _ => None,
    }
}

/// The one form of a tag. Some letters fold to several, with spaces between them.
fn folded(piece: Piece<'_>) -> Option<String> {
    let Piece::Tag(text) = piece else { return None };
    let mut tag = fold(text);
    tag.retain(|letter| letter.is_alphanumeric() || letter == '_');
    tag.chars().any(char::is_alphabetic).then_some(tag)
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
    fn whom_a_caption_mentions_is_no_word_of_it() {
        assert_eq!(
            caption_words("At night with @nora_sings, #NightBus by nora"),
            ["at", "night", "with", "nightbus", "by", "nora"]
        );
        assert_eq!(caption_words("Élan@home"), ["elan", "home"], "no mention");
        assert!(caption_words("@nora").is_empty());
    }

    #[test]
    fn arabic_is_found_however_it_is_written() {
        assert_eq!(words("مُوسِيقَى"), words("موسيقي"));
        assert_eq!(words("أغنية"), words("اغنيه"));
        assert_eq!(words("جمـــيل ٢٠٢٦"), ["جميل", "2026"]);
    }

    #[test]
    fn tags_have_one_form() {
        assert_eq!(tags("#Música at #night_2, not#this, nor #1 but #أغنية"), ["musica", "night_2", "اغنيه"]);
        assert_eq!(tags("#MUSICA"), tags("#música"));
        assert_eq!(tag_of("#Night"), tag_of("night"));
        assert_eq!(tag_of("ﷺ").map(|tag| tag.contains(' ')), Some(false));
        for none in ["", "a b", "1", "a#b", "ـ", &"a".repeat(51)] {
            assert_eq!(tag_of(none), None, "{none}");
        }
    }
}

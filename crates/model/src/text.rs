//! Bounds of what people write.

/// The text is too long, or holds characters that no text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidText;

/// The joiners, without which Persian and many emoji cannot be written.
const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

/// Whether a letter has no place in a line that names somebody: what turns the direction of the text
/// around it, is not seen, or breaks the line. One name could be made to look like another by them.
fn is_deceptive(letter: char) -> bool {
    let invisible = matches!(letter, '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    let turns =
        matches!(letter, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = matches!(letter, '\u{2028}' | '\u{2029}');
    invisible || turns || breaks
}

/// Whether a text is `length` hexadecimal digits, as `hex::encode` writes them.
pub fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// One line of at most `most` characters, trimmed. Control characters are refused, those that turn the
/// direction of text or are not seen too, and a line of joiners alone.
pub fn bounded_line(text: &str, most: usize) -> Result<String, InvalidText> {
    let trimmed = text.trim();
    let strange = |letter: char| letter.is_control() || is_deceptive(letter);
    let seen = trimmed.is_empty() || trimmed.chars().any(|letter| !JOINERS.contains(&letter));
    let fits = trimmed.chars().count() <= most && !trimmed.chars().any(strange) && seen;
    if fits { Ok(trimmed.to_owned()) } else { Err(InvalidText) }
}

/// Text of at most `most` characters, trimmed; line breaks are kept as `\n`, other control characters refused.
pub fn bounded_text(text: &str, most: usize) -> Result<String, InvalidText> {
    let unified = text.replace("\r\n", "\n");
    let trimmed = unified.trim();
    let strange = |letter: char| letter.is_control() && letter != '\n' && letter != '\t';
    let fits = trimmed.chars().count() <= most && !trimmed.chars().any(strange);
    if fits { Ok(trimmed.to_owned()) } else { Err(InvalidText) }
}

/// The ASCII digit for an Arabic-Indic or Persian one; every other letter as it is.
pub fn ascii_digit(letter: char) -> char {
    let zero = match letter {
        '\u{0660}'..='\u{0669}' => 0x0660,
        '\u{06f0}'..='\u{06f9}' => 0x06f0,
        _ => return letter,
    };
    char::from_digit(letter as u32 - zero, 10).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_nothing_that_deceives() {
        let refused = "\u{61c}\u{200b}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2060}\u{2066}\u{2067}\u{2068}\u{2069}\u{feff}";
        for letter in refused.chars() {
            let name = format!("Ada{letter}Love");
            assert_eq!(bounded_line(&name, 50), Err(InvalidText), "{:x}", letter as u32);
        }
        for alone in ["\u{200d}", "\u{200c}\u{200d}"] {
            assert_eq!(bounded_line(alone, 50), Err(InvalidText));
        }
        for name in ["", "👩\u{200d}🚀 Ada", "می\u{200c}خواهم", "עדה"] {
            assert_eq!(bounded_line(name, 50).as_deref(), Ok(name));
        }
    }
}

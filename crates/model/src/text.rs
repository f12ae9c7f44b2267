//! Bounds of what people write.

/// The text is too long, or holds characters that no text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidText;

/// One line of at most `most` characters, trimmed; control characters are refused.
pub fn bounded_line(text: &str, most: usize) -> Result<String, InvalidText> {
    let trimmed = text.trim();
    let fits = trimmed.chars().count() <= most && !trimmed.chars().any(char::is_control);
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

//! Phone numbers in E.164 form.

use std::{fmt, str::FromStr};

use crate::ascii_digit;

/// A number as E.164 writes it: `+`, then 8 to 15 digits, the first not zero.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

/// The text is not a number in E.164 form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidPhone;

impl PhoneNumber {
    /// The number with its `+`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number with all but its last two digits hidden.
    pub fn masked(&self) -> String {
        format!("•••• {}", &self.0[self.0.len() - 2..])
    }

    /// The block a number belongs to, for budgets against pumping: all but the last four digits.
    pub fn prefix(&self) -> &str {
        &self.0[..self.0.len() - 4]
    }
}

impl FromStr for PhoneNumber {
    type Err = InvalidPhone;

    /// Spaces, dots, hyphens, brackets and direction marks are passed over; digits of any script are digits.
    fn from_str(text: &str) -> Result<Self, InvalidPhone> {
        let spoken = |letter: &char| !matches!(letter, ' ' | '-' | '.' | '(' | ')' | '\u{200e}' | '\u{200f}');
        let kept: String = text.trim().chars().filter(spoken).map(ascii_digit).collect();
        let digits = kept.strip_prefix('+').ok_or(InvalidPhone)?;
        let whole = (8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole && !digits.starts_with('0') { Ok(Self(kept)) } else { Err(InvalidPhone) }
    }
}

impl fmt::Debug for PhoneNumber {
    /// Says nothing: a number must not reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_e164() {
        let number: PhoneNumber = "+49 (151) 234-5678".parse().unwrap();
        assert_eq!(number.as_str(), "+491512345678");
        assert_eq!(number.masked(), "•••• 78");
        assert_eq!(number.prefix(), "+49151234");
        assert_eq!("+٤٩١٥١٢٣٤٥٦٧٨".parse(), Ok(number));
        for bad in ["0151234567", "+0123456789", "+1234567", "+1234567890123456", "+12345x789", ""] {
            assert_eq!(bad.parse::<PhoneNumber>(), Err(InvalidPhone), "{bad}");
        }
    }
}

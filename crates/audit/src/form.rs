//! The forms that a text, or some bytes, can stand in.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::Needle;

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// As it is: UTF-8 where it is a text.
    Plain,
    /// In lower case.
    Lower,
    /// UTF-16, little-endian.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// Hexadecimal, lower case.
    HexLower,
    /// Hexadecimal, upper case.
    HexUpper,
    /// Base64 (RFC 4648) with so many bytes before it, modulo 3: the letters that hang on the needle alone.
    Base64(u8),
    /// The same in the alphabet for addresses.
    Base64Url(u8),
    /// Percent-encoded (RFC 3986) where a letter needs it.
    Percent,
    /// The same with digits in lower case.
    PercentLower,
    /// Every byte percent-encoded.
    PercentAll,
    /// The same with digits in lower case.
    PercentAllLower,
    /// As forms are sent: percent-encoded, with `+` for a space.
    Plus,
    /// As browsers send forms (`application/x-www-form-urlencoded`): there `*` stays, and `~` does not.
    Browser,
    /// As the `encodeURIComponent` of browsers gives it.
    Component,
    /// As strings of JSON are written by `serde_json` and browsers: what is not ASCII stays.
    Json,
    /// As strings of JSON are escaped: `\uXXXX` for what is not ASCII.
    Escaped,
}

/// Every form.
pub const FORMS: &[Form] = &[
    Form::Plain,
    Form::Lower,
    Form::Utf16Le,
    Form::Utf16Be,
    Form::HexLower,
    Form::HexUpper,
    Form::Base64(0),
    Form::Base64(1),
    Form::Base64(2),
    Form::Base64Url(0),
    Form::Base64Url(1),
    Form::Base64Url(2),
    Form::Percent,
    Form::PercentLower,
    Form::PercentAll,
    Form::PercentAllLower,
    Form::Plus,
    Form::Browser,
    Form::Component,
    Form::Json,
    Form::Escaped,
];

impl Form {
    /// Its name in a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Lower => "lower case",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::HexLower => "hex",
            Self::HexUpper => "HEX",
            Self::Base64(0) => "base64 at 0",
            Self::Base64(1) => "base64 at 1",
            Self::Base64(_) => "base64 at 2",
            Self::Base64Url(0) => "base64url at 0",
            Self::Base64Url(1) => "base64url at 1",
            Self::Base64Url(_) => "base64url at 2",
            Self::Percent => "percent-encoded",
            Self::PercentLower => "percent-encoded, lower case",
            Self::PercentAll => "percent-encoded whole",
            Self::PercentAllLower => "percent-encoded whole, lower case",
            Self::Plus => "form-encoded",
            Self::Browser => "form-encoded by a browser",
            Self::Component => "percent-encoded by a browser",
            Self::Json => "JSON",
            Self::Escaped => "JSON-escaped",
        }
    }

    /// The needle in this form; none where the form is for texts and the needle is not one.
    pub fn of(self, needle: &Needle) -> Option<Vec<u8>> {
        let bytes = needle.bytes();
        match self {
            Self::Plain => return Some(bytes.to_vec()),
            Self::HexLower => return Some(hex::encode(bytes).into_bytes()),
            Self::HexUpper => return Some(hex::encode_upper(bytes).into_bytes()),
            Self::Base64(offset) => return Some(inner(&STANDARD_NO_PAD, offset, bytes)),
            Self::Base64Url(offset) => return Some(inner(&URL_SAFE_NO_PAD, offset, bytes)),
            _ => {}
        }
        let text = needle.as_text()?;
        Some(match self {
            Self::Lower => text.to_lowercase().into_bytes(),
            Self::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Self::Percent => percent(bytes, unreserved, true),
            Self::PercentLower => percent(bytes, unreserved, false),
            Self::PercentAll => percent(bytes, |_| false, true),
            Self::PercentAllLower => percent(bytes, |_| false, false),
            Self::Plus => plus(text, unreserved),
            Self::Browser => plus(text, of_browser_form),
            Self::Component => percent(bytes, of_component, true),
            Self::Json => {
                let quoted = Value::from(text).to_string();
                quoted.as_bytes()[1..quoted.len() - 1].to_vec()
            }
            _ => text.chars().flat_map(escaped).collect(),
        })
    }
}

/// The letters of an encoding that do not hang on what stands before and after.
fn inner(alphabet: &impl Engine, offset: u8, bytes: &[u8]) -> Vec<u8> {
    let offset = usize::from(offset);
    let encoded = alphabet.encode([vec![0; offset], bytes.to_vec()].concat());
    let (first, end) = ((offset * 8).div_ceil(6), (offset + bytes.len()) * 8 / 6);
    encoded.as_bytes()[first..end].to_vec()
}

fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// What `encodeURIComponent` leaves (ECMA-262).
fn of_component(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte)
}

/// What forms leave as browsers send them (the URL standard, application/x-www-form-urlencoded percent-encode set).
fn of_browser_form(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"*-._".contains(&byte)
}

/// Percent-encoded, with `+` for a space.
fn plus(text: &str, stays: fn(u8) -> bool) -> Vec<u8> {
    text.split(' ').map(|part| percent(part.as_bytes(), stays, true)).collect::<Vec<_>>().join(&b'+')
}

fn percent(bytes: &[u8], stays: impl Fn(u8) -> bool, upper: bool) -> Vec<u8> {
    let one = |byte: &u8| match (stays(*byte), upper) {
        (true, _) => vec![*byte],
        (_, true) => format!("%{byte:02X}").into_bytes(),
        (_, false) => format!("%{byte:02x}").into_bytes(),
    };
    bytes.iter().flat_map(one).collect()
}

fn escaped(letter: char) -> Vec<u8> {
    match letter {
        '"' | '\\' => vec![b'\\', letter as u8],
        ' '..='~' => vec![letter as u8],
        _ => letter.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| format!("\\u{unit:04x}").into_bytes()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_those_of_the_standards() {
        let needle = Needle::text("Käse /?").unwrap();
        let of = |form: Form| String::from_utf8(form.of(&needle).unwrap()).unwrap();
        assert_eq!(of(Form::Lower), "käse /?");
        assert_eq!(Form::Utf16Le.of(&needle).unwrap()[..4], [0x4b, 0, 0xe4, 0]);
        assert_eq!(Form::Utf16Be.of(&needle).unwrap()[..4], [0, 0x4b, 0, 0xe4]);
        assert_eq!(of(Form::HexUpper), "4BC3A47365202F3F");
        assert_eq!(of(Form::Percent), "K%C3%A4se%20%2F%3F");
        assert_eq!(of(Form::PercentAllLower), "%4b%c3%a4%73%65%20%2f%3f");
        assert_eq!(of(Form::Plus), "K%C3%A4se+%2F%3F");
        assert_eq!(of(Form::Escaped), "K\\u00e4se /?");
    }

    #[test]
    fn forms_are_those_that_browsers_send() {
        let needle = Needle::text("a \"b\\\u{1}\t!*'~(ä)").unwrap();
        let of = |form: Form| String::from_utf8(form.of(&needle).unwrap()).unwrap();
        assert_eq!(of(Form::Json), "a \\\"b\\\\\\u0001\\t!*'~(ä)");
        assert_eq!(of(Form::Component), "a%20%22b%5C%01%09!*'~(%C3%A4)");
        assert_eq!(of(Form::Browser), "a+%22b%5C%01%09%21*%27%7E%28%C3%A4%29");
        assert_eq!(of(Form::Plus), "a+%22b%5C%01%09%21%2A%27~%28%C3%A4%29");
    }

    /// Whatever stands around a text, the letters that are looked for stand in the encoding of all.
    #[test]
    fn base64_is_found_at_every_offset() {
        let needle = Needle::text("needle>?~ÿ needle").unwrap();
        for before in 0..9 {
            for after in 0..4 {
                let whole = [vec![b'x'; before], needle.bytes().to_vec(), vec![b'y'; after]].concat();
                let offset = (before % 3) as u8;
                for (form, text) in [
                    (Form::Base64(offset), STANDARD_NO_PAD.encode(&whole)),
                    (Form::Base64Url(offset), URL_SAFE_NO_PAD.encode(&whole)),
                ] {
                    let wanted = String::from_utf8(form.of(&needle).unwrap()).unwrap();
                    assert!(text.contains(&wanted), "{before} {after} {form:?}");
                    assert!(wanted.len() >= needle.bytes().len() * 8 / 6 - 2);
                }
            }
        }
    }
}

//! Byte ranges (RFC 9110 §14), as players send them.

use std::ops::Range;

/// What a request asks for of a thing of `length` bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// All of it: no range was asked for, or one that may be passed over.
    Whole,
    /// One range.
    Part(Range<u64>),
    /// A range that the thing does not have.
    Nothing,
}

/// Reads a `Range` header. Several ranges at once, and what is not of the grammar, are passed over,
/// as the RFC allows.
pub(crate) fn read(header: Option<&str>, length: u64) -> Asked {
    // The name of the unit is case-insensitive (§14.1).
    let spec =
        header.and_then(|text| text.trim().split_once('=')).filter(|(unit, _)| unit.eq_ignore_ascii_case("bytes"));
    let spec = spec.map(|(_, spec)| spec);
    let Some((first, last)) = spec.filter(|spec| !spec.contains(',')).and_then(|spec| spec.split_once('-')) else {
        return Asked::Whole;
    };
    let number = |text: &str| text.trim().parse::<u64>();
    match (first.trim().is_empty(), last.trim().is_empty()) {
        (true, true) => Asked::Whole,
        (true, false) => number(last).map_or(Asked::Whole, |count| of(length.saturating_sub(count), length, length)),
        (false, true) => number(first).map_or(Asked::Whole, |first| of(first, length, length)),
        (false, false) => match (number(first), number(last)) {
            (Ok(first), Ok(last)) if first <= last => of(first, last.saturating_add(1), length),
            _ => Asked::Whole,
        },
    }
}

fn of(start: u64, end: u64, length: u64) -> Asked {
    let end = end.min(length);
    if start < end { Asked::Part(start..end) } else { Asked::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_players_send() {
        let cases = [
            (None, Asked::Whole),
            // Safari asks for two bytes first.
            (Some("bytes=0-1"), Asked::Part(0..2)),
            (Some("BYTES=0-1"), Asked::Part(0..2)),
            (Some("Bytes=-10"), Asked::Part(90..100)),
            (Some("bytes =0-1"), Asked::Whole),
            // Chromium asks for all that is left.
            (Some("bytes=0-"), Asked::Part(0..100)),
            (Some("bytes=90-"), Asked::Part(90..100)),
            (Some("bytes=90-5000"), Asked::Part(90..100)),
            (Some("bytes=-10"), Asked::Part(90..100)),
            (Some("bytes=-500"), Asked::Part(0..100)),
            (Some("bytes=-0"), Asked::Nothing),
            (Some("bytes=100-"), Asked::Nothing),
            (Some("bytes=0-0,5-6"), Asked::Whole),
            (Some("bytes=9-5"), Asked::Whole),
            (Some("bytes=a-b"), Asked::Whole),
            (Some("bytes=-"), Asked::Whole),
            (Some("lines=1-2"), Asked::Whole),
            (Some("bytes=18446744073709551615-18446744073709551615"), Asked::Nothing),
        ];
        for (header, asked) in cases {
            assert_eq!(read(header, 100), asked, "{header:?}");
        }
        assert_eq!(read(Some("bytes=0-"), 0), Asked::Nothing);
    }
}

//! Small pure helpers that templates call.

use std::fmt;

use crate::Text;
use crate::text::Number;

include!(concat!(env!("OUT_DIR"), "/icons.rs"));

/// Puts the icons that a page uses at its head. The mark it replaces cannot come from a person, whose
/// text is escaped.
pub(crate) fn with_sprite(html: String) -> String {
    let mut sprite = String::from("<svg class=\"sprite\" aria-hidden=\"true\" width=\"0\" height=\"0\">");
    for (name, shape) in ICONS {
        if html.contains(&format!("\"#i-{name}\"")) {
            sprite.push_str("<symbol id=\"i-");
            sprite.push_str(name);
            sprite.push_str("\" viewBox=\"0 0 24 24\">");
            sprite.push_str(shape);
            sprite.push_str("</symbol>");
        }
    }
    sprite.push_str("</svg>");
    html.replacen("<!--icons-->", &sprite, 1)
}

/// An icon by its name; decorative, since every control carries its name as text.
pub(crate) fn icon(name: &'static str) -> Html {
    Html(format!("<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-{name}\"/></svg>"))
}

/// Markup of our own that must not be escaped. Only this module makes it, and never from a person's text.
pub(crate) struct Html(String);

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Html {}

/// A sentence with its `{}` filled. The result is escaped by the template like any other text.
pub(crate) fn fill(sentence: &str, value: impl fmt::Display) -> String {
    sentence.replacen("{}", &value.to_string(), 1)
}

/// One of twelve avatar colours, always the same for a handle, so that no picture need be kept.
pub(crate) fn hue(handle: &str) -> u32 {
    let hash = handle
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193));
    (hash >> 8) % 12
}

/// The letter on an avatar.
pub(crate) fn initial(handle: &str) -> String {
    handle.chars().find(|c| c.is_alphanumeric()).map_or_else(|| "·".to_owned(), |c| c.to_uppercase().collect())
}

/// A day from an RFC 3339 time, in the words of the language; the scripts refine it to the reader's own time.
pub(crate) fn date(t: &Text, at: &str) -> String {
    let mut parts = at.split('T').next().unwrap_or_default().splitn(3, '-');
    let number = |part: Option<&str>| part.and_then(|p| p.parse::<usize>().ok());
    let (year, month, day) = (number(parts.next()), number(parts.next()), number(parts.next()));
    match (year, month.and_then(|m| t.months.get(m.wrapping_sub(1))), day) {
        (Some(year), Some(month), Some(day)) => {
            format!("{} {month} {}", t.digits(&day.to_string()), t.digits(&year.to_string()))
        }
        _ => at.to_owned(),
    }
}

/// The date and the time of an RFC 3339 moment, to the minute; UTC.
pub(crate) fn moment(t: &Text, at: &str) -> String {
    let time = at.split_once('T').and_then(|(_, time)| time.get(..5));
    time.map_or_else(|| date(t, at), |time| format!("{}, {} UTC", date(t, at), t.digits(time)))
}

/// Where a link to whoever runs the site leads: to a letter, or to their page.
pub(crate) fn reach(contact: &str) -> String {
    let page = ["https://", "http://"].iter().any(|scheme| contact.starts_with(scheme));
    if page { contact.to_owned() } else { format!("mailto:{}", query(contact)) }
}

/// A value for the query part of an address.
pub(crate) fn query(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' | b'@' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// A size in megabytes, at least one.
pub(crate) fn size(t: &Text, bytes: impl Number) -> String {
    let megabytes = (bytes.number() + 999_999) / 1_000_000;
    fill(t.number_megabytes, t.digits(&megabytes.max(1).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    #[test]
    fn dates_are_words_and_oddities_pass_through() {
        let t = Lang::En.text();
        assert_eq!(date(t, "2026-03-09T10:00:00Z"), "9 March 2026");
        assert_eq!(date(t, "2026-13-09T10:00:00Z"), "2026-13-09T10:00:00Z");
        assert_eq!(date(t, "soon"), "soon");
        assert_eq!(moment(t, "2026-03-09T10:05:00Z"), "9 March 2026, 10:05 UTC");
        assert_eq!(moment(t, "soon"), "soon");
        assert_eq!(date(Lang::Ar.text(), "2026-03-09T10:00:00Z"), "٩ مارس ٢٠٢٦");
    }

    #[test]
    fn avatars_are_stable_and_never_empty() {
        assert_eq!(hue("Mara"), hue("mara"));
        assert!(hue("anything") < 12);
        assert_eq!(initial("_mara"), "M");
        assert_eq!(initial("..."), "·");
    }

    #[test]
    fn query_values_cannot_break_out() {
        assert_eq!(query("/v/a&b=c d\""), "/v/a%26b%3Dc%20d%22");
    }

    #[test]
    fn sizes_round_up() {
        assert_eq!(size(Lang::En.text(), 1), "1 MB");
        assert_eq!(size(Lang::En.text(), 2_000_001), "3 MB");
    }
}

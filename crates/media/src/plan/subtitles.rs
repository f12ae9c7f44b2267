//! Texts over the picture, as a file in the format of Advanced SubStation that libass draws.
//!
//! What people write stands in this file alone, never in a graph, and is drawn letter by letter: nothing of it is a command.
//! The font comes along in the file, as the jail may hold none.

use std::fmt::Write as _;
use std::sync::LazyLock;

use outro_model::edit::{Backing, Caption, Colour, Edit};

/// The font of texts and captions: DejaVu Sans Bold, which has Latin, Greek, Cyrillic, Arabic and more.
const FONT: &[u8] = include_bytes!("../../fonts/DejaVuSans-Bold.ttf");
/// How it is called.
const FAMILY: &str = "DejaVu Sans";
/// A line is so many thousandths of its letters' height: what the font says of itself.
const LINE: u32 = 1164;
/// The height of a caption's letters, in thousandths of the picture's width.
const CAPTION_SIZE: u32 = 52;
/// Where the lower edge of captions is, in thousandths of the picture's height.
const CAPTION_FOOT: u32 = 840;
/// What is left free beside captions, in thousandths of the picture's width.
const CAPTION_SIDE: u32 = 70;

static FONT_LINES: LazyLock<String> = LazyLock::new(|| packed(FONT));

/// The file for a picture of this size; none where nothing is written over it.
pub(super) fn subtitles(edit: &Edit, (width, height): (u32, u32)) -> Option<String> {
    let captions = if edit.burnt { edit.captions.as_slice() } else { &[] };
    if edit.titles.is_empty() && captions.is_empty() {
        return None;
    }
    let (mut styles, mut events) = (String::new(), String::new());
    for (number, title) in edit.titles.iter().enumerate() {
        let size = u32::from(title.size) * width / 1000;
        style(&mut styles, &format!("t{number}"), size, (title.colour, title.backing), 0);
        let (x, y) = (u32::from(title.x) * width / 1000, u32::from(title.y) * height / 1000);
        let place = format!("{{\\an5\\q2\\pos({x},{y})}}");
        event(&mut events, (title.from_ms, title.to_ms), &format!("t{number}"), &place, &title.text);
    }
    let side = CAPTION_SIDE * width / 1000;
    style(&mut styles, "c", CAPTION_SIZE * width / 1000, (Colour::White, Backing::Box), side);
    for Caption { from_ms, to_ms, text } in captions {
        let (x, y) = (width / 2, CAPTION_FOOT * height / 1000);
        event(&mut events, (*from_ms, *to_ms), "c", &format!("{{\\an2\\q0\\pos({x},{y})}}"), text);
    }
    Some(format!(
        "[Script Info]\nScriptType: v4.00+\nPlayResX: {width}\nPlayResY: {height}\nScaledBorderAndShadow: yes\n\n\
         [V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, \
         Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, \
         MarginR, MarginV, Encoding\n{styles}\n[Fonts]\nfontname: outro.ttf\n{font}\n\n\
         [Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n{events}",
        font = &*FONT_LINES,
    ))
}

/// One style: the size of letters in pixels, and what is left free beside them.
fn style(out: &mut String, name: &str, size: u32, (colour, backing): (Colour, Backing), side: u32) {
    let (size, line) = (size.max(4), size.max(4) * LINE / 1000);
    let letters = bgr(colour);
    let around = if colour == Colour::Black { "FFFFFF" } else { "000000" };
    let behind = if colour == Colour::Black { "73FFFFFF" } else { "59000000" };
    // The border of kind 4 is one box around all lines; as wide as its shadow.
    let (kind, outline, shadow) = match backing {
        Backing::Outline => (1, (size * 8 / 100).max(1), 0),
        Backing::Box => (4, 0, size * 24 / 100),
        Backing::Bare => (1, 0, 0),
    };
    // The last number has each line begin on the side on which its language does.
    let _ = writeln!(
        out,
        "Style: {name},{FAMILY},{line},&H00{letters},&H00{letters},&H00{around},&H{behind},-1,0,0,0,100,100,0,0,{kind},\
         {outline},{shadow},5,{side},{side},0,-1"
    );
}

/// Blue, green, red.
const fn bgr(colour: Colour) -> &'static str {
    match colour {
        Colour::White => "FFFFFF",
        Colour::Black => "000000",
        Colour::Yellow => "3DD8FF",
        Colour::Red => "4A40FF",
        Colour::Green => "6EDC3A",
        Colour::Blue => "FFA23D",
        Colour::Pink => "B45CFF",
    }
}

fn event(out: &mut String, (from_ms, to_ms): (u32, u32), style: &str, place: &str, text: &str) {
    let _ = writeln!(out, "Dialogue: 0,{},{},{style},,0,0,0,,{place}{}", clock(from_ms), clock(to_ms), literal(text));
}

/// `h:mm:ss.cc`
fn clock(ms: u32) -> String {
    let hundredths = ms / 10;
    let (hours, minutes, seconds) = (hundredths / 360_000, hundredths / 6000 % 60, hundredths / 100 % 60);
    format!("{hours}:{minutes:02}:{seconds:02}.{:02}", hundredths % 100)
}

/// Text that is drawn as it stands: no brace opens a command, and no backslash begins one, as what follows it is a letter
/// that is not seen.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => out.push_str("\\N"),
            '{' => out.push_str("\\{"),
            '}' => out.push_str("\\}"),
            '\\' => out.push_str("\\\u{2060}"),
            '\t' => out.push(' '),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// A file within the text, as the format has it: three bytes are four letters, each six bits.
fn packed(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 4 / 3 + bytes.len() / 60 + 4);
    for (number, chunk) in bytes.chunks(3).enumerate() {
        if number > 0 && number % 20 == 0 {
            out.push('\n');
        }
        let three = [chunk[0], chunk.get(1).copied().unwrap_or(0), chunk.get(2).copied().unwrap_or(0)];
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        let letters = [18, 12, 6, 0].map(|shift| char::from(33 + (bits >> shift & 63) as u8));
        out.extend(&letters[..=chunk.len()]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use outro_model::edit::Title;
    use proptest::prelude::*;

    fn title(text: &str) -> Title {
        let (colour, backing) = (Colour::Yellow, Backing::Box);
        Title { text: text.to_owned(), from_ms: 61_230, to_ms: 3_600_000, x: 500, y: 250, size: 100, colour, backing }
    }

    #[test]
    fn texts_are_placed_and_timed_and_captions_only_where_they_are_burnt_in() {
        let captions = vec![Caption { from_ms: 0, to_ms: 900, text: "said".to_owned() }];
        let edit = Edit { titles: vec![title("Hi\nyou")], captions, ..Edit::default() };
        let file = subtitles(&edit, (720, 1280)).unwrap();
        let event = "Dialogue: 0,0:01:01.23,1:00:00.00,t0,,0,0,0,,{\\an5\\q2\\pos(360,320)}Hi\\Nyou\n";
        assert!(file.ends_with(event) && file.contains("Style: t0,DejaVu Sans,83,&H003DD8FF,"), "{}", &file[..900]);
        let burnt = subtitles(&Edit { burnt: true, ..edit.clone() }, (720, 1280)).unwrap();
        assert!(burnt.ends_with("c,,0,0,0,,{\\an2\\q0\\pos(360,1075)}said\n"));
        assert_eq!(subtitles(&Edit { titles: vec![], ..edit }, (720, 1280)), None);
    }

    #[test]
    fn a_file_is_packed_as_the_format_has_it() {
        assert_eq!(packed(&[0, 0, 0]), "!!!!");
        assert_eq!(packed(&[255, 255, 255, 255]), "````".to_owned() + "`Q");
        assert!(packed(FONT).lines().all(|line| line.len() <= 80 && line.bytes().all(|byte| (33..97).contains(&byte))));
    }

    proptest! {
        #[test]
        fn nothing_written_is_a_command(text in "[a{}\\\\\\n\\tNhp(]{0,30}") {
            let drawn = literal(&text);
            prop_assert!(!drawn.contains('\n'));
            // Every backslash is followed by a line's end of our own, a brace, or what is not seen.
            let mut letters = drawn.chars();
            let (mut lines, mut braces) = (0, 0);
            while let Some(letter) = letters.next() {
                prop_assert!(!['{', '}'].contains(&letter), "a brace");
                if letter == '\\' {
                    match letters.next() {
                        Some('N') => lines += 1,
                        Some('{' | '}') => braces += 1,
                        next => prop_assert_eq!(next, Some('\u{2060}')),
                    }
                }
            }
            prop_assert_eq!(lines, text.matches('\n').count());
            prop_assert_eq!(braces, text.matches(['{', '}']).count());
        }
    }
}

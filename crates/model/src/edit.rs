//! The edit list of a video: what is made of its original, and of clips that were added to it, which stay as they are.
//!
//! Pure: it is read, held to its bounds, and its times are reckoned. Texts and captions are timed by what comes out,
//! pieces by what goes in.

use serde::{Deserialize, Serialize};

use crate::{ClipId, bounded_text};

/// The most pieces.
pub const MOST_CUTS: usize = 40;
/// The most clips that a video has beside its original.
pub const MOST_CLIPS: usize = 10;
/// The most texts laid over the picture.
pub const MOST_TITLES: usize = 20;
/// The most captions.
pub const MOST_CAPTIONS: usize = 500;
/// The longest text laid over the picture, in characters.
pub const TITLE: usize = 200;
/// The longest caption, in characters.
pub const CAPTION: usize = 300;
/// The shortest piece, in milliseconds of what comes out.
pub const SHORTEST: u64 = 100;
/// The shortest video that is left, in milliseconds.
pub const LEAST: u64 = 500;
/// The speeds that there are, in hundredths.
pub const SPEEDS: std::ops::RangeInclusive<u16> = 25..=400;
/// The sizes that a text has: its height, in thousandths of the picture's width.
pub const SIZES: std::ops::RangeInclusive<u16> = 30..=250;
/// No time is later than this, in milliseconds: a day, far beyond what a server takes.
pub const LATEST: u32 = 86_400_000;

/// What is made of a video's original.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Edit {
    /// What is kept, in the order in which it is shown. None: all of the original, as it is.
    pub cuts: Vec<Cut>,
    /// What is laid over the picture.
    pub titles: Vec<Title>,
    /// What is said, for those who do not hear it.
    pub captions: Vec<Caption>,
    /// Whether captions are part of the picture; else who watches turns them on.
    pub burnt: bool,
    /// How the picture looks.
    pub look: Look,
    /// Lighter or darker, -100 to 100.
    pub brightness: i8,
    /// More or less of it, -100 to 100.
    pub contrast: i8,
    /// More or less of it, -100 to 100, where there is none.
    pub saturation: i8,
    /// The moment whose picture is the cover; none chooses by itself.
    pub cover_ms: Option<u32>,
}

/// A piece of the original, or of a clip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// Of which clip it is; none where it is of the original.
    #[serde(default, with = "clip", skip_serializing_if = "Option::is_none")]
    pub clip: Option<ClipId>,
    /// Where it begins, in milliseconds.
    pub from_ms: u32,
    /// Where it ends.
    pub to_ms: u32,
    /// How fast it goes, in hundredths.
    #[serde(default = "as_it_is")]
    pub speed: u16,
}

const fn as_it_is() -> u16 {
    100
}

/// A clip by the text of its id.
mod clip {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::ClipId;

    pub(super) fn serialize<S: Serializer>(clip: &Option<ClipId>, to: S) -> Result<S::Ok, S::Error> {
        match clip {
            Some(clip) => to.collect_str(clip),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<ClipId>, D::Error> {
        let text: Option<String> = Option::deserialize(from)?;
        text.map(|text| text.parse().map_err(|_| D::Error::custom("not the id of a clip"))).transpose()
    }
}

/// A text that is laid over the picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// What it says.
    pub text: String,
    /// From when on it is seen.
    pub from_ms: u32,
    /// Until when.
    pub to_ms: u32,
    /// Where its middle is, in thousandths of the picture's width.
    pub x: u16,
    /// And of its height.
    pub y: u16,
    /// How large it is: the height of its letters, in thousandths of the picture's width.
    pub size: u16,
    /// Its colour.
    #[serde(default)]
    pub colour: Colour,
    /// What is behind it.
    #[serde(default)]
    pub backing: Backing,
}

/// What is said at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caption {
    /// From when on it is shown.
    pub from_ms: u32,
    /// Until when.
    pub to_ms: u32,
    /// What is said.
    pub text: String,
}

/// How the picture looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// As it is.
    #[default]
    None,
    /// As in the evening.
    Warm,
    /// As in winter.
    Cool,
    /// Without colours.
    Mono,
    /// With more of them.
    Vivid,
    /// As an old print.
    Fade,
    /// As film.
    Grain,
}

impl Look {
    /// Every look.
    pub const ALL: [Self; 7] = [Self::None, Self::Warm, Self::Cool, Self::Mono, Self::Vivid, Self::Fade, Self::Grain];
}

/// The colour of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// White.
    #[default]
    White,
    /// Black.
    Black,
    /// Yellow.
    Yellow,
    /// Red.
    Red,
    /// Green.
    Green,
    /// Blue.
    Blue,
    /// Pink.
    Pink,
}

/// What is behind a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backing {
    /// A line around its letters.
    #[default]
    Outline,
    /// A dark box.
    Box,
    /// Nothing.
    Bare,
}

/// Why an edit list cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidEdit {
    /// Which part of it: `cuts`, `titles`, `captions`, `brightness`, `cover_ms`.
    pub field: &'static str,
    /// A sentence for the person.
    pub why: &'static str,
}

impl Cut {
    /// How long it is in what comes out, in milliseconds.
    pub fn length_ms(&self) -> u64 {
        u64::from(self.to_ms.saturating_sub(self.from_ms)) * 100 / u64::from(self.speed.max(1))
    }
}

impl Edit {
    /// Whether it leaves everything as it is.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Whether what plays is another than the original: a cover and captions that are turned on change nothing of it.
    pub fn changes_what_plays(&self) -> bool {
        let captions = if self.burnt { self.captions.clone() } else { Vec::new() };
        !Self { captions, burnt: false, cover_ms: None, ..self.clone() }.is_nothing()
    }

    /// The clips of which pieces are in it, each once, in the order in which they are first shown.
    pub fn clips(&self) -> Vec<ClipId> {
        let mut clips = Vec::new();
        for clip in self.cuts.iter().filter_map(|cut| cut.clip) {
            if !clips.contains(&clip) {
                clips.push(clip);
            }
        }
        clips
    }

    /// Whether a piece of this clip is in it.
    pub fn uses(&self, clip: ClipId) -> bool {
        self.cuts.iter().any(|cut| cut.clip == Some(clip))
    }

    /// Whether there are captions that who watches can turn on.
    pub fn is_captioned(&self) -> bool {
        !self.captions.is_empty() && !self.burnt
    }

    /// How long what comes out is, in milliseconds; none where all of the original is kept.
    pub fn length_ms(&self) -> Option<u64> {
        (!self.cuts.is_empty()).then(|| self.cuts.iter().map(Cut::length_ms).sum())
    }

    /// Held to its bounds, with its texts trimmed and its captions in the order of time. What comes out is at most
    /// `longest` milliseconds.
    pub fn checked(mut self, longest: u64) -> Result<Self, InvalidEdit> {
        self.check_cuts(longest)?;
        if self.titles.len() > MOST_TITLES {
            return Err(wrong("titles", "Use at most 20 texts."));
        }
        if self.captions.len() > MOST_CAPTIONS {
            return Err(wrong("captions", "Use at most 500 captions."));
        }
        for title in &mut self.titles {
            title.text = words(&title.text, TITLE).ok_or(wrong("titles", "Write 1 to 200 characters in each text."))?;
            spans("titles", title.from_ms, title.to_ms)?;
            let is_placed = title.x <= 1000 && title.y <= 1000 && SIZES.contains(&title.size);
            if !is_placed {
                return Err(wrong("titles", "Place each text in the picture, and give it a size that there is."));
            }
        }
        for caption in &mut self.captions {
            caption.text =
                words(&caption.text, CAPTION).ok_or(wrong("captions", "Write 1 to 300 characters in each caption."))?;
            spans("captions", caption.from_ms, caption.to_ms)?;
        }
        self.captions.sort_by_key(|caption| (caption.from_ms, caption.to_ms));
        if [self.brightness, self.contrast, self.saturation].iter().any(|value| !(-100..=100).contains(value)) {
            return Err(wrong("brightness", "Choose numbers from -100 to 100."));
        }
        if self.cover_ms.is_some_and(|at| at > LATEST) {
            return Err(wrong("cover_ms", "Choose a moment of the video."));
        }
        Ok(self)
    }

    fn check_cuts(&self, longest: u64) -> Result<(), InvalidEdit> {
        if self.cuts.len() > MOST_CUTS {
            return Err(wrong("cuts", "Use at most 40 pieces."));
        }
        if self.clips().len() > MOST_CLIPS {
            return Err(wrong("cuts", "Use pieces of at most 10 clips."));
        }
        for cut in &self.cuts {
            let is_sound = cut.from_ms < cut.to_ms && cut.to_ms <= LATEST && SPEEDS.contains(&cut.speed);
            if !is_sound || cut.length_ms() < SHORTEST {
                let why = "Each piece ends after it begins, lasts a tenth of a second, and goes at a quarter to four times its speed.";
                return Err(wrong("cuts", why));
            }
        }
        match self.length_ms() {
            Some(length) if length < LEAST => Err(wrong("cuts", "Keep at least half a second.")),
            Some(length) if length > longest => Err(wrong("cuts", "What is left is longer than a video may be.")),
            _ => Ok(()),
        }
    }

    /// The captions as WebVTT, of a video before which so many milliseconds of something else are played.
    pub fn webvtt(&self, after_ms: u32) -> String {
        let mut text = String::from("WEBVTT\n");
        for Caption { from_ms, to_ms, text: said } in &self.captions {
            // An empty line would end the cue, and markup is not meant.
            let lines: Vec<_> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            let plain = lines.join("\n").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            text.push_str(&format!(
                "\n{} --> {}\n{plain}\n",
                clock(from_ms.saturating_add(after_ms)),
                clock(to_ms.saturating_add(after_ms))
            ));
        }
        text
    }
}

/// Captions out of a WebVTT file, or of lines that look like one: each cue's times and its text, without its markup and its
/// settings. What is no cue is left out; none where no time can be read at all but something was written.
pub fn read_webvtt(text: &str) -> Option<Vec<Caption>> {
    let unified = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let mut captions = Vec::new();
    let mut lines = unified.lines();
    while let Some(line) = lines.next() {
        let Some((from, rest)) = line.split_once("-->") else { continue };
        let to = rest.split_whitespace().next().unwrap_or_default();
        let (Some(from_ms), Some(to_ms)) = (moment(from.trim()), moment(to)) else { continue };
        let said: Vec<_> = lines.by_ref().take_while(|line| !line.trim().is_empty()).map(plain).collect();
        captions.push(Caption { from_ms, to_ms, text: said.join("\n") });
    }
    (!captions.is_empty() || unified.trim().is_empty() || unified.starts_with("WEBVTT")).then_some(captions)
}

/// `[hh:]mm:ss[.mmm]` in milliseconds.
fn moment(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && (1..=4).contains(&text.len());
    let ms = format!("{part:0<3}").get(..3)?.parse::<u32>().ok().filter(|_| digits(part))?;
    let mut seconds = 0u32;
    let units: Vec<_> = whole.split(':').collect();
    for unit in &units {
        let number: u32 = unit.parse().ok().filter(|_| digits(unit))?;
        seconds = seconds.checked_mul(60)?.checked_add(number)?;
    }
    (2..=3).contains(&units.len()).then_some(())?;
    seconds.checked_mul(1000)?.checked_add(ms)
}

/// A line of a cue without its tags, and what stands for a letter as that letter.
fn plain(line: &str) -> String {
    let (mut out, mut in_tag) = (String::new(), false);
    for letter in line.chars() {
        match letter {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            _ if in_tag => {}
            letter => out.push(letter),
        }
    }
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&amp;", "&")
}

const fn wrong(field: &'static str, why: &'static str) -> InvalidEdit {
    InvalidEdit { field, why }
}

/// Something that was written, and is not too long.
fn words(text: &str, most: usize) -> Option<String> {
    bounded_text(text, most).ok().filter(|text| !text.is_empty())
}

fn spans(field: &'static str, from_ms: u32, to_ms: u32) -> Result<(), InvalidEdit> {
    let is_sound = from_ms < to_ms && to_ms <= LATEST;
    if is_sound { Ok(()) } else { Err(wrong(field, "Let each one end after it begins.")) }
}

/// `hh:mm:ss.mmm`
fn clock(ms: u32) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{:03}", ms % 1000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(from_ms: u32, to_ms: u32, speed: u16) -> Cut {
        Cut { clip: None, from_ms, to_ms, speed }
    }

    fn title(text: &str) -> Title {
        let (colour, backing) = (Colour::White, Backing::Box);
        Title { text: text.to_owned(), from_ms: 0, to_ms: 900, x: 500, y: 500, size: 80, colour, backing }
    }

    fn caption(from_ms: u32, to_ms: u32, text: &str) -> Caption {
        Caption { from_ms, to_ms, text: text.to_owned() }
    }

    const MINUTE: u64 = 60_000;

    #[test]
    fn what_is_out_of_bounds_is_refused_and_says_where() {
        let field = |edit: Edit| edit.checked(MINUTE).map_err(|wrong| wrong.field);
        let cuts = |cuts: Vec<Cut>| field(Edit { cuts, ..Edit::default() });
        assert_eq!(cuts(vec![cut(0, 60_000, 100)]).map(|edit| edit.length_ms()), Ok(Some(60_000)));
        for wrong in [
            vec![cut(10, 10, 100)],
            vec![cut(10, 9, 100)],
            vec![cut(0, 499, 100)],
            vec![cut(0, 60_001, 100)],
            vec![cut(0, 30_000, 25)],
            vec![cut(0, 9_000, 24)],
            vec![cut(0, 9_000, 401)],
            vec![cut(0, 9_000, 100), cut(0, 399, 400)],
            vec![cut(0, u32::MAX, 100)],
            vec![cut(0, 1000, 100); MOST_CUTS + 1],
        ] {
            assert_eq!(cuts(wrong.clone()), Err("cuts"), "{wrong:?}");
        }
        let titles = |titles: Vec<Title>| field(Edit { titles, ..Edit::default() }).map(|_| ());
        assert_eq!(titles(vec![title("Hello\nyou")]), Ok(()));
        for wrong in [
            vec![title("  ")],
            vec![title(&"a".repeat(201))],
            vec![title("\u{7}")],
            vec![Title { x: 1001, ..title("a") }],
            vec![Title { size: 251, ..title("a") }],
            vec![Title { to_ms: 0, ..title("a") }],
            vec![title("a"); MOST_TITLES + 1],
        ] {
            assert_eq!(titles(wrong.clone()), Err("titles"), "{wrong:?}");
        }
        let captions = |captions: Vec<Caption>| field(Edit { captions, ..Edit::default() }).map(|_| ());
        assert_eq!(captions(vec![caption(0, 5, "a")]), Ok(()));
        for wrong in [vec![caption(5, 5, "a")], vec![caption(0, 5, "")], vec![caption(0, 5, "a"); MOST_CAPTIONS + 1]] {
            assert_eq!(captions(wrong.clone()), Err("captions"), "{wrong:?}");
        }
        assert_eq!(field(Edit { contrast: -101, ..Edit::default() }), Err("brightness"));
        assert_eq!(field(Edit { cover_ms: Some(u32::MAX), ..Edit::default() }), Err("cover_ms"));
    }

    #[test]
    fn captions_are_webvtt_in_the_order_of_time_and_hold_no_markup() {
        let captions = vec![caption(61_005, 3_600_000, "<b>two</b> --> & \n\n three"), caption(0, 900, "مرحبا")];
        let edit = Edit { captions, ..Edit::default() }.checked(MINUTE).unwrap();
        assert!(edit.is_captioned());
        assert_eq!(
            edit.webvtt(0),
            "WEBVTT\n\n00:00:00.000 --> 00:00:00.900\nمرحبا\n\n\
             00:01:01.005 --> 01:00:00.000\n&lt;b&gt;two&lt;/b&gt; --&gt; &amp;\nthree\n"
        );
        assert!(edit.webvtt(2100).starts_with("WEBVTT\n\n00:00:02.100 --> 00:00:03.000\n"));
    }

    #[test]
    fn it_is_kept_as_text_and_what_is_not_known_is_refused() {
        let text = r#"{"cuts":[{"from_ms":0,"to_ms":900}],"look":"warm"}"#;
        let edit: Edit = serde_json::from_str(text).unwrap();
        assert_eq!((edit.cuts[0].speed, edit.look), (100, Look::Warm));
        assert!(serde_json::from_str::<Edit>("{}").unwrap().is_nothing());
        for wrong in [r#"{"look":"eq=1"}"#, r#"{"filter":"x"}"#, r#"{"cuts":[{"from_ms":-1,"to_ms":9}]}"#] {
            assert!(serde_json::from_str::<Edit>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_piece_names_its_clip_and_one_of_the_original_none() {
        let id = ClipId::from_bytes([7; 16]);
        let text = format!(
            r#"{{"cuts":[{{"clip":"{id}","from_ms":0,"to_ms":900}},{{"clip":null,"from_ms":0,"to_ms":900}},{{"from_ms":0,"to_ms":900}}]}}"#
        );
        let edit: Edit = serde_json::from_str(&text).unwrap();
        assert_eq!(edit.cuts.iter().map(|cut| cut.clip).collect::<Vec<_>>(), [Some(id), None, None]);
        assert!(edit.uses(id) && !edit.uses(ClipId::from_bytes([8; 16])));
        assert_eq!(edit.clips(), [id]);
        // As it was kept before there were clips.
        let kept = serde_json::to_string(&edit.cuts[2]).unwrap();
        assert_eq!(kept, r#"{"from_ms":0,"to_ms":900,"speed":100}"#);
        for wrong in [r#""""#, r#""../x""#, "1", r#""AAAAAAAAAAAAAAAAAAAAAB""#] {
            let text = format!(r#"{{"cuts":[{{"clip":{wrong},"from_ms":0,"to_ms":900}}]}}"#);
            assert!(serde_json::from_str::<Edit>(&text).is_err(), "{wrong}");
        }
    }

    #[test]
    fn webvtt_of_others_is_read() {
        let text = "\u{feff}WEBVTT - made elsewhere\r\n\r\nNOTE a note\r\n\r\n1\r\n00:01.500 --> 00:02.000 align:start line:0\r\n\
            <v Ada>One &amp; <i>only</i></v>\r\nline\r\n\r\n01:00:00,250 --> 01:00:01,5\r\ntwo";
        let read = read_webvtt(text).unwrap();
        assert_eq!(read, [caption(1500, 2000, "One & only\nline"), caption(3_600_250, 3_601_500, "two")]);
        assert_eq!(read_webvtt("  "), Some(vec![]));
        assert_eq!(read_webvtt("WEBVTT\n"), Some(vec![]));
        assert_eq!(read_webvtt("just words\n1 --> 2\nx"), None);
    }

    fn cuts() -> impl Strategy<Value = Vec<Cut>> {
        let clip = proptest::option::of((0u8..12).prop_map(|number| ClipId::from_bytes([number; 16])));
        let one = (clip, 0u32..90_000, 0u32..90_000, 0u16..500).prop_map(|(clip, from_ms, to_ms, speed)| Cut {
            clip,
            from_ms,
            to_ms,
            speed,
        });
        proptest::collection::vec(one, 0..45)
    }

    fn edits() -> impl Strategy<Value = Edit> {
        let said = || proptest::string::string_regex("[a{}\\\\\\n<> \u{7}م]{0,40}").unwrap();
        let titles =
            (said(), 0u32..9000, 0u32..9000, 0u16..1200, 0u16..300).prop_map(|(text, from_ms, to_ms, x, size)| Title {
                text,
                from_ms,
                to_ms,
                x,
                y: x,
                size,
                colour: Colour::Red,
                backing: Backing::Bare,
            });
        let captions = (0u32..9000, 0u32..9000, said()).prop_map(|(a, b, text)| caption(a, b, &text));
        let (titles, captions) = (proptest::collection::vec(titles, 0..4), proptest::collection::vec(captions, 0..4));
        (cuts(), titles, captions, any::<i8>()).prop_map(|(cuts, titles, captions, contrast)| Edit {
            cuts,
            titles,
            captions,
            contrast,
            ..Edit::default()
        })
    }

    proptest! {
        #[test]
        fn what_is_taken_is_within_bounds_and_stays_as_it_is(edit in edits()) {
            let Ok(checked) = edit.checked(MINUTE) else { return Ok(()) };
            prop_assert!(checked.length_ms().is_none_or(|length| (LEAST..=MINUTE).contains(&length)));
            prop_assert!(checked.cuts.iter().all(|cut| cut.length_ms() >= SHORTEST && SPEEDS.contains(&cut.speed)));
            prop_assert!(checked.captions.is_sorted_by_key(|caption| caption.from_ms));
            let clips = checked.clips();
            prop_assert!(clips.len() <= MOST_CLIPS && clips.iter().all(|clip| checked.uses(*clip)));
            prop_assert!(checked.cuts.iter().all(|cut| cut.clip.is_none_or(|clip| clips.contains(&clip))));
            let text = serde_json::to_string(&checked).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Edit>(&text).unwrap(), &checked);
            prop_assert_eq!(checked.clone().checked(MINUTE), Ok(checked));
        }

        #[test]
        fn every_caption_is_one_cue(said in proptest::collection::vec("[a<&>\\n -]{1,30}", 1..5)) {
            let captions: Vec<_> = said.iter().map(|text| caption(0, 900, text)).collect();
            let Ok(edit) = (Edit { captions, ..Edit::default() }).checked(MINUTE) else { return Ok(()) };
            let vtt = edit.webvtt(0);
            prop_assert_eq!(vtt.matches(" --> ").count(), edit.captions.len());
            prop_assert_eq!(vtt.split("\n\n").count(), edit.captions.len() + 1);
            let back = read_webvtt(&vtt).map(|back| back.into_iter().map(|caption| caption.text).collect::<Vec<_>>());
            let lines = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
            prop_assert_eq!(back, Some(edit.captions.iter().map(|caption| lines(&caption.text)).collect()));
        }

        #[test]
        fn whatever_is_written_is_read_without_harm(text in "[0-9:.,<>& \\-aW\n]{0,80}") {
            let _ = read_webvtt(&text);
        }
    }
}

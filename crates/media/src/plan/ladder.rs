//! The sizes that are made of one video from one decode.

use super::edit::Cutting;
use super::geometry::{self, Geometry, within};
use super::{Composed, Footage, MOST_PICTURE_BITS, MOST_SOUND_BITS, OUTPUT, Options, Reframe, Scene};
use super::{NothingLeft, closing, decoding, framing, opening_with, owned, picture, sound};
use crate::probe::Probe;
use crate::sandbox::FIRST;
use outro_model::edit::Edit;
use std::fmt::Write as _;
use std::time::Duration;

/// One of the sizes in which a video is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Size {
    /// 480 wide at most: for slow lines and small frames.
    Small,
    /// 720 wide at most: there is always one.
    Usual,
    /// 1080 wide: only of a source that has as much to show.
    Large,
}

impl Size {
    /// The most that it is wide; it is as high as that is at 9:16.
    const fn widest(self) -> u32 {
        match self {
            Self::Small => 480,
            Self::Usual => geometry::WIDE,
            Self::Large => 1080,
        }
    }

    /// Bits a second that its picture may average over a few seconds.
    const fn most_bits(self) -> u64 {
        match self {
            Self::Small => 1_600_000,
            Self::Usual => MOST_PICTURE_BITS,
            Self::Large => 8_000_000,
        }
    }
}

/// A rendition that is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Which of the sizes.
    pub size: Size,
    /// Width in pixels; even.
    pub width: u32,
    /// Height in pixels; even.
    pub height: u32,
}

impl Rung {
    const fn of(size: Size, geometry: &Geometry) -> Self {
        Self { size, width: geometry.width, height: geometry.height }
    }

    const fn pixels(&self) -> u64 {
        self.width as u64 * self.height as u64
    }
}

/// A decided encode into several sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// What is made, the smallest first; the usual one is always there.
    pub rungs: Vec<Rung>,
    /// Whether they have sound.
    pub has_sound: bool,
    /// How long the source plays.
    pub duration: Duration,
    /// The arguments for ffmpeg: descriptor 0 in, the first rung to descriptor 1, the others to those from 3 on, progress on 2.
    pub args: Vec<String>,
}

impl Ladder {
    /// About how many bytes a rung may come to, for choosing its scratch.
    #[must_use]
    pub fn size_hint(&self, rung: &Rung) -> u64 {
        (self.duration.as_secs() + 2).saturating_mul((rung.size.most_bits() + MOST_SOUND_BITS) / 8)
    }
}

/// Decides in which sizes `probe` is made, as [`plan`](super::plan) decides of the usual one alone. The picture is put
/// together once, at the largest of them, and scaled down for the others.
#[must_use]
pub fn ladder(probe: &Probe, reframe: Reframe, scene: &Scene, options: &Options) -> Ladder {
    let (shown, framed) = framing(probe, reframe, scene);
    let geometry = |widest| geometry::geometry_within(shown.width, shown.height, framed, widest);
    let (rungs, largest) = rungs(geometry, shows_more(probe));
    let composed = Composed::of(probe, reframe, scene, options, largest.widest());
    let args = decoding(options.threads, &shared(&composed, &rungs, probe.has_sound()));
    encoded(args, rungs, (probe.has_sound(), probe.duration), FIRST, options)
}

/// Decides the same of an edit, and what is written over the picture. `footage` is the original, then the clips of which
/// there may be pieces. Beside the original the files are read in this order: what is written, where anything is; the clips.
///
/// # Errors
/// When nothing of the files is left, or one of them is not given.
pub fn edit_ladder(
    footage: &[Footage<'_>],
    edit: &Edit,
    options: &Options,
) -> Result<(Ladder, Option<String>), NothingLeft> {
    let cutting = Cutting::of(footage, edit)?;
    let has_more = cutting.files().iter().any(|file| shows_more(file.probe));
    let (rungs, largest) = rungs(|widest| cutting.canvas(widest), has_more);
    let geometry = cutting.canvas(largest.widest());
    let edited = cutting.edited(&geometry, edit, options);
    let composed = Composed { geometry, graph: edited.graph };
    let mut args = opening_with(cutting.filter_threads(options), options.threads);
    args.extend(edited.inputs);
    args.extend(owned(&["-filter_complex", &shared(&composed, &rungs, cutting.has_sound())]));
    // What is read beside the original comes before what is written.
    let read = usize::from(edited.subtitles.is_some()) + footage.len().saturating_sub(1);
    let first = FIRST + i32::try_from(read).unwrap_or(i32::MAX - FIRST);
    Ok((encoded(args, rungs, (cutting.has_sound(), cutting.duration()), first, options), edited.subtitles))
}

/// Whether a source has as much to show as the large size.
fn shows_more(probe: &Probe) -> bool {
    // The whole of a lying picture may be as wide and show no more for it: people call that 720.
    probe.display_width.min(probe.display_height) >= Size::Large.widest()
}

/// The sizes, and the largest of them, at which the picture is put together.
fn rungs(geometry: impl Fn(u32) -> Geometry, has_more: bool) -> (Vec<Rung>, Size) {
    let (usual, large) = (geometry(Size::Usual.widest()), geometry(Size::Large.widest()));
    let mut rungs = vec![Rung::of(Size::Usual, &usual)];
    rungs.splice(..0, smaller(&rungs[0]));
    if !has_more || large.width != Size::Large.widest() {
        return (rungs, Size::Usual);
    }
    rungs.push(Rung::of(Size::Large, &large));
    (rungs, Size::Large)
}

/// Every rung encoded: the first to descriptor 1, the others to those from `first` on.
fn encoded(
    mut args: Vec<String>,
    rungs: Vec<Rung>,
    (has_sound, duration): (bool, Duration),
    first: i32,
    options: &Options,
) -> Ladder {
    for (at, rung) in rungs.iter().enumerate() {
        args.extend(picture(&format!("[v{at}]"), rung.size.most_bits(), options));
        args.extend(sound(has_sound, &format!("[a{at}]")));
        args.extend(closing(options));
        args.push(if at == 0 { OUTPUT.to_owned() } else { format!("/proc/self/fd/{}", first as usize + at - 1) });
    }
    Ladder { rungs, has_sound, duration, args }
}

/// What is made besides for slow lines, where it has a quarter less to send.
fn smaller(usual: &Rung) -> Option<Rung> {
    let widest = Size::Small.widest();
    let (width, height) = within(usual.width, usual.height, widest, widest * 16 / 9 + 1);
    let small = Rung { size: Size::Small, width, height };
    (small.pixels() * 4 <= usual.pixels() * 3).then_some(small)
}

/// The graph whose picture and sound go to every rung: `[v0]`, `[a0]`, and so on.
fn shared(composed: &Composed, rungs: &[Rung], has_sound: bool) -> String {
    let outputs = |name: char| (0..rungs.len()).map(|at| format!("[{name}{at}]")).collect::<String>();
    let mut graph = format!("{};[v]split={}{}", composed.graph, rungs.len(), outputs('s'));
    for (at, &Rung { width, height, .. }) in rungs.iter().enumerate() {
        let as_it_is = (width, height) == (composed.geometry.width, composed.geometry.height);
        let step = if as_it_is { "null".to_owned() } else { format!("scale={width}:{height}:flags=bicubic,setsar=1") };
        // Writing to a string does not fail.
        let _ = write!(graph, ";[s{at}]{step}[v{at}]");
    }
    if has_sound {
        let _ = write!(graph, ";[a]asplit={}{}", rungs.len(), outputs('a'));
    }
    graph
}

#[cfg(test)]
mod tests {
    use super::super::tests::source;
    use super::*;
    use proptest::prelude::*;

    fn sizes(w: u32, h: u32, reframe: Reframe) -> Vec<(Size, u32, u32)> {
        let ladder = ladder(&source(w, h, None), reframe, &Scene::default(), &Options::default());
        ladder.rungs.iter().map(|rung| (rung.size, rung.width, rung.height)).collect()
    }

    #[test]
    fn known_ladders() {
        use Size::{Large, Small, Usual};
        let whole = [(Small, 480, 854), (Usual, 720, 1280), (Large, 1080, 1920)];
        assert_eq!(sizes(1080, 1920, Reframe::Fit), whole);
        assert_eq!(sizes(1920, 1080, Reframe::Fit), whole);
        assert_eq!(sizes(3840, 2160, Reframe::Crop), whole);
        assert_eq!(sizes(1920, 1080, Reframe::Crop), [(Small, 480, 854), (Usual, 594, 1056)]);
        assert_eq!(sizes(1280, 720, Reframe::Fit), [(Small, 480, 854), (Usual, 720, 1280)]);
        assert_eq!(sizes(1080, 1350, Reframe::Fit), [(Small, 480, 600), (Usual, 720, 900), (Large, 1080, 1350)]);
        assert_eq!(sizes(1079, 1920, Reframe::Fit)[..2], [(Small, 480, 854), (Usual, 720, 1280)]);
        assert_eq!(sizes(1079, 1920, Reframe::Fit).len(), 2);
        assert_eq!(sizes(540, 960, Reframe::Fit), [(Usual, 540, 960)]);
        assert_eq!(sizes(180, 320, Reframe::Fit), [(Usual, 180, 320)]);
    }

    proptest! {
        #[test]
        fn rungs_rise_and_none_is_larger_than_its_source(
            w in 16u32..9000, h in 16u32..9000, sound in proptest::option::of(2u32..9), crop: bool,
        ) {
            let reframe = if crop { Reframe::Crop } else { Reframe::Fit };
            let (probe, options) = (source(w, h, sound), Options::default());
            let ladder = ladder(&probe, reframe, &Scene::default(), &options);
            let line = ladder.args.join(" ");
            prop_assert_eq!(line.matches(" -i ").count(), 1, "one decode");
            prop_assert_eq!(line.matches("-c:v libx264").count(), ladder.rungs.len());
            prop_assert_eq!(line.matches("-c:a aac").count(), if sound.is_some() { ladder.rungs.len() } else { 0 });
            prop_assert_eq!(line.matches("-map_metadata -1 -map_chapters -1").count(), ladder.rungs.len());
            for at in 0..ladder.rungs.len() {
                let output = if at == 0 { 1 } else { at + 2 };
                prop_assert_eq!(ladder.args.iter().filter(|arg| **arg == format!("/proc/self/fd/{output}")).count(), 1);
            }
            prop_assert!(ladder.rungs.windows(2).all(|two| two[0].size < two[1].size));
            prop_assert!(ladder.rungs.windows(2).all(|two| two[0].pixels() * 4 <= two[1].pixels() * 3));
            let usual = super::super::plan(&probe, reframe, &Scene::default(), &options);
            let found = ladder.rungs.iter().find(|rung| rung.size == Size::Usual).map(|rung| (rung.width, rung.height));
            prop_assert_eq!(found, Some((usual.width, usual.height)));
            for rung in &ladder.rungs {
                prop_assert!((rung.width | rung.height) & 1 == 0 && rung.width <= rung.size.widest());
                prop_assert!(rung.width <= w.max(18), "made larger than it is");
                let skew = f64::from(rung.width * usual.height) / f64::from(rung.height * usual.width);
                let pixel = 2.0 / f64::from(rung.width.min(rung.height)) + 2.0 / f64::from(usual.width.min(usual.height));
                prop_assert!((skew - 1.0).abs() <= pixel, "another shape: {}", skew);
            }
        }
    }
}

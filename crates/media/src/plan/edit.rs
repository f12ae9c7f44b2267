//! One pass for an edit list: pieces of the original, at their speed and in their order, made upright, then the look, then
//! what is written over the picture. Its graph ends as that of a whole video does, in `[v]` and `[a]`.

use super::filters::{self, Shown};
use super::geometry::Geometry;
use super::{Level, Options, Reframe, SECOND, Scene, look, subtitles, wave};
use crate::probe::{INPUT, Probe, input_args};
use outro_model::edit::{Cut, Edit};
use std::fmt::Write as _;
use std::time::Duration;

/// Frames a second that there are: what comes out of pieces of one video has one of them.
const RATES: [(u32, u32); 8] =
    [(24_000, 1001), (24, 1), (25, 1), (30_000, 1001), (30, 1), (50, 1), (60_000, 1001), (60, 1)];

/// More pieces than this are decoded on one thread each: threads take memory, and one piece at a time is waited for.
const FEW: usize = 4;

/// An edit list that can be made.
pub(super) struct Edited {
    /// The arguments that open the original once for each piece.
    pub(super) inputs: Vec<String>,
    /// Ends in `[v]`, and in `[a]` where there is sound.
    pub(super) graph: String,
    /// What is written over the picture: a file that the graph reads as descriptor 3.
    pub(super) subtitles: Option<String>,
    /// How long what comes out is.
    pub(super) duration: Duration,
}

/// A piece, counted in what comes out.
struct Piece {
    from: f64,
    /// How much of the original it is, in seconds; none where it is all of it.
    taken: Option<f64>,
    speed: f64,
    frames: u64,
}

/// Why an edit list cannot be made of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the pieces lie beyond the end of the file")]
pub struct NothingLeft;

/// Decides how an edit of the file is made at this geometry.
pub(super) fn edited(
    probe: &Probe,
    (scene, reframe): (&Scene, Reframe),
    geometry: &Geometry,
    edit: &Edit,
    options: &Options,
) -> Result<Edited, NothingLeft> {
    let (width, height) = super::scene::shown(probe, scene.bars.as_ref());
    let path = scene.path.as_ref().filter(|_| reframe == Reframe::Follow);
    let shown = Shown { width, height, bars: scene.bars.as_ref(), path };
    let rate = rate(probe.frame_rate);
    let pieces = pieces(probe, &edit.cuts, rate)?;
    let (mut inputs, mut graph, mut joined) = (Vec::new(), String::new(), String::new());
    // The pieces are put together as they are in the file: what makes them fit is there once, however many they are.
    let cut_out = filters::cut_out(probe, &shown, geometry, options);
    for (number, piece) in pieces.iter().enumerate() {
        inputs.extend(input(piece, if pieces.len() > FEW { 1 } else { options.threads }));
        // Where a window looks is told by the time of the whole.
        let late = if path.is_some() { piece.from } else { 0.0 };
        if !probe.sound_alone {
            graph.push_str(&timed_picture(number, probe.picture, piece, (&cut_out, late), rate));
            let _ = write!(joined, "[q{number}]");
        }
        if let Some(sound) = probe.sound {
            graph.push_str(&timed_sound((number, sound), piece, rate, options.level));
            let _ = write!(joined, "[s{number}]");
        }
    }
    let count = pieces.len();
    if probe.sound_alone {
        let drawn = wave::filters();
        let _ = write!(graph, "{joined}concat=n={count}:v=0:a=1,asplit=2[a][drawn];[drawn]{drawn}[whole]");
    } else {
        let (sound, out) = if probe.has_sound() { (1, "[a]") } else { (0, "") };
        let _ = write!(graph, "{joined}concat=n={count}:v=1:a={sound}[joined]{out};");
        graph.push_str(&filters::fitted("[joined]", "whole", probe, geometry, options));
    }
    let subtitles = subtitles::subtitles(edit, (geometry.width, geometry.height));
    let mut last = look::filters(edit);
    if subtitles.is_some() {
        last.push(format!("ass=filename={SECOND}"));
    }
    if last.is_empty() {
        last.push("null".to_owned());
    }
    let _ = write!(graph, ";[whole]{}[v]", last.join(","));
    let frames: u64 = pieces.iter().map(|piece| piece.frames).sum();
    Ok(Edited { inputs, graph, subtitles, duration: Duration::from_secs_f64(seconds(frames, rate)) })
}

/// The next rate that is as high as that of the file; 30 where it is not told, 60 at most.
fn rate(told: Option<f64>) -> (u32, u32) {
    let told = told.filter(|rate| rate.is_finite() && *rate >= 20.0).unwrap_or(30.0);
    let of = |(over, under): &(u32, u32)| f64::from(*over) / f64::from(*under);
    RATES.into_iter().find(|rate| of(rate) * 1.0005 >= told).unwrap_or((60, 1))
}

fn seconds(frames: u64, (over, under): (u32, u32)) -> f64 {
    frames as f64 * f64::from(under) / f64::from(over)
}

/// The pieces as far as the file goes. Where each of them ends is rounded to a frame in what comes out, so that the
/// parts of frames do not add up.
fn pieces(probe: &Probe, cuts: &[Cut], rate: (u32, u32)) -> Result<Vec<Piece>, NothingLeft> {
    let (end, frame) = (probe.duration.as_secs_f64(), seconds(1, rate));
    let whole = (0.0, None, 1.0, end);
    let cut = |cut: &Cut| {
        let (from, to) = (f64::from(cut.from_ms) / 1000.0, (f64::from(cut.to_ms) / 1000.0).min(end));
        (from, Some(to - from), f64::from(cut.speed) / 100.0, (to - from) * 100.0 / f64::from(cut.speed))
    };
    let wanted: Vec<_> = if cuts.is_empty() { vec![whole] } else { cuts.iter().map(cut).collect() };
    let (mut at, mut before, mut all) = (0.0, 0, Vec::new());
    for (from, taken, speed, length) in wanted {
        at += length.max(0.0);
        let until = (at / frame).round() as u64;
        if until > before {
            all.push(Piece { from, taken, speed, frames: until - before });
            before = until;
        }
    }
    if all.is_empty() { Err(NothingLeft) } else { Ok(all) }
}

/// Opens the original where a piece begins, to be decoded on so many threads.
fn input(piece: &Piece, threads: usize) -> Vec<String> {
    let mut args = input_args();
    args.extend(["-threads".to_owned(), threads.to_string()]);
    args.extend(super::owned(&["-max_error_rate", "0.1"]));
    if piece.from > 0.0 {
        args.extend(["-ss".to_owned(), format!("{:.3}", piece.from)]);
    }
    if let Some(taken) = piece.taken {
        args.extend(["-t".to_owned(), format!("{taken:.3}")]);
    }
    args.extend(super::owned(&["-i", INPUT]));
    args
}

/// The picture of a piece, to `[q…]`: what is shown of it, at its speed, in frames that follow evenly, exactly as many as
/// it has. What is missing at its end is made up with its last frame, up to half a second: more is a file that is broken.
fn timed_picture(
    number: usize,
    stream: u32,
    piece: &Piece,
    (cut_out, late): (&str, f64),
    (over, under): (u32, u32),
) -> String {
    let Piece { speed, frames, .. } = piece;
    let pad = (over / under / 2).max(1);
    let shift = if late > 0.0 { format!("setpts=PTS+{late:.6}/TB,") } else { String::new() };
    format!(
        "[{number}:{stream}]{shift}{cut_out},setpts=(PTS-{late:.6}/TB)/{speed},fps=fps={over}/{under}:start_time=0,\
         tpad=stop_mode=clone:stop={pad},trim=end_frame={frames}[q{number}];"
    )
}

/// The sound of a piece, to `[s…]`: as long as its picture, gaps and what is missing silent.
fn timed_sound((number, stream): (usize, u32), piece: &Piece, rate: (u32, u32), level: Level) -> String {
    let mut out = format!("[{number}:{stream}]{}{}", filters::SOUND, level.filters());
    let mut speed = piece.speed;
    while speed != 1.0 {
        // Beyond these bounds the filter leaves parts out, or refuses.
        let step = speed.clamp(0.5, 2.0);
        let _ = write!(out, ",atempo={step:.6}");
        speed = if (0.5..=2.0).contains(&speed) { 1.0 } else { speed / step };
    }
    let length = seconds(piece.frames, rate);
    let _ = write!(out, ",apad=whole_dur={length:.6},atrim=end={length:.6}[s{number}];");
    out
}

#[cfg(test)]
mod tests {
    use super::super::geometry;
    use super::*;
    use crate::probe::{Rotation, Transfer};
    use proptest::prelude::*;

    fn source(seconds: u64, sound: Option<u32>) -> Probe {
        Probe {
            picture: 0,
            sound,
            sound_left_out: false,
            sound_alone: false,
            codec: "h264".to_owned(),
            width: 320,
            height: 180,
            display_width: 320,
            display_height: 180,
            rotation: Rotation::None,
            duration: Duration::from_secs(seconds),
            frame_rate: Some(25.0),
            transfer: Transfer::Sdr,
            colour_declared: false,
            full_range: false,
            interlaced: false,
        }
    }

    fn of(probe: &Probe, edit: &Edit) -> Result<Edited, NothingLeft> {
        let geometry = geometry(320, 180, Reframe::Fit);
        edited(probe, (&Scene::default(), Reframe::Fit), &geometry, edit, &Options::default())
    }

    fn cut(from_ms: u32, to_ms: u32, speed: u16) -> Cut {
        Cut { from_ms, to_ms, speed }
    }

    #[test]
    fn the_file_is_opened_once_for_each_piece_and_what_is_beyond_its_end_is_left_out() {
        let cuts = vec![cut(2000, 3000, 100), cut(0, 1500, 50), cut(9000, 20_000, 400), cut(10_000, 11_000, 100)];
        let edit = Edit { cuts, ..Edit::default() };
        let made = of(&source(10, Some(1)), &edit).unwrap();
        let line = made.inputs.join(" ");
        assert_eq!(line.matches("-i /proc/self/fd/0").count(), 3, "{line}");
        assert!(line.contains("-ss 2.000 -t 1.000 -i") && line.contains("-ss 9.000 -t 1.000 -i"), "{line}");
        assert_eq!(made.duration, Duration::from_millis(4240), "1 + 3 + 0.25, to a frame");
        assert!(
            made.graph.contains("concat=n=3:v=1:a=1[joined][a];[joined]scale=")
                && made.graph.ends_with("[whole]null[v]"),
            "{}",
            made.graph
        );
        assert!(made.graph.contains("atempo=0.500000") && made.graph.contains("atempo=2.000000,atempo=2.000000"));
        let beyond = Edit { cuts: vec![cut(10_000, 11_000, 100)], ..Edit::default() };
        assert_eq!(of(&source(10, None), &beyond).err(), Some(NothingLeft));
    }

    #[test]
    fn of_a_sound_alone_its_wave_is_drawn_of_what_is_left() {
        let edit = Edit { cuts: vec![cut(0, 1000, 100), cut(2000, 3000, 200)], ..Edit::default() };
        let made = of(&Probe { sound_alone: true, ..source(3, Some(0)) }, &edit).unwrap();
        assert!(made.graph.contains("[s0][s1]concat=n=2:v=0:a=1,asplit=2[a][drawn];[drawn]"), "{}", made.graph);
        assert!(!made.graph.contains("[q0]") && made.graph.ends_with("[whole]null[v]"), "{}", made.graph);
    }

    #[test]
    fn the_rate_is_that_of_the_file_or_the_next() {
        for (told, rate_is) in [(None, 30), (Some(25.0), 25), (Some(29.4), 30_000), (Some(240.0), 60), (Some(5.0), 30)]
        {
            assert_eq!(rate(told).0, rate_is, "{told:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_was_written_is_in_the_graph(text in "[a-z'\\[\\];:={}\\\\]{1,30}", contrast in -100i8..=100) {
            let (colour, backing) = Default::default();
            let title = outro_model::edit::Title {
                text: format!("evil{text}"), from_ms: 0, to_ms: 900, x: 1, y: 1, size: 90, colour, backing,
            };
            let edit = Edit { titles: vec![title], contrast, ..Edit::default() };
            let made = of(&source(3, None), &edit).unwrap();
            prop_assert!(!made.graph.contains("evil") && !made.inputs.concat().contains("evil"));
            prop_assert!(made.graph.contains("ass=filename=/proc/self/fd/3[v]"));
            prop_assert!(made.subtitles.unwrap().contains("evil"));
        }

        #[test]
        fn parts_of_frames_do_not_add_up(cuts in proptest::collection::vec((0u32..5000, 100u32..5000, 25u16..=400), 1..40)) {
            let cuts: Vec<_> = cuts.into_iter().map(|(from, more, speed)| cut(from, from + more, speed)).collect();
            let exact: f64 = cuts
                .iter()
                .map(|cut| f64::from(cut.to_ms - cut.from_ms) / 10.0 / f64::from(cut.speed))
                .sum();
            let made = of(&source(10, Some(1)), &Edit { cuts, ..Edit::default() }).unwrap();
            prop_assert!((made.duration.as_secs_f64() - exact).abs() <= 0.021, "{:?} of {exact}", made.duration);
        }
    }
}

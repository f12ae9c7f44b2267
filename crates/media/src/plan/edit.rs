//! One pass for an edit list: pieces of the original and of clips, at their speed and in their order, made upright, then the
//! look, then what is written over the picture. Its graph ends as that of a whole video does, in `[v]` and `[a]`.

use super::filters;
use super::footage::{self, Footage};
use super::geometry::Geometry;
use super::{Level, Options, SECOND, look, subtitles, wave};
use crate::probe::{INPUT, input_args};
use crate::sandbox::FIRST;
use outro_model::edit::{Cut, Edit};
use std::fmt::Write as _;
use std::time::Duration;

/// Frames a second that there are: what comes out of pieces has one of them.
const RATES: [(u32, u32); 8] =
    [(24_000, 1001), (24, 1), (25, 1), (30_000, 1001), (30, 1), (50, 1), (60_000, 1001), (60, 1)];

/// More pieces than this are decoded on one thread each: threads take memory, and one piece at a time is waited for.
const FEW: usize = 4;

/// Threads of one filter at most: files that are woven have many filters, each with threads of its own.
const FILTER_THREADS: usize = 4;

/// An edit list that can be made.
pub(super) struct Edited {
    /// The arguments that open a file once for each piece.
    pub(super) inputs: Vec<String>,
    /// Ends in `[v]`, and in `[a]` where there is sound.
    pub(super) graph: String,
    /// What is written over the picture: a file that the graph reads as descriptor 3.
    pub(super) subtitles: Option<String>,
}

/// What is cut out of which file.
pub(super) struct Cutting<'a> {
    footage: &'a [Footage<'a>],
    /// The places of the files of which there is a piece.
    used: Vec<usize>,
    pieces: Vec<Piece>,
    /// Frames a second of what comes out.
    rate: (u32, u32),
}

/// A piece, counted in what comes out.
struct Piece {
    /// The place of its file.
    of: usize,
    from: f64,
    /// How much of the file it is, in seconds; none where it is all of it.
    taken: Option<f64>,
    speed: f64,
    /// The number of its first frame.
    begins: u64,
    frames: u64,
}

/// Why an edit list cannot be made of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the pieces lie beyond the ends of the files")]
pub struct NothingLeft;

impl<'a> Cutting<'a> {
    /// Decides what is cut out of files, of which the first is the original.
    pub(super) fn of(footage: &'a [Footage<'a>], edit: &Edit) -> Result<Self, NothingLeft> {
        let place = |cut: &Cut| footage.iter().position(|file| file.clip == cut.clip).ok_or(NothingLeft);
        let mut wanted = Vec::new();
        for cut in &edit.cuts {
            wanted.push((place(cut)?, Some(cut)));
        }
        if wanted.is_empty() {
            wanted.push((0, None));
        }
        // The highest of all: of what has fewer some are shown twice.
        let rates = wanted.iter().filter_map(|(of, _)| footage.get(*of)).map(|file| rate(file.probe.frame_rate));
        let rate = rates.max_by(|one, other| seconds(1, *other).total_cmp(&seconds(1, *one))).ok_or(NothingLeft)?;
        let pieces = pieces(footage, &wanted, rate)?;
        let used = (0..footage.len()).filter(|of| pieces.iter().any(|piece| piece.of == *of)).collect();
        Ok(Self { footage, used, pieces, rate })
    }

    /// The files of which there is a piece.
    pub(super) fn files(&self) -> Vec<&Footage<'a>> {
        self.used.iter().map(|of| &self.footage[*of]).collect()
    }

    /// What they are put together on, at most so wide.
    pub(super) fn canvas(&self, widest: u32) -> Geometry {
        footage::canvas(&self.files(), widest)
    }

    /// Whether any of them has sound: then what comes out has, silent where they have none.
    pub(super) fn has_sound(&self) -> bool {
        self.files().iter().any(|file| file.probe.has_sound())
    }

    /// How long what comes out is.
    pub(super) fn duration(&self) -> Duration {
        Duration::from_secs_f64(seconds(self.pieces.iter().map(|piece| piece.frames).sum(), self.rate))
    }

    /// Decides how it is made on a canvas.
    pub(super) fn edited(&self, canvas: &Geometry, edit: &Edit, options: &Options) -> Edited {
        let subtitles = subtitles::subtitles(edit, (canvas.width, canvas.height));
        // What is written is read before the clips.
        let clips = FIRST as usize + usize::from(subtitles.is_some());
        let (mut inputs, mut graph) = (Vec::new(), String::new());
        for (number, piece) in self.pieces.iter().enumerate() {
            let file = if piece.of == 0 { INPUT.to_owned() } else { format!("/proc/self/fd/{}", clips + piece.of - 1) };
            let threads = if self.pieces.len() > FEW { 1 } else { options.threads };
            inputs.extend(input(piece, &file, threads));
            graph.push_str(&self.timed(number, piece, canvas, options));
        }
        graph.push_str(&match self.used.as_slice() {
            [alone] => self.joined(&self.footage[*alone], canvas, options),
            _ => self.woven(canvas, options),
        });
        let mut last = look::filters(edit);
        if subtitles.is_some() {
            last.push(format!("ass=filename={SECOND}"));
        }
        if last.is_empty() {
            last.push("null".to_owned());
        }
        let _ = write!(graph, ";[whole]{}[v]", last.join(","));
        Edited { inputs, graph, subtitles }
    }

    /// How many threads each filter has.
    pub(super) fn filter_threads(&self, options: &Options) -> usize {
        if self.is_woven() { options.threads.min(FILTER_THREADS) } else { options.threads }
    }

    fn is_woven(&self) -> bool {
        self.used.len() > 1
    }

    /// How a file is framed.
    fn geometry(&self, file: &Footage<'_>, canvas: &Geometry) -> Geometry {
        if self.is_woven() { file.on_canvas((canvas.width, canvas.height)) } else { *canvas }
    }

    /// A piece at its speed: its picture to `[q…]`, its sound to `[s…]` where what comes out has any. Of a sound alone that
    /// is woven in, the sound goes to `[d…]` too, to be drawn.
    fn timed(&self, number: usize, piece: &Piece, canvas: &Geometry, options: &Options) -> String {
        let file = &self.footage[piece.of];
        let (probe, shown, length) = (file.probe, file.shown(), seconds(piece.frames, self.rate));
        let mut out = String::new();
        if !probe.sound_alone {
            // Where a window looks is told by the time of the whole.
            let late = if shown.path.is_some() { piece.from } else { 0.0 };
            let cut_out = filters::cut_out(probe, &shown, &self.geometry(file, canvas), options);
            out.push_str(&timed_picture(number, probe.picture, piece, (&cut_out, late), self.rate));
        }
        // Writing to a string does not fail.
        let _ = match probe.sound {
            Some(sound) => {
                let split =
                    if probe.sound_alone && self.is_woven() { format!(",asplit=2[d{number}]") } else { String::new() };
                write!(out, "{}{split}[s{number}];", timed_sound((number, sound), (piece, length), file.level))
            }
            None if self.has_sound() => write!(out, "anullsrc=r=48000:cl=stereo,atrim=end={length:.6}[s{number}];"),
            None => Ok(()),
        };
        out
    }

    /// The pieces of one file, put together as they are in it: what makes them fit is there once, however many they are.
    fn joined(&self, file: &Footage<'_>, canvas: &Geometry, options: &Options) -> String {
        let (probe, count) = (file.probe, self.pieces.len());
        let labels = |names: &[char]| {
            let of = |number: usize| names.iter().map(move |name| format!("[{name}{number}]"));
            (0..count).flat_map(of).collect::<String>()
        };
        if probe.sound_alone {
            let drawn = wave::filters();
            return format!("{}concat=n={count}:v=0:a=1,asplit=2[a][drawn];[drawn]{drawn}[whole]", labels(&['s']));
        }
        let (joined, sound, out) =
            if probe.has_sound() { (labels(&['q', 's']), 1, "[a]") } else { (labels(&['q']), 0, "") };
        let fitted = filters::fitted("[joined]", "whole", probe, canvas, options);
        format!("{joined}concat=n={count}:v=1:a={sound}[joined]{out};{fitted}")
    }

    /// The pieces of several files. Those of each file are put together and made to fit once; then the frames of all of
    /// them are taken in the order of their times.
    fn woven(&self, canvas: &Geometry, options: &Options) -> String {
        let mut out: String = self.used.iter().map(|of| self.strand(*of, canvas, options) + ";").collect();
        if self.has_sound() {
            let count = self.pieces.len();
            let sounds: String = (0..count).map(|number| format!("[s{number}]")).collect();
            let _ = write!(out, "{sounds}concat=n={count}:v=0:a=1[a];");
        }
        let strands: String = self.used.iter().map(|of| format!("[f{of}]")).collect();
        let _ = write!(out, "{strands}interleave=nb_inputs={}[whole]", self.used.len());
        out
    }

    /// All pictures of one file, to `[f…]`: each frame at its time in the whole, counted, so that nothing is rounded.
    fn strand(&self, of: usize, canvas: &Geometry, options: &Options) -> String {
        let (file, (over, under)) = (&self.footage[of], self.rate);
        let own: Vec<_> = self.pieces.iter().enumerate().filter(|(_, piece)| piece.of == of).collect();
        let labels = |name: char| own.iter().map(|(number, _)| format!("[{name}{number}]")).collect::<String>();
        let count = own.len();
        let joined = if file.probe.sound_alone {
            let frames: u64 = own.iter().map(|(_, piece)| piece.frames).sum();
            let (drawn, even) = (wave::filters(), even(frames, self.rate));
            format!("{}concat=n={count}:v=0:a=1,{drawn},{even}", labels('d'))
        } else {
            format!("{}concat=n={count}:v=1:a=0", labels('q'))
        };
        let (mut times, mut frames, mut before) = ("N".to_owned(), 0, 0);
        for (_, piece) in &own {
            // So many frames of others come before.
            let others = piece.begins - frames;
            if others > before {
                let _ = write!(times, "+gte(N,{frames})*{}", others - before);
            }
            (frames, before) = (frames + piece.frames, others);
        }
        let from = format!("{joined},settb={under}/{over},setpts='{times}',");
        filters::fitted(&from, &format!("f{of}"), file.probe, &self.geometry(file, canvas), options)
    }
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

/// The pieces as far as their files go; none of a list is all of the file. Where each of them ends is rounded to a frame in
/// what comes out, so that the parts of frames do not add up.
fn pieces(
    footage: &[Footage<'_>],
    wanted: &[(usize, Option<&Cut>)],
    rate: (u32, u32),
) -> Result<Vec<Piece>, NothingLeft> {
    let frame = seconds(1, rate);
    let (mut at, mut begins, mut all) = (0.0, 0, Vec::new());
    for &(of, cut) in wanted {
        let end = footage[of].probe.duration.as_secs_f64();
        let (from, taken, speed, length) = match cut {
            None => (0.0, None, 1.0, end),
            Some(cut) => {
                let (from, to) = (f64::from(cut.from_ms) / 1000.0, (f64::from(cut.to_ms) / 1000.0).min(end));
                (from, Some(to - from), f64::from(cut.speed) / 100.0, (to - from) * 100.0 / f64::from(cut.speed))
            }
        };
        at += length.max(0.0);
        let until = (at / frame).round() as u64;
        if until > begins {
            all.push(Piece { of, from, taken, speed, begins, frames: until - begins });
            begins = until;
        }
    }
    if all.is_empty() { Err(NothingLeft) } else { Ok(all) }
}

/// Opens a file where a piece begins, to be decoded on so many threads.
fn input(piece: &Piece, file: &str, threads: usize) -> Vec<String> {
    let mut args = input_args();
    args.extend(["-threads".to_owned(), threads.to_string()]);
    args.extend(super::owned(&["-max_error_rate", "0.1"]));
    if piece.from > 0.0 {
        args.extend(["-ss".to_owned(), format!("{:.3}", piece.from)]);
    }
    if let Some(taken) = piece.taken {
        args.extend(["-t".to_owned(), format!("{taken:.3}")]);
    }
    args.extend(super::owned(&["-i", file]));
    args
}

/// The picture of a piece, to `[q…]`: what is shown of it, at its speed, in frames that follow evenly, exactly as many as
/// it has. What is missing at its end is made up with its last frame, up to half a second: more is a file that is broken.
fn timed_picture(number: usize, stream: u32, piece: &Piece, (cut_out, late): (&str, f64), rate: (u32, u32)) -> String {
    let Piece { speed, frames, .. } = piece;
    let shift = if late > 0.0 { format!("setpts=PTS+{late:.6}/TB,") } else { String::new() };
    format!("[{number}:{stream}]{shift}{cut_out},setpts=(PTS-{late:.6}/TB)/{speed},{}[q{number}];", even(*frames, rate))
}

/// So many frames that follow evenly.
fn even(frames: u64, (over, under): (u32, u32)) -> String {
    let pad = (over / under / 2).max(1);
    format!("fps=fps={over}/{under}:start_time=0,tpad=stop_mode=clone:stop={pad},trim=end_frame={frames}")
}

/// The sound of a piece, so many seconds long as its picture is: gaps and what is missing are silent.
fn timed_sound((number, stream): (usize, u32), (piece, length): (&Piece, f64), level: Level) -> String {
    let mut out = format!("[{number}:{stream}]{}{}", filters::SOUND, level.filters());
    let mut speed = piece.speed;
    while speed != 1.0 {
        // Beyond these bounds the filter leaves parts out, or refuses.
        let step = speed.clamp(0.5, 2.0);
        let _ = write!(out, ",atempo={step:.6}");
        speed = if (0.5..=2.0).contains(&speed) { 1.0 } else { speed / step };
    }
    let _ = write!(out, ",apad=whole_dur={length:.6},atrim=end={length:.6}");
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Reframe, Scene};
    use super::*;
    use crate::probe::{Probe, Rotation, Transfer};
    use outro_model::ClipId;
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

    /// What is made of files, the first of which is the original.
    fn of_all(probes: &[&Probe], edit: &Edit) -> Result<(Edited, Duration), NothingLeft> {
        let scene = Scene::default();
        let file = |(number, probe)| {
            let clip = if number == 0 { None } else { Some(clip(number as u8)) };
            Footage { clip, probe, scene: &scene, reframe: Reframe::Fit, level: Level::default() }
        };
        let footage: Vec<_> = probes.iter().copied().enumerate().map(file).collect();
        let cutting = Cutting::of(&footage, edit)?;
        Ok((cutting.edited(&cutting.canvas(720), edit, &Options::default()), cutting.duration()))
    }

    fn of(probe: &Probe, edit: &Edit) -> Result<(Edited, Duration), NothingLeft> {
        of_all(&[probe], edit)
    }

    fn clip(number: u8) -> ClipId {
        ClipId::from_bytes([number; 16])
    }

    fn cut(from_ms: u32, to_ms: u32, speed: u16) -> Cut {
        Cut { clip: None, from_ms, to_ms, speed }
    }

    fn cut_of(number: u8, from_ms: u32, to_ms: u32) -> Cut {
        Cut { clip: (number > 0).then(|| clip(number)), from_ms, to_ms, speed: 100 }
    }

    #[test]
    fn the_file_is_opened_once_for_each_piece_and_what_is_beyond_its_end_is_left_out() {
        let cuts = vec![cut(2000, 3000, 100), cut(0, 1500, 50), cut(9000, 20_000, 400), cut(10_000, 11_000, 100)];
        let edit = Edit { cuts, ..Edit::default() };
        let (made, duration) = of(&source(10, Some(1)), &edit).unwrap();
        let line = made.inputs.join(" ");
        assert_eq!(line.matches("-i /proc/self/fd/0").count(), 3, "{line}");
        assert!(line.contains("-ss 2.000 -t 1.000 -i") && line.contains("-ss 9.000 -t 1.000 -i"), "{line}");
        assert_eq!(duration, Duration::from_millis(4240), "1 + 3 + 0.25, to a frame");
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
        let (made, _) = of(&Probe { sound_alone: true, ..source(3, Some(0)) }, &edit).unwrap();
        assert!(made.graph.contains("[s0][s1]concat=n=2:v=0:a=1,asplit=2[a][drawn];[drawn]"), "{}", made.graph);
        assert!(!made.graph.contains("[q0]") && made.graph.ends_with("[whole]null[v]"), "{}", made.graph);
    }

    #[test]
    fn files_are_woven_frame_by_frame_and_the_silent_ones_are_silent() {
        let (own, other) = (source(10, Some(1)), Probe { frame_rate: Some(30.0), ..source(5, None) });
        let cuts = vec![cut_of(0, 0, 1000), cut_of(1, 1000, 2000), cut_of(0, 5000, 6000), cut_of(1, 4000, 9000)];
        let edit = Edit { cuts, ..Edit::default() };
        let (made, duration) = of_all(&[&own, &other], &edit).unwrap();
        assert_eq!(duration, Duration::from_secs(4));
        let line = made.inputs.join(" ");
        assert_eq!((line.matches("-i /proc/self/fd/0").count(), line.matches("-i /proc/self/fd/3").count()), (2, 2));
        let graph = &made.graph;
        assert!(graph.contains("fps=fps=30/1"), "the higher of the two: {graph}");
        assert!(graph.contains("[q0][q2]concat=n=2:v=1:a=0,settb=1/30,setpts='N+gte(N,30)*30',"), "{graph}");
        assert!(
            graph.contains("[q1][q3]concat=n=2:v=1:a=0,settb=1/30,setpts='N+gte(N,0)*30+gte(N,30)*30',"),
            "{graph}"
        );
        assert_eq!(graph.matches("anullsrc").count(), 2, "{graph}");
        assert!(
            graph.contains("[s0][s1][s2][s3]concat=n=4:v=0:a=1[a];[f0][f1]interleave=nb_inputs=2[whole]"),
            "{graph}"
        );
        // What is written over it is read before the clips.
        let title = outro_model::edit::Title {
            text: "a".to_owned(),
            from_ms: 0,
            to_ms: 900,
            x: 1,
            y: 1,
            size: 90,
            colour: Default::default(),
            backing: Default::default(),
        };
        let (made, _) = of_all(&[&own, &other], &Edit { titles: vec![title], ..edit }).unwrap();
        assert!(made.inputs.join(" ").contains("-i /proc/self/fd/4"));
        let unknown = Edit { cuts: vec![cut_of(2, 0, 1000)], ..Edit::default() };
        assert_eq!(of_all(&[&own, &other], &unknown).err(), Some(NothingLeft));
    }

    #[test]
    fn pieces_of_a_clip_alone_are_as_if_it_were_the_original() {
        let (own, other) = (source(10, Some(1)), source(5, None));
        let edit = Edit { cuts: vec![cut_of(1, 0, 1000), cut_of(1, 2000, 3000)], ..Edit::default() };
        let (made, _) = of_all(&[&own, &other], &edit).unwrap();
        assert!(made.graph.contains("[q0][q1]concat=n=2:v=1:a=0[joined];[joined]scale="), "{}", made.graph);
        assert!(!made.inputs.join(" ").contains("-i /proc/self/fd/0"));
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
            let (made, _) = of(&source(3, None), &edit).unwrap();
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
            let (_, duration) = of(&source(10, Some(1)), &Edit { cuts, ..Edit::default() }).unwrap();
            prop_assert!((duration.as_secs_f64() - exact).abs() <= 0.021, "{:?} of {exact}", duration);
        }
    }
}

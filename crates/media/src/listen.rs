//! One listen to a sound before it is encoded: how loud it is, and what its waveform looks like.
//!
//! The jailed ffmpeg decodes and measures, and says numbers on its standard output; no samples come to this process.

use std::fs::File;
use std::ops::ControlFlow;

use crate::child::{Heard, Order, run};
use crate::error::RunError;
use crate::limits::Limits;
use crate::plan::{Blend, Level, Loudness, SOUND, mix_inputs, opening};
use crate::probe::{INPUT, Probe, input_args};
use crate::run::{Outcome, Progress};
use crate::stderr::out_time;
use crate::tools::Tools;

/// Slices of a waveform.
pub const PEAKS: usize = 256;
/// Samples a second that are measured.
const RATE: f64 = 48_000.0;
/// Samples of the shortest slice: a hundredth of a second.
const SHORTEST: f64 = 480.0;
/// How often a level is tried: a limiter is made up for in one or two.
const TRIES: usize = 3;
/// A line longer than this is none of ours.
const LINE: usize = 256;

/// What was heard of a sound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sounding {
    /// What brings it to the loudness of all.
    pub level: Level,
    /// The peak of each of at most 256 equal slices, 255 being the highest of them; nothing for silence.
    pub peaks: Vec<u8>,
}

/// Listens to the sound of `input`, if it has one.
///
/// `on_progress` is asked at least twice a second whether to go on. Dropping the future ends the child as well.
///
/// # Errors
/// [`RunError`] as for [`transcode`](crate::transcode): what cannot be listened to cannot be made either.
pub async fn listen(
    tools: &Tools,
    input: &File,
    probe: &Probe,
    limits: &Limits,
    mut on_progress: impl FnMut(Progress) -> ControlFlow<()> + Send,
) -> Result<Sounding, RunError> {
    let Some(stream) = probe.sound else { return Ok(Sounding::default()) };
    let slice = (probe.duration.as_secs_f64() * RATE / PEAKS as f64).ceil().max(SHORTEST);
    let sound = Sound {
        files: (input, None),
        inputs: input_args().into_iter().chain(["-i".to_owned(), INPUT.to_owned()]).collect(),
        graph: format!("[0:{stream}]{SOUND}"),
        micros: probe.duration.as_micros(),
    };
    let (level, slices) = settle(tools, &sound, Some(slice), limits, &mut on_progress).await?;
    Ok(Sounding { level, peaks: waveform(&slices) })
}

/// Listens to what a mix of `made` and another sound comes to, and tells what brings it to the loudness of all.
///
/// # Errors
/// As [`listen`].
pub async fn listen_to_mix(
    tools: &Tools,
    (made, other): (&File, &File),
    (outcome, blend): (&Outcome, &Blend),
    limits: &Limits,
    mut on_progress: impl FnMut(Progress) -> ControlFlow<()> + Send,
) -> Result<Level, RunError> {
    let sound = Sound {
        files: (made, Some(other)),
        inputs: mix_inputs(),
        graph: blend.graph(outcome),
        micros: (outcome.duration + blend.adds()).as_micros(),
    };
    Ok(settle(tools, &sound, None, limits, &mut on_progress).await?.0)
}

/// A sound that is measured.
struct Sound<'a> {
    /// The input, and what is read beside it.
    files: (&'a File, Option<&'a File>),
    inputs: Vec<String>,
    /// What gives it, without a label.
    graph: String,
    /// How long it is, in microseconds.
    micros: u128,
}

/// Finds the level: by sums where nothing has to be limited, else by trying. With `slice`, also the peak of every so
/// many samples, as they are before.
async fn settle(
    tools: &Tools,
    sound: &Sound<'_>,
    slice: Option<f64>,
    limits: &Limits,
    on_progress: &mut (dyn FnMut(Progress) -> ControlFlow<()> + Send),
) -> Result<(Level, Vec<f64>), RunError> {
    let first = measure(tools, sound, (Level::default(), slice), limits, on_progress).await?;
    let mut level = Level::of(&first.loudness);
    for _ in 0..TRIES {
        if !level.is_limited() {
            break;
        }
        let again = measure(tools, sound, (level, None), limits, on_progress).await?;
        match level.made_up(&first.loudness, &again.loudness) {
            Some(better) => level = better,
            None => break,
        }
    }
    Ok((level, first.slices))
}

async fn measure(
    tools: &Tools,
    sound: &Sound<'_>,
    (level, slice): (Level, Option<f64>),
    limits: &Limits,
    on_progress: &mut (dyn FnMut(Progress) -> ControlFlow<()> + Send),
) -> Result<Said, RunError> {
    let args = args(sound, (level, slice), limits.max_duration.as_secs().saturating_add(1));
    let (input, second) = sound.files;
    let beside = second.as_slice();
    let order = Order {
        program: &tools.ffmpeg,
        args: &args,
        input,
        beside,
        output: None,
        more: &[],
        caps: limits.transcode_caps(),
        wall: limits.wall,
    };
    let (mut said, mut permille) = (Said::default(), 0);
    let ended = run(tools, order, &mut |heard| {
        match heard {
            Heard::Out(bytes) => {
                said.hear(bytes);
                return ControlFlow::Continue(());
            }
            Heard::Progress(line) => {
                let share = |at: u64| (u128::from(at) * 1000 / sound.micros.max(1)).min(1000) as u16;
                permille = out_time(line).map_or(permille, share);
            }
            Heard::Silence => {}
        }
        on_progress(Progress { permille })
    })
    .await?;
    ended.judge("ffmpeg")?;
    Ok(said)
}

fn args(sound: &Sound<'_>, (level, slice): (Level, Option<f64>), longest: u64) -> Vec<String> {
    let slices = slice.map_or_else(String::new, |samples| {
        format!(
            ",asetnsamples=n={samples:.0}:p=0,astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=Peak_level,\
             ametadata=mode=print:key={SLICE}:file=-:direct=1"
        )
    });
    // Written at once, line by line: the lines of the three would be mingled else.
    let graph = format!(
        "{}{}{slices},ebur128=metadata=1:peak=true,ametadata=mode=print:key={LOUDNESS}:file=-:direct=1,\
         ametadata=mode=print:key={PEAK}:file=-:direct=1[a]",
        sound.graph,
        level.filters()
    );
    let mut args = opening(1);
    args.extend(sound.inputs.iter().cloned());
    let (longest, graph) = (longest.to_string(), graph.as_str());
    let rest = ["-filter_complex", graph, "-map", "[a]", "-t", &longest, "-f", "null", "-"];
    args.extend(rest.map(str::to_owned));
    args
}

const SLICE: &str = "lavfi.astats.Overall.Peak_level";
const LOUDNESS: &str = "lavfi.r128.I";
const PEAK: &str = "lavfi.r128.true_peak";

/// What ffmpeg said so far.
#[derive(Default)]
struct Said {
    loudness: Loudness,
    /// The peak of each slice as a share of full scale.
    slices: Vec<f64>,
    line: Vec<u8>,
}

impl Said {
    fn hear(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if byte == b'\n' {
                self.note();
                self.line.clear();
            } else if self.line.len() < LINE {
                self.line.push(byte);
            }
        }
    }

    /// Each says how it is so far, so the last counts.
    fn note(&mut self) {
        let Some((key, value)) = std::str::from_utf8(&self.line).ok().and_then(|line| line.split_once('=')) else {
            return;
        };
        let Ok(value) = value.trim().parse::<f64>() else { return };
        match key {
            // What says −70 has nothing above the gate.
            LOUDNESS => self.loudness.lufs = (value > -70.0).then_some(value),
            PEAK if value.is_finite() => self.loudness.peak = value.max(0.0),
            SLICE if self.slices.len() < PEAKS => self.slices.push(10f64.powf(value.min(60.0) / 20.0)),
            _ => {}
        }
    }
}

/// The slices as bytes, the highest being 255.
fn waveform(slices: &[f64]) -> Vec<u8> {
    let highest = slices.iter().copied().fold(0.0, f64::max);
    if highest < 1e-6 {
        return vec![];
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
    let byte = |slice: &f64| (slice / highest * 255.0).round() as u8;
    slices.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_come_in_bits_are_read() {
        let mut said = Said::default();
        said.hear(b"frame:0 pts:0\nlavfi.r128.I=-70.000\nlavfi.r128.true_pe");
        assert_eq!(said.loudness.lufs, None);
        said.hear(b"ak=0.5\nlavfi.r128.I=-23.4\nlavfi.astats.Overall.Peak_level=-inf\n");
        said.hear(b"lavfi.astats.Overall.Peak_level=-6.0206\nlavfi.r128.true_peak=nan\n");
        assert_eq!((said.loudness.lufs, said.loudness.peak), (Some(-23.4), 0.5));
        assert_eq!(waveform(&said.slices), [0, 255]);
        assert_eq!(waveform(&[0.0, 0.0]), [0; 0]);
    }

    #[test]
    fn there_is_a_bound_to_what_is_kept() {
        let mut said = Said::default();
        said.hear(&b"lavfi.astats.Overall.Peak_level=-6.0\n".repeat(1000));
        said.hear(&vec![b'x'; 100_000]);
        assert_eq!((said.slices.len(), said.line.len()), (PEAKS, LINE));
    }
}

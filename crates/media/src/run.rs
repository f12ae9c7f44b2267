//! Carries out a plan, and believes the result only after looking at it.

use crate::child::{Heard, Order, run};
use crate::error::{Refusal, RunError};
use crate::limits::{Caps, Limits};
use crate::plan::{Ladder, Plan};
use crate::probe::{Probe, probe};
use crate::stderr::{Word, out_time};
use crate::tools::Tools;
use futures_util::future::try_join_all;
use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::ops::ControlFlow;
use std::time::Duration;

/// How far an encode is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Thousandths; 1000 only once the result has been examined.
    pub permille: u16,
}

/// A finished rendition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// How long it plays.
    pub duration: Duration,
    /// Whether it has sound.
    pub has_sound: bool,
    /// Its length in bytes.
    pub bytes: u64,
}

/// A rendition may be this much shorter or longer than declared, whatever its length: last frames
/// have no end, and headers round.
const SLACK: Duration = Duration::from_millis(150);

/// Makes the rendition of `input` in `output`, which is then at its first byte.
///
/// `on_progress` is asked at least twice a second whether to go on. Dropping the future ends the
/// child as well.
///
/// # Errors
/// [`RunError`] says whose fault it was. `output` then holds nothing of use.
pub async fn transcode(
    tools: &Tools,
    input: File,
    output: File,
    plan: &Plan,
    limits: &Limits,
    on_progress: impl FnMut(Progress) -> ControlFlow<()> + Send,
) -> Result<Outcome, RunError> {
    let order = Work { input: &input, beside: &[], args: &plan.args, caps: limits.transcode_caps() };
    one(tools, order, output, (plan, H264), limits, on_progress).await
}

/// Makes the renditions of `input`, one a rung: `outputs` are in the order of the rungs, and so are the results. Each
/// output is then at its first byte. `beside` is what the ladder reads besides, in its order.
///
/// # Errors
/// As [`transcode`].
pub async fn climb(
    tools: &Tools,
    (input, beside): (File, Vec<File>),
    outputs: Vec<File>,
    ladder: &Ladder,
    limits: &Limits,
    on_progress: impl FnMut(Progress) -> ControlFlow<()> + Send,
) -> Result<Vec<Outcome>, RunError> {
    let expected = ladder.rungs.iter().map(|rung| Expected {
        size: (rung.width, rung.height),
        has_sound: ladder.has_sound,
        duration: ladder.duration,
        codec: H264,
    });
    let beside: Vec<_> = beside.iter().collect();
    let work = Work { input: &input, beside: &beside, args: &ladder.args, caps: limits.transcode_caps() };
    carry_out(tools, work, &outputs, &expected.collect::<Vec<_>>(), limits, on_progress).await
}

/// Makes the rendition of `input` by [`av1_plan`](crate::av1_plan), at a time when nobody waits for anything else.
///
/// # Errors
/// As [`transcode`].
pub async fn transcode_idle(
    tools: &Tools,
    input: File,
    output: File,
    plan: &Plan,
    limits: &Limits,
    on_progress: impl FnMut(Progress) -> ControlFlow<()> + Send,
) -> Result<Outcome, RunError> {
    let work = Work { input: &input, beside: &[], args: &plan.args, caps: limits.idle_caps() };
    one(tools, work, output, (plan, AV1), limits, on_progress).await
}

/// Puts the sound of `sound` in the place of that of `made`, a rendition of ours, by [`mix_plan`](crate::mix_plan).
///
/// # Errors
/// As [`transcode`].
pub async fn mix(
    tools: &Tools,
    (made, sound): (File, File),
    output: File,
    plan: &Plan,
    limits: &Limits,
    on_progress: impl FnMut(Progress) -> ControlFlow<()> + Send,
) -> Result<Outcome, RunError> {
    let work = Work { input: &made, beside: &[&sound], args: &plan.args, caps: limits.transcode_caps() };
    one(tools, work, output, (plan, H264), limits, on_progress).await
}

/// ffmpeg's names of the codecs that are made.
const H264: &str = "h264";
const AV1: &str = "av1";

/// What the tool is to do.
struct Work<'a> {
    input: &'a File,
    beside: &'a [&'a File],
    args: &'a [String],
    caps: Caps,
}

/// What is to come of it, one for each output.
struct Expected {
    size: (u32, u32),
    has_sound: bool,
    duration: Duration,
    codec: &'static str,
}

/// Work with one output.
async fn one(
    tools: &Tools,
    work: Work<'_>,
    output: File,
    (plan, codec): (&Plan, &'static str),
    limits: &Limits,
    on_progress: impl FnMut(Progress) -> ControlFlow<()> + Send,
) -> Result<Outcome, RunError> {
    let &Plan { width, height, has_sound, duration, .. } = plan;
    let expected = Expected { size: (width, height), has_sound, duration, codec };
    let made = carry_out(tools, work, &[output], &[expected], limits, on_progress).await?;
    made.into_iter().next().ok_or(RunError::Tool { what: "no rendition", code: None })
}

async fn carry_out(
    tools: &Tools,
    Work { input, beside, args, caps }: Work<'_>,
    outputs: &[File],
    expected: &[Expected],
    limits: &Limits,
    mut on_progress: impl FnMut(Progress) -> ControlFlow<()> + Send,
) -> Result<Vec<Outcome>, RunError> {
    let mut permille = 0;
    let duration = expected.first().map_or(Duration::ZERO, |one| one.duration);
    let (output, more) = (outputs.first(), outputs.iter().skip(1).collect::<Vec<_>>());
    let wall = limits.wall;
    let order = Order { program: &tools.ffmpeg, args, input, beside, output, more: &more, caps, wall };
    let ended = run(tools, order, &mut |heard| {
        if let Heard::Progress(line) = heard {
            permille = out_time(line).map_or(permille, |at| reached(at, duration).max(permille));
        }
        on_progress(Progress { permille })
    })
    .await?;
    ended.judge("ffmpeg")?;
    if ended.word == Word::CutOff {
        return Err(Refusal::Damaged.into());
    }
    let each = outputs.iter().zip(expected);
    let made = try_join_all(each.map(|(output, one)| examine(tools, output, one, limits))).await?;
    for mut output in outputs {
        output.seek(SeekFrom::Start(0))?;
    }
    // All is done: stopping now would change nothing.
    let _ = on_progress(Progress { permille: 1000 });
    Ok(made)
}

/// The last thousandth is kept for the examination.
fn reached(microseconds: u64, whole: Duration) -> u16 {
    let whole = whole.as_micros().max(1);
    u16::try_from((u128::from(microseconds) * 1000 / whole).min(999)).unwrap_or(999)
}

async fn examine(tools: &Tools, output: &File, expected: &Expected, limits: &Limits) -> Result<Outcome, RunError> {
    let bytes = output.metadata()?.len();
    let lenient = Limits { max_duration: Duration::MAX, max_input_bytes: u64::MAX, ..limits.clone() };
    let made = match probe(tools, output, &lenient).await {
        // A source without one whole frame gives a rendition without any.
        Err(RunError::Refused(_)) => return Err(Refusal::Damaged.into()),
        other => other?,
    };
    if made.duration > limits.max_duration + SLACK {
        return Err(Refusal::TooLong.into());
    }
    if is_short(&made, expected.duration) {
        return Err(Refusal::Damaged.into());
    }
    let as_planned = (made.display_width, made.display_height) == expected.size;
    if !as_planned || made.codec != expected.codec || made.has_sound() != expected.has_sound {
        return Err(RunError::Tool { what: "rendition not as planned", code: None });
    }
    Ok(Outcome { width: made.width, height: made.height, duration: made.duration, has_sound: made.has_sound(), bytes })
}

/// Much less came out than was declared: the rest of the source is missing or broken.
fn is_short(made: &Probe, declared: Duration) -> bool {
    made.duration < declared.mul_f64(0.9) && made.duration + SLACK < declared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_stays_below_the_end_whatever_the_header_said() {
        assert_eq!(reached(500_000, Duration::from_secs(1)), 500);
        assert_eq!(reached(5_000_000, Duration::from_secs(1)), 999);
        assert_eq!(reached(1, Duration::ZERO), 999);
    }
}

//! Carries out a plan, and believes the result only after looking at it.

use crate::child::{Heard, Order, run};
use crate::error::{Refusal, RunError};
use crate::limits::Limits;
use crate::plan::Plan;
use crate::probe::{Probe, probe};
use crate::stderr::{Word, out_time};
use crate::tools::Tools;
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
    carry_out(tools, (&input, None), output, plan, limits, on_progress).await
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
    carry_out(tools, (&made, Some(&sound)), output, plan, limits, on_progress).await
}

async fn carry_out(
    tools: &Tools,
    (input, second): (&File, Option<&File>),
    mut output: File,
    plan: &Plan,
    limits: &Limits,
    mut on_progress: impl FnMut(Progress) -> ControlFlow<()> + Send,
) -> Result<Outcome, RunError> {
    let mut permille = 0;
    let order = Order {
        program: &tools.ffmpeg,
        args: &plan.args,
        input,
        second,
        output: Some(&output),
        caps: limits.transcode_caps(),
        wall: limits.wall,
    };
    let ended = run(tools, order, &mut |heard| {
        if let Heard::Progress(line) = heard {
            permille = out_time(line).map_or(permille, |at| reached(at, plan.duration).max(permille));
        }
        on_progress(Progress { permille })
    })
    .await?;
    ended.judge("ffmpeg")?;
    if ended.word == Word::CutOff {
        return Err(Refusal::Damaged.into());
    }
    let outcome = examine(tools, &output, plan, limits).await?;
    output.seek(SeekFrom::Start(0))?;
    // All is done: stopping now would change nothing.
    let _ = on_progress(Progress { permille: 1000 });
    Ok(outcome)
}

/// The last thousandth is kept for the examination.
fn reached(microseconds: u64, whole: Duration) -> u16 {
    let whole = whole.as_micros().max(1);
    u16::try_from((u128::from(microseconds) * 1000 / whole).min(999)).unwrap_or(999)
}

async fn examine(tools: &Tools, output: &File, plan: &Plan, limits: &Limits) -> Result<Outcome, RunError> {
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
    if is_short(&made, plan) {
        return Err(Refusal::Damaged.into());
    }
    let as_planned = (made.display_width, made.display_height) == (plan.width, plan.height);
    if !as_planned || made.codec != "h264" || made.has_sound() != plan.has_sound {
        return Err(RunError::Tool { what: "rendition not as planned", code: None });
    }
    Ok(Outcome { width: made.width, height: made.height, duration: made.duration, has_sound: made.has_sound(), bytes })
}

/// Much less came out than was declared: the rest of the source is missing or broken.
fn is_short(made: &Probe, plan: &Plan) -> bool {
    made.duration < plan.duration.mul_f64(0.9) && made.duration + SLACK < plan.duration
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

//! How long a file plays when its header does not tell: by its packets.

use super::{INPUT, order, probe_args};
use crate::child::{Heard, run};
use crate::error::{Refusal, RunError};
use crate::limits::Limits;
use crate::stderr::Lines;
use crate::tools::Tools;
use std::fs::File;
use std::ops::ControlFlow;
use std::time::Duration;

/// The end of the last packet of stream `picture`. Stops early once it is over the limit.
pub(super) async fn duration(tools: &Tools, input: &File, picture: u32, limits: &Limits) -> Result<Duration, RunError> {
    let picture = picture.to_string();
    let mut args = probe_args();
    args.extend(
        ["-select_streams", &picture, "-show_entries", "packet=pts_time,duration_time", "-of", "csv=p=0", "-i", INPUT]
            .map(str::to_owned),
    );
    let (mut lines, mut span, longest) = (Lines::default(), Span::default(), limits.max_duration.as_secs_f64());
    let ended = run(tools, order(tools, &args, input, limits), &mut |heard| {
        if let Heard::Out(bytes) = heard {
            lines.push(bytes, |line| span.take(line));
        }
        if span.length() > longest { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .await;
    match ended {
        Err(RunError::Cancelled) => return Err(Refusal::TooLong.into()),
        other => other?.judge("ffprobe")?,
    }
    if span.packets == 0 {
        return Err(Refusal::Damaged.into());
    }
    Duration::try_from_secs_f64(span.length()).map_err(|_| Refusal::Damaged.into())
}

/// From the first moment to the last.
#[derive(Debug, Default)]
struct Span {
    packets: u64,
    start: f64,
    end: f64,
}

impl Span {
    /// Takes `pts,duration`; either may be `N/A`.
    fn take(&mut self, line: &str) {
        let mut numbers = line.split(',').map(|n| n.trim().parse::<f64>().ok().filter(|n| n.is_finite()));
        let (pts, duration) = (numbers.next().flatten(), numbers.next().flatten());
        if line.trim().is_empty() {
            return;
        }
        self.packets += 1;
        let Some(pts) = pts else { return };
        let end = pts + duration.unwrap_or(0.0).max(0.0);
        (self.start, self.end) = if self.packets == 1 { (pts, end) } else { (self.start.min(pts), self.end.max(end)) };
    }

    fn length(&self) -> f64 {
        (self.end - self.start).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_out_of_order_span_the_whole() {
        let mut span = Span::default();
        for line in ["0.5,0.1", "0.7,0.1", "0.6,N/A", "N/A,N/A", ""] {
            span.take(line);
        }
        assert_eq!(span.packets, 4);
        assert!((span.length() - 0.3).abs() < 1e-9);
    }
}

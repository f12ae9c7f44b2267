//! How loud a sound comes out: all as loud as each other (EBU R128), and none that clips.

/// Loudness units below full scale that every sound comes out at.
const TARGET: f64 = -14.0;
/// The highest true peak that a sound which is turned up is left with, in dB of full scale. The encoder adds to
/// peaks: this leaves it room below −1.
const CEILING: f64 = -2.0;
/// What is quieter than this below the target is hardly meant to be heard: more would bring up noise alone.
const MOST_GAIN: f64 = 30.0;
/// How much a limiter may be made up for: what has no more than clicks would be all limiter.
const MOST_MADE_UP: f64 = 6.0;
/// A level that is this near, in dB, is not corrected further.
const NEAR: f64 = 0.15;

/// How loud a sound was found to be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Loudness {
    /// Integrated loudness in LUFS; none for silence, and for what is too short to have one (0.4 s).
    pub lufs: Option<f64>,
    /// The true peak as a share of full scale: 1 is 0 dBTP.
    pub peak: f64,
}

/// What is done to a sound so that it is as loud as others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// Gain in hundredths of a decibel.
    gain: i32,
    /// Whether peaks would come out too high, and are held down.
    limited: bool,
}

impl Level {
    /// What brings a sound that is so loud to the target.
    pub(crate) fn of(found: &Loudness) -> Self {
        let gain = found.lufs.map_or(0.0, |lufs| (TARGET - lufs).min(MOST_GAIN));
        Self { gain: hundredths(gain), limited: decibels(found.peak) + gain > CEILING }
    }

    /// Whether what comes out has to be measured: a limiter takes of the loudness, by how much is not told by sums.
    pub(crate) const fn is_limited(self) -> bool {
        self.limited
    }

    /// The same, made up for what the limiter took of `before`; none where `after` is near enough.
    pub(crate) fn made_up(self, before: &Loudness, after: &Loudness) -> Option<Self> {
        let (from, to) = (before.lufs?, after.lufs?);
        let first = (TARGET - from).min(MOST_GAIN);
        let missing = from + first - to;
        let gain = (f64::from(self.gain) / 100.0 + missing).min(first + MOST_MADE_UP);
        (missing.abs() > NEAR && hundredths(gain) != self.gain).then_some(Self { gain: hundredths(gain), ..self })
    }

    /// The filters of it, each after a comma; of nothing, nothing. Peaks are held down at four times the rate, where
    /// those between the samples stand on samples.
    pub(crate) fn filters(self) -> String {
        let mut filters = match self.gain {
            0 => String::new(),
            gain => format!(",volume={:.2}dB", f64::from(gain) / 100.0),
        };
        if self.limited {
            let limit = 10f64.powf(CEILING / 20.0);
            filters.push_str(&format!(
                ",aresample=192000,alimiter=limit={limit:.4}:level=0:latency=1:attack=5:release=80,\
                 aresample=48000,aformat=channel_layouts=stereo"
            ));
        }
        filters
    }
}

fn decibels(share: f64) -> f64 {
    20.0 * share.max(1e-9).log10()
}

#[expect(clippy::cast_possible_truncation, reason = "a hundred decibels either way at most")]
fn hundredths(decibels: f64) -> i32 {
    (decibels.clamp(-100.0, 100.0) * 100.0).round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loud(lufs: f64, peak: f64) -> Loudness {
        Loudness { lufs: Some(lufs), peak }
    }

    #[test]
    fn a_sound_is_turned_to_the_target_and_limited_only_where_it_would_clip() {
        assert_eq!(Level::of(&loud(-20.0, 0.25)).filters(), ",volume=6.00dB");
        assert_eq!(Level::of(&loud(-8.0, 1.2)).filters(), ",volume=-6.00dB");
        assert_eq!(Level::of(&loud(-14.0, 0.5)).filters(), "");
        let pushed = Level::of(&loud(-34.0, 0.21));
        assert!(pushed.is_limited() && pushed.filters().starts_with(",volume=20.00dB,aresample=192000,alimiter"));
        assert_eq!(Level::of(&loud(-69.0, 0.0001)).filters(), ",volume=30.00dB");
    }

    #[test]
    fn silence_and_the_very_short_are_left_as_they_are() {
        assert_eq!(Level::of(&Loudness::default()), Level::default());
        assert_eq!(Level::of(&Loudness { lufs: None, peak: 0.3 }).filters(), "");
        assert!(Level::of(&Loudness { lufs: None, peak: 1.0 }).is_limited());
    }

    #[test]
    fn what_the_limiter_takes_is_made_up_for_within_bounds() {
        let before = loud(-34.0, 0.21);
        let level = Level::of(&before);
        assert_eq!(level.made_up(&before, &loud(-14.1, 0.79)), None);
        let more = level.made_up(&before, &loud(-14.9, 0.79)).unwrap();
        assert!(more.filters().starts_with(",volume=20.90dB"));
        let most = level.made_up(&before, &loud(-40.0, 0.79)).unwrap();
        assert!(most.filters().starts_with(",volume=26.00dB"));
        assert_eq!(most.made_up(&before, &loud(-39.0, 0.79)), None, "no further");
        assert_eq!(level.made_up(&before, &Loudness::default()), None);
    }
}

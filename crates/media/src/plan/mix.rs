//! A rendition that was made, with the sound of another: in the place of its own, or beside it; or with its picture too.

use std::time::Duration;

use super::join::{self, Joins};
use super::{MOST_PICTURE_BITS, Options, Plan, SECOND, container, opening, owned, picture};
use crate::probe::{INPUT, input_args};
use crate::run::Outcome;

/// Seconds in which a sound comes up that is begun in its midst.
const FADE_IN: f64 = 0.03;
/// Seconds in which a sound goes down that is cut off.
const FADE_OUT: f64 = 0.5;
/// A sound that has no more than this after the cut ends by itself.
const TAIL: Duration = Duration::from_millis(100);

/// What is wider may take twice the bits of the usual picture, as where it is alone.
const LARGE: u32 = 720;

/// How another's sound is mixed with a video's own, and where its picture is, if anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blend {
    /// Where in the other sound the stretch begins that is heard. From beyond its end it is heard from the start.
    pub from: Duration,
    /// How long the other sound is.
    pub lasts: Duration,
    /// How much of the video's own is heard beside it, in percent of its amplitude: 0, and it is replaced.
    pub own: u8,
    /// How much of the other is heard, in percent of its amplitude.
    pub other: u8,
    /// Where the other's picture is.
    pub joins: Joins,
}

impl Blend {
    /// All of the other sound, which is so long, from its start, and nothing of the video's own.
    #[must_use]
    pub const fn replacing(lasts: Duration) -> Self {
        Self { from: Duration::ZERO, lasts, own: 0, other: 100, joins: Joins::Nowhere }
    }

    /// How much longer than the video it is with the other.
    #[must_use]
    pub fn adds(&self) -> Duration {
        match self.joins {
            Joins::Before => join::LONGEST.min(self.lasts.saturating_sub(self.begins())),
            Joins::Nowhere | Joins::Beside => Duration::ZERO,
        }
    }

    fn begins(&self) -> Duration {
        if self.joins != Joins::Nowhere {
            // Something of it is seen, whatever became of its length since.
            return self.from.min(self.lasts.saturating_sub(join::SHORTEST));
        }
        if self.from < self.lasts { self.from } else { Duration::ZERO }
    }

    /// The graph up to a label: of input 0 the own sound, of input 1 the other, as long as the video is.
    pub(crate) fn graph(&self, made: &Outcome) -> String {
        if self.joins == Joins::Before {
            return self.one_by_one(made);
        }
        let length = seconds(made.duration);
        let other = format!("[1:a:0]{},{}", super::filters::SOUND, self.stretch(made.duration));
        match self.own {
            own if own > 0 && made.has_sound => format!(
                "[0:a:0]{},volume={},apad=whole_dur={length},atrim=end={length}[own];{other}[other];\
                 [own][other]amix=inputs=2:normalize=0:duration=longest",
                super::filters::SOUND,
                share(own),
            ),
            _ => other,
        }
    }

    /// The other sound, then the own: each as long as its picture.
    fn one_by_one(&self, made: &Outcome) -> String {
        let (length, lead) = (seconds(made.duration), self.adds());
        let own = match made.has_sound {
            true => format!(
                "[0:a:0]{},volume={},apad=whole_dur={length},atrim=end={length}[own]",
                super::filters::SOUND,
                share(self.own)
            ),
            false => format!("anullsrc=r=48000:cl=stereo,atrim=end={length}[own]"),
        };
        let other = format!("[1:a:0]{},{},atrim=end={}", super::filters::SOUND, self.stretch(lead), seconds(lead));
        format!("{other}[other];{own};[other][own]concat=n=2:v=0:a=1")
    }

    /// The stretch of the other sound, which fades where it is cut; where it ends before the video, silence follows.
    fn stretch(&self, video: Duration) -> String {
        let (begins, length) = (self.begins(), seconds(video));
        let mut steps =
            vec![format!("atrim=start={}:duration={length}", seconds(begins)), "asetpts=PTS-STARTPTS".into()];
        steps.push(format!("volume={}", share(self.other)));
        if !begins.is_zero() {
            steps.push(format!("afade=t=in:d={FADE_IN}"));
        }
        if self.lasts > begins + video + TAIL {
            let fade = FADE_OUT.min(video.as_secs_f64() / 4.0);
            steps.push(format!("afade=t=out:st={:.3}:d={fade:.3}", video.as_secs_f64() - fade));
        }
        steps.push(format!("apad=whole_dur={length}"));
        steps.join(",")
    }
}

fn share(percent: u8) -> String {
    format!("{:.2}", f64::from(percent.min(100)) / 100.0)
}

fn seconds(duration: Duration) -> String {
    format!("{:.3}", duration.as_secs_f64())
}

/// The two inputs of a mix.
pub(crate) fn inputs() -> Vec<String> {
    let mut args = Vec::new();
    for input in [INPUT, SECOND] {
        args.extend(input_args());
        args.extend(owned(&["-i", input]));
    }
    args
}

/// Decides what becomes of `made` with the second input, both of our own making: the two sounds as `blend` says, brought to
/// the level of `options`; of the pictures the own as it is, or both.
#[must_use]
pub fn mix_plan(made: &Outcome, blend: &Blend, options: &Options) -> Plan {
    let mut args = opening(options.threads);
    args.extend(inputs());
    let sound = format!("{}{}[a]", blend.graph(made), options.level.filters());
    let (width, height) = join::size(made, blend.joins);
    match join::graph(made, (blend.begins(), blend.adds()), blend.joins) {
        None => args.extend(owned(&["-filter_complex", &sound, "-map", "0:v:0", "-c:v", "copy", "-map", "[a]"])),
        Some(joined) => {
            args.extend(owned(&["-filter_complex", &format!("{joined};{sound}")]));
            args.extend(picture("[v]", if width > LARGE { 2 * MOST_PICTURE_BITS } else { MOST_PICTURE_BITS }, options));
            args.extend(owned(&["-flags:v", "+bitexact+cgop", "-map", "[a]"]));
        }
    }
    args.extend(owned(&["-c:a", "aac", "-b:a", "128k", "-video_track_timescale", "90000"]));
    args.extend(container(&(options.max_duration.as_secs() + 1).to_string()));
    Plan { width, height, has_sound: true, duration: made.duration + blend.adds(), args }
}

#[cfg(test)]
mod tests {
    use super::super::OUTPUT;
    use super::*;

    fn made(has_sound: bool) -> Outcome {
        Outcome { width: 720, height: 1280, duration: Duration::from_millis(2500), has_sound, bytes: 9 }
    }

    #[test]
    fn the_picture_is_kept_and_the_sound_is_as_long() {
        let plan = mix_plan(&made(false), &Blend::replacing(Duration::from_secs(1)), &Options::default());
        let line = plan.args.join(" ");
        assert!(line.contains("-i /proc/self/fd/0") && line.contains("-i /proc/self/fd/3"), "{line}");
        assert!(
            line.contains("atrim=start=0.000:duration=2.500,") && line.contains("apad=whole_dur=2.500[a]"),
            "{line}"
        );
        assert!(line.contains("-map 0:v:0 -c:v copy -map [a] -c:a aac"), "{line}");
        assert!(line.contains("-map_metadata -1 -map_chapters -1") && line.ends_with(OUTPUT), "{line}");
        assert_eq!(line.matches("-protocol_whitelist file,pipe").count(), 2);
        assert_eq!((plan.width, plan.height, plan.has_sound), (720, 1280, true));
        assert!(!line.contains("afade"), "what ends by itself is not faded: {line}");
    }

    #[test]
    fn what_is_cut_fades_and_what_is_too_far_in_begins_anew() {
        let blend = Blend { from: Duration::from_secs(3), ..Blend::replacing(Duration::from_secs(9)) };
        let graph = blend.graph(&made(true));
        assert!(graph.contains("atrim=start=3.000:duration=2.500"), "{graph}");
        assert!(graph.contains("afade=t=in:d=0.03") && graph.contains("afade=t=out:st=2.000:d=0.500"), "{graph}");
        let beyond = Blend { from: Duration::from_secs(9), ..blend };
        assert!(beyond.graph(&made(true)).contains("atrim=start=0.000"));
    }

    #[test]
    fn a_duet_is_as_long_as_the_own_and_a_stitch_longer_by_what_comes_first() {
        let duet = Blend { own: 100, joins: Joins::Beside, ..Blend::replacing(Duration::from_secs(9)) };
        let plan = mix_plan(&made(true), &duet, &Options::default());
        let line = plan.args.join(" ");
        assert!(line.contains("hstack") && line.contains("amix") && line.contains("-c:v libx264"), "{line}");
        assert_eq!((plan.width, plan.height, plan.duration), (720, 1280, Duration::from_millis(2500)));
        let stitch = Blend { from: Duration::from_secs(3), joins: Joins::Before, ..duet };
        let plan = mix_plan(&made(false), &stitch, &Options::default());
        let line = plan.args.join(" ");
        assert!(line.contains("concat=n=2:v=1") && line.contains("concat=n=2:v=0:a=1"), "{line}");
        assert!(line.contains("anullsrc") && line.contains("atrim=start=3.000:duration=5.000"), "{line}");
        assert_eq!(plan.duration, Duration::from_millis(7500));
        // It was replaced by a shorter one since: its last second is seen.
        let beyond = Blend { from: Duration::from_secs(20), ..stitch };
        assert_eq!((beyond.begins(), beyond.adds()), (Duration::from_secs(8), Duration::from_secs(1)));
        let tiny = Blend { lasts: Duration::from_millis(300), ..beyond };
        assert_eq!((tiny.begins(), tiny.adds()), (Duration::ZERO, Duration::from_millis(300)));
    }

    #[test]
    fn the_own_is_mixed_in_where_there_is_one_and_it_is_wanted() {
        let blend = Blend { own: 40, other: 75, ..Blend::replacing(Duration::from_secs(9)) };
        let graph = blend.graph(&made(true));
        assert!(graph.contains("volume=0.40") && graph.contains("volume=0.75") && graph.contains("amix"), "{graph}");
        assert!(!blend.graph(&made(false)).contains("amix"));
        assert!(!Blend { own: 0, ..blend }.graph(&made(true)).contains("amix"));
    }
}

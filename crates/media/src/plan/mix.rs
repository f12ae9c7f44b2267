//! A rendition that was made, with another sound in the place of its own.

use super::{Options, Plan, SECOND, container, opening, owned};
use crate::probe::{INPUT, input_args};
use crate::run::Outcome;

/// Decides what becomes of `made` with the sound of the second input: its picture as it is, which is of our own
/// making, and of the sound as much as the picture is long. Where the sound ends before, silence follows.
#[must_use]
pub fn mix_plan(made: &Outcome, options: &Options) -> Plan {
    let seconds = format!("{:.3}", made.duration.as_secs_f64());
    let mut args = opening(options.threads);
    for input in [INPUT, SECOND] {
        args.extend(input_args());
        args.extend(owned(&["-i", input]));
    }
    let sound = format!(
        "[1:a:0]aresample=48000:async=1:first_pts=0,aformat=sample_rates=48000:channel_layouts=stereo,\
         atrim=end={seconds},apad=whole_dur={seconds}[a]"
    );
    args.extend(owned(&["-filter_complex", &sound, "-map", "0:v:0", "-c:v", "copy", "-map", "[a]"]));
    args.extend(owned(&["-c:a", "aac", "-b:a", "128k", "-video_track_timescale", "90000"]));
    args.extend(container(&(options.max_duration.as_secs() + 1).to_string()));
    Plan { width: made.width, height: made.height, has_sound: true, duration: made.duration, args }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::OUTPUT;
    use super::*;

    #[test]
    fn the_picture_is_kept_and_the_sound_is_as_long() {
        let made =
            Outcome { width: 720, height: 1280, duration: Duration::from_millis(2500), has_sound: false, bytes: 9 };
        let plan = mix_plan(&made, &Options::default());
        let line = plan.args.join(" ");
        assert!(line.contains("-i /proc/self/fd/0") && line.contains("-i /proc/self/fd/3"), "{line}");
        assert!(line.contains("atrim=end=2.500,apad=whole_dur=2.500"), "{line}");
        assert!(line.contains("-map 0:v:0 -c:v copy -map [a] -c:a aac"), "{line}");
        assert!(line.contains("-map_metadata -1 -map_chapters -1") && line.ends_with(OUTPUT), "{line}");
        assert_eq!(line.matches("-protocol_whitelist file,pipe").count(), 2);
        assert_eq!((plan.width, plan.height, plan.has_sound), (720, 1280, true));
    }
}

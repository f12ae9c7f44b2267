//! What is made of a video that is watched much, when the machine has nothing else to do.

use super::{Composed, OUTPUT, Options, Plan, Reframe, Scene};
use super::{decoding, geometry, owned, packed, sound};
use crate::probe::Probe;
use std::time::Duration;

/// Decides how the usual rendition is made as AV1: the same picture and the same sound in about two thirds of the bytes.
/// Encoded on half of the threads, since nobody waits for it.
#[must_use]
pub fn av1_plan(probe: &Probe, reframe: Reframe, scene: &Scene, options: &Options) -> Plan {
    let threads = (options.threads / 2).max(1);
    let composed = Composed::of(probe, reframe, scene, options, geometry::WIDE);
    let mut args = decoding(threads, &composed.graph);
    // As often as in the other renditions, so that a player that changes between them need not wait.
    let group = (probe.frame_rate.unwrap_or(30.0).clamp(1.0, 60.0) * 2.0).round().to_string();
    args.extend(owned(&["-map", "[v]", "-c:v", "libsvtav1", "-preset", "8", "-crf", "35", "-g", &group]));
    args.extend(owned(&["-svtav1-params", &format!("lp={threads}"), "-pix_fmt", "yuv420p", "-fps_mode", "vfr"]));
    args.extend(owned(&["-video_track_timescale", "90000", "-color_primaries", "bt709", "-color_trc", "bt709"]));
    args.extend(owned(&["-colorspace", "bt709", "-color_range", "tv"]));
    args.extend(sound(probe.has_sound(), "[a]"));
    let longest = (options.max_duration + Duration::from_secs(1)).as_secs().to_string();
    args.extend(owned(&["-flags:v", "+bitexact"]));
    args.extend(packed(&longest));
    args.push(OUTPUT.to_owned());
    composed.planned(probe, args)
}

#[cfg(test)]
mod tests {
    use super::super::tests::source;
    use super::*;

    #[test]
    fn it_is_the_usual_picture_with_the_same_sound() {
        let (probe, options) = (source(1920, 1080, Some(2)), Options { threads: 4, ..Options::default() });
        let made = av1_plan(&probe, Reframe::Fit, &Scene::default(), &options);
        let usual = super::super::plan(&probe, Reframe::Fit, &Scene::default(), &options);
        assert_eq!((made.width, made.height, made.has_sound), (usual.width, usual.height, usual.has_sound));
        let line = made.args.join(" ");
        assert!(line.contains("-c:v libsvtav1") && line.contains("lp=2") && line.contains("-c:a aac"), "{line}");
        assert!(line.contains("-map_metadata -1 -map_chapters -1") && line.ends_with(OUTPUT), "{line}");
    }
}
